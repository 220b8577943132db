"""The YAML files of the demo neighbourhood as typed entries: shape only.

A misspelt name or a value of the wrong kind is refused with its place, so that an association can adapt
the files.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from scheduler.activities.actions import ActivityFacts
from scheduler.activities.parts import ShareFacts, SlotFacts
from scheduler.activities.recurrence import to_local

HERE = Path(__file__).parent
MAIL_DOMAIN = "example.jp"
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Entry(BaseModel):
    """The base of all entries: no unknown names, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonEntry(Entry):
    """Somebody; the key in the file is the mailbox. `mail: false` is somebody whom only the phone reaches."""

    name: str
    kana: str
    language: str = "ja"
    phone: str = ""
    mail: bool = True

    def email(self, key: str) -> str:
        """Return the address, empty where there is none."""
        return f"{key}@{MAIL_DOMAIN}" if self.mail else ""


class BodyEntry(Entry):
    """A body; `speaker` is who signs it up and is told, `members` are the bodies it is made of."""

    slug: str
    name: str
    name_en: str
    speaker: str
    kana: str = ""
    kind: str = "civic"
    about: str = ""
    about_en: str = ""
    contact: str = ""
    parent: str | None = None
    members: tuple[str, ...] = ()


class HouseholdEntry(Entry):
    """The people at one address, the one who is told first; `block` is the body it belongs to."""

    name: str
    block: str
    address: str
    members: tuple[str, ...]


class MembershipEntry(Entry):
    """People of a body with an office or a competence."""

    body: str
    people: tuple[str, ...]
    office: str | None = None
    competence: str | None = None


class TownEntry(Entry):
    """town.yaml: bodies, households, and who is what."""

    bodies: tuple[BodyEntry, ...]
    households: dict[str, HouseholdEntry]
    memberships: tuple[MembershipEntry, ...]


class CastEntry(Entry):
    """Somebody of the neighbourhood whom a newcomer may try out."""

    role: str
    person: str

    @property
    def email(self) -> str:
        """Return the address with which this person signs in."""
        return f"{self.person}@{MAIL_DOMAIN}"


class NamePart(Entry):
    """A family or given name with its reading."""

    name: str
    kana: str


class NamesEntry(Entry):
    """names.yaml: of what the names of a crowd are made."""

    family: tuple[NamePart, ...]
    given: tuple[NamePart, ...]


class Party(Entry):
    """Who signs up: a person, a household, or a body with a number. A plain word is a person's key.

    `adults` and `children` come along with a person; children are given by their age in months on the day of
    loading. A `regular` comes whenever there is a place. Of a body's people so many are `named`, all of this school
    `grade` where they are under age. Who `waits` comes last and takes the waiting list.
    """

    person: str | None = None
    household: str | None = None
    body: str | None = None
    people: int | None = None
    adults: int = 0
    children: tuple[int, ...] = ()
    regular: bool = False
    named: int = 0
    grade: str = ""
    waits: bool = False

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return {"person": value} if isinstance(value, str) else value


class ShareEntry(Entry):
    """Places of a part that are kept for a body until so many days before."""

    body: str
    places: int
    days_before: int


class SlotEntry(Entry):
    """A part, as an organiser posts it, and the parties from whom it is filled.

    `ages` is for whom it is, in months: a family comes while one of its children is of that age. `briefing` is the
    programme of which a date must have been taken before.
    """

    part: SlotFacts
    who: tuple[Party, ...] = ()
    ages: tuple[int, int] | None = None
    shares: tuple[ShareEntry, ...] = ()
    briefing: str | None = None

    def facts(self, bodies: Mapping[str, int], programmes: Mapping[str, int]) -> SlotFacts:
        """Return the part with its bodies and its briefing by their numbers."""
        shares = tuple(
            ShareFacts(bodies[share.body], share.places, share.days_before * 24 * 60) for share in self.shares
        )
        briefing_id = programmes[self.briefing] if self.briefing is not None else None
        return replace(self.part, shares=shares, briefing_id=briefing_id)


class First(Entry):
    """The first date: so many days from the day of loading, and then the next such weekday."""

    in_days: int
    weekday: Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"] | None = None

    def day(self, now: datetime, zone: str) -> date:
        """Return the local day."""
        day = to_local(now, zone).date() + timedelta(days=self.in_days)
        if self.weekday is None:
            return day
        return day + timedelta(days=(_WEEKDAYS.index(self.weekday) - day.weekday()) % 7)


class Closure(Entry):
    """Days of the year on which nothing takes place, both included, as MM-DD."""

    first: str
    last: str
    reason: str

    def covers(self, day: date) -> bool:
        """Say whether this day is one of them; a closure may run over the turn of the year."""
        then = f"{day:%m-%d}"
        after, before = self.first <= then, then <= self.last
        return (after and before) if self.first <= self.last else (after or before)


class Odd(Entry):
    """A past date that went otherwise; `back` counts from the latest past date, which is 1."""

    back: int
    decision: Literal["postpone", "cancel"]
    reason: str


class CrowdEntry(Entry):
    """How many people and families without any body sign up, each for a part with room.

    `ages` is how old the families' children are, in months.
    """

    people: int
    families: int
    ages: tuple[int, int]


class ProgrammeEntry(Entry):
    """A programme: the activity as an organiser posts it, and how it went and goes.

    `activity` has the names of the form: title, title_easy, title_en, summary, summary_en, place, place_en, address,
    address_easy, address_en, bring, bring_en, contact, first_at, minutes, rule, weather_rule, reserve_days, decide_at.
    Shares are from 0 to 1, or above where more apply than there are places: `past` of the places of each past date,
    `coming` of the next dates' one after the other, `came` of those who had signed up.
    """

    body: str
    organiser: str
    posted_days_ago: int
    first: First
    activity: dict[str, Any]
    slots: tuple[SlotEntry, ...]
    past: float = 0
    came: float = 1
    coming: tuple[float, ...] = ()
    closed: tuple[Closure, ...] = ()
    odd: tuple[Odd, ...] = ()
    crowd: CrowdEntry | None = None

    def facts(self, now: datetime, bodies: Mapping[str, int], programmes: Mapping[str, int]) -> ActivityFacts:
        """Return the activity as it is posted; bodies and earlier programmes by their numbers."""
        first_on = self.first.day(now, self.activity.get("timezone", "Asia/Tokyo"))
        typed = self.activity | {
            "first_on": first_on,
            "slots": [slot.facts(bodies, programmes) for slot in self.slots],
        }
        return _Posted(facts=typed).facts  # type: ignore[arg-type]  # checked and converted on the way

    def odd_one(self, back: int) -> Odd | None:
        """Return how the past date with this number went, if otherwise."""
        return next((odd for odd in self.odd if odd.back == back), None)


class _Posted(Entry):
    facts: ActivityFacts


def _read(name: str) -> Any:
    return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))


def town() -> TownEntry:
    """Read the bodies, households and memberships."""
    return TownEntry.model_validate(_read("town"))


def people() -> dict[str, PersonEntry]:
    """Read the people by key."""
    return {key: PersonEntry.model_validate(entry) for key, entry in _read("people").items()}


def cast() -> list[CastEntry]:
    """Read whom a newcomer may try out."""
    return [CastEntry.model_validate(entry) for entry in _read("cast")]


@cache
def names() -> NamesEntry:
    """Read what the names of a crowd are made of."""
    return NamesEntry.model_validate(_read("names"))


def programme(name: str) -> ProgrammeEntry:
    """Read a programme."""
    return ProgrammeEntry.model_validate(_read(name))
