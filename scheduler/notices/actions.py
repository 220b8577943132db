"""Write down what is to be told, once, and take back what is not true any more. Nothing is sent here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, and_, delete, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session, contains_eager

from scheduler.db import claim, insert_many_once, insert_once
from scheduler.notices.models import (
    BY_HAND,
    DEAD,
    DROPPED,
    PLANNED,
    Attempt,
    ContactPoint,
    Delivery,
    Notice,
    Wish,
)
from scheduler.notices.queries import first_channels


@dataclass(frozen=True)
class Telling:
    """One thing to tell: kind, subject and version (the generation of what it is about) are its key.

    From `deadline_at` on it is of no use. Lower priorities go first: 0 for sign-in mails, 5 for others. What has the
    same `bundle` goes to a person as one message when it comes due together.
    """

    kind: str
    subject: str
    subject_id: int
    version: int
    due_at: datetime
    deadline_at: datetime | None = None
    priority: int = 5
    body: str = ""
    by_id: int | None = None
    bundle: str = ""


def queue(session: Session, telling: Telling, person_ids: Iterable[int], now: datetime) -> int:
    """Write a delivery for each person who has none of this telling yet; return how many are new.

    Twice, in two places, or with more people the second time: everybody is told once. By which channel is decided
    when it is sent; the one of now is written down, so that a closed way does not hold up those with another.
    """
    notice_id, people = _notice_once(session, telling, now), list(dict.fromkeys(person_ids))
    channels = first_channels(session, people)
    rows = [_delivery(telling, notice_id, person, channels.get(person, "email")) for person in people]
    return insert_many_once(session, Delivery, rows)


def _notice_once(session: Session, telling: Telling, now: datetime) -> int:
    values = {
        **_key(telling),
        "version": telling.version,
        "body": telling.body,
        "by_id": telling.by_id,
        "created_at": now,
    }
    new_id = insert_once(session, Notice, values)
    return new_id if new_id is not None else session.scalars(_notice_id(telling)).one()


def _key(telling: Telling) -> dict[str, Any]:
    return {"kind": telling.kind, "subject": telling.subject, "subject_id": telling.subject_id}


def _notice_id(telling: Telling) -> Select[tuple[int]]:
    return select(Notice.id).filter_by(**_key(telling), version=telling.version)


def _delivery(telling: Telling, notice_id: int, person_id: int, channel: str) -> dict[str, Any]:
    return {
        "notice_id": notice_id,
        "person_id": person_id,
        "channel": channel,
        "priority": telling.priority,
        "wanted_at": telling.due_at,
        "due_at": telling.due_at,
        "deadline_at": telling.deadline_at,
        "hop": 0,
        "message_id": _message_id(telling, person_id, 0),
        "bundle": telling.bundle,
    }


def _message_id(about: Telling | Notice, person_id: int, hop: int) -> str:
    key = (about.kind, about.subject, about.subject_id, about.version, person_id, hop)
    return sha256("\n".join(map(str, key)).encode()).hexdigest()[:40]


def try_next(session: Session, delivery: Delivery, channel: str, now: datetime) -> None:
    """Write the delivery anew for the person's next channel, once, after this one refused it for good."""
    notice, hop = delivery.notice, delivery.hop + 1
    again = {
        "notice_id": notice.id,
        "person_id": delivery.person_id,
        "hop": hop,
        "channel": channel,
        "priority": delivery.priority,
        "wanted_at": now,
        "due_at": now,
        "deadline_at": delivery.deadline_at,
        "message_id": _message_id(notice, delivery.person_id, hop),
        "bundle": delivery.bundle,
    }
    insert_once(session, Delivery, again)


def send_anew(session: Session, person_id: int, now: datetime) -> int:
    """Write down for mail once more what about dates never reached somebody who has a new address; return how much.

    Only the newest word of each kind, and what is of use still; nobody need tell them by hand any more.
    """
    wanted = (
        select(Delivery)
        .join(Delivery.notice)
        .options(contains_eager(Delivery.notice))
        .where(
            Delivery.person_id == person_id,
            Delivery.deadline_at > now,
            or_(
                Notice.subject.in_(("occurrence", "change", "participation")),
                # What an organiser has written to one part alone; what else is about parts asks others for help.
                and_(Notice.subject == "slot", Notice.body != ""),
            ),
        )
        .order_by(Notice.version, Delivery.hop)
    )
    newest = {_strand(row): row for row in session.scalars(wanted)}
    missed = [row for row in newest.values() if row.state in {DEAD, BY_HAND} and row.by_id is None]
    return sum(_take_over(session, row, now) for row in missed)


