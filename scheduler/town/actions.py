"""Founding a body with its first officer, by the operator: on a page or on the command line."""

from sqlalchemy.orm import Session

from scheduler.offices.actions import By, Term, appoint
from scheduler.parties.actions import PersonFacts, found_body
from scheduler.parties.models import Organization


def found_with_officer(session: Session, body: Organization, officer: PersonFacts, by: By) -> Organization:
    """Add a body, and give somebody its chair from today on, which is the day at home; they are told by mail.

    Raise Conflict when its address is taken, Invalid for an officer without name, reading or mail.
    """
    made = found_body(session, body)
    appoint(session, made, officer, Term("chair", by.today), by)
    return made
