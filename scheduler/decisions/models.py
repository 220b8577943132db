"""What is stored of decisions: each one as it was made, and the links by which a decider is asked for one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.activities.models import Occurrence
from scheduler.db import Base
from scheduler.history import UNDO_FOR
from scheduler.parties.models import Person

# What may be decided, and what takes a decision back: within half an hour, or later.
OUTCOMES = ("confirm", "postpone", "merge", "cancel", "stop")
TAKEN_BACK = ("undo", "retract")
# Outcomes that end a date: only a correction lets it take place after all.
ENDS = ("merge", "cancel", "stop")
# Why dates are mostly decided about as they are; the words are in `words.CAUSES`.
CAUSES = ("rain", "wind", "heat", "snow", "infection", "hands", "other")
HOW = ("page", "link", "telephone", "program")


class Decision(Base):
    """One decision about a date, or the taking back of one; never changed.

    `by_id` decided, with that office at that time; `entered_by_id` wrote it down where that was somebody else.
    `revision` is the one that it gave the date, `starts_at` the start that it was about. What `corrects_id` had decided
    is untrue. `before` is the date as it was, `moved` the sign-ups that went to another date and where they had stood.
    """

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("occurrence_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    how: Mapped[str] = mapped_column(String(20), default="page")
    office: Mapped[str] = mapped_column(String(40), default="")
    cause: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    revision: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    moved: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    occurrence: Mapped[Occurrence] = relationship()
    corrects: Mapped["Decision | None"] = relationship(remote_side=[id])
    by: Mapped[Person] = relationship(foreign_keys=[by_id])
    entered_by: Mapped[Person | None] = relationship(foreign_keys=[entered_by_id])

    @property
    def takes_back(self) -> bool:
        """Whether it takes another decision back."""
        return self.outcome in TAKEN_BACK

    def undo_until(self) -> datetime:
        """Return until when taking it back counts as an undo."""
        return self.at + UNDO_FOR


class DecisionLink(Base):
    """The key to the decision about one date for one person; the address is made of the salt and the service's secret.

    It opens nothing else, ends by itself, and can be closed before. The person's rights are looked at each time.
    """

    __tablename__ = "decision_link"
    __table_args__ = (UniqueConstraint("occurrence_id", "person_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int]
    salt: Mapped[str] = mapped_column(String(43))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    occurrence: Mapped[Occurrence] = relationship()
