"""Browsers that subscribe to a person's notices: checked before anything is ever sent to the address they name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.config import Settings
from scheduler.db import insert_once
from scheduler.errors import Invalid
from scheduler.notices.channels.encryption import Keys, Vapid
from scheduler.notices.models import ContactPoint
from scheduler.parties.models import Person
from scheduler.reach import ways
from scheduler.text import outbound_address, text_in

_MOST_ADDRESS = 1000
# A phone, a tablet, a computer or two; of more, the oldest are forgotten.
_MOST_BROWSERS = 5


@dataclass(frozen=True)
class Subscription:
    """What a browser hands over when its person says yes: where to send, and for whose eyes."""

    endpoint: str
    p256dh: str
    auth: str
    device: str = ""


def vapid(settings: Settings) -> Vapid:
    """Return the key with which this installation proves itself to push services."""
    return Vapid.of(settings.secret_key, f"mailto:{settings.mail_from}")


def subscribe(session: Session, person: Person, typed: Subscription, now: datetime) -> None:
    """Let a browser show a person's notices, first of all ways; the same browser again changes its keys only.

    Raise Invalid for an address that is not on the public net, or for keys that are none.
    """
    endpoint = _checked(typed)
    facts = {"p256dh": typed.p256dh, "auth": typed.auth, "device": text_in(typed.device)[:60]}
    _write(session, person, endpoint, facts, now)
    _forget_oldest(session, person)


def _checked(typed: Subscription) -> str:
    # Nobody types these: whoever pressed the button can do nothing about an address but press it again.
    try:
        endpoint = outbound_address(typed.endpoint)
        Keys.of(typed.p256dh, typed.auth)
    except (Invalid, ValueError) as error:
        raise Invalid("subscription_unusable") from error
    if not endpoint.startswith("https://") or len(endpoint) > _MOST_ADDRESS:
        raise Invalid("subscription_unusable")
    return endpoint


def _write(session: Session, person: Person, endpoint: str, facts: dict[str, str], now: datetime) -> None:
    first = min((point.position for point in ways.points(session, person.id, now)), default=0) - 1
    values = {"person_id": person.id, "channel": "push", "address": endpoint, "off_reason": ""}
    times = {"verified_at": now, "created_at": now}
    insert_once(session, ContactPoint, values | times | {"facts": facts, "position": first})
    point = session.scalars(
        select(ContactPoint).filter_by(person_id=person.id, channel="push", address=endpoint)
    ).one()
    point.facts, point.off_at, point.off_reason = facts, None, ""


def _forget_oldest(session: Session, person: Person) -> None:
    session.flush()
    mine = select(ContactPoint.id).where(ContactPoint.person_id == person.id, ContactPoint.channel == "push")
    old = session.scalars(mine.order_by(ContactPoint.id.desc()).offset(_MOST_BROWSERS)).all()
    session.execute(delete(ContactPoint).where(ContactPoint.id.in_(old)))
