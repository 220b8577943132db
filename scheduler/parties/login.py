"""Who is asking: by a signed-in session, by a personal link, or with a bearer token. The only reader of the cookie."""

import re
from zoneinfo import ZoneInfo

from flask import Flask, Response, g, request, session
from sqlalchemy.exc import OperationalError

from scheduler import clock, languages
from scheduler.db import begin_writing
from scheduler.errors import Forbidden, NotFound, NotSignedIn
from scheduler.parties import actions, api_tokens
from scheduler.parties.access import Actor, organised_bodies
from scheduler.parties.connecting import Step, next_step
from scheduler.parties.models import Organization, Person
from scheduler.parties.queries import find_by_personal_token
from scheduler.web import db_session, settings, wants_json

_OWN_PAGE = re.compile(r"/me/([^/?#]+)")
HOME_ZONE = ZoneInfo("Asia/Tokyo")


def current_actor() -> Actor:
    """Return who asks, looked up once per request."""
    if "actor" not in g:
        g.actor = _bearer() if wants_json() else _browser()
    actor: Actor = g.actor
    return actor


def _today_actor(person_id: int | None, by_link: bool = False) -> Actor:
    return Actor(clock.now().astimezone(HOME_ZONE).date(), person_id, by_link)


def _browser() -> Actor:
    token = session.get("token")
    person_id = actions.signed_in_person(db_session(), token, clock.now()) if token else None
    if token and person_id is None:
        session.pop("token")
    return _today_actor(person_id)


def bearer_token() -> str | None:
    """Return the token that a program sends along, if any."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def _bearer() -> Actor:
    # The cookie is not looked at: without it no other site can make a browser act (CSRF).
    token = bearer_token()
    if token is None:
        return _today_actor(None)
    person_id = actions.signed_in_person(db_session(), token, clock.now())
    if person_id is not None:
        return _today_actor(person_id)
    try:
        return _program(token) if token.startswith(api_tokens.PREFIX) else actor_by_link(token)
    except NotFound:
        raise NotSignedIn from None


def _program(token: str) -> Actor:
    today = _today_actor(None).today
    actor, g.api_token_id = api_tokens.find_actor(db_session(), token, today, clock.now())
    return actor


def admit(scope: str) -> None:
    """Let nobody act with a token that is not good for it: raise NotSignedIn or Forbidden, before anything is read."""
    actor = current_actor()
    if not actor.has_scope(scope):
        raise NotSignedIn if actor.person_id is None else Forbidden("scope_missing", scope=scope)


def _note_use(response: Response) -> Response:
    if "api_token_id" not in g or g.get("no_database"):
        return response
    session_, token_id, today = db_session(), g.api_token_id, current_actor().today
    try:
        # By itself and last: who only reads needs no turn among the writers, but for the first time of a day.
        if api_tokens.used_on(session_, token_id) != today:
            begin_writing(session_)
            api_tokens.note_use(session_, token_id, today)
            session_.commit()
    except OperationalError:
        session_.rollback()
    return response


def actor_by_link(token: str) -> Actor:
    """Return the person of a personal link; raise NotFound for any other."""
    found = find_by_personal_token(db_session(), token, settings().secret_key)
    languages.keep_of(found.language)
    return _today_actor(found.id, by_link=True)


def actor_of_page(path: str) -> Actor:
    """Return whose page a path of ours is: that of a personal link, or of who is signed in."""
    link = _OWN_PAGE.match(path)
    try:
        return actor_by_link(link[1]) if link else current_actor()
    except NotFound:
        return current_actor()


def asker(token: str | None) -> tuple[Actor, str]:
    """Return who acts and the own page to go back to, by session or by personal link."""
    return (current_actor(), "/me") if token is None else (actor_by_link(token), f"/me/{token}")


def start_session(token: str) -> None:
    """Sign this browser in: everything that an earlier session left is forgotten (session fixation)."""
    _forget_all_but_language()
    session.permanent = True
    session["token"] = token
    # Until now somebody else asked, or nobody known.
    g.pop("actor", None)
    person_id = actions.signed_in_person(db_session(), token, clock.now())
    if person_id is not None:
        languages.keep_of(db_session().get_one(Person, person_id).language)


def _forget_all_but_language() -> None:
    kept = {name: session[name] for name in languages.CHOICES if name in session}
    session.clear()
    session.update(kept)


def end_session() -> str | None:
    """Forget the session in this browser and return its token, to be ended on the server too."""
    token: str | None = session.pop("token", None)
    _forget_all_but_language()
    return token


def begin_connecting(person: Person, body: Organization, *, unproven: bool) -> None:
    """Make the code with which a person connects LINE who has just signed up with it; this browser alone keeps it."""
    step = next_step(db_session(), person, body, clock.now(), unproven=unproven)
    if step is not None:
        session["line_code"] = step.code


def step_to_connect(person: Person, body: Organization) -> Step | None:
    """Return how this browser's person connects LINE; None for one who is reached otherwise."""
    account, code = body.line_account, session.get("line_code")
    if account is None or code is None or person.email:
        return None
    return Step(account.basic_id, code)


def init_app(app: Flask) -> None:
    """Let every template know who is signed in, and for whom that person organises; note which tokens are used."""
    app.after_request(_note_use)

    @app.context_processor
    def who() -> dict[str, object]:
        if g.get("no_database"):
            return {"person": None, "own_bodies": list}
        actor = current_actor()
        person = db_session().get(Person, actor.person_id) if actor.is_signed_in else None
        return {"person": person, "own_bodies": lambda: organised_bodies(db_session(), actor)}
