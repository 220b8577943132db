"""What was typed, kept for half an hour where it can stand in no address.

It is sealed with a key that only that browser has: neither the database nor the device alone can show it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.parties.models import KeptForm
from scheduler.parties.sealing import opened, sealed
from scheduler.parties.tokens import hashed, new_token

KEPT_FOR = timedelta(minutes=30)
Typed = Mapping[str, list[str]]


@dataclass(frozen=True)
class Kept:
    """What was typed, by the names of the fields, and the key of the request with which it was sent."""

    typed: Typed
    request_key: str


def keep(session: Session, typed: Typed, request_key: str, secret: str, now: datetime) -> str:
    """Keep what was typed and return the key that opens it; the caller gives that to the browser and nobody else."""
    key = new_token()
    text = sealed(secret + key, json.dumps(dict(typed), ensure_ascii=False))
    row = KeptForm(key_hash=hashed(key), request_key=request_key, sealed=text, until=now + KEPT_FOR)
    session.add(row)
    session.flush()
    return key


def kept(session: Session, key: str, secret: str, now: datetime) -> Kept | None:
    """Return what was typed, as long as it is kept."""
    row = session.scalar(select(KeptForm).where(KeptForm.key_hash == hashed(key), KeptForm.until > now))
    if row is None:
        return None
    try:
        return Kept(json.loads(opened(secret + key, row.sealed)), row.request_key)
    except InvalidTag:
        # The service has another secret by now.
        return None


def forget(session: Session, key: str) -> None:
    """Forget what was typed, for whoever has its key. Twice is the same as once."""
    session.execute(delete(KeptForm).where(KeptForm.key_hash == hashed(key)))


def purge(session: Session, now: datetime) -> None:
    """Forget whatever was kept long enough."""
    session.execute(delete(KeptForm).where(KeptForm.until <= now))
