"""Which deliveries are due, and which of them go together: the queries of a claim."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager
from sqlalchemy.orm.util import AliasedClass

from scheduler.db import UtcDateTime
from scheduler.notices.models import CLAIMED, OPEN, PLANNED, Delivery, Notice

# A message of more dates than these is read by nobody, and LINE would cut it.
_MOST_TOGETHER = 12


def due_bundles(session: Session, resting: Collection[str], room: int, now: datetime) -> list[list[Delivery]]:
    """Return the oldest due deliveries, at most `room`, each with those that go out in one message with it; locked."""
    bound = {"now": now, "resting": list(resting)}
    first = session.scalars(_due(), bound | {"room": room}).all()
    others = _companions(session, first, bound)
    return [[one, *others[_letter(one)][: _MOST_TOGETHER - 1]] if one.bundle else [one] for one in first]


def _letter(delivery: Delivery) -> tuple[int, str, str | None]:
    return delivery.person_id, delivery.bundle, delivery.letter_id


def _companions(
    session: Session, first: Sequence[Delivery], bound: dict[str, Any]
) -> dict[tuple[int, str, str | None], list[Delivery]]:
    found: dict[tuple[int, str, str | None], list[Delivery]] = defaultdict(list)
    people = [one.person_id for one in first if one.bundle]
    if people:
        taken = {one.id for one in first}
        for one in session.scalars(_bundled(), bound | {"people": people}):
            if one.id not in taken:
                found[_letter(one)].append(one)
    return found


@cache
def _due() -> Select[tuple[Delivery]]:
    # Made once: the statement takes longer to put together than to run.
    due = _free().where(~_comes_with_another()).order_by(Delivery.priority, Delivery.due_at, Delivery.id)
    return due.limit(bindparam("room"))


@cache
def _bundled() -> Select[tuple[Delivery]]:
    people = Delivery.person_id.in_(bindparam("people", expanding=True))
    return _free().where(Delivery.bundle != "", people).order_by(Delivery.id)


def _free() -> Select[tuple[Delivery]]:
    return (
        select(Delivery)
        .join(Delivery.notice)
        .options(contains_eager(Delivery.notice))
        .where(OPEN, _claimable(Delivery), ~_must_wait(), _way_open(Delivery))
        .with_for_update(skip_locked=True, of=Delivery)
    )


def _way_open(delivery: type[Delivery] | AliasedClass[Delivery]) -> ColumnElement[bool]:
    return delivery.channel.not_in(bindparam("resting", expanding=True))


def _comes_with_another() -> ColumnElement[bool]:
    # Only the oldest of what goes in one message is taken by itself, so that two dispatchers never share it out.
    other = aliased(Delivery)
    same_letter = or_(
        other.letter_id == Delivery.letter_id, and_(other.letter_id.is_(None), Delivery.letter_id.is_(None))
    )
    older = and_(
        other.id < Delivery.id, other.person_id == Delivery.person_id, other.bundle == Delivery.bundle
    )
    found = select(other.id).where(older, same_letter, _claimable(other), _way_open(other))
    return and_(Delivery.bundle != "", found.offset(0).exists())


def _now() -> ColumnElement[Any]:
    return bindparam("now", type_=UtcDateTime())


def _claimable(delivery: type[Delivery] | AliasedClass[Delivery]) -> ColumnElement[bool]:
    free = or_(delivery.state == PLANNED, and_(delivery.state == CLAIMED, delivery.lease_until <= _now()))
    return and_(delivery.due_at <= _now(), free)


def _must_wait() -> ColumnElement[bool]:
    # The last word about a thing must be the newest: never two to one person under way at once, older ones first.
    other, its_notice = aliased(Delivery), aliased(Notice)
    under_way = and_(other.state == CLAIMED, other.lease_until > _now())
    # Nobody knows when a resting way will take the older one again: what is more urgent does not wait for that.
    in_turn = or_(_way_open(other), other.priority <= Delivery.priority)
    older_first = and_(other.id < Delivery.id, _claimable(other), in_turn)
    same_thing = and_(its_notice.subject == Notice.subject, its_notice.subject_id == Notice.subject_id)
    same_person = and_(other.person_id == Delivery.person_id, other.id != Delivery.id)
    found = select(other.id).join(its_notice, its_notice.id == other.notice_id)
    blocking = found.where(same_thing, same_person, or_(under_way, older_first))
    # OFFSET 0 makes PostgreSQL look it up for each candidate; it would join all with all, which is quadratic.
    return blocking.offset(0).exists()
