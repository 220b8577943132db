"""When an activity takes place, as its rows say: its own rule, and the versions that hold from some moment on; pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from scheduler.activities.models import Activity, RuleVersion, SlotTemplate
from scheduler.activities.recurrence import parse
from scheduler.activities.schedules import Schedule, on_rest, planned_starts
from scheduler.closures.restdays import Closed, RestDays

# Dates are made for thirteen months, so that a whole fiscal year is always there to print.
HORIZON = timedelta(days=397)


def schedule_of(activity: Activity, source: Activity | RuleVersion | None = None) -> Schedule:
    """Return what says when dates begin, by the activity itself or one of its versions, with its body's closed days."""
    source = source or activity
    spans = (Closed(row.starts_on, row.ends_on, row.name, row.name_en) for row in activity.closed_days)
    return Schedule(
        first=datetime.combine(source.first_on, source.first_at),
        zone=activity.timezone,
        rule=parse(source.rule) if source.rule else None,
        dates=tuple(date.fromisoformat(day) for day in source.dates),
        on_holiday=on_rest(source.on_holiday),
        on_closed=on_rest(source.on_closed),
        rest_days=RestDays(activity.timezone, tuple(spans)),
    )


@dataclass(frozen=True)
class Span:
    """From when to when an activity's own rule, or one of its versions, holds; None without an end."""

    source: Activity | RuleVersion
    from_at: datetime | None
    until: datetime | None


def spans_of(activity: Activity) -> list[Span]:
    """Return what holds when, one after the other."""
    versions = list(activity.versions)
    sources: list[Activity | RuleVersion] = [activity, *versions]
    edges = [None, *(version.from_at for version in versions), None]
    return [Span(source, *ends) for source, ends in zip(sources, pairwise(edges), strict=True)]


def sources_ahead(activity: Activity, now: datetime) -> list[Activity | RuleVersion]:
    """Return what holds now and later, the latest last: the activity itself, and its versions."""
    return [span.source for span in spans_of(activity) if span.until is None or span.until > now]


def latest_parts(activity: Activity) -> list[SlotTemplate]:
    """Return the parts of the dates furthest ahead: the activity's own, or those of its latest version."""
    return list(spans_of(activity)[-1].source.templates)


def source_at(activity: Activity, at: datetime) -> Activity | RuleVersion:
    """Return what holds at a moment: the activity itself, or one of its versions."""
    return [span.source for span in spans_of(activity) if span.from_at is None or span.from_at <= at][-1]


def next_starts(activity: Activity, after: datetime, before: datetime) -> list[datetime]:
    """Return the instants at which the rule lets dates begin, without writing anything."""
    return [start for span in spans_of(activity) for start in starts_in(activity, span, after, before)]


def only_ends(activity: Activity, span: Span) -> bool:
    """Say whether a version has no dates of its own: it was made to end the activity."""
    begins = span.from_at
    return begins is not None and not starts_in(activity, span, begins, begins + HORIZON)


def starts_in(activity: Activity, span: Span, after: datetime, before: datetime) -> list[datetime]:
    """Return the instants at which dates begin within a span."""
    opening, closing = max(after, span.from_at or after), min(before, span.until or before)
    if opening >= closing:
        return []
    return planned_starts(schedule_of(activity, span.source), opening, closing)
