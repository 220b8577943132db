"""What is shown of activities and dates; read-only. Each `find_` answers only for who may see or organise it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, not_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from scheduler.activities.codes import GROWN_UP
from scheduler.activities.models import ON, TAKES_SIGN_UPS, Activity, Occurrence, Slot
from scheduler.activities.plans import HORIZON, next_starts
from scheduler.activities.recurrence import to_local
from scheduler.errors import NotFound
from scheduler.history import StateChange
from scheduler.parties.access import Actor, may_organise
from scheduler.parties.models import Organization, Person
from scheduler.parties.queries import organisers_of

# The tick runs every hour: what has come into the horizon since a day is no gap yet.
_LEFT_TO_TICK = timedelta(days=1)


@dataclass(frozen=True)
class Left:
    """The places left in those parts of a date that are for the same kind of people and are given in the same way.

    `most` is how many come together into one of them.
    """

    unit: str
    drawn: bool
    places: int
    most: int


@dataclass(frozen=True)
class DateLine:
    """One line of the list of what is on, with the places that are left; `starts` and `ends` are local.

    `waits_until` says until when one can wait for a place where all are taken, None where one cannot. `from_age` is
    from which age on children can come along, 0 where no age is set, None where none is meant to; `to_age` up to which
    age, None where none is set.
    """

    occurrence: Occurrence
    left: tuple[Left, ...]
    waits_until: datetime | None
    from_age: int | None
    to_age: int | None
    starts: datetime
    ends: datetime

    @property
    def year(self) -> int:
        """The year in which it begins."""
        return self.starts.year

    @property
    def month(self) -> tuple[int, int]:
        """The year and month in which it begins."""
        return self.starts.year, self.starts.month

    @property
    def is_full(self) -> bool:
        """Whether no place is free."""
        return sum(one.places for one in self.left) <= 0


def find_activity(session: Session, actor: Actor, activity_id: int) -> Activity:
    """Return an activity that is published, or that the actor organises."""
    activity = _kept(session, activity_id)
    if activity is None or not (
        activity.is_published or may_organise(session, actor, activity.organization_id)
    ):
        raise NotFound
    return activity


def _kept(session: Session, activity_id: int) -> Activity | None:
    found = session.get(Activity, activity_id)
    return None if found is None or found.state == "discarded" else found


def find_organised_activity(session: Session, actor: Actor, activity_id: int) -> Activity:
    """Return an activity that the actor organises."""
    activity = _kept(session, activity_id)
    if activity is None or not may_organise(session, actor, activity.organization_id):
        raise NotFound
    return activity


def _date(occurrence_id: int) -> Select[tuple[Occurrence]]:
    whole = joinedload(Occurrence.activity).joinedload(Activity.organization)
    return (
        select(Occurrence)
        .where(Occurrence.id == occurrence_id)
        .options(whole, selectinload(Occurrence.slots))
    )


def find_occurrence(session: Session, actor: Actor, occurrence_id: int) -> Occurrence:
    """Return a date of an activity that the actor may see, with its slots."""
    occurrence = session.scalar(_date(occurrence_id))
    if occurrence is None:
        raise NotFound
    find_activity(session, actor, occurrence.activity_id)
    return occurrence


def find_organised_occurrence(session: Session, actor: Actor, occurrence_id: int) -> Occurrence:
    """Return a date that the actor organises, with its slots."""
    occurrence = session.scalar(_date(occurrence_id))
    if occurrence is None or not may_organise(session, actor, occurrence.activity.organization_id):
        raise NotFound
    return occurrence


def find_slot(session: Session, actor: Actor, slot_id: int) -> Slot:
    """Return a slot of a date that the actor may see."""
    slot = session.get(Slot, slot_id)
    if slot is None:
        raise NotFound
    slot.occurrence = find_occurrence(session, actor, slot.occurrence_id)
    return slot


Line = tuple[Any, ...]
_DRAWN = and_(Slot.policy == "lottery", Slot.drawn_at.is_(None))
# Who is counted together, and whether places are drawn still; as a list says it.
_KINDS = [(unit, drawn) for unit in ("family", "guest", "person") for drawn in (False, True)]
# So many minutes before the date the last part closes for which one can wait.
_WAITS = func.min(case((Slot.policy == "first_come", Slot.closes_before - Slot.offset_minutes)))


def youngest_in(part: type[Slot]) -> ColumnElement[int | None]:
    """Return from which age on children can take a part: as it says itself, else any where it is meant for them."""
    for_children = or_(part.min_children > 0, cast(part.burden, String).contains('"with_children"'))
    known = case((part.min_age < GROWN_UP, part.min_age), (part.min_age.is_(None) & for_children, 0))
    return case((Activity.minors != "no", known))


def _left(unit: str, drawn: bool) -> ColumnElement[int | None]:
    return func.sum(_in_each(unit, drawn))


def _most(unit: str, drawn: bool) -> ColumnElement[int | None]:
    return func.max(_in_each(unit, drawn))


def _in_each(unit: str, drawn: bool) -> ColumnElement[int | None]:
    given = _DRAWN if drawn else not_(_DRAWN)
    return case((and_(Slot.unit == unit, given), Slot.places - Slot.taken))


# Where families come with their children, theirs are the ages of the date.
_FAMILY = and_(Slot.min_children > 0, Activity.minors != "no")
_YOUNGEST = func.coalesce(
    func.min(case((_FAMILY, func.coalesce(Slot.min_age, 0)))), func.min(youngest_in(Slot))
)
_OLDEST = func.max(case((_FAMILY, func.coalesce(Slot.max_age, GROWN_UP))))


def ahead(now: datetime) -> Select[Line]:
    """Return how the public dates are asked for that have not ended, the next first."""
    return (
        select(
            Occurrence,
            *(_left(*kind) for kind in _KINDS),
            *(_most(*kind) for kind in _KINDS),
            _WAITS,
            _YOUNGEST,
            _OLDEST,
        )
        .join(Occurrence.activity)
        .join(Activity.organization)
        .join(Slot, Slot.occurrence_id == Occurrence.id)
        # What the rule has no place for any more was told to those who had signed up; nobody else looks for it.
        .where(or_(Occurrence.planned_at.is_not(None), Occurrence.state != "cancelled"))
        .where(Activity.state == "published", Occurrence.ends_at >= now)
        .group_by(Occurrence.id, Activity.id, Organization.id)
        .order_by(Occurrence.starts_at, Occurrence.id)
        .options(
            contains_eager(Occurrence.activity).contains_eager(Activity.organization),
            selectinload(Occurrence.slots),
        )
    )


def lines_of(session: Session, wanted: Select[Line]) -> list[DateLine]:
    """Return what was asked for as lines of a list."""
    return [_line(*found) for found in session.execute(wanted)]


def _line(occurrence: Occurrence, *counted: int | None) -> DateLine:
    zone = occurrence.activity.timezone
    starts, ends = (to_local(at, zone) for at in (occurrence.starts_at, occurrence.ends_at))
    *places, before, from_age, oldest = counted
    kinds = zip(_KINDS, places[: len(_KINDS)], places[len(_KINDS) :], strict=True)
    to_age = None if oldest is None or oldest >= GROWN_UP else oldest
    left = tuple(
        Left(*kind, number, most) for kind, number, most in kinds if number is not None and most is not None
    )
    return DateLine(
        occurrence,
        left,
        _before(occurrence, before),
        from_age,
        to_age,
        starts,
        ends,
    )


def _before(occurrence: Occurrence, minutes: int | None) -> datetime | None:
    return None if minutes is None else occurrence.starts_at - timedelta(minutes=minutes)


def next_with_room(session: Session, occurrence: Occurrence, now: datetime) -> Occurrence | None:
    """Return the next other date of the same activity for which one can sign up now and gets a place."""
    wanted = (
        select(Slot)
        .join(Slot.occurrence)
        .where(Occurrence.activity_id == occurrence.activity_id, Occurrence.id != occurrence.id)
        .where(Occurrence.state.in_(TAKES_SIGN_UPS), Occurrence.starts_at > now)
        .where(Slot.taken + Slot.reserved < Slot.places, Slot.policy != "assigned")
        .options(contains_eager(Slot.occurrence))
        .order_by(Occurrence.starts_at, Slot.position)
    )
    return next((slot.occurrence for slot in session.scalars(wanted) if _is_open(slot, now)), None)


def _is_open(slot: Slot, now: datetime) -> bool:
    return now < slot.closes_at and (slot.opens_at is None or slot.opens_at <= now)


def dates_of_body(session: Session, organization_id: int, now: datetime, limit: int = 30) -> list[DateLine]:
    """Return the next public dates of one body."""
    return lines_of(session, ahead(now).where(Activity.organization_id == organization_id).limit(limit))


def dates_of_activity(session: Session, activity_id: int, now: datetime, limit: int = 12) -> list[DateLine]:
    """Return the next dates of one activity."""
    return lines_of(session, ahead(now).where(Activity.id == activity_id).limit(limit))


def activities_of_body(session: Session, organization_id: int) -> list[Activity]:
    """Return all activities of a body, drafts too, but none thrown away: for its organisers."""
    wanted = select(Activity).where(Activity.organization_id == organization_id)
    return list(session.scalars(wanted.where(Activity.state != "discarded").order_by(Activity.title)))


def find_to_copy(session: Session, organization_id: int, activity_id: int) -> Activity | None:
    """Return one of a body's activities, drafts too; None where it has no such."""
    # It comes out of the query of an address, where any number may stand.
    found = _kept(session, activity_id) if 0 < activity_id < 2**31 else None
    return found if found is not None and found.organization_id == organization_id else None


