"""Paper and the device: a whole block keyed in, installed on a home screen, read without a network."""

import re
import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scheduler.paper.printing import WRITE_IN
from tests.browser.conftest import Phone, Service
from tests.browser.office import Office

pytestmark = pytest.mark.browser

HOMES = 15
# Keystroke-level model with a beginner's figures (Card, Moran, Newell 1983): a key, and a look at the paper per line.
KEY_SECONDS, LOOK_SECONDS = 1.2, 2.4
KEPT = "caches.has('tsudoi-kept')"
# What Safari says of an app on the home screen, and the sheet that it would open.
INSTALLED = """navigator.standalone = true; navigator.canShare = () => true;
    navigator.share = async ({ files: [file] }) => { document.title = `${file.name} ${file.type}`; };"""
# Not by waiting for a condition: our policy lets nobody evaluate text.
CONTROLLED = """new Promise((done) => navigator.serviceWorker.controller
    ? done() : navigator.serviceWorker.addEventListener("controllerchange", () => done()))"""


def _sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="サインインする").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("今日すること|さんの予定"))


def _print_for_block(phone: Phone, date_id: int) -> str:
    """Print a sheet for the first block and return the address under which it is keyed in."""
    phone.open(f"/dates/{date_id}/paper")
    phone.picture("8-paper")
    phone.page.get_by_label("どの班").first.select_option(index=1)
    phone.page.get_by_role("button", name="申込用紙を作る").click()
    printed = phone.page.get_by_role("link", name="紙を開く").get_attribute("href")
    found = re.search(r"/sheets/\d+", printed or "")
    assert found is not None
    return found[0]


def test_fifteen_households_are_keyed_in_within_two_minutes(phone: Phone, service: Service) -> None:
    office = Office.open(service)
    for number in range(HOMES):
        home = office.send(
            "POST", "/organizations/midori/households", name=f"紙野{number}家", block="midori-1"
        )
        office.send(
            "POST", f"/households/{home['id']}/members", name=f"紙野 {number}", kana=f"かみの {number}"
        )
    date_id = office.post("花だんの植えつけ", 60).date_id
    _sign_in(phone.page, office.sign_in_link())
    phone.open(_print_for_block(phone, date_id))
    lines = phone.page.locator("input.keying").count()
    begun, keys = time.monotonic(), 0
    for number in range(lines):
        # The last lines are for people who were written in: nobody was.
        for key in (str(number % 3), "Enter") if number < lines - WRITE_IN else ("Enter",):
            phone.page.keyboard.press(key)
            keys += 1
    expect(phone.page.get_by_role("button", name="まとめて入れる")).to_be_focused()
    phone.picture("8-keying")
    with phone.page.expect_navigation():
        phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_text(re.compile("軒を入れました")).first).to_be_visible()
    phone.check_width()
    phone.picture("8-keyed-in")
    needed = HOMES / lines * ((keys + 1) * KEY_SECONDS + lines * LOOK_SECONDS) + time.monotonic() - begun
    assert lines >= HOMES
    assert needed < 120, f"{keys} keys for {lines} lines"


def test_an_installed_app_on_an_iphone_hands_a_pdf_over_where_it_has_no_way_back_from_one(
    context: BrowserContext, service: Service
) -> None:
    office = Office.open(service)
    date_id = office.post("花だんの植えつけ", 60).date_id
    page = context.new_page()
    page.add_init_script(INSTALLED)
    _sign_in(page, office.sign_in_link())
    page.goto(f"{service.address}/dates/{date_id}/paper")
    poster = page.get_by_role("link", name="ポスターを開く")
    # Each time the one of now.
    for _ in range(2):
        with page.expect_request("**/poster.pdf"):
            poster.click()
        expect(page).to_have_title(f"poster-{date_id}.pdf application/pdf")
    assert page.url.endswith("/paper")
    # Where no file comes, the answer is shown instead: it says why.
    context.route(
        "**/poster.pdf", lambda route: route.fulfill(status=404, content_type="text/html", body="404")
    )
    poster.click()
    page.wait_for_url("**/poster.pdf")


def test_the_service_can_be_installed(context: BrowserContext, service: Service) -> None:
    page = context.new_page()
    page.goto(service.address)
    session = context.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    assert '"つどい"' in found["data"]
    wrong = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in wrong if one["errorId"] != "in-incognito"] == []


def test_own_dates_are_read_without_a_network_where_that_was_asked_for(
    context: BrowserContext, service: Service
) -> None:
    page = context.new_page()
    _sign_in(page, next(link for name, link in service.links.items() if "草刈り機" in name))
    page.evaluate(CONTROLLED)
    assert page.evaluate(KEPT) is False
    page.get_by_role("button", name="この端末に残す").click()
    expect(page.get_by_text("この端末に残しています。")).to_be_visible()
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("さんの予定")
    expect(page.get_by_text("の内容を出しています")).to_be_visible()
    page.goto(f"{service.address}/subscribe")
    expect(page.get_by_role("heading", level=1)).to_have_text("電波が届きません")
    page.get_by_role("link", name=re.compile("自分の予定 ")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("さんの予定")
    context.set_offline(False)
    page.goto(f"{service.address}/me")
    with page.expect_navigation():
        page.get_by_role("button", name="サインアウト").click()
    assert page.evaluate(KEPT) is False
