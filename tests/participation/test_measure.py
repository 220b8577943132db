"""Whom an offer may reach, and when: limits and quiet hours (invariant 18)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.parts import SlotFacts
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.actions import withdraw
from scheduler.participation.measure import awake_at, why_not
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at, tokyo
from tests.participation.signing import people, states, yes

HEAVY = (SlotFacts("積込み", 1, burden=("heavy",)),)
LIMITS: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"max_minutes": 119}, "too_long"),
    ({"max_minutes": 120}, None),
    ({"no_heavy": True}, "too_heavy"),
    ({"not_before": "08:01"}, "too_early"),
    ({"not_after": "09:59"}, "too_late"),
    ({"not_before": "08:00", "not_after": "10:00"}, None),
]


@pytest.mark.parametrize(("limits", "code"), LIMITS)
def test_invariant_18_nobody_is_asked_beyond_an_own_limit(
    session: Session, cast: Cast, limits: dict[str, Any], code: str | None
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=HEAVY)
    cast.ben.limits = limits
    assert why_not(session, cast.ben, slot, NOW) == code


def test_invariant_18_a_limit_passes_over_to_the_next_and_says_why(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=HEAVY)
    ben, chie, dan = people(session, 3)
    chie.limits = {"no_heavy": True}
    has, weak, strong = (yes(session, slot, one) for one in (ben, chie, dan))
    withdraw(session, has, None, NOW)
    assert states(session, weak, strong) == ["waitlisted", "offered"]
    assert weak.reason == "too_heavy"


@pytest.mark.parametrize(("times", "code"), [(1, "times_a_month"), (2, None)])
def test_dates_of_the_same_month_count_and_the_asked_one_does_not(
    session: Session, cast: Cast, times: int, code: str | None
) -> None:
    slot, other = (make.slot(session, cast.midori, NOW) for _ in range(2))
    next_month = make.slot(session, cast.midori, NOW, first_on=tokyo("2026-12-06 08:00").date())
    cast.ben.limits = {"times_a_month": times}
    for one in (other, next_month):
        yes(session, one, cast.ben)
    assert why_not(session, cast.ben, slot, NOW) == code


@pytest.mark.parametrize(("answered", "code"), [(False, "times_a_month"), (True, None)])
def test_a_call_in_vain_counts_as_an_ask(
    session: Session, cast: Cast, answered: bool, code: str | None
) -> None:
    slot, called = (make.slot(session, cast.midori, NOW) for _ in range(2))
    cast.ben.limits = {"times_a_month": 1 + answered}
    queue(session, Telling("call", "slot", called.id, 0, due_at=NOW), [cast.ben.id], NOW)
    if answered:
        yes(session, called, cast.ben)
    assert why_not(session, cast.ben, slot, NOW + timedelta(hours=1)) == code


QUIET = [
    ("2026-11-16 20:59", "2026-11-16 20:59"),
    ("2026-11-16 21:00", "2026-11-17 07:00"),
    ("2026-11-17 03:00", "2026-11-17 07:00"),
    ("2026-11-17 07:00", "2026-11-17 07:00"),
]


@pytest.mark.parametrize(("now", "awake"), QUIET)
def test_quiet_hours_end_in_the_morning_of_the_activity(
    session: Session, cast: Cast, now: str, awake: str
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    assert awake_at(cast.ben, slot, tokyo(now)) == tokyo(awake)


def _told_at(session: Session, kind: str) -> datetime:
    return session.scalars(select(Delivery.due_at).join(Delivery.notice).where(Notice.kind == kind)).one()


def test_an_offer_at_night_is_held_told_in_the_morning_and_lasts_from_then(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, waits = (yes(session, slot, one) for one in people(session, 2))
    withdraw(session, has, None, tokyo("2026-11-16 23:30"))
    assert waits.state == "offered"
    assert _told_at(session, "offer") == tokyo("2026-11-17 07:00")
    assert waits.hold_until == tokyo("2026-11-18 07:00")


def test_nobody_is_asked_who_sleeps_until_it_is_too_late(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("朝の準備", 1, cancel_before=60),)
    slot = make.slot(session, cast.midori, NOW, slots=parts)
    sleeper, awake, has = people(session, 3)
    awake.limits = {"quiet_from": "07:00", "quiet_until": "07:00"}
    rows = [yes(session, slot, one) for one in (has, sleeper, awake)]
    withdraw(session, rows[0], None, tokyo("2026-11-21 23:00"))
    assert states(session, *rows[1:]) == ["waitlisted", "offered"]


def test_an_offer_that_comes_due_at_night_after_an_outage_waits_for_the_morning(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, _waits = (yes(session, slot, one) for one in people(session, 2))
    withdraw(session, has, None, tokyo("2026-11-16 20:00"))
    session.commit()
    with at("2026-11-16 23:30"):
        jobs.tick(app)
    session.rollback()
    assert _told_at(session, "offer") == tokyo("2026-11-17 07:00")
