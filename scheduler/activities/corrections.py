"""What can be corrected of an activity that people know already: what it says, and how the weather is decided about.

When and where it takes place and which parts it has are changed date by date, see `changes`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from scheduler.activities.actions import ActivityFacts, check_deciders, check_weather, values_of
from scheduler.activities.models import Activity
from scheduler.activities.plans import source_at, sources_ahead
from scheduler.errors import Invalid

# What people have planned by: they are told.
PLANS = ("weather_rule", "reserve_days", "decide_at", "decide_days_before")
# Where the place is, not which: it is corrected here only where every date to come is there.
WHERE = ("address", "map_point")
TEXTS = ("title", "summary", "bring", "contact", "website", *WHERE)
DECIDERS = ("decider_office", "decider_id", "deputy_office", "deputy_id")
FIELDS = (*TEXTS, *PLANS, *DECIDERS, "reminders")


def is_one_place(activity: Activity, now: datetime) -> bool:
    """Say whether the dates to come have no other place by rule than the activity's own."""
    return all(source is activity or source.place is None for source in sources_ahead(activity, now))


def corrected(
    session: Session, activity: Activity, typed: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return what would be stored otherwise than it is; raise Invalid where it cannot be understood."""
    known = {name: getattr(activity, name) for name in (*FIELDS, "place", "first_on", "minutes")}
    facts = ActivityFacts(
        **known | {name: value for name, value in typed.items() if name in FIELDS},
        first_at=source_at(activity, now).first_at,
        slots=(),
    )
    values = values_of(facts)
    if not values["title"]:
        raise Invalid("title_missing")
    check_weather(facts)
    check_deciders(session, activity.organization_id, facts)
    found = {
        name: values[name] for name in FIELDS if name in typed and values[name] != getattr(activity, name)
    }
    if not found.keys().isdisjoint(WHERE) and not is_one_place(activity, now):
        raise Invalid("place_differs")
    return found
