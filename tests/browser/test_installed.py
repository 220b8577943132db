"""Without a network: what somebody has kept on the device is there and says how old it is, and goes when they go."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Phone, Service
from tests.browser.office import Office, Slot

pytestmark = pytest.mark.browser
READY = "navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"
KEPT = "caches.has('tsudoi-kept')"
ICONS = """() => fetch('/manifest.webmanifest').then(answer => answer.json()).then(found => Promise.all(
    found.icons.map(icon => fetch(icon.src).then(answer => answer.ok))))"""


@pytest.fixture(scope="module")
def office(service: Service) -> Office:
    """The officer's program, signed in once."""
    return Office.open(service)


@pytest.fixture
def slot(phone: Phone, office: Office) -> Iterator[Slot]:
    """A part to which the officer comes, whose phone is signed in and has the service installed."""
    made = office.post("灯籠ながし", 3)
    office.sign_up(made, "藤野")
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open("/me")
    phone.page.wait_for_function(READY)
    yield made
    phone.page.context.set_offline(False)


def keep(page: Page) -> None:
    page.locator("[data-keep-on]").click()
    expect(page.get_by_text("この端末に残しています。")).to_be_visible()


def test_what_is_kept_is_there_without_a_network_and_says_how_old_it_is(
    phone: Phone, context: BrowserContext, slot: Slot
) -> None:
    page = phone.page
    assert page.evaluate(ICONS) == [True] * 3
    phone.open(f"/dates/{slot.date_id}/board/list")
    keep(page)
    context.set_offline(True)
    page.reload()
    expect(page.get_by_text("電波が届かないので、")).to_be_visible()
    expect(page.locator("[data-offline]")).to_contain_text("日")
    expect(page.get_by_text("灯籠ながし").first).to_be_visible()
    phone.picture("11-kept")
    phone.open("/organizations/midori")
    expect(page.get_by_role("heading", level=1)).to_have_text("電波が届きません")
    expect(page.locator("[data-kept-list] a")).to_have_count(1)
    phone.picture("11-offline")


def test_what_was_done_in_place_is_in_what_is_kept_and_all_goes_at_sign_out(
    phone: Phone, context: BrowserContext, office: Office, slot: Slot
) -> None:
    page = phone.page
    keep(page)
    row = office.sign_up(slot, "藤野")
    expect(page.locator(f"main a[href='/participations/{row}']")).to_have_count(1)
    phone.open(f"/participations/{row}/withdraw")
    phone.press("行けないことを伝える")
    context.set_offline(True)
    page.goto(f"{phone.address}/me")
    expect(page.locator("[data-offline]")).to_be_visible()
    expect(page.locator(f"main a[href='/participations/{row}']")).to_have_count(0)
    context.set_offline(False)
    page.goto(f"{phone.address}/me")
    phone.press("サインアウトする")
    assert page.evaluate(KEPT) is False
    context.set_offline(True)
    page.goto(f"{phone.address}/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("電波が届きません")
