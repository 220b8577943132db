"""Ending an activity after a last day: a change of the following dates, which calls off all that come later."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.actions import RepeatFacts
from scheduler.activities.models import Activity, Occurrence, RuleVersion
from scheduler.activities.plans import HORIZON, next_starts, schedule_of, source_at
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.changes.moves import MOVABLE, Place, Series
from scheduler.errors import Invalid

# What the machinery of changes is asked for: the first date that goes, and all after it.
SCOPE = "following"


def ending(
    session: Session, activity: Activity, last_on: date, why: str, now: datetime
) -> tuple[Occurrence, Series]:
    """Return the first date after the last day and what the series shall be from there on: nothing more.

    A date counts by the day on which it is now, wherever it was moved from. Raise Invalid for a day that is past, for
    one after which nothing is or nothing has been made yet, and where nothing repeats before it.
    """
    if last_on < to_local(now, activity.timezone).date():
        raise Invalid("last_day_past")
    ends_at = _midnight_after(activity, last_on)
    first = _first_from(session, activity, ends_at)
    if first is None and _are_to_be_made(session, activity, ends_at):
        raise Invalid("dates_not_made_yet")
    if first is None:
        raise Invalid("nothing_to_end")
    source = source_at(activity, ends_at)
    where = source if source.place is not None else activity
    return first, Series(
        _repeat_until(activity, source, last_on),
        source.minutes,
        Place(where.place or "", address=where.address or "", map_point=where.map_point or ""),
        (),
        why,
        also_by_hand=True,
        ends_at=ends_at,
    )


def may_end(activity: Activity) -> bool:
    """Say whether an activity has more than one date to end."""
    return activity.is_published and bool(activity.rule or activity.dates or activity.versions)


def _midnight_after(activity: Activity, last_on: date) -> datetime:
    # A day of 2100 has no next one here; nothing is planned so far ahead.
    day = min(last_on, date(2100, 12, 30)) + timedelta(days=1)
    return to_utc(datetime.combine(day, time.min), activity.timezone)


def _are_to_be_made(session: Session, activity: Activity, at: datetime) -> bool:
    """Say whether the rule has dates from a moment on that nobody has made yet; those that are off were made."""
    made = select(Occurrence.planned_at).where(Occurrence.activity_id == activity.id)
    there = set(session.scalars(made.where(Occurrence.planned_at >= at)))
    return any(start not in there for start in next_starts(activity, at, at + HORIZON))


def _first_from(session: Session, activity: Activity, at: datetime) -> Occurrence | None:
    wanted = select(Occurrence).where(
        Occurrence.activity_id == activity.id, Occurrence.starts_at >= at, Occurrence.state.in_(MOVABLE)
    )
    return session.scalar(wanted.order_by(Occurrence.starts_at).limit(1))


def _repeat_until(activity: Activity, source: Activity | RuleVersion, last_on: date) -> RepeatFacts:
    schedule = schedule_of(activity, source)
    if schedule.rule is None and source.first_on > last_on:
        raise Invalid("ends_before_first")
    rule = replace(schedule.rule, count=None, until=last_on) if schedule.rule else None
    return RepeatFacts(
        first_on=source.first_on,
        first_at=source.first_at,
        rule=str(rule) if rule else None,
        timezone=activity.timezone,
        dates=tuple(day for day in schedule.dates if day <= last_on),
        on_holiday=source.on_holiday,
        on_closed=source.on_closed,
    )
