"""What is stored of the question whether people are still coming."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.db import Base

ANSWERS = ("yes", "late", "cannot")


class ComingAnswer(Base):
    """What one person has answered about a date at one time; a moved date is asked about anew."""

    __tablename__ = "coming_answer"
    __table_args__ = (UniqueConstraint("occurrence_id", "person_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    version: Mapped[int]
    answer: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
