"""What is shown of people and bodies; read-only, and never without asking who may see it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from scheduler.errors import Forbidden, Invalid, NotFound, NotSignedIn
from scheduler.parties.access import (
    BLOCK_LEADER,
    ORGANISING,
    SESSION,
    Actor,
    led_blocks,
    live,
    may_enter_for_all,
    may_organise,
    may_see_all,
)
from scheduler.parties.models import (
    BLOCK,
    AccessToken,
    Consent,
    Household,
    Membership,
    Organization,
    Person,
    SignIn,
)
from scheduler.parties.names import email_key
from scheduler.parties.tokens import hashed, person_named_by, personal, same


def operator(session: Session, actor: Actor) -> Person | None:
    """Return the operator who asks; nobody for anybody else, and for whatever is not a signed-in session."""
    person = session.get(Person, actor.person_id) if actor.has_scope(SESSION) else None
    return person if person is not None and person.is_operator else None


def find_operator(session: Session, actor: Actor) -> Person:
    """Return the operator who asks; for anybody else there is nothing."""
    person = operator(session, actor)
    if person is None:
        raise NotFound
    return person


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


@dataclass(frozen=True)
class ConsentOf:
    """Which consent is meant: its purpose and for whom; by whom, where that matters."""

    purpose: str
    for_person_id: int | None = None
    for_name: str = ""
    person_id: int | None = None
    name: str = ""


def live_consents(session: Session, meant: ConsentOf, now: datetime) -> list[Consent]:
    """Return the consents that hold now, the oldest first; whoever is named by an id needs no name.

    Without a giver, anybody's counts.
    """
    for_whom = (
        Consent.for_person_id == meant.for_person_id
        if meant.for_person_id is not None
        else and_(Consent.for_person_id.is_(None), Consent.for_name == meant.for_name)
    )
    wanted = select(Consent).where(
        Consent.purpose == meant.purpose,
        Consent.given_at <= now,
        or_(Consent.ends_at.is_(None), Consent.ends_at > now),
        for_whom,
    )
    if meant.person_id is not None:
        wanted = wanted.where(Consent.person_id == meant.person_id)
    elif meant.name:
        wanted = wanted.where(Consent.person_id.is_(None), Consent.name == meant.name)
    return list(session.scalars(wanted.order_by(Consent.id)))


def has_consent(session: Session, meant: ConsentOf, now: datetime) -> bool:
    """Say whether such a consent holds now."""
    return bool(live_consents(session, meant, now))


def consents_about(session: Session, person_id: int) -> list[Consent]:
    """Return every consent that a person has given or that was given for them, ended ones too, the oldest first."""
    wanted = select(Consent).where(or_(Consent.person_id == person_id, Consent.for_person_id == person_id))
    return list(session.scalars(wanted.order_by(Consent.id)))


def live_offices(
    session: Session, people: Collection[int], today: date, *, but_not_in: Collection[int]
) -> set[int]:
    """Return who of these people holds an office today in any body but these."""
    wanted = select(Membership.person_id).where(
        Membership.person_id.in_(people),
        Membership.office.is_not(None),
        Membership.organization_id.not_in(but_not_in),
        live(today),
    )
    return {person_id for person_id in session.scalars(wanted) if person_id is not None}


def offices_ahead(session: Session, person_id: int, today: date) -> list[Membership]:
    """Return the offices that a person holds today or will, in whichever body."""
    wanted = select(Membership).where(
        Membership.person_id == person_id,
        Membership.office.is_not(None),
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    return list(session.scalars(wanted.order_by(Membership.id)))


def holders_of(session: Session, organization_id: int, offices: Collection[str], today: date) -> list[Person]:
    """Return who holds one of these offices in a body on a day, by reading."""
    held = select(Membership.person_id).where(
        Membership.organization_id == organization_id, Membership.office.in_(offices), live(today)
    )
    wanted = select(Person).where(Person.id.in_(held), Person.merged_into_id.is_(None))
    return list(session.scalars(wanted.order_by(Person.kana_key, Person.id)))


def organisers_of(session: Session, organization_id: int, today: date) -> list[Person]:
    """Return who may organise for a body on a day, by reading."""
    return holders_of(session, organization_id, ORGANISING, today)


def office_holders(session: Session, organization_id: int) -> set[int]:
    """Return the ids of all who ever held an office in a body, or will."""
    wanted = select(Membership.person_id).where(
        Membership.organization_id == organization_id, Membership.office.in_(ORGANISING)
    )
    return {person_id for person_id in session.scalars(wanted) if person_id is not None}


def office_of(session: Session, person_id: int, organization_id: int, today: date) -> str:
    """Return the highest office that a person holds in a body on a day; empty for none."""
    wanted = select(Membership.office).where(
        Membership.organization_id == organization_id,
        Membership.person_id == person_id,
        Membership.office.in_(ORGANISING),
        live(today),
    )
    held = set(session.scalars(wanted))
    return next((office for office in ORGANISING if office in held), "")


def find_token(session: Session, token: str, purpose: str) -> AccessToken:
    """Return the row of a token, revoked or not; unknown and malformed tokens look the same."""
    row = session.scalar(
        select(AccessToken).where(AccessToken.token_hash == hashed(token), AccessToken.purpose == purpose)
    )
    if row is None:
        raise NotFound
    return row


def look_at_link(session: Session, token: str, now: datetime) -> SignIn:
    """Return what a link was made for, without spending it; raise Invalid when it is unknown, spent or too old."""
    asked = session.scalar(select(SignIn).where(SignIn.token_hash == hashed(token)))
    if asked is None or asked.spent_at is not None or asked.expires_at <= now:
        raise Invalid("sign_in_spent")
    return asked


def live_token(session: Session, person_id: int, purpose: str) -> AccessToken | None:
    """Return a person's token for this purpose that still opens something."""
    wanted = select(AccessToken).where(
        AccessToken.person_id == person_id, AccessToken.purpose == purpose, AccessToken.revoked_at.is_(None)
    )
    return session.scalar(wanted.limit(1))


