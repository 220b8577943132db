"""Changing dates on the page: whom it touches stands above the button that saves."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity
from scheduler.changes.models import SeriesChange
from scheduler.changes.moves import Place
from tests import mailbox, make
from tests.cast import Cast
from tests.changes.wanting import WEEKLY, dates_of, days, looked, make_change, one, series
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor

SERIES: dict[str, Any] = {
    "first_on": "2026-11-22",
    "first_at": "10:00",
    "ends_at": "12:00",
    "repeats": "weekly",
    "weekdays": ["6"],
    "count": "6",
    "on_holiday": "keep",
    "on_closed": "skip",
    "place": "みどり公園前",
    "parts-0-was": "積込み",
    "parts-0-name": "積込み",
    "parts-0-places": "2",
}


@pytest.fixture
def unlike_others() -> dict[str, Any]:
    """No weather can call them off."""
    return {"weather_rule": "none"}


@pytest.fixture
def bens_dates() -> tuple[int, ...]:
    """The first and the last."""
    return 0, 5


@pytest.fixture
def aiko(app: Flask, cast: Cast, weekly: Activity) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def seen_in(page: str) -> str:
    """Return the name of what a page has shown."""
    return page.split('name="seen"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def save(aiko: Visitor, path: str, **typed: Any) -> Any:
    """Look, then press the button below what was shown."""
    shown = looked(aiko, path, step="look", **typed)
    assert shown.status_code == 200, shown.text
    return aiko.submit(path, **typed | {"step": "save", "seen": seen_in(shown.text)})


def test_the_page_says_whom_it_touches_before_anything_is_saved(
    session: Session, cast: Cast, aiko: Visitor, weekly: Activity
) -> None:
    first, *_, third, _, _, _ = dates_of(session, weekly.id)
    make.participation(session, third.slots[0], cast.chie, NOW)
    session.commit()
    typed = SERIES | {"repeats": "monthly_weekday", "weeks": ["4"], "count": "2"}
    page = looked(aiko, f"/dates/{first.id}/change/all", step="look", **typed).text
    assert "1人は、申し込みがそのまま残ります。" in page
    assert "4日がなくなります。申し込んでいた1人にお知らせします。" in page
    assert ("メールで受け取る2人には" in page, "何日分でも、1人に1通です。" in page) == (True, True)
    assert days(dates_of(session, weekly.id)) == days(dates_of(session, weekly.id, on=False))
    assert session.query(SeriesChange).count() == 0


def test_a_series_is_changed_told_and_undone(
    app: Flask, session: Session, aiko: Visitor, weekly: Activity
) -> None:
    mailbox.new_mails(app, "ben@example.jp")
    first = dates_of(session, weekly.id)[0]
    answer = save(aiko, f"/dates/{first.id}/change/all", **SERIES | {"why": "寒いので遅くします。"})
    assert answer.status_code == 303
    assert days(dates_of(session, weekly.id))[0] == "11-22 10:00"
    page = aiko.text(answer.location)
    assert "これからの全部を変えました" in page
    assert "寒いので遅くします。" in page
    with at("2026-11-16 10:04"):
        mail = mailbox.new_mail(app, "ben@example.jp")
    assert "日程が変わりました" in mail["Subject"]
    text = mailbox.text(mail)
    assert text.count("→") == 2
    assert "→ 11月22日（日） 午前10時〜午後0時" in text
    undone = aiko.submit("/changes/1/undo", answer.location)
    assert undone.status_code == 303
    assert days(dates_of(session, weekly.id))[0] == "11-22 08:00"
    assert "取り消し済み" in aiko.text(answer.location)
    with at("2026-11-16 10:06"):
        again = mailbox.new_mail(app, "ben@example.jp")
    assert "変更を取り消しました" in again["Subject"]


def test_one_date_is_changed(session: Session, aiko: Visitor, weekly: Activity) -> None:
    first = dates_of(session, weekly.id)[0]
    path = f"/dates/{first.id}/change/this"
    typed: dict[str, Any] = {"day": "2026-11-21", "first_at": "13:00", "ends_at": "15:00", "place": "公民館"}
    typed |= {"parts-0-was": "積込み", "parts-0-name": "積込み", "parts-0-places": "5"}
    assert save(aiko, path, **typed).status_code == 303
    page = aiko.text(f"/dates/{first.id}")
    said = page.replace('<span class="whole">', "").replace("</span>", "")
    assert "11月22日（日） 午前8時から11月21日（土） 午後1時に変わりました。" in said
    assert "公民館" in page
    assert "公民館" not in aiko.text(f"/dates/{dates_of(session, weekly.id)[1].id}")


@pytest.mark.parametrize("scope", ["this", "following", "all"])
def test_a_refused_change_keeps_the_parts_as_typed_or_as_they_are(
    session: Session, aiko: Visitor, weekly: Activity, scope: str
) -> None:
    path = f"/dates/{dates_of(session, weekly.id)[0].id}/change/{scope}"
    typed = {"parts-0-was": "積込み", "parts-0-name": "積込みと見張り", "parts-0-places": "たくさん"}
    refused = aiko.submit(path, page="/me/limits", **typed, **{"parts-1-name": "受付"})
    assert refused.status_code == 422
    for name, value in typed.items():
        assert re.search(f'name="{name}"[^>]* value="{value}"', refused.text), name
    assert re.search('name="parts-1-name"[^>]* value="受付"', refused.text)
    empty = aiko.submit(path, page="/me/limits")
    assert re.search('name="parts-0-name"[^>]* value="積込み"', empty.text)
    assert empty.text.count('class="slot-fields"') == 2


def test_going_back_to_what_was_shown_asks_anew_and_saves_nothing(
    session: Session, aiko: Visitor, weekly: Activity
) -> None:
    first = dates_of(session, weekly.id)[0]
    path, typed = f"/dates/{first.id}/change/all", SERIES | {"first_at": "11:00", "why": "工事のため"}
    asked = aiko.submit(path, step="look", **typed).location
    assert asked.endswith("#impact")
    page = aiko.text(asked)
    assert ('value="工事のため"' in page, 'value="11:00"' in page) == (True, True)
    assert session.query(SeriesChange).count() == 0


def test_what_is_typed_wrong_stays_and_is_explained(
    session: Session, aiko: Visitor, weekly: Activity
) -> None:
    first = dates_of(session, weekly.id)[0]
    path = f"/dates/{first.id}/change/following"
    wrong = aiko.submit(path, **SERIES | {"repeats": "rule", "rrule": "FREQ=SECONDLY"})
    assert wrong.status_code == 422
    assert "くり返しは、いちばん多くて1日1回です。" in wrong.text
    assert "FREQ=SECONDLY" in wrong.text
    assert aiko.submit(path, **SERIES | {"first_at": "25:00"}).status_code == 422


def test_a_late_save_is_shown_again(session: Session, cast: Cast, aiko: Visitor, weekly: Activity) -> None:
    first = dates_of(session, weekly.id)[0]
    path = f"/dates/{first.id}/change/all"
    seen = seen_in(looked(aiko, path, step="look", **SERIES).text)
    make.participation(session, dates_of(session, weekly.id)[0].slots[0], cast.chie, NOW)
    session.commit()
    late = aiko.submit(path, step="save", **SERIES | {"seen": seen})
    assert late.status_code == 409
    assert "もう一度、だれに関わるかを確かめてください。" in late.text


def test_the_form_begins_with_what_holds(session: Session, aiko: Visitor, weekly: Activity) -> None:
    third = dates_of(session, weekly.id)[2]
    assert "この日だけ変える" in aiko.text(f"/dates/{third.id}/change")
    page = aiko.text(f"/dates/{third.id}/change/following")
    assert 'value="2026-12-06"' in page
    assert 'name="count"' in page
    # Four of six are left from the third on.
    assert re.search(r'<input[^>]*name="count"[^>]*value="4"', page)
    assert aiko.get(f"/dates/{third.id}/change/sideways").status_code == 404


def test_the_activity_says_what_holds_from_when(session: Session, aiko: Visitor, weekly: Activity) -> None:
    third = dates_of(session, weekly.id)[2]
    typed = SERIES | {"first_on": "2026-12-07", "weekdays": ["0"], "count": "4"}
    assert save(aiko, f"/dates/{third.id}/change/following", **typed).status_code == 303
    page = aiko.text(f"/activities/{weekly.id}")
    assert "毎週 日曜日、全6回" in page
    assert "12月6日（日）から：毎週 月曜日、全4回" in page


def test_a_place_on_the_map_can_be_added_quietly_and_does_not_stay_behind(
    app: Flask, session: Session, aiko: Visitor, weekly: Activity
) -> None:
    mailbox.new_mails(app, "ben@example.jp")
    first, second, *_ = dates_of(session, weekly.id)
    same = {"day": "2026-11-22", "first_at": "08:00", "ends_at": "10:00", "place": weekly.place}
    same |= {"parts-0-was": "積込み", "parts-0-name": "積込み", "parts-0-places": "2"}
    assert save(aiko, f"/dates/{first.id}/change/this", **same | {"map_point": "35.66,139.70"}).location
    session.rollback()
    assert (first.map_point, first.revision, second.map_point) == ("35.66000,139.70000", 1, "")
    with at("2026-11-16 10:04"):
        assert mailbox.new_mails(app, "ben@example.jp") == []
    # The form sends the pin of the old place along: nobody would look for the new one there.
    moved = same | {"place": "公民館", "map_point": "35.66000,139.70000"}
    assert save(aiko, f"/dates/{first.id}/change/this", **moved).status_code == 303
    session.rollback()
    assert (first.place, first.map_point) == ("公民館", "")


def test_a_series_has_its_place_on_the_map_and_its_change_is_undone(
    session: Session, aiko: Visitor, weekly: Activity
) -> None:
    third = dates_of(session, weekly.id)[2]
    typed = SERIES | {"place": "川原", "map_point": "35.1,139.1"}
    answer = save(aiko, f"/dates/{third.id}/change/following", **typed)
    points = [row.map_point for row in dates_of(session, weekly.id)]
    assert points[1:3] == ["", "35.10000,139.10000"]
    aiko.submit("/changes/1/undo", answer.location)
    session.rollback()
    assert {row.map_point for row in dates_of(session, weekly.id)} == {""}
    assert save(aiko, f"/dates/{third.id}/change/all", **SERIES | {"map_point": "35.2,139.2"}).location
    session.rollback()
    assert {row.map_point for row in dates_of(session, weekly.id)} == {"35.20000,139.20000"}


def test_another_place_shows_on_the_dates_page_until_it_is_taken_back(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    date_ = make.occurrence(session, cast.midori, NOW, rule=WEEKLY + ";COUNT=3")
    made = make_change(session, date_, series(date_, WEEKLY + ";COUNT=3", place=Place("川原")), "all")
    session.commit()
    session.expire_all()
    assert "みどり公園前 → 川原" in visitor.text(f"/dates/{date_.id}")
    make_change(session, date_, one(date_, place=Place("公民館")), now=NOW)
    session.commit()
    assert "みどり公園前 → 公民館" in visitor.text(f"/dates/{date_.id}")
    session.expire_all()
    make_change(session, date_, one(date_, place=Place("みどり公園前")), now=NOW)
    session.commit()
    assert "場所が変わりました" not in visitor.text(f"/dates/{date_.id}")
    assert made.id


@pytest.mark.parametrize("scope", ["this", "all"])
def test_a_broken_address_or_press_is_answered_with_what_is_missing(
    aiko: Visitor, weekly: Activity, session: Session, scope: str
) -> None:
    page = f"/dates/{dates_of(session, weekly.id)[0].id}/change/{scope}"
    looked = [
        aiko.get(f"{page}?{query}").status_code for query in ("look=1", "look=1&step=look", "step=look")
    ]
    assert looked == [200, 422, 422]
    assert aiko.submit(f"{page}?look=1", day="", first_at="", page=page).status_code == 422


@pytest.mark.parametrize(
    ("day", "clock", "field", "why"),
    [
        ("2026-11-01", "08:00", "day", "この日は、もう過ぎています。今日かこれから先の日にしてください。"),
        ("2026-11-16", "08:00", "first_at", "この時刻は、もう過ぎています。これからの時刻にしてください。"),
    ],
)
def test_what_is_past_is_said_at_its_field_and_unfolds_no_part(
    session: Session, aiko: Visitor, weekly: Activity, day: str, clock: str, field: str, why: str
) -> None:
    path = f"/dates/{dates_of(session, weekly.id)[0].id}/change/this"
    typed = {"day": day, "first_at": clock, "ends_at": "10:00", "place": weekly.place}
    typed |= {
        "parts-0-was": "積込み",
        "parts-0-name": "積込み",
        "parts-0-places": "2",
        "parts-0-min_people": "0",
    }
    refused = aiko.submit(path, step="look", **typed).text
    marked = re.findall(r'<input[^>]*aria-invalid="true"[^>]*>', refused)
    assert [re.findall(r' name="(.*?)"', one) for one in marked] == [[field]]
    assert f'href="#{field}"' in refused
    assert (why in refused, '<details class="slot-fields" open' in refused) == (True, False)
