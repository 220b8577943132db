"""Pages on which an organiser reads and changes the terms."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.activities.fields import tag_values
from scheduler.activities.plans import latest_parts
from scheduler.activities.queries import find_organised_activity
from scheduler.activities.tags import change_tags
from scheduler.parties.login import current_actor
from scheduler.terms import actions, queries
from scheduler.terms.forms import ActivityTermsForm, PartTermsForm, typed_of
from scheduler.web import db_session, go

pages = Blueprint("terms", __name__)


@pages.route("/activities/<int:activity_id>/terms", methods=["GET", "POST"])
def of_activity(activity_id: int) -> ResponseReturnValue:
    """Show the terms of an activity and of its parts, and change the former."""
    actor = current_actor()
    found = find_organised_activity(db_session(), actor, activity_id)
    form = (
        ActivityTermsForm(obj=found, data=tag_values(found))
        if request.method == "GET"
        else ActivityTermsForm()
    )

    def change() -> None:
        actions.set_activity_terms(db_session(), found, _typed(form), actor.person_id, clock.now())
        change_tags(db_session(), found, form.typed_tags(), actor.person_id, clock.now())

    if form.validate_on_submit() and form.attempt(change):
        db_session().commit()
        flash(gettext("決まりを書きとめました。"), "success")
        return go(f"/activities/{activity_id}/terms")
    return form.page("terms/activity.html", activity=found, parts=latest_parts(found))


def _typed(form: ActivityTermsForm) -> dict[str, object]:
    names = ("minors", "warn_days", "may_call", "stays_responsible")
    return {name: form[name].data for name in names}


@pages.route("/activities/<int:activity_id>/terms/<int:position>", methods=["GET", "POST"])
def of_part(activity_id: int, position: int) -> ResponseReturnValue:
    """Change the terms of one part; dates to come follow."""
    actor = current_actor()
    part = queries.find_organised_part(db_session(), actor, activity_id, position)
    briefings = queries.possible_briefings(db_session(), part.activity)
    typed = {"data": typed_of(part)} if request.method == "GET" else {}
    form = PartTermsForm.for_part(part, briefings, **typed)
    if form.validate_on_submit() and form.attempt(
        lambda: actions.set_part_terms(db_session(), part, form.facts(part), actor.person_id, clock.now())
    ):
        db_session().commit()
        flash(
            gettext("決まりを書きとめました。これからの%(dates)s日にも入りました。", dates=form.done),
            "success",
        )
        return go(f"/activities/{activity_id}/terms")
    return form.page("terms/part.html", part=part, activity=part.activity)
