"""The answers to a part's own questions: asked for where a needed one is missing, corrected until the part begins.

Where many dates are signed up for, a date made later may ask what nobody was asked before: its sign-up stands, the
party is asked by letter, and what it answers counts for the other dates of the series that lack the same.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.errors import Conflict
from scheduler.notices.actions import Telling, queue
from scheduler.participation import guards, measure, places
from scheduler.participation.models import GONE, Answer, Participation
from scheduler.participation.signing import SignUp
from scheduler.participation.standing import Change, remark
from scheduler.text import text_in

KIND = "answer_missing"


def answer_of(slot: Slot, participation_id: int, question: Mapping[str, Any], value: str) -> Answer:
    """Return the row of an answer, with the day on which it is erased."""
    day = to_local(slot.ends_at, slot.occurrence.activity.timezone).date()
    erase_on = day + timedelta(days=question["erase_days"])
    return Answer(participation_id=participation_id, key=question["key"], value=value, erase_on=erase_on)


def answer(
    session: Session, row: Participation, answers: Mapping[str, str], by_id: int | None, now: datetime
) -> None:
    """Write down what a party answers; what is not among `answers` stays. The same again changes nothing.

    Raise Conflict once the part has begun or the sign-up is gone, and Invalid where a needed answer would be missing or
    one is none of those to choose from.
    """
    places.lock_of(session, row)
    if row.slot.starts_at <= now:
        raise Conflict("already_begun")
    if not row.is_live:
        raise Conflict("sign_up_over")
    session.expire(row, ["answers"])
    said = {one.key: one.value for one in row.answers}
    wanted = said | {key: text_in(value) for key, value in answers.items()}
    guards.check_answers(row.slot, SignUp(row.contact_id, answers=wanted))
    if _write(session, row, wanted):
        remark(session, row, Change("answer", by_id), now, before=row.state)
    for other in _of_the_same_series(session, row, now):
        _fill(session, other, wanted)


def _write(session: Session, row: Participation, wanted: Mapping[str, str]) -> bool:
    there, changed = {one.key: one for one in row.answers}, False
    for question in row.slot.questions:
        old, value = there.get(question["key"]), wanted.get(question["key"], "")
        if (old.value if old else "") == value:
            continue
        changed = True
        if old is None:
            session.add(answer_of(row.slot, row.id, question, value))
        elif value:
            old.value = value
        else:
            session.delete(old)
    session.flush()
    session.expire(row, ["answers"])
    return changed


def _fill(session: Session, row: Participation, wanted: Mapping[str, str]) -> None:
    missing = row.missing_answers
    known = guards.usable_answers(row.slot, {key: wanted[key] for key in missing if wanted.get(key)})
    asked = [question for question in row.slot.questions if question["key"] in known]
    session.add_all(answer_of(row.slot, row.id, question, known[question["key"]]) for question in asked)
    session.flush()
    session.expire(row, ["answers"])


def _of_the_same_series(session: Session, row: Participation, now: datetime) -> list[Participation]:
    if row.series_id is None:
        return []
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(
            Participation.series_id == row.series_id,
            Participation.id != row.id,
            Participation.state.not_in(GONE),
            Occurrence.ends_at > now,
        )
    )
    return [one for one in session.scalars(wanted.order_by(Participation.id)) if one.slot.starts_at > now]


def lacking(rows: Iterable[Participation], now: datetime) -> list[Participation]:
    """Return which of these sign-ups lack answers, the next date first.

    Dates of one series that lack the same are asked about once: the answers count for all.
    """
    asked: dict[int, frozenset[str]] = {}
    found = []
    for row in sorted(rows, key=lambda one: one.slot.starts_at):
        # One that is part of nothing is a series of its own.
        of, missing = row.series_id or -row.id, row.missing_answers
        if not missing <= asked.get(of, frozenset()) and not row.unproven and row.slot.starts_at > now:
            asked[of] = asked.get(of, frozenset()) | missing
            found.append(row)
    return found


def ask_for(session: Session, rows: Iterable[Participation], now: datetime) -> None:
    """Ask for the answers that these sign-ups lack; once for each sign-up."""
    for row in lacking(rows, now):
        _tell(session, row, now)


def _tell(session: Session, row: Participation, now: datetime) -> None:
    due = measure.awake_at(row.contact, row.slot, now)
    telling = Telling(KIND, "participation", row.id, 0, due, deadline_at=row.slot.starts_at, priority=1)
    queue(session, telling, [row.contact_id], now)
