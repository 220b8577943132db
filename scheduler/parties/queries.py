"""What is shown of people and bodies; read-only, and never without asking who may see it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.errors import Forbidden, NotFound, NotSignedIn
from scheduler.parties.access import Actor, may_organise
from scheduler.parties.models import AccessToken, Membership, Organization, Person
from scheduler.parties.names import email_key
from scheduler.parties.tokens import hashed, person_named_by, personal, same


def find_me(session: Session, actor: Actor) -> Person:
    """Return the person who asks; raise NotSignedIn for a stranger, Forbidden for a body's token."""
    if actor.body_id is not None:
        raise Forbidden("token_of_body")
    person = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None:
        raise NotSignedIn
    return person


def find_body(session: Session, slug: str) -> Organization:
    """Return a body by its address; its page is public."""
    # PostgreSQL refuses a NUL in any text with an error of its own.
    body = session.scalar(select(Organization).where(Organization.slug == slug.replace("\0", "")))
    if body is None or body.slug != slug:
        raise NotFound
    return body


def find_organised_body(session: Session, actor: Actor, slug: str) -> Organization:
    """Return a body for which the actor organises; for anybody else there is none."""
    body = find_body(session, slug)
    if not may_organise(session, actor, body.id):
        raise NotFound
    return body


def person_by_email(session: Session, email: str) -> Person | None:
    """Return who signs in with this address: of a family that shares it, the one with an office, else the first."""
    office = (
        select(Membership.id)
        .where(Membership.person_id == Person.id, Membership.office.is_not(None))
        .exists()
    )
    wanted = select(Person).where(Person.email_key == email_key(email)).order_by(office.desc(), Person.id)
    return session.scalar(wanted.limit(1))


def find_by_personal_token(session: Session, token: str, secret: str) -> Person:
    """Return the person whose personal link this is; unknown, malformed and closed links look the same."""
    person_id = person_named_by(token)
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None or not same(token, personal(secret, person.id, person.link_salt)):
        raise NotFound
    return person


def find_token(session: Session, token: str, purpose: str) -> AccessToken:
    """Return the row of a token, revoked or not; unknown and malformed tokens look the same."""
    row = session.scalar(
        select(AccessToken).where(AccessToken.token_hash == hashed(token), AccessToken.purpose == purpose)
    )
    if row is None:
        raise NotFound
    return row


def live_token(session: Session, person_id: int, purpose: str) -> AccessToken | None:
    """Return a person's token for this purpose that still opens something."""
    wanted = select(AccessToken).where(
        AccessToken.person_id == person_id, AccessToken.purpose == purpose, AccessToken.revoked_at.is_(None)
    )
    return session.scalar(wanted.limit(1))
