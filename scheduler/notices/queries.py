"""What is waiting to be told, and who was told: read-only."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from scheduler.notices.crowd import of_person
from scheduler.notices.models import (
    BY_HAND,
    CLAIMED,
    DEAD,
    DROPPED,
    OPEN,
    PLANNED,
    QUIET,
    SENT,
    Attempt,
    ContactPoint,
    Delivery,
    Notice,
    Wish,
)


@dataclass(frozen=True)
class QueueState:
    """How the outbox is doing; a high `oldest_due_seconds` means that nobody delivers, or that nobody takes it."""

    waiting: int
    oldest_due_seconds: int
    dead: int


def queue_state(session: Session, now: datetime) -> QueueState:
    """Return how many are due and not out, how long the longest has waited, and how many will never be told.

    A message that the other side, or somebody's quiet hours, have put off counts as waiting, but its age does not:
    that concerns one mailbox.
    """
    waiting, age = due_and_not_out(session, now)
    dead = session.scalar(select(func.count()).where(Delivery.state == DEAD)) or 0
    return QueueState(waiting, age, dead)


def due_and_not_out(session: Session, now: datetime) -> tuple[int, int]:
    """Return how many are due and not out, and how many seconds the longest has waited."""
    due = or_(and_(Delivery.state == PLANNED, Delivery.wanted_at <= now), Delivery.state == CLAIMED)
    put_off = Delivery.reason.in_(("not_now", "perhaps_sent", QUIET))
    oldest_of_ours = func.min(Delivery.wanted_at).filter(~put_off)
    waiting, oldest = session.execute(select(func.count(), oldest_of_ours).where(OPEN, due)).one()
    return waiting, max(0, int((now - oldest).total_seconds())) if oldest else 0


@dataclass(frozen=True)
class DeliveryLine:
    """How far one notice has come for one person."""

    person_id: int
    kind: str
    version: int
    channel: str
    state: str
    reason: str
    tries: int
    due_at: datetime
    sent_at: datetime | None


def deliveries_about(session: Session, subject: str, subject_id: int) -> list[DeliveryLine]:
    """Return all deliveries about one thing, oldest notice first: the list of told, waiting and not told."""
    wanted = (
        select(
            Delivery.person_id,
            Notice.kind,
            Notice.version,
            Delivery.channel,
            Delivery.state,
            Delivery.reason,
            Delivery.tries,
            Delivery.due_at,
            Delivery.sent_at,
        )
        .join(Delivery.notice)
        .where(Notice.subject == subject, Notice.subject_id == subject_id)
        .order_by(Notice.id, Delivery.id)
    )
    return [DeliveryLine(*row) for row in session.execute(wanted)]


def people_told(session: Session, subject: str, subject_id: int, kinds: Collection[str]) -> set[int]:
    """Return who was told, is being told this moment, or perhaps was, by these kinds, of any version.

    They are the ones who need a correction when it changes.
    """
    reached = Attempt.outcome.in_(("sent", "perhaps_sent"))
    tried = select(Attempt.id).where(Attempt.delivery_id == Delivery.id, reached).exists()
    wanted = (
        select(Delivery.person_id)
        .join(Delivery.notice)
        .where(Notice.subject == subject, Notice.subject_id == subject_id, Notice.kind.in_(kinds))
        .where(or_(Delivery.state.in_((SENT, CLAIMED)), tried))
    )
    return set(session.scalars(wanted))


def people_listed(session: Session, subject: str, subject_id: int, kinds: Collection[str]) -> set[int]:
    """Return who stands on the list of those whom a neighbour tells, by these kinds: they may have been told by now."""
    wanted = (
        select(Delivery.person_id)
        .join(Delivery.notice)
        .where(Notice.subject == subject, Notice.subject_id == subject_id, Notice.kind.in_(kinds))
        .where(Delivery.state == BY_HAND)
    )
    return set(session.scalars(wanted))


def people_addressed(session: Session, kind: str, subject: str, subject_id: int, version: int) -> set[int]:
    """Return for whom one telling was written down, whether or not it went out."""
    about = and_(Notice.subject == subject, Notice.subject_id == subject_id)
    this = and_(Notice.kind == kind, about, Notice.version == version)
    return set(session.scalars(select(Delivery.person_id).where(Delivery.notice.has(this))))


def is_about_to_be_told(session: Session, kind: str, subject: str, subject_id: int) -> bool:
    """Say whether a notice of this kind is written down and has not gone out yet."""
    wanted = (
        select(Delivery.id)
        .join(Delivery.notice)
        .where(
            Notice.kind == kind,
            Notice.subject == subject,
            Notice.subject_id == subject_id,
            Delivery.state == PLANNED,
        )
    )
    return session.scalar(wanted.limit(1)) is not None


def was_never_tried(session: Session, kind: str, subject: str, subject_id: int) -> bool:
    """Say whether a notice of this kind is written down and nobody has even tried to send it: we stood still."""
    tried = select(Attempt.id).where(Attempt.delivery_id == Delivery.id, Attempt.outcome != "nobody_there")
    wanted = (
        select(Delivery.id)
        .join(Delivery.notice)
        .where(Notice.kind == kind, Notice.subject == subject, Notice.subject_id == subject_id)
        .where(Delivery.state == PLANNED, ~tried.exists())
    )
    return session.scalar(wanted.limit(1)) is not None


def told_between(session: Session, person_id: int, kind: str, first: datetime, after: datetime) -> set[int]:
    """Return what a person was told about by this kind of notice in a span of time: the subjects' ids."""
    wanted = (
        select(Notice.subject_id)
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Delivery.person_id == person_id, Notice.kind == kind, Delivery.state != DROPPED)
        .where(Delivery.wanted_at >= first, Delivery.wanted_at < after)
    )
    return set(session.scalars(wanted))


