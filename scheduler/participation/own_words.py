"""Whether somebody has given their contacts themself, or other bodies know them too: then nobody else corrects them."""

from collections.abc import Collection

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.notices.models import ContactPoint
from scheduler.participation.models import Participation
from scheduler.parties.models import Household, Membership, Organization, Person


def has_own_words(session: Session, person: Person) -> bool:
    """Say whether somebody has given or used their contacts themself, or signs in by them."""
    signed = select(Participation.id).where(
        Participation.contact_id == person.id,
        or_(Participation.entered_by_id.is_(None), Participation.entered_by_id == person.id),
    )
    connected = select(ContactPoint.id).where(
        ContactPoint.person_id == person.id, ContactPoint.channel.in_(("line", "push"))
    )
    # By an address one signs in, so whoever holds an office gives it themself.
    office = select(Membership.id).where(Membership.person_id == person.id, Membership.office.is_not(None))
    if person.email_verified_at is not None or person.is_operator:
        return True
    return _is_any(session, signed, connected, office)


def is_known_elsewhere(session: Session, person: Person, body_ids: Collection[int]) -> bool:
    """Say whether somebody was signed up at any other body than these, or is on the lists of another association."""
    others = (
        select(Participation.id)
        .join(Slot, Slot.id == Participation.slot_id)
        .join(Occurrence, Occurrence.id == Slot.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(Participation.contact_id == person.id, Activity.organization_id.not_in(body_ids))
    )
    away = Organization.id.not_in(body_ids)
    member = (
        select(Membership.id).join(Membership.organization).where(Membership.person_id == person.id, away)
    )
    at_home = (
        select(Household.id)
        .join(Organization, Organization.id == Household.block_id)
        .where(Household.id == person.household_id, away)
    )
    return _is_any(session, others, member, at_home)


def _is_any(session: Session, *wanted: Select[tuple[int]]) -> bool:
    # A household's page asks this of each of its people.
    return bool(session.scalar(select(or_(*(one.exists() for one in wanted)))))
