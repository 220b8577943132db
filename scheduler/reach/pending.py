"""News of changes that waits a little before it goes out, so that a slip is taken back in time; read-only."""

from collections.abc import Collection
from dataclasses import dataclass
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
    waits = (
        select(Notice.subject_id, func.min(Delivery.wanted_at).label("at"))
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Notice.kind == CHANGED, Notice.subject == "change", Delivery.state == PLANNED)
        .where(Delivery.wanted_at > now, Delivery.channel.not_in(BY_NEIGHBOURS))
        .group_by(Notice.subject_id)
        .subquery()
    )
    wanted = (
        select(Activity, waits.c.subject_id, waits.c.at)
        .select_from(waits)
        .join(StateChange, StateChange.facts["change"].as_integer() == waits.c.subject_id)
        .join(Activity, Activity.id == StateChange.subject_id)
        .where(StateChange.subject == "activity", StateChange.verb.in_(CHANGES))
        .where(Activity.organization_id.in_(bodies))
    )
    rows = session.execute(wanted.order_by(waits.c.at, waits.c.subject_id)).tuples()
    return [Pending(activity, number, full_minute(at)) for activity, number, at in rows]


def full_minute(at: datetime) -> datetime:
    """Return the full minute at or after a moment: clocks are read without seconds."""
    return (at + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)
