"""What changes of closed days: close, open again. Dates that are there already are changed by their organiser."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.closures.models import ClosedDay
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.text import fitting, text_in

MAX_SPANS = 200
MAX_DAYS = 200
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class ClosedFacts:
    """A closed day as typed; without `ends_on` it is one day."""

    starts_on: date
    name: str
    ends_on: date | None = None
    name_en: str = ""


def close(
    session: Session, organization_id: int, facts: ClosedFacts, by_id: int | None, now: datetime
) -> ClosedDay:
    """Write down that a body is closed; raise Invalid where it cannot be understood, Conflict for too many."""
    ends_on = facts.ends_on or facts.starts_on
    if not text_in(facts.name):
        raise Invalid("closed_name_missing")
    if not (facts.starts_on.year >= FIRST_YEAR and ends_on.year <= LAST_YEAR):
        raise Invalid("date_out_of_range")
    if not 0 <= (ends_on - facts.starts_on).days < MAX_DAYS:
        raise Invalid("closed_out_of_range", most=MAX_DAYS)
    _check_room(session, organization_id)
    closed = ClosedDay(
        organization_id=organization_id,
        starts_on=facts.starts_on,
        ends_on=ends_on,
        name=fitting(facts.name, 120),
        name_en=fitting(facts.name_en, 120),
        created_by_id=by_id,
        created_at=now,
    )
    session.add(closed)
    session.flush()
    _record(session, closed, "close", by_id, now)
    return closed


def _check_room(session: Session, organization_id: int) -> None:
    count = session.scalar(select(func.count()).where(ClosedDay.organization_id == organization_id)) or 0
    if count >= MAX_SPANS:
        raise Conflict("closed_too_many", most=MAX_SPANS)


def open_again(session: Session, closed: ClosedDay, by_id: int | None, now: datetime) -> None:
    """Take a closed day back."""
    _record(session, closed, "open_again", by_id, now)
    session.delete(closed)


def _record(session: Session, closed: ClosedDay, verb: str, by_id: int | None, now: datetime) -> None:
    span = {"from": closed.starts_on.isoformat(), "to": closed.ends_on.isoformat(), "name": closed.name}
    subject_id = closed.organization_id
    record(
        session,
        StateChange(
            at=now, subject="organization", subject_id=subject_id, verb=verb, by_id=by_id, facts=span
        ),
    )
