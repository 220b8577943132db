"""Forms that are sent while the page stays: joining, undoing, and what is said when nothing gets through."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Phone, Service
from tests.browser.office import Office

pytestmark = pytest.mark.browser
NOT_SENT = "送れませんでした。もう一度押してください。"


@pytest.fixture(scope="module")
def office(service: Service) -> Office:
    """The officer's program, signed in once."""
    return Office.open(service)


def stays(page: Page) -> None:
    """Mark the page, so that one sees whether it was left."""
    page.evaluate("window.stayed = true")


def has_stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def fill(page: Page, name: str, mailbox: str) -> None:
    page.get_by_label("お名前", exact=False).first.fill(name)
    page.get_by_label("ふりがな", exact=False).first.fill("ふりがな")
    page.get_by_label("メール", exact=True).check()
    page.get_by_label("メールアドレス", exact=False).first.fill(f"{mailbox}@example.jp")


def said(page: Page) -> str:
    """Return what a reader of the screen is told."""
    return page.locator("[data-announced]").inner_text()


def open_folds(page: Page) -> list[str]:
    return page.locator("main details[open] > summary").all_inner_texts()


def test_one_joins_in_place_after_a_mistake_and_goes_back(phone: Phone, office: Office) -> None:
    slot, page = office.post("あき缶ひろい", 3), phone.page
    phone.open(f"/slots/{slot.id}/join")
    stays(page)
    page.get_by_label("お名前", exact=False).first.fill("沖田 ひな")
    page.get_by_text("いっしょに来る子ども").click()
    phone.press("申し込む")
    expect(page.locator(".error-summary")).to_be_focused()
    assert "ふりがな" in said(page)
    assert open_folds(page) == ["いっしょに来る子ども"]
    expect(page.get_by_label("お名前", exact=False).first).to_have_value("沖田 ひな")
    fill(page, "沖田 ひな", "hina")
    phone.press("申し込む")
    expect(page.get_by_role("heading", level=1)).to_have_text("メールを確かめてください")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert (has_stayed(page), page.url.endswith("/joined"), page.evaluate("scrollY")) == (True, True, 0)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("「係」\u2060に申し込む")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("メールを確かめてください")
    assert has_stayed(page)


def test_who_chooses_another_way_to_be_told_is_not_asked_for_the_one_before(
    phone: Phone, office: Office
) -> None:
    slot, page = office.post("花がらつみ", 3), phone.page
    phone.open(f"/slots/{slot.id}/join")
    phone.press("申し込む")
    expect(page.locator(".error-summary a[href='#email']")).to_be_visible()
    page.get_by_label("電話", exact=True).check()
    assert [page.locator(one).is_visible() for one in ("#phone", "#email")] == [True, False]
    expect(page.locator("main").get_by_text("メールアドレスを入れてください。")).to_have_count(0)
    phone.picture("9-another-way")
    page.get_by_label("メール", exact=True).check()
    assert [page.locator(one).is_visible() for one in ("#phone", "#email")] == [False, True]


def test_without_a_network_nothing_typed_is_lost_and_the_next_press_goes_through_once(
    phone: Phone, office: Office
) -> None:
    slot, page = office.post("みぞ掃除", 3), phone.page
    phone.open(f"/slots/{slot.id}/join")
    fill(page, "水口 みつ", "mitsu")
    stays(page)
    page.route("**/join", lambda route: route.fulfill(status=504, body="<h1>Gateway</h1>"), times=1)
    page.get_by_role("button", name="申し込む").click()
    expect(page.get_by_role("alert").get_by_text(NOT_SENT)).to_be_visible()
    assert has_stayed(page)
    # What was sent arrives, and its answer gets lost on the way.
    page.route("**/join", lambda route: _lose_answer(route), times=1)
    page.get_by_role("button", name="申し込む").click()
    expect(page.get_by_role("alert").get_by_text(NOT_SENT)).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="申し込む").click()
    expect(page.get_by_text(NOT_SENT)).to_have_count(1)
    expect(page.get_by_label("お名前", exact=False).first).to_have_value("水口 みつ")
    phone.picture("9-not-sent")
    page.context.set_offline(False)
    page.get_by_role("button", name="申し込む").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("メールを確かめてください")
    assert office.send("GET", f"/dates/{slot.date_id}")["slots"][0]["left"] == 2


