"""Early warning: a slot under its minimum some days before is told to the organisers, and suitable people are asked.

Once for each slot and time: a moved date is another time. Nobody is asked beyond their own measure or in quiet hours,
and those who were asked longest ago are asked first (invariant 18, E16).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import DEAD, DROPPED, ContactPoint, Delivery, Notice
from scheduler.participation import guards, measure, places
from scheduler.participation.models import Participation
from scheduler.parties.access import ORGANISING, has_competence, live
from scheduler.parties.models import Membership, Person

SHORT = "short"
CALL = measure.CALL
_PER_PLACE, _MOST_CALLS = 3, 30
# Somebody who was asked within this time has been asked lately.
_LATELY = timedelta(days=90)
_NEVER = datetime.min.replace(tzinfo=UTC)
# No activity warns earlier.
_FURTHEST = timedelta(days=90)
# What one round of warnings finds is told in one letter.
_TOGETHER = timedelta(minutes=10)
_MAY_JOIN = ("first_come", "approval")


# Whoever has no mailbox may be asked by what they have connected.
_reached = select(ContactPoint.person_id).where(
    ContactPoint.channel.in_(("line", "push")), ContactPoint.off_at.is_(None)
)


def time_version(occurrence: Occurrence) -> int:
    """Return the version of a date's time, in minutes since 1970: a moved date is warned of anew."""
    return int(occurrence.starts_at.timestamp() // 60)


def slots_short(session: Session, now: datetime) -> list[int]:
    """Return the ids of the slots under their minimum whose time to warn has come."""
    wanted = (
        select(Slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .where(
            Activity.state == "published",
            Occurrence.state.in_(TAKES_SIGN_UPS),
            Occurrence.starts_at > now - timedelta(days=1),
            Occurrence.starts_at < now + _FURTHEST,
            Slot.taken < Slot.min_people,
        )
        .options(contains_eager(Slot.occurrence).contains_eager(Occurrence.activity))
        .order_by(Occurrence.starts_at, Slot.position, Slot.id)
    )
    return [slot.id for slot in session.scalars(wanted) if is_short(slot, now)]


def is_short(slot: Slot, now: datetime) -> bool:
    """Say whether a slot is under its minimum in the days before it begins in which that is told."""
    occurrence = slot.occurrence
    on = occurrence.state in TAKES_SIGN_UPS and slot.taken < slot.min_people
    days = timedelta(days=occurrence.activity.warn_days)
    return on and slot.starts_at - days <= now < slot.starts_at


def warn(session: Session, slot: Slot, now: datetime) -> int:
    """Tell the organisers that a slot is short, and ask suitable people; return how many are told. Locks the slot."""
    places.lock(session, slot)
    if not is_short(slot, now):
        return 0
    told = 0
    for person in organisers_of(session, slot, now):
        told += queue(session, _telling(SHORT, slot, measure.awake_at(person, slot, now)), [person.id], now)
    return told + (_call(session, slot, now) if slot.occurrence.activity.may_call else 0)


def told_with_another(session: Session, notice: Notice, delivery: Delivery, slot: Slot) -> bool:
    """Say whether a letter of the same date, found short at the same time, names this slot too."""
    others = [one.id for one in slot.occurrence.slots if one.id != slot.id]
    wanted = (
        select(Delivery.id)
        .join(Delivery.notice)
        .where(
            Notice.kind == SHORT,
            Notice.subject == "slot",
            Notice.subject_id.in_(others),
            Notice.version == notice.version,
            Notice.created_at > notice.created_at - _TOGETHER,
            Delivery.person_id == delivery.person_id,
            Delivery.id < delivery.id,
            Delivery.state.not_in((DROPPED, DEAD)),
        )
    )
    return session.scalar(wanted.limit(1)) is not None


def organisers_of(session: Session, slot: Slot, now: datetime) -> list[Person]:
    """Return who organises for the slot's body today."""
    activity = slot.occurrence.activity
    held = select(Membership.person_id).where(
        Membership.organization_id == activity.organization_id,
        Membership.office.in_(ORGANISING),
        live(to_local(now, activity.timezone).date()),
    )
    return list(session.scalars(select(Person).where(Person.id.in_(held)).order_by(Person.id)))


def _telling(kind: str, slot: Slot, at: datetime) -> Telling:
    occurrence = slot.occurrence
    return Telling(kind, "slot", slot.id, time_version(occurrence), at, deadline_at=slot.starts_at)


def may_be_joined(slot: Slot, now: datetime) -> bool:
    """Say whether anybody who is asked could say yes now."""
    opened = slot.opens_at is None or slot.opens_at <= now
    return slot.policy in _MAY_JOIN and slot.left > 0 and opened and now < slot.closes_at


def _call(session: Session, slot: Slot, now: datetime) -> int:
    if not may_be_joined(slot, now) or _has_called(session, slot):
        return 0
    most = min(_PER_PLACE * slot.left, _MOST_CALLS)
    told = 0
    for person in candidates(session, slot, now):
        at = measure.awake_at(person, slot, now)
        if told >= most:
            break
        if at < slot.closes_at and _suits(session, person, slot, now):
            told += queue(session, _telling(CALL, slot, at), [person.id], now)
    return told


def _has_called(session: Session, slot: Slot) -> bool:
    wanted = select(Notice.id).where(
        Notice.kind == CALL,
        Notice.subject == "slot",
        Notice.subject_id == slot.id,
        Notice.version == time_version(slot.occurrence),
    )
    return session.scalar(wanted) is not None


def candidates(session: Session, slot: Slot, now: datetime) -> list[Person]:
    """Return who took part in this body's dates before and has not been heard of for this one.

    Asked longest ago first, then asked least of late. Who was asked for another slot of this date is not asked again.
    """
    activity = slot.occurrence.activity
    came = _at(
        Participation.state.in_(("checked_in", "done")), Activity.organization_id == activity.organization_id
    )
    there = _at(Slot.occurrence_id == slot.occurrence_id)
    wanted = select(Person).where(
        Person.id.in_(came),
        Person.id.not_in(there),
        or_(Person.email.is_not(None), Person.id.in_(_reached)),
        Person.merged_into_id.is_(None),
    )
    asked = _asked(session, slot, now)
    known = [one for one in session.scalars(wanted) if not asked.get(one.id, _Asked()).for_this_date]
    return sorted(known, key=lambda one: (*asked.get(one.id, _Asked()).order, one.id))


def _at(*conditions: object) -> Select[tuple[int]]:
    wanted = select(Participation.contact_id).join(Participation.slot).join(Slot.occurrence)
    return wanted.join(Occurrence.activity).where(*conditions)  # type: ignore[arg-type]  # conditions of SQLAlchemy


@dataclass(frozen=True)
class _Asked:
    last: datetime = _NEVER
    lately: int = 0
    for_this_date: bool = False

    @property
    def order(self) -> tuple[datetime, int]:
        return self.last, self.lately


def _asked(session: Session, slot: Slot, now: datetime) -> dict[int, _Asked]:
    here = select(Slot.id).where(Slot.occurrence_id == slot.occurrence_id)
    lately = func.count().filter(Delivery.wanted_at > now - _LATELY)
    for_this = func.count().filter(
        Notice.subject_id.in_(here), Notice.version == time_version(slot.occurrence)
    )
    wanted = (
        select(Delivery.person_id, func.max(Delivery.wanted_at), lately, for_this)
        .join(Delivery.notice)
        .where(Notice.kind == CALL, Notice.subject == "slot", Delivery.state != DROPPED)
        .group_by(Delivery.person_id)
    )
    return {
        person: _Asked(last, count, bool(this_date))
        for person, last, count, this_date in session.execute(wanted)
    }


def _suits(session: Session, person: Person, slot: Slot, now: datetime) -> bool:
    activity = slot.occurrence.activity
    today = to_local(now, activity.timezone).date()
    trained = slot.competence is None or has_competence(
        session, person.id, activity.organization_id, slot.competence, today
    )
    briefed = slot.briefing_id is None or guards.is_briefed(session, slot, person.id)
    return trained and briefed and measure.why_not(session, person, slot, now) is None
