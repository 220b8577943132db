"""What is stored of activities, their dates and the parts people take, and facts about one row of them."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from scheduler.activities.whereabouts import OwnPlace
from scheduler.closures.models import ClosedDay
from scheduler.db import Base
from scheduler.parties.models import Organization

# States in which a date still takes place at the time it shows.
ON = ("open", "awaiting_decision", "confirmed", "postponed", "held")
# States in which people may sign up.
TAKES_SIGN_UPS = ("open", "postponed", "awaiting_decision", "confirmed")


def _new_uid() -> str:
    return uuid4().hex


class Tag(Base):
    """A programme or a field of work, as organisers name it; its address (`slug`) stays, whoever uses it."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))


class ActivityTag(Base):
    """An activity belongs to a programme."""

    __tablename__ = "activity_tag"

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True, index=True)


class Activity(Base):
    """The recurring thing: the rule on the wall clock of its zone, the place, the weather rule, what to bring."""

    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=_new_uid)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120), default="")
    title_easy: Mapped[str] = mapped_column(String(120), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    summary_easy: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(200))
    place_en: Mapped[str] = mapped_column(String(200), default="")
    place_easy: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    address_en: Mapped[str] = mapped_column(String(200), default="", server_default="")
    address_easy: Mapped[str] = mapped_column(String(200), default="", server_default="")
    # North and east in degrees, see map_points; empty where nobody said.
    map_point: Mapped[str] = mapped_column(String(24), default="", server_default="")
    bring: Mapped[str] = mapped_column(String(400), default="")
    bring_en: Mapped[str] = mapped_column(String(400), default="")
    bring_easy: Mapped[str] = mapped_column(String(400), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    website: Mapped[str] = mapped_column(String(400), default="")
    timezone: Mapped[str] = mapped_column(String(60), default="Asia/Tokyo")
    rule: Mapped[str | None] = mapped_column(String(200))
    first_on: Mapped[date]
    first_at: Mapped[time]
    minutes: Mapped[int]
    # Listed dates, beside those of the rule, as ISO 8601; and what becomes of a date on a day of rest.
    dates: Mapped[list[str]] = mapped_column(JSON, default=list)
    on_holiday: Mapped[str] = mapped_column(String(20), default="keep")
    on_closed: Mapped[str] = mapped_column(String(20), default="skip")
    weather_rule: Mapped[str] = mapped_column(String(30), default="none")
    reserve_days: Mapped[int | None]
    # Decided at that time on the wall, so many days before the date; by an office or a person, else by their deputy.
    decide_at: Mapped[time | None]
    decide_days_before: Mapped[int] = mapped_column(default=0)
    decider_office: Mapped[str | None] = mapped_column(String(40))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deputy_office: Mapped[str | None] = mapped_column(String(40))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    minors: Mapped[str] = mapped_column(String(10), default="consent")
    warn_days: Mapped[int] = mapped_column(default=7)
    may_call: Mapped[bool] = mapped_column(default=False)
    stays_responsible: Mapped[bool] = mapped_column(default=True)
    # None is the usual: a week before and the evening before; see reminder_rules.
    reminders: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    revision: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary="activity_tag", order_by=Tag.id)
    templates: Mapped[list["SlotTemplate"]] = relationship(
        primaryjoin="and_(SlotTemplate.activity_id == Activity.id, SlotTemplate.version_id.is_(None))",
        order_by="SlotTemplate.position",
        back_populates="activity",
    )
    versions: Mapped[list["RuleVersion"]] = relationship(
        order_by="RuleVersion.from_at", back_populates="activity"
    )
    closed_days: Mapped[list[ClosedDay]] = relationship(
        primaryjoin="Activity.organization_id == foreign(ClosedDay.organization_id)",
        order_by=ClosedDay.starts_on,
        viewonly=True,
    )

    @property
    def is_published(self) -> bool:
        """Whether everybody may see it."""
        return self.state == "published"

    @property
    def needs_decision(self) -> bool:
        """Whether the weather decides about each date."""
        return self.weather_rule not in {"none", "hold_in_rain"}


