"""People who sign up for a slot, in one line each."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.notices.models import SENT, Delivery
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.models import Person
from tests import make
from tests.conftest import NOW


def people(session: Session, number: int) -> list[Person]:
    """Register so many people."""
    return [make.person(session, one, NOW) for one in range(number)]


def yes(
    session: Session, slot: Slot, person: Person, size: int = 1, now: datetime = NOW, **asked: Any
) -> Participation:
    """Sign a person up with so many in all; where it is full, it waits."""
    usual: dict[str, Any] = {"company": Company(adults=("",) * (size - 1)), "clash_ok": True, "or_wait": True}
    return join(session, slot, SignUp(person.id, **usual | asked), now)


def children(*grades: str, adults: int = 0) -> dict[str, Any]:
    """Return what is asked for children of these grades, with so many adults, whom the contact does not accompany."""
    others = tuple(Named(grade=grade) for grade in grades)
    return {"contact_comes": False, "company": Company(("",) * adults, others=others)}


def told(session: Session) -> None:
    """Let all letters have gone out: who does not answer has been asked."""
    session.execute(update(Delivery).values(state=SENT))


def states(session: Session, *rows: Participation) -> list[str]:
    """Return how sign-ups stand now."""
    session.flush()
    return [row.state for row in rows]
