"""Asking people again whether they come after all: their date has moved or was joined with another.

Whoever is asked keeps the place; silence means yes. `ask_again` marks the sign-ups in the transaction of the cause, and
the caller's letter carries the question (`notices/again.txt`). The own page, the page of the sign-up and the board
show it until `answer`, or until the part begins.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.errors import Conflict, Invalid
from scheduler.history import UNDO_FOR, StateChange, changes_of, record
from scheduler.participation import places
from scheduler.participation.actions import withdraw
from scheduler.participation.models import GONE, Participation
from scheduler.participation.standing import Change, remark, stood
from scheduler.participation.undoing import come_back, word_to_take_back
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
        facts = {"reason": reason, **_question_before(row)}
        row.asked_again, row.asked_again_at = reason, now
        record(session, _change(row, "ask_again", by_id, now, facts))
    session.flush()
    return {row.contact_id for row in asked}


def stop_asking(session: Session, occurrence_ids: Collection[int], asked_at: datetime) -> None:
    """Take back what was asked at dates at that moment: its cause was taken back. Who has left stays away.

    Nothing tells any more that it was asked, so that an answer which is taken back does not bring the question back.
    Whoever had been asked before, because of something that still holds, is where that question had come to.
    """
    slots = select(Slot.id).where(Slot.occurrence_id.in_(occurrence_ids))
    asked = (Participation.slot_id.in_(slots), Participation.asked_again_at == asked_at)
    made = (
        StateChange.subject == "participation",
        StateChange.verb == "ask_again",
        StateChange.at == asked_at,
    )
    wanted = select(Participation.id, StateChange.facts).join(
        StateChange, StateChange.subject_id == Participation.id
    )
    before = session.execute(wanted.where(*asked, *made, Participation.state.not_in(GONE))).tuples().all()
    nothing = update(Participation).where(*asked).values(asked_again="", asked_again_at=None)
    session.execute(nothing.execution_options(synchronize_session=False))
    earlier: dict[tuple[str, str], list[int]] = {}
    for row_id, facts in before:
        # What was asked in the same moment is taken back with it.
        if datetime.fromisoformat(facts.get("before", ["", asked_at.isoformat()])[1]) != asked_at:
            earlier.setdefault(tuple(facts["before"]), []).append(row_id)
    for (reason, at), ids in earlier.items():
        again = {"asked_again": reason, "asked_again_at": datetime.fromisoformat(at)}
        some = update(Participation).where(Participation.id.in_(ids)).values(**again)
        session.execute(some.execution_options(synchronize_session=False))


def _question_before(row: Participation) -> dict[str, Any]:
    at = row.asked_again_at
    return {"before": [row.asked_again, at.isoformat()]} if at is not None else {}


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
        facts, row.asked_again = _asked(row), ""
        remark(session, row, Change("reconfirm", by_id, facts=facts), now, before=row.state)


def _cannot(session: Session, row: Participation, by_id: int | None, now: datetime) -> None:
    if not row.is_asked_again:
        return withdraw(session, row, by_id, now)
    facts = stood(row) | _asked(row)
    row.asked_again = ""
    return leave(session, row, "cancelled", Change("withdraw", by_id, facts=facts), now)


def _asked(row: Participation) -> dict[str, Any]:
    return {"asked": row.asked_again}


@dataclass(frozen=True)
class Entered:
    """An answer that somebody entered for another party: yes or cannot."""

    row: Participation
    change: StateChange

    @property
    def said(self) -> str:
        """What was answered."""
        return "yes" if self.change.verb == "reconfirm" else "cannot"


def entered_for_others(
    session: Session, occurrence_ids: Collection[int], by_id: int | None, now: datetime
) -> list[Entered]:
    """Return the answers at these dates that somebody has just entered for others and may take back, the latest first.

    Where anything has happened to a sign-up since, or its party has signed up anew, it stands.
    """
    of_row = (StateChange.subject == "participation") & (StateChange.subject_id == Participation.id)
    wanted = (
        select(Participation, StateChange)
        .join(Participation.slot)
        .join(StateChange, of_row)
        .where(
            Slot.occurrence_id.in_(occurrence_ids),
            StateChange.verb.in_(("reconfirm", "withdraw")),
            StateChange.by_id == by_id,
            StateChange.on_behalf_of.is_not(None),
            StateChange.at > now - UNDO_FOR,
        )
        .order_by(StateChange.id.desc())
    )
    found = [Entered(row, change) for row, change in session.execute(wanted)]
    return [one for one in found if _may_be_taken_back(session, one, now)]


def _may_be_taken_back(session: Session, one: Entered, now: datetime) -> bool:
    was_asked = "asked" in one.change.facts and one.row.slot.starts_at > now
    if not was_asked or changes_of(session, "participation", one.row.id)[-1].id != one.change.id:
        return False
    # A yes to what is asked no more changes nothing.
    return _still_asks(one.row) if one.said == "yes" else bool(word_to_take_back(session, one.row, now))


def _still_asks(row: Participation) -> bool:
    # However the date has changed since, but for its cause being taken back (`stop_asking`).
    return row.asked_again_at is not None


def take_back(session: Session, one: Entered, by_id: int | None, now: datetime) -> None:
    """Take back an answer that was entered for another: it is asked for again, and who had left has the place again.

    Where that is gone the party waits; where the cause of the question was taken back meanwhile, nothing is asked.
    Raise Conflict where it is too late.
    """
    if one.said == "cannot":
        # Who had two things at once when asked has them still; that was no hindrance before.
        come_back(session, one.row, by_id, now, clash_ok=True)
    if _still_asks(one.row):
        one.row.asked_again = one.change.facts["asked"]
        facts = {"reason": one.row.asked_again, "undoes": one.change.id}
        record(session, _change(one.row, "ask_again", by_id, now, facts))
    session.flush()


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
    row: Participation, verb: str, by_id: int | None, now: datetime, facts: dict[str, Any]
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
