"""When an activity reminds: what can be said, and what cannot."""

from datetime import datetime, time
from typing import Any

import pytest

from scheduler.activities.reminder_rules import DEFAULT, ReminderRule, parse, stored
from scheduler.errors import Invalid

SUNDAY = datetime(2026, 11, 22, 8, 0)


def test_the_usual_is_a_week_before_and_the_evening_before() -> None:
    assert [rule.due(SUNDAY) for rule in parse(None)] == [
        datetime(2026, 11, 15, 19, 0),
        datetime(2026, 11, 21, 19, 0),
    ]
    assert stored(DEFAULT) is None


def test_none_at_all_is_something_else_than_the_usual() -> None:
    assert parse([]) == ()
    assert stored(()) == []


def test_rules_come_back_as_they_were_stored_the_earliest_first_and_once() -> None:
    typed = [{"minutes_before": 90}, {"days_before": 2, "at": "06:30"}, {"days_before": 2, "at": "06:30"}]
    rules = parse(typed)
    assert rules == (ReminderRule(2, time(6, 30)), ReminderRule(minutes_before=90))
    assert parse(stored(rules)) == rules
    assert [rule.code for rule in rules] == ["2d0630", "90m"]


WRONG: list[Any] = [
    "x",
    {"days_before": 1},
    [None],
    ["d1"],
    [{}],
    [{"minutes_before": 29}],
    [{"minutes_before": 2881}],
    [{"minutes_before": True}],
    [{"minutes_before": "60"}],
    [{"days_before": 31, "at": "19:00"}],
    [{"days_before": -1, "at": "19:00"}],
    [{"days_before": 1, "at": "25:00"}],
    [{"days_before": 1, "at": 19}],
    [{"at": "19:00"}],
    [{"days_before": 1, "at": "19:00", "by": "fax"}],
    [{"minutes_before": 30 + n} for n in range(5)],
]


@pytest.mark.parametrize("typed", WRONG, ids=str)
def test_what_cannot_be_meant_is_refused(typed: Any) -> None:
    with pytest.raises(Invalid, match="reminders_unusable"):
        parse(typed)
