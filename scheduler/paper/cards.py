"""Key cards: a printed square that signs a telephone in once without mail; it ends by itself or when told."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.errors import NotFound
from scheduler.history import StateChange, record
from scheduler.parties.access import SESSION, Actor, may_see_all
from scheduler.parties.actions import new_sign_in
from scheduler.parties.models import Household, Organization, Person, SignIn
from scheduler.parties.queries import offices_ahead

# Time to bring it round; then it is waste paper.
LASTS = timedelta(days=14)


def find_holder(session: Session, actor: Actor, person_id: int) -> Person:
    """Return somebody for whom the actor may print a key card: oneself, or for an officer who has no mail.

    It opens all that the person may do. So nobody prints one for somebody who can be written to, serves as operator, or
    lives or holds an office, now or later, where the actor is no officer: it would open more than the actor may do.
    """
    person = session.get(Person, person_id)
    if person is None or not actor.has_scope(SESSION):
        raise NotFound
    if person.id != actor.person_id and not _may_print_for(session, actor, person):
        raise NotFound
    return person


def _may_print_for(session: Session, actor: Actor, person: Person) -> bool:
    if person.email or person.is_operator or person.merged_into_id is not None:
        return False
    bodies = [post.organization for post in offices_ahead(session, person.id, actor.today)]
    home = session.get(Household, person.household_id) if person.household_id is not None else None
    if home is not None and home.block_id is not None:
        bodies.append(session.get_one(Organization, home.block_id))
    return bool(bodies) and all(may_see_all(session, actor, body) for body in bodies)


def may_print_for(session: Session, actor: Actor, person: Person) -> bool:
    """Say whether the actor may print a key card for this person."""
    try:
        find_holder(session, actor, person.id)
    except NotFound:
        return False
    return True


def live_card(session: Session, person: Person, now: datetime) -> SignIn | None:
    """Return the card of a person that still opens something."""
    wanted = select(SignIn).where(
        SignIn.person_id == person.id,
        SignIn.printed_by_id.is_not(None),
        SignIn.spent_at.is_(None),
        SignIn.expires_at > now,
    )
    return session.scalar(wanted.order_by(SignIn.id.desc()).limit(1))


def make(session: Session, person: Person, by_id: int, secret: str, now: datetime) -> SignIn:
    """Make a new card; the one before opens nothing any more."""
    _end(session, person, now)
    card = new_sign_in(session, person, secret, now, LASTS)
    card.printed_by_id = by_id
    _record(session, person, "make_card", by_id, now)
    return card


def stop(session: Session, person: Person, by_id: int, now: datetime) -> None:
    """Let a card that was lost open nothing any more; twice is the same as once."""
    if live_card(session, person, now) is not None:
        _end(session, person, now)
        _record(session, person, "stop_card", by_id, now)


def _end(session: Session, person: Person, now: datetime) -> None:
    unspent = (SignIn.person_id == person.id) & SignIn.printed_by_id.is_not(None) & SignIn.spent_at.is_(None)
    session.execute(update(SignIn).where(unspent, SignIn.expires_at > now).values(expires_at=now))


def _record(session: Session, person: Person, verb: str, by_id: int, now: datetime) -> None:
    change = StateChange(at=now, subject="person", subject_id=person.id, verb=verb, by_id=by_id)
    record(session, change)
