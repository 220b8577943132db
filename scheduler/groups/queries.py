"""What is shown of groups and shares; each `find_` answers only for who has the right or the key."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.activities.models import Occurrence, Slot, SlotShare
from scheduler.errors import NotFound
from scheduler.groups.links import is_names_token, is_share_token, row_named_by
from scheduler.participation.models import GONE, Companion, Participation
from scheduler.participation.queries import find_own
from scheduler.participation.standing import lacks_guardian
from scheduler.parties.access import Actor, represented_bodies
from scheduler.parties.models import Household, Organization
from scheduler.parties.queries import find_me, household_of


@dataclass(frozen=True)
class Spoken:
    """For whom somebody may sign up: the bodies of an office, and the own household."""

    bodies: tuple[Organization, ...] = ()
    household: Household | None = None


def spoken_for(session: Session, actor: Actor) -> Spoken:
    """Return for whom the actor may sign up; nobody but a free group where nobody is signed in."""
    if not actor.is_signed_in or actor.own_id is None:
        return Spoken()
    home = household_of(session, find_me(session, actor))
    return Spoken(tuple(represented_bodies(session, actor)), home)


def find_household(session: Session, actor: Actor) -> Household:
    """Return the household for which the actor may sign up."""
    home = spoken_for(session, actor).household
    if home is None:
        raise NotFound
    return home


def find_share_by_token(session: Session, slot: Slot, token: str, secret: str) -> SlotShare:
    """Return the share of a slot that a link opens, open to all by now or not; any other link looks made up."""
    share_id = row_named_by(token)
    share = session.get(SlotShare, share_id) if share_id is not None else None
    if share is None or not is_share_token(token, secret, share.id):
        raise NotFound
    if share.slot_id != slot.id or share.organization_id is None:
        raise NotFound
    return share


def find_pledge_by_token(session: Session, token: str, secret: str) -> Participation:
    """Return the group whose people a link lets name themselves; closed and made-up links look the same."""
    row_id = row_named_by(token)
    row = session.get(Participation, row_id) if row_id is not None else None
    if row is None or not is_names_token(token, secret, row.id, row.names_salt):
        raise NotFound
    if not row.is_pledge or not row.is_live or row.unproven:
        raise NotFound
    return row


def find_own_pledge(session: Session, actor: Actor, participation_id: int) -> Participation:
    """Return a group's sign-up of which the actor is the contact."""
    row = find_own(session, actor, participation_id)
    if not row.is_pledge:
        raise NotFound
    return row


def named_of(row: Participation) -> list[Companion]:
    """Return the people of a group who were named, without its contact, in the order of naming."""
    return [one for one in row.companions if one.name]


def minors_of(row: Participation) -> int:
    """Return how many of a group's people are under age."""
    return int(bool(row.contact_comes and row.contact_grade)) + sum(one.is_minor for one in row.companions)


def lacks_consent(row: Participation) -> bool:
    """Say whether people under age are named whom no adult accompanies and for whom no guardian has said yes."""
    return row.is_live and lacks_guardian(row)


@dataclass(frozen=True)
class ShareLine:
    """One body's share of a slot: how many were asked for, how many of it come, and what is left until when.

    `come` and `named` count all that the body has signed up, also those for whom free places were taken.
    """

    share: SlotShare
    slot: Slot
    body: Organization
    come: int
    named: int
    has_signed_up: bool
    until: datetime

    @property
    def asked(self) -> int:
        """How many people the body was asked for."""
        return self.share.places

    @property
    def left(self) -> int:
        """How many places are still kept."""
        return self.share.remaining

    @property
    def is_kept(self) -> bool:
        """Whether what is left is still kept for this body."""
        return self.share.released_at is None

    @property
    def is_unanswered(self) -> bool:
        """Whether the body may still sign up for what is kept; it does so once, and then changes its number."""
        return self.is_kept and self.left > 0 and not self.has_signed_up


def shares_at(session: Session, occurrence: Occurrence) -> list[ShareLine]:
    """Return the shares of a date, by slot and body."""
    slots = {slot.id: slot for slot in occurrence.slots}
    wanted = (
        select(SlotShare)
        .where(SlotShare.slot_id.in_(slots), SlotShare.organization_id.is_not(None))
        .options(joinedload(SlotShare.organization))
    )
    shares = session.scalars(wanted).all()
    signed_up = _signed_up(session, slots) if shares else {}
    lines = [line for share in shares for line in _line(slots[share.slot_id], share, signed_up)]
    return sorted(lines, key=lambda line: (line.slot.position, line.body.name))


def _line(
    slot: Slot, share: SlotShare, signed_up: Mapping[tuple[int, int], Participation]
) -> Iterator[ShareLine]:
    body = share.organization
    if body is not None:
        row = signed_up.get((slot.id, body.id))
        come, named = (row.people, row.named) if row is not None and row.holds else (0, 0)
        yield ShareLine(share, slot, body, come, named, row is not None, slot.share_ends_at(share))


def _signed_up(session: Session, slot_ids: Iterable[int]) -> dict[tuple[int, int], Participation]:
    wanted = select(Participation).where(
        Participation.slot_id.in_(slot_ids),
        Participation.organization_id.is_not(None),
        Participation.state.not_in(GONE),
    )
    return {(row.slot_id, row.organization_id or 0): row for row in session.scalars(wanted)}
