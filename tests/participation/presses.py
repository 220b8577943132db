"""What people press in a race: each a function of the session, of who presses, and of the id of what it is about.

Each returns the id of the sign-up that it was about, so that answers can be compared.
"""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.decisions import actions as decisions
from scheduler.participation import actions, capacity, giving, waiting
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from tests.conftest import NOW

Press = Callable[[Session, int, int, int], int | None]
AIKO = 1


def _join(session: Session, slot_id: int, sign_up: SignUp) -> int:
    return actions.join(session, session.get_one(Slot, slot_id), sign_up, NOW).id


def join(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Sign up with others."""
    company = Company(adults=("",) * (people - 1))
    return _join(session, slot_id, SignUp(person, company=company, clash_ok=True))


def wait(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Sign up, or wait where it is full."""
    company = Company(adults=("",) * (people - 1))
    return _join(session, slot_id, SignUp(person, company=company, clash_ok=True, or_wait=True))


def send_children(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Sign children up without coming along; a guardian's yes is still missing."""
    children = Company(others=(Named(grade="e3"),) * people)
    return _join(session, slot_id, SignUp(person, contact_comes=False, company=children, clash_ok=True))


def join_unproven(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Sign up without a confirmed address."""
    company = Company(adults=("",) * (people - 1))
    return _join(session, slot_id, SignUp(person, company=company, clash_ok=True, proven=False))


def enter(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Have the organiser sign one up."""
    company = Company(adults=("",) * (people - 1))
    asked = SignUp(person, company=company, entered_by_id=AIKO, by_organiser=True, clash_ok=True)
    return _join(session, slot_id, asked)


def pledge(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Sign a body up with a number; the body has the number of the person."""
    return _join(session, slot_id, SignUp(person, organization_id=person, pledged=people, clash_ok=True))


def _row(session: Session, row_id: int) -> Participation:
    return session.get_one(Participation, row_id)


def withdraw(session: Session, row_id: int, person: int, people: int) -> int | None:
    """Cannot come."""
    actions.withdraw(session, _row(session, row_id), person, NOW)
    return row_id


def remove(session: Session, row_id: int, person: int, people: int) -> int | None:
    """Take a party out, as the organiser."""
    giving.remove(session, _row(session, row_id), "理由", AIKO, NOW)
    return row_id


def approve(session: Session, row_id: int, person: int, people: int) -> int | None:
    """Say yes, as the organiser."""
    giving.approve(session, _row(session, row_id), AIKO, NOW, or_wait=True)
    return row_id


def accept(session: Session, row_id: int, person: int, people: int) -> int | None:
    """Say yes to an offered place."""
    waiting.accept(session, _row(session, row_id), NOW)
    return row_id


def lapse(session: Session, row_id: int, person: int, people: int) -> int | None:
    """Let the clock end what was held too long."""
    held = _row(session, row_id).hold_until
    return row_id if held is not None and waiting.lapse(session, _row(session, row_id), held) else None


def move(session: Session, row_id: int, slot_id: int, people: int) -> int | None:
    """Move a party to the slot whose number stands where the person does."""
    to = session.get_one(Slot, slot_id)
    capacity.move(session, _row(session, row_id), to, NOW, agreed="はい", by_id=AIKO)
    return row_id


def change_places(session: Session, slot_id: int, person: int, places: int) -> int | None:
    """Make a slot larger or smaller; who has no place any more waits."""
    capacity.change_places(session, session.get_one(Slot, slot_id), places, AIKO, NOW, demote=True)
    return None


def draw(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Draw a lottery before its time."""
    giving.draw_lots(session, session.get_one(Slot, slot_id), NOW)
    return None


def fill(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Let the clock look for free places."""
    waiting.fill(session, session.get_one(Slot, slot_id), NOW)
    return None


def decide(session: Session, slot_id: int, person: int, people: int) -> int | None:
    """Decide that the date is held."""
    date = session.scalars(select(Occurrence).join(Occurrence.slots).where(Slot.id == slot_id)).one()
    decisions.confirm(session, date, decisions.Ruling(AIKO, date.revision), NOW)
    return None
