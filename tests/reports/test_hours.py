"""Fiscal years and sums: tables."""

from datetime import date

import pytest

from scheduler.reports.hours import HoursLine, Service, fiscal_year, fiscal_year_days, summed, total


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 4, 1), 2026),
        (date(2027, 3, 31), 2026),
        (date(2026, 3, 31), 2025),
        (date(1998, 2, 1), 1997),
        (date(2028, 2, 29), 2027),
    ],
)
def test_the_fiscal_year_begins_in_april(day: date, year: int) -> None:
    assert fiscal_year(day) == year
    first, last = fiscal_year_days(year)
    assert first <= day <= last


def _service(party: int, name: str, kana: str, day: int, people: int = 1, minutes: int = 90) -> Service:
    return Service(("person", party), name, kana, date(2026, 5, day), people, minutes)


def test_a_party_has_one_line_by_reading() -> None:
    lines = summed(
        [
            _service(2, "別所", "べっしょ", 1),
            _service(1, "青木", "あおき", 1),
            _service(2, "別所", "べっしょ", 8),
        ]
    )
    assert lines == [HoursLine("青木", "あおき", 1, 1, 90), HoursLine("別所", "べっしょ", 2, 2, 180)]


def test_two_parts_on_one_day_are_one_date() -> None:
    (line,) = summed([_service(1, "青木", "あおき", 1), _service(1, "青木", "あおき", 1, minutes=30)])
    assert (line.dates, line.minutes, line.hours) == (1, 120, 2.0)


def test_every_head_counts() -> None:
    (line,) = summed([_service(1, "青年会", "せいねんかい", 1, people=12, minutes=60)])
    assert (line.people, line.minutes) == (12, 720)
    assert total([line, line]).hours == 24


def test_nothing_adds_up_to_nothing() -> None:
    assert summed([]) == []
    assert total([]).minutes == 0
