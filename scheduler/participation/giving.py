"""Giving places on purpose: the draw at the deadline, and an organiser's yes, no or question."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot
from scheduler.db import claim
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.notices.actions import drop
from scheduler.participation import guards, places
from scheduler.participation.lottery import Draw, Entry, draw
from scheduler.participation.models import Participation
from scheduler.participation.standing import (
    Change,
    enter,
    hold_places,
    let_go_of_places,
    remark,
    settle,
    settle_linked,
    standing_now,
    stood,
    tell,
)
from scheduler.participation.waiting import leave, offer_next
from scheduler.text import fitting


def lotteries_due(session: Session, now: datetime) -> list[int]:
    """Return the ids of the slots whose lottery has closed and is not drawn."""
    wanted = (
        select(Slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .where(
            Slot.policy == "lottery",
            Slot.drawn_at.is_(None),
            Activity.state == "published",
            Occurrence.state.in_(TAKES_SIGN_UPS),
            Occurrence.ends_at > now,
            Occurrence.starts_at < now + timedelta(days=400),
        )
        .options(contains_eager(Slot.occurrence))
        .order_by(Slot.id)
    )
    return [slot.id for slot in session.scalars(wanted) if slot.closes_at <= now]


def draw_lots(session: Session, slot: Slot, now: datetime) -> Draw | None:
    """Draw a slot's lottery and tell everybody the result; None when it was drawn before. Locks the slot.

    Whoever has not confirmed the address by now is not in it; families stay together.
    """
    places.lock(session, slot)
    undrawn = update(Slot).where(Slot.id == slot.id, Slot.drawn_at.is_(None))
    if not claim(session, undrawn.values(drawn_at=now)):
        return None
    session.refresh(slot, ["drawn_at"])
    rows = {row.id: row for row in applied_to(session, slot.id)}
    result = draw(slot.draw_seed, (Entry(row.id, row.places) for row in rows.values()), slot.left)
    _give_drawn(session, [rows[entry.number] for entry in (*result.drawn, *result.waiting)], now)
    return result


def _give_drawn(session: Session, in_order: list[Participation], now: datetime) -> None:
    for queue_no, row in enumerate(in_order, start=1):
        if not hold_places(session, row):
            row.queue_no = queue_no
        settle(session, row, Change("draw"), now)


def applied_to(session: Session, slot_id: int) -> list[Participation]:
    """Return who has applied for a slot and has no answer yet, the first first."""
    wanted = select(Participation).where(Participation.slot_id == slot_id, Participation.state == "applied")
    return list(session.scalars(wanted.order_by(Participation.id), execution_options=places.FRESH))


def approve(
    session: Session, row: Participation, by_id: int, now: datetime, *, or_wait: bool = False
) -> None:
    """Say yes to a party that applied or waits; twice is the same as once.

    Raise Conflict when there are not enough places, unless it may wait for them.
    """
    places.lock_of(session, row)
    if row.holds:
        return
    if row.state not in {"applied", "waitlisted"}:
        raise Conflict("already_answered")
    before = stood(row)
    if hold_places(session, row):
        row.queue_no = None
    elif or_wait:
        row.queue_no = places.next_in_queue(session, row.slot_id) if row.queue_no is None else row.queue_no
    else:
        raise Conflict("full", slot=row.slot.name)
    settle(session, row, Change("approve", by_id, facts=before), now)


def take_back_yes(
    session: Session, row: Participation, by_id: int, now: datetime, undo: Mapping[str, Any]
) -> None:
    """Undo a yes: the party waits for its answer, or for a place, as it did before. Locks the slot.

    `undo` is how it stood, and whatever else shall be recorded.
    """
    places.lock_of(session, row)
    let_go_of_places(session, row)
    row.queue_no, row.is_offered = undo["queue_no"], False
    enter(session, row, standing_now(session, row), Change("take_back_yes", by_id, facts=undo), now)
    if row.slot.linked:
        settle_linked(session, row.slot, now)
    offer_next(session, row.slot, now, passed_over=row.contact_id)


def decline(session: Session, row: Participation, reason: str, by_id: int, now: datetime) -> None:
    """Say no to a party that applied or waits, with a reason that it is told."""
    places.lock_of(session, row)
    if row.state == "declined":
        return
    if row.state not in {"applied", "waitlisted"}:
        raise Conflict("already_answered")
    change = Change("decline", by_id, _reason(reason), facts=stood(row))
    leave(session, row, "declined", change, now)


def ask_back(session: Session, row: Participation, question: str, by_id: int, now: datetime) -> None:
    """Ask a party something before it gets an answer; it replies on its own page."""
    places.lock_of(session, row)
    if row.state not in {"applied", "waitlisted"}:
        raise Conflict("already_answered")
    words = _reason(question)
    remark(session, row, Change("ask", by_id, words), now, before=row.state)
    tell(session, row, "asked", now, body=words)


def reply(session: Session, row: Participation, answer: str, now: datetime) -> None:
    """Answer what the organiser asked; it stands in the note that the organiser sees."""
    places.lock_of(session, row)
    if not row.is_live:
        raise Conflict("hold_over")
    row.note = _reason(answer)
    # Not in the record, which is never erased: what somebody says of oneself.
    remark(session, row, Change("reply", None), now, before=row.state)


def remove(session: Session, row: Participation, reason: str, by_id: int, now: datetime) -> None:
    """Take a party out of its slot, with a reason that it is told; twice is the same as once."""
    places.lock_of(session, row)
    if row.is_live:
        change = Change("remove", by_id, _reason(reason), facts=stood(row))
        leave(session, row, "declined", change, now)


def take_out(
    session: Session, row: Participation, by_id: int, now: datetime, undo: Mapping[str, Any]
) -> None:
    """Undo an entry by proxy: the party was entered by mistake. Locks the slot."""
    places.lock_of(session, row)
    if row.is_live:
        leave(session, row, "cancelled", Change("take_out", by_id, facts=undo), now)


def take_back_in(
    session: Session,
    row: Participation,
    by_id: int | None,
    now: datetime,
    undo: Mapping[str, Any] | None = None,
    *,
    verb: str = "take_back_in",
) -> None:
    """Undo that a party was removed or declined, or cannot come: it has its place where one is free, else it waits.

    Locks the slot. Who had applied and has no answer yet has applied again; who waited waits again. `undo` is recorded
    with it.
    """
    slot = places.lock_of(session, row)
    if row.is_live:
        return
    if guards.is_in(session, row, slot.id):
        raise Conflict("already_signed_up")
    gone = changes_of(session, "participation", row.id)[-1]
    before = {"held": True, "queue_no": None} | gone.facts
    row.queue_no = before["queue_no"]
    if before["held"] and not hold_places(session, row):
        row.queue_no = places.first_in_queue(session, slot.id) - 1
    state = standing_now(session, row)
    # Who has not heard that the sign-up was over needs no word that it is not: the letter before is right again.
    unheard = state == gone.before and bool(
        drop(session, "participation", row.id, ("withdrawn",), "superseded")
    )
    enter(session, row, state, Change(verb, by_id, facts=undo or {}, quiet=unheard), now)
    if slot.linked:
        settle_linked(session, slot, now)
    offer_next(session, slot, now)


def _reason(typed: str) -> str:
    reason = fitting(typed, 400, lines=True)
    if not reason:
        raise Invalid("reason_missing")
    return reason
