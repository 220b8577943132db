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


class NextIn(ApiModel):
    """Who is next, from when to when: a name, and where there is none by mail or telephone, a key card will do."""

    name: str
    kana: str
    email: str = ""
    phone: str = ""
    starts_on: date
    ends_on: date | None = None

    @property
    def facts(self) -> PersonFacts:
        """What the action takes."""
        return PersonFacts(self.name, self.kana, email=self.email, phone=self.phone)


class OfficeIn(NextIn):
    """Who is given which office, from when to when."""

    office: str


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
    term = actions.Term(body.office, body.starts_on, body.ends_on)
    by = actions.By(actor.person_id, actor.today, clock.now())
    held = actions.appoint(db_session(), found, body.facts, term, by)
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


@api.operation("POST /offices/<int:office_id>/hand-over", OfficeOut, body=NextIn, status=201, scope=SESSION)
def hand_over(office_id: int, body: NextIn) -> OfficeOut:
    """Give an office to whoever is next, and end that of the one before on the day before."""
    actor = current_actor()
    holder = queries.find_office_to_pass_on(db_session(), actor, office_id)
    by = actions.By(actor.person_id, actor.today, clock.now())
    term = actions.Term("", body.starts_on, body.ends_on)
    made = actions.hand_over(db_session(), holder.held, body.facts, term, by)
    db_session().commit()
    return _out(queries.holder_of(db_session(), made))


@api.operation("POST /offices/<int:office_id>/undo", OfficeOut, scope=SESSION)
def undo(office_id: int) -> OfficeOut:
    """Take back within half an hour what was done last about an office."""
    actor = current_actor()
    holder = queries.find_office_to_undo(db_session(), actor, office_id)
    actions.take_back(db_session(), holder.held, actions.By(actor.person_id, actor.today, clock.now()))
    db_session().commit()
    return _out(holder)