@dataclass(frozen=True)
class Block:
    """The households of one block as somebody may see them, in walking order, each with its people.

    `shows_contacts` is for officers; a block leader sees how a household is reached where it has released it.
    """

    body: Organization
    households: list[tuple[Household, list[Person]]]
    shows_contacts: bool

    def shows_contacts_of(self, household: Household) -> bool:
        """Say whether addresses and telephones of this household are shown."""
        return self.shows_contacts or household.releases_contact


def kept_as_blocks(session: Session, body: Organization) -> list[Organization]:
    """Return where households of a body are kept: in its blocks, or in itself."""
    # Not every body under another is a block of it: a block was made as one, has households, or somebody who leads it.
    inhabited = select(Household.id).where(Household.block_id == Organization.id).exists()
    led = select(Membership.id).where(
        Membership.organization_id == Organization.id, Membership.office == BLOCK_LEADER
    )
    is_one = or_(Organization.kind == BLOCK, inhabited, led.exists())
    a_block = and_(Organization.parent_id == body.id, is_one)
    wanted = select(Organization).where(or_(a_block, and_(Organization.id == body.id, inhabited)))
    return list(session.scalars(wanted.order_by(Organization.name, Organization.id))) or [body]


def find_kept_blocks(session: Session, actor: Actor, slug: str) -> tuple[Organization, list[Organization]]:
    """Return a body and those of its blocks whose households the actor keeps: all for officers, else the led ones."""
    body = find_body(session, slug)
    blocks = kept_as_blocks(session, body)
    if not may_see_all(session, actor, body):
        led = {one.id for one in led_blocks(session, actor)}
        blocks = [block for block in blocks if block.id in led]
    if not blocks:
        raise NotFound
    return body, blocks


def find_kept_household(session: Session, actor: Actor, household_id: int) -> tuple[Household, Organization]:
    """Return a household and its block, for the block's leader and the officers."""
    household = session.get(Household, household_id)
    block = session.get(Organization, household.block_id) if household and household.block_id else None
    if household is None or block is None or not _keeps(session, actor, block):
        raise NotFound
    return household, block


def _keeps(session: Session, actor: Actor, block: Organization) -> bool:
    leads = any(one.id == block.id for one in led_blocks(session, actor))
    return leads or may_see_all(session, actor, block)


