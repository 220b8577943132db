"""Founding a body with its first officer, by the operator, on a page or on the command line; and taking it back."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exc, func, select, update
from sqlalchemy.orm import Session

from scheduler.errors import Conflict
from scheduler.history import UNDO_FOR, StateChange, record
from scheduler.notices.actions import drop, forget
from scheduler.notices.queries import people_told
from scheduler.offices.actions import By, Term, appoint
from scheduler.parties.actions import PersonFacts, found_body
from scheduler.parties.actions import person as register
from scheduler.parties.models import Membership, Organization, Person, SignedIn, SignIn
from scheduler.town.queries import founding_of

# Who was told of an office hears no second word; so the founder has time to look at what was typed.
TOLD_AFTER = timedelta(minutes=10)


def found_with_officer(session: Session, body: Organization, officer: PersonFacts, by: By) -> Organization:
    """Add a body, and give somebody its chair from today on, which is the day at home; they are told by mail.

    Raise Conflict when its address is taken, Invalid for an officer without name, reading or mail.
    """
    made = found_body(session, body)
    last = session.scalar(select(func.max(Person.id))) or 0
    person = register(session, officer, by.now)
    facts = {"is_new": person.id > last, **_open_doors(session, person, by)}
    held = appoint(session, made, person, Term("chair", by.today), by, told_after=TOLD_AFTER)
    _record(session, made, "found", by, {"office": held.id, **facts})
    return made


def _open_doors(session: Session, person: Person, by: By) -> dict[str, Any]:
    """Return by which cards and sessions somebody comes in now: an office closes those that another has printed."""
    live = (SignIn.person_id == person.id) & SignIn.spent_at.is_(None) & (SignIn.expires_at > by.now)
    cards = session.execute(select(SignIn.id, SignIn.expires_at).where(live))
    here = select(SignedIn.id).where(SignedIn.person_id == person.id, SignedIn.ended_at.is_(None))
    return {
        "cards": {str(number): at.isoformat() for number, at in cards},
        "sessions": list(session.scalars(here)),
    }


def take_back(session: Session, body: Organization, by: By) -> None:
    """Let a body never have been founded, as long as nobody has been told of it and nothing is kept in it.

    Its officer is as before: forgotten where nobody knew them, and let in again by what the office had closed.
    Raise Conflict when it is too late, its officer was told, or anything hangs on it.
    """
    founded = founding_of(session, body)
    if founded is None or founded.by_id != by.person_id or founded.at <= by.now - UNDO_FOR:
        raise Conflict("undo_over")
    offices = session.scalars(select(Membership).where(Membership.organization_id == body.id)).all()
    if [one.id for one in offices] != [founded.facts["office"]]:
        raise Conflict("body_in_use")
    drop(session, "membership", offices[0].id, ("appointed",), "undone")
    if people_told(session, "membership", offices[0].id, ("appointed",)):
        raise Conflict("founding_told")
    forget(session, "membership", offices[0].id)
    officer_id = offices[0].person_id
    _record(session, body, "unfound", by, {"slug": body.slug, "name": body.name})
    try:
        with session.begin_nested():
            session.delete(offices[0])
            session.flush()
            session.delete(body)
    except exc.IntegrityError as error:
        # An activity, a block, a household, a calendar: somebody has begun.
        raise Conflict("body_in_use") from error
    _as_before(session, officer_id, founded)


def _as_before(session: Session, person_id: int | None, founded: StateChange) -> None:
    """Let whoever was made an officer by mistake be as before: not known, or with the doors that were closed."""
    if founded.facts.get("is_new"):
        # Where somebody else has written them down meanwhile, they stay.
        with suppress(exc.IntegrityError), session.begin_nested():
            session.execute(delete(Person).where(Person.id == person_id))
        return
    since = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.office.is_not(None),
        Membership.created_at >= founded.at,
    )
    # Another office since would have closed them, too.
    if session.scalar(since.limit(1)) is None:
        _open_again(session, founded)


def _open_again(session: Session, founded: StateChange) -> None:
    closed = (SignIn.expires_at == founded.at) & SignIn.spent_at.is_(None)
    for number, at in founded.facts.get("cards", {}).items():
        card = update(SignIn).where(SignIn.id == int(number), closed)
        session.execute(card.values(expires_at=datetime.fromisoformat(at)))
    here = SignedIn.id.in_(founded.facts.get("sessions", []))
    left = update(SignedIn).where(here, SignedIn.ended_at == founded.at)
    session.execute(left.values(ended_at=None))


def _record(session: Session, body: Organization, verb: str, by: By, facts: dict[str, Any]) -> None:
    change = StateChange(at=by.now, subject="organization", subject_id=body.id, verb=verb, facts=facts)
    change.by_id = by.person_id
    record(session, change)
