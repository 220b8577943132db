"""What is shown of offices; read-only, and only to officers of the body or of its parent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.errors import NotFound
from scheduler.parties.access import Actor, may_see_all
from scheduler.parties.models import Membership, Organization, Person
from scheduler.parties.queries import find_body


@dataclass(frozen=True)
class Holder:
    """Somebody in an office, or about to be."""

    held: Membership
    person: Person

    def is_live(self, today: date) -> bool:
        """Whether the term has begun and not ended."""
        return self.held.starts_on <= today and (self.held.ends_on is None or self.held.ends_on >= today)


@dataclass(frozen=True)
class Holders:
    """A body, or one of its blocks, with everybody who holds an office there now or later."""

    body: Organization
    holders: list[Holder]


def find_kept_body(session: Session, actor: Actor, slug: str) -> Organization:
    """Return a body of which the actor is an officer, or whose parent's officer they are."""
    body = find_body(session, slug)
    if not may_see_all(session, actor, body):
        raise NotFound
    return body


def find_office(session: Session, actor: Actor, membership_id: int) -> Holder:
    """Return an office of a body that the actor keeps, and who holds it."""
    held = session.get(Membership, membership_id)
    if held is None or held.office is None or not may_see_all(session, actor, held.organization):
        raise NotFound
    return holder_of(session, held)


def holder_of(session: Session, held: Membership) -> Holder:
    """Return an office with the person who holds it."""
    return Holder(held, session.get_one(Person, held.person_id))


def bodies_kept(session: Session, body: Organization) -> list[Organization]:
    """Return a body and its blocks."""
    blocks = select(Organization).where(Organization.parent_id == body.id)
    return [body, *session.scalars(blocks.order_by(Organization.name, Organization.id))]


def holders_of(session: Session, bodies: Sequence[Organization], today: date) -> list[Holders]:
    """Return who holds which office in these bodies, now or later."""
    wanted = (
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organization_id.in_([body.id for body in bodies]),
            Membership.office.is_not(None),
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        )
        .order_by(Membership.starts_on, Person.kana_key, Membership.id)
    )
    found = [Holder(held, person) for held, person in session.execute(wanted)]
    return [Holders(body, [one for one in found if one.held.organization_id == body.id]) for body in bodies]
