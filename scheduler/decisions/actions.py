"""The decision about a date: confirm, postpone, cancel. Decision, move and telling are one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.db import claim
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.notices.actions import Telling, queue
from scheduler.participation.queries import people_to_tell
from scheduler.text import text_in

# States from which a date may still be decided about; a second rain may move a postponed one again.
OPEN_TO_DECISION = ("open", "closed", "awaiting_decision", "confirmed", "postponed")


@dataclass(frozen=True)
class Ruling:
    """Who decides, on what they saw, and why.

    `revision` is that of the date as it was on the decider's screen: a second tap, or a colleague who was quicker,
    is told so instead of deciding twice.
    """

    by_id: int
    revision: int
    reason: str = ""


def reserve_starts_at(occurrence: Occurrence) -> datetime | None:
    """Return the reserve date's start: so many days later at the same time on the wall; None without one."""
    activity = occurrence.activity
    if activity.reserve_days is None:
        return None
    local = to_local(occurrence.starts_at, activity.timezone)
    return to_utc(local + timedelta(days=activity.reserve_days), activity.timezone)


def confirm(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Decide that the date is held, and tell everybody who comes."""
    _decide(session, occurrence, ruling, {"state": "confirmed"}, now)


def cancel(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Decide that the date is not held; sign-ups stay on record, everybody is told, the calendars say so."""
    _decide(session, occurrence, ruling, {"state": "cancelled"}, now)


def postpone(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Move the date to its reserve date; it keeps its identity and its sign-ups, and everybody is told once.

    Raise Invalid when the activity has no reserve date, or that would be over already.
    """
    starts_at = reserve_starts_at(occurrence)
    if starts_at is None or starts_at <= now:
        raise Invalid("reserve_missing")
    length = occurrence.ends_at - occurrence.starts_at
    _decide(
        session,
        occurrence,
        ruling,
        {"state": "postponed", "starts_at": starts_at, "ends_at": starts_at + length},
        now,
    )


def _decide(
    session: Session, occurrence: Occurrence, ruling: Ruling, values: dict[str, object], now: datetime
) -> None:
    before, left = occurrence.state, occurrence.starts_at
    if occurrence.ends_at <= now:
        raise Conflict("already_over")
    seen = update(Occurrence).where(Occurrence.id == occurrence.id, Occurrence.revision == ruling.revision)
    stamp = {
        "revision": Occurrence.revision + 1,
        "reason": text_in(ruling.reason)[:400],
        "decided_at": now,
        "decided_by_id": ruling.by_id,
        "changed_at": now,
    }
    if not claim(session, seen.where(Occurrence.state.in_(OPEN_TO_DECISION)).values(**values, **stamp)):
        raise Conflict("already_decided")
    session.refresh(occurrence)
    _record(session, occurrence, before, left, now)
    _tell(session, occurrence, now)


def _record(session: Session, occurrence: Occurrence, before: str, left: datetime, now: datetime) -> None:
    moved = (
        {}
        if left == occurrence.starts_at
        else {"from": left.isoformat(), "to": occurrence.starts_at.isoformat()}
    )
    record(
        session,
        StateChange(
            at=now,
            subject="occurrence",
            subject_id=occurrence.id,
            verb="decide",
            before=before,
            after=occurrence.state,
            by_id=occurrence.decided_by_id,
            why=occurrence.reason,
            facts=moved,
        ),
    )


def _tell(session: Session, occurrence: Occurrence, now: datetime) -> None:
    telling = Telling(
        "decision",
        "occurrence",
        occurrence.id,
        occurrence.revision,
        due_at=now,
        deadline_at=occurrence.ends_at,
        priority=1,
        by_id=occurrence.decided_by_id,
    )
    queue(session, telling, people_to_tell(session, occurrence.id), now)
