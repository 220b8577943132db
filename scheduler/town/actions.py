"""Founding a body with its first officer, by the operator, on a page or on the command line; and taking it back."""

from datetime import timedelta

from sqlalchemy import exc, select
from sqlalchemy.orm import Session

from scheduler.errors import Conflict
from scheduler.history import UNDO_FOR, StateChange, record
from scheduler.notices.actions import drop, forget
from scheduler.notices.queries import people_told
from scheduler.offices.actions import By, Term, appoint
from scheduler.parties.actions import PersonFacts, found_body
from scheduler.parties.models import Membership, Organization
from scheduler.town.queries import founding_of

# Who was told of an office hears no second word; so the founder has time to look at what was typed.
TOLD_AFTER = timedelta(minutes=10)


def found_with_officer(session: Session, body: Organization, officer: PersonFacts, by: By) -> Organization:
    """Add a body, and give somebody its chair from today on, which is the day at home; they are told by mail.

    Raise Conflict when its address is taken, Invalid for an officer without name, reading or mail.
    """
    made = found_body(session, body)
    held = appoint(session, made, officer, Term("chair", by.today), by, told_after=TOLD_AFTER)
    _record(session, made, "found", by, {"office": held.id})
    return made


def take_back(session: Session, body: Organization, by: By) -> None:
    """Let a body never have been founded, as long as nobody has been told of it and nothing is kept in it.

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
    _record(session, body, "unfound", by, {"slug": body.slug, "name": body.name})
    try:
        with session.begin_nested():
            session.delete(offices[0])
            session.flush()
            session.delete(body)
    except exc.IntegrityError as error:
        # An activity, a block, a household, a calendar: somebody has begun.
        raise Conflict("body_in_use") from error


def _record(session: Session, body: Organization, verb: str, by: By, facts: dict[str, int | str]) -> None:
    change = StateChange(at=by.now, subject="organization", subject_id=body.id, verb=verb, facts=facts)
    change.by_id = by.person_id
    record(session, change)
