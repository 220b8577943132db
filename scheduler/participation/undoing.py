"""Taking back what was just done, for half an hour, as long as nothing else has happened to it since."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.activities.models import TAKES_SIGN_UPS, Slot
from scheduler.errors import Conflict
from scheduler.history import UNDO_FOR, StateChange, changes_of
from scheduler.participation import capacity, contacting, giving, guards, places
from scheduler.participation.models import Companion, Participation
from scheduler.participation.queries import cancelled_since

# What changes nothing about who has a place.
_TALK = ("ask", "reply", "prove", "helpers", "ask_again", "reconfirm", "answer")

_Back = Callable[[Session, Participation, int, datetime, dict[str, Any]], None]


def _add_back(session: Session, row: Participation, by_id: int, now: datetime, undo: dict[str, Any]) -> None:
    giving.take_out(session, row, by_id, now, undo)


def _people_back(
    session: Session, row: Participation, by_id: int, now: datetime, undo: dict[str, Any]
) -> None:
    capacity.change_people(session, row, undo["from"], by_id, now, without=undo.get("added", ()), undo=undo)


_BACK: dict[str, _Back] = {
    "join": _add_back,
    "approve": giving.take_back_yes,
    "decline": giving.take_back_in,
    "remove": giving.take_back_in,
    "move": capacity.move_back,
    "people": _people_back,
    contacting.GIVEN: contacting.take_back,
}
CAN_BE_UNDONE = (*_BACK, "places")


def is_undone_by(change: StateChange, later: StateChange) -> bool:
    """Say whether a later change was the undoing of this one."""
    return bool(later.facts.get("undoes") == change.id)


def may_be_undone(change: StateChange, now: datetime) -> bool:
    """Say whether a change is of a kind and an age that can be taken back, and is no undoing itself."""
    lost = "undoes" in change.facts or change.facts.get("lost")
    own = change.verb == "join" and change.on_behalf_of is None
    return change.verb in CAN_BE_UNDONE and not lost and not own and now < change.at + UNDO_FOR


def undo(session: Session, change: StateChange, by_id: int, now: datetime) -> Participation | Slot:
    """Take a change back and return what it was about as it stands now; twice is the same as once.

    Raise Conflict when it is too late, or something else has happened to it since.
    """
    thing = _thing(session, change)
    places.lock(session, *_slots(session, change, thing))
    later = later_than(session, change)
    if any(is_undone_by(change, one) for one in later):
        return thing
    if later or not may_be_undone(change, now):
        raise Conflict("undo_over")
    facts = dict(change.facts) | {"undoes": change.id}
    if isinstance(thing, Slot):
        capacity.restore_places(session, thing, by_id, now, facts)
    else:
        _BACK[change.verb](session, thing, by_id, now, facts)
    return thing


def word_to_take_back(session: Session, row: Participation, now: datetime) -> StateChange | None:
    """Return a party's word that it cannot come, while it can be taken back."""
    said = [one for one in changes_of(session, "participation", row.id) if one.verb not in _TALK][-1:]
    if not said or said[0].verb != "withdraw" or row.slot.occurrence.state not in TAKES_SIGN_UPS:
        return None
    if guards.is_in(session, row, row.slot_id):
        return None
    return said[0] if now < min(said[0].at + UNDO_FOR, row.slot.starts_at) else None


def just_withdrawn(session: Session, person_id: int, now: datetime) -> list[Participation]:
    """Return the sign-ups that a person has ended, while that can be taken back, the next date first."""
    gone = cancelled_since(session, person_id, now - UNDO_FOR)
    return [row for row in gone if word_to_take_back(session, row, now)]


def just_ended(
    session: Session, slot_ids: Collection[int], by_id: int | None, now: datetime
) -> list[Participation]:
    """Return the sign-ups of these parts that somebody has just ended, for whomever, while that can be taken back."""
    wanted = (
        select(Participation)
        .join(StateChange, StateChange.subject_id == Participation.id)
        .where(
            StateChange.subject == "participation",
            StateChange.verb == "withdraw",
            StateChange.by_id == by_id,
            StateChange.at > now - UNDO_FOR,
            Participation.slot_id.in_(slot_ids),
            Participation.state == "cancelled",
        )
        .order_by(Participation.id)
        .distinct()
    )
    # Somebody may have come back since, and have left by their own word.
    said = ((row, word_to_take_back(session, row, now)) for row in session.scalars(wanted))
    return [row for row, word in said if word is not None and word.by_id == by_id]


