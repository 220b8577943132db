"""What is shown of decisions: what stands, who decides, what comes next; read-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.decisions.models import ENDS, Decision
from scheduler.parties.access import ORGANISING
from scheduler.parties.models import Person
from scheduler.parties.queries import holders_of, organisers_of

# States from which a date may be decided about; a second rain may move a postponed one again.
OPEN_TO_DECISION = ("open", "closed", "awaiting_decision", "confirmed", "postponed")


def decisions_of(session: Session, occurrence_id: int) -> list[Decision]:
    """Return everything that was decided about a date and taken back, the oldest first."""
    wanted = select(Decision).where(Decision.occurrence_id == occurrence_id)
    who = (joinedload(Decision.by), joinedload(Decision.entered_by))
    return list(session.scalars(wanted.options(*who).order_by(Decision.revision)))


def standing(decisions: Sequence[Decision]) -> Decision | None:
    """Return the decision that holds: the latest one that was not taken back."""
    holding: list[Decision] = []
    for one in decisions:
        if not one.takes_back:
            holding.append(one)
        elif holding:
            holding.pop()
    return holding[-1] if holding else None


def standing_of(session: Session, occurrence_id: int) -> Decision | None:
    """Return the decision about a date that holds."""
    return standing(decisions_of(session, occurrence_id))


def is_untouched(occurrence: Occurrence, decision: Decision) -> bool:
    """Say whether nothing but this decision, or the taking back of a later one, has changed the date since."""
    ended = {"confirm": "confirmed", "postpone": "postponed", "merge": "merged"}
    ended |= {"cancel": "cancelled", "stop": "stopped"}
    return occurrence.revision == decision.revision and occurrence.state == ended[decision.outcome]


def may_take_back(session: Session, occurrence: Occurrence, decision: Decision | None, now: datetime) -> bool:
    """Say whether a decision can be taken back: while the time that it was about is not over."""
    if decision is None or decision.ends_at <= now or not is_untouched(occurrence, decision):
        return False
    corrected = session.get(Decision, decision.corrects_id) if decision.corrects_id is not None else None
    # The sign-ups that a joining had moved went back with the correction.
    return corrected is None or corrected.outcome != "merge"


def next_date(session: Session, occurrence: Occurrence) -> Occurrence | None:
    """Return the next date of the activity on which it can be joined: one that takes sign-ups."""
    wanted = (
        select(Occurrence)
        .where(
            Occurrence.activity_id == occurrence.activity_id,
            Occurrence.starts_at > occurrence.starts_at,
            Occurrence.state.in_(TAKES_SIGN_UPS),
        )
        .options(selectinload(Occurrence.slots))
    )
    return session.scalar(wanted.order_by(Occurrence.starts_at).limit(1))


def possible(session: Session, occurrence: Occurrence, now: datetime) -> tuple[str, ...]:
    """Return what can be decided about a date now; a date that was ended can only be corrected."""
    stands = standing_of(session, occurrence.id)
    ended = stands is not None and stands.outcome in ENDS and may_take_back(session, occurrence, stands, now)
    if occurrence.ends_at <= now or not (ended or occurrence.state in OPEN_TO_DECISION):
        return ()
    begun = occurrence.starts_at <= now
    checks = {
        "confirm": True,
        "postpone": not begun and occurrence.activity.reserve_days is not None,
        "merge": not begun and next_date(session, occurrence) is not None,
        "cancel": not begun,
        "stop": begun,
    }
    done = stands.outcome if stands is not None and is_untouched(occurrence, stands) else ""
    # Decided for its first day, a date that was postponed can be postponed again.
    return tuple(code for code, can in checks.items() if can and (code != done or code == "postpone"))


@dataclass(frozen=True)
class Deciders:
    """Who is asked to decide about the dates of an activity, and who in their place."""

    first: list[Person]
    deputies: list[Person]

    @property
    def ids(self) -> set[int]:
        """All of them."""
        return {person.id for person in (*self.first, *self.deputies)}


def deciders_of(session: Session, activity: Activity, today: date) -> Deciders:
    """Return who decides: those named, else the head of the body; where nobody holds the office, all its organisers."""
    first = _named(session, activity, activity.decider_id, activity.decider_office or "chair", today)
    body = activity.organization_id
    first = first or organisers_of(session, body, today)
    chosen = activity.deputy_id is not None or activity.deputy_office is not None
    office = activity.deputy_office or ("" if chosen else "vice_chair")
    deputies = _named(session, activity, activity.deputy_id, office, today)
    others = deputies or organisers_of(session, body, today)
    asked = {person.id for person in first}
    return Deciders(first, [person for person in others if person.id not in asked])


def _named(
    session: Session, activity: Activity, person_id: int | None, office: str, today: date
) -> list[Person]:
    # Whoever has left the body decides nothing any more.
    offices = ORGANISING if person_id is not None else (office,)
    holders = holders_of(session, activity.organization_id, offices, today)
    return [person for person in holders if person_id in {None, person.id}]


def today_of(activity: Activity, now: datetime) -> date:
    """Return which day it is where the activity takes place."""
    return to_local(now, activity.timezone).date()
