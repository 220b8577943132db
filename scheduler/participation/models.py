"""What is stored of sign-ups: a party's yes for a slot, and the people who come with it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.activities.models import Slot
from scheduler.db import Base
from scheduler.parties.models import Household, Organization, Person

# States that hold a place.
HOLDING = ("pledged", "confirmed", "checked_in", "done", "absent")
# States after which the party may sign up anew.
GONE = ("cancelled", "swapped", "excused")
_LIVE = text("state NOT IN ('cancelled', 'swapped', 'excused')")


def _one_live(column: str) -> Index:
    return Index(
        f"uq_participation_live_{column}",
        "slot_id",
        column,
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


class Participation(Base):
    """A party's yes for a slot.

    The party is one of person, household, organization; `contact_id` is the person who is told. `people` counts
    heads, `places` what is taken of the slot (a family takes one place of a slot counted in families).
    """

    __tablename__ = "participation"
    __table_args__ = (
        _one_live("person_id"),
        _one_live("household_id"),
        _one_live("organization_id"),
        UniqueConstraint("request_key"),
        CheckConstraint("people > 0 AND places > 0", name="somebody_comes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    people: Mapped[int]
    places: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(400), default="")
    request_key: Mapped[str | None] = mapped_column(String(64))
    came_people: Mapped[int | None]
    minutes_served: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    slot: Mapped[Slot] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    household: Mapped[Household | None] = relationship()
    organization: Mapped[Organization | None] = relationship()
    contact: Mapped[Person] = relationship(foreign_keys=[contact_id])
    companions: Mapped[list["Companion"]] = relationship(order_by="Companion.id")

    @property
    def is_live(self) -> bool:
        """Whether it still stands."""
        return self.state not in GONE

    @property
    def party_name(self) -> str:
        """The name under which the organiser knows the party."""
        body = self.organization or self.household or self.person
        return body.name if body else ""


class Companion(Base):
    """Somebody who comes along: an adult by name, a child by age in months; never a birth date."""

    __tablename__ = "companion"

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    age_months: Mapped[int | None]
