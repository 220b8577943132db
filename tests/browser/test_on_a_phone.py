"""Journeys 1, 2 and 5 on a phone of 375 px, with the demo neighbourhood and the pictures that people look at."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Phone, Service

pytestmark = pytest.mark.browser


def _sign_in_by_link(phone: Phone, service: Service, role: str) -> None:
    link = next(link for name, link in service.links.items() if role in name)
    phone.open(link)
    phone.press("サインインする")
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("今日すること")


def test_an_officer_posts_a_recurring_activity_and_publishes_it(phone: Phone, service: Service) -> None:
    _sign_in_by_link(phone, service, "みどり町内会")
    phone.picture("1-own-page")
    # Without scrolling.
    expect(phone.page.get_by_role("link", name="活動をのせる").first).to_be_in_viewport()
    phone.press("活動をのせる")
    phone.picture("1-start")
    phone.press("はじめから書く")
    phone.page.get_by_label("活動の名前").first.fill("花だんの水やり")
    phone.page.get_by_label("集まる場所").first.fill("みどり公園の花だん")
    phone.page.get_by_label("はじめの日").fill((date.today() + timedelta(days=3)).isoformat())  # noqa: DTZ011  # far enough off
    phone.page.get_by_label("開始時刻").fill("07:00")
    phone.page.get_by_label("終了時刻").fill("07:30")
    phone.page.get_by_label("くり返し", exact=False).first.select_option("weekly")
    phone.page.get_by_label("役割", exact=False).first.fill("水やり")
    phone.page.get_by_label("人数").first.fill("3")
    phone.picture("1-form")
    phone.press("次へ：日程を確かめる")
    expect(phone.page.locator(".drafted li")).to_have_count(12)
    phone.picture("1-next-dates")
    phone.press("この内容で公開する")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("花だんの水やり")
    expect(phone.page.locator(".date-list li").first).to_contain_text("午前7時〜7時\u206030分")
    phone.picture("1-published")


def test_somebody_signs_up_on_a_phone_and_withdraws_by_the_mailed_link(
    phone: Phone, service: Service
) -> None:
    phone.open("/")
    phone.picture("2-what-is-on")
    # The stories beside this one may have filled the first page of the list.
    phone.open("/?words=資源回収の日")
    phone.page.locator(".date-list a", has_text="資源回収の日").first.click()
    phone.picture("2-date")
    phone.press("この役割で申し込む")
    phone.press("申し込む")
    expect(phone.page.get_by_text("お名前を入れてください。").first).to_be_visible()
    phone.picture("2-join-with-errors")
    phone.page.get_by_label(re.compile("^お名前")).fill("小鳥遊 ひかり")
    phone.page.get_by_label(re.compile("^ふりがな")).fill("たかなし ひかり")
    phone.page.get_by_label("メール", exact=True).check()
    phone.page.get_by_label(re.compile("^メールアドレス")).fill("hikari@example.jp")
    phone.picture("2-join")
    phone.press("申し込む")
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("メールを確かめてください")
    phone.picture("2-joined")
    mail = service.wait_for_mail("hikari@example.jp")
    phone.open(_personal_link(mail))
    phone.picture("2-confirm")
    phone.press("確かめる")
    phone.picture("2-personal-page")
    phone.press("行けなくなりました")
    phone.picture("2-withdraw")
    phone.press("行けないことを伝える")
    expect(phone.page.get_by_text("申し込んでいる予定はありません。")).to_be_visible()


def _personal_link(mail: str) -> str:
    found = re.search(r"http\S+/me/\S+", mail)
    assert found, mail
    return found[0]


def _sign_in_by_code(phone: Phone, service: Service, email: str) -> None:
    before = len(service.mails_to(email))
    phone.open("/sign-in")
    phone.page.get_by_label("メールアドレス").fill(email)
    phone.press("メールを受け取る")
    phone.page.get_by_label("6けたの数字").fill(service.wait_for_code(email, before))
    phone.picture("5-code")
    phone.press("サインインする")
    expect(phone.page.get_by_role("heading", level=1)).to_contain_text("今日すること")


def test_the_organiser_postpones_on_one_screen(phone: Phone, service: Service) -> None:
    _sign_in_by_code(phone, service, "fujino.shoichi@example.jp")
    phone.open("/organizations/midori")
    phone.picture("5-body")
    phone.page.locator(".date-list a", has_text="資源回収の日").first.click()
    phone.press("実施・順延・中止を決める")
    phone.page.get_by_text("理由やひとことを書く").click()
    phone.page.get_by_label("ひとこと").fill("雨のため。")
    phone.picture("5-decision")
    phone.press("に順延する")
    # The demo's next date may be days off, or tomorrow.
    if "いま決めますか" in phone.page.title():
        phone.press("いま「順延」に決める")
    expect(phone.page.get_by_text("順延").first).to_be_visible()
    phone.picture("5-board-after")
    phone.press("みんなが見るページ")
    expect(phone.page.get_by_text("順延しました。")).to_be_visible()
    phone.picture("5-date-after")
