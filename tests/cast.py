"""The cast: Aiko runs the association, Ben volunteers, Chie runs the library; Dan is a stranger."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.parties import actions
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Membership, Organization, Person


@dataclass(frozen=True)
class Cast:
    """The two bodies and three people; Dan has no row, that is what makes him a stranger."""

    midori: Organization
    library: Organization
    aiko: Person
    ben: Person
    chie: Person


def make(session: Session, now: datetime) -> Cast:
    """Write the cast into the database through the actions; the caller commits."""
    midori = Organization(slug="midori", name="みどり町内会", name_en="Midori Association", created_at=now)
    library = Organization(slug="library", name="市立図書館", name_en="City Library", created_at=now)
    people = [
        actions.person(session, PersonFacts(name, kana, f"{mailbox}@example.jp"), now)
        for name, kana, mailbox in (
            ("青木 愛子", "あおき あいこ", "aiko"),
            ("別所 勉", "べっしょ べん", "ben"),
            ("千田 知恵", "ちだ ちえ", "chie"),
        )
    ]
    for body, chair in ((midori, people[0]), (library, people[2])):
        actions.found_body(session, body)
        hold_office(session, chair, body, "chair", now)
    return Cast(midori, library, *people)


def meet(session: Session) -> Cast:
    """Return the cast of a database that was copied with them in it."""
    midori, library = session.scalars(select(Organization).order_by(Organization.id))
    aiko, ben, chie = session.scalars(select(Person).order_by(Person.id))
    return Cast(midori, library, aiko, ben, chie)


def hold_office(
    session: Session, person: Person, body: Organization, office: str, now: datetime
) -> Membership:
    """Give a person an office from yesterday on."""
    return _enrol(session, person, body, now, office=office)


def be_trained(
    session: Session, person: Person, body: Organization, competence: str, now: datetime
) -> Membership:
    """Write down that a body has trained this person."""
    return _enrol(session, person, body, now, competence=competence)


def _enrol(session: Session, person: Person, body: Organization, now: datetime, **what: str) -> Membership:
    since = (now - timedelta(days=1)).date()
    held = Membership(organization_id=body.id, person_id=person.id, starts_on=since, created_at=now, **what)
    return actions.enrol(session, held, None, now)


def block(session: Session, body: Organization, slug: str, now: datetime) -> Organization:
    """Found a block of a body."""
    return actions.found_body(
        session, Organization(slug=slug, name=f"{body.name} {slug}", parent_id=body.id, created_at=now)
    )
