"""Which dates the changes of an activity were about, by its record; read-only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import ON, Occurrence
from scheduler.history import StateChange

# A change of dates; a correction of what the activity says, which is about all its dates to come.
CHANGES = ("change", "amend")


@dataclass(frozen=True)
class Touch:
    """One change and the dates that it is about; `corrects` where no date moved, `undone` where it was taken back."""

    change_id: int
    at: datetime
    dates: frozenset[int]
    corrects: bool
    undone: bool


def touches_of(session: Session, occurrence_ids: Collection[int]) -> list[Touch]:
    """Return the changes that were about one of these dates, each with those of them that it was about."""
    wanted = select(Occurrence.id, Occurrence.activity_id, Occurrence.starts_at, Occurrence.state)
    dates = session.execute(wanted.where(Occurrence.id.in_(occurrence_ids))).all()
    record = (
        select(StateChange.verb, StateChange.at, StateChange.subject_id, StateChange.facts)
        .where(StateChange.subject == "activity")
        .where(StateChange.subject_id.in_({one.activity_id for one in dates}))
        .where(StateChange.verb.in_((*CHANGES, "undo")))
        .order_by(StateChange.id)
    )
    rows = session.execute(record).all()
    undone = {row.facts.get("change") for row in rows if row.verb == "undo"}
    found = []
    for row in rows:
        named, number = {*row.facts.get("dates", ()), *row.facts.get("made", ())}, row.facts.get("change", 0)
        if row.verb == "amend":
            ahead = [one for one in dates if one.starts_at > row.at and one.state in ON]
            named = {one.id for one in ahead if one.activity_id == row.subject_id}
        about = frozenset(named & {one.id for one in dates})
        if row.verb in CHANGES and about:
            found.append(Touch(number, row.at, about, row.verb == "amend", number in undone))
    return found


def activity_changed(session: Session, change_id: int) -> int | None:
    """Return which activity a change was made of; None where there is no such change."""
    wanted = select(StateChange.subject_id).where(
        StateChange.subject == "activity",
        StateChange.verb.in_(CHANGES),
        StateChange.facts["change"].as_integer() == change_id,
    )
    return session.scalar(wanted.limit(1))