class RuleVersion(Base):
    """When and where an activity takes place from a moment on, where "this and following" was changed.

    Up to the first `from_at` the activity's own columns hold; from each on, those of that version, up to the next.
    """

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("activity_id", "from_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    from_at: Mapped[datetime]
    rule: Mapped[str | None] = mapped_column(String(200))
    first_on: Mapped[date]
    first_at: Mapped[time]
    minutes: Mapped[int]
    dates: Mapped[list[str]] = mapped_column(JSON, default=list)
    on_holiday: Mapped[str] = mapped_column(String(20), default="keep")
    on_closed: Mapped[str] = mapped_column(String(20), default="skip")
    # Empty where it is the activity's.
    place: Mapped[str | None] = mapped_column(String(200))
    place_en: Mapped[str | None] = mapped_column(String(200))
    place_easy: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(200))
    address_en: Mapped[str | None] = mapped_column(String(200))
    address_easy: Mapped[str | None] = mapped_column(String(200))
    map_point: Mapped[str | None] = mapped_column(String(24))

    activity: Mapped[Activity] = relationship(back_populates="versions")
    templates: Mapped[list["SlotTemplate"]] = relationship(order_by="SlotTemplate.position", viewonly=True)


class _Part:
    """What a part asks for and how its places are given; the same for the template and for the slot made of it.

    Moments are minutes before the part begins, so that they move with it: `opens_before`, `closes_before` (a lottery is
    drawn then), `cancel_before` (later, nobody withdraws without the organiser). `first_timers` are places kept for
    people who never came; `max_age` is up to which age it is for children, whose older brothers and sisters may come
    along; `min_children` is how many children come along with each party at least (a session for
    parents and children); `needs` names the positions of helper slots and how many helpers each place needs;
    `questions` are asked at the sign-up and their answers erased so many days after the date.
    """

    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    name_easy: Mapped[str] = mapped_column(String(120), default="")
    unit: Mapped[str] = mapped_column(String(10), default="person")
    min_people: Mapped[int] = mapped_column(default=0)
    target: Mapped[int | None]
    places: Mapped[int]
    offset_minutes: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int]
    competence: Mapped[str | None] = mapped_column(String(40))
    burden: Mapped[list[Any]] = mapped_column(JSON, default=list)
    policy: Mapped[str] = mapped_column(String(20), default="first_come")
    opens_before: Mapped[int | None]
    closes_before: Mapped[int] = mapped_column(default=0)
    cancel_before: Mapped[int] = mapped_column(default=0)
    offer_hours: Mapped[int] = mapped_column(default=24)
    first_timers: Mapped[int] = mapped_column(default=0)
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    min_children: Mapped[int] = mapped_column(default=0, server_default="0")
    needs: Mapped[list[Any]] = mapped_column(JSON, default=list)
    questions: Mapped[list[Any]] = mapped_column(JSON, default=list)

    @declared_attr
    def briefing_id(cls) -> Mapped[int | None]:
        """The activity of which a date must have been taken before; None where nothing is asked."""
        return mapped_column(ForeignKey("activity.id"))


class SlotTemplate(_Part, Base):
    """A part as every new date of the activity gets it; `offset_minutes` counts from the start of the date.

    `shares` are places kept for bodies: their ids, how many, and until how many minutes before.
    """

    __tablename__ = "slot_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_version.id"), index=True)
    shares: Mapped[list[Any]] = mapped_column(JSON, default=list)

    activity: Mapped[Activity] = relationship(back_populates="templates", foreign_keys=[activity_id])


