"""What the feeds behind a secret address may show, and the version each is in; read-only."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload

from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot
from scheduler.calendars.models import CalendarImport, FeedChoice, FeedState
from scheduler.calendars.scopes import KEPT, NEAR, Version, day_start, kept, windows
from scheduler.errors import Gone, NotFound
from scheduler.participation.models import GONE, Participation
from scheduler.parties.access import Actor, may_organise, organised_bodies
from scheduler.parties.models import AccessToken, Membership, Organization, Person
from scheduler.parties.tokens import hashed

# What a secret address is for: the own dates, the open parts, the inside of a body (`body:7`).
OWN, OPEN, BODY = "feed", "open", "body:"


def find_public_activity(session: Session, activity_id: int) -> Activity:
    """Return an activity that everybody may see; its organiser sees no more of it in a feed."""
    found = session.get(Activity, activity_id)
    if found is None or not found.is_published:
        raise NotFound
    return found


def find_feed(session: Session, token: str, today: date) -> AccessToken:
    """Return what a secret address opens.

    Raise NotFound for an unknown one, Gone for one that was closed, or whose owner organises for that body no more.
    """
    row = session.scalar(select(AccessToken).where(AccessToken.token_hash == hashed(token)))
    if row is None or not (row.purpose in {OWN, OPEN} or row.purpose.startswith(BODY)):
        raise NotFound
    if row.revoked_at is not None:
        raise Gone
    if row.purpose.startswith(BODY) and not may_organise(
        session, Actor(today, row.person_id), body_of(row.purpose)
    ):
        raise Gone
    return row


def body_of(purpose: str) -> int:
    """Return the body whose inside a feed shows."""
    return int(purpose.removeprefix(BODY))


def owner(session: Session, feed: AccessToken) -> Person:
    """Return the person whose secret address this is."""
    return session.get_one(Person, feed.person_id)


def body_of_feed(session: Session, feed: AccessToken) -> Organization:
    """Return the body whose inside a secret address shows."""
    return session.get_one(Organization, body_of(feed.purpose))


def find_import(session: Session, organization_id: int, import_id: int) -> CalendarImport:
    """Return a calendar that this body has handed in and not yet taken over."""
    found = session.get(CalendarImport, import_id)
    if found is None or found.organization_id != organization_id or found.taken_at is not None:
        raise NotFound
    return found


def live_feeds(session: Session, person_id: int) -> dict[str, AccessToken]:
    """Return a person's secret addresses that still open something, by what they are for."""
    wanted = select(AccessToken).where(
        AccessToken.person_id == person_id, AccessToken.revoked_at.is_(None), AccessToken.purpose != ""
    )
    return {row.purpose: row for row in session.scalars(wanted.order_by(AccessToken.id))}


def alarm_of(session: Session, token_id: int) -> int | None:
    """Return how many minutes before a date this feed rings; None where it does not."""
    return session.scalar(select(FeedChoice.alarm_minutes).where(FeedChoice.token_id == token_id))


def feed_state(session: Session, key: str) -> tuple[str, datetime] | None:
    """Return the version that was last noted of a feed, and since when; None where none was."""
    row = session.execute(select(FeedState.version, FeedState.changed_at).where(FeedState.key == key)).first()
    return None if row is None else (row[0], row[1])


# A person's own sign-ups ---------------------------------------------------------------------------------------------


