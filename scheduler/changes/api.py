"""Changing dates, for programs: look first, then make the change that was seen."""

from dataclasses import replace
from datetime import date as Day
from datetime import datetime
from typing import Literal

from pydantic import Field

from scheduler import clock
from scheduler.activities.actions import RepeatFacts
from scheduler.activities.corrections import FIELDS
from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.queries import find_organised_activity, find_organised_occurrence
from scheduler.activities.shapes import ReminderIn, WallClock, WeatherIn
from scheduler.changes import actions, corrections, drafts, ending, queries, undo
from scheduler.changes.impact import Impact
from scheduler.changes.models import SeriesChange
from scheduler.changes.moves import OneDate, Place, Series
from scheduler.changes.parts import PartChange
from scheduler.json_api import Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.web import db_session

api = Api("changes_api", __name__)


class PartIn(ApiModel):
    """A part as it shall be; `was` is the name that it has, empty for a new one. Parts not named stay as they are."""

    was: str = ""
    name: str
    places: int
    min_people: int = 0
    remove: bool = False


class ChangeIn(ApiModel):
    """What a date shall be, and for series when: wall-clock times of the activity's zone.

    Without `seen` nothing is written: the answer says whom it would touch, and the `seen` with which to make it.
    """

    scope: Literal["this", "following", "all"] = "this"
    first_on: Day
    first_at: WallClock
    minutes: int = Field(ge=-100_000, le=100_000)
    place: str
    address: str = ""
    map_point: str | None = None
    parts: list[PartIn] = []
    why: str = ""
    rule: str | None = None
    dates: list[Day] = []
    on_holiday: str = "keep"
    on_closed: str = "skip"
    also_by_hand: bool = False
    seen: str = ""


class ImpactOut(ApiModel):
    """Whom a change touches: people, each once, and dates. `other_day` and `clash` are asked whether they come."""

    keep: int
    clash: int
    vanish_dates: int
    vanish_people: int
    moved_dates: int
    new_dates: int
    left_alone: int
    other_day: int = 0
    told: int


class ChangeOut(ApiModel):
    """A change made, or looked at (`id` is null then)."""

    id: int | None
    seen: str
    impact: ImpactOut


class ChangeLine(ApiModel):
    """A change on record."""

    id: int
    scope: str
    at: datetime
    by: str
    why: str
    undone_at: datetime | None
    impact: ImpactOut


class ChangesOut(ApiModel):
    """The changes of an activity, the latest first; those of scope `facts` corrected what it says."""

    changes: list[ChangeLine]


class CorrectionIn(WeatherIn):
    """What a published activity shall say; what is left out stays. `tell` tells those who come in any case.

    Without `seen` nothing is written: the answer says whom it would touch, and the `seen` with which to make it.
    """

    title: str = ""
    summary: str = ""
    address: str = ""
    map_point: str = ""
    bring: str = ""
    contact: str = ""
    website: str = ""
    reminders: list[ReminderIn] | None = None
    tags: list[str] = []
    tell: bool = False
    why: str = ""
    seen: str = ""


class CorrectionOut(ChangeOut):
    """A correction made, or looked at: the names of what it changes."""

    corrected: list[str]


def _wanted(occurrence: Occurrence, body: ChangeIn) -> OneDate | Series:
    place = Place(body.place, address=body.address, map_point=body.map_point)
    parts = tuple(PartChange(**part.model_dump()) for part in body.parts)
    if body.scope == "this":
        starts = datetime.combine(body.first_on, body.first_at)
        return OneDate(starts, body.minutes, place, parts, body.why)
    repeat = RepeatFacts(
        first_on=body.first_on,
        first_at=body.first_at,
        rule=body.rule,
        timezone=occurrence.activity.timezone,
        dates=tuple(body.dates),
        on_holiday=body.on_holiday,
        on_closed=body.on_closed,
    )
    return Series(repeat, body.minutes, place, parts, body.why, body.also_by_hand)


def _impact(impact: Impact) -> ImpactOut:
    return ImpactOut(**impact.counts())


def _line(row: SeriesChange) -> ChangeLine:
    by = row.by.name if row.by else ""
    facts = {name: getattr(row, name) for name in ("id", "scope", "at", "why", "undone_at")}
    return ChangeLine(**facts, by=by, impact=ImpactOut(**row.impact))


@api.operation("POST /dates/<int:occurrence_id>/changes", ChangeOut, body=ChangeIn, scope="organise")
def change(occurrence_id: int, body: ChangeIn) -> ChangeOut:
    """Say whom a change would touch; with `seen`, make it, and everybody touched is told once."""
    actor, session, now = current_actor(), db_session(), clock.now()
    occurrence = find_organised_occurrence(session, actor, occurrence_id)
    wanted = _wanted(occurrence, body)
    if not body.seen:
        _, impact = actions.look(session, occurrence, body.scope, wanted, now, by_id=actor.person_id)
        return ChangeOut(id=None, seen=impact.seen, impact=_impact(impact))
    order = actions.Order(body.scope, wanted, body.seen, actor.person_id)
    made = actions.change(session, occurrence, order, now)
    session.commit()
    return ChangeOut(id=made.id, seen=body.seen, impact=ImpactOut(**made.impact))


