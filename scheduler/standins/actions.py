"""Look for a stand-in, stop looking, ask those who wait, and take over.

Until somebody takes over, the first stays responsible; where the activity says that whoever cannot come is free at
once, there is no search: the place goes back, and to those who wait.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scheduler.db import insert_once
from scheduler.errors import Conflict, Invalid
from scheduler.notices.actions import Telling, queue
from scheduler.participation import actions as sign_ups
from scheduler.participation import measure, places
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.participation.standing import Change, settle
from scheduler.participation.waiting import leave, take_over, waiting_for
from scheduler.parties.tokens import new_token
from scheduler.standins.models import WAYS, StandIn
from scheduler.standins.queries import search_for, unproven_stand_ins


def seek(session: Session, row: Participation, way: str, now: datetime) -> StandIn:
    """Begin to look for a stand-in; another way than before replaces the search that runs.

    Raise Conflict when the part has begun, the party does not come anyway, or nobody waits who could be asked.
    """
    if way not in WAYS:
        raise Invalid("choice_unknown")
    places.lock(session, row.slot)
    session.refresh(row)
    if row.slot.starts_at <= now:
        raise Conflict("already_begun")
    if not row.comes:
        raise Conflict("already_answered")
    running = search_for(session, row.id)
    if running is not None and running.way == way:
        return running
    stop(session, row, now)
    values = {"participation_id": row.id, "way": way, "salt": new_token(), "created_at": now}
    new_id = insert_once(session, StandIn, values)
    if new_id is None:
        raise Conflict("already_answered")
    search = session.get_one(StandIn, new_id)
    if way == "waiting" and not ask_next(session, search, now):
        raise Conflict("nobody_waits")
    return search


def stop(session: Session, row: Participation, now: datetime) -> None:
    """Stop looking: the party comes after all, or has left. Twice is the same as once.

    Whoever was about to take over and has not confirmed the address yet is told that it is not needed any more.
    """
    running = search_for(session, row.id)
    if running is not None:
        running.ended_at, running.asked_id, running.asked_until = now, None, None
        session.flush()
    if row.comes:
        for other in unproven_stand_ins(session, row.id):
            leave(session, other, "expired", Change("stop", why="came_after_all"), now)


def take(session: Session, search: StandIn, sign_up: SignUp, now: datetime) -> Participation:
    """Take over as a stand-in who is known: the first is free in the same transaction, and both are told.

    Raise Conflict when somebody was quicker, and whatever signing up for that part raises.
    """
    _still_open(session, search, now)
    yes = replace(sign_up, by_organiser=True, replaces_id=search.participation_id)
    made = sign_ups.join(session, search.participation.slot, yes, now)
    return _taken(session, search, made, now)


def take_as_stranger(
    session: Session, search: StandIn, stranger: sign_ups.Stranger, sign_up: SignUp, now: datetime
) -> Participation:
    """Take over as somebody who is not signed in; by e-mail it is sure once the address is confirmed."""
    _still_open(session, search, now)
    yes = replace(sign_up, by_organiser=True, replaces_id=search.participation_id)
    made = sign_ups.join_as_stranger(session, search.participation.slot, stranger, yes, now)
    if not stranger.is_proven and made.replaces_id != search.participation_id:
        # Signed up already: that is told to the mailbox, not to whoever typed the address.
        return made
    return _taken(session, search, made, now)


def _still_open(session: Session, search: StandIn, now: datetime) -> None:
    places.lock(session, search.participation.slot)
    session.refresh(search)
    session.refresh(search.participation)
    if not search.is_open or search.participation.slot.starts_at <= now:
        raise Conflict("stand_in_over")


def _taken(session: Session, search: StandIn, made: Participation, now: datetime) -> Participation:
    if made.replaces_id != search.participation_id:
        raise Conflict("already_signed_up")
    session.refresh(search.participation)
    if not search.participation.comes:
        stop(session, search.participation, now)
    return made


def ask_next(session: Session, search: StandIn, now: datetime) -> bool:
    """Ask the next waiting party that fits to take over; say whether there was one. The slot must be locked."""
    for row in _candidates(session, search.participation)[search.asked_count :]:
        search.asked_count += 1
        if _ask(session, search, row, now):
            return True
    search.asked_id, search.asked_until = None, None
    session.flush()
    return False


def somebody_waits(session: Session, first: Participation, now: datetime) -> bool:
    """Say whether anybody waits who could be asked to take over from a party."""
    waiting = _candidates(session, first)
    return any(measure.why_not(session, row.contact, row.slot, now) is None for row in waiting)


def _candidates(session: Session, first: Participation) -> list[Participation]:
    waiting = waiting_for(session, first.slot_id)
    return [row for row in waiting if row.places <= first.places and row.contact_id != first.contact_id]


def _ask(session: Session, search: StandIn, row: Participation, now: datetime) -> bool:
    slot = row.slot
    told_at = measure.awake_at(row.contact, slot, now)
    until = min(told_at + timedelta(hours=slot.offer_hours), slot.starts_at)
    if until <= told_at or measure.why_not(session, row.contact, slot, now) is not None:
        return False
    search.asked_id, search.asked_until = row.id, until
    session.flush()
    telling = Telling("stand_in_asked", "stand_in", search.id, search.asked_count, told_at, until, 1)
    queue(session, telling, [row.contact_id], now)
    return True


def accept(session: Session, search: StandIn, row: Participation, now: datetime) -> None:
    """Say yes as the waiting party that was asked; twice is the same as once."""
    places.lock(session, row.slot)
    session.refresh(search)
    session.refresh(row)
    if row.comes and row.replaces_id == search.participation_id:
        return
    in_time = search.asked_until is not None and search.asked_until > now
    if not search.is_open or search.asked_id != row.id or not in_time:
        raise Conflict("offer_over")
    row.replaces_id, row.queue_no = search.participation_id, None
    take_over(session, row, now)
    settle(session, row, Change("accept"), now)
    stop(session, search.participation, now)


def pass_on(session: Session, search: StandIn, row: Participation, now: datetime) -> None:
    """Say no as the waiting party that was asked: the next is asked, and this one goes on waiting."""
    places.lock(session, row.slot)
    session.refresh(search)
    if search.asked_id == row.id:
        ask_next(session, search, now)


def ask_again(session: Session, search_id: int, now: datetime) -> None:
    """Ask the next party where the last has let the time pass; end what nobody needs any more. Locks the slot."""
    search = session.get_one(StandIn, search_id)
    places.lock(session, search.participation.slot)
    session.refresh(search)
    if not search.is_open:
        stop(session, search.participation, now)
    elif search.asked_until is not None and search.asked_until <= now:
        ask_next(session, search, now)
