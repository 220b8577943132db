"""What is stored of feeds: which version lies finished in which folder, and what somebody chose for an own feed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.db import Base


class PublishedFeed(Base):
    """The version of one feed that was last written into one folder; hosts that share the folder share the row."""

    __tablename__ = "published_feed"
    __table_args__ = (UniqueConstraint("folder", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    version: Mapped[str] = mapped_column(String(32), default="")
    claimed_until: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class FeedState(Base):
    """The version in which a feed was last asked for, and since when it is in that: what Last-Modified tells.

    Whatever changes the bytes changes the version, and no other time says so of everything: a renamed body, an office
    that ended, two people who are one, another alarm, a date that has left the feed by the calendar.
    """

    __tablename__ = "feed_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    version: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime]


class FeedChoice(Base):
    """What somebody chose for the feed behind one token: how long before a date the calendar rings, if at all."""

    __tablename__ = "feed_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("access_token.id", ondelete="CASCADE"), unique=True)
    alarm_minutes: Mapped[int | None]


class CalendarImport(Base):
    """A calendar as a body handed it in, kept until it is taken over: what was shown is what is taken."""

    __tablename__ = "calendar_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(400), default="")
    content: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class ImportedEvent(Base):
    """Which activity an entry of a body's own calendar has become, and what the entry said when it was last taken."""

    __tablename__ = "imported_event"
    __table_args__ = (UniqueConstraint("organization_id", "uid_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    uid_hash: Mapped[str] = mapped_column(String(64))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    said: Mapped[str] = mapped_column(String(64))
