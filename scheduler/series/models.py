"""What is stored of a sign-up for many dates; each date has its own sign-up, which is what counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.activities.models import Activity
from scheduler.db import Base
from scheduler.parties.models import Person

_LIVE = text("ended_at IS NULL")


class Series(Base):
    """A yes for one part of many dates of an activity.

    `position` names the part. With `every` it goes on: each new date is joined as soon as it is made, but for the
    months in `months_off`. A date once left stays left. `company` is who comes along, as it was typed, and `answers`
    what was answered to the part's questions: dates made later carry both.
    """

    __tablename__ = "series"
    __table_args__ = (
        Index(
            "uq_series_live",
            "activity_id",
            "position",
            "contact_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    position: Mapped[int]
    contact_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    every: Mapped[bool]
    months_off: Mapped[list[Any]] = mapped_column(JSON, default=list)
    company: Mapped[list[Any]] = mapped_column(JSON, default=list)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_key: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    unproven: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    activity: Mapped[Activity] = relationship()
    contact: Mapped[Person] = relationship(foreign_keys=[contact_id])

    @property
    def is_live(self) -> bool:
        """Whether it still stands."""
        return self.ended_at is None
