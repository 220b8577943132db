"""Ticking who came."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from scheduler.attendance.actions import Tick, record_attendance
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.signing import yes


def test_who_came_is_done_and_who_did_not_is_absent(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 3)
    came, stayed = (make.participation(session, slot, person, NOW) for person in (cast.ben, cast.chie))
    changed = record_attendance(
        session, slot.occurrence, [(came, Tick(1)), (stayed, Tick(0))], cast.aiko.id, slot.starts_at
    )
    assert (changed, came.state, stayed.state) == (2, "done", "absent")


def test_ticking_the_same_again_changes_nothing(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    row = make.participation(session, slot, cast.ben, NOW)
    counts = [
        record_attendance(session, slot.occurrence, [(row, Tick(1, 90))], cast.aiko.id, slot.ends_at)
        for _ in range(2)
    ]
    session.flush()
    assert counts == [1, 0]
    assert [change.verb for change in changes_of(session, "participation", row.id)] == ["join", "tick"]


def test_a_tick_can_be_corrected(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    row = make.participation(session, slot, cast.ben, NOW)
    for people in (0, 1):
        record_attendance(session, slot.occurrence, [(row, Tick(people))], cast.aiko.id, slot.ends_at)
    assert (row.state, row.came_people) == ("done", 1)


def test_nobody_is_ticked_the_day_before(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    with pytest.raises(Conflict):
        record_attendance(session, slot.occurrence, [], cast.aiko.id, slot.starts_at - timedelta(hours=3))


def test_nobody_is_ticked_where_nothing_was_held(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    slot.occurrence.state = "cancelled"
    with pytest.raises(Conflict):
        record_attendance(session, slot.occurrence, [], cast.aiko.id, slot.ends_at)


@pytest.mark.parametrize("tick", [Tick(-1), Tick(5001), Tick(1, -5), Tick(1, 100_000)])
def test_impossible_numbers_are_refused(session: Session, cast: Cast, tick: Tick) -> None:
    slot = make.slot(session, cast.midori, NOW)
    row = make.participation(session, slot, cast.ben, NOW)
    with pytest.raises(Invalid):
        record_attendance(session, slot.occurrence, [(row, tick)], cast.aiko.id, slot.ends_at)


def test_who_waited_or_had_not_said_yes_is_not_missed_but_may_have_come(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    make.participation(session, slot, cast.aiko, NOW)
    stayed, came = (yes(session, slot, person) for person in (cast.ben, cast.chie))
    ticks = [(stayed, Tick(0)), (came, Tick(1))]
    assert record_attendance(session, slot.occurrence, ticks, cast.aiko.id, slot.starts_at) == 1
    assert (stayed.state, stayed.came_people, came.state) == ("waitlisted", None, "done")
