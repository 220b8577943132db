"""The list on which the leader ticks who came."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.activities.models import Occurrence
from scheduler.activities.queries import find_organised_occurrence
from scheduler.attendance import actions
from scheduler.attendance.forms import AttendanceForm, tick_of
from scheduler.errors import Conflict
from scheduler.participation.queries import roster
from scheduler.parties.access import Actor
from scheduler.parties.login import current_actor
from scheduler.web import db_session, go

pages = Blueprint("attendance", __name__)


@pages.route("/dates/<int:occurrence_id>/attendance", methods=["GET", "POST"])
def tick(occurrence_id: int) -> ResponseReturnValue:
    """Show who signed up, and write down who came."""
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    form = AttendanceForm()
    if form.validate_on_submit() and form.attempt(lambda: _record(occurrence, actor)):
        db_session().commit()
        if "only" in request.form:
            return "", 204
        flash(gettext("出席を記録しました。"), "success")
        return go(f"/dates/{occurrence_id}/attendance")
    took_place = occurrence.takes_place or occurrence.stopped_at is not None
    opens = took_place and clock.now() >= occurrence.starts_at - actions.OPENS_BEFORE
    rows = roster(db_session(), occurrence.id)
    return form.page(
        "attendance/tick.html", occurrence=occurrence, roster=rows, typed=request.form, opens=opens
    )


def _record(occurrence: Occurrence, actor: Actor) -> None:
    assert actor.person_id is not None
    rows, only = roster(db_session(), occurrence.id), request.form.get("only")
    if only is not None:
        rows = [row for row in rows if str(row.id) == only]
        if not rows:
            raise Conflict("not_on_list")
    ticks = [(row, tick_of(row, request.form)) for row in rows]
    actions.record_attendance(db_session(), occurrence, ticks, actor.person_id, clock.now())
