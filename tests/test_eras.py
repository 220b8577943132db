"""Japanese eras, to the day."""

from datetime import date, datetime

import pytest

from scheduler.eras import era_text, era_year


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 22), "令和8年11月22日"),
        (date(2020, 1, 1), "令和2年1月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1926, 12, 24), "1926年12月24日"),
    ],
)
def test_a_day_has_the_year_of_its_era(day: date, said: str) -> None:
    assert era_text(day) == said


def test_a_moment_has_the_era_of_its_day() -> None:
    assert era_year(datetime.fromisoformat("2019-05-01 00:00")) == "令和元年"