def _take_over(session: Session, row: Delivery, now: datetime) -> bool:
    # Whoever has ticked it off meanwhile has told it.
    listed = update(Delivery).where(Delivery.id == row.id, Delivery.state == BY_HAND)
    if row.state == BY_HAND and not claim(session, listed.values(state=DROPPED, reason="sent_anew")):
        return False
    try_next(session, row, "email", now)
    return True


def _strand(row: Delivery) -> tuple[Any, ...]:
    # Each letter with an organiser's own words says something else.
    notice = row.notice
    return (notice.id,) if notice.body else (notice.kind, notice.subject, notice.subject_id)


def switch_off(session: Session, point_id: int, reason: str, now: datetime) -> bool:
    """Stop using a contact point; return whether it was in use."""
    live = update(ContactPoint).where(ContactPoint.id == point_id, ContactPoint.off_at.is_(None))
    return claim(session, live.values(off_at=now, off_reason=reason))


def drop(
    session: Session,
    subject: str,
    subject_id: int,
    kinds: Collection[str],
    reason: str,
    *,
    person_ids: Collection[int] | None = None,
    before_version: int | None = None,
) -> int:
    """Take back what is planned and not begun, of these kinds about this subject; return how many.

    Only for these people, only older generations, where given. Call it before you ask who was told already
    (`queries.people_told`): on PostgreSQL it waits for claims under way, so that none is overlooked.
    """
    notices = (
        select(Notice.id).filter_by(subject=subject, subject_id=subject_id).where(Notice.kind.in_(kinds))
    )
    if before_version is not None:
        notices = notices.where(Notice.version < before_version)
    dropped = update(Delivery).where(Delivery.state == PLANNED, Delivery.notice_id.in_(notices))
    if person_ids is not None:
        dropped = dropped.where(Delivery.person_id.in_(person_ids))
    statement = dropped.values(state=DROPPED, reason=reason).execution_options(synchronize_session=False)
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def forget(session: Session, subject: str, subject_id: int) -> None:
    """Erase the notices about something that is no more, of which nobody was told: its number may be given again."""
    notices = select(Notice.id).filter_by(subject=subject, subject_id=subject_id)
    deliveries = select(Delivery.id).where(Delivery.notice_id.in_(notices))
    for gone in (
        # A letter may have been tried in vain.
        delete(Attempt).where(Attempt.delivery_id.in_(deliveries)),
        delete(Delivery).where(Delivery.notice_id.in_(notices)),
        delete(Notice).filter_by(subject=subject, subject_id=subject_id),
    ):
        session.execute(gone.execution_options(synchronize_session=False))


def take_off_lists(
    session: Session, subject: str, subject_id: int, kinds: Collection[str], reason: str
) -> int:
    """Take back what stands on a list for neighbours to tell and nobody has ticked off; return how many."""
    notices = (
        select(Notice.id).filter_by(subject=subject, subject_id=subject_id).where(Notice.kind.in_(kinds))
    )
    listed = update(Delivery).where(Delivery.state == BY_HAND, Delivery.notice_id.in_(notices))
    statement = listed.values(state=DROPPED, reason=reason).execution_options(synchronize_session=False)
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def give_up(session: Session, point_id: int, reason: str, now: datetime) -> None:
    """Stop using a contact point that takes nothing any more; a browser's subscription is forgotten altogether."""
    point = session.get(ContactPoint, point_id)
    if point is not None and point.channel == "push":
        session.delete(point)
    elif point is not None:
        switch_off(session, point_id, reason, now)


def wish(session: Session, person_id: int, kind: str, **values: Any) -> None:
    """Write down what a person wants of a kind of notice: `off_at`, `minutes_before`; the same twice is once."""
    insert_once(session, Wish, {"person_id": person_id, "kind": kind})
    own = update(Wish).where(Wish.person_id == person_id, Wish.kind == kind)
    session.execute(own.values(values).execution_options(synchronize_session=False))
