"""The page on which a body's officers keep its closed days."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from scheduler import clock
from scheduler.closures import actions, queries
from scheduler.closures.forms import ClosedDayForm
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_organised_body
from scheduler.web import db_session, go

pages = Blueprint("closures", __name__)


@pages.route("/organizations/<slug>/closed-days", methods=["GET", "POST"])
def closed_days(slug: str) -> ResponseReturnValue:
    """Show the closed days, and write a new one down."""
    actor, session = current_actor(), db_session()
    body = find_organised_body(session, actor, slug)
    form = ClosedDayForm()

    def close() -> None:
        actions.close(session, body.id, form.facts(), actor.person_id, clock.now())

    if form.validate_on_submit() and form.attempt(close):
        session.commit()
        return go(f"/organizations/{body.slug}/closed-days")
    return form.page("closures/closed_days.html", body=body, closed=queries.closed_days(session, body.id))


@pages.post("/organizations/<slug>/closed-days/<int:closed_day_id>/remove")
def remove(slug: str, closed_day_id: int) -> ResponseReturnValue:
    """Take a closed day back."""
    actor = current_actor()
    found = queries.find_closed_day(db_session(), actor, slug, closed_day_id)
    actions.open_again(db_session(), found, actor.person_id, clock.now())
    db_session().commit()
    return go(f"/organizations/{slug}/closed-days")
