"""Closed days, for programs."""

from datetime import date

from scheduler import clock
from scheduler.closures import actions, queries
from scheduler.closures.models import ClosedDay
from scheduler.json_api import Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_organised_body
from scheduler.web import db_session

api = Api("closures_api", __name__)


class ClosedDayIn(ApiModel):
    """A closed day, or all days from one to another."""

    starts_on: date
    name: str
    ends_on: date | None = None
    name_en: str = ""


class ClosedDayOut(ApiModel):
    """A span of closed days; both ends are inside."""

    id: int
    starts_on: date
    ends_on: date
    name: str
    name_en: str


class ClosedDaysOut(ApiModel):
    """The closed days of a body, the earliest first."""

    closed_days: list[ClosedDayOut]


def _out(row: ClosedDay) -> ClosedDayOut:
    return ClosedDayOut(
        id=row.id, starts_on=row.starts_on, ends_on=row.ends_on, name=row.name, name_en=row.name_en
    )


def _all(organization_id: int) -> ClosedDaysOut:
    return ClosedDaysOut(
        closed_days=[_out(row) for row in queries.closed_days(db_session(), organization_id)]
    )


@api.operation("GET /organizations/<slug>/closed-days", ClosedDaysOut, scope="organise")
def closed_days(slug: str) -> ClosedDaysOut:
    """List the closed days of a body for its organisers."""
    return _all(find_organised_body(db_session(), current_actor(), slug).id)


@api.operation(
    "POST /organizations/<slug>/closed-days", ClosedDayOut, body=ClosedDayIn, status=201, scope="organise"
)
def close(slug: str, body: ClosedDayIn) -> ClosedDayOut:
    """Close a body for a day or a span of days; dates that are there already stay as they are."""
    actor = current_actor()
    found = find_organised_body(db_session(), actor, slug)
    facts = actions.ClosedFacts(**body.model_dump())
    made = actions.close(db_session(), found.id, facts, actor.person_id, clock.now())
    db_session().commit()
    return _out(made)


@api.operation(
    "POST /organizations/<slug>/closed-days/<int:closed_day_id>/remove", ClosedDaysOut, scope="organise"
)
def remove(slug: str, closed_day_id: int) -> ClosedDaysOut:
    """Take a closed day back; the answer is what is left."""
    actor = current_actor()
    found = queries.find_closed_day(db_session(), actor, slug, closed_day_id)
    organization_id = found.organization_id
    actions.open_again(db_session(), found, actor.person_id, clock.now())
    db_session().commit()
    return _all(organization_id)
