"""Sign-ups for programs."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from scheduler import clock, words
from scheduler.activities.queries import find_organised_occurrence, find_slot
from scheduler.activities.shapes import DateOut, date_out
from scheduler.guarding import guard
from scheduler.json_api import Api, ApiModel
from scheduler.participation import (
    actions,
    answering,
    bringing,
    giving,
    queries,
    reconfirming,
    undoing,
    waiting,
)
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.participation.standing import UNPROVEN_HOLDS
from scheduler.parties import actions as parties
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me
from scheduler.parties.shapes import LineStep, line_step
from scheduler.web import db_session, settings

api = Api("participation_api", __name__)


class PersonIn(ApiModel):
    """Somebody by name, reading and address."""

    name: str
    kana: str
    email: str


class JoinIn(ApiModel):
    """A yes: who, and with whom. With a token the person is known, and name, kana and email are not needed.

    With `by_line` neither mailbox nor telephone are needed, where the body has a LINE account.
    """

    name: str = ""
    kana: str = ""
    email: str = ""
    phone: str = ""
    by_line: bool = False
    language: str = "ja"
    adults: list[str] = []
    children_months: list[int] = []
    children_grades: list[str] = []
    contact_comes: bool = True
    contact_grade: str = ""
    guardian: PersonIn | None = None
    answers: dict[str, str] = {}
    or_wait: bool = False
    clash_ok: bool = False
    note: str = ""


class SignUpOut(ApiModel):
    """A sign-up as its own person sees it.

    Without a token, by e-mail, `id` is null and the state `unverified`, whatever stands: the mailbox is told.
    """

    id: int | None
    slot_id: int
    slot: str
    state: str
    people: int
    starts_at: datetime
    hold_until: datetime | None
    waiting_before: int
    question: str
    asked_again: str
    lacks_answers: bool
    date: DateOut
    line: LineStep | None = None


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


def _sign_up_out(row: Participation, line: LineStep | None = None) -> SignUpOut:
    return SignUpOut(
        line=line,
        id=row.id,
        slot_id=row.slot_id,
        slot=row.slot.name,
        state=row.state,
        people=row.people,
        starts_at=row.slot.starts_at,
        hold_until=row.hold_until,
        waiting_before=queries.waiting_before(db_session(), row),
        question=queries.question_to(db_session(), row),
        asked_again=row.asked_again if row.is_asked_again else "",
        lacks_answers=bool(row.missing_answers),
        date=date_out(row.slot.occurrence, settings().address),
    )


def _as_if_new(row: Participation, people: int, now: datetime) -> SignUpOut:
    """Answer as to anybody who has to confirm an address: how it stands is told to the mailbox."""
    until = min(now + UNPROVEN_HOLDS, row.slot.starts_at)
    facts = {"id": None, "state": "unverified", "people": people, "hold_until": until}
    nothing = {"waiting_before": 0, "question": "", "asked_again": "", "lacks_answers": False}
    return _sign_up_out(row).model_copy(update=facts | nothing)


def _company(body: JoinIn) -> Company:
    grades = tuple(Named(grade=grade) for grade in body.children_grades)
    return Company(tuple(body.adults), tuple(body.children_months), grades)


def _sign_up(body: JoinIn) -> SignUp:
    names = ("contact_comes", "contact_grade", "answers", "or_wait", "clash_ok", "note")
    return SignUp(0, company=_company(body), **{name: getattr(body, name) for name in names})


def _stranger(body: JoinIn) -> actions.Stranger:
    language = words.known_language(body.language)
    asked = body.guardian
    facts = parties.PersonFacts(
        body.name, body.kana, body.email, body.phone, language=language, by_line=body.by_line
    )
    guardian = parties.PersonFacts(asked.name, asked.kana, asked.email, language=language) if asked else None
    return actions.Stranger(facts, guardian)


@api.operation("POST /slots/<int:slot_id>/join", SignUpOut, body=JoinIn, status=201)
def join(slot_id: int, body: JoinIn) -> SignUpOut:
    """Sign up for a slot; the same person again gets the sign-up that stands."""
    actor, now = current_actor(), clock.now()
    slot = find_slot(db_session(), actor, slot_id)
    if actor.person_id is None:
        stranger = _stranger(body)
        guard("join", *stranger.contacts)
        done = actions.join_as_stranger(db_session(), slot, stranger, _sign_up(body), now)
        if actions.is_told_by_mail(stranger):
            db_session().commit()
            return _as_if_new(done, _sign_up(body).people, now)
    else:
        me_ = find_me(db_session(), actor)
        guardian = "" if body.contact_comes else me_.name
        yes = replace(_sign_up(body), contact_id=me_.id, guardian=guardian)
        done = actions.join(db_session(), slot, yes, now)
    step = line_step(done.contact, slot.occurrence.activity.organization, unproven=done.unproven)
    db_session().commit()
    return _sign_up_out(done, step)


@api.operation("GET /participations/<int:participation_id>", SignUpOut)
def sign_up(participation_id: int) -> SignUpOut:
    """Show how one's own sign-up stands."""
    return _sign_up_out(queries.find_own(db_session(), current_actor(), participation_id))


