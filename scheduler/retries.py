"""What a program may send twice: the answer to an Idempotency-Key, kept for a day beside the effect it tells of.

After draft-ietf-httpapi-idempotency-key-header. A key is claimed in the transaction that acts, and the answer is
kept in the same commit: there is never an effect without its answer, nor an answer without its effect. So a refusal,
which takes everything back, takes its claim back too: what was full may be free a minute later, and whoever asks
again is told how it is then. Kept is only a refusal that was an effect itself: a wrong code, whose try was counted.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Index, String, Text, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduler.db import Base, insert_once
from scheduler.errors import Conflict, Invalid

KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x20-\x7e]{1,255}")


class KeptAnswer(Base):
    """An answer as it was given; nothing of it can be read without the key that the program sent."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    sealed: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Sending:
    """One request under a key: who sends it, the key, and what is asked for, down to the last byte."""

    asker: str
    key: str
    request: bytes = field(repr=False)

    @property
    def key_hash(self) -> str:
        """Name the key among those of all askers."""
        return hashlib.sha256(f"{self.asker}\n{self.key}".encode()).hexdigest()

    @property
    def request_hash(self) -> str:
        """Name what is asked for."""
        return hashlib.sha256(self.request).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What is answered, byte by byte."""

    status: int
    body: bytes


def key_in(header: str) -> str:
    """Return the key of a header, a quoted string or the bare text; raise Invalid for one that cannot be used."""
    typed = header.strip()
    key = typed[1:-1] if len(typed) > 1 and typed[0] == typed[-1] == '"' else typed
    if not _KEY.fullmatch(key):
        raise Invalid("idempotency_key_unusable")
    return key


def claim_key(session: Session, sending: Sending, secret: str, now: datetime) -> Answer | None:
    """Return the answer that this key has had already; None when the key is ours until the transaction ends.

    Whoever comes meanwhile waits for us. Raise Invalid for a key that went with another request, Conflict when the
    first request does not come to an end.
    """
    values = {"key_hash": sending.key_hash, "request_hash": sending.request_hash, "created_at": now}
    try:
        is_new = insert_once(session, KeptAnswer, values) is not None
    except OperationalError as error:
        raise Conflict("still_running", retry_after=1) from error
    if is_new:
        return None
    kept = session.scalar(select(KeptAnswer).where(KeptAnswer.key_hash == sending.key_hash))
    if kept is None or kept.created_at <= now - KEPT:
        # Purged in this very moment, or about to be: its day is over.
        session.execute(delete(KeptAnswer).where(KeptAnswer.key_hash == sending.key_hash))
        return claim_key(session, sending, secret, now)
    if kept.request_hash != sending.request_hash:
        raise Invalid("idempotency_key_reused")
    return Answer(kept.status, unsealed(sending, secret, kept.sealed))


def keep(session: Session, sending: Sending, secret: str, answer: Answer) -> None:
    """Write the answer down beside its effect, in the same transaction."""
    ours = update(KeptAnswer).where(KeptAnswer.key_hash == sending.key_hash)
    session.execute(ours.values(status=answer.status, sealed=sealed(sending, secret, answer.body)))


def purge(session: Session, now: datetime) -> None:
    """Delete the answers whose day is over."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.created_at <= now - KEPT))


def _sealing_key(sending: Sending, secret: str) -> bytes:
    # Answers hold names, and tokens that are shown once: a copied database, even with our secret, must not tell them.
    mac = hmac.new(secret.encode(), f"answer:{sending.asker}\n{sending.key}".encode(), hashlib.sha256)
    return urlsafe_b64encode(mac.digest())


def sealed(sending: Sending, secret: str, body: bytes) -> str:
    """Return an answer as it can be kept: readable to nobody without the key that was sent."""
    # Here and not above: it loads a large library that most starts of the program never need.
    from cryptography.fernet import Fernet

    return Fernet(_sealing_key(sending, secret)).encrypt(body).decode()


def unsealed(sending: Sending, secret: str, text: str) -> bytes:
    """Return what was sealed under this key."""
    from cryptography.fernet import Fernet

    return Fernet(_sealing_key(sending, secret)).decrypt(text)
