"""Whose decision is written down: one's own, or that of somebody who may decide and has telephoned."""

from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence
from scheduler.decisions.actions import Ruling
from scheduler.decisions.queries import deciders_of, today_of
from scheduler.errors import Invalid
from scheduler.parties.models import Person
from scheduler.parties.queries import organisers_of


def who_may_decide(session: Session, activity: Activity, now: datetime) -> list[Person]:
    """Return whose decision can be written down: the deciders first, then the others who organise."""
    today = today_of(activity, now)
    deciders = deciders_of(session, activity, today)
    others = organisers_of(session, activity.organization_id, today)
    people = (*deciders.first, *deciders.deputies, *others)
    return list({person.id: person for person in people}.values())


def ruling_for(
    session: Session, occurrence: Occurrence, own: Ruling, decided_by: int | None, now: datetime
) -> Ruling:
    """Return a ruling as it is written down: in another's name, by telephone, where that person has decided.

    Raise Invalid where that person may not decide.
    """
    if decided_by is None or decided_by == own.by_id:
        return own
    allowed = {person.id for person in who_may_decide(session, occurrence.activity, now)}
    if decided_by not in allowed:
        raise Invalid("choice_unknown")
    return Ruling(decided_by, own.revision, own.reason, own.cause, entered_by_id=own.by_id, how="telephone")
