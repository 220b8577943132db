"""Start Chromium the same way for tests, pictures and the bench."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

from tests import machine

# The last list counts: what Playwright leaves off, and the suggestions below an address bar that nobody sees, which
# would be half of what a new page costs and would be drawn while a page of ours is timed.
_WITHOUT = (
    "AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,"
    "NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,TcpPortRandomizationWin,"
    "ThirdPartyStoragePartitioning,WebUIOmniboxPopup,WebUIOmniboxAimPopup"
)
# Pages are drawn plainly: to play a graphics card costs as much as the pages.
_ARGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", f"--disable-features={_WITHOUT}"]


def start(playwright: Playwright) -> Browser:
    """Return a Chromium: the system's where there is one, else the one that Playwright has fetched."""
    return playwright.chromium.launch(executable_path=machine.chromium(), args=_ARGS)


def start_speaking(playwright: Playwright, language: str) -> Browser:
    """Return one that draws the fields for days, times and files in the language of the page.

    The one without windows knows no language but English; the whole one, where it is there, those of chromium-l10n.
    """
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium") or machine.chromium(),
        args=_ARGS,
        env={**os.environ, "LANGUAGE": language.partition("@")[0]},
    )
