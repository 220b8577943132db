"""Carry the sign-ups of one date over to another that takes its place, and back again; nobody is overbooked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.participation import guards, places
from scheduler.participation.models import GONE, Participation
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
from scheduler.participation.waiting import offer_next, would_overtake


def carry(
    session: Session, occurrence: Occurrence, to: Occurrence, by_id: int, now: datetime
) -> list[dict[str, Any]]:
    """Move every live sign-up to the part of the other date that corresponds; return where each had stood.

    Who had a place keeps it while there is room, in the order of signing up, else waits. Who is there already, or said
    no there, or whose part the other date has not, stays. Nothing is told: whoever joins the dates tells it. Locks the
    slots of both.
    """
    parts = {slot.id: _corresponding(slot, to) for slot in occurrence.slots}
    places.lock(session, *occurrence.slots, *to.slots)
    moved = []
    for row in _rows(session, parts):
        slot = parts[row.slot_id]
        if slot is not None and not _is_known_there(session, row, slot):
            moved.append({"id": row.id, "slot": row.slot_id, "series": row.series_id, **stood(row)})
            _carry_one(session, row, slot, by_id, now)
    _settle(session, [*occurrence.slots, *to.slots], now)
    return moved


def carry_back(
    session: Session, moved: Iterable[Mapping[str, Any]], to: Occurrence | None, by_id: int, now: datetime
) -> None:
    """Take it back: everybody who has not left since is where they had stood; what they held meanwhile is offered.

    `to` is the date where they had gone; who is no longer there, nor where that one went in turn, stays. Locks the
    slots of all these dates, whichever of them somebody has moved to meanwhile.
    """
    kept = {kept["id"]: kept for kept in moved}
    if not kept:
        return
    left = {session.get_one(Slot, one["slot"]).occurrence for one in kept.values()}
    reached = _reached_from(to)
    slots = [slot for date in {*left, *reached} for slot in date.slots]
    places.lock(session, *slots)
    wanted = select(Participation).where(Participation.id.in_(kept)).order_by(Participation.id)
    for row in session.scalars(wanted, execution_options=places.FRESH):
        if row.is_live and row.slot.occurrence in reached:
            _back(session, row, kept[row.id], by_id, now)
    _settle(session, slots, now)


def _reached_from(date: Occurrence | None) -> list[Occurrence]:
    found: list[Occurrence] = []
    while date is not None and date not in found:
        found.append(date)
        date = date.merged_into
    return found


def _back(session: Session, row: Participation, kept: Mapping[str, Any], by_id: int, now: datetime) -> None:
    slot = session.get_one(Slot, kept["slot"])
    _put(session, row, slot)
    row.series_id = kept["series"]
    # Asked perhaps because of a later joining still, or of what became of the other date: that is over here, too.
    row.asked_again = ""
    if not kept["held"] or not hold_places(session, row):
        row.queue_no = kept["queue_no"] or (places.next_in_queue(session, slot.id) if kept["held"] else None)
    enter(session, row, standing_now(session, row), Change("carry_back", by_id, quiet=True), now)


def _corresponding(slot: Slot, to: Occurrence) -> Slot | None:
    alike = [one for one in to.slots if one.name == slot.name]
    same_place = [one for one in alike if one.position == slot.position]
    return next(iter(same_place or alike), None)


def _rows(session: Session, slot_ids: Iterable[int]) -> list[Participation]:
    # Who has a place before who waits, each in order.
    wanted = select(Participation).where(
        Participation.slot_id.in_(list(slot_ids)), Participation.state.not_in((*GONE, *AFTER_THE_DATE))
    )
    in_order = wanted.order_by(Participation.holds.desc(), Participation.queue_no, Participation.id)
    return list(session.scalars(in_order, execution_options=places.FRESH))


def _is_known_there(session: Session, row: Participation, slot: Slot) -> bool:
    of_series = select(Participation.id).where(
        Participation.series_id == row.series_id, Participation.slot_id == slot.id
    )
    known = row.series_id is not None and session.scalar(of_series.limit(1)) is not None
    return known or guards.is_in(session, row, slot.id)


def _carry_one(session: Session, row: Participation, slot: Slot, by_id: int, now: datetime) -> None:
    held, waited = row.holds, row.queue_no is not None
    _put(session, row, slot)
    if (held and (would_overtake(session, row, now) or not hold_places(session, row))) or waited:
        row.queue_no = places.next_in_queue(session, slot.id)
    change = Change("carry", by_id, quiet=True)
    enter(session, row, standing_now(session, row), change, now)


def _put(session: Session, row: Participation, slot: Slot) -> None:
    let_go_of_places(session, row)
    row.slot_id, row.slot, row.queue_no, row.is_offered = slot.id, slot, None, False
    row.places = 1 if slot.unit == "family" else row.people
    session.flush()


def _settle(session: Session, slots: Iterable[Slot], now: datetime) -> None:
    for slot in slots:
        if slot.linked:
            settle_linked(session, slot, now)
        offer_next(session, slot, now)
