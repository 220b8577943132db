"""Who may do what. Rights follow from memberships and are read at each request, never kept in a session."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from scheduler.parties.models import Membership, Organization

# Offices that may post, decide, tick and report for their body.
ORGANISING = ("chair", "vice_chair", "secretary", "treasurer", "organiser", "staff")

# What a program's token may be good for: one's own things, or those of a body.
OWN_SCOPES = ("read", "sign_up")
BODY_SCOPES = ("read", "organise", "report")
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

    def has_scope(self, scope: str) -> bool:
        """Say whether what came along with the request is good for this."""
        if scope == SESSION:
            return self.is_signed_in and self.scopes is None
        return self.scopes is None or scope in self.scopes

    @property
    def organises(self) -> bool:
        """Whether an office counts at all: not with a personal link, nor with a token that is not made for it."""
        return self.is_signed_in and (self.has_scope("organise") or self.has_scope("report"))

    @property
    def is_signed_in(self) -> bool:
        """Whether the person has signed in, so that an office counts."""
        return self.person_id is not None and not self.by_link


def _live(today: date) -> ColumnElement[bool]:
    not_over = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    return and_(Membership.starts_on <= today, not_over)


def organised_bodies(session: Session, actor: Actor) -> list[Organization]:
    """Return the bodies for which the actor may organise, by name."""
    if not actor.organises:
        return []
    wanted = (
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.person_id == actor.person_id, Membership.office.in_(ORGANISING), _live(actor.today))
    )
    if actor.body_id is not None:
        wanted = wanted.where(Organization.id == actor.body_id)
    return list(session.scalars(wanted.distinct().order_by(Organization.name)))


def may_organise(session: Session, actor: Actor, organization_id: int) -> bool:
    """Say whether the actor holds an organising office in this body today."""
    return any(body.id == organization_id for body in organised_bodies(session, actor))


def has_competence(
    session: Session, person_id: int, organization_id: int, competence: str, today: date
) -> bool:
    """Say whether the body has this person on record as trained for it today (invariant 6)."""
    wanted = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.organization_id == organization_id,
        Membership.competence == competence,
        _live(today),
    )
    return session.scalar(wanted.limit(1)) is not None