def just_written(
    session: Session, organization_id: int, by_id: int | None, since: datetime
) -> Activity | None:
    """Return what somebody has written down or published last for a body since a moment; None for nothing."""
    last = (
        select(StateChange.subject_id)
        .join(Activity, Activity.id == StateChange.subject_id)
        .where(Activity.organization_id == organization_id, Activity.state.in_(("draft", "published")))
        .where(StateChange.subject == "activity", StateChange.verb.in_(("post", "publish")))
        .where(StateChange.by_id == by_id, StateChange.at > since)
        .order_by(StateChange.id.desc())
    )
    found = session.scalar(last.limit(1))
    return None if found is None else session.get(Activity, found)


def who_can_decide(session: Session, activity: Activity, today: date) -> list[Person]:
    """Return who can be chosen to decide: whoever organises today, and who is chosen, though not in office today."""
    people = organisers_of(session, activity.organization_id, today)
    others = {activity.decider_id, activity.deputy_id} - {one.id for one in people}
    return people + list(session.scalars(select(Person).where(Person.id.in_(others - {None}))))


def recent_dates(session: Session, organization_id: int, now: datetime, limit: int = 6) -> list[Occurrence]:
    """Return a body's dates that have begun, the latest first: the ones to tick."""
    wanted = (
        select(Occurrence)
        .join(Occurrence.activity)
        .where(Activity.organization_id == organization_id, Occurrence.starts_at <= now)
        .options(contains_eager(Occurrence.activity))
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at.desc()).limit(limit)))


