"""Correct what a published activity says and how it is decided about; take that back. See `activities.corrections`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from scheduler.activities.corrections import PLANS, corrected
from scheduler.activities.facts import decision_time
from scheduler.activities.models import ON, Activity, Occurrence, Slot
from scheduler.activities.recurrence import to_utc
from scheduler.activities.tags import read_tags, write_tags
from scheduler.changes.actions import record_change
from scheduler.changes.impact import GRACE
from scheduler.changes.models import FACTS, SeriesChange
from scheduler.changes.snapshots import Kept, kept_of, lock_dates, values_in
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, changes_of, record
from scheduler.notices.actions import Telling, queue
from scheduler.participation.models import Participation
from scheduler.participation.queries import UNTOLD
from scheduler.reach.ways import Reached, reached_by, store_known
from scheduler.text import fitting

# What a calendar entry says of each date: its version rises there. Decided dates keep theirs, which is the ticket of
# the decision: the letters that tell it would be held untrue.
_SHOWN = (*PLANS, "title", "summary", "bring", "address", "map_point", "tags")
_UNDECIDED = ("planned", "open", "closed", "awaiting_decision")
# The decider is asked from so long before.
_ASKED_AHEAD = timedelta(minutes=30)


@dataclass(frozen=True)
class Correction:
    """What shall stand, by the names of the columns: what is left out stays.

    `tell` tells those who come in any case; `seen` is the name of what was shown before, `by_id` who asks.
    """

    typed: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] | None = None
    tell: bool = False
    why: str = ""
    seen: str = ""
    by_id: int | None = None


@dataclass(frozen=True)
class Effect:
    """What a correction does: what it was and becomes, how many dates and people it is about, and who is told how.

    Whoever makes it is not told: `leaves_out` says so, and that others come along.
    """

    before: Kept
    after: Kept
    dates: int
    people: int
    told_ids: tuple[int, ...]
    reached: Reached
    leaves_out: bool
    seen: str
    # No date moves, so letters may wait a little.
    wait: ClassVar[timedelta] = GRACE

    @property
    def changes_plans(self) -> bool:
        """Whether people have planned by what changes."""
        return not self.after.keys().isdisjoint(PLANS)

    @property
    def mends_letters(self) -> bool:
        """Whether letters to people who come hold whom to ask as it was, and nobody is told so yet."""
        return "contact" in self.after and self.people > 0 and not self.told_ids

    def counts(self) -> dict[str, int]:
        """Return the numbers as they are kept with the change."""
        none = ("clash", "vanish_dates", "vanish_people", "moved_dates", "new_dates", "left_alone")
        return {"keep": self.people, "told": len(self.told_ids)} | dict.fromkeys(none, 0)


def look(session: Session, activity: Activity, wanted: Correction, now: datetime) -> Effect:
    """Return what a correction would do and whom it would touch; nothing is written."""
    if not activity.is_published:
        raise Conflict("still_a_draft")
    values = corrected(session, activity, wanted.typed, now)
    before, after = kept_of(activity, values), {name: _plain(value) for name, value in values.items()}
    if wanted.tags is not None and set(read_tags(wanted.tags)) != {tag.slug for tag in activity.tags}:
        before["tags"], after["tags"] = _tags(activity), list(read_tags(wanted.tags).values())
    # Whoever corrects it need not be told.
    dates = _ahead(session, activity.id, now)
    coming = _coming(session, activity.id, now)
    people = sorted(coming.keys() - {wanted.by_id})
    told = people if wanted.tell or not after.keys().isdisjoint(PLANS) else []
    about = (activity.revision, sorted(after.items()), told)
    seen = sha256(repr(about).encode()).hexdigest()[:24]
    told_ids = tuple(told) if after else ()
    reached, leaves_out = reached_by(session, told_ids), wanted.by_id in coming or any(coming.values())
    return Effect(before, after, len(dates), len(people), told_ids, reached, leaves_out, seen)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _tags(activity: Activity) -> list[str]:
    return [tag.name for tag in activity.tags]


def _ahead(session: Session, activity_id: int, now: datetime) -> list[Occurrence]:
    wanted = select(Occurrence).where(Occurrence.activity_id == activity_id, Occurrence.starts_at > now)
    return list(session.scalars(wanted.where(Occurrence.state.in_(ON)).order_by(Occurrence.id)))


def _coming(session: Session, activity_id: int, now: datetime) -> dict[int, bool]:
    """Return who comes, and whether somebody comes along who is not told."""
    wanted = (
        select(Participation.contact_id, func.max(Participation.people) > 1)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(Occurrence.activity_id == activity_id, Occurrence.starts_at > now, Occurrence.state.in_(ON))
        .where(Participation.state.not_in(UNTOLD))
    )
    return dict(session.execute(wanted.group_by(Participation.contact_id)).tuples().all())


def correct(session: Session, activity: Activity, wanted: Correction, now: datetime) -> SeriesChange:
    """Make a correction as it was shown; raise Conflict where it would be another by now, Invalid where it is none.

    Dates to come show it at once, and their version rises in every calendar. Whoever comes is told once where the
    weather rule or the time of the decision changes, or where it is wished.
    """
    _locked(session, activity.id)
    effect = look(session, activity, wanted, now)
    if not effect.after:
        raise Invalid("nothing_corrected")
    if effect.seen != wanted.seen:
        raise Conflict("impact_changed")
    _write(session, activity, effect.after, now)
    kept = {"before": effect.before, "after": effect.after, "revisions": {}, "new_places": {}}
    made = SeriesChange(
        activity_id=activity.id,
        scope=FACTS,
        by_id=wanted.by_id,
        at=now,
        why=fitting(wanted.why, 400),
        impact=effect.counts(),
        before=kept,
    )
    session.add(made)
    session.flush()
    _tell(session, made, effect.told_ids, now)
    record_change(session, made, "amend", wanted.by_id, now)
    return made


def _locked(session: Session, activity_id: int) -> Activity:
    # Of two corrections at one time, the second is made on what the first has written; before the dates, as by changes.
    return session.get_one(Activity, activity_id, with_for_update={"key_share": True}, populate_existing=True)


def _write(session: Session, activity: Activity, after: Kept, now: datetime) -> None:
    for name, value in values_in(Activity, after).items():
        setattr(activity, name, value)
    if "tags" in after:
        write_tags(session, activity, after["tags"])
    activity.revision += 1
    activity.changed_at = now
    session.flush()
    if not after.keys().isdisjoint(_SHOWN):
        _raise_versions(session, activity.id, now)
    if not after.keys().isdisjoint(PLANS):
        _ask_later(session, activity.id, now)


def _raise_versions(session: Session, activity_id: int, now: datetime) -> None:
    ids = [row.id for row in _ahead(session, activity_id, now) if row.state in _UNDECIDED]
    lock_dates(session, ids)
    shown = update(Occurrence).where(Occurrence.id.in_(ids), Occurrence.state.in_(_UNDECIDED))
    values = shown.values(revision=Occurrence.revision + 1, changed_at=now)
    session.execute(values.execution_options(synchronize_session=False))
    session.expire_all()


def _ask_later(session: Session, activity_id: int, now: datetime) -> None:
    """Let dates wait no longer whose decision is not due any more; the clock asks when it is."""
    for row in _ahead(session, activity_id, now):
        local = decision_time(row)
        due = None if local is None else to_utc(local, row.activity.timezone) - _ASKED_AHEAD
        if row.state == "awaiting_decision" and (due is None or due > now):
            before, row.state = row.state, _state_before(session, row.id)
            facts = {"verb": "wait_no_more", "before": before, "after": row.state, "by_id": None}
            record(session, StateChange(at=now, subject="occurrence", subject_id=row.id, **facts))
            row.changed_at = now
    session.flush()


def _state_before(session: Session, occurrence_id: int) -> str:
    awaited = [one for one in changes_of(session, "occurrence", occurrence_id) if one.verb == "await"]
    return (awaited[-1].before if awaited else None) or "open"


def _tell(session: Session, made: SeriesChange, told: Collection[int], now: datetime) -> None:
    if told:
        until = now + timedelta(days=7)
        telling = Telling(
            "changed",
            "change",
            made.id,
            0,
            due_at=now + GRACE,
            deadline_at=until,
            priority=2,
            by_id=made.by_id,
        )
        store_known(session, told, now)
        queue(session, telling, told, now)


def check_unchanged(session: Session, change: SeriesChange) -> None:
    """Raise Conflict where what a correction wrote has been written anew elsewhere."""
    activity, after = _locked(session, change.activity_id), dict(change.before["after"])
    tags = after.pop("tags", None)
    if kept_of(activity, after) != after or (tags is not None and set(tags) != set(_tags(activity))):
        raise Conflict("changed_again")


def put_facts_back(session: Session, change: SeriesChange, now: datetime) -> None:
    """Give an activity back what it said."""
    _write(session, session.get_one(Activity, change.activity_id), change.before["before"], now)
