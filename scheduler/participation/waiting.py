"""The waiting list: who leaves makes room, the first who fits is offered it, and must say yes within set hours.

A place that is offered is held meanwhile, so nobody overtakes. Nothing is offered to the one who has just left, after
the cut-off (then the organiser decides), or against a person's limits; in quiet hours it is held, and told in the
morning (invariants 2 and 18).
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.models import TAKES_SIGN_UPS, Occurrence, Slot
from scheduler.errors import Conflict
from scheduler.notices.queries import was_never_tried
from scheduler.participation import measure, places
from scheduler.participation.models import PENDING, Participation
from scheduler.participation.standing import (
    Change,
    enter,
    fits,
    hold_places,
    is_new_here,
    let_go_of_places,
    remark,
    settle,
    settle_linked,
)

# Why a sign-up has ended that was offered a place too late for anybody to hear of it.
UNTOLD_OFFER = "offered_untold"


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


def trade_places(session: Session, row: Participation, now: datetime) -> bool:
    """Give the first-timers' places to whom they are for, in exchange for free ones, and take them from others.

    For a party whose address was just confirmed: until then nobody knew who it is. Where nothing else is free, it
    waits. Say whether anything was traded. The slot must be locked.
    """
    if not row.holds or row.organization_id is not None:
        return False
    is_new = is_new_here(session, row.contact_id, row.slot)
    if not (row.slot.reserved and row.kept_places < row.places if is_new else row.kept_places):
        return False
    let_go_of_places(session, row)
    overtakes = not is_new and would_overtake(session, row, now)
    if overtakes or not hold_places(session, row):
        row.queue_no = places.next_in_queue(session, row.slot_id)
    return True


def once_proven(session: Session, row: Participation) -> str:
    """Return how a sign-up will stand once its address is confirmed, where it has no place of its own.

    `applied`, `waitlisted`, `stand_in` where it gets that of another party unless somebody is quicker, or nothing: it
    has one, or takes part in a draw.
    """
    slot = row.slot
    if row.replaces_id is not None:
        return "stand_in"
    if slot.is_lottery:
        return ""
    if not row.holds:
        return "waitlisted" if row.queue_no is not None or slot.policy == "lottery" else "applied"
    is_lent = row.organization_id is None and row.kept_places > max(slot.left, 0)
    return "waitlisted" if is_lent and not is_new_here(session, row.contact_id, slot) else ""


def offer_next(session: Session, slot: Slot, now: datetime, *, passed_over: int | None = None) -> int:
    """Offer free places to the first waiting parties that fit; return how many were offered. The slot must be locked.

    `passed_over` is the contact who has just left.
    """
    offered = 0
    too_late = slot.occurrence.state not in TAKES_SIGN_UPS or now >= slot.cancel_until
    if too_late or places.is_full(slot):
        return 0
    for row in waiting_for(session, slot.id):
        if places.is_full(slot):
            break
        if row.contact_id != passed_over and fits(session, row) and _offer(session, row, now):
            offered += 1
    return offered


def would_overtake(session: Session, row: Participation, now: datetime) -> bool:
    """Say whether a newcomer would take a place for which somebody waits. The slot must be locked.

    Before the cut-off those do who can be offered one; after it, all whom there is room for: the organiser decides.
    """
    slot = row.slot
    if places.is_full(slot) or _is_kept_for(session, row):
        return False
    waiting = (one for one in waiting_for(session, slot.id) if fits(session, one))
    return any(now >= slot.cancel_until or _may_be_offered(session, one, now) for one in waiting)


def _is_kept_for(session: Session, row: Participation) -> bool:
    # Nobody else has a claim to the places that are kept for a body.
    if row.organization_id is None:
        return False
    share = places.share_for(session, row.slot, row.organization_id, first_time=False)
    return share is not None and share.remaining >= row.places


def _may_be_offered(session: Session, row: Participation, now: datetime) -> bool:
    told_at = measure.awake_at(row.contact, row.slot, now)
    return told_at < row.slot.cancel_until and measure.why_not(session, row.contact, row.slot, now) is None


def is_next(session: Session, row: Participation) -> bool:
    """Say whether a waiting party fits and nobody waits before it who does. The slot must be locked."""
    if row.state != "waitlisted" or row.slot.occurrence.state not in TAKES_SIGN_UPS:
        return False
    return next((one is row for one in waiting_for(session, row.slot_id) if fits(session, one)), False)


def waiting_for(session: Session, slot_id: int) -> list[Participation]:
    """Return who waits for a place of a slot, the first first."""
    wanted = select(Participation).where(
        Participation.slot_id == slot_id, Participation.state == "waitlisted"
    )
    in_order = wanted.order_by(Participation.queue_no, Participation.id)
    return list(session.scalars(in_order, execution_options=places.FRESH))


def _offer(session: Session, row: Participation, now: datetime) -> bool:
    slot = row.slot
    told_at, until = _time_to_answer(row, now)
    why_not = measure.why_not(session, row.contact, slot, now)
    if why_not is not None or until <= told_at or not hold_places(session, row):
        row.reason = why_not or row.reason
        return False
    row.is_offered, row.hold_until = True, until
    settle(session, row, Change("offer", told_at=told_at), now)
    return True


def accept(session: Session, row: Participation, now: datetime) -> None:
    """Say yes to an offered place; twice is the same as once. Raise Conflict when the offer is over."""
    places.lock_of(session, row)
    if row.holds and not row.is_offered:
        return
    if row.state != "offered" or row.hold_until is None or row.hold_until <= now:
        raise Conflict("offer_over")
    row.is_offered, row.queue_no = False, None
    settle(session, row, Change("accept"), now)


def lapse(session: Session, row: Participation, now: datetime) -> bool:
    """End what was held and not confirmed in time; say whether it was. Locks the slot.

    Nobody loses an offer that has never been told because the service stood still: its time begins anew.
    """
    places.lock_of(session, row)
    if row.hold_until is None or row.hold_until > now or row.state not in PENDING:
        return False
    untold = row.state == "offered" and was_never_tried(session, "offer", "participation", row.id)
    if untold and _offer_anew(session, row, now):
        return False
    quiet = row.unproven and row.series_id is not None
    why = UNTOLD_OFFER if untold else row.state
    leave(session, row, "expired", Change("lapse", why=why, quiet=quiet), now)
    return True


def _offer_anew(session: Session, row: Participation, now: datetime) -> bool:
    told_at, until = _time_to_answer(row, now)
    if until <= told_at:
        return False
    row.hold_until = until
    remark(session, row, Change("offer", told_at=told_at), now, before=row.state)
    return True


def _time_to_answer(row: Participation, now: datetime) -> tuple[datetime, datetime]:
    told_at = measure.awake_at(row.contact, row.slot, now)
    return told_at, min(told_at + timedelta(hours=row.slot.offer_hours), row.slot.cancel_until)


def held_too_long(session: Session, now: datetime) -> list[int]:
    """Return the ids of sign-ups whose time to confirm is over."""
    wanted = select(Participation.id).where(Participation.hold_until <= now, Participation.state.in_(PENDING))
    return list(session.scalars(wanted.order_by(Participation.slot_id, Participation.id)))


def slots_to_fill(session: Session, now: datetime) -> list[int]:
    """Return the ids of the slots where somebody waits for whom there may be room before the cut-off.

    Most places are offered when they become free; this finds them when it is the person or the date that has changed.
    """
    waits = select(Participation.id).where(
        Participation.slot_id == Slot.id,
        Participation.state == "waitlisted",
        Participation.places <= Slot.places - Slot.taken,
    )
    wanted = (
        select(Slot)
        .join(Slot.occurrence)
        .where(waits.exists(), Occurrence.state.in_(TAKES_SIGN_UPS), Occurrence.ends_at > now)
        .options(contains_eager(Slot.occurrence))
    )
    return [slot.id for slot in session.scalars(wanted.order_by(Slot.id)) if now < slot.cancel_until]


def fill(session: Session, slot: Slot, now: datetime) -> int:
    """Offer what is free to those who wait; return how many were offered. Locks the slot."""
    places.lock(session, slot)
    return offer_next(session, slot, now)


def release(session: Session, slot: Slot, now: datetime) -> int:
    """Open the kept places of a slot whose time has come, to those who wait first. Locks the slot."""
    places.lock(session, slot)
    due = [share for share in places.kept_of(session, slot.id) if slot.share_ends_at(share) <= now]
    opened = sum(places.release_share(session, share, now) for share in due)
    session.refresh(slot, ["taken", "reserved"])
    offer_next(session, slot, now)
    return opened
