"""Signing up as people do it, on a phone of 375 px: alone, as a family, waiting, by a stand-in, by lot, on approval."""

import re
import time

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PHONE, Phone, Service
from tests.browser.office import Office, Slot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def office(service: Service) -> Office:
    """The officer's program, signed in once."""
    return Office.open(service)


def fill(phone: Phone, name: str, kana: str, mailbox: str) -> None:
    """Type who it is."""
    phone.page.get_by_label("お名前", exact=False).first.fill(name)
    phone.page.get_by_label("ふりがな", exact=False).first.fill(kana)
    phone.page.get_by_label("メールアドレス", exact=False).first.fill(f"{mailbox}@example.jp")


def link_in(service: Service, mailbox: str, path: str, words: str) -> str:
    """Return the link with this path in the mail with these words, as soon as it is there."""
    until = time.monotonic() + 40
    while time.monotonic() < until:
        for mail in reversed(service.mails_to(f"{mailbox}@example.jp")):
            found = re.search(rf"^http\S+{path}\S*$", mail, re.MULTILINE)
            if words in mail and found:
                return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no mail to {mailbox} says {words}")


def confirm(phone: Phone, service: Service, mailbox: str) -> None:
    """Open the mailed link and press its one button."""
    phone.open(link_in(service, mailbox, "/participations/", "確かめる"))
    phone.press("確かめる")


def test_no_account_three_pages_and_less_than_a_minute(
    phone: Phone, service: Service, office: Office
) -> None:
    slot = office.post("朝のあいさつ", 5)
    begun, pages = time.monotonic(), [f"/dates/{slot.date_id}"]
    phone.open(pages[0])
    phone.press("この役割で申し込む")
    pages.append(phone.page.url)
    fill(phone, "朝日 のぼる", "あさひ のぼる", "noboru")
    phone.press("申し込む")
    pages.append(phone.page.url)
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("メールを確かめてください")
    assert (len(pages), time.monotonic() - begun < 60) == (3, True)
    confirm(phone, service, "noboru")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("申し込みが決まりました")
    phone.picture("3-confirmed")


def test_a_family_of_four_comes_whole(phone: Phone, service: Service, office: Office) -> None:
    slot = office.post("落ち葉あつめ", 4)
    phone.open(f"/slots/{slot.id}/join")
    fill(phone, "小川 みお", "おがわ みお", "mio")
    phone.page.get_by_label("いっしょに来る大人", exact=False).fill("1")
    phone.page.get_by_text("いっしょに来る子ども").click()
    phone.page.get_by_label("1人目の年齢").fill("9")
    phone.page.get_by_text("お子さんをもう1人加える").first.click()
    phone.page.get_by_label("2人目の年齢").fill("2")
    phone.picture("3-family")
    phone.press("申し込む")
    confirm(phone, service, "mio")
    expect(phone.page.get_by_text("4人", exact=False).first).to_be_visible()
    assert office.send("GET", f"/dates/{slot.date_id}")["slots"][0]["left"] == 0


def test_a_freed_place_is_offered_by_mail_and_taken_with_one_press(
    phone: Phone, service: Service, office: Office
) -> None:
    slot = office.post("旗のしまい方", 1)
    first = office.sign_up(slot, "藤野")
    phone.open(f"/dates/{slot.date_id}")
    phone.press("補欠で待つ")
    fill(phone, "待田 まち", "まちだ まち", "machi")
    phone.picture("3-waiting-form")
    phone.press("補欠で待つ")
    confirm(phone, service, "machi")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("補欠で受け付けました")
    office.send("POST", f"/participations/{first}/withdraw")
    if _is_night():
        return
    phone.open(link_in(service, "machi", "/participations/", "場所が空きました"))
    phone.picture("3-offer")
    phone.press("参加します")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("申し込みが決まりました")


def _is_night() -> bool:
    """Say whether offers are held until the morning now, which the test of the actions looks at by its own clock."""
    hour = (time.gmtime().tm_hour + 9) % 24
    return hour >= 21 or hour < 7


def test_somebody_who_cannot_come_passes_a_link_on_and_is_free(
    phone: Phone, chromium: Browser, service: Service, office: Office
) -> None:
    slot = office.post("花の植えかえ", 1)
    phone.open(f"/slots/{slot.id}/join")
    fill(phone, "先野 さき", "さきの さき", "saki")
    phone.press("申し込む")
    confirm(phone, service, "saki")
    phone.press("行けなくなりました")
    phone.press("代わりの人をさがす")
    phone.picture("3-stand-in")
    phone.press("知っている人に頼む")
    link = re.search(r"http\S+", phone.page.locator(".pass-on").inner_text())
    assert link
    other = Phone(chromium.new_page(viewport=PHONE, locale="ja-JP"), phone.album, phone.address)  # type: ignore[arg-type]
    other.open(link[0])
    fill(other, "後藤 あと", "ごとう あと", "ato")
    other.picture("3-take-over")
    other.press("引き受けます")
    confirm(other, service, "ato")
    expect(other.page.get_by_role("heading", level=1)).to_have_text("申し込みが決まりました")
    other.page.close()
    link_in(service, "saki", "/me/", "代わりの人が決まりました")


