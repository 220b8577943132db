"""What is shown of terms; read-only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, SlotTemplate
from scheduler.activities.plans import latest_parts
from scheduler.activities.queries import find_organised_activity
from scheduler.errors import NotFound
from scheduler.parties.access import Actor


def find_organised_part(session: Session, actor: Actor, activity_id: int, position: int) -> SlotTemplate:
    """Return a part of an activity that the actor organises."""
    activity = find_organised_activity(session, actor, activity_id)
    for part in latest_parts(activity):
        if part.position == position:
            return part
    raise NotFound


def possible_briefings(session: Session, activity: Activity) -> list[Activity]:
    """Return the other activities of the same body, any of which may be a briefing."""
    wanted = select(Activity).where(
        Activity.organization_id == activity.organization_id,
        Activity.id != activity.id,
        Activity.state != "discarded",
    )
    return list(session.scalars(wanted.order_by(Activity.title)))
