"""What is stored of homes that do not come: a word without a sign-up, so that nobody asks them again."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.db import Base


class HomeNo(Base):
    """That nobody of a home comes to a date, by whom it was entered; a date that has moved is asked about anew.

    It is an answer and nothing else: no place, no hours, and nobody is absent by it.
    """

    __tablename__ = "home_no"
    __table_args__ = (UniqueConstraint("occurrence_id", "household_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    version: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
