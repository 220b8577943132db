"""How many places a slot has, and moving a party from one slot to another: organiser's verbs that change counters."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import MAX_PLACES
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.participation import guards, places
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.participation.standing import (
    Change,
    enter,
    hold_places,
    let_go_of_places,
    settle_linked,
    standing_now,
)
from scheduler.participation.waiting import offer_next
from scheduler.text import text_in


def change_places(
    session: Session, slot: Slot, wanted: int, by_id: int | None, now: datetime, *, demote: bool = False
) -> list[Participation]:
    """Set how many places a slot has; return who had to go to the waiting list. Locks the slot.

    More places are offered to those who wait. Below what is taken, raise Conflict with the names of the latest who
    would lose their place, unless `demote` says that they shall wait.
    """
    if not 1 <= wanted <= MAX_PLACES:
        raise Invalid("places_out_of_range")
    places.lock(session, slot)
    before = slot.places
    surplus = surplus_of(session, slot, wanted)
    if surplus and not demote:
        raise _taken(surplus)
    first = places.first_in_queue(session, slot.id) - len(surplus)
    for queue_no, row in enumerate(surplus, start=first):
        _demote(session, row, queue_no, by_id, now)
    if surplus and slot.linked:
        settle_linked(session, slot, now)
    if not places.set_places(session, slot.id, wanted):
        raise Conflict("places_kept")
    session.refresh(slot, ["places", "taken", "reserved"])
    slot.min_people = min(slot.min_people, wanted)
    facts = {"from": before, "to": wanted}
    change = StateChange(at=now, subject="slot", subject_id=slot.id, verb="places", by_id=by_id, facts=facts)
    record(session, change)
    offer_next(session, slot, now)
    return surplus


def check_places(session: Session, slot: Slot, wanted: int) -> None:
    """Raise Conflict, as `change_places` would, where a slot cannot have so few places; change nothing."""
    surplus = surplus_of(session, slot, wanted)
    if surplus:
        raise _taken(surplus)
    if slot.taken + slot.reserved > wanted:
        raise Conflict("places_kept")


def _taken(surplus: Iterable[Participation]) -> Conflict:
    return Conflict("places_taken", names="、".join(row.party_name for row in surplus))


def surplus_of(session: Session, slot: Slot, wanted: int) -> list[Participation]:
    """Return the latest parties that have no place any more when the slot has only so many, the first of them first."""
    over = slot.taken + slot.reserved - wanted
    surplus: list[Participation] = []
    holding = select(Participation).where(Participation.slot_id == slot.id, Participation.holds)
    latest_first = holding.order_by(Participation.id.desc())
    for row in session.scalars(latest_first, execution_options=places.FRESH):
        # What a body gives back stays kept for it, and makes no room.
        freed = row.places - places.kept_again(session, row.share_id, row.kept_places)
        if over > 0 and freed > 0:
            surplus.insert(0, row)
            over -= freed
    return surplus


def _demote(session: Session, row: Participation, queue_no: int, by_id: int | None, now: datetime) -> None:
    # Before everybody who waits already, in the order in which they had signed up.
    let_go_of_places(session, row)
    row.is_offered, row.queue_no = False, queue_no
    enter(session, row, standing_now(session, row), Change("demote", by_id), now)


def move(session: Session, row: Participation, to: Slot, now: datetime, *, agreed: str, by_id: int) -> None:
    """Move a party to another slot, noting how it agreed; it keeps its sign-up, and is told the new part.

    Raise Conflict where that is full, the party is there already, or it may not be there. Locks both slots.
    """
    old = places.lock_of(session, row, to)
    if not row.is_live or row.slot_id == to.id:
        raise Conflict("already_answered")
    if not text_in(agreed):
        raise Invalid("agreement_missing")
    _check_move(session, row, to, now)
    let_go_of_places(session, row)
    row.slot_id, row.slot, row.queue_no, row.is_offered = to.id, to, None, False
    row.places = 1 if to.unit == "family" else row.people
    if not hold_places(session, row):
        raise Conflict("full", slot=to.name)
    change = Change("move", by_id, text_in(agreed)[:400])
    enter(session, row, standing_now(session, row), change, now)
    for slot in (old, to):
        if slot.linked:
            settle_linked(session, slot, now)
    offer_next(session, old, now, passed_over=row.contact_id)


def _check_move(session: Session, row: Participation, to: Slot, now: datetime) -> None:
    guards.check_date(to, now)
    guards.check_ages(to, _as_asked(row))
    guards.check_training_of(session, to, row.contact_id, now)
    if guards.is_in(session, row, to.id):
        raise Conflict("already_signed_up")


def _as_asked(row: Participation) -> SignUp:
    others = tuple(Named(one.name, one.kana, one.age_months, one.grade) for one in row.companions)
    return SignUp(
        row.contact_id,
        contact_comes=row.contact_comes,
        contact_grade=row.contact_grade,
        company=Company(others=others),
    )
