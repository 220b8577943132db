"""What is shown of how people are reached; read-only, and only to those whom it concerns."""

from sqlalchemy.orm import Session

from scheduler.errors import NotFound
from scheduler.parties.models import Person
from scheduler.parties.tokens import unsubscriber


def find_unsubscriber(session: Session, token: str, secret: str) -> tuple[Person, str]:
    """Return who does not want to be told any more, and which group of notices."""
    named = unsubscriber(secret, token)
    person = session.get(Person, named[0]) if named else None
    if named is None or person is None:
        raise NotFound
    return person, named[1]
