"""What is shown of how people are reached; read-only, and only to those whom it concerns."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.errors import NotFound
from scheduler.notices.models import CLAIMED, SENT, Delivery, Notice
from scheduler.parties.models import Person
from scheduler.parties.tokens import unsubscriber


def unheard(session: Session, occurrence_id: int, revision: int) -> set[int]:
    """Return who was to be told a decision, by the revision that it gave the date, and was not as far as is known."""
    wanted = (
        select(Delivery.person_id)
        .join(Delivery.notice)
        .where(Notice.kind == "decision", Notice.subject == "occurrence")
        .where(Notice.subject_id == occurrence_id, Notice.version == revision)
        .group_by(Delivery.person_id)
    )
    told = func.count().filter(Delivery.state.in_((SENT, CLAIMED)))
    return set(session.scalars(wanted.having(told == 0)))


def find_unsubscriber(session: Session, token: str, secret: str) -> tuple[Person, str]:
    """Return who does not want to be told any more, and which group of notices."""
    named = unsubscriber(secret, token)
    person = session.get(Person, named[0]) if named else None
    if named is None or person is None:
        raise NotFound
    return person, named[1]
