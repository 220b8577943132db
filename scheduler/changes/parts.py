"""Changing the parts of a date: their names, places, a new one, one less. People who have taken one keep it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.activities.actions import MAX_SLOTS
from scheduler.activities.models import Activity, Occurrence, RuleVersion, Slot, SlotShare, SlotTemplate
from scheduler.activities.parts import MAX_PLACES, SlotFacts, make_slots, template
from scheduler.errors import Conflict, Invalid
from scheduler.participation.capacity import change_places, check_places
from scheduler.participation.models import Participation
from scheduler.text import fitting, text_in

Row = TypeVar("Row", Slot, SlotTemplate)


@dataclass(frozen=True)
class PartChange:
    """What a part shall be; `was` is the name that it has, empty for a new one."""

    was: str
    name: str
    places: int
    min_people: int = 0
    remove: bool = False


@dataclass(frozen=True)
class Doing:
    """Who changes parts (None: nobody signed in), when, and from which position on new ones are put."""

    by_id: int | None
    now: datetime
    free: int = 0


def free_position(session: Session, activity_id: int) -> int:
    """Return the first position that no part of an activity has, on any date: people follow a part by it."""
    on_dates = (
        select(func.max(Slot.position)).join(Slot.occurrence).where(Occurrence.activity_id == activity_id)
    )
    in_rule = select(func.max(SlotTemplate.position)).where(SlotTemplate.activity_id == activity_id)
    highest = [session.scalar(wanted) for wanted in (on_dates, in_rule)]
    return max((position + 1 for position in highest if position is not None), default=0)


def differing(rows: Iterable[Row], parts: Sequence[PartChange]) -> tuple[PartChange, ...]:
    """Leave only what shall be otherwise than it is, so that what a date has of its own survives the rest."""
    same = [
        part
        for row, part in paired(rows, parts)
        if (text_in(part.name), part.places, part.min_people) == (row.name, row.places, row.min_people)
        and not part.remove
    ]
    return tuple(part for part in parts if not any(part is one for one in same))


def check_parts(session: Session, occurrence: Occurrence, parts: Sequence[PartChange]) -> None:
    """Raise Invalid or Conflict where the parts of a date cannot become so."""
    if any(not text_in(part.name) and not part.remove for part in parts):
        raise Invalid("slot_name_missing")
    if any(not 1 <= part.places <= MAX_PLACES or not 0 <= part.min_people <= part.places for part in parts):
        raise Invalid("places_out_of_range")
    new = [part for part in parts if not part.was]
    if len(occurrence.slots) + len(new) > MAX_SLOTS:
        raise Invalid("too_many_slots", most=MAX_SLOTS)
    pairs = paired(occurrence.slots, parts)
    if not new and len(occurrence.slots) == len([part for _, part in pairs if part.remove]):
        raise Invalid("slots_missing")
    for slot, part in pairs:
        if part.remove and slot.taken:
            raise Conflict("slot_has_people", slot=slot.name, taken=slot.taken)
        if not part.remove and slot.places != part.places:
            check_places(session, slot, part.places)
    gone = {slot.id for slot, part in pairs if part.remove}
    _check_needs([slot for slot in occurrence.slots if slot.id not in gone])


def _check_needs(rows: Sequence[Row]) -> None:
    there = {row.position for row in rows}
    if any(need["position"] not in there for row in rows for need in row.needs):
        raise Invalid("needs_unusable")


def paired(rows: Iterable[Row], parts: Sequence[PartChange]) -> list[tuple[Row, PartChange]]:
    """Pair each part that is there with its change, by name; of two with one name the first with the first."""
    waiting: dict[str, list[PartChange]] = {}
    for part in parts:
        if part.was:
            waiting.setdefault(part.was, []).append(part)
    return [(row, waiting[row.name].pop(0)) for row in rows if waiting.get(row.name)]


def change_parts(
    session: Session, occurrence: Occurrence, parts: Sequence[PartChange], longer: int, doing: Doing
) -> list[int]:
    """Change the parts of a date, which has become so many minutes longer; return the ids of new ones."""
    length = _minutes(occurrence) - longer
    _stretch(occurrence.slots, length, longer)
    for slot, part in paired(occurrence.slots, parts):
        if part.remove:
            _remove(session, slot)
        else:
            _change(session, slot, part, doing)
    minutes = _minutes(occurrence)
    new = _new_parts(occurrence.activity, parts, minutes, doing.free)
    if new:
        make_slots(session, occurrence.id, new)
    made = [part.position for part in new]
    wanted = select(Slot.id).where(Slot.occurrence_id == occurrence.id, Slot.position.in_(made))
    return list(session.scalars(wanted.order_by(Slot.position)))


def _minutes(occurrence: Occurrence) -> int:
    return int((occurrence.ends_at - occurrence.starts_at).total_seconds() // 60)


def _stretch(slots: Iterable[Slot], length: int, longer: int) -> None:
    # What ended with the date ends with it again; what ended earlier keeps its length.
    for slot in slots:
        if longer and slot.offset_minutes + slot.minutes >= length:
            slot.minutes = _fitting(slot.minutes + longer)


def _fitting(minutes: int) -> int:
    if minutes <= 0:
        raise Invalid("length_out_of_range")
    return minutes


def _change(session: Session, slot: Slot, part: PartChange, doing: Doing) -> None:
    values = _values(slot, part)
    if values.pop("places") != slot.places:
        change_places(session, slot, part.places, doing.by_id, doing.now)
    for name, value in values.items():
        setattr(slot, name, value)


def _values(row: Row, part: PartChange) -> dict[str, Any]:
    name = fitting(part.name, 120)
    # How many would be best stays between the fewest and the most.
    target = row.target if row.target is None else min(max(row.target, part.min_people), part.places)
    return {
        "name": name,
        "name_en": row.name_en if name == row.name else "",
        "name_easy": row.name_easy if name == row.name else "",
        "places": part.places,
        "min_people": part.min_people,
        "target": target,
    }


def _remove(session: Session, slot: Slot) -> None:
    unused = ~exists().where(Participation.slot_id == slot.id)
    kept = delete(SlotShare).where(SlotShare.slot_id == slot.id, unused)
    gone = delete(Slot).where(Slot.id == slot.id, unused)
    try:
        session.execute(kept.execution_options(synchronize_session=False))
        result = session.execute(gone.returning(Slot.id).execution_options(synchronize_session=False))
    except IntegrityError as error:
        # Somebody has signed up in this very moment.
        raise Conflict("slot_has_people", slot=slot.name, taken=1) from error
    if result.one_or_none() is None:
        raise Conflict("slot_has_people", slot=slot.name, taken=slot.taken)


def remove_new(session: Session, slot_ids: Sequence[int]) -> None:
    """Take away parts that a change has added; raise Conflict where somebody has one by now."""
    for slot in session.scalars(select(Slot).where(Slot.id.in_(slot_ids))).all():
        _remove(session, slot)


def _new_parts(
    activity: Activity, parts: Sequence[PartChange], minutes: int, free: int
) -> list[SlotTemplate]:
    new = [part for part in parts if not part.was and not part.remove]
    facts = (SlotFacts(part.name, part.places, min_people=part.min_people, minutes=minutes) for part in new)
    return [template(activity, position, one) for position, one in enumerate(facts, start=free)]


def changed_templates(
    source: Activity | RuleVersion, parts: Sequence[PartChange], minutes: int, free: int
) -> list[dict[str, Any]]:
    """Return the parts of new dates after a change of the series, which will last so many minutes.

    A part keeps its position, by which people follow it and others need it; new ones get those from `free` on.
    """
    changes = {row.id: part for row, part in paired(source.templates, parts)}
    kept = [row for row in source.templates if row.id not in changes or not changes[row.id].remove]
    _check_needs(kept)
    longer = (source.minutes, minutes - source.minutes)
    rows = [_template(row, changes.get(row.id), *longer) for row in kept]
    activity = source if isinstance(source, Activity) else source.activity
    rows += [_copied(new) for new in _new_parts(activity, parts, minutes, free)]
    if not rows:
        raise Invalid("slots_missing")
    return rows


def _copied(row: SlotTemplate) -> dict[str, Any]:
    columns = SlotTemplate.__table__.c
    left_out = ("id", "activity_id", "version_id")
    return {column.key: getattr(row, column.key) for column in columns if column.key not in left_out}


def _template(row: SlotTemplate, part: PartChange | None, length: int, longer: int) -> dict[str, Any]:
    values = _copied(row)
    if row.offset_minutes + row.minutes >= length:
        values["minutes"] = _fitting(row.minutes + longer)
    if part is not None:
        values |= _values(row, part)
    if row.first_timers + sum(share["places"] for share in row.shares) > values["places"]:
        raise Invalid("kept_places_out_of_range")
    return values
