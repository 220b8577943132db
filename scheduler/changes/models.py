"""What is stored of changes to dates: who, when, why, whom it touched, and all that taking it back needs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.activities.models import Activity, Occurrence
from scheduler.db import Base
from scheduler.history import UNDO_FOR
from scheduler.parties.models import Person

SCOPES = ("this", "following", "all")
# What an activity says was corrected, and no date moved.
FACTS = "facts"


class SeriesChange(Base):
    """One change, asked for at one date of an activity; or, without one, a correction of what the activity says.

    `impact` is what its maker was shown. `dates` has for each date touched what it was and what it became, with the
    revision that the change gave it. `before` holds the rows as they were; of a correction also what they became.
    """

    __tablename__ = "series_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    scope: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(400), default="")
    impact: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    dates: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    activity: Mapped[Activity] = relationship()
    occurrence: Mapped[Occurrence | None] = relationship()
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])
    undone_by: Mapped[Person | None] = relationship(foreign_keys=[undone_by_id])

    @property
    def corrects(self) -> tuple[str, ...]:
        """What a correction changed, by the names of the columns; empty for a change of dates."""
        return tuple(self.before["after"]) if self.scope == FACTS else ()

    def undoable(self, now: datetime) -> bool:
        """Say whether it may still be taken back, as far as this row alone tells."""
        return self.undone_at is None and now < self.at + UNDO_FOR
