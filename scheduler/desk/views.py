"""The desk's page."""

from functools import partial

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.activities.models import Occurrence
from scheduler.board.homes import TakenBack, may_take_back, needs_say_so, say_no, take_back
from scheduler.board.queries import find_date_to_enter, just_done, may_enter
from scheduler.desk.homes import find_homes
from scheduler.desk.queries import desk_of
from scheduler.page_words import home_name
from scheduler.participation.guards import what_clashes
from scheduler.parties.access import led_blocks, organised_bodies
from scheduler.parties.login import HOME_ZONE, current_actor
from scheduler.parties.models import Household
from scheduler.parties.queries import find_enterable_household, find_me
from scheduler.web import Form, db_session, go, settings

pages = Blueprint("desk", __name__)


@pages.get("/desk")
def desk() -> ResponseReturnValue:
    """Show what there is to do today, then the coming dates; whoever holds no office is told so, never sent away."""
    actor, now = current_actor(), clock.now()
    me = find_me(db_session(), actor)
    found = desk_of(db_session(), actor, now, has_mail_server=settings().mail_leaves)
    g.has_desk = bool(found.bodies or found.blocks)
    return render_template("desk/desk.html", desk=found, today=now.astimezone(HOME_ZONE), person=me)


@pages.get("/dates/<int:occurrence_id>/homes")
def homes(occurrence_id: int) -> ResponseReturnValue:
    """Show whoever enters answers for homes which have answered and which have not, in walking order."""
    session, actor = db_session(), current_actor()
    occurrence, found = find_homes(session, actor, occurrence_id)
    now = clock.now()
    mistaken = may_take_back(session, occurrence, actor.person_id, now)
    done = just_done(session, occurrence, actor.person_id, now)
    shown = {
        "done": done,
        "homes": found,
        "mistaken": mistaken,
        "passes_on": needs_say_so(session, occurrence, actor),
    }
    return render_template("desk/homes.html", occurrence=occurrence, now=now, **shown)


@pages.post("/dates/<int:occurrence_id>/homes/<int:household_id>")
def stay_away(occurrence_id: int, household_id: int) -> ResponseReturnValue:
    """Write down that nobody of a home comes, or take that back; either leads to the home in the list."""
    session, actor, form = db_session(), current_actor(), Form()
    occurrence = find_date_to_enter(session, actor, occurrence_id)
    home = find_enterable_household(session, actor, occurrence.activity.organization, household_id)
    heard = "say_so" in request.form
    enter = take_back if "back" in request.form else partial(say_no, say_so=heard)
    if form.validate_on_submit() and form.attempt(
        lambda: enter(session, occurrence, home, actor, clock.now())
    ):
        session.commit()
        _flash_done(home, form.done)
    else:
        flash(form.refusal, "error")
    return go(f"/dates/{occurrence_id}/homes#home-{household_id}")


def _flash_done(home: Household, back: TakenBack | None) -> None:
    if back is None:
        return flash(gettext("%(name)sは「来ません」です。", name=home_name(home.name)), "success")
    names = "、".join(dict.fromkeys(row.contact.name for row in back.lost))
    lost = gettext("元にもどしましたが、場所はもう埋まっていました。%(name)sさんは補欠です。", name=names)
    flash(lost if back.lost else gettext("元にもどしました。"), "success")
    for row, other in back.clashes:
        said = gettext(
            "%(name)sさんは、同じ時間に「%(what)s」にも申し込んでいます。どちらに行くか、本人に確かめてください。",
            name=row.contact.name,
            what=what_clashes(other),
        )
        flash(said, "warning")
    return None


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