# By this name a claim remembers the ways of all whom it concerns.
POINTS = "points"


def points_of(session: Session, person_id: int, now: datetime | None = None) -> list[ContactPoint]:
    """Return how a person can be reached, in order, those that are off too."""
    return of_person(session, POINTS, person_id, partial(_points, session)) or []


def _points(session: Session, person_ids: Collection[int]) -> dict[int, list[ContactPoint]]:
    found = defaultdict(list)
    wanted = select(ContactPoint).where(ContactPoint.person_id.in_(person_ids))
    for point in session.scalars(wanted.order_by(ContactPoint.position, ContactPoint.id)):
        found[point.person_id].append(point)
    return found


def first_channels(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """Return by which channel each person is reached first, for those who have one that is not off."""
    live = select(ContactPoint.person_id, ContactPoint.channel).where(
        ContactPoint.person_id.in_(person_ids), ContactPoint.off_at.is_(None)
    )
    backwards = live.order_by(ContactPoint.position.desc(), ContactPoint.id.desc())
    return {row.person_id: row.channel for row in session.execute(backwards)}


def wishes_of(session: Session, person_id: int) -> dict[str, Wish]:
    """Return what a person wants of which kinds of notice."""
    return {wish.kind: wish for wish in session.scalars(select(Wish).where(Wish.person_id == person_id))}


def is_off(session: Session, person_id: int, kinds: Collection[str]) -> bool:
    """Say whether a person wants none of one of these kinds."""
    return not (of_person(session, "off", person_id, partial(_off, session)) or set()).isdisjoint(kinds)


def _off(session: Session, person_ids: Collection[int]) -> dict[int, set[str]]:
    wanted = select(Wish.person_id, Wish.kind).where(Wish.person_id.in_(person_ids), Wish.off_at.is_not(None))
    found = defaultdict(set)
    for person_id, kind in session.execute(wanted):
        found[person_id].add(kind)
    return found
