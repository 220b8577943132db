"""A body's own calendar becomes activities and dates: what would happen, and doing it.

An entry is known by its UID. What has changed since it was taken is changed here too, but no date that somebody has
signed up for: that is a decision, and people have to be told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Update, exists, or_, select, update
from sqlalchemy.orm import Session

from scheduler.activities import actions as activities
from scheduler.activities.actions import ActivityFacts
from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.activities.parts import SlotFacts
from scheduler.activities.plans import HORIZON
from scheduler.activities.recurrence import parse, to_utc
from scheduler.activities.schedules import Schedule, planned_starts
from scheduler.activities.wording import LENGTHS
from scheduler.calendars.models import ImportedEvent
from scheduler.calendars.reading import Differing, Entry, uid_hash
from scheduler.db import claim, insert_once
from scheduler.errors import Invalid
from scheduler.history import StateChange, record
from scheduler.participation.models import GONE, Participation
from scheduler.text import shortened, text_in

Kind = Literal["new", "changed", "same", "past", "off", "by_hand", "unreadable"]
REASON = "もとのカレンダーで取りやめになりました。"


@dataclass(frozen=True)
class Step:
    """What happens to one entry; `dates` is how many dates a new activity gets."""

    kind: Kind
    entry: Entry
    dates: int = 0


# Their entries can be taken over anew.
_THROWN_AWAY = select(Activity.id).where(Activity.state == "discarded")


@dataclass(frozen=True)
class Taking:
    """For which body, by whom, when, and the part that each new activity offers."""

    organization_id: int
    by_id: int | None
    now: datetime
    part: SlotFacts


def plan(session: Session, organization_id: int, entries: Sequence[Entry], now: datetime) -> list[Step]:
    """Return what would happen to each entry."""
    return [_step(session, organization_id, entry, now) for entry in entries]


def _step(session: Session, organization_id: int, entry: Entry, now: datetime) -> Step:
    if entry.problem:
        return Step("unreadable", entry)
    known = _known(session, organization_id, entry)
    if known is not None:
        if known.said == entry.said:
            return Step("same", entry)
        activity = session.get_one(Activity, known.activity_id)
        return Step("changed" if _fits(activity, entry) else "by_hand", entry)
    if entry.is_off:
        return Step("off", entry)
    ahead = _dates_ahead(entry, now)
    return Step("new" if ahead else "past", entry, ahead)


def _known(session: Session, organization_id: int, entry: Entry) -> ImportedEvent | None:
    mine = ImportedEvent.organization_id == organization_id
    known = select(ImportedEvent).where(mine, ImportedEvent.uid_hash == uid_hash(entry.uid))
    return session.scalar(known.where(ImportedEvent.activity_id.not_in(_THROWN_AWAY)))


def _fits(activity: Activity, entry: Entry) -> bool:
    """Say whether what changed can be taken over: a single date may move, a series keeps its rule and its time."""
    if activity.versions or activity.dates:
        return False
    same = (activity.rule, activity.timezone) == (entry.rule, entry.zone)
    began = (activity.first_on, activity.first_at.replace(microsecond=0), activity.minutes)
    return same and (entry.rule is None or began == (entry.first.date(), entry.first.time(), entry.minutes))


def _dates_ahead(entry: Entry, now: datetime) -> int:
    schedule = Schedule(
        first=entry.first,
        zone=entry.zone,
        rule=parse(entry.rule) if entry.rule else None,
    )
    return len(planned_starts(schedule, now, now + HORIZON))


def take(session: Session, taking: Taking, entries: Sequence[Entry]) -> list[Step]:
    """Take the entries over and return what happened to each. Taken twice, nothing happens twice."""
    steps = plan(session, taking.organization_id, entries, taking.now)
    for step in steps:
        if step.kind == "new":
            _post(session, taking, step.entry)
        elif step.kind == "changed":
            _change(session, taking, step.entry)
    return steps


def _post(session: Session, taking: Taking, entry: Entry) -> None:
    texts = _texts(entry)
    facts = ActivityFacts(
        title=texts["title"],
        summary=texts["summary"],
        place=texts["place"],
        map_point=entry.map_point,
        first_on=entry.first.date(),
        first_at=entry.first.time(),
        minutes=entry.minutes,
        rule=entry.rule,
        timezone=entry.zone,
        # The calendar says itself on which days nothing takes place.
        on_closed="keep",
        slots=(taking.part,),
    )
    activity = activities.post(session, taking.organization_id, facts, taking.by_id, taking.now)
    values = {"organization_id": taking.organization_id, "uid_hash": uid_hash(entry.uid)}
    _let_go_of_thrown_away(session, taking, values)
    made = insert_once(session, ImportedEvent, values | {"activity_id": activity.id, "said": entry.said})
    if made is None:
        raise Invalid("entry_twice")
    activities.publish(session, activity, taking.by_id, taking.now)
    _differ(session, taking, activity, entry.exceptions)


def _let_go_of_thrown_away(session: Session, taking: Taking, values: Mapping[str, object]) -> None:
    """Leave what was taken of an entry and thrown away where it is, for good: the entry is taken over anew."""
    wanted = select(ImportedEvent).filter_by(**values)
    for before in session.scalars(wanted.where(ImportedEvent.activity_id.in_(_THROWN_AWAY))):
        # Somebody may take it out of the bin at this very moment: then the entry is known.
        if activities.lock(session, session.get_one(Activity, before.activity_id)).state == "discarded":
            change = StateChange(at=taking.now, subject="activity", subject_id=before.activity_id)
            change.verb, change.by_id = activities.TAKEN_ANEW, taking.by_id
            record(session, change)
            session.delete(before)
    session.flush()


def _texts(entry: Entry) -> dict[str, str]:
    # Nobody can shorten another calendar's texts here; so that one sees where something is missing.
    return {
        "title": shortened(text_in(entry.title), LENGTHS["title"]),
        "summary": shortened(text_in(entry.summary, lines=True), LENGTHS["summary"]),
        "place": shortened(text_in(entry.place), LENGTHS["place"]),
    }


def _change(session: Session, taking: Taking, entry: Entry) -> None:
    known = _known(session, taking.organization_id, entry)
    assert known is not None
    activity = session.get_one(Activity, known.activity_id)
    for name, text in _texts(entry).items():
        setattr(activity, name, text)
    activity.map_point = entry.map_point
    activity.revision, activity.changed_at = activity.revision + 1, taking.now
    known.said = entry.said
    _differ(session, taking, activity, tuple(_differing(session, activity, entry)))


def _differing(session: Session, activity: Activity, entry: Entry) -> Iterator[Differing]:
    yield from entry.exceptions
    if entry.is_off or entry.rule is None:
        originals = session.scalars(
            select(Occurrence.planned_at).where(
                Occurrence.activity_id == activity.id, Occurrence.planned_at.is_not(None)
            )
        )
        for original in filter(None, originals):
            yield Differing(original) if entry.is_off else _moved(original, entry)


def _moved(original: datetime, entry: Entry) -> Differing:
    start = to_utc(entry.first, entry.zone)
    return Differing(original, start, start + timedelta(minutes=entry.minutes))


def _differ(session: Session, taking: Taking, activity: Activity, differing: Sequence[Differing]) -> None:
    for one in differing:
        mine = Occurrence.planned_at == one.original, Occurrence.activity_id == activity.id
        change = update(Occurrence).where(*mine, ~_has_sign_ups(), Occurrence.ends_at > taking.now)
        # Whoever signs up holds the date: locked first, so that the change looks at what was committed meanwhile.
        before = session.scalar(select(Occurrence).where(*mine).with_for_update())
        if before is not None and claim(session, _what(change, one, before.by_hand, taking.now)):
            _record(session, taking, before.id, "cancel" if one.starts_at is None else "move")


def _has_sign_ups() -> ColumnElement[bool]:
    """Return the condition that somebody comes or waits to come."""
    rows = select(Participation.id).join(Slot, Participation.slot_id == Slot.id)
    live = rows.where(Slot.occurrence_id == Occurrence.id, Participation.state.not_in(GONE)).exists()
    return or_(exists().where(Slot.occurrence_id == Occurrence.id, Slot.taken > 0), live)


def _what(change: Update, one: Differing, by_hand: list[str], now: datetime) -> Update:
    """Write what differs, once: a date that is that way already keeps its revision."""
    counted = {"revision": Occurrence.revision + 1, "changed_at": now}
    if one.starts_at is None:
        return change.where(Occurrence.state != "cancelled").values(
            state="cancelled", reason=REASON, **counted
        )
    # Changed for this date alone: whoever moves the others here leaves it where the calendar has it.
    times = {"starts_at": one.starts_at, "ends_at": one.ends_at, "by_hand": sorted({*by_hand, "time"})}
    moved = or_(Occurrence.starts_at != one.starts_at, Occurrence.ends_at != one.ends_at)
    return change.where(moved).values(**times, **counted)


def _record(session: Session, taking: Taking, occurrence_id: int, verb: str) -> None:
    facts = {"subject": "occurrence", "subject_id": occurrence_id, "verb": verb, "after": verb}
    record(session, StateChange(at=taking.now, by_id=taking.by_id, why="import", **facts))
