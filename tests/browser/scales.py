"""What a visit weighs and how soon it is seen, as Chromium counts it: over the protocol of its own tools."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import CDPSession, Page

# As Lighthouse's slow 4G: 150 ms there and back, 1.6 Mbit/s, which its throttling in the browser sets to these.
SLOW_4G = {
    "offline": False,
    "latency": 150 * 3.75,
    "downloadThroughput": 1_600_000 * 0.9 / 8,
    "uploadThroughput": 750_000 * 0.9 / 8,
}
SLOW_CPU = 4
_LARGEST = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe(
    { type: "largest-contentful-paint", buffered: true });
})"""


@dataclass
class Scales:
    """Counts the bytes over the wire and the addresses that were asked, since it was last emptied."""

    bytes: float = 0
    addresses: list[str] = field(default_factory=list)

    def empty(self) -> None:
        """Begin anew."""
        self.bytes = 0
        self.addresses.clear()


def weighing(page: Page) -> Scales:
    """Put a page on the scales."""
    scales, tools = Scales(), _tools(page)

    def asked(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            scales.addresses.append(event["request"]["url"])

    def came(event: dict[str, Any]) -> None:
        scales.bytes += event["encodedDataLength"]

    tools.on("Network.requestWillBeSent", asked)
    tools.on("Network.loadingFinished", came)
    return scales


def slowed(page: Page) -> None:
    """Let a page be on a slow network, on a slow phone."""
    tools = _tools(page)
    tools.send("Network.emulateNetworkConditions", SLOW_4G)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})


def largest_paint(page: Page) -> float:
    """Return after how many seconds the largest thing of the page was painted."""
    return float(page.evaluate(_LARGEST)) / 1000


def _tools(page: Page) -> CDPSession:
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    return tools
