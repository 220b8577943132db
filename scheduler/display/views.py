"""The page on which one chooses how pages look. Kept in the browser, and with the person who is signed in."""

from typing import Any

from flask import Blueprint, Flask, Response, flash, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import sharing
from scheduler.display import looks
from scheduler.display.forms import DisplayForm
from scheduler.parties import actions
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me
from scheduler.web import db_session, go, redirect_target, settings

pages = Blueprint("display", __name__)
COOKIE = "tsudoi-display"
_YEAR_SECONDS = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Let every page know how it should look."""
    app.context_processor(_of_this_page)
    sharing.vary_by(app, _look)


def _of_this_page() -> dict[str, object]:
    look = _look()
    return {"theme": look.theme, "large_type": look.letters == looks.LARGE}


def _look() -> looks.Look:
    """Return what was chosen in this browser, or else by the person who is signed in."""
    here = request.cookies.get(COOKIE)
    return looks.read(here, None if here or g.get("no_database") else _own())


def _own() -> str | None:
    actor = current_actor()
    person = find_me(db_session(), actor) if actor.is_signed_in else None
    return person.display if person else None


@pages.route("/display", methods=["GET", "POST"])
def display() -> ResponseReturnValue:
    """Choose the size of letters, light or dark; the languages are on the same page."""
    form, back = DisplayForm(data=vars(_look())), redirect_target(request.values.get("next", "/"))
    if form.validate_on_submit():
        actor = current_actor()
        if actor.is_signed_in and actor.person_id is not None:
            actions.choose_display(db_session(), actor.person_id, str(form.look()))
            db_session().commit()
        flash(gettext("見やすさを変えました。"), "success")
        return _keeping(go(back), form.look())
    return form.page("display/display.html", back=back)


def _keeping(answer: Any, look: looks.Look) -> Response:
    assert isinstance(answer, Response)
    answer.set_cookie(
        COOKIE, str(look), max_age=_YEAR_SECONDS, secure=settings().is_https, httponly=True, samesite="Lax"
    )
    return answer
