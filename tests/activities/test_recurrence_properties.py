"""What holds for every rule: it reads back, it happens when others say so, a window is a cut, it costs little."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from types import FrameType
from typing import Any

import pytest
from dateutil import tz
from dateutil.rrule import rrulestr

from scheduler.activities.patterns import days
from scheduler.activities.recurrence import BadRule, Rule, parse, starts
from tests.activities.random_rules import as_dateutil_says, drawn, fits

CENTURY = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
MOST = 10
# Of the thousand, so many more where there is time for it.
RULES = 10 * max(100, int(os.environ.get("TSUDOI_TEST_EXAMPLES") or 0))


def ours(rule: Rule, first: datetime, most: int = MOST) -> list[datetime]:
    """The first dates by our own arithmetic, at the time of the first; none where that can never meet the rule."""
    most = min(most, rule.count or most)
    try:
        found = islice(days(rule, first.date(), first.date(), CENTURY[1].date()), most)
        return [datetime.combine(day, first.time()) for day in found]
    except BadRule:
        return []


def test_a_thousand_rules_happen_when_another_program_says() -> None:
    compared = 0
    for rule, first in drawn(0, RULES):
        found = ours(rule, first)
        # Where there are fewer, and no COUNT to end it, dateutil would search up to the year 9999.
        if len(found) == MOST or rule.count == len(found):
            assert found == as_dateutil_says(rule, first, MOST), f"{rule} from {first}"
            compared += 1
    assert compared > 0.9 * RULES


def test_what_steps_over_nearly_everything_happens_when_the_plainest_reading_says() -> None:
    compared = 0
    for rule, first in drawn(99, 1200):
        plain = not (rule.by_week_no or rule.by_set_pos or rule.by_year_day or rule.freq == "YEARLY")
        found = ours(rule, first)
        if plain and len(found) < MOST and rule.count is None and (rule.by_day or rule.by_month_day):
            window = [first + timedelta(days=day) for day in range(366 * 5)]
            fitting = [wall for wall in window if fits(wall.date(), rule) and _in_step(rule, first, wall)]
            assert fitting == [wall for wall in found if wall <= window[-1]], f"{rule} from {first}"
            compared += 1
    assert compared > 8


def _in_step(rule: Rule, first: datetime, wall: datetime) -> bool:
    months = (wall.year - first.year) * 12 + wall.month - first.month
    weeks = (_monday(wall, rule) - _monday(first, rule)).days // 7
    apart = {"DAILY": (wall - first).days, "WEEKLY": weeks, "MONTHLY": months}[rule.freq]
    return apart % rule.interval == 0


def _monday(wall: datetime, rule: Rule) -> date:
    return (wall - timedelta(days=(wall.weekday() - rule.week_start) % 7)).date()


def test_the_text_of_a_rule_reads_back_as_the_rule() -> None:
    for rule, _ in drawn(7, 500):
        assert parse(str(rule)) == rule


def test_a_late_window_is_a_cut_out_of_the_whole_series() -> None:
    for rule, first in drawn(11, 300):
        endless = replace(rule, count=None, interval=min(rule.interval, 2), by_set_pos=())
        opening, closing = datetime(2030, 2, 1, tzinfo=UTC), datetime(2031, 3, 1, tzinfo=UTC)
        try:
            found = starts(endless, first, "UTC", opening, closing)
        except BadRule:  # the day taken from the first date may not exist in the months of the rule
            continue
        whole = starts(replace(endless, until=date(2032, 1, 1)), first, "UTC", CENTURY[0], closing)
        assert len(whole) == 500 or found == [start for start in whole if start >= opening]


# A week number and a mix of weekdays, where the library reads RFC 5545 in its own way


def test_a_week_number_alone_takes_the_weekday_of_the_first_date() -> None:
    found = ours(parse("FREQ=YEARLY;BYWEEKNO=20"), datetime(2026, 1, 7, 9), 3)
    assert [f"{wall:%a %G-%V}" for wall in found] == ["Wed 2026-20", "Wed 2027-20", "Wed 2028-20"]


@pytest.mark.parametrize("week", [1, 27, 52, 53])
def test_a_week_number_is_that_of_iso_wherever_the_year_ends(week: int) -> None:
    rule = parse(f"FREQ=YEARLY;BYWEEKNO={week};BYDAY=MO,TU,WE,TH,FR,SA,SU")
    opening, closing = date(2001, 1, 1), date(2028, 12, 31)
    every_day = [opening + timedelta(days=number) for number in range((closing - opening).days + 1)]
    of_the_week = [day for day in every_day if day.isocalendar().week == week]
    assert list(days(rule, opening, opening, closing)) == of_the_week


def test_weekdays_with_and_without_a_number_are_added_up() -> None:
    mixed = ours(parse("FREQ=MONTHLY;BYDAY=4WE,MO;COUNT=40"), datetime(2026, 1, 1, 9), 40)
    mondays = as_dateutil_says(parse("FREQ=MONTHLY;BYDAY=MO"), datetime(2026, 1, 1, 9), 40)
    wednesdays = as_dateutil_says(parse("FREQ=MONTHLY;BYDAY=4WE"), datetime(2026, 1, 1, 9), 40)
    assert mixed == sorted([*mondays, *wednesdays])[:40]


# Zones, against the zone files and the arithmetic of the other program


ZONES = ("Asia/Tokyo", "Europe/Berlin", "America/New_York")
EDGES = [
    (datetime(2026, 3, 1), "both springs"),
    (datetime(2026, 10, 10), "both autumns"),
    (datetime(2028, 2, 20), "a leap day"),
    (datetime(2026, 12, 20), "the end of a year"),
    (datetime(2026, 5, 20), "a month with five Sundays"),
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("opening", "edge"), EDGES, ids=[edge for _, edge in EDGES])
def test_every_half_hour_of_the_wall_becomes_the_instant_that_another_program_says(
    zone: str, opening: datetime, edge: str
) -> None:
    for text in ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,SA", "FREQ=MONTHLY;BYDAY=-1SU,1SU,2SU,5SU"):
        for half_hours in range(48):
            first = opening + timedelta(minutes=30 * half_hours)
            walls = takewhile(lambda wall: wall.year < 2029, rrulestr(text + ";COUNT=45", dtstart=first))
            expected = [_instant(wall, zone) for wall in walls]
            found = starts(parse(text), first, zone, CENTURY[0], expected[-1] + timedelta(seconds=1))
            assert found == expected, (text, first)


def _instant(wall: datetime, zone: str) -> datetime:
    there = tz.gettz(zone)
    real = wall.replace(tzinfo=there)
    return (real if tz.datetime_exists(real) else tz.resolve_imaginary(real)).astimezone(UTC)


# What it costs: calls are counted, since a clock would measure the neighbours


BOMBS = [
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;INTERVAL=1;COUNT=1000000000",
    "FREQ=DAILY;COUNT=1000000000",
    "FREQ=DAILY;UNTIL=99991231",
    "FREQ=DAILY;COUNT=" + "9" * 180,
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366;BYMONTH=2",
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYWEEKNO=30;BYSETPOS=8",
    "FREQ=MONTHLY;BYDAY=5SU;BYMONTHDAY=28",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(str(day) for day in range(1, 29)) + ";BYSETPOS=30",
    "FREQ=YEARLY;BYYEARDAY=-1;BYMONTH=1,2,3,4,5,6,7,8,9,10,11",
]
SLOW = [
    "FREQ=DAILY;COUNT=500;INTERVAL=99",
    "FREQ=DAILY;COUNT=500;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=WEEKLY;COUNT=500;INTERVAL=99;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH=2;BYSETPOS=-1",
    "FREQ=MONTHLY;COUNT=500;BYDAY=5SU;BYMONTHDAY=31",
    "FREQ=YEARLY;COUNT=500;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366",
    "FREQ=YEARLY;COUNT=500;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYWEEKNO=53;BYSETPOS=5",
    "FREQ=DAILY;INTERVAL=98;BYDAY=MO;BYMONTH=2;BYMONTHDAY=29",
]


def calls_of(act: Callable[[], object]) -> int:
    """Count the Python functions that are entered, comprehensions among them."""
    count = 0

    def enter(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(enter)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("text", BOMBS)
def test_a_bomb_is_refused_for_little(text: str) -> None:
    def refuse() -> None:
        with pytest.raises(BadRule):
            parse(text)

    assert calls_of(refuse) < 20_000


@pytest.mark.parametrize("text", SLOW)
def test_the_dearest_rule_still_costs_little(text: str) -> None:
    first, window = datetime(2000, 1, 1, 9), (datetime(2099, 1, 1, tzinfo=UTC), CENTURY[1])
    assert calls_of(lambda: starts(parse(text), first, "Asia/Tokyo", *window)) < 30_000
