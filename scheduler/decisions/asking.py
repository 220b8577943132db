"""Ask for the decision in time: the decider half an hour and ten minutes before, the deputy five minutes after.

Each is asked once for each time of the date, by all ways at once; whoever comes too late asks at once, never twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.facts import decision_time, decision_version
from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.decisions.links import make_links
from scheduler.decisions.queries import Deciders, deciders_of, today_of
from scheduler.history import StateChange, record
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import BY_NEIGHBOURS, ContactPoint
from scheduler.parties.models import Person
from scheduler.reach.ways import points

KIND = "decide"
_UNDECIDED = ("open", "closed", "postponed", "awaiting_decision")
# The decision may be due some days before the date itself.
_AHEAD = timedelta(days=5)
# Whoever decides longer before is asked once more: a wrong date is easily pressed.
_EARLY = timedelta(days=2)


@dataclass(frozen=True)
class Step:
    """One asking: its name, when it is due from the time of the decision on, and whether it goes to the deputy."""

    name: str
    after: timedelta
    to_deputy: bool = False


STEPS = (
    Step("30", timedelta(minutes=-30)),
    Step("10", timedelta(minutes=-10)),
    Step("deputy", timedelta(minutes=5), to_deputy=True),
)


def decided_by(occurrence: Occurrence) -> datetime | None:
    """Return the moment by which a date has to be decided about; None where nothing is decided."""
    local = decision_time(occurrence)
    return None if local is None else to_utc(local, occurrence.activity.timezone)


def days_early(occurrence: Occurrence, now: datetime) -> int:
    """Return how many days there are left to decide about a date, as a calendar counts them; 0 where it is time."""
    by = decided_by(occurrence) or occurrence.starts_at
    zone = occurrence.activity.timezone
    return (to_local(by, zone).date() - to_local(now, zone).date()).days if by - now > _EARLY else 0


def steps_due(by: datetime, now: datetime) -> list[Step]:
    """Return the askings that are due: of the decider's only the latest, so that nobody gets two at once."""
    due = [step for step in STEPS if by + step.after <= now]
    return [step for step in due if step.to_deputy or step is [one for one in due if not one.to_deputy][-1]]


def undecided(session: Session, now: datetime) -> list[int]:
    """Return the ids of the dates about which somebody has to decide now."""
    wanted = (
        select(Occurrence)
        .join(Occurrence.activity)
        .where(
            Activity.state == "published",
            Activity.decide_at.is_not(None),
            Occurrence.state.in_(_UNDECIDED),
            Occurrence.starts_at > now,
            Occurrence.starts_at < now + _AHEAD,
        )
        .options(contains_eager(Occurrence.activity))
    )
    near = ((one.id, decided_by(one)) for one in session.scalars(wanted.order_by(Occurrence.id)))
    return [number for number, by in near if by is not None and steps_due(by, now)]


def ask(session: Session, occurrence_id: int, now: datetime) -> int:
    """Let a date wait for its decision and ask for it; return how many messages are new. Any number of hosts may."""
    wanted = select(Occurrence).where(Occurrence.id == occurrence_id).with_for_update(of=Occurrence)
    occurrence = session.scalars(wanted, execution_options={"populate_existing": True}).one()
    by = decided_by(occurrence)
    if occurrence.state not in _UNDECIDED or by is None or occurrence.starts_at <= now:
        return 0
    _await(session, occurrence, now)
    deciders = deciders_of(session, occurrence.activity, today_of(occurrence.activity, now))
    return sum(_queue(session, occurrence, step, deciders, now) for step in steps_due(by, now))


def _await(session: Session, occurrence: Occurrence, now: datetime) -> None:
    # The revision stays: whoever has the screen open may still decide on it, and nothing of the date itself is new.
    if occurrence.state == "awaiting_decision":
        return
    change = StateChange(
        at=now,
        subject="occurrence",
        subject_id=occurrence.id,
        verb="await",
        before=occurrence.state,
        after="awaiting_decision",
        by_id=None,
    )
    record(session, change)
    occurrence.state, occurrence.changed_at = "awaiting_decision", now
    session.flush()


def _queue(session: Session, occurrence: Occurrence, step: Step, deciders: Deciders, now: datetime) -> int:
    people = (deciders.deputies or deciders.first) if step.to_deputy else deciders.first
    make_links(session, occurrence, {person.id for person in people}, now)
    tellings = _tellings(session, occurrence, step, people, now)
    return sum(queue(session, telling, [person.id], now) for telling, person in tellings)


def _tellings(
    session: Session, occurrence: Occurrence, step: Step, people: Iterable[Person], now: datetime
) -> Iterator[tuple[Telling, Person]]:
    for person in people:
        for point in _ways_at_once(session, person, now):
            kind = f"{KIND}:{step.name}:{point.id}"
            version = decision_version(occurrence)
            key = (kind, "occurrence", occurrence.id, version)
            yield Telling(*key, due_at=now, deadline_at=occurrence.starts_at, priority=0), person


def _ways_at_once(session: Session, person: Person, now: datetime) -> list[ContactPoint]:
    # A neighbour with a list would come too late.
    ways = points(session, person.id, now)
    return [point for point in ways if point.is_live and point.channel not in BY_NEIGHBOURS]


def step_of(kind: str) -> str:
    """Return which asking a notice is, by its kind."""
    return kind.split(":")[1]


def way_of(kind: str) -> int:
    """Return by which contact point an asking goes, by its kind."""
    return int(kind.split(":")[2])
