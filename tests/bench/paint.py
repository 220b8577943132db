"""How soon the main pages are seen on a slow phone: largest paint at slow 4G and a quarter of the CPU."""

from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from tests import machine
from tests.browser.scales import largest_paint, slowed, weighing

BUDGET_SECONDS = 1.5
_PHONE = {"width": 375, "height": 812}
_TRIES = 3


def paints(port: int, paths: list[str]) -> Iterator[str]:
    """Return a line for each page: the middle of three first visits, each with an empty cache, and what it weighs."""
    found = machine.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield f"{'largest paint, slow 4G, CPU / 4':<40}{'s':>6}{'KB':>8}"
        for path in paths:
            tries = sorted(_visit(browser, f"http://127.0.0.1:{port}{path}") for _ in range(_TRIES))
            seconds, weight = tries[_TRIES // 2]
            late = "" if seconds <= BUDGET_SECONDS else f"  over {BUDGET_SECONDS} s"
            yield f"{path:<40}{seconds:>6.2f}{weight / 1000:>8.1f}{late}"
        browser.close()


def _visit(browser: Browser, address: str) -> tuple[float, float]:
    context = browser.new_context(viewport=_PHONE, locale="ja-JP")  # type: ignore[arg-type]  # as Playwright says it
    page = context.new_page()
    scales = weighing(page)
    slowed(page)
    page.goto(address, wait_until="networkidle")
    seconds = largest_paint(page)
    context.close()
    return seconds, scales.bytes
