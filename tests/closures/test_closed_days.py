"""Closed days, by form and by program; and what they do to dates."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.changes.queries import dates_on_rest
from scheduler.closures.actions import ClosedFacts, close, open_again
from scheduler.closures.queries import closed_days
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from tests import make
from tests.cast import Cast
from tests.changes.wanting import make_change, series
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of

SUMMER = ClosedFacts(date(2026, 12, 27), "冬休み", date(2027, 1, 11), "Winter break")
PATH = "/organizations/midori/closed-days"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (ClosedFacts(date(2026, 12, 27), "\u3000"), "closed_name_missing"),
        (ClosedFacts(date(2026, 12, 27), "休み", date(2026, 12, 26)), "closed_out_of_range"),
        (ClosedFacts(date(2026, 12, 27), "休み", date(2027, 12, 26)), "closed_out_of_range"),
        (ClosedFacts(date(1999, 12, 27), "休み"), "date_out_of_range"),
        (ClosedFacts(date(2100, 12, 31), "休み", date(2101, 1, 1)), "date_out_of_range"),
    ],
)
def test_a_closed_day_without_sense_is_refused(
    session: Session, cast: Cast, facts: ClosedFacts, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        close(session, cast.midori.id, facts, cast.aiko.id, NOW)
    assert refused.value.code == code


def test_nobody_fills_the_table(session: Session, cast: Cast) -> None:
    for _ in range(200):
        close(session, cast.midori.id, ClosedFacts(date(2026, 12, 27), "休み"), None, NOW)
    with pytest.raises(Conflict):
        close(session, cast.midori.id, ClosedFacts(date(2026, 12, 27), "休み"), None, NOW)


def test_what_is_closed_and_opened_again_stays_on_record(session: Session, cast: Cast) -> None:
    made = close(session, cast.midori.id, SUMMER, cast.aiko.id, NOW)
    open_again(session, made, cast.aiko.id, NOW)
    session.flush()
    assert closed_days(session, cast.midori.id) == []
    verbs = [
        (change.verb, change.facts["name"]) for change in changes_of(session, "organization", cast.midori.id)
    ]
    assert verbs == [("close", "冬休み"), ("open_again", "冬休み")]


def test_dates_made_from_now_on_leave_closed_days_out(session: Session, cast: Cast) -> None:
    close(session, cast.midori.id, SUMMER, None, NOW)
    close(session, cast.library.id, ClosedFacts(date(2026, 12, 13), "棚おろし"), None, NOW)
    make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=10")
    days = [f"{found.starts_at:%m-%d}" for found in session.query(Occurrence).order_by(Occurrence.starts_at)]
    assert days == ["11-21", "11-28", "12-05", "12-12", "12-19", "01-16", "01-23"]


def test_an_officer_keeps_the_list(app: Flask, session: Session, cast: Cast) -> None:
    aiko = browser_of(app, cast.aiko)
    assert aiko.submit(PATH, name="大掃除", starts_on="2027-01-31", ends_on="").status_code == 303
    page = aiko.text(PATH)
    assert "大掃除" in page
    assert "2027年1月31日（日）" in page
    made = closed_days(session, cast.midori.id)[0]
    assert aiko.submit(f"{PATH}/{made.id}/remove", PATH).status_code == 303
    assert "大掃除" not in aiko.text(PATH)


def test_what_was_typed_wrong_stays_and_is_explained(app: Flask, cast: Cast) -> None:
    answer = browser_of(app, cast.aiko).submit(
        PATH, name="冬休み", starts_on="2027-01-31", ends_on="2027-01-01"
    )
    assert answer.status_code == 422
    assert "休みの終わりの日は" in answer.text
    assert "冬休み" in answer.text


def test_programs_keep_the_list_too(app: Flask, cast: Cast) -> None:
    program = program_of(app, cast.aiko)
    made = program.post(PATH, starts_on="2026-12-27", ends_on="2027-01-11", name="冬休み")
    assert made.status_code == 201
    assert [row["name"] for row in program.read(PATH)["closed_days"]] == ["冬休み"]
    assert program.post(f"{PATH}/{made.get_json()['id']}/remove").get_json() == {"closed_days": []}


def test_another_bodys_closed_day_is_none_of_ours(app: Flask, session: Session, cast: Cast) -> None:
    theirs = close(session, cast.library.id, SUMMER, None, NOW)
    session.commit()
    assert program_of(app, cast.aiko).post(f"{PATH}/{theirs.id}/remove").status_code == 404


def test_dates_made_before_are_shown_and_mended_with_their_people(
    app: Flask, session: Session, cast: Cast
) -> None:
    activity = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=6")
    hit = next(row for row in activity_dates(session, activity.id) if f"{row.starts_at:%m-%d}" == "12-05")
    make.participation(session, hit.slots[0], cast.ben, NOW)
    make.activity(session, cast.midori, NOW, first_on=date(2026, 12, 6), title="もちつき")
    session.commit()
    aiko = browser_of(app, cast.aiko)
    assert "休みに当たっている日" not in aiko.text(PATH)
    aiko.submit(PATH, name="大掃除", starts_on="2026-12-06", ends_on="")
    page = aiko.text(PATH)
    assert f'href="/dates/{hit.id}"' in page
    assert "/change/this" in page
    look = f"/dates/{hit.id}/change/all?look=1&on_closed=skip"
    assert look.replace("&", "&amp;") in page
    shown = aiko.text(look)
    assert "1日がなくなります。申し込んでいた1人にお知らせします。" in shown
    session.rollback()
    assert session.get_one(Occurrence, hit.id).state == "open"
    moved = aiko.text(look.replace("skip", "day_after"))
    assert "1回分の時刻か場所が変わります。" in moved


def test_where_another_rule_holds_later_each_date_is_mended_by_itself_and_the_later_rule_stays(
    app: Flask, session: Session, cast: Cast
) -> None:
    activity = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY")
    before, from_then = (activity_dates(session, activity.id)[number] for number in (2, 10))
    make_change(session, from_then, series(from_then, "FREQ=WEEKLY;INTERVAL=2"), scope="following")
    close(
        session,
        cast.midori.id,
        ClosedFacts(to_local(before.starts_at, "Asia/Tokyo").date(), "大掃除"),
        None,
        NOW,
    )
    (hit,) = dates_on_rest(session, cast.midori.id, NOW)
    assert (hit.dates, hit.scope) == ([before], "this")
    session.commit()
    page = browser_of(app, cast.aiko).text(PATH)
    assert f'href="/dates/{before.id}/change/this"' in page
    assert "on_closed=skip" not in page
    close(session, cast.midori.id, ClosedFacts(date(2027, 3, 1), "棚おろし", date(2027, 3, 31)), None, NOW)
    open_again(session, closed_days(session, cast.midori.id)[0], None, NOW)
    (hit,) = dates_on_rest(session, cast.midori.id, NOW)
    assert hit.scope == "following"


def activity_dates(session: Session, activity_id: int) -> list[Occurrence]:
    """Return the dates of an activity in order."""
    return session.query(Occurrence).filter_by(activity_id=activity_id).order_by(Occurrence.starts_at).all()