def waited_before(session: Session, ids: Collection[int]) -> set[int]:
    """Return which of these sign-ups, that have said that they cannot come, had waited until then; by one query."""
    said = select(StateChange.subject_id, StateChange.before).where(
        StateChange.subject == "participation",
        StateChange.verb == "withdraw",
        StateChange.subject_id.in_(ids),
    )
    last = dict(session.execute(said.order_by(StateChange.id)).tuples().all())
    return {number for number, before in last.items() if before == "waitlisted"}


def come_back(
    session: Session, row: Participation, by_id: int | None, now: datetime, *, clash_ok: bool = False
) -> None:
    """Take back for a party that it cannot come, for half an hour; where its place is gone, it waits. Twice is as once.

    Raise Conflict when it is too late, when others have taken it out, or it has taken on something else meanwhile.
    """
    slot = places.lock_of(session, row)
    if row.is_live:
        return
    said = word_to_take_back(session, row, now)
    if said is None:
        raise Conflict("undo_over")
    if row.contact_comes and not clash_ok:
        guards.check_clash(session, slot, row.contact_id)
    giving.take_back_in(session, row, by_id, now, {"undoes": said.id}, verb="come_back")


def number_to_take_back(session: Session, row: Participation, now: datetime) -> StateChange | None:
    """Return a party's own word that fewer of it come, or one more, while it can be taken back."""
    said = _lasting(changes_of(session, "participation", row.id))[-1:]
    if not said or not _said_number(said[0]) or not row.is_live or row.slot.starts_at <= now:
        return None
    return said[0] if may_be_undone(said[0], now) else None


def said_fewer(change: StateChange) -> bool:
    """Say whether a change is a party's own word that fewer of it come."""
    return _said_number(change) and bool(change.facts["to"] < change.facts["from"])


def _said_number(change: StateChange) -> bool:
    return change.verb == "people" and change.on_behalf_of is None and "undoes" not in change.facts


def come_all(session: Session, row: Participation, now: datetime) -> None:
    """Take back for a party that fewer of it come, or one more.

    Raise Conflict when it is too late or the places are gone,
    or where whoever signed it up has taken on something else meanwhile.
    """
    places.lock_of(session, row)
    said = number_to_take_back(session, row, now)
    if said is None:
        raise Conflict("undo_over")
    if capacity.THE_CONTACT in said.facts["gone"]:
        guards.check_clash(session, row.slot, row.contact_id)
    undo(session, said, row.contact_id, now)


def forget_names(session: Session, now: datetime) -> None:
    """Erase whoever was left out by a correction, once it cannot be taken back any more."""
    session.execute(delete(Companion).where(Companion.gone_at < now - UNDO_FOR))


def _thing(session: Session, change: StateChange) -> Participation | Slot:
    if change.subject == "slot":
        return session.get_one(Slot, change.subject_id)
    return session.get_one(Participation, change.subject_id)


def _slots(session: Session, change: StateChange, thing: Participation | Slot) -> list[Slot]:
    # All at once: whoever locks one and then another may wait for somebody who did it the other way round.
    own = thing if isinstance(thing, Slot) else thing.slot
    before = [session.get_one(Slot, change.facts["from"])] if change.verb == "move" else []
    return [own, *before]


def later_than(session: Session, change: StateChange) -> list[StateChange]:
    """Return what happened to the same thing after a change, but for talk."""
    wanted = select(StateChange).where(
        StateChange.subject == change.subject,
        StateChange.subject_id == change.subject_id,
        StateChange.id > change.id,
    )
    return _lasting(session.scalars(wanted.order_by(StateChange.id)))


def _lasting(changes: Iterable[StateChange]) -> list[StateChange]:
    """Leave out talk, and a word that one cannot come together with its taking back: all is as it was before."""
    there = [one for one in changes if one.verb not in _TALK]
    back = [one for one in there if one.verb == "come_back"]
    over = {one.id for one in back} | {one.facts.get("undoes") for one in back}
    return [one for one in there if one.id not in over]
