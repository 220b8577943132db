"""What is shown of offices; read-only, and only to officers of the body or of its parent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from scheduler.errors import NotFound
from scheduler.history import UNDO_FOR, StateChange, changes_of
from scheduler.parties.access import BLOCK_LEADER, COUNTER, ORGANISING, SESSION, Actor, live, may_see_all
from scheduler.parties.models import Household, Membership, Organization, Person
from scheduler.parties.names import kana_key
from scheduler.parties.queries import find_body, kept_as_blocks
from scheduler.text import text_in

# In which order offices are named: the chair first, whoever's reading comes first.
OFFICES = (*ORGANISING, BLOCK_LEADER, COUNTER)


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


def is_block(session: Session, body: Organization) -> bool:
    """Say whether a body is a block of its parent, not a group or a committee under it."""
    if body.parent_id is None:
        return False
    return body in kept_as_blocks(session, session.get_one(Organization, body.parent_id))


def find_office(session: Session, actor: Actor, membership_id: int) -> Holder:
    """Return an office of a body that the actor keeps, and who holds it."""
    held = session.get(Membership, membership_id)
    if held is None or held.office is None or not may_see_all(session, actor, held.organization):
        raise NotFound
    return holder_of(session, held)


def find_office_to_pass_on(session: Session, actor: Actor, membership_id: int) -> Holder:
    """Return an office that the actor keeps; or a block that they lead today, which is theirs to hand over."""
    own = [held for held in own_posts(session, actor, BLOCK_LEADER) if held.id == membership_id]
    if own and actor.has_scope(SESSION):
        return holder_of(session, own[0])
    return find_office(session, actor, membership_id)


def find_office_to_undo(session: Session, actor: Actor, membership_id: int) -> Holder:
    """Return an office that the actor keeps, or about which they did the last thing themselves."""
    held = session.get(Membership, membership_id)
    if held is not None and held.office is not None and actor.has_scope(SESSION):
        done = changes_of(session, "membership", membership_id)
        if done and done[-1].by_id == actor.person_id and actor.person_id is not None:
            return holder_of(session, held)
    return find_office(session, actor, membership_id)


def handed_over_lately(session: Session, actor: Actor, now: datetime) -> list[tuple[Holder, Holder]]:
    """Return what the actor has handed over in the last half hour, where that stands: who held it, and who is next."""
    wanted = select(StateChange).where(
        StateChange.subject == "membership",
        StateChange.verb == "hand_over",
        StateChange.by_id == actor.person_id,
        StateChange.at >= now - UNDO_FOR,
    )
    made = [one for one in session.scalars(wanted.order_by(StateChange.id.desc())) if _stands(session, one)]
    return [(_holder(session, one.facts["from"]), _holder(session, one.subject_id)) for one in made]


def _stands(session: Session, made: StateChange) -> bool:
    return changes_of(session, "membership", made.subject_id)[-1].id == made.id


def _holder(session: Session, membership_id: int) -> Holder:
    return holder_of(session, session.get_one(Membership, membership_id))


def blocks_to_pass_on(session: Session, actor: Actor) -> list[Membership]:
    """Return which blocks the actor leads today and has handed over to nobody yet."""
    own = own_posts(session, actor, BLOCK_LEADER)
    return [held for held in own if not is_passed_on(session, held, actor.today)]


def is_passed_on(session: Session, held: Membership, today: date) -> bool:
    """Say whether the holder of an office has handed it over already, and that still stands."""
    by_holder = select(StateChange.subject_id).where(
        StateChange.subject == "membership",
        StateChange.verb == "hand_over",
        StateChange.by_id == held.person_id,
    )
    following = select(Membership.id).where(
        Membership.organization_id == held.organization_id,
        Membership.office == held.office,
        Membership.id.in_(by_holder),
        # What was handed over by mistake and taken back has ended.
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    return session.scalar(following.limit(1)) is not None


def own_posts(session: Session, actor: Actor, office: str) -> list[Membership]:
    """Return where the actor holds an office today, the longest first."""
    wanted = select(Membership).where(
        Membership.person_id == (actor.person_id if actor.has_office and actor.body_id is None else None),
        Membership.office == office,
        live(actor.today),
    )
    return list(session.scalars(wanted.order_by(Membership.starts_on, Membership.id)))


_LONGEST = 120
# A longer list is searched first; as many as these are found at a glance.
MOST_OFFERED, FEW = 300, 12


@dataclass(frozen=True)
class Known:
    """Whom bodies know by name, by reading: all of them, or who fits what was `sought`.

    `people` is empty, too, where they are too many to choose from without seeking.
    """

    people: list[Person]
    sought: str = ""
    is_long: bool = False


def known_people(
    session: Session, bodies: Sequence[Organization], sought: str = "", but: int | None = None
) -> Known:
    """Return whom bodies know, but for one person; a part of a name or of a reading is enough to seek by."""
    people = [one for one in session.scalars(_known(bodies)) if one.id != but]
    typed, is_long = text_in(sought[:_LONGEST]), len(people) > FEW
    found = [one for one in people if _fits(one, typed)]
    shown = found[:MOST_OFFERED] if typed or len(found) <= MOST_OFFERED else []
    return Known(shown, typed, is_long)


def _fits(person: Person, typed: str) -> bool:
    return "".join(typed.split()) in "".join(person.name.split()) or kana_key(typed) in person.kana_key


def known_by_phone(session: Session, body: Organization, kana_key: str, phone_key: str) -> Person | None:
    """Return whom a body knows by this reading and telephone."""
    same = _known([body]).where(Person.kana_key == kana_key, Person.phone_key == phone_key)
    return session.scalars(same.limit(1)).first()


def _known(bodies: Sequence[Organization]) -> Select[tuple[Person]]:
    # The people of their households, and whoever holds an office there.
    ids = [body.id for body in bodies]
    homes = select(Household.id).where(Household.block_id.in_(ids))
    offices = select(Membership.person_id).where(
        Membership.organization_id.in_(ids), Membership.office.is_not(None)
    )
    wanted = select(Person).where(
        or_(Person.household_id.in_(homes), Person.id.in_(offices)), Person.merged_into_id.is_(None)
    )
    return wanted.order_by(Person.kana_key, Person.id)


def holder_of(session: Session, held: Membership) -> Holder:
    """Return an office with the person who holds it."""
    return Holder(held, session.get_one(Person, held.person_id))


def bodies_known(session: Session, actor: Actor, body: Organization) -> list[Organization]:
    """Return the bodies from whose people the actor may choose who is next: those of the page where they ask somebody.

    A leader chooses from the own block.
    """
    whole = body if body.parent_id is None else session.get_one(Organization, body.parent_id)
    for kept in (whole, body):
        if may_see_all(session, actor, kept):
            return bodies_kept(session, kept)
    return [body]


def bodies_kept(session: Session, body: Organization) -> list[Organization]:
    """Return a body and its blocks."""
    blocks = select(Organization).where(Organization.parent_id == body.id)
    return [body, *session.scalars(blocks.order_by(Organization.name, Organization.id))]


def holders_of(session: Session, bodies: Sequence[Organization], today: date) -> list[Holders]:
    """Return who holds which office in these bodies, now or later: by rank, then as they follow each other."""
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
    found.sort(key=lambda one: OFFICES.index(one.held.office or ""))
    return [Holders(body, [one for one in found if one.held.organization_id == body.id]) for body in bodies]
