"""What changes dates: make a change as it was shown, and take it back. Dates, parts, telling are one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from scheduler.activities.actions import make_dates
from scheduler.activities.map_points import read_point
from scheduler.activities.models import Activity, Occurrence, RuleVersion, SlotTemplate
from scheduler.activities.plans import source_at
from scheduler.activities.schedules import Schedule
from scheduler.changes.impact import Impact, impact_of
from scheduler.changes.models import SeriesChange
from scheduler.changes.moves import Move, OneDate, Place, Plan, Series, plan_one, plan_series
from scheduler.changes.parts import Doing, change_parts, changed_templates, differing, free_position
from scheduler.changes.snapshots import Kept, drop_versions, free_planned, lock_dates, snapshot
from scheduler.db import claim
from scheduler.errors import Conflict
from scheduler.history import StateChange, record
from scheduler.notices.actions import Telling, queue
from scheduler.participation.reconfirming import ask_again
from scheduler.reach.ways import store_known
from scheduler.text import fitting

_PLACE = ("place", "place_en", "place_easy", "address", "address_en", "address_easy", "map_point")


@dataclass(frozen=True)
class Order:
    """A change as asked for: how far it goes, what shall be, the name of what was shown before, and who asks."""

    scope: str
    wanted: OneDate | Series
    seen: str
    by_id: int | None


def look(
    session: Session,
    occurrence: Occurrence,
    scope: str,
    wanted: OneDate | Series,
    now: datetime,
    *,
    by_id: int | None = None,
) -> tuple[Plan, Impact]:
    """Return what a change would do and whom it would touch; nothing is written. Raise Invalid or Conflict.

    Whoever looks is the one who would make it, and need not be told.
    """
    wanted = replace(wanted, place=_on_the_map(occurrence, wanted))
    if isinstance(wanted, OneDate):
        asked = replace(wanted, parts=differing(occurrence.slots, wanted.parts))
        plan = plan_one(session, occurrence, asked, now)
    else:
        source = _source(occurrence)
        series = replace(wanted, parts=differing(source.templates, wanted.parts))
        plan = plan_series(session, occurrence, scope, series, now)
        # What new dates cannot be is refused here, not when it is saved.
        changed_templates(source, series.parts, series.minutes, 0)
    return plan, impact_of(session, plan, by_id, now)


def _on_the_map(occurrence: Occurrence, wanted: OneDate | Series) -> Place:
    """Return the place as typed, with where it is on the map: a pin does not stay behind when the place goes."""
    source: Activity | RuleVersion = _source(occurrence)
    of_series = source if source.place is not None else occurrence.activity
    was = occurrence if isinstance(wanted, OneDate) else of_series
    typed, known = wanted.place, was.map_point or ""
    point = known if typed.map_point is None else read_point(typed.map_point)
    has_gone = typed.place != was.place and point == known
    return replace(typed, map_point="" if has_gone else point)


def _source(occurrence: Occurrence) -> Activity | RuleVersion:
    return source_at(occurrence.activity, occurrence.planned_at or occurrence.starts_at)


def change(session: Session, occurrence: Occurrence, order: Order, now: datetime) -> SeriesChange:
    """Make a change as it was shown; raise Conflict where that would touch others by now, or cannot be any more.

    Dates that stay keep their row, their sign-ups and their name in every calendar. What the rule has no place for is
    called off, not deleted. What was changed by hand keeps its own values, unless it was asked to go along. Whoever is
    touched is told once; whose date goes to another day is asked again.
    """
    order = replace(order, wanted=replace(order.wanted, place=_on_the_map(occurrence, order.wanted)))
    plan, impact = look(session, occurrence, order.scope, order.wanted, now, by_id=order.by_id)
    if impact.seen != order.seen:
        raise Conflict("impact_changed")
    activity, wanted = occurrence.activity, order.wanted
    doing = Doing(order.by_id, now, free_position(session, activity.id))
    lines = [_line(move) for move in plan.touched]
    kept = snapshot(session, activity, [move.occurrence for move in plan.moves])
    if isinstance(wanted, Series):
        _write_rule(session, occurrence, plan, order, doing)
    _move(session, plan, order, now)
    _note_places(session, plan, lines)
    kept["new_slots"] = _change_parts(session, plan, doing)
    kept["new_places"] = _new_places(plan, kept)
    kept["made"] = _make_missing(session, activity, now) if isinstance(wanted, Series) else []
    made = SeriesChange(
        activity_id=activity.id,
        occurrence_id=occurrence.id,
        scope=order.scope,
        by_id=order.by_id,
        at=now,
        why=fitting(wanted.why, 400),
        impact=impact.counts() | {"new_dates": len(kept["made"])},
        dates=lines,
        before=kept | {"revisions": _revisions(plan)},
    )
    session.add(made)
    session.flush()
    ask_again(session, impact.asked, "clash", order.by_id, now)
    ask_again(session, impact.moved, "moved", order.by_id, now)
    _tell(session, made, impact, now)
    record_change(session, made, "change", order.by_id, now)
    return made


def _revisions(plan: Plan) -> dict[str, int]:
    return {str(move.occurrence.id): move.occurrence.revision for move in plan.moves}


# The rule


def _write_rule(session: Session, occurrence: Occurrence, plan: Plan, order: Order, doing: Doing) -> None:
    activity, wanted, source = occurrence.activity, order.wanted, _source(occurrence)
    assert isinstance(wanted, Series)
    assert plan.schedule is not None
    templates = changed_templates(source, plan.parts, wanted.minutes, doing.free)
    values = _rule_values(plan.schedule, wanted.minutes)
    if order.scope == "all":
        _keep_places_of_the_past(session, activity, doing.now)
        drop_versions(session, activity.id)
        _write_all(session, activity, values, wanted, doing.now)
        _write_templates(session, activity, None, templates)
    else:
        drop_versions(session, activity.id, plan.from_at)
        version_id = _write_version(session, activity, plan, values, wanted)
        _write_templates(session, activity, version_id, templates)
    session.flush()
    session.expire(activity, ["versions", "templates"])


def _rule_values(schedule: Schedule, minutes: int) -> dict[str, Any]:
    return {
        "rule": str(schedule.rule) if schedule.rule else None,
        "first_on": schedule.first.date(),
        "first_at": schedule.first.time(),
        "minutes": minutes,
        "dates": [day.isoformat() for day in schedule.dates],
        "on_holiday": schedule.on_holiday,
        "on_closed": schedule.on_closed,
    }


def _keep_places_of_the_past(session: Session, activity: Activity, now: datetime) -> None:
    # The activity's place is about to change; where people met last month does not.
    past = update(Occurrence).where(
        Occurrence.activity_id == activity.id, Occurrence.starts_at <= now, Occurrence.own_place.is_(None)
    )
    place = {f"own_{name}": getattr(activity, name) for name in _PLACE}
    session.execute(past.values(**place).execution_options(synchronize_session=False))


def _write_all(
    session: Session, activity: Activity, values: dict[str, Any], wanted: Series, now: datetime
) -> None:
    place = _place_values(wanted, activity)
    for name, value in (values | place).items():
        setattr(activity, name, value)
    activity.revision += 1
    activity.changed_at = now


def _place_values(wanted: Series, activity: Activity) -> dict[str, str]:
    typed = wanted.place
    # The same place keeps what it is called in other languages.
    named = activity if typed.place == activity.place else typed
    same = (typed.place, typed.address) == (activity.place, activity.address)
    addressed = activity if same else typed
    return {
        "place": typed.place,
        "place_en": named.place_en,
        "place_easy": named.place_easy,
        "address": typed.address,
        "address_en": addressed.address_en,
        "address_easy": addressed.address_easy,
        "map_point": typed.map_point or "",
    }


def _write_version(
    session: Session, activity: Activity, plan: Plan, values: dict[str, Any], wanted: Series
) -> int:
    typed, mine = wanted.place, (activity.place, activity.address, activity.map_point)
    elsewhere = (typed.place, typed.address, typed.map_point) != mine
    place = _place_values(wanted, activity) if elsewhere else {}
    version = RuleVersion(activity_id=activity.id, from_at=plan.from_at, **values, **place)
    session.add(version)
    session.flush()
    return version.id


def _write_templates(
    session: Session, activity: Activity, version_id: int | None, templates: Sequence[dict[str, Any]]
) -> None:
    if version_id is None:
        for old in list(activity.templates):
            session.delete(old)
        session.flush()
    rows = [row | {"activity_id": activity.id, "version_id": version_id} for row in templates]
    for row in rows:
        session.execute(insert(SlotTemplate).values(**row))


# The dates


def _move(session: Session, plan: Plan, order: Order, now: datetime) -> None:
    ids = [move.occurrence.id for move in plan.moves]
    lock_dates(session, ids)
    free_planned(session, ids)
    for move in plan.moves:
        row = move.occurrence
        seen = update(Occurrence).where(Occurrence.id == row.id, Occurrence.revision == row.revision)
        if not claim(session, seen.values(**_date_values(move, plan, order, now))):
            raise Conflict("impact_changed")


def _note_places(session: Session, plan: Plan, lines: Sequence[Kept]) -> None:
    """Keep where dates were to be at first, for everybody who looks at their pages."""
    places = {line["id"]: (line["was"], line["where"]) for line in lines if line["was"] != line["where"]}
    for move in plan.moves:
        row = move.occurrence
        if row.id in places:
            was, where = places[row.id]
            first = row.first_place or was
            row.first_place = "" if first == where else first
    session.flush()


def _date_values(move: Move, plan: Plan, order: Order, now: datetime) -> dict[str, Any]:
    row, own = move.occurrence, move.place
    values: dict[str, Any] = {
        "planned_at": move.planned_at,
        "starts_at": move.starts_at,
        "ends_at": move.ends_at,
        **{f"own_{name}": getattr(own, name) if own else None for name in _PLACE},
        "by_hand": _marks(move, plan, order),
    }
    if move.fate != "stays":
        state = "cancelled" if move.fate == "vanishes" else "open"
        values |= {"state": state, "cause": "", "reason": fitting(plan.why, 400)}
        # What was decided about it is over.
        values |= {"decided_at": None, "decided_by_id": None}
    # A part more or less shows in every calendar, too; a new place for the date in the rule does not.
    if move.shows or (plan.parts and move.with_parts):
        values |= {"revision": row.revision + 1, "changed_at": now}
    return values


def _marks(move: Move, plan: Plan, order: Order) -> list[str]:
    row, wanted = move.occurrence, order.wanted
    if isinstance(wanted, Series):
        return [] if wanted.also_by_hand and move.fate == "stays" else list(row.by_hand)
    marks = set(row.by_hand)
    marks |= {"time"} if (move.starts_at, move.ends_at) != (row.starts_at, row.ends_at) else set()
    typed, was = move.where, (row.place, row.address, row.map_point)
    marks |= {"place"} if (typed.place, typed.address, typed.map_point) != was else set()
    return sorted(marks | ({"slots"} if plan.parts else set()))


def _change_parts(session: Session, plan: Plan, doing: Doing) -> list[int]:
    new: list[int] = []
    for move in plan.moves:
        row = move.occurrence
        before = row.ends_at - row.starts_at
        session.refresh(row)
        if move.fate != "vanishes" and move.with_parts:
            longer = int((row.ends_at - row.starts_at - before).total_seconds() // 60)
            new += change_parts(session, row, plan.parts, longer, doing)
            session.expire(row, ["slots"])
    return new


def _new_places(plan: Plan, kept: Kept) -> dict[str, int]:
    before = {row["id"]: row["places"] for row in kept["slots"]}
    slots = [slot for move in plan.moves if plan.parts for slot in move.occurrence.slots]
    return {str(slot.id): slot.places for slot in slots if slot.places != before.get(slot.id, slot.places)}


def _make_missing(session: Session, activity: Activity, now: datetime) -> list[int]:
    before = _ids(session, activity.id)
    make_dates(session, activity, now)
    return sorted(_ids(session, activity.id) - before)


def _ids(session: Session, activity_id: int) -> set[int]:
    return set(session.scalars(select(Occurrence.id).where(Occurrence.activity_id == activity_id)))


# The record and the telling


def _line(move: Move) -> Kept:
    row = move.occurrence
    return {
        "id": row.id,
        "fate": move.fate,
        "from": row.starts_at.isoformat(),
        "until": row.ends_at.isoformat(),
        "was": row.place,
        "to": move.starts_at.isoformat(),
        "ends": move.ends_at.isoformat(),
        "where": move.where.place,
    }


def _tell(session: Session, made: SeriesChange, impact: Impact, now: datetime) -> None:
    ends = [datetime.fromisoformat(line[key]) for line in made.dates for key in ("until", "ends")]
    if not impact.told_ids:
        return
    due_at = now + impact.wait
    telling = Telling(
        "changed", "change", made.id, 0, due_at=due_at, deadline_at=max(ends), priority=2, by_id=made.by_id
    )
    # Who is told by paper or telephone stands on the list at once, before any dispatcher has looked.
    store_known(session, impact.told_ids, now)
    queue(session, telling, impact.told_ids, now)


def record_change(session: Session, made: SeriesChange, verb: str, by_id: int | None, now: datetime) -> None:
    """Append a change to the record of its activity."""
    facts = {"change": made.id, "scope": made.scope, "impact": made.impact}
    facts["dates"] = [line["id"] for line in made.dates]
    facts["made"] = made.before.get("made", [])
    # Whoever looks at a day on which a date was to be finds where it is now.
    facts["left"] = {str(line["id"]): line["from"] for line in made.dates if line["from"] != line["to"]}
    change_of = StateChange(
        at=now,
        subject="activity",
        subject_id=made.activity_id,
        verb=verb,
        by_id=by_id,
        why=made.why,
        facts=facts,
    )
    record(session, change_of)
