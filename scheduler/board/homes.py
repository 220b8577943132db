"""That a home does not come to a date, entered for it by whoever heard so; and taking that back."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from scheduler.activities.facts import time_version
from scheduler.activities.models import Occurrence, Slot
from scheduler.board.models import HomeNo
from scheduler.db import insert_once
from scheduler.errors import Conflict
from scheduler.history import UNDO_FOR, StateChange, record
from scheduler.participation import guards, places
from scheduler.participation.actions import withdraw
from scheduler.participation.models import GONE, Participation
from scheduler.participation.undoing import come_back, just_ended
from scheduler.parties.models import Household, Person


def home_of_sign_up() -> ColumnElement[int]:
    """Return the home that a sign-up is of, where its contact is joined: its own, or its contact's."""
    return func.coalesce(Participation.household_id, Person.household_id)


def say_no(session: Session, occurrence: Occurrence, home: Household, by_id: int, now: datetime) -> None:
    """Write down that nobody of a home comes; all of its sign-ups end.

    Twice is the same as once. Raise Conflict once the date has begun or is off, or where a sign-up cannot end any more.
    """
    places.lock(session, *occurrence.slots)
    guards.check_date(occurrence.slots[0], now)
    for row in _coming(session, occurrence, home):
        withdraw(session, row, by_id, now)
    key = {"occurrence_id": occurrence.id, "household_id": home.id, "version": time_version(occurrence)}
    if insert_once(session, HomeNo, {**key, "by_id": by_id, "at": now}):
        _record(session, occurrence, home, "say_no", by_id=by_id, now=now)


def _coming(session: Session, occurrence: Occurrence, home: Household) -> list[Participation]:
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .join(Person, Person.id == Participation.contact_id)
        .where(Slot.occurrence_id == occurrence.id, Participation.state.not_in(GONE))
        .where(home_of_sign_up() == home.id)
    )
    return list(session.scalars(wanted.order_by(Participation.id)))


def take_back(session: Session, occurrence: Occurrence, home: Household, by_id: int, now: datetime) -> None:
    """Take back for half an hour that somebody entered a home as not coming; sign-ups that ended by it stand again.

    Raise Conflict when it is too late for that.
    """
    places.lock(session, *occurrence.slots)
    mine = delete(HomeNo).where(HomeNo.household_id == home.id, *_taken_back(occurrence, by_id, now))
    result = session.execute(mine.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    ended = [row for row in _ended(session, occurrence, by_id, now) if _home_id(row) == home.id]
    if not result.rowcount and not ended:
        raise Conflict("undo_over")
    for row in ended:
        come_back(session, row, by_id, now, clash_ok=True)
    if result.rowcount:
        _record(session, occurrence, home, "take_back", by_id=by_id, now=now)


def may_take_back(session: Session, occurrence: Occurrence, by_id: int | None, now: datetime) -> set[int]:
    """Return the ids of the homes that this person has just entered as not coming."""
    said = session.scalars(select(HomeNo.household_id).where(*_taken_back(occurrence, by_id, now)))
    ended = {_home_id(row) for row in _ended(session, occurrence, by_id, now)}
    return {*said, *(number for number in ended if number is not None)}


def _taken_back(occurrence: Occurrence, by_id: int | None, now: datetime) -> Iterable[ColumnElement[bool]]:
    return (
        HomeNo.occurrence_id == occurrence.id,
        HomeNo.version == time_version(occurrence),
        HomeNo.by_id == by_id,
        HomeNo.at > now - UNDO_FOR,
    )


def _ended(session: Session, occurrence: Occurrence, by_id: int | None, now: datetime) -> list[Participation]:
    return just_ended(session, [slot.id for slot in occurrence.slots], by_id, now)


def _home_id(row: Participation) -> int | None:
    return row.household_id or row.contact.household_id


def noes_at(
    session: Session, occurrence_ids: Collection[int], block_id: int | None = None
) -> dict[int, set[int]]:
    """Return for dates, at their present times, which homes were entered as not coming: all, or those of one block."""
    said = select(HomeNo, Occurrence).join(Occurrence, Occurrence.id == HomeNo.occurrence_id)
    if block_id is not None:
        said = said.join(Household, Household.id == HomeNo.household_id).where(Household.block_id == block_id)
    found: dict[int, set[int]] = {}
    for one, occurrence in session.execute(said.where(Occurrence.id.in_(occurrence_ids))):
        if one.version == time_version(occurrence):
            found.setdefault(occurrence.id, set()).add(one.household_id)
    return found


def _record(
    session: Session, occurrence: Occurrence, home: Household, verb: str, *, by_id: int, now: datetime
) -> None:
    change = StateChange(at=now, subject="household", subject_id=home.id, verb=verb, by_id=by_id)
    change.on_behalf_of, change.facts = f"household:{home.id}", {"occurrence": occurrence.id}
    record(session, change)
