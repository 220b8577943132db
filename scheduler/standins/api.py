"""Stand-ins for programs."""

from dataclasses import replace
from datetime import datetime

from scheduler import clock, words
from scheduler.guarding import guard
from scheduler.json_api import Api, ApiModel
from scheduler.participation.actions import Stranger, is_told_by_mail
from scheduler.participation.queries import find_own
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.actions import PersonFacts
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me
from scheduler.parties.shapes import LineStep, line_step
from scheduler.standins import actions, queries
from scheduler.web import db_session, settings

api = Api("standins_api", __name__)


class SeekIn(ApiModel):
    """How to look: `named` by a link to pass on, `open` on the page of the date, `waiting` among those who wait."""

    way: str


class SearchOut(ApiModel):
    """A search for a stand-in as the one sees it who cannot come; pass the link on."""

    participation_id: int
    way: str
    url: str
    is_open: bool
    asked_until: datetime | None


class TakeIn(ApiModel):
    """Who takes over. With a token the person is known, and name, kana and contact are not needed."""

    name: str = ""
    kana: str = ""
    email: str = ""
    phone: str = ""
    by_line: bool = False
    language: str = "ja"
    children_months: list[int] = []
    children_grades: list[str] = []
    clash_ok: bool = False

    @property
    def company(self) -> Company:
        """The children who come along."""
        grades = tuple(Named(grade=grade) for grade in self.children_grades)
        return Company(children_months=tuple(self.children_months), others=grades)


class TakenOut(ApiModel):
    """The sign-up of the stand-in."""

    participation_id: int | None
    state: str
    line: LineStep | None = None


class Stopped(ApiModel):
    """The party comes after all."""

    stopped: bool = True


@api.operation("POST /participations/<int:participation_id>/stand-in", SearchOut, body=SeekIn, status=201)
def seek(participation_id: int, body: SeekIn) -> SearchOut:
    """Look for a stand-in; the same way once more is the same search."""
    row = find_own(db_session(), current_actor(), participation_id)
    search = actions.seek(db_session(), row, body.way, clock.now())
    db_session().commit()
    return SearchOut(
        participation_id=row.id,
        way=search.way,
        url=f"{settings().address}/stand-ins/{queries.token_of(search, settings().secret_key)}",
        is_open=search.is_open,
        asked_until=search.asked_until,
    )


@api.operation("POST /participations/<int:participation_id>/stand-in/stop", Stopped)
def stop(participation_id: int) -> Stopped:
    """Stop looking; once more is the same."""
    actions.stop(db_session(), find_own(db_session(), current_actor(), participation_id), clock.now())
    db_session().commit()
    return Stopped()


@api.operation("POST /stand-ins/<stand_in_token>", TakenOut, body=TakeIn, status=201)
def take(stand_in_token: str, body: TakeIn) -> TakenOut:
    """Take over by the link that was passed on: the first is free, and both are told."""
    actor = current_actor()
    search = queries.find_search_by_token(db_session(), stand_in_token, settings().secret_key)
    yes = SignUp(0, company=body.company, clash_ok=body.clash_ok)
    if actor.person_id is None:
        language = words.known_language(body.language)
        typed = {name: getattr(body, name) for name in ("name", "kana", "email", "phone", "by_line")}
        stranger = Stranger(PersonFacts(**typed, language=language))
        guard("join", *stranger.contacts)
        made = actions.take_as_stranger(db_session(), search, stranger, yes, clock.now())
        if is_told_by_mail(stranger):
            db_session().commit()
            return TakenOut(participation_id=None, state="unverified")
    else:
        known = replace(yes, contact_id=find_me(db_session(), actor).id)
        made = actions.take(db_session(), search, known, clock.now())
    step = line_step(made.contact, made.slot.occurrence.activity.organization, unproven=made.unproven)
    db_session().commit()
    return TakenOut(participation_id=made.id, state=made.state, line=step)


class AnswerIn(ApiModel):
    """Yes or no."""

    yes: bool


@api.operation("POST /stand-ins/asked/<int:asked_search_id>", TakenOut, body=AnswerIn)
def answer(asked_search_id: int, body: AnswerIn) -> TakenOut:
    """Say yes or no as somebody who waits and was asked to take over."""
    search, row = queries.find_asked(db_session(), current_actor(), asked_search_id)
    act = actions.accept if body.yes else actions.pass_on
    act(db_session(), search, row, clock.now())
    db_session().commit()
    return TakenOut(participation_id=row.id, state=row.state)
