"""Who is asking: by a signed-in session, by a personal link, or with a bearer token. The only reader of the cookie."""

from zoneinfo import ZoneInfo

from flask import Flask, g, request, session

from scheduler import clock
from scheduler.errors import NotFound, NotSignedIn
from scheduler.parties import actions
from scheduler.parties.access import Actor, organised_bodies
from scheduler.parties.models import Person
from scheduler.parties.queries import find_by_personal_token
from scheduler.web import db_session, settings, wants_json

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
        return actor_by_link(token)
    except NotFound:
        raise NotSignedIn from None


def actor_by_link(token: str) -> Actor:
    """Return the person of a personal link; raise NotFound for any other."""
    found = find_by_personal_token(db_session(), token, settings().secret_key)
    return _today_actor(found.id, by_link=True)


def asker(token: str | None) -> tuple[Actor, str]:
    """Return who acts and the own page to go back to, by session or by personal link."""
    return (current_actor(), "/me") if token is None else (actor_by_link(token), f"/me/{token}")


def start_session(token: str) -> None:
    """Sign this browser in: everything that an earlier session left is forgotten (session fixation)."""
    language = session.get("language")
    session.clear()
    session.permanent = True
    session["token"] = token
    if language:
        session["language"] = language


def end_session() -> str | None:
    """Forget the session in this browser and return its token, to be ended on the server too."""
    token: str | None = session.pop("token", None)
    session.clear()
    return token


def init_app(app: Flask) -> None:
    """Let every template know who is signed in, and for whom that person organises."""

    @app.context_processor
    def who() -> dict[str, object]:
        if g.get("no_database"):
            return {"person": None, "own_bodies": list}
        actor = current_actor()
        person = db_session().get(Person, actor.person_id) if actor.is_signed_in else None
        return {"person": person, "own_bodies": lambda: organised_bodies(db_session(), actor)}
