"""What a change would do: each date from what to what. Reads, refuses what cannot be, writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scheduler.activities.actions import RepeatFacts, schedule_from
from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.parts import MAX_MINUTES
from scheduler.activities.plans import HORIZON
from scheduler.activities.recurrence import BadRule, to_local, to_utc
from scheduler.activities.schedules import Schedule, planned_starts
from scheduler.changes.matching import Pairs, matched
from scheduler.changes.parts import PartChange, check_parts
from scheduler.closures.queries import rest_days
from scheduler.errors import Conflict, Invalid

Fate = Literal["stays", "vanishes", "returns"]
# States of a date that a change moves; what is called off stays so, and only its place in the rule follows.
MOVABLE = ("open", "closed", "awaiting_decision", "confirmed", "postponed")


@dataclass(frozen=True)
class Place:
    """Where, as typed; a `map_point` of None is the one that is known already, if the place stays the same."""

    place: str
    place_en: str = ""
    address: str = ""
    map_point: str | None = ""
    place_easy: str = ""
    address_en: str = ""
    address_easy: str = ""


@dataclass(frozen=True)
class OneDate:
    """What one date shall be: local times, place, parts; and why."""

    starts: datetime
    minutes: int
    place: Place
    parts: tuple[PartChange, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Series:
    """What this and the following dates, or all to come, shall be; `also_by_hand` takes those along, too.

    From `ends_at` on nothing takes place any more, whatever the rule had planned when; all before that stays.
    """

    repeat: RepeatFacts
    minutes: int
    place: Place
    parts: tuple[PartChange, ...] = ()
    why: str = ""
    also_by_hand: bool = False
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Move:
    """One date from what it is to what it becomes; `place` is its own afterwards, None for the activity's."""

    occurrence: Occurrence
    starts_at: datetime
    ends_at: datetime
    planned_at: datetime | None
    place: Place | None
    where: Place
    fate: Fate = "stays"
    with_parts: bool = True

    @property
    def shows(self) -> bool:
        """Whether calendars would notice: people need not be told where on the map a place has been all along."""
        return self.moves or self.where.map_point != self.occurrence.map_point

    @property
    def moves(self) -> bool:
        """Whether people would notice: another time or another place, gone, or there again."""
        now = self.occurrence
        same_time = (self.starts_at, self.ends_at) == (now.starts_at, now.ends_at)
        same_place = (self.where.place, self.where.address) == (now.place, now.address)
        return self.fate != "stays" or not (same_time and same_place)

    @property
    def is_on_another_day(self) -> bool:
        """Whether it goes to another day, where it takes place."""
        zone = self.occurrence.activity.timezone
        return to_local(self.starts_at, zone).date() != to_local(self.occurrence.starts_at, zone).date()


@dataclass(frozen=True)
class Plan:
    """All that a change would do; `from_at` is where a new version of the rule begins, `schedule` what it is."""

    moves: tuple[Move, ...]
    parts: tuple[PartChange, ...]
    why: str
    new_starts: tuple[datetime, ...] = ()
    left_alone: int = 0
    from_at: datetime | None = None
    schedule: Schedule | None = None

    @property
    def touched(self) -> list[Move]:
        """The dates at which people would notice something."""
        return [move for move in self.moves if move.moves]


def plan_one(session: Session, occurrence: Occurrence, wanted: OneDate, now: datetime) -> Plan:
    """Return what changing one date alone would do; raise Conflict or Invalid where it cannot be."""
    if occurrence.state not in MOVABLE:
        raise Conflict("date_is_off")
    if occurrence.ends_at <= now:
        raise Conflict("already_over")
    starts_at = _instant(wanted.starts, occurrence.activity.timezone)
    if starts_at != occurrence.starts_at and starts_at <= now:
        if wanted.starts.date() == to_local(now, occurrence.activity.timezone).date():
            raise Invalid("new_time_is_over")
        raise Invalid("new_day_is_over")
    _check_length(wanted.minutes)
    own = None if _is_of(occurrence.activity, wanted.place) else wanted.place
    ends_at = starts_at + timedelta(minutes=wanted.minutes)
    move = Move(occurrence, starts_at, ends_at, occurrence.planned_at, own, wanted.place)
    check_parts(session, occurrence, wanted.parts)
    return Plan((move,), wanted.parts, wanted.why)


def plan_series(session: Session, occurrence: Occurrence, scope: str, wanted: Series, now: datetime) -> Plan:
    """Return what changing this and the following dates, or all to come, would do.

    Raise Invalid where the rule makes no sense or, for all, has no dates; Conflict where a part cannot be so.
    """
    _check_length(wanted.minutes)
    activity = occurrence.activity
    zone = activity.timezone
    schedule = schedule_from(wanted.repeat, rest_days(session, activity.organization_id, zone))
    from_at = now if scope == "all" else wanted.ends_at or _begins(session, occurrence, schedule, now)
    starts = _starts(schedule, from_at, now)
    if scope == "all" and not starts:
        raise Invalid("no_dates_ahead")
    rows = _rows(session, activity.id, from_at, now)
    pairs = _pairs(rows, starts, schedule)
    moves = [
        _move(row, starts[pairs[at]] if at in pairs else None, scope, wanted) for at, row in enumerate(rows)
    ]
    free = [start for at, start in enumerate(starts) if at not in pairs.values()]
    moves += _returning(session, activity, free, wanted, scope)
    if wanted.ends_at is not None:
        moves = _ended(session, activity, moves, wanted.ends_at)
    for move in moves:
        if move.with_parts:
            check_parts(session, move.occurrence, wanted.parts)
    back = {move.planned_at for move in moves}
    return Plan(
        tuple(moves),
        wanted.parts,
        wanted.why,
        new_starts=tuple(start for start in free if start not in back),
        left_alone=sum(_stands_by_hand(row) for row in rows) if not wanted.also_by_hand else 0,
        from_at=from_at,
        schedule=schedule,
    )


