"""The desk's page."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from scheduler import clock
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


@pages.app_template_global("has_desk")
def has_desk() -> bool:
    """Say whether whoever is signed in organises for a body or leads a block."""
    if "has_desk" not in g:
        actor = current_actor()
        g.has_desk = bool(organised_bodies(db_session(), actor) or led_blocks(db_session(), actor))
    return bool(g.has_desk)
