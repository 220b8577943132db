"""How many places a slot has, and how many a party takes in which slot: organiser's verbs that change counters."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import MAX_PLACES
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.participation import guards, places
from scheduler.participation.models import Companion, Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.participation.standing import (
    AFTER_THE_DATE,
    Change,
    enter,
    hold_places,
    let_go_of_places,
    settle_linked,
    standing_now,
    stood,
)
from scheduler.participation.waiting import is_next, offer_next
from scheduler.text import fitting

# Stands among the ids of companions for whoever has signed the party up.
THE_CONTACT = 0


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
    surplus = surplus_of(session, slot, wanted)
    if surplus and not demote:
        raise _taken(surplus)
    first = places.first_in_queue(session, slot.id) - len(surplus)
    for queue_no, row in enumerate(surplus, start=first):
        _demote(session, row, queue_no, by_id, now)
    if surplus and slot.linked:
        settle_linked(session, slot, now)
    facts = _size(slot) | {"to": wanted, "demoted": [row.id for row in surplus]}
    _set_places(session, slot, wanted)
    slot.min_people = min(slot.min_people, wanted)
    slot.target = None if slot.target is None else min(slot.target, wanted)
    _record(session, slot, "places", by_id, now, facts=facts)
    offer_next(session, slot, now)
    return surplus


def _names(rows: list[Participation]) -> str:
    return "、".join(row.party_name for row in rows)


def _size(slot: Slot) -> dict[str, Any]:
    return {"from": slot.places, "min": slot.min_people, "target": slot.target}


def _set_places(session: Session, slot: Slot, wanted: int) -> None:
    if not places.set_places(session, slot.id, wanted):
        raise Conflict("places_kept")
    session.refresh(slot, ["places", "taken", "reserved"])


def _record(
    session: Session, slot: Slot, verb: str, by_id: int | None, now: datetime, *, facts: Mapping[str, Any]
) -> None:
    change = {"subject": "slot", "subject_id": slot.id, "verb": verb}
    record(session, StateChange(at=now, by_id=by_id, facts=dict(facts), **change))


def restore_places(session: Session, slot: Slot, by_id: int, now: datetime, undo: Mapping[str, Any]) -> None:
    """Undo a change of the number of places: whoever lost a place by it has it again, before it is offered to others.

    Raise Conflict where the places that came with it are taken by now. Locks the slot.
    """
    places.lock(session, slot)
    surplus = surplus_of(session, slot, undo["from"])
    if surplus:
        raise _taken(surplus)
    _set_places(session, slot, undo["from"])
    slot.min_people, slot.target = undo["min"], undo["target"]
    for row_id in undo["demoted"]:
        _promote(session, session.get_one(Participation, row_id), by_id, now)
    _record(session, slot, "restore_places", by_id, now, facts=undo)
    offer_next(session, slot, now)


def _promote(session: Session, row: Participation, by_id: int, now: datetime) -> None:
    if row.is_live and not row.holds and hold_places(session, row):
        row.queue_no = None
        enter(session, row, standing_now(session, row), Change("promote", by_id), now)


def check_places(session: Session, slot: Slot, wanted: int) -> None:
    """Raise Conflict, as `change_places` would, where a slot cannot have so few places; change nothing."""
    surplus = surplus_of(session, slot, wanted)
    if surplus:
        raise _taken(surplus)
    if slot.taken + slot.reserved > wanted:
        raise Conflict("places_kept")


def _taken(surplus: list[Participation]) -> Conflict:
    return Conflict("places_taken", names=_names(surplus))


def surplus_of(session: Session, slot: Slot, wanted: int) -> list[Participation]:
    """Return the latest parties that have no place any more when the slot has only so many, the first of them first."""
    over = slot.taken + slot.reserved - wanted
    surplus: list[Participation] = []
    holding = select(Participation).where(
        Participation.slot_id == slot.id, Participation.holds, Participation.state.not_in(AFTER_THE_DATE)
    )
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
    places.lock_of(session, row, to)
    if not row.is_live or row.slot_id == to.id or row.state in AFTER_THE_DATE:
        raise Conflict("already_answered")
    how = fitting(agreed, 400)
    if not how:
        raise Invalid("agreement_missing")
    facts = stood(row) | {"from": row.slot_id, "to": to.id}
    _put_into(session, row, to, Change("move", by_id, how, facts=facts), now)


def move_back(
    session: Session, row: Participation, by_id: int, now: datetime, undo: Mapping[str, Any]
) -> None:
    """Undo a move: the party is where it was, with a place if it had one.

    Raise Conflict, and leave it where it is, when that place is taken by now. Locks both slots.
    """
    back = session.get_one(Slot, undo["from"])
    places.lock_of(session, row, back)
    if not row.is_live or row.slot_id != undo["to"]:
        raise Conflict("already_answered")
    _put_into(session, row, back, Change("move", by_id, facts=undo), now, waits_as=undo)


def _put_into(
    session: Session,
    row: Participation,
    to: Slot,
    change: Change,
    now: datetime,
    *,
    waits_as: Mapping[str, Any] | None = None,
) -> None:
    old = row.slot
    _check_move(session, row, to, now)
    let_go_of_places(session, row)
    row.slot_id, row.slot, row.queue_no, row.is_offered = to.id, to, None, False
    row.places = 1 if to.unit == "family" else row.people
    if waits_as is not None and not waits_as["held"]:
        row.queue_no = waits_as["queue_no"]
    elif not hold_places(session, row):
        raise Conflict("full", slot=to.name)
    enter(session, row, standing_now(session, row), change, now)
    for slot in (old, to):
        if slot.linked:
            settle_linked(session, slot, now)
    offer_next(session, old, now, passed_over=row.contact_id)


def _check_move(session: Session, row: Participation, to: Slot, now: datetime) -> None:
    guards.check_date(to, now)
    guards.check_ages(to, as_asked(row))
    guards.check_training_of(session, to, row.contact_id, now)
    if guards.is_in(session, row, to.id):
        raise Conflict("already_signed_up")


def as_asked(row: Participation) -> SignUp:
    """Return the people of a sign-up as they would be asked for now, for the guards that look at ages."""
    others = tuple(Named(one.name, one.kana, one.age_months, one.grade) for one in row.companions)
    return SignUp(
        row.contact_id,
        pledged=row.people if row.is_pledge else None,
        contact_comes=row.contact_comes,
        contact_grade=row.contact_grade,
        company=Company(others=others),
    )


def change_people(
    session: Session,
    row: Participation,
    people: int,
    by_id: int,
    now: datetime,
    *,
    without: Collection[int] = (),
    undo: Mapping[str, Any] | None = None,
) -> None:
    """Correct how many people a party is, all of them or none; it is told the new number. Locks the slot.

    `without` are the ids of companions who do not come, and THE_CONTACT. Raise Conflict where there are not so many
    places, Invalid for an impossible number or where more people have been named than shall come. `undo` is recorded
    with it.
    """
    places.lock_of(session, row)
    if not row.is_live or row.state in AFTER_THE_DATE:
        raise Conflict("already_answered")
    if not 1 <= people <= guards.MAX_PEOPLE:
        raise Invalid("people_out_of_range", most=guards.MAX_PEOPLE)
    if people == row.people and not without:
        return
    before, held, facts = row.people, row.holds, stood(row)
    _come_back(session, row, (undo or {}).get("gone", ()))
    gone = [one.id for one in row.companions if one.id in without]
    if row.contact_comes and THE_CONTACT in without:
        row.contact_comes = False
        gone.append(THE_CONTACT)
    _fit_company(session, row, people, without, now)
    let_go_of_places(session, row)
    row.people, row.places = people, 1 if row.slot.unit == "family" else people
    _hold_again(session, row, undo or {}, held=held)
    facts |= dict(undo or {}) | {"from": before, "to": people, "gone": gone}
    enter(session, row, standing_now(session, row), Change("people", by_id, facts=facts), now)
    if row.slot.linked:
        settle_linked(session, row.slot, now)
    offer_next(session, row.slot, now)


def _hold_again(session: Session, row: Participation, undo: Mapping[str, Any], *, held: bool) -> None:
    """Take the places of the new number; who waited and now fits need not be asked whether it comes."""
    if held and not undo.get("held", True):
        row.queue_no = undo["queue_no"]
    elif held or is_next(session, row):
        if not hold_places(session, row):
            raise Conflict("full", slot=row.slot.name)
        row.queue_no = None


def _come_back(session: Session, row: Participation, gone: Collection[int]) -> None:
    row.contact_comes = row.contact_comes or THE_CONTACT in gone
    back = select(Companion).where(Companion.id.in_(gone), Companion.participation_id == row.id)
    for one in session.scalars(back):
        one.gone_at = None
    session.flush()
    session.expire(row, ["companions"])


def _check_children(row: Participation, staying: Collection[Companion]) -> None:
    before, after = (sum(one.is_minor for one in some) for some in (row.companions, staying))
    # Who came without any before the part asked for them can still be corrected.
    if after < before and after < row.slot.min_children and not row.is_pledge:
        raise Conflict("children_must_come", count=row.slot.min_children)


def _fit_company(
    session: Session, row: Participation, people: int, without: Collection[int], now: datetime
) -> None:
    """Let exactly the named come and as many unnamed as are missing; a body's pledge has no unnamed rows.

    Whoever is left out by name is kept aside, for as long as that can be taken back.
    """
    staying = [one for one in row.companions if one.id not in without]
    _check_children(row, staying)
    named = [one for one in staying if one.name or one.is_minor]
    first = int(row.contact_comes)
    if first + len(named) > people:
        raise Invalid("more_named_than_people")
    unnamed = 0 if row.is_pledge else people - first - len(named)
    kept = named + [one for one in staying if one not in named][:unnamed]
    for gone in [one for one in row.companions if one not in kept]:
        if gone.id in without:
            gone.gone_at = now
        else:
            session.delete(gone)
    missing = 0 if row.is_pledge else people - first - len(kept)
    session.add_all(Companion(participation_id=row.id) for _ in range(missing))
    row.people = people
    row.named = first + sum(bool(one.name) for one in kept)
    session.flush()
    session.expire(row, ["companions"])
