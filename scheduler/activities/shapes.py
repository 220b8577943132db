"""How a date and its slots look in JSON, and what is typed of activities in more than one place; pure."""

from datetime import datetime, time
from typing import Annotated

from pydantic import AfterValidator

from scheduler.activities.models import Occurrence, Slot
from scheduler.json_api import ApiModel


def _on_the_wall(typed: time) -> time:
    if typed.tzinfo is not None:
        raise ValueError("a time on the wall has no offset")
    return typed.replace(second=0, microsecond=0)


WallClock = Annotated[time, AfterValidator(_on_the_wall)]


class ReminderIn(ApiModel):
    """One reminder: `days_before` the date at the hour `at` ("HH:MM"), or so many minutes before it begins."""

    days_before: int | None = None
    at: str | None = None
    minutes_before: int | None = None


class WeatherIn(ApiModel):
    """What becomes of a date in the rain, who decides that, and until when."""

    weather_rule: str = "none"
    reserve_days: int | None = None
    decide_at: WallClock | None = None
    decide_days_before: int = 0
    decider_office: str | None = None
    decider_id: int | None = None
    deputy_office: str | None = None
    deputy_id: int | None = None


class SlotOut(ApiModel):
    """A part of a date."""

    id: int
    name: str
    name_en: str
    name_easy: str
    unit: str
    starts_at: datetime
    ends_at: datetime
    min_people: int
    places: int
    left: int
    reserved: int
    policy: str
    opens_at: datetime | None
    closes_at: datetime
    min_age: int | None
    max_age: int | None
    min_children: int
    questions: list[dict[str, object]]
    competence: str | None
    burden: list[str]


class DateOut(ApiModel):
    """One date; `uid` and `revision` are those of the calendar feeds, `map_point` is north and east, or empty."""

    id: int
    uid: str
    revision: int
    activity_id: int
    title: str
    title_en: str
    title_easy: str
    organization: str
    place: str
    place_en: str
    place_easy: str
    address: str
    address_en: str
    address_easy: str
    map_point: str
    tags: list[str]
    state: str
    first_starts_at: datetime
    starts_at: datetime
    ends_at: datetime
    timezone: str
    cause: str
    reason: str
    url: str
    slots: list[SlotOut] = []


def slot_out(slot: Slot) -> SlotOut:
    """Return a slot as programs see it."""
    names = (
        "id",
        "name",
        "name_en",
        "name_easy",
        "unit",
        "starts_at",
        "ends_at",
        "min_people",
        "places",
        "left",
        "reserved",
        "policy",
        "opens_at",
        "closes_at",
        "min_age",
        "max_age",
        "min_children",
        "questions",
        "competence",
    )
    return SlotOut(**{name: getattr(slot, name) for name in names}, burden=list(slot.burden))


def date_out(occurrence: Occurrence, base: str, *, with_slots: bool = False) -> DateOut:
    """Return a date as programs see it; `base` is the address of the service."""
    activity = occurrence.activity
    names = (
        "id",
        "uid",
        "revision",
        "activity_id",
        "state",
        "first_starts_at",
        "starts_at",
        "ends_at",
        "cause",
        "reason",
    )
    return DateOut(
        **{name: getattr(occurrence, name) for name in names},
        title=activity.title,
        title_en=activity.title_en,
        title_easy=activity.title_easy,
        organization=activity.organization.slug,
        place=occurrence.place,
        place_en=occurrence.place_en,
        place_easy=occurrence.place_easy,
        address=occurrence.address,
        address_en=occurrence.address_en,
        address_easy=occurrence.address_easy,
        map_point=occurrence.map_point,
        tags=[tag.slug for tag in activity.tags],
        timezone=activity.timezone,
        url=f"{base}/dates/{occurrence.id}",
        slots=[slot_out(slot) for slot in occurrence.slots] if with_slots else [],
    )
