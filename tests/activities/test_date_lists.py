"""Lists of dates as people write them."""

from datetime import date

import pytest

from scheduler.activities.date_lists import dates_text, listed_dates
from scheduler.errors import Invalid

FIRST = date(2026, 11, 22)

READ = [
    ("12/6", [date(2026, 12, 6)]),
    ("11/22", [date(2026, 11, 22)]),
    ("11/21", [date(2027, 11, 21)]),  # before the first date: the year after
    ("１２月６日（日）", [date(2026, 12, 6)]),
    ("2027-01-10", [date(2027, 1, 10)]),
    ("2027/1/10, 12.6", [date(2026, 12, 6), date(2027, 1, 10)]),
    ("2027年1月10日", [date(2027, 1, 10)]),
    ("令和9年1月10日", [date(2027, 1, 10)]),
    ("令和元年5月1日", [date(2019, 5, 1)]),
    ("R9.1.10", [date(2027, 1, 10)]),
    ("2/29", [date(2028, 2, 29)]),
    ("12/20、12/6\n12/6\n\n", [date(2026, 12, 6), date(2026, 12, 20)]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_a_date_is_read_however_it_is_written(text: str, expected: list[date]) -> None:
    assert listed_dates(text, FIRST) == tuple(expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tomorrow", "dates_unreadable"),
        ("2/30", "dates_unreadable"),
        ("2027/13/1", "dates_unreadable"),
        ("12/6 12/13", "dates_unreadable"),
        ("0001-01-01", "date_out_of_range"),
        ("1999/12/31", "date_out_of_range"),
        ("、".join(f"{month}/{day}" for month in range(1, 6) for day in range(1, 29)), "too_many_dates"),
    ],
)
def test_what_is_no_date_is_refused_with_the_piece(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        listed_dates(text, FIRST)
    assert refused.value.code == code


def test_dates_are_written_so_that_they_are_read_back() -> None:
    dates = (date(2026, 12, 6), date(2027, 1, 10))
    assert listed_dates(dates_text(dates), FIRST) == dates
