"""All that the screen of a decision shows, for whoever has signed in and for whoever comes by a link."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.activities.facts import decision_time, reserve_starts_at
from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.decisions.actions import KIND
from scheduler.decisions.asking import decided_by
from scheduler.decisions.models import Decision
from scheduler.decisions.queries import decisions_of, may_take_back, next_date, possible, standing
from scheduler.notices.queries import people_addressed
from scheduler.participation.queries import people_to_tell
from scheduler.reach.ways import Reached, reached_by


@dataclass(frozen=True)
class Screen:
    """A date before its decision, or after: what can be decided, who would be told how, what stands.

    Times are local, but for `by_at`. `minutes_left` is until the decision is due, None where that is past.
    """

    occurrence: Occurrence
    outcomes: tuple[str, ...]
    reserve: datetime | None
    next_starts: datetime | None
    reached: Reached
    by: datetime | None
    by_at: datetime | None
    minutes_left: int | None
    stands: Decision | None
    can_take_back: bool
    is_undo: bool
    history: list[Decision]


@dataclass(frozen=True)
class JustDecided:
    """What was decided or taken back a moment ago: how many are told of it, and by which ways."""

    made: Decision
    people: int
    reached: Reached
    can_take_back: bool


def just_decided(session: Session, occurrence: Occurrence, now: datetime) -> JustDecided | None:
    """Return the newest decision about a date, or the taking back of one, for half an hour."""
    history = decisions_of(session, occurrence.id)
    if not history or history[-1].revision != occurrence.revision or now >= history[-1].undo_until():
        return None
    made = history[-1]
    told = people_addressed(session, KIND, "occurrence", occurrence.id, made.revision)
    can = not made.takes_back and may_take_back(session, occurrence, made, now)
    return JustDecided(made, len(told), reached_by(session, told), can)


def screen_of(session: Session, occurrence: Occurrence, by_id: int | None, now: datetime) -> Screen:
    """Return what the screen shows whoever decides now; they are none of those who are told."""
    zone, history = occurrence.activity.timezone, decisions_of(session, occurrence.id)
    stands, reserve = standing(history), reserve_starts_at(occurrence)
    to, by = next_date(session, occurrence), decided_by(occurrence)
    told = people_to_tell(session, occurrence.merged_into_id or occurrence.id)
    return Screen(
        occurrence=occurrence,
        outcomes=possible(session, occurrence, now),
        reserve=to_local(reserve, zone) if reserve else None,
        next_starts=to_local(to.starts_at, zone) if to else None,
        reached=reached_by(session, set(told) - {by_id}),
        by=decision_time(occurrence),
        by_at=by,
        minutes_left=int((by - now).total_seconds() // 60) if by is not None and by > now else None,
        stands=stands,
        can_take_back=may_take_back(session, occurrence, stands, now),
        is_undo=stands is not None and now < stands.undo_until(),
        history=history,
    )
