"""News of changes that waits a little before it goes out, so that a slip is taken back in time; read-only."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity
from scheduler.history import StateChange
from scheduler.notices.models import BY_NEIGHBOURS, PLANNED, Delivery, Notice
from scheduler.reach.told import CHANGED
from scheduler.reach.touching import CHANGES


@dataclass(frozen=True)
class Pending:
    """A change of an activity that people will be told of by themselves, and when."""

    activity: Activity
    change_id: int
    at: datetime


def pending_of(session: Session, bodies: Collection[int], now: datetime) -> list[Pending]:
    """Return the changes of these bodies of which the news has not gone out yet, the next first."""
    waiting = (
        select(Notice.subject_id, func.min(Delivery.wanted_at))
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Notice.kind == CHANGED, Notice.subject == "change", Delivery.state == PLANNED)
        .where(Delivery.wanted_at > now, Delivery.channel.not_in(BY_NEIGHBOURS))
        .group_by(Notice.subject_id)
    )
    at_of = dict(session.execute(waiting).tuples().all())
    if not at_of:
        # So it is nearly always: the record of all changes need not be gone through.
        return []
    number = StateChange.facts["change"].as_integer()
    wanted = (
        select(Activity, number)
        .join(StateChange, Activity.id == StateChange.subject_id)
        .where(StateChange.subject == "activity", StateChange.verb.in_(CHANGES), number.in_(at_of))
        .where(Activity.organization_id.in_(bodies))
    )
    found = [
        Pending(activity, change, at_of[change]) for activity, change in session.execute(wanted).tuples()
    ]
    found.sort(key=lambda one: (one.at, one.change_id))
    return [replace(one, at=full_minute(one.at)) for one in found]


def full_minute(at: datetime) -> datetime:
    """Return the full minute at or after a moment: clocks are read without seconds."""
    return (at + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)