class Occurrence(OwnPlace, Base):
    """One date. `first_starts_at` is its identity and never changes; `starts_at` may; `revision` counts the changes.

    `planned_at` is the start for which it stands in the activity's rule, whatever has become of the date; empty where
    the rule has no place for it any more. `by_hand` names what was changed for this date alone.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("activity_id", "first_starts_at"),
        UniqueConstraint("activity_id", "planned_at"),
        Index(None, "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    first_starts_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default="open")
    revision: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cause: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    by_hand: Mapped[list[str]] = mapped_column(JSON, default=list)
    # When it was stopped half-way; and with which other date it was joined.
    stopped_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    # Where it was to be at first, once it is elsewhere; else empty.
    first_place: Mapped[str] = mapped_column(String(200), default="", server_default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    activity: Mapped[Activity] = relationship()
    merged_into: Mapped["Occurrence | None"] = relationship(remote_side=[id])
    slots: Mapped[list["Slot"]] = relationship(order_by="Slot.position", back_populates="occurrence")

    @property
    def uid(self) -> str:
        """The date's name in every calendar, for life: made of its identity, so a rebuilt database gives the same."""
        return f"{self.first_starts_at:%Y%m%dT%H%M%SZ}-{self.activity.uid}@tsudoi"

    @property
    def has_moved(self) -> bool:
        """Whether it takes place at another time than first announced; seconds only tell two identities apart."""
        return abs(self.starts_at - self.first_starts_at) >= timedelta(minutes=1)

    @property
    def takes_place(self) -> bool:
        """Whether it is still on, as far as is known."""
        return self.state in ON


class Slot(_Part, Base):
    """What is needed or offered at a date.

    `taken` counts in the slot's unit, `reserved` what is kept for a body or for first-timers and not taken yet;
    together they never pass `places`. `linked` marks slots that need others or are needed. The seed of a lottery is
    made with the slot and shown when it is drawn; before that, only its hash is.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint(
            "taken >= 0 AND reserved >= 0 AND taken + reserved <= places", name="taken_within_places"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    taken: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    linked: Mapped[bool] = mapped_column(default=False)
    draw_seed: Mapped[str] = mapped_column(String(43), default="")
    drawn_at: Mapped[datetime | None]

    occurrence: Mapped[Occurrence] = relationship(back_populates="slots")

    @property
    def left(self) -> int:
        """How many places are free for everybody."""
        return self.places - self.taken - self.reserved

    @property
    def is_waited_for(self) -> bool:
        """Whether one can only wait for a place."""
        return self.policy == "first_come" and self.left <= 0 and not self.reserved

    @property
    def starts_at(self) -> datetime:
        """When this part begins; it follows the date wherever that moves."""
        return self.occurrence.starts_at + timedelta(minutes=self.offset_minutes)

    @property
    def ends_at(self) -> datetime:
        """When this part ends."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def minutes_held(self) -> int:
        """How long this part took: where the date was stopped half-way, until then."""
        stopped_at = self.occurrence.stopped_at
        if stopped_at is None:
            return self.minutes
        until_then = int((stopped_at - self.starts_at).total_seconds() // 60)
        return max(0, min(self.minutes, until_then))

    @property
    def opens_at(self) -> datetime | None:
        """From when on one may sign up; None for always."""
        return None if self.opens_before is None else self.starts_at - timedelta(minutes=self.opens_before)

    @property
    def closes_at(self) -> datetime:
        """Until when one may sign up; a lottery is drawn then."""
        return self.starts_at - timedelta(minutes=self.closes_before)

    @property
    def cancel_until(self) -> datetime:
        """Until when one may withdraw without asking, and freed places are offered by themselves."""
        return self.starts_at - timedelta(minutes=self.cancel_before)

    def share_ends_at(self, share: "SlotShare") -> datetime:
        """Return until when these places are kept."""
        return self.starts_at - timedelta(minutes=share.until_before)

    @property
    def is_lottery(self) -> bool:
        """Whether places are drawn, and have not been yet."""
        return self.policy == "lottery" and self.drawn_at is None

    @property
    def draw_proof(self) -> str:
        """What is shown of the seed before the draw, so that nobody can choose another one later."""
        return sha256(self.draw_seed.encode()).hexdigest()


class SlotShare(Base):
    """Places of a slot that are kept for one body (or, without one, for first-timers) until a set time.

    `remaining` is what is kept and not taken; it is part of the slot's `reserved`.
    """

    __tablename__ = "slot_share"
    __table_args__ = (
        UniqueConstraint("slot_id", "organization_id"),
        CheckConstraint("remaining >= 0 AND remaining <= places", name="remaining_within_places"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    places: Mapped[int]
    remaining: Mapped[int]
    until_before: Mapped[int]
    released_at: Mapped[datetime | None]

    organization: Mapped[Organization | None] = relationship()
