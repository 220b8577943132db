"""Offices, for programs.

Giving or ending one takes somebody who has signed in: else a token would give rights that it has not itself.
"""

from datetime import date

from scheduler import clock
from scheduler.json_api import Api, ApiModel
from scheduler.offices import actions, queries
from scheduler.offices.queries import Holder
from scheduler.parties.access import SESSION
from scheduler.parties.actions import PersonFacts
from scheduler.parties.login import current_actor
from scheduler.web import db_session

api = Api("offices_api", __name__)


class OfficeIn(ApiModel):
    """Who is given which office, from when to when."""

    office: str
    name: str
    kana: str
    email: str
    starts_on: date
    ends_on: date | None = None


class EndIn(ApiModel):
    """The last day of an office."""

    last_on: date


class OfficeOut(ApiModel):
    """An office that somebody holds, now or later."""

    id: int
    office: str
    name: str
    kana: str
    starts_on: date
    ends_on: date | None


class OfficesOut(ApiModel):
    """The offices of a body, the longest held first."""

    offices: list[OfficeOut]


def _out(holder: Holder) -> OfficeOut:
    held, person = holder.held, holder.person
    return OfficeOut(
        id=held.id,
        office=held.office or "",
        name=person.name,
        kana=person.kana,
        starts_on=held.starts_on,
        ends_on=held.ends_on,
    )


@api.operation("GET /organizations/<slug>/offices", OfficesOut, scope="organise")
def offices(slug: str) -> OfficesOut:
    """List who holds which office of a body, now or later."""
    actor = current_actor()
    body = queries.find_kept_body(db_session(), actor, slug)
    (found,) = queries.holders_of(db_session(), [body], actor.today)
    return OfficesOut(offices=[_out(one) for one in found.holders])


@api.operation("POST /organizations/<slug>/offices", OfficeOut, body=OfficeIn, status=201, scope=SESSION)
def appoint(slug: str, body: OfficeIn) -> OfficeOut:
    """Give somebody an office of a body; they are told by mail."""
    actor = current_actor()
    found = queries.find_kept_body(db_session(), actor, slug)
    facts = PersonFacts(body.name, body.kana, email=body.email)
    term = actions.Term(body.office, body.starts_on, body.ends_on)
    by = actions.By(actor.person_id, actor.today, clock.now())
    held = actions.appoint(db_session(), found, facts, term, by)
    db_session().commit()
    return _out(queries.holder_of(db_session(), held))


@api.operation("POST /offices/<int:office_id>/end", OfficeOut, body=EndIn, scope=SESSION)
def end(office_id: int, body: EndIn) -> OfficeOut:
    """End an office after its last day; a body keeps at least one officer."""
    actor = current_actor()
    holder = queries.find_office(db_session(), actor, office_id)
    by = actions.By(actor.person_id, actor.today, clock.now())
    actions.end(db_session(), holder.held, body.last_on, by)
    db_session().commit()
    return _out(holder)
