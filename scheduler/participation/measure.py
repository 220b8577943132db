"""What a person may be asked, by that person's own measure: limits and quiet hours (E15, invariant 18)."""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.notices.queries import told_between
from scheduler.participation.models import COMING, GONE, Participation
from scheduler.parties.limits import Ask, limits_of, quiet_until
from scheduler.parties.limits import why_not as beyond
from scheduler.parties.models import Person

CALL = "call"


def awake_at(person: Person, slot: Slot, now: datetime) -> datetime:
    """Return the first moment from now on that is not in the person's quiet hours, on the activity's wall clock."""
    zone = slot.occurrence.activity.timezone
    return max(now, to_utc(quiet_until(limits_of(person.limits), to_local(now, zone)), zone))


def awake_to_be_told(session: Session, person_id: int, slot: Slot, now: datetime) -> datetime:
    """Return when a letter may be told to somebody: what comes due at night goes out in the morning."""
    person = session.get(Person, person_id)
    return awake_at(person, slot, now) if person is not None else now


def why_not(session: Session, person: Person, slot: Slot, now: datetime) -> str | None:
    """Return the code of the person's first limit against being asked for this slot; None when it may be asked."""
    limits = limits_of(person.limits)
    zone = slot.occurrence.activity.timezone
    starts = to_local(slot.starts_at, zone)
    if limits.times_a_month is None:
        return beyond(limits, Ask(starts, slot.minutes, tuple(slot.burden)))
    counts = {
        "confirmed": _dates_in_month(session, person.id, slot, starts),
        "asked": _calls_in_vain(session, person.id, *_month(to_local(now, zone), zone)),
    }
    return beyond(limits, Ask(starts, slot.minutes, tuple(slot.burden), **counts))


def _month(at: datetime, zone: str) -> tuple[datetime, datetime]:
    first = at.date().replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return to_utc(datetime.combine(first, time()), zone), to_utc(datetime.combine(after, time()), zone)


def _dates_in_month(session: Session, person_id: int, slot: Slot, starts: datetime) -> int:
    first, after = _month(starts, slot.occurrence.activity.timezone)
    wanted = (
        select(func.count(Occurrence.id.distinct()))
        .select_from(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(
            Participation.contact_id == person_id,
            Participation.state.in_(COMING),
            Occurrence.id != slot.occurrence_id,
            Occurrence.starts_at >= first,
            Occurrence.starts_at < after,
        )
    )
    return session.scalar(wanted) or 0


def _calls_in_vain(session: Session, person_id: int, first: datetime, after: datetime) -> int:
    called = told_between(session, person_id, CALL, first, after)
    came = select(Participation.slot_id).where(
        Participation.contact_id == person_id,
        Participation.slot_id.in_(called),
        Participation.state.not_in(GONE),
    )
    return len(called - set(session.scalars(came)))
