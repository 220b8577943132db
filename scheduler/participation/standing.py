"""How a sign-up stands: its state follows from what is still missing, and each change is recorded and told.

Nobody sets a state by hand. `settle` works it out, writes it down, and tells the party when it has become another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence, Slot, SlotShare
from scheduler.config import Settings
from scheduler.history import StateChange, record
from scheduler.notices.actions import Telling, drop, queue
from scheduler.notices.queries import is_about_to_be_told, people_told
from scheduler.participation import places
from scheduler.participation.models import Participation

# An address that nobody has confirmed holds its place so long, as it is set; a guardian has longer to say yes.
UNPROVEN_HOLDS = Settings.from_environment().hold
GUARDIAN_HOLDS = timedelta(hours=72)
# What the tick of attendance has settled is not worked out any more.
AFTER_THE_DATE = ("checked_in", "done", "absent")

# Which letter tells the party that its sign-up has come into this state, and which one when that was done to it.
LETTERS = {
    "unverified": "verify",
    "awaiting_guardian": "awaiting_guardian",
    "awaiting_helpers": "awaiting_helpers",
    "applied": "applied",
    "waitlisted": "waiting",
    "offered": "offer",
    "pledged": "joined",
    "confirmed": "joined",
    "cancelled": "withdrawn",
    "declined": "declined",
    "expired": "expired",
    "swapped": "swapped",
}
# These ask for an answer, which another letter would hide.
_ASKING = ("verify", "offer")
LETTERS_OF_VERBS = {"people": "number", "remove": "removed", "move": "moved", "take_out": "taken_out"}
# Who waits loses nothing by hearing of it some minutes later.
SECOND_THOUGHTS = timedelta(minutes=3)
_KEYED_IN = ("join", "people")
# What a group does itself about its people is told when all are named or a guardian's yes is missing, not each time.
_NAMING = ("name", "unname", "people", "consent")
_LETTERS_OF_NAMING = {"confirmed": "named", "awaiting_guardian": "awaiting_guardian"}


@dataclass(frozen=True)
class Change:
    """What is done to a sign-up, by whom (None: the clock, or the party itself), and why.

    The letter goes out at once, or at `told_at` where that would be in somebody's quiet hours; a `quiet` change is told
    by whoever makes it, together with others. `facts` is what is needed to take it back.
    """

    verb: str
    by_id: int | None = None
    why: str = ""
    told_at: datetime | None = None
    quiet: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def stood(row: Participation) -> dict[str, Any]:
    """Return how a party stands now, for whoever takes back what is done next; an offer is no place yet."""
    return {"held": row.holds and not row.is_offered, "queue_no": row.queue_no}


def standing(row: Participation, *, helped: bool) -> str:
    """Return the state that follows from the facts of a live sign-up; `helped` says whether its helpers are there."""
    if row.unproven:
        return "unverified"
    if not row.holds:
        return "applied" if row.queue_no is None else "waitlisted"
    if row.is_offered:
        return "offered"
    # While a pledge is not all named, an adult may still be.
    all_named = not row.is_pledge or row.named >= row.people
    if all_named and lacks_guardian(row):
        return "awaiting_guardian"
    if not helped:
        return "awaiting_helpers"
    return "confirmed" if all_named else "pledged"


def lacks_guardian(row: Participation) -> bool:
    """Say whether children come whom no adult accompanies and for whom no guardian has said yes (invariant 5)."""
    return row.has_minors and not row.has_grown_up and row.consent_id is None


def settle(session: Session, row: Participation, change: Change, now: datetime) -> None:
    """Bring a live sign-up into the state that follows from its facts; tell the party when that is another one.

    The slot must be locked. What hangs on this slot is settled with it.
    """
    _settle_one(session, row, change, now, helped=_is_helped(session, row))
    if row.slot.linked:
        settle_linked(session, row.slot, now)


def standing_now(session: Session, row: Participation) -> str:
    """Return the state that follows from a sign-up's facts at this moment."""
    return standing(row, helped=_is_helped(session, row))


def settle_linked(session: Session, slot: Slot, now: datetime) -> None:
    """Settle the seats that need this slot, or all seats of this slot: the first ones get the helpers (invariant 7)."""
    for other in slot.occurrence.slots:
        if other.needs and (other is slot or any(need["position"] == slot.position for need in other.needs)):
            _settle_seats(session, other, now)


def _settle_seats(session: Session, slot: Slot, now: datetime) -> None:
    left = _seats_with_helpers(session, slot)
    wanted = select(Participation).where(Participation.slot_id == slot.id, Participation.holds)
    for row in session.scalars(wanted.order_by(Participation.id), execution_options=places.FRESH):
        left -= row.places
        _settle_one(session, row, Change("helpers"), now, helped=left >= 0)


