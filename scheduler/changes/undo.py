"""Take a change back within half an hour: rule, dates and parts become what they were; who was told is told again."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.changes.corrections import check_unchanged, put_facts_back
from scheduler.changes.models import FACTS, SeriesChange
from scheduler.changes.parts import remove_new
from scheduler.changes.snapshots import lock_dates, put_dates_back, put_rule_back, put_slots_back
from scheduler.db import claim
from scheduler.errors import Conflict
from scheduler.history import StateChange, changes_of, record
from scheduler.notices.actions import Telling, drop, queue, take_off_lists
from scheduler.notices.queries import people_told
from scheduler.participation.capacity import change_places
from scheduler.participation.models import Participation
from scheduler.participation.queries import UNTOLD
from scheduler.participation.reconfirming import stop_asking
from scheduler.reach.ways import store_known


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
    made = change.before.get("made", [])
    lock_dates(session, [*(row["id"] for row in change.before.get("occurrences", [])), *made])
    joined = _call_off(session, made, now)
    if change.scope == FACTS:
        put_facts_back(session, change, now)
    else:
        _put_back(session, change, by_id, now)
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
    if session.scalar(later.limit(1)) is not None or _has_new_terms(session, change):
        raise Conflict("changed_again")


def _has_new_terms(session: Session, change: SeriesChange) -> bool:
    # The parts of the rule would be put back with the terms and the names that they had.
    since = (row for row in changes_of(session, "activity", change.activity_id) if row.at >= change.at)
    return change.scope in {"following", "all"} and any(
        row.verb == "reword" or (row.verb == "terms" and "part" in row.facts) for row in since
    )


def _check_untouched(session: Session, change: SeriesChange) -> None:
    if change.scope == FACTS:
        check_unchanged(session, change)
    after = {int(key): revision for key, revision in change.before["revisions"].items()}
    wanted = select(Occurrence.id, Occurrence.revision).where(Occurrence.id.in_(after))
    if dict(session.execute(wanted).tuples().all()) != after:
        raise Conflict("changed_again")
    places = {int(key): number for key, number in change.before["new_places"].items()}
    now = select(Slot.id, Slot.places).where(Slot.id.in_(places))
    if dict(session.execute(now).tuples().all()) != places:
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
        .where(Slot.occurrence_id.in_(occurrence_ids), Participation.state.not_in(UNTOLD))
    )
    return set(session.scalars(joined))


def _put_back(session: Session, change: SeriesChange, by_id: int | None, now: datetime) -> None:
    kept, activity = change.before, session.get_one(Activity, change.activity_id)
    if change.scope != "this":
        put_rule_back(session, activity, kept)
        activity.revision += 1
        activity.changed_at = now
        session.flush()
    put_dates_back(session, kept, now)
    stop_asking(session, [row["id"] for row in kept["occurrences"]], change.at)
    put_slots_back(session, kept)
    remove_new(session, kept["new_slots"])
    session.expire_all()
    before = {row["id"]: row["places"] for row in kept["slots"]}
    for slot_id in sorted(int(key) for key in kept["new_places"]):
        change_places(session, session.get_one(Slot, slot_id), before[slot_id], by_id, now)


def _comes(session: Session, person_id: int | None, change: SeriesChange) -> set[int]:
    dates = [line["id"] for line in change.dates]
    wanted = select(Participation.contact_id).join(Participation.slot).where(Slot.occurrence_id.in_(dates))
    mine = wanted.where(Participation.contact_id == person_id, Participation.state.not_in(UNTOLD))
    return set(session.scalars(mine))


def _tell(
    session: Session, change: SeriesChange, joined: Collection[int], by_id: int | None, now: datetime
) -> None:
    drop(session, "change", change.id, ("changed",), "undone")
    # Nobody has told them yet; whoever was ticked off has heard of it, as have those with a letter.
    take_off_lists(session, "change", change.id, ("changed",), "undone")
    told = people_told(session, "change", change.id, ("changed",)) | set(joined)
    # Whoever made it was not told of it, and learns when somebody else takes it back.
    told = (told | _comes(session, change.by_id, change)) - {by_id}
    ends = [datetime.fromisoformat(line[key]) for line in change.dates for key in ("until", "ends")]
    until = max([now + timedelta(days=1), *ends])
    telling = Telling(
        "changed", "change", change.id, 1, due_at=now, deadline_at=until, priority=1, by_id=by_id
    )
    if told:
        store_known(session, told, now)
        queue(session, telling, sorted(told), now)