def _own(wanted: Select[Any], person_id: int, now: datetime) -> Select[Any]:
    return (
        wanted.select_from(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .join(Activity.organization)
        .where(
            Participation.contact_id == person_id,
            Participation.state.not_in(GONE),
            Occurrence.ends_at >= day_start(now) - KEPT,
        )
        .order_by(Occurrence.starts_at, Participation.id)
    )


def own_version(session: Session, person_id: int, now: datetime) -> Version:
    """Return the version of a person's own sign-ups."""
    columns = (
        Participation.id,
        Participation.state,
        Participation.changed_at,
        Occurrence.revision,
        Occurrence.changed_at,
        Activity.revision,
        Activity.changed_at,
        Organization.name,
        Organization.name_en,
    )
    rows = session.execute(_own(select(*columns), person_id, now)).all()
    return Version(tuple(tuple(row) for row in rows))


def own_parts(session: Session, person_id: int, now: datetime) -> list[Participation]:
    """Return the sign-ups of a person's own feed, with everything that is rendered."""
    path = contains_eager(Participation.slot).contains_eager(Slot.occurrence)
    whole = (
        path.contains_eager(Occurrence.activity).joinedload(Activity.organization),
        path.selectinload(Occurrence.slots),
    )
    return list(session.scalars(_own(select(Participation), person_id, now).options(*whole)))


# What is to be decided, and the inside of a body ----------------------------------------------------------------------


def decided_by(session: Session, person_id: int, today: date) -> list[int]:
    """Return the bodies about whose dates a person decides."""
    return [body.id for body in organised_bodies(session, Actor(today, person_id))]


def _of_bodies(wanted: Select[Any], bodies: Sequence[int]) -> Select[Any]:
    return (
        wanted.select_from(Occurrence)
        .join(Occurrence.activity)
        .join(Activity.organization)
        .where(Activity.organization_id.in_(bodies), Activity.state == "published", kept())
    )


def _decides() -> ColumnElement[bool]:
    return and_(Activity.weather_rule.not_in(("none", "hold_in_rain")), Activity.decide_at.is_not(None))


def _row_columns() -> tuple[Any, ...]:
    of_date = (Occurrence.id, Occurrence.revision, Occurrence.changed_at)
    return *of_date, Activity.revision, Activity.changed_at, Organization.name, Organization.name_en


def decisions_version(session: Session, bodies: Sequence[int], now: datetime) -> Version:
    """Return the version of the decisions that these bodies have to take."""
    wanted = _of_bodies(select(*_row_columns()), bodies).where(_decides()).order_by(Occurrence.id)
    return _version(session, wanted, now)


def _version(session: Session, wanted: Select[Any], now: datetime) -> Version:
    return Version(tuple(tuple(row) for row in session.execute(wanted, windows(now))))


def _whole_dates(session: Session, wanted: Select[Any], now: datetime) -> list[Occurrence]:
    whole = (
        contains_eager(Occurrence.activity).contains_eager(Activity.organization),
        selectinload(Occurrence.slots),
    )
    ordered = wanted.options(*whole).order_by(Occurrence.starts_at, Occurrence.id)
    return list(session.scalars(ordered, windows(now)))


def decisions(session: Session, bodies: Sequence[int], now: datetime) -> list[Occurrence]:
    """Return the dates about which these bodies decide."""
    return _whole_dates(session, _of_bodies(select(Occurrence), bodies).where(_decides()), now)


def inside_version(session: Session, organization_id: int, now: datetime) -> Version:
    """Return the version of a body's inside: also each part's places and how many are taken."""
    columns = (*_row_columns(), Slot.id, Slot.places, Slot.taken)
    wanted = _of_bodies(select(*columns), [organization_id]).join(Slot, Slot.occurrence_id == Occurrence.id)
    return _version(session, wanted.order_by(Slot.id), now)


def inside_dates(session: Session, organization_id: int, now: datetime) -> list[Occurrence]:
    """Return the dates of a body for those who organise it."""
    return _whole_dates(session, _of_bodies(select(Occurrence), [organization_id]), now)


# The parts that are open ----------------------------------------------------------------------------------------------


def _trained(person_id: int, today: date) -> ColumnElement[bool]:
    held = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.organization_id == Activity.organization_id,
        Membership.competence == Slot.competence,
        Membership.starts_on <= today,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    return held.exists()


def _comes_already(person_id: int) -> ColumnElement[bool]:
    slot = aliased(Slot)
    mine = select(Participation.id).join(slot, Participation.slot_id == slot.id)
    of_date = mine.where(slot.occurrence_id == Occurrence.id, Participation.contact_id == person_id)
    return exists(of_date.where(Participation.state.not_in(GONE)))


def _open(wanted: Select[Any], person_id: int | None, now: datetime) -> Select[Any]:
    day = day_start(now)
    untrained = Slot.competence.is_(None)
    fits = untrained if person_id is None else or_(untrained, _trained(person_id, now.date()))
    chosen = (
        wanted.select_from(Slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .where(
            Activity.state == "published",
            Occurrence.state.in_(TAKES_SIGN_UPS),
            Occurrence.starts_at.between(day, day + NEAR),
            Slot.taken + Slot.reserved < Slot.places,
            Slot.policy != "assigned",
            fits,
        )
        .order_by(Occurrence.starts_at, Occurrence.id, Slot.position, Slot.id)
    )
    return chosen if person_id is None else chosen.where(~_comes_already(person_id))


def open_version(session: Session, person_id: int | None, now: datetime) -> Version:
    """Return the version of the parts that are open to a person, or to anybody for None."""
    return Version(tuple(_line(slot) for slot in open_slots(session, person_id, now)))


def _line(slot: Slot) -> tuple[Any, ...]:
    date_, activity = slot.occurrence, slot.occurrence.activity
    of_date, body = (slot.id, date_.id, date_.revision, date_.changed_at), activity.organization
    return *of_date, activity.revision, activity.changed_at, body.name, body.name_en


def open_slots(session: Session, person_id: int | None, now: datetime) -> list[Slot]:
    """Return the parts of the next month that have places left, which this person could take."""
    path = contains_eager(Slot.occurrence).contains_eager(Occurrence.activity)
    whole = path.options(joinedload(Activity.organization))
    slots = session.scalars(_open(select(Slot), person_id, now).options(whole))
    return [slot for slot in slots if _takes_sign_ups(slot, day_start(now))]


def _takes_sign_ups(slot: Slot, day: datetime) -> bool:
    # By the day, as all that a feed shows: from the one on which it opens to the one on which it closes.
    opens = slot.opens_at
    return slot.closes_at > day and (opens is None or opens < day + timedelta(days=1))


def organised(session: Session, person_id: int, today: date) -> list[Organization]:
    """Return the bodies whose inside a person may subscribe to."""
    return organised_bodies(session, Actor(today, person_id))