def test_a_lottery_is_drawn_and_everybody_can_draw_it_again(
    phone: Phone, service: Service, office: Office
) -> None:
    slot = office.post("いも掘り", 1, policy="lottery", closes_before=60 * 24)
    for name, mailbox in (("一番 くじ", "kuji1"), ("二番 くじ", "kuji2")):
        phone.open(f"/slots/{slot.id}/join")
        fill(phone, name, f"くじ {mailbox}", mailbox)
        phone.press("抽選に申し込む")
        confirm(phone, service, mailbox)
        expect(phone.page.get_by_role("heading", level=1)).to_have_text("抽選の申し込みを受け付けました")
    office.send("POST", f"/activities/{slot.activity_id}/terms/0", closes_before=60 * 24 * 30)
    office.tick()
    phone.open(f"/slots/{slot.id}/draw")
    phone.picture("3-draw")
    expect(phone.page.get_by_text("当選")).to_have_count(1)
    expect(phone.page.get_by_role("cell", name="補欠")).to_have_count(1)


def test_an_application_waits_for_the_organisers_answer(
    phone: Phone, service: Service, office: Office
) -> None:
    slot = office.post("絵本の読み手", 1, policy="approval")
    phone.open(f"/slots/{slot.id}/join")
    expect(phone.page.get_by_text("世話人が確かめて、お返事します", exact=False).first).to_be_visible()
    fill(phone, "読田 よみ", "よみた よみ", "yomi")
    phone.press("申し込む")
    confirm(phone, service, "yomi")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("申し込みをお預かりしました")
    _approve(office, slot)
    assert "申し込みが決まりました" in link_in_mail(service, "yomi")


def _approve(office: Office, slot: Slot) -> None:
    rows = office.send("GET", f"/dates/{slot.date_id}/roster")["sign_ups"]
    (row,) = [row for row in rows if row["state"] == "applied"]
    office.send("POST", f"/dates/{slot.date_id}/board/{row['id']}/approve")


def link_in_mail(service: Service, mailbox: str) -> str:
    """Return the mail that says that a sign-up is accepted."""
    link_in(service, mailbox, "/me/", "申し込みが決まりました")
    return service.mails_to(f"{mailbox}@example.jp")[-1]


def test_a_group_of_twelve_comes_with_a_number_and_names_itself_later(
    phone: Phone, service: Service, office: Office
) -> None:
    slot = office.post("沿道の声かけ", 15)
    phone.open(f"/slots/{slot.id}/join")
    phone.press("団体・グループで申し込む")
    phone.page.get_by_label("団体・グループの名前", exact=False).first.fill("駅前商店会")
    phone.page.get_by_label("人数", exact=False).first.fill("12")
    fill(phone, "代田 ひょう", "しろた ひょう", "hyo")
    phone.picture("3-group")
    phone.press("申し込む")
    confirm(phone, service, "hyo")
    phone.press("お名前と人数を見る・直す")
    phone.picture("3-names")
    list_of_names, link = phone.page.url, re.search(r"http\S+/names/[\w.-]+", phone.page.inner_text("main"))
    assert link
    phone.open(link[0])
    phone.page.get_by_label("お名前", exact=False).first.fill("店田 いち")
    phone.page.get_by_label("ふりがな", exact=False).first.fill("みせた いち")
    phone.picture("3-own-name")
    phone.press("お名前を入れる")
    phone.open(list_of_names)
    expect(phone.page.get_by_text("店田 いち").first).to_be_visible()
    assert office.send("GET", f"/dates/{slot.date_id}")["slots"][0]["left"] == 3


def test_the_officer_enters_a_telephone_call_in_three_pages(phone: Phone, office: Office) -> None:
    slot = office.post("電話の当番", 3)
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/dates/{slot.date_id}/board/add?slot={slot.id}")
    phone.page.get_by_label("お名前", exact=False).first.fill("電田 はな")
    phone.page.get_by_label("ふりがな", exact=False).first.fill("でんだ はな")
    phone.page.get_by_label("電話", exact=False).first.fill("090-0000-1234")
    phone.picture("3-by-telephone")
    phone.press("申し込みを入れる")
    phone.open(f"/dates/{slot.date_id}/board")
    phone.picture("3-board")
    expect(phone.page.get_by_text("電田 はな").first).to_be_visible()
    expect(phone.page.get_by_text("代わりに入れました", exact=False).first).to_be_visible()
