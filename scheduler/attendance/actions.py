"""What changes when the leader ticks who came."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.participation.models import Participation

# Helpers are ticked while they gather.
OPENS_BEFORE = timedelta(hours=2)
MAX_MINUTES = 24 * 60


@dataclass(frozen=True)
class Tick:
    """What the leader saw of one party: how many came (0: nobody), and minutes where they differ from the slot's."""

    people: int
    minutes: int | None = None


def record_attendance(
    session: Session,
    occurrence: Occurrence,
    ticks: list[tuple[Participation, Tick]],
    by_id: int,
    now: datetime,
) -> int:
    """Write down who came; return how many entries changed. Ticking the same again changes nothing.

    Raise Conflict for a date that is not held or has not come near, Invalid for impossible numbers.
    """
    if not occurrence.takes_place and occurrence.stopped_at is None:
        raise Conflict("not_held")
    if occurrence.state == "awaiting_decision" and now < occurrence.ends_at:
        raise Conflict("undecided")
    if now < occurrence.starts_at - OPENS_BEFORE:
        raise Conflict("not_begun")
    return sum(_tick(session, participation, tick, by_id, now) for participation, tick in ticks)


def _tick(session: Session, participation: Participation, tick: Tick, by_id: int, now: datetime) -> bool:
    if not 0 <= tick.people <= 5000 or not 0 <= (tick.minutes or 0) <= MAX_MINUTES:
        raise Invalid("numbers_out_of_range")
    seen = (participation.came_people, participation.minutes_served)
    # Who waits, or has not said yes, is not missed.
    expected = participation.comes or tick.people > 0
    if seen == (tick.people, tick.minutes) or not expected:
        return False
    before, after = participation.state, "done" if tick.people else "absent"
    participation.came_people = tick.people
    participation.minutes_served = tick.minutes
    participation.state = after
    participation.changed_at = now
    record(
        session,
        StateChange(
            at=now,
            subject="participation",
            subject_id=participation.id,
            verb="tick",
            before=before,
            after=after,
            by_id=by_id,
            facts={"people": tick.people, "minutes": tick.minutes},
        ),
    )
    return True
