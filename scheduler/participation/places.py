"""The places of a slot: taking them, giving them back, keeping some for a body or for first-timers.

Nothing else changes a slot's counters. The rule sits on the write: one conditional UPDATE takes places, and a changed
row means that they are yours (invariant 1). Whoever changes who has a place locks the slot first, so that nobody
overtakes those who wait.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, contains_eager
from sqlalchemy.sql.selectable import ForUpdateArg

from scheduler.activities.models import Occurrence, Slot, SlotShare
from scheduler.db import claim
from scheduler.errors import NotFound
from scheduler.participation.models import Participation

_SHARED = ForUpdateArg(read=True)
# For rows that this session may have read before it had the lock.
FRESH = {"populate_existing": True}


def lock(session: Session, *slots: Slot) -> None:
    """Let one after the other change who has a place in these slots, and in the ones that they are linked with.

    The dates first, shared, so that a decision about them comes before or after, then the slots in the order of their
    ids (PostgreSQL); on SQLite the writing transaction is alone anyway. Raise NotFound where the date is gone.
    """
    for occurrence in sorted({slot.occurrence for slot in slots}, key=lambda date: date.id):
        _lock_date(session, occurrence)
    if any(slot.linked for slot in slots):
        _lock_linked(session, slots)
    for slot in sorted(slots, key=lambda slot: slot.id):
        session.refresh(slot, ["taken", "reserved", "places", "drawn_at"], with_for_update=True)


def _lock_date(session: Session, occurrence: Occurrence) -> None:
    try:
        session.refresh(occurrence, ["state", "starts_at", "ends_at", "revision"], _SHARED)
    except InvalidRequestError as error:
        # At this very moment its activity has become a draft again.
        raise NotFound from error


def _lock_linked(session: Session, slots: Collection[Slot]) -> None:
    # All of them in one go and in order: whoever comes for the others first would wait for us, and we for them.
    dates = [slot.occurrence_id for slot in slots if slot.linked]
    linked = Slot.linked & Slot.occurrence_id.in_(dates)
    wanted = select(Slot.id).where(or_(Slot.id.in_([slot.id for slot in slots]), linked))
    session.execute(wanted.order_by(Slot.id).with_for_update()).all()


def lock_of(session: Session, row: Participation, *others: Slot) -> Slot:
    """Lock the slot that a party is in, and others; read the sign-up anew and return its slot.

    Whoever waited for the lock may find the party moved to another slot, which is locked then too.
    """
    slot = row.slot
    lock(session, slot, *others)
    session.refresh(row)
    return slot if row.slot_id == slot.id else lock_of(session, row, *others)


def is_full(slot: Slot) -> bool:
    """Say whether there is no place left for anybody, not even a kept one. Sure only while the slot is locked."""
    return slot.taken >= slot.places


@dataclass(frozen=True)
class Taken:
    """Where places came from: so many of them out of a share."""

    share_id: int | None = None
    kept: int = 0


def take_places(session: Session, slot_id: int, places: int, kept: int = 0) -> bool:
    """Take places of a slot where there are so many left; the one function that does (invariant 1).

    `kept` of them are of those that were kept for this party.
    """
    enough = update(Slot).where(
        Slot.id == slot_id, Slot.taken + Slot.reserved + places - kept <= Slot.places, Slot.reserved >= kept
    )
    return claim(session, enough.values(taken=Slot.taken + places, reserved=Slot.reserved - kept))


def take(
    session: Session, slot: Slot, places: int, share: SlotShare | None, *, free_first: bool = False
) -> Taken | None:
    """Take places, as many as possible out of the share; None when there are not enough. The slot must be locked.

    With `free_first`, only those come out of the share that are not free for everybody.
    """
    wanted = max(places - max(slot.left, 0), 0) if free_first else places
    kept = min(share.remaining, wanted) if share is not None else 0
    if not take_places(session, slot.id, places, kept):
        return None
    if share is None or kept == 0:
        return Taken()
    _use_share(session, share.id, -kept)
    return Taken(share.id, kept)


def give_back(session: Session, slot_id: int, taken: Taken, places: int) -> None:
    """Give places back; those of a share that is still kept go back into it. The slot must be locked."""
    kept = kept_again(session, taken.share_id, taken.kept)
    if taken.share_id is not None and kept:
        _use_share(session, taken.share_id, kept)
    values = {"taken": Slot.taken - places, "reserved": Slot.reserved + kept}
    _change(session, slot_id, values)


def kept_again(session: Session, share_id: int | None, kept: int) -> int:
    """Return how many places out of a share go back into it: none once it has been opened to everybody."""
    share = session.get(SlotShare, share_id) if share_id is not None else None
    return kept if share is not None and share.released_at is None else 0


def set_places(session: Session, slot_id: int, places: int) -> bool:
    """Set how many places a slot has, unless more are taken or kept; say whether it was possible."""
    enough = update(Slot).where(Slot.id == slot_id, Slot.taken + Slot.reserved <= places)
    return claim(session, enough.values(places=places))


def share_for(
    session: Session, slot: Slot, organization_id: int | None, *, first_time: bool
) -> SlotShare | None:
    """Return what is kept of the slot for this party: its body's share, or the first-timers'.

    The slot must be locked; what was read of the share before that is read anew.
    """
    if not slot.reserved:
        return None
    wanted = select(SlotShare).where(SlotShare.slot_id == slot.id, SlotShare.remaining > 0)
    wanted = wanted.execution_options(populate_existing=True)
    if organization_id is not None:
        return session.scalar(wanted.where(SlotShare.organization_id == organization_id))
    return session.scalar(wanted.where(SlotShare.organization_id.is_(None))) if first_time else None


def release_share(session: Session, share: SlotShare, now: datetime) -> int:
    """Open what is still kept to everybody; return how many places that were. The slot must be locked."""
    session.refresh(share)
    if share.released_at is not None:
        return 0
    opened = share.remaining
    share.remaining = 0
    share.released_at = now
    _change(session, share.slot_id, {"reserved": Slot.reserved - opened})
    return opened


def kept_of(session: Session, slot_id: int) -> list[SlotShare]:
    """Return the shares of a slot that are still kept."""
    wanted = select(SlotShare).where(SlotShare.slot_id == slot_id, SlotShare.released_at.is_(None))
    return list(session.scalars(wanted.order_by(SlotShare.id)))


def slots_to_release(session: Session, now: datetime) -> list[int]:
    """Return the ids of the slots with kept places whose time has come."""
    wanted = (
        select(SlotShare, Slot)
        .join(Slot, Slot.id == SlotShare.slot_id)
        .join(Slot.occurrence)
        .where(SlotShare.released_at.is_(None), Occurrence.ends_at > now)
        .options(contains_eager(Slot.occurrence))
    )
    rows = session.execute(wanted.order_by(Slot.id)).all()
    return list(dict.fromkeys(slot.id for share, slot in rows if slot.share_ends_at(share) <= now))


def next_in_queue(session: Session, slot_id: int) -> int:
    """Return the number of the next party that waits for this slot. The slot must be locked."""
    last = session.scalar(select(func.max(Participation.queue_no)).where(Participation.slot_id == slot_id))
    return (last or 0) + 1


def first_in_queue(session: Session, slot_id: int) -> int:
    """Return the lowest number of those who wait for this slot, 0 at most. The slot must be locked."""
    first = session.scalar(select(func.min(Participation.queue_no)).where(Participation.slot_id == slot_id))
    return min(first or 0, 0)


def _use_share(session: Session, share_id: int, more: int) -> None:
    statement = update(SlotShare).where(SlotShare.id == share_id)
    session.execute(
        statement.values(remaining=SlotShare.remaining + more).execution_options(synchronize_session="fetch")
    )


def _change(session: Session, slot_id: int, values: Mapping[str, object]) -> None:
    statement = update(Slot).where(Slot.id == slot_id).values(**values)
    session.execute(statement.execution_options(synchronize_session=False))
