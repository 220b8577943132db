"""The append-only record of state changes: who, when, for whom by proxy, why (invariant 13)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduler.db import Base

# So long whoever did something can take it back by one button. The sentences that say so name it, too.
UNDO_FOR = timedelta(minutes=30)


class StateChange(Base):
    """One change of state; never updated, never deleted (the database itself refuses both)."""

    __tablename__ = "state_change"
    __table_args__ = (Index(None, "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    verb: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(String(40))
    after: Mapped[str | None] = mapped_column(String(40))
    by_id: Mapped[int | None]
    on_behalf_of: Mapped[str | None] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(session: Session, change: StateChange) -> None:
    """Append one change to the record, in the transaction of the change itself."""
    session.add(change)


def changes_of(session: Session, subject: str, subject_id: int) -> list[StateChange]:
    """Return all changes of one thing, oldest first."""
    wanted = select(StateChange).where(StateChange.subject == subject, StateChange.subject_id == subject_id)
    return list(session.scalars(wanted.order_by(StateChange.id)))