def _lose_answer(route: Route) -> None:
    route.fetch(max_redirects=0)
    route.abort()


def test_who_withdraws_takes_it_back_in_place(phone: Phone, office: Office) -> None:
    slot, page = office.post("菊の世話", 2), phone.page
    row = office.sign_up(slot, "藤野")
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/participations/{row}/withdraw")
    stays(page)
    phone.press("行けないことを伝える")
    expect(page.locator(".undo-bar")).to_be_in_viewport()
    phone.press("元にもどす")
    expect(page.get_by_role("heading", level=1)).to_have_text("申し込みが決まりました")
    assert (has_stayed(page), "元にもどしました" in said(page)) == (True, True)
    assert office.send("GET", f"/dates/{slot.date_id}")["slots"][0]["left"] == 1


def test_what_is_chosen_moves_nothing_and_the_way_back_leads_to_the_narrowed_list(
    phone: Phone, office: Office
) -> None:
    slot, page = office.post("よみきかせ", 2), phone.page
    phone.open("/")
    below = page.locator(".wish-details").bounding_box()
    page.locator("[data-key=free-True]").click()
    expect(page.locator(".wish[data-on]")).to_have_count(1)
    assert page.locator(".wish-details").bounding_box() == below
    phone.open(f"/dates/{slot.date_id}")
    expect(page.locator(".back-link")).to_have_attribute("href", "/?free=1")