def households_of(session: Session, block: Organization, *, shows_contacts: bool) -> Block:
    """Return the households of a block in walking order, each with its people."""
    wanted = select(Household).where(Household.block_id == block.id)
    households = session.scalars(wanted.order_by(Household.position, Household.id)).all()
    people = select(Person).where(Person.household_id.in_([one.id for one in households])).order_by(Person.id)
    members: dict[int | None, list[Person]] = {}
    for person in session.scalars(people):
        members.setdefault(person.household_id, []).append(person)
    return Block(block, [(one, members.get(one.id, [])) for one in households], shows_contacts)


def people_of(session: Session, household: Household) -> list[Person]:
    """Return the people of a household, the longest known first."""
    wanted = select(Person).where(Person.household_id == household.id)
    return list(session.scalars(wanted.order_by(Person.id)))


def household_of(session: Session, person: Person) -> Household | None:
    """Return a person's own household, if it is on a list."""
    return session.get(Household, person.household_id) if person.household_id is not None else None


def find_my_household(session: Session, actor: Actor) -> Household:
    """Return the household of the person who asks."""
    home = household_of(session, find_me(session, actor))
    if home is None:
        raise NotFound
    return home


def place_of(session: Session, household: Household) -> int:
    """Return a household's place in the round of its block, counted from 1."""
    before = or_(
        Household.position < household.position,
        and_(Household.position == household.position, Household.id < household.id),
    )
    wanted = select(func.count(Household.id)).where(Household.block_id == household.block_id, before)
    return 1 + (session.scalar(wanted) or 0)


def _households_to_enter(session: Session, actor: Actor, body: Organization) -> ColumnElement[bool]:
    # For whom the actor may enter something at a body's dates: of the body, or of the block that they lead.
    led = Household.block_id.in_([one.id for one in led_blocks(session, actor)])
    if not may_enter_for_all(session, actor, body):
        return led
    own = select(Organization.id).where(or_(Organization.id == body.id, Organization.parent_id == body.id))
    members = select(Membership.household_id).where(
        Membership.organization_id.in_(own), Membership.household_id.is_not(None), live(actor.today)
    )
    return or_(led, Household.block_id.in_(own), Household.id.in_(members))


def _people_to_enter(
    session: Session, actor: Actor, body: Organization, known: Select[tuple[int]] | None
) -> ColumnElement[bool]:
    homes = select(Household.id).where(_households_to_enter(session, actor, body))
    at_home = Person.household_id.in_(homes)
    if not may_enter_for_all(session, actor, body):
        return at_home
    members = select(Membership.person_id).where(
        Membership.organization_id == body.id, Membership.person_id.is_not(None), live(actor.today)
    )
    return or_(at_home, Person.id.in_(members), *([Person.id.in_(known)] if known is not None else []))


def enterable_households(session: Session, actor: Actor, body: Organization) -> list[Household]:
    """Return the households for which the actor may enter something at this body's dates, in walking order."""
    wanted = select(Household).where(_households_to_enter(session, actor, body))
    return list(session.scalars(wanted.order_by(Household.block_id, Household.position, Household.id)))


def find_enterable_household(
    session: Session, actor: Actor, body: Organization, household_id: int
) -> Household:
    """Return a household for which the actor may enter something at this body's dates."""
    wanted = select(Household).where(Household.id == household_id, _households_to_enter(session, actor, body))
    household = session.scalar(wanted)
    if household is None:
        raise NotFound
    return household


def enterable_people(
    session: Session, actor: Actor, body: Organization, known: Select[tuple[int]] | None = None
) -> list[Person]:
    """Return the people for whom the actor may enter something at this body's dates, by reading.

    They are the body's members and the people of its households; `known` are the ids of others whom it knows, such as
    those who came before. A block leader gets the people of the own block alone.
    """
    wanted = select(Person).where(
        _people_to_enter(session, actor, body, known), Person.merged_into_id.is_(None)
    )
    return list(session.scalars(wanted.order_by(Person.kana_key, Person.id)))


def find_enterable_person(
    session: Session,
    actor: Actor,
    body: Organization,
    person_id: int,
    *,
    known: Select[tuple[int]] | None = None,
) -> Person:
    """Return one of the people of `enterable_people`."""
    wanted = select(Person).where(
        Person.id == person_id,
        Person.merged_into_id.is_(None),
        _people_to_enter(session, actor, body, known),
    )
    person = session.scalar(wanted)
    if person is None:
        raise NotFound
    return person