class ProveIn(ApiModel):
    """Whether it counts although there is something else at the same time."""

    clash_ok: bool = False


@api.operation("POST /participations/<int:participation_id>/prove", SignUpOut, body=ProveIn)
def prove(participation_id: int, body: ProveIn) -> SignUpOut:
    """Confirm the address with the token of the mailed personal link; once more is the same."""
    found = queries.find_own(db_session(), current_actor(), participation_id)
    actions.prove(db_session(), found, clock.now(), clash_ok=body.clash_ok)
    db_session().commit()
    return _sign_up_out(found)


@api.operation("POST /participations/<int:participation_id>/accept", SignUpOut)
def accept(participation_id: int) -> SignUpOut:
    """Say yes to a place that became free; once more is the same. No is `withdraw`."""
    found = queries.find_own(db_session(), current_actor(), participation_id)
    waiting.accept(db_session(), found, clock.now())
    db_session().commit()
    return _sign_up_out(found)


class ReplyIn(ApiModel):
    """What a party answers to the organiser's question."""

    answer: str


@api.operation("POST /participations/<int:participation_id>/reply", SignUpOut, body=ReplyIn)
def reply(participation_id: int, body: ReplyIn) -> SignUpOut:
    """Answer the organiser's question."""
    found = queries.find_own(db_session(), current_actor(), participation_id)
    giving.reply(db_session(), found, body.answer, clock.now())
    db_session().commit()
    return _sign_up_out(found)


class AgainIn(ApiModel):
    """Whether a party comes after all."""

    answer: Literal["yes", "cannot"]


@api.operation("POST /participations/<int:participation_id>/again", SignUpOut, body=AgainIn)
def again(participation_id: int, body: AgainIn) -> SignUpOut:
    """Answer whether you come although your date has moved; `asked_again` says why you are asked."""
    actor = current_actor()
    row = queries.find_own(db_session(), actor, participation_id)
    reconfirming.answer(db_session(), row, body.answer, actor.person_id, clock.now())
    db_session().commit()
    return _sign_up_out(row)


class AnswersIn(ApiModel):
    """Answers to the part's own questions, by their keys; those left out stay as they are."""

    answers: dict[str, str]


@api.operation("POST /participations/<int:participation_id>/answers", SignUpOut, body=AnswersIn)
def answers(participation_id: int, body: AnswersIn) -> SignUpOut:
    """Answer the questions of the part, or correct the answers, until it begins."""
    actor = current_actor()
    row = queries.find_own(db_session(), actor, participation_id)
    answering.answer(db_session(), row, body.answers, actor.person_id, clock.now())
    db_session().commit()
    return _sign_up_out(row)


class ConsentIn(ApiModel):
    """Under which name a guardian says yes."""

    guardian: str


class ConsentOut(ApiModel):
    """A child's sign-up as its guardian sees it."""

    id: int
    child: str
    slot: str
    state: str
    consented_at: datetime | None
    date: DateOut


@api.operation("POST /participations/<int:participation_id>/consent", ConsentOut, body=ConsentIn)
def consent(participation_id: int, body: ConsentIn) -> ConsentOut:
    """Say yes as the guardian who was asked; once more is the same."""
    actor = current_actor()
    row = queries.find_for_guardian(db_session(), actor, participation_id)
    actions.consent(db_session(), row, body.guardian, actor.person_id, clock.now())
    db_session().commit()
    return ConsentOut(
        id=row.id,
        child=row.contact.name,
        slot=row.slot.name,
        state=row.state,
        consented_at=row.consent.given_at if row.consent else None,
        date=date_out(row.slot.occurrence, settings().address),
    )


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


class CompanionIn(ApiModel):
    """Somebody to bring along: an adult by name, or a child by school grade or age in months."""

    name: str = ""
    grade: str = ""
    age_months: int | None = None


@api.operation("POST /participations/<int:participation_id>/more", SignUpOut, body=CompanionIn)
def more(participation_id: int, body: CompanionIn) -> SignUpOut:
    """Bring one more along; `fewer/back` takes it back."""
    found = queries.find_own(db_session(), current_actor(), participation_id)
    one = Named(body.name, grade=body.grade, age_months=body.age_months)
    bringing.bring_along(db_session(), found, one, clock.now())
    db_session().commit()
    return _sign_up_out(found)


@api.operation("POST /participations/<int:participation_id>/back", SignUpOut)
def come_back(participation_id: int) -> SignUpOut:
    """Take back within half an hour that one cannot come; where the place is gone, one waits."""
    actor = current_actor()
    found = queries.find_own(db_session(), actor, participation_id)
    undoing.come_back(db_session(), found, actor.person_id, clock.now())
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
