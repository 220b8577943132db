"""What an organiser may want of dates, with everything else as it is."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from scheduler.activities.actions import RepeatFacts
from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.changes.actions import Order, change, look
from scheduler.changes.models import SeriesChange
from scheduler.changes.moves import OneDate, Place, Series
from tests.conftest import NOW
from tests.visitor import Visitor

WEEKLY = "FREQ=WEEKLY;BYDAY=SU"


def one(occurrence: Occurrence, **changes: Any) -> OneDate:
    """Return what one date is, but for what is named."""
    zone = occurrence.activity.timezone
    minutes = int((occurrence.ends_at - occurrence.starts_at).total_seconds() // 60)
    typed: dict[str, Any] = {"starts": to_local(occurrence.starts_at, zone), "minutes": minutes}
    return OneDate(**typed | {"place": Place(occurrence.place, address=occurrence.address)} | changes)


def series(occurrence: Occurrence, rule: str | None = WEEKLY, **changes: Any) -> Series:
    """Return a series from a date on: by this rule, else as the activity is, but for what is named."""
    activity = occurrence.activity
    first = changes.pop("first_on", to_local(occurrence.starts_at, activity.timezone).date())
    at = changes.pop("first_at", activity.first_at)
    extra = {name: changes.pop(name) for name in ("on_holiday", "dates") if name in changes}
    repeat = RepeatFacts(first, at, rule, activity.timezone, **extra)
    typed: dict[str, Any] = {"repeat": repeat, "minutes": activity.minutes, "place": Place(activity.place)}
    return Series(**typed | changes)


def make_change(
    session: Session,
    occurrence: Occurrence,
    wanted: OneDate | Series,
    scope: str = "this",
    now: datetime = NOW,
) -> SeriesChange:
    """Look, and make the change that was seen."""
    _, impact = look(session, occurrence, scope, wanted, now)
    made = change(session, occurrence, Order(scope, wanted, impact.seen, None), now)
    session.flush()
    return made


def dates_of(session: Session, activity_id: int, *, on: bool = True) -> list[Occurrence]:
    """Return an activity's dates in their order: those that take place, or all."""
    # What is read from here on is what is there now, whoever wrote it.
    session.commit()
    rows = session.scalars(
        select(Occurrence).where(Occurrence.activity_id == activity_id).order_by(Occurrence.starts_at)
    )
    return [row for row in rows if row.takes_place or not on]


def days(rows: list[Occurrence]) -> list[str]:
    """Say when dates begin, on the wall in Tokyo."""
    return [f"{to_local(row.starts_at, row.activity.timezone):%m-%d %H:%M}" for row in rows]


EIGHT = time(8, 0)
TEN = time(10, 0)
SUNDAY = date(2026, 11, 22)


def looked(visitor: Visitor, path: str, **typed: Any) -> TestResponse:
    """Press the button that asks whom it touches, and return the page to which that leads: an address of its own."""
    return visitor.asked(path, **typed)
