"""The decision about a date, and taking it back. Decision, move and telling are one transaction.

What becomes of sign-ups: held, cancelled and stopped dates keep them as they are; postponed ones keep them, and all
but whoever decides are asked again; those of a date that is joined with the next go there, each to the part that
corresponds. Attendance can be written down for what took place, and hours of a stopped date count until it was stopped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.facts import reserve_starts_at
from scheduler.activities.models import TAKES_SIGN_UPS, Occurrence
from scheduler.db import claim
from scheduler.decisions.models import CAUSES, ENDS, Decision
from scheduler.decisions.queries import (
    OPEN_TO_DECISION,
    is_untouched,
    may_take_back,
    next_date,
    standing_of,
    today_of,
)
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.notices.actions import Telling, drop, queue
from scheduler.notices.queries import people_addressed, people_listed, people_told
from scheduler.participation.carrying import carry, carry_back
from scheduler.participation.models import Participation
from scheduler.participation.queries import people_to_tell, roster
from scheduler.participation.reconfirming import ask_again, stop_asking
from scheduler.parties.queries import office_of
from scheduler.reach.ways import store_known
from scheduler.text import fitting

KIND = "decision"
_KEPT = ("state", "starts_at", "ends_at", "cause", "reason", "decided_at", "decided_by_id")


@dataclass(frozen=True)
class Ruling:
    """Who decides, on what they saw, and why: `cause` is one of CAUSES or empty, `reason` what they add.

    `revision` is that of the date as it was on the decider's screen: a second tap, or a colleague who was quicker,
    is told so instead of deciding twice. `entered_by_id` writes down what somebody else has decided; `how` says by
    which door it came.
    """

    by_id: int
    revision: int
    reason: str = ""
    cause: str = ""
    entered_by_id: int | None = None
    how: str = "page"


def confirm(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Decide that the date is held, and tell everybody who comes."""
    _decide(session, occurrence, ruling, "confirm", now, state="confirmed")


