"""The decider's morning on a phone of 375 px: a mail, one link, one tap, and everybody is told."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Phone, Service
from tests.browser.office import OFFICER, Office

pytestmark = pytest.mark.browser
# Whoever decides is not told of it; whoever comes is.
HELPER = "kusano.shigeru@example.jp"


def _due_soon(office: Office) -> int:
    """Post a date about which the chair has to decide in a quarter of an hour, and return its number."""
    by = datetime.now(ZoneInfo("Asia/Tokyo")) + timedelta(minutes=15)
    facts = {
        "title": "川べりの草刈り",
        "place": "みどり川 河川敷",
        "first_on": (by.date() + timedelta(days=1)).isoformat(),
        "first_at": "09:00",
        "minutes": 120,
        "weather_rule": "postpone_if_rain",
        "reserve_days": 7,
        "decide_at": by.strftime("%H:%M"),
        "decide_days_before": 1,
        "decider_office": "chair",
    }
    part = {"name": "草刈り", "places": 5}
    made = office.send("POST", "/organizations/midori/activities", **facts, slots=[part])
    office.send("POST", f"/activities/{made['id']}/publish")
    slot = office._only_slot(made["id"], "川べりの草刈り")
    helper = {"name": "草野 茂", "kana": "くさの しげる", "email": HELPER, "is_new": True}
    office.send("POST", f"/dates/{slot.date_id}/board/add", slot_id=slot.id, **helper)
    return slot.date_id


def test_one_tap_from_the_mail_decides_and_tells(phone: Phone, service: Service) -> None:
    office = Office.open(service)
    date_id = _due_soon(office)
    office.tick()
    asked = next(mail for mail in reversed(service.mails_to(OFFICER)) if "/decide/" in mail)
    link = re.search(r"http\S+/decide/\S+", asked)
    assert link, asked
    phone.open(link[0])
    expect(phone.page.get_by_text(re.compile("^あと"))).to_be_visible()
    phone.picture("8-decide")
    phone.press("に順延する")
    expect(phone.page.get_by_role("status")).to_contain_text("順延")
    phone.picture("8-decided")
    office.tick()
    assert any("順延" in mail for mail in service.mails_to(HELPER))
    phone.open(f"/dates/{date_id}")
    expect(phone.page.get_by_text("みどり町内会 会長")).to_be_visible()
    phone.picture("8-date")


def test_going_back_after_deciding_asks_for_nothing_to_be_sent_anew(phone: Phone, service: Service) -> None:
    office, page = Office.open(service), phone.page
    slot = office.post("どんぐり拾い", 3)
    phone.open(office.sign_in_link())
    phone.press("サインインする")
    phone.open(f"/dates/{slot.date_id}/decision")
    page.get_by_text("先に、理由やひとことを書く").click()
    page.get_by_label("ひとこと").fill("工事のため")
    phone.press("中止する")
    expect(page.get_by_text("工事のため")).to_be_visible()
    phone.press("いま「中止」に決める")
    expect(page.get_by_text("中止にしました。")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="「中止」を取り消す")).to_be_visible()
