"""What is stored of feeds: which version lies finished in which folder, and what somebody chose for an own feed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
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


class FeedChoice(Base):
    """What somebody chose for the feed behind one token: how long before a date the calendar rings, if at all."""

    __tablename__ = "feed_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("access_token.id", ondelete="CASCADE"), unique=True)
    alarm_minutes: Mapped[int | None]