def cancel(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Decide that the date is not held; sign-ups stay on record, everybody is told, the calendars say so."""
    _decide(session, occurrence, ruling, "cancel", now, state="cancelled")


def stop(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Stop a date that has begun; what was done until now counts. Raise Conflict before it begins."""
    if now < occurrence.starts_at:
        raise Conflict("not_begun")
    _decide(session, occurrence, ruling, "stop", now, state="stopped", stopped_at=now)


def postpone(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Move the date to its reserve date; it keeps its identity and its sign-ups, who are told and asked again.

    Raise Invalid when the activity has no reserve date, or that would be over already.
    """
    starts_at = reserve_starts_at(occurrence)
    if starts_at is None or starts_at <= now:
        raise Invalid("reserve_missing")
    ends_at = starts_at + (occurrence.ends_at - occurrence.starts_at)
    move = {"starts_at": starts_at, "ends_at": ends_at}
    _decide(session, occurrence, ruling, "postpone", now, state="postponed", **move)


def merge(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Do it together with the next date: the sign-ups go there, who finds no place waits, all are told and asked again.

    Raise Invalid when there is no next date that takes sign-ups.
    """
    to = next_date(session, occurrence)
    if to is None:
        raise Invalid("next_date_missing")
    _decide(session, occurrence, ruling, "merge", now, state="merged", merged_into_id=to.id)


def take_back(session: Session, occurrence: Occurrence, ruling: Ruling, now: datetime) -> None:
    """Take the decision that stands back, within half an hour or later: the date is as before.

    Who was told is told so, and whoever has signed up since; they are asked again where the day is another one now.
    Raise Conflict when nothing stands, its time is over, or the date has changed since.
    """
    stands = standing_of(session, occurrence.id)
    if stands is None or not may_take_back(session, occurrence, stands, now):
        raise Conflict("undo_over")
    _lock(session, occurrence, ruling, (occurrence.state,))
    told = _who_was_told(session, occurrence)
    outcome = "undo" if now < stands.undo_until() else "retract"
    row = _new(session, occurrence, ruling, outcome, now)
    row.corrects_id = stands.id
    left, before = occurrence.starts_at, occurrence.state
    _restore(session, occurrence, stands, ruling.by_id, now)
    since = _came_since(session, occurrence, stands)
    if left != occurrence.starts_at:
        # Whoever made the decision was not told of it either, and knows the day from before.
        asked = since - {stands.by_id, stands.entered_by_id}
        known = [one for one in roster(session, occurrence.id) if one.contact_id in asked]
        ask_again(session, known, "moved", ruling.by_id, now)
    _write_down(session, occurrence, row, (before, left), now)
    _tell(session, occurrence, told | since, row, now)


def _decide(
    session: Session, occurrence: Occurrence, ruling: Ruling, outcome: str, now: datetime, **values: Any
) -> None:
    if occurrence.ends_at <= now:
        raise Conflict("already_over")
    corrected = _corrected(session, occurrence, outcome, now)
    states = (*OPEN_TO_DECISION, *((occurrence.state,) if corrected else ()))
    _lock(session, occurrence, ruling, states)
    told: set[int] = set()
    row = _new(session, occurrence, ruling, outcome, now)
    left, before = occurrence.starts_at, occurrence.state
    if corrected is not None:
        row.corrects_id = corrected.id
        told = _who_was_told(session, occurrence)
        if corrected.outcome in ENDS:
            _restore(session, occurrence, corrected, ruling.by_id, now)
    # Only now: whom a joining had carried away is back.
    told |= set(people_to_tell(session, occurrence.id))
    for name, value in values.items():
        setattr(occurrence, name, value)
    occurrence.cause, occurrence.reason = row.cause, row.reason
    occurrence.decided_at, occurrence.decided_by_id = now, ruling.by_id
    session.flush()
    if outcome == "merge":
        assert occurrence.merged_into is not None
        row.moved = carry(session, occurrence, occurrence.merged_into, ruling.by_id, now)
        # Only now that it is locked is it sure that nobody has called that date off meanwhile.
        if occurrence.merged_into.state not in TAKES_SIGN_UPS:
            raise Invalid("next_date_missing")
        ask_again(session, _of_others(_moved(session, row), ruling), "merged", ruling.by_id, now)
    elif outcome == "postpone":
        ask_again(session, _of_others(roster(session, occurrence.id), ruling), "postponed", ruling.by_id, now)
    _write_down(session, occurrence, row, (before, left), now)
    _tell(session, occurrence, told, row, now)


def _of_others(rows: Iterable[Participation], ruling: Ruling) -> list[Participation]:
    """Leave out whoever decides: they have the day before them and are not asked in the same breath."""
    return [row for row in rows if row.contact_id != ruling.by_id]


def _moved(session: Session, decision: Decision) -> list[Participation]:
    ids = [moved["id"] for moved in decision.moved]
    return list(session.scalars(select(Participation).where(Participation.id.in_(ids))))


def _corrected(session: Session, occurrence: Occurrence, outcome: str, now: datetime) -> Decision | None:
    """Return the decision that this one makes untrue; raise Conflict where it says the same."""
    stands = standing_of(session, occurrence.id)
    if stands is None or not is_untouched(occurrence, stands) or stands.outcome == "postpone":
        return None
    if stands.outcome == outcome:
        raise Conflict("already_decided")
    return stands if stands.outcome not in ENDS or may_take_back(session, occurrence, stands, now) else None


def _lock(session: Session, occurrence: Occurrence, ruling: Ruling, states: tuple[str, ...]) -> None:
    # The revision on the decider's screen is the ticket; who comes second finds it used.
    seen = update(Occurrence).where(Occurrence.id == occurrence.id, Occurrence.revision == ruling.revision)
    if not claim(session, seen.where(Occurrence.state.in_(states)).values(revision=Occurrence.revision + 1)):
        raise Conflict("already_decided")
    session.refresh(occurrence)


def _new(session: Session, occurrence: Occurrence, ruling: Ruling, outcome: str, now: datetime) -> Decision:
    activity = occurrence.activity
    today = today_of(activity, now)
    if ruling.cause and ruling.cause not in CAUSES:
        raise Invalid("choice_unknown")
    return Decision(
        occurrence_id=occurrence.id,
        outcome=outcome,
        at=now,
        by_id=ruling.by_id,
        entered_by_id=ruling.entered_by_id,
        how=ruling.how,
        office=office_of(session, ruling.by_id, activity.organization_id, today),
        cause=ruling.cause,
        reason=fitting(ruling.reason, 400),
        revision=occurrence.revision,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        before={name: _plain(getattr(occurrence, name)) for name in _KEPT},
        moved=[],
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _restore(session: Session, occurrence: Occurrence, decision: Decision, by_id: int, now: datetime) -> None:
    for name, value in decision.before.items():
        is_moment = name.endswith("_at") and value is not None
        setattr(occurrence, name, datetime.fromisoformat(value) if is_moment else value)
    asked_at = [occurrence.id, occurrence.merged_into_id or occurrence.id]
    joined = occurrence.merged_into
    occurrence.stopped_at, occurrence.merged_into_id = None, None
    session.flush()
    # First, as it locks the slots: who leaves meanwhile has locked one, and would wait for us with the sign-up.
    carry_back(session, decision.moved, joined, by_id, now)
    stop_asking(session, asked_at, decision.at)


def _write_down(
    session: Session, occurrence: Occurrence, row: Decision, stood: tuple[str, datetime], now: datetime
) -> None:
    before, left = stood
    occurrence.changed_at = now
    session.add(row)
    moved = {} if left == occurrence.starts_at else {"from": left, "to": occurrence.starts_at}
    by_proxy = row.entered_by_id is not None and row.entered_by_id != row.by_id
    record(
        session,
        StateChange(
            at=now,
            subject="occurrence",
            subject_id=occurrence.id,
            verb="retract" if row.takes_back else "decide",
            before=before,
            after=occurrence.state,
            by_id=row.entered_by_id or row.by_id,
            on_behalf_of=f"person:{row.by_id}" if by_proxy else None,
            why=row.reason,
            facts={name: _plain(at) for name, at in moved.items()} | {"how": row.how},
        ),
    )
    session.flush()


def _who_was_told(session: Session, occurrence: Occurrence) -> set[int]:
    # What stands on a printed list may have been told by now.
    drop(session, "occurrence", occurrence.id, (KIND,), "superseded")
    told = people_told(session, "occurrence", occurrence.id, (KIND,))
    return told | people_listed(session, "occurrence", occurrence.id, (KIND,))


def _came_since(session: Session, occurrence: Occurrence, decision: Decision) -> set[int]:
    # They signed up for the date as the decision had made it, and have no notice of it that says so.
    before = people_addressed(session, KIND, "occurrence", occurrence.id, decision.revision)
    return set(people_to_tell(session, occurrence.id)) - before


def _tell(session: Session, occurrence: Occurrence, people: set[int], row: Decision, now: datetime) -> None:
    # Whoever decides, or writes it down, need not be told.
    people = people - {row.by_id, row.entered_by_id}
    telling = Telling(
        KIND,
        "occurrence",
        occurrence.id,
        occurrence.revision,
        due_at=now,
        deadline_at=max(occurrence.ends_at, now),
        priority=1,
        by_id=row.by_id,
    )
    # Who is told by paper or telephone stands on the list at once, before any dispatcher has looked.
    store_known(session, people, now)
    queue(session, telling, sorted(people), now)
