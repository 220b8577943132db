"""What is known of LINE accounts: whose they are, what they have sent this month, and what a telling would cost."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from scheduler.errors import NotFound
from scheduler.notices.channels.line import is_signed
from scheduler.notices.models import CLAIMED, SENT, ContactPoint, Delivery
from scheduler.parties.models import LineAccount
from scheduler.parties.sealing import opened
from scheduler.reach import ways

# LINE counts by its own months.
_ZONE = ZoneInfo("Asia/Tokyo")


def find_signed_account(
    session: Session, account_id: int, body: bytes, signature: str, secret: str
) -> LineAccount:
    """Return the account to which LINE has written; what LINE has not signed finds none."""
    account = find_account(session, account_id)
    try:
        ours = is_signed(body, signature, opened(secret, account.channel_secret))
    except InvalidTag:
        ours = False
    if not ours:
        raise NotFound
    return account


def account_of(session: Session, organization_id: int) -> LineAccount | None:
    """Return a body's account."""
    return session.scalar(select(LineAccount).where(LineAccount.organization_id == organization_id))


def find_account(session: Session, account_id: int) -> LineAccount:
    """Return an account that anybody may connect to."""
    account = session.get(LineAccount, account_id)
    if account is None:
        raise NotFound
    return account


def way(secret: str) -> Callable[[Session, ContactPoint], Mapping[str, Any]]:
    """Return what tells a channel more than a contact point's address: for LINE, the account's token."""

    def told(session: Session, point: ContactPoint) -> Mapping[str, Any]:
        account = session.get(LineAccount, point.account_id) if point.account_id is not None else None
        if account is None:
            return dict(point.facts or {})
        try:
            return {**point.facts, "access_token": opened(secret, account.access_token)}
        except InvalidTag:
            # Sealed by another secret, as after a restore without it: the next channel is tried.
            return dict(point.facts)

    return told


def usable_points(session: Session, person_id: int, now: datetime) -> list[ContactPoint]:
    """Return a person's contact points in order, without those whose account has used up its month."""
    found = ways.points(session, person_id, now)
    spent = exhausted(session, {point.account_id for point in found if point.account_id is not None}, now)
    return [point for point in found if point.account_id not in spent]


@dataclass(frozen=True)
class Quota:
    """How many messages an account has sent this month, and how many it may."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        """How many are left this month."""
        return max(0, self.limit - self.used)


def quota(session: Session, account: LineAccount, now: datetime) -> Quota:
    """Count what an account has sent this month; what is on its way counts too."""
    month = now.astimezone(_ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ours = select(ContactPoint.id).where(ContactPoint.account_id == account.id)
    # What went out in one message counts once.
    sent = select(func.count(Delivery.letter_id.distinct())).where(
        Delivery.channel == "line",
        Delivery.contact_point_id.in_(ours),
        or_(Delivery.state == CLAIMED, and_(Delivery.state == SENT, Delivery.sent_at >= month)),
    )
    return Quota(session.scalar(sent) or 0, account.monthly_limit)


def accounts(session: Session) -> list[LineAccount]:
    """Return the accounts that one can connect to, by the body's id."""
    return list(session.scalars(select(LineAccount).order_by(LineAccount.organization_id)))


def exhausted(session: Session, account_ids: Collection[int], now: datetime) -> set[int]:
    """Return those of the accounts that may send nothing more this month, and lock all accounts until the end.

    Of two dispatchers, the second waits here and then counts what the first has claimed: the month is never overdrawn.
    """
    if not account_ids:
        return set()
    locked = session.scalars(select(LineAccount).order_by(LineAccount.id).with_for_update()).all()
    return {
        account.id
        for account in locked
        if account.id in account_ids and quota(session, account, now).left == 0
    }


@dataclass(frozen=True)
class Forecast:
    """What telling some people once would cost an account: how many it would take, how many are left."""

    account: LineAccount
    needed: int
    left: int

    @property
    def is_enough(self) -> bool:
        """Whether all of them can be told by LINE."""
        return self.needed <= self.left


def forecast(session: Session, person_ids: Collection[int], now: datetime) -> list[Forecast]:
    """Say, before anything is sent, what telling these people once would cost each account."""
    first: dict[int, ContactPoint] = {}
    live = select(ContactPoint).where(ContactPoint.person_id.in_(person_ids), ContactPoint.off_at.is_(None))
    for point in session.scalars(live.order_by(ContactPoint.position, ContactPoint.id)):
        first.setdefault(point.person_id, point)
    needed = [point.account_id for point in first.values() if point.channel == "line"]
    found = [account for account in accounts(session) if account.id in needed]
    return [
        Forecast(account, needed.count(account.id), quota(session, account, now).left) for account in found
    ]
