"""Which reserve day people are told: that of the day that stands, and none of what is on its reserve day already."""

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Occurrence
from scheduler.decisions import actions
from scheduler.decisions.actions import Ruling
from scheduler.paper.sheets.parts import weather_text
from tests import make
from tests.cast import Cast
from tests.changes.wanting import make_change, one
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor


def _moved(session: Session, date: Occurrence, days: int) -> None:
    make_change(session, date, one(date, starts=one(date).starts + timedelta(days=days)))
    session.commit()


def test_what_was_moved_by_hand_has_the_reserve_day_of_its_new_day(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    _moved(session, date, 2)
    assert "雨なら、12月\u20601日\u2060（火）に順延します" in visitor.text(f"/dates/{date.id}")
    # As far as the reserve day would have been, but nobody has postponed it.
    _moved(session, date, 5)
    assert "雨なら、12月\u20606日\u2060（日）に順延します" in visitor.text(f"/dates/{date.id}")


def test_what_was_moved_by_hand_and_then_postponed_has_none_while_it_waits_for_the_next_decision(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    _moved(session, date, 2)
    actions.postpone(session, date, Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    assert "雨なら、" not in visitor.text(f"/dates/{date.id}")
    with at("2026-12-01 06:10"):
        jobs.tick(app)
        session.rollback()
        page = visitor.text(f"/dates/{date.id}")
        assert (date.state, "判断中です" in page, "12月8日" in page) == ("awaiting_decision", True, False)


def test_who_comes_is_told_from_which_day_it_was_postponed_this_time(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    make.participation(session, slot, cast.ben, NOW)
    for _ in range(2):
        actions.postpone(session, slot.occurrence, Ruling(cast.aiko.id, slot.occurrence.revision), NOW)
    session.commit()
    asked = browser_of(app, cast.ben).text("/me")
    assert "11月29日（日）</span>から順延になりました。" in asked


def test_what_is_decided_says_nothing_more_of_the_rain(session: Session, cast: Cast, app: Flask) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    with app.test_request_context():
        assert "11月29日（日）に順延します" in weather_text(date)
        actions.confirm(session, date, Ruling(cast.aiko.id, date.revision), NOW)
        assert weather_text(date) == ""


def test_what_was_called_off_and_is_planned_anew_has_its_reserve_day_again(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    actions.cancel(session, date, Ruling(cast.aiko.id, date.revision), NOW)
    actions.take_back(session, date, Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    assert "雨なら、11月\u206029日\u2060（日）に順延します" in visitor.text(f"/dates/{date.id}")
