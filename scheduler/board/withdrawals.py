"""Who has withdrawn from a date: shown on its board, and told to its organisers where it leaves a gap.

Not one letter a person: those of half an hour are told together, and one date sends a letter every four hours at most.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload
from sqlalchemy.sql.base import ExecutableOption

from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot
from scheduler.board.calls import SHORT, is_short, organisers_of
from scheduler.board.queries import names_of
from scheduler.history import StateChange
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import Notice
from scheduler.participation import measure
from scheduler.participation.models import GONE, Participation
from scheduler.participation.undoing import later_than, may_be_undone, said_fewer

GAP = "gap"
# For so long withdrawals are news.
LATELY = timedelta(days=3)
_TOGETHER, _AT_MOST_EVERY = timedelta(minutes=30), timedelta(hours=4)
_FURTHEST = timedelta(days=60)
# What a party says itself.
_OWN = ("withdraw", "people")
_ENDED = {"withdraw": "cancelled", "remove": "declined"}


@dataclass(frozen=True)
class Withdrawal:
    """A party that comes no more: by whom and when that was said, and what can still be done about it.

    `by` is empty where the party said so itself; `comes_again` is whether it has signed up for the date anew.
    """

    row: Participation
    change: StateChange
    by: str
    may_be_undone: bool
    comes_again: bool


def withdrawals_from(
    session: Session, occurrence: Occurrence, now: datetime, slot_id: int | None = None
) -> list[Withdrawal]:
    """Return the last withdrawal of each from a date or one part of it, or who was taken out; the latest first."""
    gone = [pair for pair in _gone(session, [occurrence.id]) if slot_id in {None, pair[0].slot_id}]
    latest = {(row.contact_id, row.slot_id): (row, change) for row, change in reversed(gone)}
    found = [pair for pair in gone if latest[pair[0].contact_id, pair[0].slot_id] == pair]
    names = names_of(session, {change.by_id for _, change in found})
    contacts = {row.contact_id for row, _ in found}
    coming = _coming_again(session, occurrence.id, contacts)
    return [
        Withdrawal(
            row,
            change,
            by=names.get(change.by_id or 0, "") if change.by_id != row.contact_id else "",
            may_be_undone=may_be_undone(change, now) and not later_than(session, change),
            comes_again=not row.is_live and row.contact_id in coming,
        )
        for row, change in found
    ]


def _gone(
    session: Session, occurrence_ids: Collection[int], since: datetime | None = None
) -> list[tuple[Participation, StateChange]]:
    """Return sign-ups that ended, with what ended them, the latest first; what nobody had confirmed never stood."""
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .where(Slot.occurrence_id.in_(occurrence_ids), Participation.state.in_(tuple(_ENDED.values())))
        .options(*_whole())
    )
    if since is not None:
        wanted = wanted.where(Participation.changed_at > since)
    rows = {row.id: row for row in session.scalars(wanted)}
    pairs = _fewer(session, occurrence_ids, since) + (_with_endings(session, rows) if rows else [])
    return sorted(pairs, key=lambda pair: pair[1].id, reverse=True)


def _with_endings(
    session: Session, rows: Mapping[int, Participation]
) -> list[tuple[Participation, StateChange]]:
    ended = select(StateChange).where(
        StateChange.subject == "participation",
        StateChange.subject_id.in_(rows),
        StateChange.verb.in_(_ENDED),
        StateChange.before != "unverified",
    )
    # The last one counts: who came back and withdrew again has withdrawn then.
    changes = {one.subject_id: one for one in session.scalars(ended.order_by(StateChange.id))}
    return [(rows[number], one) for number, one in changes.items() if _ENDED[one.verb] == rows[number].state]


def _fewer(
    session: Session, occurrence_ids: Collection[int], since: datetime | None
) -> list[tuple[Participation, StateChange]]:
    """Return sign-ups of which the party itself has taken somebody out, with the last such word; undone, it is none."""
    wanted = (
        select(Participation, StateChange)
        .join(Participation.slot)
        .join(StateChange, _of_row(StateChange.subject_id))
        .where(Slot.occurrence_id.in_(occurrence_ids), Participation.state.not_in(GONE))
        .where(StateChange.verb == "people")
        .options(*_whole())
    )
    if since is not None:
        wanted = wanted.where(Participation.changed_at > since)
    last = {row.id: (row, change) for row, change in session.execute(wanted.order_by(StateChange.id))}
    return [(row, change) for row, change in last.values() if said_fewer(change)]


def _whole() -> Iterator[ExecutableOption]:
    yield contains_eager(Participation.slot)
    yield from map(joinedload, (Participation.person, Participation.household, Participation.organization))


def _of_row(subject_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return and_(StateChange.subject == "participation", subject_id == Participation.id)


def _coming_again(session: Session, occurrence_id: int, contacts: Collection[int]) -> set[int]:
    wanted = select(Participation.contact_id).join(Participation.slot)
    here = wanted.where(Slot.occurrence_id == occurrence_id, Participation.contact_id.in_(contacts))
    return set(session.scalars(here.where(Participation.state.not_in(GONE)))) if contacts else set()


def missing_at(slot: Slot) -> int:
    """Return how many are missing to what a part wants: its target, else all of its places."""
    return max((slot.target if slot.target is not None else slot.places) - slot.taken, 0)


def withdrawn_lately(
    session: Session, occurrence_ids: Collection[int], now: datetime
) -> dict[int, tuple[int, int]]:
    """Return for dates how many parties withdrew lately from parts that lack somebody now, and how many these lack."""
    found: dict[int, list[Slot]] = {}
    for row, change in _gone(session, occurrence_ids, since=now - LATELY):
        if change.verb in _OWN and missing_at(row.slot):
            found.setdefault(row.slot.occurrence_id, []).append(row.slot)
    return {number: (len(slots), sum(map(missing_at, set(slots)))) for number, slots in found.items()}


@dataclass(frozen=True)
class Gap:
    """What is told of a date: the withdrawals since the last letter, and the parts that lack somebody by them."""

    changes: Sequence[StateChange]
    slots: Sequence[Slot]

    @property
    def latest(self) -> StateChange:
        """The last withdrawal; it names the letter."""
        return max(self.changes, key=lambda one: one.id)


def gap_at(session: Session, occurrence: Occurrence, since: datetime) -> Gap | None:
    """Return what withdrawals since a moment have left open at a date; None for nothing."""
    own = [pair for pair in _gone(session, [occurrence.id], since) if pair[1].verb in _OWN]
    open_ones = [(row, change) for row, change in own if missing_at(row.slot) and change.at > since]
    slots = {row.slot_id: row.slot for row, _ in open_ones}
    ordered = sorted(slots.values(), key=lambda slot: slot.position)
    return Gap([change for _, change in open_ones], ordered) if open_ones else None


def dates_with_gaps(session: Session, now: datetime) -> list[int]:
    """Return the ids of the dates near enough to be warned of from which somebody has withdrawn within a day."""
    fewer = exists().where(_of_row(StateChange.subject_id), StateChange.verb == "people")
    wanted = (
        select(Occurrence)
        .join(Occurrence.activity)
        .join(Slot, Slot.occurrence_id == Occurrence.id)
        .join(Participation, Participation.slot_id == Slot.id)
        .where(Activity.state == "published", Occurrence.state.in_(TAKES_SIGN_UPS))
        .where(Occurrence.starts_at > now, Occurrence.starts_at < now + _FURTHEST)
        .where(
            or_(Participation.state == "cancelled", fewer), Participation.changed_at > now - timedelta(days=1)
        )
        .options(contains_eager(Occurrence.activity))
        .order_by(Occurrence.id)
    )
    return [row.id for row in session.scalars(wanted).unique() if is_near(row, now)]


def is_near(occurrence: Occurrence, now: datetime) -> bool:
    """Say whether a date is within the days before it in which its organisers want to be warned."""
    days = timedelta(days=occurrence.activity.warn_days)
    on = occurrence.state in TAKES_SIGN_UPS
    return on and occurrence.starts_at - days <= now < occurrence.starts_at


def tell_gap(session: Session, occurrence_id: int, now: datetime) -> int:
    """Tell the organisers of a date once who is missing by withdrawals; return how many are told."""
    locked = select(Occurrence).where(Occurrence.id == occurrence_id).with_for_update(of=Occurrence)
    occurrence = session.scalars(locked, execution_options={"populate_existing": True}).one()
    told_at = _last_told(session, occurrence_id)
    if told_at is not None and now < told_at + _AT_MOST_EVERY:
        return 0
    gap = gap_at(session, occurrence, max(told_at or now - timedelta(days=1), now - timedelta(days=1)))
    if gap is None or now < min(one.at for one in gap.changes) + _TOGETHER:
        return 0
    told, slot = 0, gap.slots[0]
    for person in organisers_of(session, slot, now):
        at = measure.awake_at(person, slot, now)
        telling = Telling(GAP, "occurrence", occurrence.id, gap.latest.id, at, occurrence.starts_at)
        told += queue(session, telling, [person.id], now)
    return told


def _last_told(session: Session, occurrence_id: int, before: int | None = None) -> datetime | None:
    wanted = select(Notice.created_at).filter_by(kind=GAP, subject="occurrence", subject_id=occurrence_id)
    if before is not None:
        wanted = wanted.where(Notice.version < before)
    return session.scalar(wanted.order_by(Notice.version.desc()).limit(1))


def told_of(session: Session, notice: Notice, occurrence: Occurrence) -> Gap | None:
    """Return what a letter says: the withdrawals since the one before it, as far as somebody is missing still."""
    day_before = notice.created_at - timedelta(days=1)
    last = _last_told(session, occurrence.id, notice.version)
    return gap_at(session, occurrence, max(last or day_before, day_before))


def warned_anyway(session: Session, gap: Gap, now: datetime) -> bool:
    """Say whether each of these parts has been told as under its minimum since the first of these withdrawals."""
    first = min(one.at for one in gap.changes)
    wanted = select(Notice.subject_id).where(
        Notice.kind == SHORT, Notice.subject == "slot", Notice.created_at >= first
    )
    told = set(session.scalars(wanted.where(Notice.subject_id.in_([slot.id for slot in gap.slots]))))
    return all(slot.id in told and is_short(slot, now) for slot in gap.slots)
