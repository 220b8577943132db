"""How the service itself is doing, in numbers that an operator can act on; read-only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.plans import HORIZON, next_starts
from scheduler.heartbeat import last_beat
from scheduler.notices.models import Attempt, ContactPoint, Delivery
from scheduler.notices.queries import QueueState, due_and_not_out, queue_state

# The ticker beats every 20 seconds; five minutes of silence are a fault, and so is mail that waits for as long.
SILENT_AFTER = 300
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Status:
    """The numbers: when the ticker last ran, what waits, what was lost, what has no dates ahead."""

    last_tick: datetime | None
    queue: QueueState
    by_hand: int
    bounces: int
    switched_off: int
    without_dates: list[Activity]
    is_ticking: bool

    @property
    def is_well(self) -> bool:
        """Whether notices go out in time."""
        return self.is_ticking and self.queue.oldest_due_seconds < SILENT_AFTER


def status(session: Session, now: datetime) -> Status:
    """Return how the service is doing."""
    beat = last_beat(session, "tick")
    return Status(
        last_tick=beat,
        queue=queue_state(session, now),
        by_hand=_count(session, select(func.count(Delivery.id)).where(Delivery.state == "by_hand")),
        bounces=_count(
            session,
            select(func.count(Attempt.id)).where(Attempt.outcome == "bounced", Attempt.at > now - WEEK),
        ),
        switched_off=_count(
            session,
            select(func.count(ContactPoint.id)).where(
                ContactPoint.off_at > now - WEEK, ContactPoint.off_reason != "own"
            ),
        ),
        without_dates=activities_without_dates(session, now),
        is_ticking=beat is not None and (now - beat).total_seconds() < SILENT_AFTER,
    )


def _count(session: Session, wanted: Select[tuple[int]]) -> int:
    return session.scalar(wanted) or 0


def activities_without_dates(session: Session, now: datetime) -> list[Activity]:
    """Return the public activities that have no date ahead although their rule has one: peers stopped silently here."""
    ahead = select(Occurrence.id).where(Occurrence.activity_id == Activity.id, Occurrence.starts_at > now)
    empty = select(Activity).where(Activity.state == "published", Activity.rule.is_not(None), ~ahead.exists())
    found = session.scalars(empty.order_by(Activity.id))
    return [activity for activity in found if next_starts(activity, now, now + HORIZON)]


def is_late(session: Session, now: datetime) -> bool:
    """Say whether notices do not go out in time, for any reason."""
    beat, (_waiting, seconds) = last_beat(session, "tick"), due_and_not_out(session, now)
    silent = beat is not None and (now - beat).total_seconds() >= SILENT_AFTER
    return silent or seconds >= SILENT_AFTER
