"""How many places a slot has, how many people a party is, and moving a party: later changes of the counters."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import MAX_PLACES
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.participation import guards, places
from scheduler.participation.models import GONE, Participation
from scheduler.participation.standing import (
    Change,
    enter,
    hold_more_places,
    hold_places,
    kept_for,
    let_go_of_places,
    let_go_of_some_places,
    remark,
    settle,
    settle_linked,
    standing_now,
    tell,
)
from scheduler.participation.waiting import offer_next, waiting_for
from scheduler.text import text_in


def change_places(
    session: Session, slot: Slot, wanted: int, by_id: int, now: datetime, *, demote: bool = False
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
        raise Conflict("places_taken", names="、".join(row.party_name for row in surplus))
    for number, row in enumerate(surplus):
        _demote(session, row, number - len(surplus), by_id, now)
    if not places.set_places(session, slot.id, wanted):
        raise Conflict("places_kept")
    session.refresh(slot, ["places", "taken", "reserved"])
    slot.min_people = min(slot.min_people, wanted)
    facts = {"from": before, "to": wanted}
    change = StateChange(at=now, subject="slot", subject_id=slot.id, verb="places", by_id=by_id, facts=facts)
    record(session, change)
    offer_next(session, slot, now)
    return surplus


def surplus_of(session: Session, slot: Slot, wanted: int) -> list[Participation]:
    """Return the latest parties that have no place any more when the slot has only so many, the first of them first."""
    over = slot.taken + slot.reserved - wanted
    surplus: list[Participation] = []
    holding = select(Participation).where(Participation.slot_id == slot.id, Participation.holds)
    for row in session.scalars(holding.order_by(Participation.id.desc())):
        if over <= 0:
            break
        surplus.insert(0, row)
        over -= row.places
    return surplus


def _demote(session: Session, row: Participation, queue_no: int, by_id: int, now: datetime) -> None:
    # Before everybody who waits already, in the order in which they had signed up.
    let_go_of_places(session, row)
    row.is_offered, row.queue_no = False, queue_no
    enter(session, row, standing_now(session, row), Change("demote", by_id), now)


def move(session: Session, row: Participation, to: Slot, now: datetime, *, agreed: str, by_id: int) -> None:
    """Move a party to another slot, noting how it agreed; it keeps its sign-up, and is told the new part.

    Raise Conflict where that is full, the party is there already, or it may not be there. Locks both slots.
    """
    old = row.slot
    places.lock(session, old, to)
    session.refresh(row)
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
    guards.check_training_of(session, to, row.contact_id, now)
    wanted = select(Participation.id).where(
        Participation.slot_id == to.id,
        Participation.contact_id == row.contact_id,
        Participation.state.not_in(GONE),
    )
    if session.scalar(wanted.limit(1)) is not None:
        raise Conflict("already_signed_up")


def change_people(
    session: Session, row: Participation, people: int, by_id: int | None, now: datetime
) -> None:
    """Set how many people a party is; the same number again changes nothing. Locks the slot.

    Raise Conflict where there are not enough places (it does not wait for them), below those who are named, and for
    the party itself once the time for that is over.
    """
    places.lock(session, row.slot)
    session.refresh(row)
    own = by_id is None or by_id == row.contact_id
    if people == row.people and row.is_live:
        return
    _check_people(row, people, now, own=own)
    more = 0 if row.slot.unit == "family" else people - row.people
    if row.holds and more > 0:
        _take_more(session, row, more, own=own)
    elif row.holds and more < 0:
        let_go_of_some_places(session, row, -more)
    facts = f"{row.people} → {people}"
    row.people, row.places = people, row.places + more
    _settle_people(session, row, Change("people", by_id, facts), now, told=not own)
    offer_next(session, row.slot, now)


def _check_people(row: Participation, people: int, now: datetime, *, own: bool) -> None:
    if not 1 <= people <= guards.MAX_PEOPLE:
        raise Invalid("people_out_of_range", most=guards.MAX_PEOPLE)
    if not row.is_live:
        raise Conflict("hold_over")
    guards.check_date(row.slot, now)
    known = max(row.named, int(row.contact_comes) + len(row.companions))
    if people < known:
        raise Conflict("fewer_than_named", named=known)
    if own and people > row.people and now >= row.slot.closes_at:
        raise Conflict("sign_up_closed")
    if own and people < row.people and row.comes and now >= row.slot.cancel_until:
        raise Conflict("too_late_to_withdraw")


def _take_more(session: Session, row: Participation, more: int, *, own: bool) -> None:
    share = kept_for(session, row)
    from_all = more - (share.remaining if share is not None else 0)
    overtakes = own and from_all > 0 and bool(waiting_for(session, row.slot_id))
    if overtakes or not hold_more_places(session, row, more):
        raise Conflict("full", slot=row.slot.name)


def _settle_people(
    session: Session, row: Participation, change: Change, now: datetime, *, told: bool
) -> None:
    remark(session, row, change, now, before=row.state)
    settle(session, row, change, now)
    if told and row.comes:
        tell(session, row, "joined", now)