def _check_length(minutes: int) -> None:
    if not 0 < minutes <= MAX_MINUTES:
        raise Invalid("length_out_of_range")


def _instant(local: datetime, zone: str) -> datetime:
    try:
        return to_utc(local, zone)
    except BadRule as error:
        raise Invalid(error.code) from error


def _starts(schedule: Schedule, from_at: datetime, now: datetime) -> list[datetime]:
    try:
        return planned_starts(schedule, max(from_at, now), now + HORIZON)
    except BadRule as error:
        raise Invalid(error.code) from error


def _begins(session: Session, occurrence: Occurrence, schedule: Schedule, now: datetime) -> datetime:
    """Return where "this and the following" begins: on the date's own day, or earlier where its new first day is.

    But never before the date that comes before it, which is not asked to change.
    """
    own = occurrence.planned_at or occurrence.starts_at
    day = to_local(own, schedule.zone).date()
    midnight = _instant(datetime.combine(min(day, schedule.first.date()), time.min), schedule.zone)
    wanted = select(Occurrence.planned_at).where(
        Occurrence.activity_id == occurrence.activity_id, Occurrence.planned_at < own
    )
    before = session.scalar(wanted.order_by(Occurrence.planned_at.desc()).limit(1))
    return max(midnight, now, before + timedelta(seconds=1) if before else now)


def _rows(session: Session, activity_id: int, from_at: datetime, now: datetime) -> list[Occurrence]:
    wanted = select(Occurrence).where(
        Occurrence.activity_id == activity_id, Occurrence.planned_at >= from_at, Occurrence.starts_at > now
    )
    whole = wanted.order_by(Occurrence.planned_at).options(selectinload(Occurrence.slots))
    return list(session.scalars(whole))


def _ended(session: Session, activity: Activity, moves: Sequence[Move], ends_at: datetime) -> list[Move]:
    """Leave alone what was moved to before the end, and call off what was moved to after it."""
    late = select(Occurrence).where(
        Occurrence.activity_id == activity.id,
        Occurrence.starts_at >= ends_at,
        Occurrence.state.in_(MOVABLE),
        Occurrence.id.not_in([move.occurrence.id for move in moves]),
    )
    found = session.scalars(late.order_by(Occurrence.starts_at).options(selectinload(Occurrence.slots)))
    return [
        *(move for move in moves if move.fate != "vanishes" or move.occurrence.starts_at >= ends_at),
        *(_called_off(row, row.planned_at) for row in found),
    ]


def _called_off(row: Occurrence, planned_at: datetime | None) -> Move:
    return Move(
        row, row.starts_at, row.ends_at, planned_at, _own(row), _where(row), "vanishes", with_parts=False
    )


def _pairs(rows: Sequence[Occurrence], starts: Sequence[datetime], schedule: Schedule) -> Pairs:
    old = [to_local(row.planned_at or row.starts_at, schedule.zone) for row in rows]
    new = [to_local(start, schedule.zone) for start in starts]
    rule = schedule.rule
    return matched(old, new, rule.freq if rule else None, rule.interval if rule else 1)


def _stands_by_hand(row: Occurrence) -> bool:
    return row.state in MOVABLE and ("time" in row.by_hand or row.state == "postponed")


def _move(row: Occurrence, start: datetime | None, scope: str, wanted: Series) -> Move:
    kept = row.by_hand if not wanted.also_by_hand else []
    own, where = _own_place(row, scope, wanted)
    if row.state not in MOVABLE:
        # Called off, and it stays so.
        return Move(row, row.starts_at, row.ends_at, start, _own(row), _where(row), with_parts=False)
    if _stands_by_hand(row) and not wanted.also_by_hand:
        return Move(row, row.starts_at, row.ends_at, start, own, where, with_parts="slots" not in kept)
    if start is None:
        return _called_off(row, None)
    ends_at = start + timedelta(minutes=wanted.minutes)
    return Move(row, start, ends_at, start, own, where, with_parts="slots" not in kept)


def _own(row: Occurrence) -> Place | None:
    if row.own_place is None:
        return None
    return _where(row)


def _where(row: Occurrence) -> Place:
    return Place(**{one.name: getattr(row, one.name) for one in fields(Place)})


def _own_place(row: Occurrence, scope: str, wanted: Series) -> tuple[Place | None, Place]:
    if "place" in row.by_hand and not wanted.also_by_hand:
        return _own(row), _where(row)
    if scope == "all" or _is_of(row.activity, wanted.place):
        return None, wanted.place
    return wanted.place, wanted.place


def _is_of(activity: Activity, place: Place) -> bool:
    mine = (activity.place, activity.address, activity.map_point)
    return (place.place, place.address, place.map_point) == mine


def _returning(
    session: Session, activity: Activity, free: Sequence[datetime], wanted: Series, scope: str
) -> list[Move]:
    """Return the dates that an earlier change took out of the rule and this one puts back: they keep their identity."""
    if not free:
        return []
    vanished = select(Occurrence).where(
        Occurrence.activity_id == activity.id,
        Occurrence.planned_at.is_(None),
        Occurrence.state == "cancelled",
        Occurrence.first_starts_at.in_(free),
    )
    found = list(session.scalars(vanished.options(selectinload(Occurrence.slots))))
    length = timedelta(minutes=wanted.minutes)
    return [
        Move(row, start, start + length, start, *_own_place(row, scope, wanted), "returns")
        for row in found
        for start in [row.first_starts_at]
    ]
