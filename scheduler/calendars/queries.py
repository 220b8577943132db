"""What each feed may show, and the version it is in; read-only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, contains_eager, selectinload

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.errors import Gone
from scheduler.participation.models import GONE, Participation
from scheduler.parties.models import Person
from scheduler.parties.queries import find_token

# Past dates leave the feed after half a year: the day after would annoy, for ever would be slow.
KEPT = timedelta(days=183)


@dataclass(frozen=True)
class Version:
    """What a feed's bytes depend on: a line for each row it shows."""

    lines: tuple[tuple[Any, ...], ...]
    changed_at: datetime | None


def _day_start(now: datetime) -> datetime:
    # Cut to the day, so that the feed is the same to the byte all day long.
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - KEPT


def of_body(organization_id: int | None) -> ColumnElement[bool]:
    """Return the condition for the dates of one body, or of all for None."""
    return true() if organization_id is None else Activity.organization_id == organization_id


def public_version(session: Session, condition: ColumnElement[bool], now: datetime) -> Version:
    """Return the version of a public feed, by one query that gives one row.

    Revisions only ever rise, so that no two states of the dates shown have the same sums and latest changes.
    """
    columns = (
        func.count(),
        func.sum(Occurrence.id),
        func.sum(Occurrence.revision),
        func.sum(Activity.revision),
        func.max(Occurrence.changed_at),
        func.max(Activity.changed_at),
    )
    row = session.execute(_shown(select(*columns), condition, now)).one()
    return Version((tuple(row),), max((at for at in row[4:] if at), default=None))


def public_dates(session: Session, condition: ColumnElement[bool], now: datetime) -> list[Occurrence]:
    """Return the dates of a public feed, with everything that is rendered."""
    whole = (
        contains_eager(Occurrence.activity).contains_eager(Activity.organization),
        selectinload(Occurrence.slots),
    )
    wanted = _shown(select(Occurrence), condition, now).options(*whole)
    return list(session.scalars(wanted.order_by(Occurrence.starts_at, Occurrence.id)))


def _shown(wanted: Select[Any], condition: ColumnElement[bool], now: datetime) -> Select[Any]:
    return (
        wanted.select_from(Occurrence)
        .join(Occurrence.activity)
        .join(Activity.organization)
        .where(Activity.state == "published", Occurrence.ends_at >= _day_start(now), condition)
    )


def person_of_feed(session: Session, token: str) -> Person:
    """Return whose feed this address is; raise NotFound for an unknown one, Gone for one that was closed."""
    row = find_token(session, token, "feed")
    if row.revoked_at is not None:
        raise Gone
    return session.get_one(Person, row.person_id)


def own_version(session: Session, person_id: int, now: datetime) -> Version:
    """Return the version of a person's own feed."""
    columns = (
        Participation.id,
        Participation.state,
        Participation.changed_at,
        Occurrence.revision,
        Occurrence.changed_at,
        Activity.changed_at,
    )
    rows = session.execute(_own(select(*columns), person_id, now)).all()
    changed = (max(row[2], row[4], row[5]) for row in rows)
    return Version(tuple(tuple(row) for row in rows), max(changed, default=None))


def own_parts(session: Session, person_id: int, now: datetime) -> list[Participation]:
    """Return the sign-ups of a person's own feed, with everything that is rendered."""
    path = contains_eager(Participation.slot).contains_eager(Slot.occurrence)
    whole = (
        path.contains_eager(Occurrence.activity).joinedload(Activity.organization),
        path.selectinload(Occurrence.slots),
    )
    return list(session.scalars(_own(select(Participation), person_id, now).options(*whole)))


def _own(wanted: Select[Any], person_id: int, now: datetime) -> Select[Any]:
    return (
        wanted.select_from(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .where(
            Participation.contact_id == person_id,
            Participation.state.not_in(GONE),
            Occurrence.ends_at >= _day_start(now),
        )
        .order_by(Occurrence.starts_at, Participation.id)
    )
