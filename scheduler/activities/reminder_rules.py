"""When an activity reminds those who come: a few rules, each so many days before at an hour, or minutes before. Pure.

The activity form reads them with `parse` and writes them with `stored`; an activity without any has `DEFAULT`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from scheduler.errors import Invalid

MOST_RULES = 4
MOST_DAYS = 30
LEAST_MINUTES, MOST_MINUTES = 30, 2 * 24 * 60
# A rule as early as this leaves time to plan; a later one says: it is soon.
_EARLY_DAYS = 2


@dataclass(frozen=True)
class ReminderRule:
    """One reminder: `days_before` at the hour `at` on the wall clock, or, without an hour, so many minutes before."""

    days_before: int = 0
    at: time | None = None
    minutes_before: int = 0

    def due(self, starts: datetime) -> datetime:
        """Return when it is due for a date that begins then; both on the wall clock of the date's zone."""
        if self.at is None:
            return starts - timedelta(minutes=self.minutes_before)
        return datetime.combine(starts.date() - timedelta(days=self.days_before), self.at)

    @property
    def is_early(self) -> bool:
        """Whether it comes days before."""
        return self.days_before >= _EARLY_DAYS

    @property
    def code(self) -> str:
        """Its short name: two rules of one activity never have the same."""
        return f"{self.days_before}d{self.at:%H%M}" if self.at is not None else f"{self.minutes_before}m"


WEEK = ReminderRule(7, time(19, 0))
EVENING = ReminderRule(1, time(19, 0))
DEFAULT = (WEEK, EVENING)


def parse(typed: object) -> tuple[ReminderRule, ...]:
    """Read rules as they are stored or typed: a list of {"days_before", "at": "HH:MM"} or {"minutes_before"}.

    None means the default, an empty list none at all. The earliest comes first, and what is there twice once. Raise
    Invalid for anything that cannot be used.
    """
    if typed is None:
        return DEFAULT
    if not isinstance(typed, list) or len(typed) > MOST_RULES:
        raise Invalid("reminders_unusable", most=MOST_RULES)
    rules = {_rule(one) for one in typed}
    some_day = datetime(2001, 2, 3, 12, 0)  # noqa: DTZ001  # to compare them with each other, on any wall clock
    return tuple(sorted(rules, key=lambda rule: rule.due(some_day)))


def _rule(typed: object) -> ReminderRule:
    if not isinstance(typed, Mapping) or not typed.keys() <= {"days_before", "at", "minutes_before"}:
        raise Invalid("reminders_unusable", most=MOST_RULES)
    if typed.get("at") is not None:
        return ReminderRule(_number(typed.get("days_before"), 0, MOST_DAYS), _clock(typed["at"]))
    return ReminderRule(minutes_before=_number(typed.get("minutes_before"), LEAST_MINUTES, MOST_MINUTES))


def _number(typed: object, least: int, most: int) -> int:
    if not isinstance(typed, int) or isinstance(typed, bool) or not least <= typed <= most:
        raise Invalid("reminders_unusable", most=MOST_RULES)
    return typed


def _clock(typed: object) -> time:
    try:
        return datetime.strptime(str(typed), "%H:%M").time()  # noqa: DTZ007  # a wall clock has no zone
    except ValueError as error:
        raise Invalid("reminders_unusable", most=MOST_RULES) from error


def stored(rules: tuple[ReminderRule, ...]) -> list[dict[str, Any]] | None:
    """Return rules as the column keeps them; None for the default."""
    return None if rules == DEFAULT else [_stored(rule) for rule in rules]


def _stored(rule: ReminderRule) -> dict[str, Any]:
    if rule.at is None:
        return {"minutes_before": rule.minutes_before}
    return {"days_before": rule.days_before, "at": f"{rule.at:%H:%M}"}
