"""When an activity takes place: its rule, its listed dates, and what gives way to days of rest; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from scheduler.activities.recurrence import MAX_DATES, Rule, starts, to_local, to_utc
from scheduler.closures.restdays import Rest, RestDays

# What becomes of a date on a day of rest.
OnRest = Literal["keep", "skip", "day_before", "day_after", "next_week"]
ON_REST: tuple[OnRest, ...] = ("keep", "skip", "day_before", "day_after", "next_week")
_STEPS: dict[str, int] = {"day_before": -1, "day_after": 1, "next_week": 7}
# A date that finds no free day within four weeks is left out: by then the next one is near.
_FURTHEST = timedelta(days=28)


def on_rest(code: str) -> OnRest:
    """Return a stored code as what it is; one that is not known any more as `keep`."""
    return next((known for known in ON_REST if known == code), "keep")


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """All that says when dates begin: `first` on the wall clock of the zone; listed dates begin at the same time."""

    first: datetime
    zone: str
    rule: Rule | None = None
    dates: tuple[date, ...] = ()
    on_holiday: OnRest = "keep"
    on_closed: OnRest = "skip"
    rest_days: RestDays = field(default_factory=lambda: RestDays("Asia/Tokyo"))

    def rest(self, day: date) -> tuple[Rest, OnRest] | None:
        """Return why a day gives way, and how; None for a day on which a date may be."""
        for found, policy in (
            (self.rest_days.closed_on(day), self.on_closed),
            (self.rest_days.holiday_on(day), self.on_holiday),
        ):
            if found is not None and policy != "keep":
                return found, policy
        return None


@dataclass(frozen=True)
class Planned:
    """One date as planned: the day that the rule says, when it begins (None: left out), and what it gave way to."""

    day: date
    start: datetime | None
    why: Rest | None = None


def planned(schedule: Schedule, after: datetime, before: datetime) -> list[Planned]:
    """List the dates from `after` (inclusive) to `before` (exclusive), also those left out; the first 500.

    A date that gives way to a day where there is one already is left out. Raises BadRule as `starts` does.
    """
    found: dict[datetime, Planned] = {}
    left_out = []
    for one in sorted(
        _settled(schedule, after - _FURTHEST, before + _FURTHEST), key=lambda one: bool(one.why)
    ):
        if one.start is None or one.start in found:
            left_out.append(Planned(one.day, None, one.why))
        else:
            found[one.start] = one
    begins = [(one.start or _at(schedule, one.day), one) for one in [*found.values(), *left_out]]
    inside = sorted((at, one.start is None, one) for at, one in begins if after <= at < before)
    return [one for _, _, one in inside[:MAX_DATES]]


def planned_starts(schedule: Schedule, after: datetime, before: datetime) -> list[datetime]:
    """List the instants at which dates begin, from `after` (inclusive) to `before` (exclusive)."""
    return [one.start for one in planned(schedule, after, before) if one.start is not None]


def _settled(schedule: Schedule, after: datetime, before: datetime) -> Iterator[Planned]:
    by_rule = starts(schedule.rule, schedule.first, schedule.zone, after=after, before=before)
    listed = [to_utc(datetime.combine(day, schedule.first.time()), schedule.zone) for day in schedule.dates]
    for start in {*by_rule, *(start for start in listed if after <= start < before)}:
        day = to_local(start, schedule.zone).date()
        found = schedule.rest(day)
        if found is None:
            yield Planned(day, start)
        else:
            moved = _free_day(schedule, day, found[1])
            yield Planned(day, _at(schedule, moved) if moved else None, found[0])


def _free_day(schedule: Schedule, day: date, policy: OnRest) -> date | None:
    if policy == "skip":
        return None
    step = timedelta(days=_STEPS[policy])
    moved = day + step
    while abs(moved - day) <= _FURTHEST:
        if schedule.rest(moved) is None:
            return moved
        moved += step
    return None


def _at(schedule: Schedule, day: date) -> datetime:
    return to_utc(datetime.combine(day, schedule.first.time()), schedule.zone)
