"""The decision on one screen: large buttons, and who will be told."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from scheduler import clock
from scheduler.activities.models import Occurrence
from scheduler.activities.queries import find_organised_occurrence
from scheduler.activities.recurrence import to_local
from scheduler.decisions import actions
from scheduler.decisions.forms import DecisionForm
from scheduler.participation.queries import people_to_tell
from scheduler.parties.access import Actor
from scheduler.parties.login import current_actor
from scheduler.web import db_session, go

pages = Blueprint("decisions", __name__)
OUTCOMES = {"confirm": actions.confirm, "postpone": actions.postpone, "cancel": actions.cancel}


@pages.route("/dates/<int:occurrence_id>/decision", methods=["GET", "POST"])
def decide(occurrence_id: int) -> ResponseReturnValue:
    """Ask what becomes of a date, and do it."""
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    form = DecisionForm()
    if form.validate_on_submit() and form.attempt(lambda: _rule(occurrence, form, actor)):
        db_session().commit()
        return go(f"/dates/{occurrence_id}/board")
    reserve = actions.reserve_starts_at(occurrence)
    return form.page(
        "decisions/decide.html",
        occurrence=occurrence,
        told=len(people_to_tell(db_session(), occurrence.id)),
        reserve=to_local(reserve, occurrence.activity.timezone) if reserve else None,
        decidable=occurrence.state in actions.OPEN_TO_DECISION and occurrence.ends_at > clock.now(),
    )


def _rule(occurrence: Occurrence, form: DecisionForm, actor: Actor) -> None:
    assert actor.person_id is not None
    ruling = actions.Ruling(actor.person_id, int(str(form.revision.data)), form.reason.data or "")
    OUTCOMES[str(form.outcome.data)](db_session(), occurrence, ruling, clock.now())
