"""The same journeys by other ways: with the keyboard alone, and in a browser without script."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Phone, Service
from tests.browser.office import Office

pytestmark = pytest.mark.browser
# What has the focus is called, and whether one sees that it has.
FOCUSED = """() => {
    const one = document.activeElement, style = getComputedStyle(one)
    const words = [...(one.labels || []), one].map(part => part.innerText || '').join(' ')
    return [words.trim(), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]
}"""


@pytest.fixture(scope="module")
def office(service: Service) -> Office:
    """The officer's program, signed in once."""
    return Office.open(service)


@pytest.fixture
def plain(chromium: Browser, service: Service, album: Path) -> Iterator[Phone]:
    """A phone whose browser runs no script."""
    context = chromium.new_context(viewport=PHONE, locale="ja-JP", java_script_enabled=False)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    yield Phone(context.new_page(), album, service.address)
    context.close()


def _tab_to(page: Page, words: str) -> None:
    """Press Tab until the thing with these words has the focus; each stop on the way must be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        found, is_seen = page.evaluate(FOCUSED)
        assert is_seen, f"nobody sees that {found} has the focus"
        if words in found:
            return
    raise AssertionError(f"no way to {words}")


def _enter(page: Page, words: str) -> None:
    """Press Enter on it, and wait for another page, in place or not."""
    _tab_to(page, words)
    before = page.url
    with page.expect_navigation(url=lambda url: url != before):
        page.keyboard.press("Enter")


def test_somebody_signs_up_with_the_keyboard_alone(phone: Phone, office: Office) -> None:
    slot = office.post("鍵盤の集い", 3)
    phone.open(f"/dates/{slot.date_id}")
    _enter(phone.page, "この役割で申し込む")
    typed = (
        ("お名前", "打田 けん"),
        ("ふりがな", "うちだ けん"),
        ("メールアドレス", "ken.uchida@example.jp"),
    )
    for label, words in typed:
        _tab_to(phone.page, label)
        phone.page.keyboard.type(words)
    _tab_to(phone.page, "申し込む本人が18歳未満のとき")
    _enter(phone.page, "申し込む")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("メールを確かめてください")


def test_the_officer_withdraws_undoes_and_decides_with_the_keyboard_alone(
    phone: Phone, office: Office
) -> None:
    # At an hour of its own: whoever has another date then is asked once more.
    evening = datetime.combine(date.today() + timedelta(days=11), time(19))  # noqa: DTZ011  # far enough off
    slot, page = office.post("夜の見回り", 3, evening), phone.page
    row = office.sign_up(slot, "藤野")
    phone.open(office.sign_in_link())
    _enter(page, "サインインする")
    phone.open(f"/participations/{row}/withdraw")
    _enter(page, "行けないことを伝える")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUSED) == ["元にもどす", True]
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_text("元にもどしました。")).to_be_visible()
    phone.open(f"/dates/{slot.date_id}/decision")
    _enter(page, "中止する")
    _enter(page, "いま「中止」に決める")
    expect(page.get_by_text("中止").first).to_be_visible()
    assert office.send("GET", f"/dates/{slot.date_id}")["state"] == "cancelled"


def test_a_change_of_language_keeps_the_page_and_what_was_typed(phone: Phone, office: Office) -> None:
    slot, page = office.post("門松づくり", 3), phone.page
    phone.open(f"/slots/{slot.id}/join")
    page.get_by_label("お名前", exact=False).first.fill("松本 りん")
    page.get_by_text("いっしょに来る子ども").click()
    page.get_by_label("1人目の年齢").fill("4")
    page.get_by_role("link", name="見やすさ").first.click()
    page.get_by_role("main").get_by_role("button", name="English").click()
    page.wait_for_url(f"**/slots/{slot.id}/join")
    expect(page.get_by_label("Name").first).to_have_value("松本 りん")
    expect(page.get_by_label("Age of child 1")).to_have_value("4")
    assert page.evaluate("[sessionStorage.length, document.documentElement.lang]") == [0, "en"]


def test_without_script_one_signs_up_and_the_officer_sees_it_and_decides(
    plain: Phone, office: Office
) -> None:
    slot = office.post("むかしの遊び", 3)
    plain.open(f"/dates/{slot.date_id}")
    plain.press("この役割で申し込む")
    for label, words in (("お名前", "昔田 ふみ"), ("ふりがな", "むかしだ ふみ")):
        plain.page.get_by_label(label, exact=False).first.fill(words)
    plain.page.get_by_label("メールアドレス", exact=False).first.fill("fumi@example.jp")
    plain.press("申し込む")
    expect(plain.page.get_by_role("heading", level=1)).to_have_text("メールを確かめてください")
    plain.open(office.sign_in_link())
    plain.press("サインインする")
    plain.open("/me")
    # What needs script is not there, rather than dead.
    expect(plain.page.get_by_role("button", name="この端末に残す")).to_be_hidden()
    plain.open(f"/dates/{slot.date_id}/board")
    expect(plain.page.get_by_text("昔田 ふみ").first).to_be_visible()
    plain.press("実施・順延・中止を決める")
    plain.press("中止する")
    plain.press("いま「中止」に決める")
    expect(plain.page.get_by_text("中止").first).to_be_visible()
