"""Ticking on a phone at the meeting place: each tick shows at once, waits for the network, turns back when refused."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Phone, Service
from tests.browser.office import Office, Slot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(service: Service) -> Office:
    """The officer's program, signed in once."""
    return Office.open(service)


@pytest.fixture
def slot(phone: Phone, office: Office) -> Slot:
    """A part that begins in an hour, with three who come, and its list open on the officer's phone."""
    made = office.post("いま集まる会", 5, datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(hours=1))
    for number in range(3):
        office.telephones(made, f"来田 {number}", f"090-0000-200{number}")
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/dates/{made.date_id}/attendance")
    return made


def row(phone: Phone, name: str) -> Locator:
    return phone.page.locator(".check-in > li", has_text=name)


def came(office: Office, slot: Slot) -> list[str]:
    """Return how each stands, as a program reads it."""
    rows = office.send("GET", f"/dates/{slot.date_id}/roster")["sign_ups"]
    return [one["state"] for one in sorted(rows, key=lambda one: one["name"])]


def test_each_tick_is_sent_as_it_is_made_and_waits_where_there_is_no_network(
    phone: Phone, office: Office, slot: Slot
) -> None:
    first, second = row(phone, "来田 0"), row(phone, "来田 1")
    first.get_by_role("checkbox").check()
    expect(first).to_contain_text("来ました")
    expect(phone.page.locator("strong[data-ticked]")).to_have_text("1")
    phone.page.context.set_offline(True)
    second.get_by_role("checkbox").check()
    expect(second).to_contain_text("まだ送れていません")
    phone.picture("10-ticks")
    assert came(office, slot) == ["done", "confirmed", "confirmed"]
    phone.page.context.set_offline(False)
    expect(second).to_contain_text("来ました")
    first.get_by_role("checkbox").uncheck()
    expect(first).to_contain_text("来ませんでした")
    assert came(office, slot) == ["absent", "done", "confirmed"]
    phone.press("全員来ました")
    expect(row(phone, "来田 2")).to_contain_text("来ました")
    assert came(office, slot) == ["absent", "done", "done"]


def test_what_is_refused_turns_back_with_a_sentence(phone: Phone, office: Office, slot: Slot) -> None:
    revision = office.send("GET", f"/dates/{slot.date_id}")["revision"]
    office.send("POST", f"/dates/{slot.date_id}/decision", outcome="cancel", revision=revision, reason="雨")
    last = row(phone, "来田 2")
    last.get_by_role("checkbox").click()
    expect(last).to_contain_text("行われなかった日には、出席をつけられません。")
    expect(last.get_by_role("checkbox")).not_to_be_checked()


def test_who_is_told_is_ticked_by_name_alone_and_an_answer_opens_nobody_elses_fold(
    phone: Phone, office: Office
) -> None:
    made = office.post("延びる会", 5, reserve_days=1)
    for number in range(2):
        office.telephones(made, f"聞田 {number}", f"090-0000-210{number}")
    revision = office.send("GET", f"/dates/{made.date_id}")["revision"]
    office.send("POST", f"/dates/{made.date_id}/decision", outcome="postpone", revision=revision)
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/dates/{made.date_id}/list")
    rows = phone.page.locator(".check-in > li")
    rows.first.locator("summary").click()
    rows.first.get_by_role("button", name="行くと聞きました").click()
    expect(rows).to_have_count(1)
    expect(rows.first.locator("details")).not_to_have_attribute("open", "")
    box = rows.first.bounding_box()
    assert box is not None
    rows.first.click(position={"x": box["width"] - 8, "y": 20})
    expect(rows.first.get_by_role("checkbox")).not_to_be_checked()
    rows.first.locator(".tick-row-name").click()
    expect(rows.first).to_contain_text("伝えました")
