"""What is shown of sign-ups; read-only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.errors import NotFound
from scheduler.participation.models import GONE, Participation
from scheduler.parties.access import Actor, may_organise


def _whole() -> Select[tuple[Participation]]:
    path = (
        contains_eager(Participation.slot).contains_eager(Slot.occurrence).contains_eager(Occurrence.activity)
    )
    return (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .options(path.joinedload(Activity.organization), joinedload(Participation.contact))
    )


def find_own(session: Session, actor: Actor, participation_id: int) -> Participation:
    """Return a sign-up for which the actor is the contact."""
    found = session.scalar(_whole().where(Participation.id == participation_id))
    if found is None or actor.person_id is None or found.contact_id != actor.person_id:
        raise NotFound
    return found


def find_participation(session: Session, actor: Actor, participation_id: int) -> Participation:
    """Return a sign-up that is the actor's own, or of a date that the actor organises."""
    found = session.scalar(_whole().where(Participation.id == participation_id))
    if found is None:
        raise NotFound
    own = actor.person_id is not None and found.contact_id == actor.person_id
    if not own and not may_organise(session, actor, found.slot.occurrence.activity.organization_id):
        raise NotFound
    return found


def coming_of(session: Session, person_id: int, now: datetime) -> list[Participation]:
    """Return a person's live sign-ups for dates that have not ended, the next first."""
    wanted = _whole().where(
        Participation.contact_id == person_id, Participation.state.not_in(GONE), Occurrence.ends_at >= now
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at, Slot.position)))


def past_of(session: Session, person_id: int, now: datetime, limit: int = 20) -> list[Participation]:
    """Return a person's latest sign-ups for dates that are over."""
    wanted = _whole().where(
        Participation.contact_id == person_id, Participation.state.not_in(GONE), Occurrence.ends_at < now
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at.desc()).limit(limit)))


def feed_of(session: Session, person_id: int, since: datetime) -> list[Participation]:
    """Return a person's live sign-ups for dates from `since` on, as the personal feed shows them."""
    wanted = _whole().where(
        Participation.contact_id == person_id, Participation.state.not_in(GONE), Occurrence.ends_at >= since
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at, Participation.id)))


def roster(session: Session, occurrence_id: int) -> list[Participation]:
    """Return the live sign-ups of a date, by slot and reading: for its organisers only."""
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .where(Slot.occurrence_id == occurrence_id, Participation.state.not_in(GONE))
        .options(
            contains_eager(Participation.slot),
            joinedload(Participation.contact),
            joinedload(Participation.person),
            joinedload(Participation.organization),
            joinedload(Participation.household),
            selectinload(Participation.companions),
        )
    )
    rows = session.scalars(wanted.order_by(Slot.position, Participation.id))
    return sorted(rows, key=lambda row: (row.slot.position, row.contact.kana_key))


def people_to_tell(session: Session, occurrence_id: int) -> Sequence[int]:
    """Return the ids of all people who are told what happens to a date."""
    wanted = (
        select(Participation.contact_id)
        .join(Participation.slot)
        .where(Slot.occurrence_id == occurrence_id, Participation.state.not_in(GONE))
    )
    return session.scalars(wanted.distinct().order_by(Participation.contact_id)).all()


def own_at(session: Session, person_id: int, occurrence_id: int) -> list[Participation]:
    """Return what a person has taken at one date."""
    wanted = _whole().where(
        Participation.contact_id == person_id,
        Participation.state.not_in(GONE),
        Slot.occurrence_id == occurrence_id,
    )
    return list(session.scalars(wanted.order_by(Slot.position)))
