"""The whole service as `make run` starts it, with the demo neighbourhood, and a phone-sized Chromium in front of it."""

import email
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

import pytest
import pytest_socket
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.browser import engine

PHONE = {"width": 375, "height": 812}
_START_SECONDS = 120
_NO_FAULT = re.compile("status of (4|504)|ERR_FAILED|ERR_INTERNET_DISCONNECTED")
_PRESSABLE: tuple[Literal["button"], Literal["link"]] = ("button", "link")


@dataclass(frozen=True)
class Service:
    """The running service: its address, its instance folder, and the one-click links that it printed."""

    address: str
    instance: Path
    links: dict[str, str]

    def mails_to(self, address: str) -> list[str]:
        """Return the texts of the mails to this address, oldest first."""
        files = sorted((self.instance / "outbox").glob("*.eml"), key=lambda file: file.stat().st_mtime)
        mails = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        wanted = [mail for mail in mails if address in str(mail["To"])]
        return ["\n".join(_words(mail).splitlines()) for mail in wanted]

    def wait_for_mail(self, address: str, seconds: float = 30) -> str:
        """Return the newest mail to this address, as soon as there is one."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if mails := self.mails_to(address):
                return mails[-1]
            time.sleep(0.2)
        raise AssertionError(f"no mail to {address}")

    def wait_for_code(self, address: str, after: int, seconds: float = 30) -> str:
        """Return the six digits of a mail to this address, as soon as one has come after so many others."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for mail in self.mails_to(address)[after:]:
                if found := re.search(r"^\d{6}$", mail, re.MULTILINE):
                    return found[0]
            time.sleep(0.2)
        raise AssertionError(f"no code for {address}")


def _words(mail: Message) -> str:
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/healthz", timeout=2) as answer:  # noqa: S310  # our own address
            return int(answer.status) == 200
    except OSError:
        return False


def _links(text: str) -> dict[str, str]:
    """Read the printed cast: a line with the role, a line with the link."""
    return {role.strip(): link for role, link in re.findall(r"  (.+)\n +(http\S+/sign-in/\S+)", text)}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`tsudoi run`, from an empty folder until a polite SIGTERM, which must end it cleanly."""
    pytest_socket.enable_socket()
    instance = tmp_path_factory.mktemp("service")
    port = free_port()
    environment = os.environ | {"TSUDOI_INSTANCE": str(instance), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    log = instance / "run.log"
    with log.open("w") as file:
        command = [sys.executable, "-m", "scheduler.cli", "run"]
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + _START_SECONDS
        while not _answers(address) and time.monotonic() < until and process.poll() is None:
            time.sleep(0.2)
        assert _answers(address), log.read_text()
        yield Service(address, instance, _links(log.read_text()))
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(60)
    assert status == 0, log.read_text()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start one Chromium for all."""
    pytest_socket.enable_socket()
    with sync_playwright() as playwright:
        browser = engine.start(playwright)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Phone:
    """A phone in somebody's hand: one page, and an album for its pictures."""

    page: Page
    album: Path
    address: str

    def open(self, path: str) -> None:
        """Open a page of the service; nothing may stick out to the side."""
        self.page.goto(path if path.startswith("http") else self.address + path)
        self.check_width()

    def check_width(self) -> None:
        """Fail when the page is wider than the phone."""
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{self.page.url} is {width} px wide"

    def press(self, label: str) -> None:
        """Press the button or link with just these words, or else the first one with these words in it."""
        target = self._pressable(label, exact=True)
        if target.count() == 0:
            target = self._pressable(label, exact=False)
        with self.page.expect_navigation():
            target.first.click()
        self.check_width()

    def _pressable(self, label: str, *, exact: bool) -> Locator:
        button, link = (self.page.get_by_role(role, name=label, exact=exact) for role in _PRESSABLE)
        found = button.or_(link)
        # The bar at the foot of a date's page goes under its parts, which have the same button, as soon as they show.
        above = found.and_(self.page.locator(":not(.sticky-action *)"))
        return above if above.count() else found

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page."""
        self.page.screenshot(path=self.album / f"{name}.png", full_page=True)


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: TSUDOI_SCREENSHOTS, or a folder that nobody keeps."""
    given = os.environ.get("TSUDOI_SCREENSHOTS")
    folder = Path(given) if given else tmp_path_factory.mktemp("album")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile on a phone that speaks Japanese."""
    made = chromium.new_context(viewport=PHONE, locale="ja-JP", timezone_id="Asia/Tokyo")  # type: ignore[arg-type]
    made.set_default_timeout(30_000)
    yield made
    made.close()


@pytest.fixture
def phone(context: BrowserContext, service: Service, album: Path) -> Iterator[Phone]:
    """A phone; whatever the browser complains about, such as a breach of the CSP, fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Phone(page, album, service.address)
    # A refused form answers 409 or 422, and some tests take network or service away: the browser notes it, no fault.
    assert [text for text in complaints if not _NO_FAULT.search(text)] == []
