"""Sign-ups for programs."""

from datetime import datetime

from scheduler import clock
from scheduler.activities.queries import find_organised_occurrence, find_slot
from scheduler.activities.shapes import DateOut, date_out
from scheduler.guarding import guard
from scheduler.json_api import Api, ApiModel
from scheduler.participation import actions, queries
from scheduler.participation.models import Participation
from scheduler.parties import actions as parties
from scheduler.parties.access import Actor
from scheduler.parties.login import current_actor
from scheduler.parties.names import mailbox_key
from scheduler.parties.queries import find_me
from scheduler.web import db_session, settings

api = Api("participation_api", __name__)


class JoinIn(ApiModel):
    """A yes: who, and with whom. With a token the person is known, and name, kana and email are not needed."""

    name: str = ""
    kana: str = ""
    email: str = ""
    language: str = "ja"
    adults: list[str] = []
    children_months: list[int] = []


class SignUpOut(ApiModel):
    """A sign-up as its own person sees it."""

    id: int
    slot_id: int
    slot: str
    state: str
    people: int
    starts_at: datetime
    date: DateOut


class MeOut(ApiModel):
    """The own name and sign-ups to come."""

    name: str
    sign_ups: list[SignUpOut]


class FeedOut(ApiModel):
    """The address of the own feed; it is shown this once."""

    url: str


class RosterLine(ApiModel):
    """A sign-up as the organiser sees it."""

    id: int
    slot_id: int
    name: str
    kana: str
    state: str
    people: int
    came_people: int | None


class RosterOut(ApiModel):
    """Who comes to a date."""

    date: DateOut
    sign_ups: list[RosterLine]


def _sign_up_out(row: Participation) -> SignUpOut:
    return SignUpOut(
        id=row.id,
        slot_id=row.slot_id,
        slot=row.slot.name,
        state=row.state,
        people=row.people,
        starts_at=row.slot.starts_at,
        date=date_out(row.slot.occurrence, settings().address),
    )


def _contact_id(actor: Actor, body: JoinIn) -> int:
    if actor.person_id is not None:
        return find_me(db_session(), actor).id
    guard("join", mailbox_key(body.email))
    language = body.language if body.language in {"ja", "en"} else "ja"
    facts = parties.PersonFacts(body.name, body.kana, body.email, language=language)
    return parties.person(db_session(), facts, clock.now()).id


@api.operation("POST /slots/<int:slot_id>/join", SignUpOut, body=JoinIn, status=201)
def join(slot_id: int, body: JoinIn) -> SignUpOut:
    """Sign up for a slot; the same person again gets the sign-up that stands."""
    actor = current_actor()
    slot = find_slot(db_session(), actor, slot_id)
    company = actions.Company(tuple(body.adults), tuple(body.children_months))
    done = actions.join(
        db_session(), slot, actions.SignUp(_contact_id(actor, body), company=company), clock.now()
    )
    db_session().commit()
    return _sign_up_out(done)


@api.operation("GET /me", MeOut)
def me() -> MeOut:
    """Show the own sign-ups to come."""
    person = find_me(db_session(), current_actor())
    coming = queries.coming_of(db_session(), person.id, clock.now())
    return MeOut(name=person.name, sign_ups=[_sign_up_out(row) for row in coming])


@api.operation("POST /me/feed", FeedOut, status=201)
def renew_feed() -> FeedOut:
    """Make a new address for the own feed; the old one is closed."""
    person = find_me(db_session(), current_actor())
    token = parties.new_feed_token(db_session(), person.id, clock.now())
    db_session().commit()
    return FeedOut(url=f"{settings().address}/calendars/{token}.ics")


@api.operation("POST /participations/<int:participation_id>/withdraw", SignUpOut)
def withdraw(participation_id: int) -> SignUpOut:
    """Free the place; once more is the same."""
    actor = current_actor()
    found = queries.find_own(db_session(), actor, participation_id)
    actions.withdraw(db_session(), found, actor.person_id, clock.now())
    db_session().commit()
    return _sign_up_out(found)


@api.operation("GET /dates/<int:occurrence_id>/roster", RosterOut, scope="organise")
def roster(occurrence_id: int) -> RosterOut:
    """Show the organiser who comes."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    rows = queries.roster(db_session(), occurrence.id)
    return RosterOut(
        date=date_out(occurrence, settings().address, with_slots=True),
        sign_ups=[_roster_line(row) for row in rows],
    )


def _roster_line(row: Participation) -> RosterLine:
    return RosterLine(
        id=row.id,
        slot_id=row.slot_id,
        name=row.party_name,
        kana=row.contact.kana,
        state=row.state,
        people=row.people,
        came_people=row.came_people,
    )
