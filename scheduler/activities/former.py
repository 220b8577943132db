"""When dates were to begin before they moved, by the record of what was done; read-only."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from scheduler.activities.models import Occurrence
from scheduler.history import StateChange

# A date's id, and when it was to begin.
Former = tuple[int, datetime]


# From when to when a date was to begin, and now: what is over leads nowhere, whichever month one looks at.
_Span = tuple[datetime, datetime, datetime]


def former_starts(session: Session, begins: datetime, ends: datetime, now: datetime) -> set[Former]:
    """Return the dates ahead that were once to begin in this span, and by a move that still stands do not any more."""
    moved = select(Occurrence.id, Occurrence.first_starts_at).where(
        Occurrence.first_starts_at >= begins,
        Occurrence.first_starts_at < ends,
        Occurrence.first_starts_at != Occurrence.starts_at,
        Occurrence.ends_at >= now,
    )
    first, span = {(number, at) for number, at in session.execute(moved)}, (begins, ends, now)
    return {*first, *_left_by_decision(session, span), *_left_by_change(session, span)}


def _left_by_decision(session: Session, span: _Span) -> Iterator[Former]:
    begins, ends, now = span
    back = aliased(StateChange)
    left = StateChange.facts["from"].as_string()
    taken_back = exists().where(
        back.subject == "occurrence",
        back.subject_id == StateChange.subject_id,
        back.verb == "retract",
        back.id > StateChange.id,
        back.facts["to"].as_string() == left,
    )
    wanted = (
        select(Occurrence.id, left)
        .join(StateChange, StateChange.subject_id == Occurrence.id)
        .where(StateChange.subject == "occurrence", StateChange.verb == "decide", Occurrence.ends_at >= now)
        # Both are written in UTC and in one form, so that they stand in the order of time.
        .where(left >= begins.astimezone(UTC).isoformat(), left < ends.astimezone(UTC).isoformat())
        .where(~taken_back)
    )
    for number, at in session.execute(wanted):
        yield number, datetime.fromisoformat(at)


def _left_by_change(session: Session, span: _Span) -> Iterator[Former]:
    begins, ends, now = span
    moved = select(Occurrence.activity_id).where(
        Occurrence.starts_at != Occurrence.first_starts_at, Occurrence.ends_at >= now
    )
    wanted = select(StateChange.verb, StateChange.facts).where(
        StateChange.subject == "activity",
        StateChange.subject_id.in_(moved),
        StateChange.verb.in_(("change", "undo")),
    )
    record = session.execute(wanted).all()
    undone = {facts.get("change") for verb, facts in record if verb == "undo"}
    for verb, facts in record:
        left = facts.get("left", {}) if verb == "change" and facts["change"] not in undone else {}
        for number, at in left.items():
            if begins <= (start := datetime.fromisoformat(at)) < ends:
                yield int(number), start