def test_what_a_link_has_chosen_stands_in_the_fold_and_what_is_ticked_meanwhile_stays(
    phone: Phone, office: Office
) -> None:
    office.post("本の読みきかせ", 2)
    page, held = phone.page, list[Route]()
    phone.open("/")
    page.locator(".wish-details > summary").click()
    page.locator("[data-key=free-True]").click()
    expect(page.locator("#free")).to_be_checked()
    page.route("**/?*", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/?*"):
        page.locator("#ease-seated").check()
    # An answer that is under way knows nothing of the next tick.
    page.locator("#ease-not_heavy").check()
    held[0].continue_()
    expect(page).to_have_url(re.compile("ease=seated&ease=not_heavy&free=1"))
    expect(page.locator("#ease-not_heavy")).to_be_checked()
    page.locator("[data-key=free-True]").click()
    expect(page.locator("#free")).not_to_be_checked()


def test_what_was_found_or_not_is_said_in_sight_of_what_was_asked(phone: Phone, office: Office) -> None:
    office.post("花だんの水やり", 2)
    page = phone.page
    phone.open("/?ease=with_children")
    page.locator(".wish-details > summary").click()
    page.locator("#words").fill("ゲートボール")
    page.keyboard.press("Enter")
    expect(page.locator(".empty-state")).to_be_in_viewport()
    expect(page.locator("#words")).to_be_in_viewport()


def test_after_the_last_press_one_stands_on_top(phone: Phone, office: Office) -> None:
    slot, page = office.post("落ち葉かき", 2), phone.page
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/activities/{slot.activity_id}")
    page.locator("[action$=unpublish] button").click()
    phone.press("この内容で公開する")
    expect(page.locator("[data-news]").first).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0


def test_a_plain_form_that_is_refused_comes_back_with_the_same_folds_open(
    phone: Phone, office: Office
) -> None:
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open("/organizations/midori/activities/new")
    opened = ["役割を増やす", "ほかのことば（やさしい日本語、英語）"]
    for words in opened:
        phone.page.get_by_text(words, exact=True).click()
    phone.press("次へ：日程を確かめる")
    expect(phone.page.locator(".error-summary")).to_be_focused()
    assert open_folds(phone.page) == opened


def test_a_refused_form_opens_nothing_that_its_writer_left_closed(phone: Phone, office: Office) -> None:
    page = phone.page
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open("/organizations/midori/activities/new")
    page.get_by_label("くり返し", exact=False).first.select_option("weekly")
    page.get_by_text("曜日や日を選ぶ", exact=True).click()
    page.get_by_label("開始時刻", exact=False).fill("09:00")
    page.get_by_label("終了時刻", exact=False).fill("08:00")
    page.get_by_label("予備日", exact=False).first.fill("7")
    assert open_folds(page) == []
    phone.press("次へ：日程を確かめる")
    expect(page.locator(".error-summary")).to_be_focused()
    assert open_folds(page) == []


def test_a_question_about_what_was_typed_is_asked_in_place_and_one_step_back_leads_away(
    phone: Phone, office: Office
) -> None:
    slot, page = office.post("豆まき", 5), phone.page
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/dates/{slot.date_id}/board")
    page.get_by_role("link", name="電話・紙の申し込みを入れる").click()
    stays(page)
    page.get_by_label("お名前", exact=False).first.fill("藤野")
    phone.press("名簿からさがす")
    expect(page.locator("#found")).to_be_in_viewport()
    expect(page.get_by_label("お名前", exact=False).first).to_have_value("藤野")
    assert (has_stayed(page), "asked=" in page.url) == (True, True)
    page.reload()
    expect(page.locator("#found")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/board$"))


def test_the_organisers_press_is_undone_in_place_and_a_refusal_is_said_where_it_was_pressed(
    phone: Phone, office: Office
) -> None:
    slot, page = office.post("旗あげ", 2), phone.page
    row = office.sign_up(slot, "藤野")
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/dates/{slot.date_id}/board/{row}")
    stays(page)
    page.get_by_text("人数を直す", exact=True).first.click()
    page.get_by_label("正しい人数", exact=False).fill("2")
    phone.press("人数を直す")
    expect(page.locator(".undo-bar[data-floats]")).to_be_in_viewport()
    page.locator(".undo-bar").get_by_role("button", name="閉じる").click()
    expect(page.locator("[data-floats], .close")).to_have_count(0)
    page.get_by_text("外す", exact=True).click()
    page.get_by_label("理由", exact=False).first.fill("人ちがい")
    phone.press("外して本人に伝える")
    expect(page.locator(".undo-bar")).to_be_in_viewport()
    assert "外しました" in said(page)
    phone.press("元にもどす")
    expect(page.get_by_text("元にもどしました。").first).to_be_visible()
    assert (has_stayed(page), page.url.endswith("/board")) == (True, True)
    phone.press("「来られますか」と1人にたずねる")
    phone.press("1人にたずねる")
    expect(page.locator("[data-news]")).to_be_in_viewport()
    phone.open(f"/dates/{slot.date_id}/board/{row}")
    stays(page)
    page.context.clear_cookies()
    page.get_by_text("外す", exact=True).click()
    page.get_by_role("button", name="外して本人に伝える").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("できませんでした")
    assert not has_stayed(page)


def test_a_plain_form_tapped_twice_is_sent_once(phone: Phone, office: Office) -> None:
    slot, page = office.post("花だん", 2), phone.page
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    path = f"/activities/{slot.activity_id}/correct"
    phone.open(path)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.locator("#title").fill("花だんの世話")
    page.get_by_role("button", name="この内容に直す").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("これまでの変更")
    assert [one.endswith(path) for one in sent] == [True]


def test_going_back_to_a_plain_form_that_was_refused_asks_for_nothing_to_be_sent_anew(
    phone: Phone, office: Office
) -> None:
    slot, page = office.post("花だん", 2), phone.page
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/activities/{slot.activity_id}/correct")
    page.locator("#title").fill("")
    phone.press("この内容に直す")
    page.locator("#title").fill("花だんの世話")
    phone.press("この内容に直す")
    expect(page.get_by_role("heading", level=1)).to_have_text("これまでの変更")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("活動の内容を直す")
