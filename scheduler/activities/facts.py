"""What a letter says about a date: plain values that stay when the rows are let go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import object_session

from scheduler.activities.contacts import contact_texts
from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local, to_utc

_UNDECIDED = ("open", "closed", "awaiting_decision", "postponed")


@dataclass(frozen=True)
class DateFacts:
    """A date in plain values: local times on its own wall clock; texts in Japanese, and other languages where given."""

    id: int
    title: str
    title_en: str
    title_easy: str
    body: str
    body_en: str
    body_easy: str
    place: str
    place_en: str
    place_easy: str
    address: str
    address_en: str
    address_easy: str
    bring: str
    bring_en: str
    bring_easy: str
    contact: str
    contact_en: str
    contact_easy: str
    weather_rule: str
    state: str
    cause: str
    reason: str
    starts: datetime
    ends: datetime
    first_starts: datetime
    decide_at: datetime | None
    decided_before: bool

    @property
    def has_moved(self) -> bool:
        """Whether it takes place at another time than first announced; see Occurrence."""
        return abs(self.starts - self.first_starts) >= timedelta(minutes=1)


def time_version(occurrence: Occurrence) -> int:
    """Return the version of a date's time, in minutes since 1970: what was told of an older one is untrue."""
    return int(occurrence.starts_at.timestamp() // 60)


def decision_version(occurrence: Occurrence) -> int:
    """Return the version of the time of a date and of its decision: who was asked by an older one is asked anew."""
    local = decision_time(occurrence)
    if local is None:
        return time_version(occurrence)
    lead = occurrence.starts_at - to_utc(local, occurrence.activity.timezone)
    return time_version(occurrence) + int(lead.total_seconds() // 60)


_COPIED = (
    "title",
    "title_en",
    "title_easy",
    "bring",
    "bring_en",
    "bring_easy",
    "contact",
    "weather_rule",
)
_WHERE = ("place", "place_en", "place_easy", "address", "address_en", "address_easy")


def date_facts(occurrence: Occurrence) -> DateFacts:
    """Return the facts of a date."""
    activity = occurrence.activity
    zone = activity.timezone
    session = object_session(occurrence)
    assert session is not None, "a letter is about what is stored"
    return DateFacts(
        **{name: getattr(activity, name) for name in _COPIED},
        **{name: getattr(occurrence, name) for name in _WHERE},
        **contact_texts(session, activity),
        id=occurrence.id,
        body=activity.organization.name,
        body_en=activity.organization.name_en,
        body_easy=activity.organization.name_easy,
        state=occurrence.state,
        cause=occurrence.cause,
        reason=occurrence.reason,
        starts=to_local(occurrence.starts_at, zone),
        ends=to_local(occurrence.ends_at, zone),
        first_starts=to_local(occurrence.first_starts_at, zone),
        decide_at=decision_time(occurrence),
        decided_before=activity.decide_days_before > 0,
    )


def decision_time(occurrence: Occurrence) -> datetime | None:
    """Return until when, on the wall clock, it is decided whether the date is held; None where nothing is decided."""
    activity = occurrence.activity
    if activity.decide_at is None or not activity.needs_decision:
        return None
    starts = to_local(occurrence.starts_at, activity.timezone)
    day = starts.date() - timedelta(days=activity.decide_days_before)
    # A date may have been moved to an hour before it.
    return min(datetime.combine(day, activity.decide_at), starts)


def weather_is_open(occurrence: Occurrence) -> bool:
    """Say whether it is yet to be decided what becomes of a date in the weather."""
    return occurrence.state in _UNDECIDED


def is_on_reserve(occurrence: Occurrence) -> bool:
    """Say whether a date waits for its reserve date, or for a later one, already: the last decision postponed it."""
    # Every other decision settles it; its state says so no more once it waits for the next one.
    return weather_is_open(occurrence) and occurrence.decided_at is not None


def announced_reserve(occurrence: Occurrence) -> datetime | None:
    """Return the reserve date's start as people are told it; None on the reserve date itself.

    That may move again, but whereto is chosen by whoever decides then, and told then.
    """
    return None if is_on_reserve(occurrence) else reserve_starts_at(occurrence)


def reserve_starts_at(occurrence: Occurrence) -> datetime | None:
    """Return the reserve date's start: so many days later at the same time on the wall; None without one."""
    activity = occurrence.activity
    if activity.reserve_days is None:
        return None
    local = to_local(occurrence.starts_at, activity.timezone)
    return to_utc(local + timedelta(days=activity.reserve_days), activity.timezone)