@api.operation(
    "POST /activities/<int:activity_id>/corrections", CorrectionOut, body=CorrectionIn, scope="organise"
)
def correct(activity_id: int, body: CorrectionIn) -> CorrectionOut:
    """Say whom a correction of a published activity would touch; with `seen`, make it."""
    actor, session, now = current_actor(), db_session(), clock.now()
    activity = find_organised_activity(session, actor, activity_id)
    wanted = replace(_correction(body), by_id=actor.person_id)
    effect = corrections.look(session, activity, wanted, now)
    made = corrections.correct(session, activity, wanted, now) if body.seen else None
    session.commit()
    return CorrectionOut(
        id=made.id if made else None,
        seen=effect.seen,
        impact=ImpactOut(**effect.counts()),
        corrected=list(effect.after),
    )


def _correction(body: CorrectionIn) -> corrections.Correction:
    given = body.model_dump(include=body.model_fields_set & set(FIELDS), exclude={"reminders"})
    if body.reminders is not None:
        given["reminders"] = [one.model_dump(exclude_none=True) for one in body.reminders]
    tags = tuple(body.tags) if "tags" in body.model_fields_set else None
    return corrections.Correction(given, tags, body.tell, body.why, body.seen)


@api.operation("GET /activities/<int:activity_id>/changes", ChangesOut, scope="organise")
def changes(activity_id: int) -> ChangesOut:
    """List the changes of an activity for its organisers."""
    found = find_organised_activity(db_session(), current_actor(), activity_id)
    return ChangesOut(changes=[_line(row) for row in queries.changes_of_activity(db_session(), found.id)])


@api.operation("POST /changes/<int:edit_id>/undo", ChangeLine, scope="organise")
def take_back(edit_id: int) -> ChangeLine:
    """Take a change back within half an hour; whoever was told is told again."""
    actor = current_actor()
    found = queries.find_change(db_session(), actor, edit_id)
    undo.undo(db_session(), found, actor.person_id, clock.now())
    db_session().commit()
    return _line(found)


class EndIn(ApiModel):
    """The last day of an activity. Without `seen` nothing is written, as with a change."""

    last_on: Day
    why: str = ""
    seen: str = ""


@api.operation("POST /activities/<int:activity_id>/end", ChangeOut, body=EndIn, scope="organise")
def end(activity_id: int, body: EndIn) -> ChangeOut:
    """Say whom ending an activity would touch; with `seen`, call off all dates after its last day."""
    actor, session, now = current_actor(), db_session(), clock.now()
    found = find_organised_activity(session, actor, activity_id)
    first, wanted = ending.ending(session, found, body.last_on, body.why, now)
    if not body.seen:
        _, impact = actions.look(session, first, ending.SCOPE, wanted, now, by_id=actor.person_id)
        return ChangeOut(id=None, seen=impact.seen, impact=_impact(impact))
    order = actions.Order(ending.SCOPE, wanted, body.seen, actor.person_id)
    made = actions.change(session, first, order, now)
    session.commit()
    return ChangeOut(id=made.id, seen=body.seen, impact=ImpactOut(**made.impact))


class DraftOut(ApiModel):
    """An activity that is a draft, or was one until it was thrown away."""

    id: int
    state: str


def _draft_out(activity: Activity) -> DraftOut:
    db_session().commit()
    return DraftOut(id=activity.id, state=activity.state)


@api.operation("POST /activities/<int:activity_id>/unpublish", DraftOut, scope="organise")
def unpublish(activity_id: int) -> DraftOut:
    """Make a draft again of what was published within half an hour, while nobody has planned by it."""
    actor = current_actor()
    found = find_organised_activity(db_session(), actor, activity_id)
    drafts.unpublish(db_session(), found, actor.person_id, clock.now())
    return _draft_out(found)


@api.operation("POST /activities/<int:activity_id>/discard", DraftOut, scope="organise")
def discard(activity_id: int) -> DraftOut:
    """Throw a draft away; it is restored within half an hour."""
    actor = current_actor()
    found = find_organised_activity(db_session(), actor, activity_id)
    drafts.discard(db_session(), found, actor.person_id, clock.now())
    return _draft_out(found)


@api.operation("POST /activities/<int:activity_id>/restore", DraftOut, scope="organise")
def restore(activity_id: int) -> DraftOut:
    """Take a draft out of the bin again."""
    actor = current_actor()
    found = drafts.find_discarded(db_session(), actor, activity_id)
    drafts.restore(db_session(), found, actor.person_id, clock.now())
    return _draft_out(found)
