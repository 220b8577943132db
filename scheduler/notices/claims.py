"""Take due deliveries, after asking once more whether they are still true. Sends and commits nothing."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from scheduler.notices.crowd import crowd
from scheduler.notices.due import due_bundles
from scheduler.notices.models import (
    BY_HAND,
    BY_NEIGHBOURS,
    CLAIMED,
    DEAD,
    DROPPED,
    PLANNED,
    QUIET,
    Attempt,
    ContactPoint,
    Delivery,
    Notice,
)
from scheduler.notices.outcomes import Claimed, Outcome, after, is_resting, trace
from scheduler.notices.outlet import Kind, Letter, Outlet
from scheduler.notices.queries import is_off

log = logging.getLogger(__name__)

# RFC 5321 4.5.4.1: give up after four to five days.
_GIVE_UP = timedelta(days=5)


# The deliveries that go out in one message.
Claims = tuple[Claimed, ...]


@dataclass(frozen=True)
class Takings:
    """What one claim brought: how many rows it looked at, and the letters to send."""

    seen: int
    letters: list[tuple[Claims, Letter]]


@dataclass(frozen=True)
class _End:
    """Why a delivery is not sent at all, or not now: then it stays planned, for a way that is closed at present."""

    state: str
    reason: str = ""
    due_at: datetime | None = None


def take(session: Session, outlet: Outlet, room: int, now: datetime) -> Takings:
    """Claim at most `room` of the oldest due deliveries for the outlet's owner, in the caller's transaction.

    What is not true any more is dropped and what can never be sent is dead; both count as seen. Two dispatchers
    never take the same one: PostgreSQL skips what another has locked, SQLite lets one writer in at a time.
    """
    resting = [channel for channel in outlet.channels if _rests(session, channel, now)]
    bundles = due_bundles(session, resting, room, now)
    open_now = outlet.channels.keys() - set(resting)
    with crowd(session, {bundle[0].person_id for bundle in bundles}):
        # One after the other: what one takes of an account's month is not there for the next.
        letters = [_taken(session, outlet, bundle, open_now, now) for bundle in bundles]
    return Takings(len(bundles), [letter for letter in letters if letter is not None])


def _taken(
    session: Session, outlet: Outlet, bundle: list[Delivery], open_now: Collection[str], now: datetime
) -> tuple[Claims, Letter] | None:
    judged = {delivery: _verdict(session, outlet, delivery, open_now, now) for delivery in bundle}
    letters = {delivery: one for delivery, one in judged.items() if isinstance(one, Letter)}
    way = next(((one.channel, one.address) for one in letters.values()), None)
    # What goes another way follows by itself in the next claim.
    together = [delivery for delivery, one in letters.items() if (one.channel, one.address) == way]
    try:
        letter = _gathered(session, outlet, {delivery: letters[delivery] for delivery in together})
    except Exception as error:
        log.error("letter of %d deliveries could not be composed: %s", len(together), type(error).__name__)
        letter, judged = None, judged | dict.fromkeys(together, error)
    for delivery, verdict in judged.items():
        _claim(session, outlet, delivery, now)
        if letter is None or delivery not in together:
            _end(session, delivery, verdict, now)
    return (_put(outlet, together, now), letter) if letter is not None else None


def _gathered(session: Session, outlet: Outlet, letters: dict[Delivery, Letter]) -> Letter | None:
    if len(letters) < 2:
        return next(iter(letters.values()), None)
    kind = kind_of(outlet, next(iter(letters)).notice)
    assert kind is not None
    with session.connection().begin_nested():
        return kind.gather(session, list(letters.values()))


def _rests(session: Session, channel: str, now: datetime) -> bool:
    newest = session.execute(_newest_attempt(), {"channel": channel}).one_or_none()
    return newest is not None and is_resting(newest.outcome, newest.at, now)


@cache
def _newest_attempt() -> Select[tuple[str, datetime]]:
    tried = select(Attempt.outcome, Attempt.at).where(Attempt.channel == bindparam("channel"))
    return tried.order_by(Attempt.id.desc()).limit(1)


def _verdict(
    session: Session, outlet: Outlet, delivery: Delivery, open_now: Collection[str], now: datetime
) -> Letter | _End | Exception:
    try:
        # A fault of one feature, or of its query, must not hold up the mail of all others.
        with session.connection().begin_nested():
            kind = kind_of(outlet, delivery.notice)
            if kind is None:
                return _End(DEAD, "unknown_kind")
            end = _untrue(session, kind, delivery, now) or _too_early(session, kind, delivery, now)
            return end or _addressed(session, outlet, delivery, open_now, now)
    except Exception as error:
        log.error("delivery %d could not be composed: %s", delivery.id, type(error).__name__)
        return error


def _untrue(session: Session, kind: Kind, delivery: Delivery, now: datetime) -> _End | None:
    if delivery.deadline_at is not None and delivery.deadline_at <= now:
        return _End(DROPPED, "too_late")
    if reason := kind.still_true(session, delivery.notice, delivery, now):
        return _End(DROPPED, reason)
    named = delivery.notice.kind.partition(":")[0]
    if kind.group and is_off(session, delivery.person_id, {kind.group, named}):
        return _End(DROPPED, "unsubscribed")
    if delivery.deadline_at is None and delivery.fence and delivery.wanted_at + _GIVE_UP <= now:
        return _End(DEAD, "gave_up")
    return None


def _too_early(session: Session, kind: Kind, delivery: Delivery, now: datetime) -> _End | None:
    at = kind.not_before(session, delivery.notice, delivery, now)
    if at <= now:
        return None
    return _End(PLANNED, QUIET, min(at, delivery.deadline_at or at))


def kind_of(outlet: Outlet, notice: Notice) -> Kind | None:
    """Return the kind of a notice; what stands behind a colon tells things of one kind apart."""
    return outlet.kinds.get(notice.kind.partition(":")[0])


def _addressed(
    session: Session, outlet: Outlet, delivery: Delivery, open_now: Collection[str], now: datetime
) -> Letter | _End:
    kind, ways = kind_of(outlet, delivery.notice), ways_left(session, outlet, delivery, now)
    if kind is None or not ways:
        return _End(DEAD, "no_address")
    point = ways[0]
    if point.channel in BY_NEIGHBOURS:
        _reached_by(delivery, point)
        return _End(BY_HAND) if kind.by_hand else _End(DROPPED, "not_by_hand")
    _reached_by(delivery, point)
    if point.channel not in open_now:
        return _End(PLANNED, delivery.reason)
    letter = kind.compose(session, delivery.notice, delivery)
    if letter is None:
        return _End(DEAD, "no_address")
    return replace(letter, address=point.address, channel=point.channel, way=outlet.way(session, point))


def _reached_by(delivery: Delivery, point: ContactPoint) -> None:
    _change(delivery, channel=point.channel, contact_point_id=point.id)


def ways_left(session: Session, outlet: Outlet, delivery: Delivery, now: datetime) -> list[ContactPoint]:
    """Return the contact points that will do for a delivery and have not refused it yet, in the person's order.

    One by which it was tried before stays the first: on another way it could arrive a second time.
    """
    kind, notice = kind_of(outlet, delivery.notice), delivery.notice
    if kind is None:
        return []
    refused = _refused_by(session, delivery) if delivery.hop else set()
    usable = {*outlet.channels, *BY_NEIGHBOURS}
    points = outlet.points(session, delivery.person_id, now)
    left = [point for point in points if kind.fits(notice, point) and point.id not in refused]
    ways = [point for point in left if point.channel in usable]
    return sorted(ways, key=lambda point: delivery.tries > 0 and point.id != delivery.contact_point_id)


def _refused_by(session: Session, delivery: Delivery) -> set[int | None]:
    earlier = select(Delivery.contact_point_id).where(
        Delivery.notice_id == delivery.notice_id,
        Delivery.person_id == delivery.person_id,
        Delivery.hop < delivery.hop,
    )
    return set(session.scalars(earlier))


def _claim(session: Session, outlet: Outlet, delivery: Delivery, now: datetime) -> None:
    if delivery.state == CLAIMED:
        # Whoever had it did not come back: killed, or asleep. Nobody knows whether it was sent.
        cut_short = Outcome("perhaps_sent", text="the lease ran out")
        session.add(trace(_claimed(delivery), cut_short, now))
    _change(delivery, owner=outlet.owner, fence=delivery.fence + 1)


def _put(outlet: Outlet, together: list[Delivery], now: datetime) -> Claims:
    """Put deliveries into one message: a new one has a name made of all their keys, a repeated one keeps its name."""
    keys = sorted(delivery.message_id for delivery in together)
    name = keys[0] if len(keys) == 1 else sha256("\n".join(keys).encode()).hexdigest()[:40]
    for delivery in together:
        _change(delivery, state=CLAIMED, lease_until=now + outlet.lease, letter_id=delivery.letter_id or name)
    return tuple(_claimed(delivery) for delivery in together)


def _end(session: Session, delivery: Delivery, verdict: Letter | _End | Exception, now: datetime) -> None:
    if isinstance(verdict, Exception):
        claimed, fault = _claimed(delivery), Outcome("fault", text=repr(verdict))
        session.add(trace(claimed, fault, now))
        return _change(delivery, **after(claimed, fault, now))
    end = verdict if isinstance(verdict, _End) else _End(PLANNED, delivery.reason)
    _change(delivery, state=end.state, reason=end.reason, owner=None, lease_until=None)
    _change(delivery, due_at=end.due_at or delivery.due_at)


def _claimed(delivery: Delivery) -> Claimed:
    return Claimed(
        id=delivery.id,
        owner=delivery.owner or "",
        fence=delivery.fence,
        tries=delivery.tries,
        deadline_at=delivery.deadline_at,
        channel=delivery.channel,
        message_id=delivery.letter_id or delivery.message_id,
        date=delivery.wanted_at,
        due_at=delivery.due_at,
    )


def _change(delivery: Delivery, **values: Any) -> None:
    for name, value in values.items():
        setattr(delivery, name, value)
