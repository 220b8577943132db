"""Changing the parts of a date: their names, places, a new one, one less. People who have taken one keep it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.activities.actions import MAX_PLACES, MAX_SLOTS
from scheduler.activities.models import Occurrence, Slot, SlotTemplate
from scheduler.db import claim
from scheduler.errors import Conflict, Invalid
from scheduler.participation.models import Participation
from scheduler.text import text_in

Row = TypeVar("Row", Slot, SlotTemplate)


@dataclass(frozen=True)
class PartChange:
    """What a part shall be; `was` is the name that it has, empty for a new one."""

    was: str
    name: str
    places: int
    min_people: int = 0
    remove: bool = False


def differing(rows: Iterable[Row], parts: Sequence[PartChange]) -> tuple[PartChange, ...]:
    """Leave only what shall be otherwise than it is, so that what a date has of its own survives the rest."""
    same = [
        part
        for row, part in paired(rows, parts)
        if (text_in(part.name), part.places, part.min_people) == (row.name, row.places, row.min_people)
        and not part.remove
    ]
    return tuple(part for part in parts if not any(part is one for one in same))


def check_parts(occurrence: Occurrence, parts: Sequence[PartChange]) -> None:
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
        if not part.remove and slot.taken > part.places:
            raise Conflict("places_below_taken", slot=slot.name, taken=slot.taken)


def paired(rows: Iterable[Row], parts: Sequence[PartChange]) -> list[tuple[Row, PartChange]]:
    """Pair each part that is there with its change, by name; of two with one name the first with the first."""
    waiting: dict[str, list[PartChange]] = {}
    for part in parts:
        if part.was:
            waiting.setdefault(part.was, []).append(part)
    return [(row, waiting[row.name].pop(0)) for row in rows if waiting.get(row.name)]


def change_parts(
    session: Session, occurrence: Occurrence, parts: Sequence[PartChange], longer: int
) -> list[int]:
    """Change the parts of a date, which has become so many minutes longer; return the ids of new ones."""
    length = _minutes(occurrence) - longer
    _stretch(session, occurrence.slots, length, longer)
    for slot, part in paired(occurrence.slots, parts):
        if part.remove:
            _remove(session, slot)
        else:
            _change(session, slot, part)
    new = [part for part in parts if not part.was and not part.remove]
    return [_add(session, occurrence, part, at) for at, part in enumerate(new, start=1)]


def _minutes(occurrence: Occurrence) -> int:
    return int((occurrence.ends_at - occurrence.starts_at).total_seconds() // 60)


def _stretch(session: Session, slots: Iterable[Slot], length: int, longer: int) -> None:
    # What ended with the date ends with it again; what ended earlier keeps its length.
    for slot in slots:
        if longer and slot.offset_minutes + slot.minutes >= length:
            _update(session, slot, minutes=_fitting(slot.minutes + longer))


def _fitting(minutes: int) -> int:
    if minutes <= 0:
        raise Invalid("length_out_of_range")
    return minutes


def _change(session: Session, slot: Slot, part: PartChange) -> None:
    name = text_in(part.name)[:120]
    english = slot.name_en if name == slot.name else ""
    if part.places != slot.places:
        change_places(session, slot, part.places)
    _update(session, slot, name=name, name_en=english, min_people=part.min_people)


def _update(session: Session, slot: Slot, **values: Any) -> None:
    statement = update(Slot).where(Slot.id == slot.id).values(**values)
    session.execute(statement.execution_options(synchronize_session=False))


def change_places(session: Session, slot: Slot, places: int) -> None:
    """Give a part more or fewer places, by one conditional statement; raise Conflict below what is taken."""
    enough = update(Slot).where(Slot.id == slot.id, Slot.taken <= places)
    if not claim(session, enough.values(places=places)):
        session.refresh(slot)
        raise Conflict("places_below_taken", slot=slot.name, taken=slot.taken)


def _remove(session: Session, slot: Slot) -> None:
    gone = delete(Slot).where(Slot.id == slot.id, ~exists().where(Participation.slot_id == slot.id))
    try:
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


def _add(session: Session, occurrence: Occurrence, part: PartChange, at: int) -> int:
    position = max((slot.position for slot in occurrence.slots), default=-1) + at
    values = _new(part) | {"position": position, "minutes": _minutes(occurrence)}
    statement = insert(Slot).values(occurrence_id=occurrence.id, taken=0, **values).returning(Slot.id)
    return session.execute(statement).scalar_one()


def _new(part: PartChange) -> dict[str, Any]:
    name = text_in(part.name)[:120]
    return {"name": name, "places": part.places, "min_people": part.min_people, "burden": []}


def changed_templates(
    templates: Sequence[SlotTemplate], parts: Sequence[PartChange], minutes: tuple[int, int]
) -> list[dict[str, Any]]:
    """Return the parts of new dates after a change of the series, which lasted and will last so many minutes."""
    before, after = minutes
    changes = {id(row): part for row, part in paired(templates, parts)}
    kept = [(row, changes.get(id(row))) for row in templates]
    rows = [_template(row, part, before, after) for row, part in kept if part is None or not part.remove]
    new = [_new(part) | {"minutes": after} for part in parts if not part.was and not part.remove]
    if not rows + new:
        raise Invalid("slots_missing")
    return [row | {"position": position} for position, row in enumerate(rows + new)]


def _template(row: SlotTemplate, part: PartChange | None, before: int, after: int) -> dict[str, Any]:
    left_out = ("id", "activity_id", "version_id", "position")
    values = {
        column.key: getattr(row, column.key)
        for column in SlotTemplate.__table__.c
        if column.key not in left_out
    }
    if row.offset_minutes + row.minutes >= before:
        values["minutes"] = _fitting(row.minutes + after - before)
    if part is not None:
        renamed = text_in(part.name)[:120]
        values |= {"name": renamed, "places": part.places, "min_people": part.min_people}
        values["name_en"] = row.name_en if renamed == row.name else ""
    return values
