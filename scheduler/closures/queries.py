"""What is shown of closed days; read-only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.closures.models import ClosedDay
from scheduler.closures.restdays import Closed, RestDays
from scheduler.errors import NotFound
from scheduler.parties.access import Actor
from scheduler.parties.queries import find_organised_body


def closed_days(session: Session, organization_id: int) -> list[ClosedDay]:
    """Return the closed days of a body, the earliest first."""
    wanted = select(ClosedDay).where(ClosedDay.organization_id == organization_id)
    return list(session.scalars(wanted.order_by(ClosedDay.starts_on, ClosedDay.id)))


def rest_days(session: Session, organization_id: int, zone: str) -> RestDays:
    """Return the days of rest of a body in a zone."""
    rows = closed_days(session, organization_id)
    return RestDays(zone, tuple(Closed(row.starts_on, row.ends_on, row.name, row.name_en) for row in rows))


def find_closed_day(session: Session, actor: Actor, slug: str, closed_day_id: int) -> ClosedDay:
    """Return a closed day of a body for which the actor organises."""
    body = find_organised_body(session, actor, slug)
    found = session.get(ClosedDay, closed_day_id)
    if found is None or found.organization_id != body.id:
        raise NotFound
    return found