def _is_helped(session: Session, row: Participation) -> bool:
    if not row.slot.needs:
        return True
    before = select(func.coalesce(func.sum(Participation.places), 0)).where(
        Participation.slot_id == row.slot_id, Participation.holds, Participation.id < row.id
    )
    return (session.scalar(before) or 0) + row.places <= _seats_with_helpers(session, row.slot)


def _seats_with_helpers(session: Session, slot: Slot) -> int:
    there = {other.position: other.id for other in slot.occurrence.slots}
    seats = (_helpers(session, there[need["position"]]) // int(need["per_place"]) for need in slot.needs)
    return min(seats)


def _helpers(session: Session, slot_id: int) -> int:
    sure = ("pledged", "confirmed", "checked_in", "done")
    wanted = select(func.coalesce(func.sum(Participation.people), 0))
    return session.scalar(wanted.where(Participation.slot_id == slot_id, Participation.state.in_(sure))) or 0


def _settle_one(session: Session, row: Participation, change: Change, now: datetime, *, helped: bool) -> None:
    if not row.is_live or row.state in AFTER_THE_DATE:
        return
    after = standing(row, helped=helped)
    if row.revision > 0 and after == row.state:
        return
    enter(session, row, after, change, now)


def enter(session: Session, row: Participation, state: str, change: Change, now: datetime) -> None:
    """Write a state down with its record, its deadline and its letter."""
    before = row.state if row.revision > 0 else None
    row.hold_until = _deadline(row, state, now)
    row.state, row.reason = state, change.why[:400]
    remark(session, row, change, now, before=before)
    if not change.quiet:
        _tell_state(session, row, change, now, before)


def _tell_state(
    session: Session, row: Participation, change: Change, now: datetime, before: str | None
) -> None:
    letter = _letter(session, row, change, before)
    if change.verb == "take_out" and _has_not_heard(session, row):
        return
    # Who is to connect LINE has no mailbox to confirm, and reads on the page what to do.
    if letter is not None and (letter != "verify" or row.contact.email is not None):
        _tell_once(session, row, letter, change.told_at or _after_second_thoughts(row, change, now))
    if row.state == "awaiting_guardian" and row.guardian_id is not None:
        tell(session, row, "guardian", now, to_id=row.guardian_id)


def _has_not_heard(session: Session, row: Participation) -> bool:
    """Take back the word that somebody waits; say whether it was the first of them, and had not gone out yet."""
    kinds = ("waiting",)
    was_coming = drop(session, "participation", row.id, kinds, "superseded") > 0
    return was_coming and not people_told(session, "participation", row.id, kinds)


def _tell_once(session: Session, row: Participation, letter: str, at: datetime) -> None:
    # One that has not gone out yet would say the same: it is read from the sign-up when it is sent.
    if row.revision > 1:
        drop(session, "participation", row.id, (letter,), "superseded", person_ids=[row.contact_id])
    tell(session, row, letter, at)


def _after_second_thoughts(row: Participation, change: Change, now: datetime) -> datetime:
    """Return when who waits, or has said that they cannot come, is told so: once, when it may have been mended."""
    by_proxy = change.by_id is not None and change.by_id != row.contact_id
    is_keyed_in = by_proxy and row.state == "waitlisted" and change.verb in _KEYED_IN
    is_own_no = not by_proxy and change.verb == "withdraw"
    return now + SECOND_THOUGHTS if is_keyed_in or is_own_no else now


def _letter(session: Session, row: Participation, change: Change, before: str | None) -> str | None:
    own = change.by_id is None or change.by_id == row.contact_id
    if row.is_pledge and own and change.verb in _NAMING:
        return _LETTERS_OF_NAMING.get(row.state)
    usual = LETTERS[row.state]
    if change.verb == "people" and (before != row.state or usual in _ASKING):
        return usual
    # Where the first word has not gone out yet, it says the new number by itself.
    if change.verb == "people" and _is_coming(session, row, usual):
        return usual
    return LETTERS_OF_VERBS.get(change.verb, usual)


def _is_coming(session: Session, row: Participation, letter: str) -> bool:
    return is_about_to_be_told(session, letter, "participation", row.id)


def remark(
    session: Session, row: Participation, change: Change, now: datetime, *, before: str | None = None
) -> None:
    """Record that something was done or said about a sign-up; what is told of it is a new letter."""
    row.changed_at = now
    row.revision += 1
    session.flush()
    _record(session, row, change, before, now)


def hold_ends(slot: Slot, now: datetime) -> datetime:
    """Return until when a place would be held for whoever types an address now."""
    # Whom the organiser lets in after the start has until the end.
    return min(now + UNPROVEN_HOLDS, slot.starts_at if now < slot.starts_at else slot.ends_at)


def _deadline(row: Participation, state: str, now: datetime) -> datetime | None:
    # Whom the organiser lets in after the start has until the end.
    latest = row.slot.starts_at if now < row.slot.starts_at else row.slot.ends_at
    if state == "unverified":
        return row.hold_until or hold_ends(row.slot, now)
    if state == "awaiting_guardian":
        # One who is under age must not cost a whole group its places.
        return None if row.is_pledge else min(now + GUARDIAN_HOLDS, latest)
    return row.hold_until if state == "offered" else None


def tell(
    session: Session,
    row: Participation,
    kind: str,
    at: datetime,
    *,
    to_id: int | None = None,
    body: str = "",
) -> None:
    """Queue the letter that says how a sign-up stands, to its contact unless it is for another.

    Once for each change of it. `body` is an organiser's words.
    """
    until = row.slot.occurrence.ends_at
    key = (kind, "participation", row.id, row.revision)
    telling = Telling(*key, at, deadline_at=until, priority=1, body=body)
    queue(session, telling, [to_id if to_id is not None else row.contact_id], at)


def tell_again(session: Session, row: Participation, now: datetime) -> None:
    """Say to who signs up again that it has, or ask once more what was asked; at most once in a quarter of an hour.

    What has not gone out yet is enough for a second tap.
    """
    letter, quarter = LETTERS.get(row.state), int(now.timestamp() // 900)
    if letter is not None and not _is_coming(session, row, letter):
        kind = letter if letter in _ASKING else "already"
        telling = Telling(kind, "participation", row.id, quarter, now, row.slot.occurrence.ends_at, 1)
        queue(session, telling, [row.contact_id], now)


def _record(session: Session, row: Participation, change: Change, before: str | None, now: datetime) -> None:
    by_proxy = change.by_id is not None and change.by_id != row.contact_id
    record(
        session,
        StateChange(
            at=now,
            subject="participation",
            subject_id=row.id,
            verb=change.verb,
            before=before,
            after=row.state,
            by_id=change.by_id if change.by_id is not None else row.contact_id,
            on_behalf_of=f"person:{row.contact_id}" if by_proxy else None,
            why=change.why,
            facts=dict(change.facts),
        ),
    )


def hold_places(session: Session, row: Participation) -> bool:
    """Take the party's places, its own share first; say whether there were enough. The slot must be locked.

    Who has not confirmed the address may be anybody: the places for first-timers are held where no other is free, and
    whether they are for this party shows when the mailbox has answered (`waiting.trade_places`).
    """
    slot = row.slot
    is_anybody = row.unproven and row.organization_id is None
    taken = places.take(session, slot, row.places, kept_for(session, row), free_first=is_anybody)
    if taken is None:
        return False
    row.holds, row.share_id, row.kept_places = True, taken.share_id, taken.kept
    session.flush()
    session.refresh(slot, ["taken", "reserved"])
    return True


def kept_for(session: Session, row: Participation) -> SlotShare | None:
    """Return what is kept of the slot for this party: its body's share, or the first-timers'."""
    slot = row.slot
    first_time = bool(slot.reserved) and (row.unproven or is_new_here(session, row.contact_id, slot))
    return places.share_for(session, slot, row.organization_id, first_time=first_time)


def fits(session: Session, row: Participation) -> bool:
    """Say whether there are enough places for all of a party: free for everybody, or kept for it."""
    share = kept_for(session, row)
    return row.places - (share.remaining if share is not None else 0) <= row.slot.left


def let_go_of_places(session: Session, row: Participation) -> None:
    """Give the party's places back, if it holds any. The slot must be locked."""
    if not row.holds:
        return
    places.give_back(session, row.slot_id, places.Taken(row.share_id, row.kept_places), row.places)
    row.holds, row.share_id, row.kept_places = False, None, 0
    session.flush()
    session.refresh(row.slot, ["taken", "reserved"])


def is_new_here(session: Session, person_id: int, slot: Slot) -> bool:
    """Say whether this person has never come to this body's activities (E5)."""
    came = (
        select(Participation.id)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .where(
            Activity.organization_id == slot.occurrence.activity.organization_id,
            Participation.contact_id == person_id,
            Participation.contact_comes,
            Participation.state.in_(("checked_in", "done")),
        )
    )
    return session.scalar(came.limit(1)) is None
