"""Take a change back within half an hour: rule, dates and parts become what they were; who was told is told again."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.changes.models import SeriesChange
from scheduler.changes.parts import change_places, remove_new
from scheduler.changes.snapshots import put_dates_back, put_rule_back, put_slots_back
from scheduler.db import claim
from scheduler.errors import Conflict
from scheduler.history import StateChange, record
from scheduler.notices.actions import Telling, drop, queue
from scheduler.notices.queries import people_told
from scheduler.participation.models import GONE, Participation


def undo(session: Session, change: SeriesChange, by_id: int | None, now: datetime) -> None:
    """Take a change back. Raise Conflict when half an hour is over, or anything of it has changed since.

    Dates that the change had made are called off again; whoever signed up for one of them meanwhile is told.
    """
    if change.undone_at is not None:
        raise Conflict("already_undone")
    if not change.undoable(now):
        raise Conflict("too_late_to_undo")
    _check_latest(session, change)
    _check_untouched(session, change)
    mine = update(SeriesChange).where(SeriesChange.id == change.id, SeriesChange.undone_at.is_(None))
    if not claim(session, mine.values(undone_at=now, undone_by_id=by_id)):
        raise Conflict("already_undone")
    joined = _call_off(session, change.before.get("made", []), now)
    _put_back(session, change, now)
    _tell(session, change, joined, by_id, now)
    facts = {"change": change.id, "scope": change.scope}
    record(
        session,
        StateChange(
            at=now, subject="activity", subject_id=change.activity_id, verb="undo", by_id=by_id, facts=facts
        ),
    )
    session.expire_all()


def _check_latest(session: Session, change: SeriesChange) -> None:
    later = select(SeriesChange.id).where(
        SeriesChange.activity_id == change.activity_id,
        SeriesChange.id > change.id,
        SeriesChange.undone_at.is_(None),
    )
    if session.scalar(later.limit(1)) is not None:
        raise Conflict("changed_again")


def _check_untouched(session: Session, change: SeriesChange) -> None:
    after = {int(key): revision for key, revision in change.before["revisions"].items()}
    wanted = select(Occurrence.id, Occurrence.revision).where(Occurrence.id.in_(after))
    if dict(session.execute(wanted).tuples().all()) != after:
        raise Conflict("changed_again")


def _call_off(session: Session, occurrence_ids: Collection[int], now: datetime) -> set[int]:
    """Call off dates that are not wanted after all; return who has signed up for one."""
    statement = update(Occurrence).where(Occurrence.id.in_(occurrence_ids))
    values = {
        "state": "cancelled",
        "planned_at": None,
        "revision": Occurrence.revision + 1,
        "changed_at": now,
    }
    session.execute(statement.values(values).execution_options(synchronize_session=False))
    joined = (
        select(Participation.contact_id)
        .join(Participation.slot)
        .where(Slot.occurrence_id.in_(occurrence_ids), Participation.state.not_in(GONE))
    )
    return set(session.scalars(joined))


def _put_back(session: Session, change: SeriesChange, now: datetime) -> None:
    kept, activity = change.before, session.get_one(Activity, change.activity_id)
    if change.scope != "this":
        put_rule_back(session, activity, kept)
        activity.revision += 1
        activity.changed_at = now
        session.flush()
    put_dates_back(session, kept, now)
    put_slots_back(session, kept)
    remove_new(session, kept["new_slots"])
    session.expire_all()
    for row in kept["slots"]:
        slot = session.get_one(Slot, row["id"])
        if slot.places != row["places"]:
            change_places(session, slot, row["places"])


def _tell(
    session: Session, change: SeriesChange, joined: Collection[int], by_id: int | None, now: datetime
) -> None:
    drop(session, "change", change.id, ("changed",), "undone")
    told = people_told(session, "change", change.id, ("changed",)) | set(joined)
    ends = [datetime.fromisoformat(line[key]) for line in change.dates for key in ("until", "ends")]
    until = max([now + timedelta(days=1), *ends])
    telling = Telling(
        "changed", "change", change.id, 1, due_at=now, deadline_at=until, priority=1, by_id=by_id
    )
    if told:
        queue(session, telling, sorted(told), now)
