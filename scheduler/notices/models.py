"""What is stored of tellings: the notice, one delivery per person and channel, and each try.

Persons and subjects are plain numbers: the outbox knows nothing of the product.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.db import Base

PLANNED = "planned"
CLAIMED = "claimed"
SENT = "sent"
DEAD = "dead"
DROPPED = "dropped"
BY_HAND = "by_hand"
# Why something planned waits although it is due: the person's quiet hours.
QUIET = "quiet"

# In the order in which a person is reached by them unless they say otherwise.
CHANNELS = ("push", "line", "email", "sms", "phone", "paper")
# A neighbour brings these: they appear on a list and are ticked off.
BY_NEIGHBOURS = ("phone", "paper")

# Written out, not bound: a query must say the same words for the database to use the index.
OPEN = text("delivery.state IN ('planned', 'claimed')")
_OPEN = text("state IN ('planned', 'claimed')")
_DEAD = text("state = 'dead'")
_LINE = text("channel = 'line'")


class Notice(Base):
    """One thing to tell: its kind, what it is about, and which generation of that.

    `body` holds words typed by an organiser, `by_id` who caused it. All else is read when it is sent.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "subject_id", "version"),
        Index("ix_notice_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None]
    created_at: Mapped[datetime]


class Delivery(Base):
    """A notice for one person: planned, claimed, then sent, dead (not told) or dropped (not true).

    The channel is decided when it is claimed. `hop` counts the channels that refused it before: the next one gets a
    row of its own. What a neighbour brings waits as `by_hand` until `by_id` ticks it off.
    `due_at` moves with each retry, `wanted_at` stays: lateness is measured by it, and it is the message's Date.
    `fence` counts the claims, `tries` the answers of the other side. `message_id` is made of the natural key, so that
    a retry, a second dispatcher and a restored backup all send the same one.
    What has the same `bundle` and comes due together for one person goes out as one message, by one way. `letter_id` is
    that message's Message-ID, made of the keys of all that were in it when it was first claimed: none joins it later.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "person_id", "hop"),
        CheckConstraint(
            "state IN ('planned', 'claimed', 'sent', 'dead', 'dropped', 'by_hand')", name="state_known"
        ),
        Index("ix_delivery_open", "priority", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_delivery_line", "contact_point_id", sqlite_where=_LINE, postgresql_where=_LINE),
        Index("ix_delivery_dead", "id", sqlite_where=_DEAD, postgresql_where=_DEAD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    person_id: Mapped[int] = mapped_column(index=True)
    hop: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(String(20))
    contact_point_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10), default=PLANNED)
    priority: Mapped[int] = mapped_column(default=5)
    wanted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    by_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(40), default="")
    message_id: Mapped[str] = mapped_column(String(64), unique=True)
    bundle: Mapped[str] = mapped_column(String(20), default="")
    letter_id: Mapped[str | None] = mapped_column(String(64), index=True)

    notice: Mapped[Notice] = relationship()


class ContactPoint(Base):
    """One way to reach a person: a mailbox, a phone that shows notices, a chat, a telephone, a letter box.

    The first that is not off is used, by `position`. `off_reason` is `own` where the person wants it so, else what the
    other side answered. `facts` holds what the channel needs beside the address, `account_id` says by whose account.
    """

    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("person_id", "channel", "address"),
        CheckConstraint(
            "channel IN ('push', 'line', 'email', 'sms', 'phone', 'paper')", name="channel_known"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    channel: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(1000))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    account_id: Mapped[int | None] = mapped_column(index=True)
    position: Mapped[int]
    verified_at: Mapped[datetime | None]
    off_at: Mapped[datetime | None]
    off_reason: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]

    @property
    def is_live(self) -> bool:
        """Whether it is used."""
        return self.off_at is None

    @property
    def key(self) -> str:
        """Its name on the person's own page: known before it is stored, and says nothing of the address."""
        return f"{self.channel}-{sha256(self.address.encode()).hexdigest()[:12]}"


class Wish(Base):
    """What one person wants of one kind of notice: none from `off_at` on, or one so many minutes before.

    `kind` is the name of a kind, or of a group of kinds that one press switches off together.
    """

    __tablename__ = "wish"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    off_at: Mapped[datetime | None]
    minutes_before: Mapped[int | None]


class Attempt(Base):
    """One try to hand a delivery over, and what came of it; written also by one whose lease had run out."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_channel", "channel", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    owner: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(20))
    code: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(String(400), default="")
