"""The desk's page."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from scheduler import clock
from scheduler.activities.models import Occurrence
from scheduler.board.queries import may_enter
from scheduler.desk.homes import find_homes
from scheduler.desk.queries import desk_of
from scheduler.parties.access import led_blocks, organised_bodies
from scheduler.parties.login import HOME_ZONE, current_actor
from scheduler.parties.queries import find_me
from scheduler.web import db_session

pages = Blueprint("desk", __name__)


@pages.get("/desk")
def desk() -> ResponseReturnValue:
    """Show what there is to do today, then the coming dates; whoever holds no office is told so, never sent away."""
    actor, now = current_actor(), clock.now()
    me = find_me(db_session(), actor)
    found = desk_of(db_session(), actor, now)
    g.has_desk = bool(found.bodies or found.blocks)
    return render_template("desk/desk.html", desk=found, today=now.astimezone(HOME_ZONE), person=me)


@pages.get("/dates/<int:occurrence_id>/homes")
def homes(occurrence_id: int) -> ResponseReturnValue:
    """Show whoever enters answers for homes which have answered and which have not, in walking order."""
    occurrence, found = find_homes(db_session(), current_actor(), occurrence_id)
    return render_template("desk/homes.html", occurrence=occurrence, homes=found)


@pages.app_template_global("has_desk")
def has_desk() -> bool:
    """Say whether whoever is signed in organises for a body or leads a block."""
    if "has_desk" not in g:
        actor = current_actor()
        g.has_desk = bool(organised_bodies(db_session(), actor) or led_blocks(db_session(), actor))
    return bool(g.has_desk)


@pages.app_template_global("may_enter_here")
def may_enter_here(occurrence: Occurrence) -> bool:
    """Say whether the signed-in person may enter a sign-up for somebody at this date."""
    return may_enter(db_session(), current_actor(), occurrence)
