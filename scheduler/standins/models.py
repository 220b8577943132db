"""What is stored of looking for a stand-in: by whom, in which way, and who is asked."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.db import Base
from scheduler.participation.models import Participation

# A person one knows, by a link to pass on; everybody, on the page of the date; those who wait, one after the other.
WAYS = ("named", "open", "waiting")
_OPEN = text("ended_at IS NULL")


class StandIn(Base):
    """One search for somebody who takes over a sign-up; open until `ended_at`.

    The link follows from `salt` and the service's secret. `asked_id` is the waiting sign-up that is asked until
    `asked_until`; `passed` are those that were asked before.
    """

    __tablename__ = "stand_in"
    __table_args__ = (
        Index(
            "uq_stand_in_open",
            "participation_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_stand_in_asked_until", "asked_until", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    way: Mapped[str] = mapped_column(String(10))
    salt: Mapped[str] = mapped_column(String(43))
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("participation.id"))
    asked_until: Mapped[datetime | None]
    asked_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    participation: Mapped[Participation] = relationship(foreign_keys=[participation_id])
    asked: Mapped[Participation | None] = relationship(foreign_keys=[asked_id])

    @property
    def is_open(self) -> bool:
        """Whether somebody is still looked for, and can still come."""
        return self.ended_at is None and self.participation.comes
