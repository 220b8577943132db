"""The waiting list: who leaves makes room, the first who fits is offered it, and must say yes within set hours.

A place that is offered is held meanwhile, so nobody overtakes. Nothing is offered to the one who has just left, after
the cut-off (then the organiser decides), or against a person's limits; in quiet hours it is held, and told in the
morning (invariants 2 and 18).
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import TAKES_SIGN_UPS, Slot
from scheduler.errors import Conflict
from scheduler.participation import measure, places
from scheduler.participation.models import Participation
from scheduler.participation.standing import (
    Change,
    enter,
    hold_places,
    let_go_of_places,
    settle,
    settle_linked,
)


def leave(session: Session, row: Participation, state: str, change: Change, now: datetime) -> None:
    """Take a party out of its slot for good and offer what it held to those who wait. The slot must be locked."""
    row.is_offered, row.queue_no = False, None
    let_go_of_places(session, row)
    enter(session, row, state, change, now)
    if row.slot.linked:
        settle_linked(session, row.slot, now)
    offer_next(session, row.slot, now, passed_over=row.contact_id)


def take_over(session: Session, row: Participation, now: datetime) -> None:
    """Let a stand-in take the places of the sign-up that it replaces: the first is free in the same transaction.

    What the stand-in does not need is offered to others. Raise Conflict when somebody else was quicker, the first has
    left, or more people would come than there are places. The slot must be locked.
    """
    first = row.replaces
    assert first is not None, "only a stand-in takes over"
    session.refresh(first)
    if not first.comes or first.slot_id != row.slot_id:
        raise Conflict("stand_in_over")
    let_go_of_places(session, first)
    if not hold_places(session, row):
        raise Conflict("full", slot=row.slot.name)
    enter(session, first, "swapped", Change("swap", row.contact_id), now)
    offer_next(session, row.slot, now, passed_over=first.contact_id)


def offer_next(session: Session, slot: Slot, now: datetime, *, passed_over: int | None = None) -> int:
    """Offer free places to the first waiting parties that fit; return how many were offered. The slot must be locked.

    `passed_over` is the contact who has just left.
    """
    offered = 0
    if slot.occurrence.state not in TAKES_SIGN_UPS or now >= slot.cancel_until:
        return 0
    for row in waiting_for(session, slot.id):
        if slot.left <= 0:
            break
        if row.contact_id != passed_over and row.places <= slot.left and _offer(session, row, now):
            offered += 1
    return offered


def waiting_for(session: Session, slot_id: int) -> list[Participation]:
    """Return who waits for a place of a slot, the first first."""
    wanted = select(Participation).where(
        Participation.slot_id == slot_id, Participation.state == "waitlisted"
    )
    return list(session.scalars(wanted.order_by(Participation.queue_no, Participation.id)))


def _offer(session: Session, row: Participation, now: datetime) -> bool:
    slot = row.slot
    told_at = measure.awake_at(row.contact, slot, now)
    until = min(told_at + timedelta(hours=slot.offer_hours), slot.cancel_until)
    why_not = measure.why_not(session, row.contact, slot, now)
    if why_not is not None or until <= told_at or not hold_places(session, row):
        row.reason = why_not or row.reason
        return False
    row.is_offered, row.hold_until = True, until
    settle(session, row, Change("offer", told_at=told_at), now)
    return True


def accept(session: Session, row: Participation, now: datetime) -> None:
    """Say yes to an offered place; twice is the same as once. Raise Conflict when the offer is over."""
    places.lock(session, row.slot)
    session.refresh(row)
    if row.comes:
        return
    if row.state != "offered" or row.hold_until is None or row.hold_until <= now:
        raise Conflict("offer_over")
    row.is_offered, row.queue_no = False, None
    settle(session, row, Change("accept"), now)


def lapse(session: Session, row: Participation, now: datetime) -> bool:
    """End what was held and not confirmed in time; say whether it was. Locks the slot."""
    places.lock(session, row.slot)
    session.refresh(row)
    if row.hold_until is None or row.hold_until > now or not row.is_live:
        return False
    quiet = row.unproven and row.series_id is not None
    leave(session, row, "expired", Change("lapse", why=row.state, quiet=quiet), now)
    return True


def held_too_long(session: Session, now: datetime) -> list[int]:
    """Return the ids of sign-ups whose time to confirm is over."""
    wanted = select(Participation.id).where(Participation.hold_until <= now)
    return list(session.scalars(wanted.order_by(Participation.slot_id, Participation.id)))


def release(session: Session, slot: Slot, now: datetime) -> int:
    """Open the kept places of a slot whose time has come, to those who wait first. Locks the slot."""
    places.lock(session, slot)
    due = [share for share in places.kept_of(session, slot.id) if slot.share_ends_at(share) <= now]
    opened = sum(places.release_share(session, share, now) for share in due)
    session.refresh(slot, ["taken", "reserved"])
    offer_next(session, slot, now)
    return opened