def active_bodies(session: Session) -> list[Organization]:
    """Return the bodies that have something to show, by name."""
    wanted = select(Organization).join(Activity, Activity.organization_id == Organization.id)
    published = wanted.where(Activity.state == "published").distinct()
    return list(session.scalars(published.order_by(Organization.name, Organization.id)))


def published_activities(session: Session) -> list[Activity]:
    """Return every published activity, for the tick that makes dates."""
    return list(session.scalars(select(Activity).where(Activity.state == "published").order_by(Activity.id)))


@dataclass(frozen=True)
class HorizonGap:
    """A published activity whose rule has dates that nobody has made; `has_none` says that it has no date at all."""

    activity: Activity
    missing: int
    next_at: datetime
    has_none: bool


def horizon_gaps(session: Session, now: datetime) -> list[HorizonGap]:
    """Return the activities that lack dates which the tick should have made; it runs hourly, so a day is left to it."""
    found = (_gap(session, activity, now) for activity in published_activities(session))
    return [gap for gap in found if gap is not None]


def _gap(session: Session, activity: Activity, now: datetime) -> HorizonGap | None:
    wanted = select(Occurrence.planned_at).where(
        Occurrence.activity_id == activity.id, Occurrence.planned_at > now
    )
    standing = set(session.scalars(wanted))
    missing = [
        start for start in next_starts(activity, now, now + HORIZON - _LEFT_TO_TICK) if start not in standing
    ]
    return HorizonGap(activity, len(missing), missing[0], not standing) if missing else None


def clashes_with(session: Session, activity: Activity, starts: Sequence[datetime]) -> list[Occurrence]:
    """Return what else its body does on the days of these dates, at the same place or in the same hours."""
    if not starts:
        return []
    # A day before and after: another zone may call it the same day.
    span = (min(starts) - timedelta(days=1), max(starts) + timedelta(days=1))
    others = (
        select(Occurrence)
        .join(Occurrence.activity)
        .where(Activity.organization_id == activity.organization_id, Activity.id != activity.id)
        .where(Activity.state == "published", Occurrence.state.in_(ON), Occurrence.starts_at.between(*span))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    return [one for one in session.scalars(others) if any(_clashes(one, activity, at) for at in starts)]


def _clashes(one: Occurrence, activity: Activity, at: datetime) -> bool:
    day, other = (to_local(each, activity.timezone).date() for each in (at, one.starts_at))
    in_hours = at < one.ends_at and one.starts_at < at + timedelta(minutes=activity.minutes)
    return in_hours or (day == other and one.place == activity.place)
