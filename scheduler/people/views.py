"""Pages that show who may be on a body's lists twice, and merge two after asking once more."""

from datetime import datetime

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.parties.login import HOME_ZONE, current_actor
from scheduler.people import merging
from scheduler.web import Form, db_session, go

pages = Blueprint("people", __name__)


@pages.app_template_filter("home_time")
def home_time(at: datetime) -> datetime:
    """Return an instant on the wall clock here, where it belongs to no activity."""
    return at.astimezone(HOME_ZONE)


@pages.get("/organizations/<slug>/people/duplicates")
def duplicates(slug: str) -> ResponseReturnValue:
    """Show the pairs among a body's people that may be one person each."""
    body, pairs = merging.find_pairs(db_session(), current_actor(), slug)
    ids = {one.id for pair in pairs for one in pair}
    counts = merging.sign_ups_at(db_session(), body.id, ids)
    return render_template("people/duplicates.html", body=body, pairs=pairs, counts=counts)


@pages.route("/organizations/<slug>/people/<int:keep_id>/merge/<int:drop_id>", methods=["GET", "POST"])
def merge(slug: str, keep_id: int, drop_id: int) -> ResponseReturnValue:
    """Ask once more, since it cannot be undone, then make two rows one."""
    actor, now = current_actor(), clock.now()
    body, keep, drop = merging.find_pair(db_session(), actor, slug, keep_id=keep_id, drop_id=drop_id)
    form = Form()
    if form.validate_on_submit() and form.attempt(
        lambda: merging.merge(db_session(), keep, drop, actor.person_id, now)
    ):
        db_session().commit()
        flash(gettext("%(name)sさんを1人にまとめました。", name=keep.name), "success")
        return go(f"/organizations/{slug}/people/duplicates")
    counts = merging.sign_ups_at(db_session(), body.id, {keep_id, drop_id})
    return form.page("people/merge.html", body=body, keep=keep, drop=drop, counts=counts)
