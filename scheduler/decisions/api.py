"""The decision, for programs."""

from typing import Literal

from pydantic import Field

from scheduler import clock
from scheduler.activities.queries import find_organised_occurrence
from scheduler.activities.shapes import DateOut, date_out
from scheduler.decisions import actions
from scheduler.errors import NotFound
from scheduler.json_api import Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.web import db_session, settings

api = Api("decisions_api", __name__)


class DecisionIn(ApiModel):
    """The outcome, and the revision of the date that it was decided on."""

    outcome: Literal["confirm", "postpone", "cancel"]
    revision: int = Field(ge=0, le=999_999_999)
    reason: str = ""


@api.operation("POST /dates/<int:occurrence_id>/decision", DateOut, body=DecisionIn, scope="organise")
def decide(occurrence_id: int, body: DecisionIn) -> DateOut:
    """Decide about a date; everybody who comes is told."""
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    if actor.person_id is None:
        raise NotFound
    act = {"confirm": actions.confirm, "postpone": actions.postpone, "cancel": actions.cancel}[body.outcome]
    act(db_session(), occurrence, actions.Ruling(actor.person_id, body.revision, body.reason), clock.now())
    db_session().commit()
    return date_out(occurrence, settings().address)
