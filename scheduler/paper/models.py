"""What is stored of printed sheets: enough to show each again as it was printed, and to key it back."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.activities.facts import time_version
from scheduler.activities.models import Occurrence
from scheduler.db import Base
from scheduler.paper.codes import SHEET, code_of
from scheduler.parties.models import Household, Organization, Person

SIGN_UP, CIRCULAR = "sign_up", "circular"


class PrintedSheet(Base):
    """One sheet that goes from door to door or lies on a counter: for one date and one block, or for a body's people.

    A circular has a text of its own, and a day after which it is of no use any more. What was printed by mistake is
    `withdrawn_at`, until it is taken back.
    """

    __tablename__ = "printed_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    block_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    useful_until: Mapped[date | None]
    printed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    printed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    occurrence: Mapped[Occurrence] = relationship()
    block: Mapped[Organization | None] = relationship()
    rows: Mapped[list["PrintedRow"]] = relationship(order_by="PrintedRow.number", back_populates="sheet")

    @property
    def is_keyed(self) -> bool:
        """Whether anything was keyed in from it."""
        return any(row.answered_at is not None for row in self.rows)

    @property
    def code(self) -> str:
        """The short code that stands on it."""
        return code_of(SHEET, self.id)


class PrintedRow(Base):
    """One line of a sheet, in the order of the paper: a household, a person, or empty until somebody is written in.

    `answered_at` is when a yes or a no was keyed in, so that it shows who has not answered yet, and `answered_version`
    for which time of the date: about another one all are asked anew.
    """

    __tablename__ = "printed_row"
    __table_args__ = (
        UniqueConstraint("sheet_id", "number"),
        CheckConstraint("household_id IS NULL OR person_id IS NULL", name="one_party"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("printed_sheet.id"))
    number: Mapped[int]
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    answered_at: Mapped[datetime | None]
    answered_version: Mapped[int | None]

    sheet: Mapped[PrintedSheet] = relationship(back_populates="rows")
    household: Mapped[Household | None] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def has_answered(self) -> bool:
        """Whether a yes or a no was keyed in for the present time of the date."""
        return self.answered_at is not None and self.answered_version == time_version(self.sheet.occurrence)

    def key_for(self, slot_id: int) -> str:
        """Return the key that makes whoever is written in here one sign-up for a part, however often it is sent."""
        return f"sheet-{self.id}-{slot_id}"

    @property
    def name(self) -> str:
        """Whose line it is; empty where nobody is written in."""
        party = self.household or self.person
        return party.name if party is not None else ""
