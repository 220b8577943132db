"""Asking people again whether they come after all: their date has moved or was joined with another.

Whoever is asked keeps the place; silence means yes. `ask_again` marks the sign-ups in the transaction of the cause, and
the caller's letter carries the question (`notices/again.txt`). The own page, the page of the sign-up and the board
show it until `answer`, or until the part begins.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.participation import places
from scheduler.participation.actions import withdraw
from scheduler.participation.models import GONE, Participation
from scheduler.participation.standing import Change, remark, stood
from scheduler.participation.waiting import leave

# Why people are asked: something else of theirs is at the new time; their date moved; postponed; joined with another.
REASONS = ("clash", "moved", "postponed", "merged")
ANSWERS = ("yes", "cannot")


def ask_again(
    session: Session, rows: Iterable[Participation], reason: str, by_id: int | None, now: datetime
) -> set[int]:
    """Mark live sign-ups as asked again, on record; return the ids of the people to write to, once each.

    Sign-ups that are gone stay untouched. Nothing is sent here.
    """
    if reason not in REASONS:
        raise Invalid("choice_unknown")
    asked = [row for row in rows if row.state not in (*GONE, "unverified")]
    for row in asked:
        row.asked_again, row.asked_again_at = reason, now
        facts = {"reason": reason}
        record(session, _change(row, "ask_again", by_id, now, facts))
    session.flush()
    return {row.contact_id for row in asked}


def stop_asking(session: Session, occurrence_ids: Collection[int], asked_at: datetime) -> None:
    """Take back what was asked at dates at that moment: its cause was taken back. Answers given stay given."""
    slots = select(Slot.id).where(Slot.occurrence_id.in_(occurrence_ids))
    asked = update(Participation).where(
        Participation.slot_id.in_(slots), Participation.asked_again_at == asked_at
    )
    session.execute(asked.values(asked_again="").execution_options(synchronize_session=False))


def answer(session: Session, row: Participation, said: str, by_id: int | None, now: datetime) -> None:
    """Write down whether a party comes after all; twice is the same as once. Who cannot come leaves the place.

    Whoever was asked may say no after the cut-off, too. Raise Conflict once the part has begun or the sign-up is gone,
    Invalid for an answer that there is not.
    """
    if said not in ANSWERS:
        raise Invalid("choice_unknown")
    places.lock_of(session, row)
    if row.slot.starts_at <= now:
        raise Conflict("already_begun")
    if said == "cannot":
        return _cannot(session, row, by_id, now)
    if not row.is_live:
        raise Conflict("sign_up_over")
    if row.asked_again:
        row.asked_again = ""
        remark(session, row, Change("reconfirm", by_id), now, before=row.state)


def _cannot(session: Session, row: Participation, by_id: int | None, now: datetime) -> None:
    if not row.is_asked_again:
        return withdraw(session, row, by_id, now)
    row.asked_again = ""
    return leave(session, row, "cancelled", Change("withdraw", by_id, facts=stood(row)), now)


def asked_at(session: Session, occurrence_id: int) -> list[Participation]:
    """Return who has been asked again about a date and has not answered, by reading."""
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(
            Occurrence.id == occurrence_id, Participation.asked_again != "", Participation.state.not_in(GONE)
        )
    )
    return sorted(session.scalars(wanted), key=lambda row: row.contact.kana_key)


def _change(
    row: Participation, verb: str, by_id: int | None, now: datetime, facts: dict[str, str]
) -> StateChange:
    return StateChange(
        at=now,
        subject="participation",
        subject_id=row.id,
        verb=verb,
        before=row.state,
        after=row.state,
        by_id=by_id,
        facts=facts,
    )
