"""What is stored of sign-ups: a party's yes for a slot, and the people who come with it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.activities.models import Slot
from scheduler.db import Base
from scheduler.parties.models import Consent, Household, Organization, Person

# States of somebody who comes, as far as is known.
COMING = ("pledged", "confirmed", "checked_in", "done", "absent")
# States that hold a place although something is still missing; `unverified` may also hold none.
PENDING = ("unverified", "awaiting_guardian", "awaiting_helpers", "offered")
# States that wait for a place.
WAITING = ("applied", "waitlisted")
# States after which the party may sign up anew.
GONE = ("cancelled", "swapped", "excused", "declined", "expired")
_LIVE = text("state NOT IN ('cancelled', 'swapped', 'excused', 'declined', 'expired')")
_HELD = text("hold_until IS NOT NULL")


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

    The party is one of person, household, organization; `contact_id` is the person who is told, and comes along unless
    `contact_comes` is false. `people` counts heads, `places` what is taken of the slot (a family takes one place of a
    slot counted in families) while `holds` is true; `kept_places` of them came out of a share. A stand-in takes over
    from the sign-up that it `replaces`. The state follows from what is missing: `standing.standing`. `asked_again` says
    why the party is asked whether it comes after all, until it has answered; it holds its place all the while.
    """

    __tablename__ = "participation"
    __table_args__ = (
        _one_live("person_id"),
        _one_live("household_id"),
        _one_live("organization_id"),
        UniqueConstraint("request_key"),
        UniqueConstraint("series_id", "slot_id"),
        Index(None, "slot_id", "queue_no"),
        Index("ix_participation_hold", "hold_until", sqlite_where=_HELD, postgresql_where=_HELD),
        CheckConstraint("people > 0 AND places > 0", name="somebody_comes"),
        CheckConstraint("named >= 0 AND named <= people", name="named_within_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    group_name: Mapped[str] = mapped_column(String(120), default="")
    contact_comes: Mapped[bool] = mapped_column(default=True)
    contact_grade: Mapped[str] = mapped_column(String(4), default="")
    people: Mapped[int]
    named: Mapped[int] = mapped_column(default=0)
    is_pledge: Mapped[bool] = mapped_column(default=False)
    places: Mapped[int]
    holds: Mapped[bool] = mapped_column(default=False)
    share_id: Mapped[int | None] = mapped_column(ForeignKey("slot_share.id"))
    kept_places: Mapped[int] = mapped_column(default=0)
    queue_no: Mapped[int | None]
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("participation.id"), index=True)
    unproven: Mapped[bool] = mapped_column(default=False)
    is_offered: Mapped[bool] = mapped_column(default=False)
    hold_until: Mapped[datetime | None]
    # Who is asked to say yes for children, and that yes.
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(400), default="")
    revision: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(400), default="")
    request_key: Mapped[str | None] = mapped_column(String(64))
    names_salt: Mapped[str] = mapped_column(String(43), default="")
    asked_again: Mapped[str] = mapped_column(String(20), default="", server_default="")
    asked_again_at: Mapped[datetime | None]
    came_people: Mapped[int | None]
    minutes_served: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    slot: Mapped[Slot] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    household: Mapped[Household | None] = relationship()
    organization: Mapped[Organization | None] = relationship()
    contact: Mapped[Person] = relationship(foreign_keys=[contact_id])
    consent: Mapped[Consent | None] = relationship()
    replaces: Mapped["Participation | None"] = relationship(remote_side=[id])
    companions: Mapped[list["Companion"]] = relationship(
        primaryjoin="(Participation.id == Companion.participation_id) & Companion.gone_at.is_(None)",
        order_by="Companion.id",
    )
    answers: Mapped[list["Answer"]] = relationship(order_by="Answer.id")

    @property
    def is_live(self) -> bool:
        """Whether it still stands."""
        return self.state not in GONE

    @property
    def comes(self) -> bool:
        """Whether the party comes, as far as is known."""
        return self.state in COMING

    @property
    def has_place(self) -> bool:
        """Whether a place is taken or kept for the party."""
        is_asked_for = self.state == "applied" or (self.state == "unverified" and self.slot.is_lottery)
        return self.is_live and not is_asked_for and self.state != "waitlisted"

    @property
    def is_asked_again(self) -> bool:
        """Whether the party has not answered yet whether it comes after all."""
        return bool(self.asked_again) and self.is_live and self.slot.occurrence.takes_place

    @property
    def missing_answers(self) -> frozenset[str]:
        """The keys of the questions that must be answered and are not."""
        needed = frozenset(question["key"] for question in self.slot.questions if question["required"])
        if not needed or not self.is_live or not self.slot.occurrence.takes_place:
            return frozenset()
        return needed - {one.key for one in self.answers}

    @property
    def party_name(self) -> str:
        """The name under which the organiser knows the party."""
        body = self.organization or self.household or self.person
        return self.group_name or (body.name if body else "")

    @property
    def guardian(self) -> str:
        """The name under which a guardian has said yes; empty where none has."""
        return self.consent.name if self.consent else ""

    @property
    def has_minors(self) -> bool:
        """Whether somebody under age comes."""
        minor_contact = bool(self.contact_comes and self.contact_grade)
        return minor_contact or any(one.is_minor for one in self.companions)

    @property
    def has_grown_up(self) -> bool:
        """Whether an adult comes along, who answers for the children."""
        adult_contact = bool(self.contact_comes and not self.contact_grade)
        return adult_contact or any(not one.is_minor for one in self.companions)


class Companion(Base):
    """Somebody who comes along: an adult by name, a child by school grade or age in months; never a birth date.

    Whoever was left out by a correction is `gone_at`, and erased once that cannot be taken back any more.
    """

    __tablename__ = "companion"

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    kana: Mapped[str] = mapped_column(String(120), default="")
    age_months: Mapped[int | None]
    grade: Mapped[str] = mapped_column(String(4), default="")
    gone_at: Mapped[datetime | None]

    @property
    def is_minor(self) -> bool:
        """Whether this is a child."""
        return self.age_months is not None or bool(self.grade)


class Answer(Base):
    """What a party answered to one of the slot's own questions; erased by `erase_on`."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("participation_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(400))
    erase_on: Mapped[date] = mapped_column(index=True)
