"""Whom a change touches, counted before it is made; read-only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.models import ON, Occurrence, Slot
from scheduler.changes.moves import Move, Plan
from scheduler.participation.models import GONE, Participation
from scheduler.participation.queries import UNTOLD
from scheduler.reach.ways import Reached, reached_by

# Letters wait a little where the dates are some days off: who takes a slip back at once troubles nobody.
GRACE = timedelta(minutes=3)
# From here on they do not.
_NEAR = timedelta(days=1)
_Times = tuple[datetime, datetime]


@dataclass(frozen=True)
class Impact:
    """What a change does to people and dates.

    People are counted once each, by who is told. `keep` keep their place; `clash` keep it too, but have taken on
    something else at that time, and are asked again (for the sign-ups `asked`); so are `other_day`, who are among
    `keep`, because their date is on another day (for the sign-ups `moved`). `vanish_people` lose the date they had
    signed up for. Whoever makes the change is neither asked nor told: `leaves_out` says so, and that others come along.
    `wait` is how long letters wait before they go out: not at all where a date is near.
    """

    keep: int
    clash: int
    vanish_dates: int
    vanish_people: int
    moved_dates: int
    new_dates: int
    left_alone: int
    other_day: int
    asked: tuple[Participation, ...]
    moved: tuple[Participation, ...]
    told_ids: tuple[int, ...]
    reached: Reached
    leaves_out: bool
    wait: timedelta
    seen: str

    @property
    def told(self) -> int:
        """How many people are told."""
        return len(self.told_ids)

    def counts(self) -> dict[str, int]:
        """Return the numbers as they are kept with the change."""
        numbers = {field.name: getattr(self, field.name) for field in fields(self)}
        counted = {name: value for name, value in numbers.items() if type(value) is int}
        return counted | {"told": self.told}


def impact_of(session: Session, plan: Plan, by_id: int | None, now: datetime) -> Impact:
    """Count whom a plan touches, when this person makes the change."""
    touched = plan.touched
    rows = _sign_ups(session, [move.occurrence.id for move in touched])
    staying, gone = _people(touched, rows, gone=False), _people(touched, rows, gone=True)
    asked = _clashing(session, touched, rows)
    clash = {row.contact_id for row in asked}
    moved = [row for row in _on_another_day(touched, rows) if row not in asked]
    told = {row.contact_id for row in rows if row.state not in UNTOLD} - {by_id}
    return Impact(
        keep=len(staying - clash),
        clash=len(clash),
        vanish_dates=sum(move.fate == "vanishes" for move in touched),
        vanish_people=len(gone),
        moved_dates=sum(move.fate != "vanishes" for move in touched),
        new_dates=len(plan.new_starts),
        left_alone=plan.left_alone,
        other_day=len({row.contact_id for row in moved} - {by_id}),
        asked=tuple(row for row in asked if row.contact_id != by_id),
        moved=tuple(row for row in moved if row.contact_id != by_id),
        told_ids=tuple(sorted(told)),
        reached=reached_by(session, told),
        leaves_out=any(row.people > 1 or row.contact_id == by_id for row in rows if row.state not in UNTOLD),
        wait=timedelta(0) if any(_is_near(move, now) for move in touched) else GRACE,
        seen=_fingerprint(plan, rows),
    )


def _sign_ups(session: Session, occurrence_ids: Collection[int]) -> list[Participation]:
    path = contains_eager(Participation.slot)
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .where(Slot.occurrence_id.in_(occurrence_ids), Participation.state.not_in(GONE))
    )
    return list(session.scalars(wanted.options(path).order_by(Participation.id)))


def _is_near(move: Move, now: datetime) -> bool:
    return min(move.occurrence.starts_at, move.starts_at) < now + _NEAR


def _people(touched: Sequence[Move], rows: Sequence[Participation], *, gone: bool) -> set[int]:
    dates = {move.occurrence.id for move in touched if (move.fate == "vanishes") is gone}
    return {row.contact_id for row in rows if row.slot.occurrence_id in dates}


def _on_another_day(touched: Sequence[Move], rows: Sequence[Participation]) -> list[Participation]:
    """Return the sign-ups for dates that go to another day: nobody has said that they can come then."""
    elsewhere = {move.occurrence.id for move in touched if move.fate == "stays" and move.is_on_another_day}
    return [row for row in rows if row.slot.occurrence_id in elsewhere and row.state not in UNTOLD]


def _clashing(
    session: Session, touched: Sequence[Move], rows: Sequence[Participation]
) -> list[Participation]:
    """Return the sign-ups of who has something else at the new time, and had not at the old one."""
    moved = {move.occurrence.id: move for move in touched if move.fate != "vanishes"}
    staying = [row for row in rows if row.slot.occurrence_id in moved]
    if not staying:
        return []
    others = _others(session, {row.contact_id for row in staying}, moved)
    return [row for row in staying if _clashes(row, moved[row.slot.occurrence_id], others)]


def _clashes(row: Participation, move: Move, others: Mapping[int, list[_Times]]) -> bool:
    offset, length = timedelta(minutes=row.slot.offset_minutes), timedelta(minutes=row.slot.minutes)
    before, after = (at + offset for at in (move.occurrence.starts_at, move.starts_at))
    return any(
        _overlap((after, after + length), other) and not _overlap((before, before + length), other)
        for other in others.get(row.contact_id, [])
    )


def _overlap(one: _Times, other: _Times) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _others(
    session: Session, contact_ids: Collection[int], moved: Mapping[int, Move]
) -> dict[int, list[_Times]]:
    first = min(move.starts_at for move in moved.values()) - timedelta(days=15)
    last = max(move.ends_at for move in moved.values()) + timedelta(days=15)
    path = contains_eager(Participation.slot).contains_eager(Slot.occurrence)
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(Participation.contact_id.in_(contact_ids), Participation.state.not_in(GONE))
        .where(Occurrence.state.in_(ON), Occurrence.starts_at.between(first, last))
        .where(Occurrence.id.not_in(moved))
    )
    found: dict[int, list[_Times]] = {}
    for row in session.scalars(wanted.options(path)):
        found.setdefault(row.contact_id, []).append((row.slot.starts_at, row.slot.ends_at))
    return found


def _fingerprint(plan: Plan, rows: Sequence[Participation]) -> str:
    """Name what was shown: where a date, a sign-up or what is asked for has changed since, it is another."""
    lines = [
        (
            move.occurrence.id,
            move.occurrence.revision,
            move.starts_at.isoformat(),
            move.ends_at.isoformat(),
            move.fate,
        )
        for move in plan.moves
    ]
    signed_up = [(row.id, row.state) for row in rows]
    asked = (
        plan.parts,
        [start.isoformat() for start in plan.new_starts],
        str(plan.schedule and plan.schedule.rule),
    )
    places = [(move.place, move.where) for move in plan.moves]
    return sha256(repr((lines, signed_up, asked, places)).encode()).hexdigest()[:24]
