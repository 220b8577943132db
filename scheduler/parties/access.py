"""Who may do what. Rights follow from memberships and are read at each request, never kept in a session.

A block leader acts for the homes of the own block and for nobody else, at the dates of every body: whoever has no
telephone comes to the library, too. At those of the body that the block belongs to, entering their yes and no is the
office itself. At the dates of any other body the leader is a neighbour who passes something on: a yes, and a no of whom
nothing stood; a sign-up that somebody else has made ends only where the home has said so, and that is on record
(`homes.end_for`).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from scheduler.parties.models import Household, Membership, Organization

# Offices that may post, decide, tick and report for their body.
ORGANISING = ("chair", "vice_chair", "secretary", "treasurer", "organiser", "staff")
# Goes from door to door in one block; sits at the counter. Neither organises.
BLOCK_LEADER, COUNTER = "block_leader", "counter"

# What a program's token may be good for: one's own things, or those of a body.
OWN_SCOPES = ("read", "sign_up")
BODY_SCOPES = ("read", "organise", "report", "households")
# What only somebody who has signed in may do, whatever a token is good for.
SESSION = "session"


@dataclass(frozen=True)
class Actor:
    """Who asks, and on which day.

    `by_link` is somebody who came by a personal link: it opens the own page and nothing else, for a mail may be
    forwarded. `scopes` is what a program's token is good for, None where nothing is held back; with `body_id` it acts
    for that body alone, and not for the person who made it.
    """

    today: date
    person_id: int | None = None
    by_link: bool = False
    scopes: frozenset[str] | None = None
    body_id: int | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether the person has signed in, so that an office counts."""
        return self.person_id is not None and not self.by_link

    @property
    def own_id(self) -> int | None:
        """Whose own things are open: nobody's with the token of a body."""
        return self.person_id if self.body_id is None else None

    def has_scope(self, scope: str) -> bool:
        """Say whether what came along with the request is good for this."""
        if scope == SESSION:
            return self.is_signed_in and self.scopes is None
        return self.scopes is None or scope in self.scopes

    @property
    def has_office(self) -> bool:
        """Whether an office counts at all: not with a personal link, nor with a token that is not made for it."""
        return self.is_signed_in and any(self.has_scope(scope) for scope in BODY_SCOPES if scope != "read")


def live(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a membership counts on this day."""
    not_over = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    return and_(Membership.starts_on <= today, not_over)


# Put together once: a page asks it several times, and that took longer than its answer.
_WHERE = (
    select(Organization)
    .join(Membership, Membership.organization_id == Organization.id)
    .where(Membership.person_id == bindparam("person_id"))
    .where(Membership.office.in_(bindparam("offices", expanding=True)))
    .where(live(bindparam("today", type_=Date)))
    .distinct()
    .order_by(Organization.name)
)


def _bodies_where(session: Session, actor: Actor, *offices: str) -> list[Organization]:
    if not actor.has_office:
        return []
    asked = {"person_id": actor.person_id, "offices": offices, "today": actor.today}
    found = session.scalars(_WHERE, asked)
    return [body for body in found if actor.body_id in {None, body.id}]


def organised_bodies(session: Session, actor: Actor) -> list[Organization]:
    """Return the bodies for which the actor may organise, by name."""
    return _bodies_where(session, actor, *ORGANISING)


def represented_bodies(session: Session, actor: Actor) -> list[Organization]:
    """Return the bodies that the actor may sign up, by name: those of which they are an officer or lead the block."""
    return _bodies_where(session, actor, *ORGANISING, BLOCK_LEADER)


def led_blocks(session: Session, actor: Actor) -> list[Organization]:
    """Return the blocks that the actor leads, by name; a block is a body with a parent."""
    return [body for body in _bodies_where(session, actor, BLOCK_LEADER) if body.parent_id is not None]


def may_see_all(session: Session, actor: Actor, body: Organization) -> bool:
    """Say whether the actor is an officer of this body or of its parent: then its households are theirs to keep."""
    return any(one.id in {body.id, body.parent_id} for one in organised_bodies(session, actor))


def may_enter_for_all(session: Session, actor: Actor, body: Organization) -> bool:
    """Say whether the actor may enter a yes or a no for everybody at this body's dates: officers, and its counter."""
    at_counter = any(one.id == body.id for one in _bodies_where(session, actor, COUNTER))
    return at_counter or may_see_all(session, actor, body)


def may_enter_for(session: Session, actor: Actor, body: Organization, household: Household | None) -> bool:
    """Say whether the actor may enter a yes or a no of this household, or of one of its people, at this body's dates.

    A block leader may for the own block, whichever body calls; who has no household is None.
    """
    block_id = household.block_id if household is not None else None
    leads = block_id is not None and any(one.id == block_id for one in led_blocks(session, actor))
    return leads or may_enter_for_all(session, actor, body)


def is_called_by_own(session: Session, actor: Actor, body: Organization) -> bool:
    """Say whether the actor enters for all of a body, or leads a block that is part of it."""
    if may_enter_for_all(session, actor, body):
        return True
    above = led_blocks(session, actor)
    while above:
        if any(one.id == body.id for one in above):
            return True
        parents = {one.parent_id for one in above} - {None}
        above = list(session.scalars(select(Organization).where(Organization.id.in_(parents))))
    return False


def may_organise(session: Session, actor: Actor, organization_id: int) -> bool:
    """Say whether the actor holds an organising office in this body today."""
    return any(body.id == organization_id for body in organised_bodies(session, actor))


def has_other_officer(session: Session, organization_id: int, day: date, but: ColumnElement[bool]) -> bool:
    """Say whether somebody organises for the body on that day by another membership than these; locks the body.

    Of two who end each other's office at one time, the second comes after the first.
    """
    session.get_one(Organization, organization_id, with_for_update={"key_share": True})
    others = select(Membership.id).where(
        Membership.organization_id == organization_id,
        Membership.office.in_(ORGANISING),
        Membership.person_id.is_not(None),
        ~but,
        live(day),
    )
    return session.scalar(others.limit(1)) is not None


def has_competence(
    session: Session, person_id: int, organization_id: int, competence: str, today: date
) -> bool:
    """Say whether the body has this person on record as trained for it today (invariant 6)."""
    wanted = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.organization_id == organization_id,
        Membership.competence == competence,
        live(today),
    )
    return session.scalar(wanted.limit(1)) is not None
