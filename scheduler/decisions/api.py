"""The decision, for programs."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from scheduler import clock
from scheduler.activities.models import Occurrence
from scheduler.activities.queries import find_organised_occurrence
from scheduler.activities.shapes import DateOut, date_out
from scheduler.decisions import actions
from scheduler.decisions.actions import Ruling
from scheduler.decisions.models import Decision
from scheduler.decisions.proxies import ruling_for
from scheduler.decisions.screens import screen_of
from scheduler.errors import NotFound
from scheduler.json_api import Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.web import db_session, settings

api = Api("decisions_api", __name__)
_ACTS = {
    "confirm": actions.confirm,
    "postpone": actions.postpone,
    "merge": actions.merge,
    "cancel": actions.cancel,
    "stop": actions.stop,
}


# Why, in a word that every language has.
Cause = Literal["", "rain", "wind", "heat", "snow", "infection", "hands", "other"]


class DecisionIn(ApiModel):
    """The outcome, and the revision of the date that it was decided on; `decided_by` where somebody else has."""

    outcome: Literal["confirm", "postpone", "merge", "cancel", "stop"]
    revision: int = Field(ge=0, le=999_999_999)
    cause: Cause = ""
    reason: str = ""
    decided_by: int | None = Field(None, ge=1, le=2**31 - 1)


class TakingBackIn(ApiModel):
    """The revision of the date as it was seen, and why its decision is taken back."""

    revision: int = Field(ge=0, le=999_999_999)
    reason: str = ""


class MadeOut(ApiModel):
    """One decision, or the taking back of one (`undo`, `retract`): who, when, with which office, why."""

    outcome: str
    at: datetime
    by: str
    office: str
    entered_by: str | None
    how: str
    cause: str
    reason: str
    revision: int


class ScreenOut(ApiModel):
    """What can be decided about a date, by when, who would be told how, and what was decided."""

    state: str
    revision: int
    decided_by: datetime | None
    outcomes: list[str]
    can_take_back: bool
    channels: dict[str, int]
    by_hand: int
    decisions: list[MadeOut]


def _find(occurrence_id: int) -> tuple[Occurrence, int]:
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    if actor.person_id is None:
        raise NotFound
    return occurrence, actor.person_id


def _made_out(made: Decision) -> MadeOut:
    names = ("outcome", "at", "office", "how", "cause", "reason", "revision")
    return MadeOut(
        **{name: getattr(made, name) for name in names},
        by=made.by.name,
        entered_by=made.entered_by.name if made.entered_by is not None else None,
    )


@api.operation("GET /dates/<int:occurrence_id>/decision", ScreenOut, scope="organise")
def screen(occurrence_id: int) -> ScreenOut:
    """Say what can be decided about a date, and what was."""
    occurrence, person_id = _find(occurrence_id)
    shown = screen_of(db_session(), occurrence, person_id, clock.now())
    return ScreenOut(
        state=occurrence.state,
        revision=occurrence.revision,
        decided_by=shown.by_at,
        outcomes=list(shown.outcomes),
        can_take_back=shown.can_take_back,
        channels=shown.reached.channels,
        by_hand=shown.reached.homes,
        decisions=[_made_out(made) for made in shown.history],
    )


@api.operation("POST /dates/<int:occurrence_id>/decision", DateOut, body=DecisionIn, scope="organise")
def decide(occurrence_id: int, body: DecisionIn) -> DateOut:
    """Decide about a date; everybody who comes is told."""
    occurrence, person_id = _find(occurrence_id)
    own, now = Ruling(person_id, body.revision, body.reason, body.cause, how="program"), clock.now()
    ruling = ruling_for(db_session(), occurrence, own, body.decided_by, now)
    _ACTS[body.outcome](db_session(), occurrence, ruling, now)
    db_session().commit()
    return date_out(occurrence, settings().address)


@api.operation("POST /dates/<int:occurrence_id>/decision/undo", DateOut, body=TakingBackIn, scope="organise")
def take_back(occurrence_id: int, body: TakingBackIn) -> DateOut:
    """Take the decision about a date back; whoever was told is told so."""
    occurrence, person_id = _find(occurrence_id)
    ruling = Ruling(person_id, body.revision, body.reason, how="program")
    actions.take_back(db_session(), occurrence, ruling, clock.now())
    db_session().commit()
    return date_out(occurrence, settings().address)
