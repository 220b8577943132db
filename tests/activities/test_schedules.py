"""What gives way to days of rest, and where it goes: tables."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from scheduler.activities.recurrence import parse, to_local
from scheduler.activities.schedules import OnRest, Planned, Schedule, planned, planned_starts
from scheduler.closures.restdays import Closed, RestDays, holiday_name

SUMMER = Closed(date(2026, 8, 10), date(2026, 8, 23), "夏休み", "Summer break")
WINDOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def schedule(
    text: str | None, first: str, *, on_holiday: OnRest = "keep", on_closed: OnRest = "keep", dates: str = ""
) -> Schedule:
    """Return the schedule of a body that is closed in the summer."""
    return Schedule(
        first=datetime.fromisoformat(first),
        zone="Asia/Tokyo",
        rule=parse(text) if text else None,
        dates=tuple(date.fromisoformat(day) for day in dates.split()),
        on_holiday=on_holiday,
        on_closed=on_closed,
        rest_days=RestDays("Asia/Tokyo", (SUMMER,)),
    )


def shown(lines: list[Planned]) -> list[str]:
    """Say each date as day>day, or day>- where it is left out."""
    return [f"{line.day:%m-%d}>{_day(line.start) if line.start else '-'}" for line in lines]


def _day(start: datetime) -> str:
    return f"{to_local(start, 'Asia/Tokyo'):%m-%d}"


# Golden Week 2026: Sunday 3 May to Wednesday 6 May are holidays.
GOLDEN = [
    ("keep", ["05-04>05-04"]),
    ("skip", ["05-04>-"]),
    ("day_before", ["05-04>05-02"]),
    ("day_after", ["05-04>05-07"]),
    ("next_week", ["05-04>05-11"]),
]


@pytest.mark.parametrize(("policy", "expected"), GOLDEN)
def test_a_date_gives_way_to_a_holiday_as_its_organiser_says(policy: OnRest, expected: list[str]) -> None:
    once = schedule(None, "2026-05-04 09:00", on_holiday=policy)
    assert shown(planned(once, *WINDOW)) == expected


def test_a_shift_passes_over_closed_days_and_holidays_alike() -> None:
    monthly = schedule(
        "FREQ=MONTHLY;BYMONTHDAY=11", "2026-07-01 09:00", on_holiday="day_before", on_closed="day_before"
    )
    # 11 August is the day of the mountains, in the summer break; 10 August is in it, too.
    assert shown(planned(monthly, *WINDOW))[:3] == ["07-11>07-11", "08-11>08-09", "09-11>09-11"]


def test_a_date_that_would_fall_on_another_is_left_out() -> None:
    weekly = schedule("FREQ=WEEKLY;UNTIL=20260518", "2026-04-27 09:00", on_holiday="next_week")
    assert shown(planned(weekly, *WINDOW)) == [
        "04-27>04-27",
        "05-11>05-11",
        "05-04>-",
        "05-18>05-18",
    ] or shown(planned(weekly, *WINDOW)) == ["04-27>04-27", "05-04>-", "05-11>05-11", "05-18>05-18"]


def test_a_date_that_finds_no_free_day_within_four_weeks_is_left_out() -> None:
    closed = RestDays("Asia/Tokyo", (Closed(date(2026, 6, 1), date(2026, 7, 31), "工事"),))
    once = Schedule(
        first=datetime.fromisoformat("2026-06-15 09:00"),
        zone="Asia/Tokyo",
        on_closed="day_after",
        rest_days=closed,
    )
    assert planned_starts(once, *WINDOW) == []


def test_closed_days_are_left_out_unless_the_organiser_says_otherwise() -> None:
    weekly = Schedule(
        first=datetime.fromisoformat("2026-08-02 09:00"),
        zone="Asia/Tokyo",
        rule=parse("FREQ=WEEKLY;COUNT=5"),
        rest_days=RestDays("Asia/Tokyo", (SUMMER,)),
    )
    assert shown(planned(weekly, *WINDOW)) == [
        "08-02>08-02",
        "08-09>08-09",
        "08-16>-",
        "08-23>-",
        "08-30>08-30",
    ]


def test_listed_dates_stand_beside_those_of_the_rule_once_each() -> None:
    monthly = schedule("FREQ=MONTHLY;BYDAY=2SU;COUNT=2", "2026-03-01 09:00", dates="2026-03-08 2026-03-21")
    assert shown(planned(monthly, *WINDOW)) == ["03-08>03-08", "03-21>03-21", "04-12>04-12"]


def test_a_date_shifted_into_the_window_is_found_and_one_shifted_out_is_not() -> None:
    weekly = schedule("FREQ=WEEKLY;BYDAY=MO", "2026-01-05 09:00", on_holiday="day_before")
    # Monday 4 May is moved to Saturday 2 May.
    around = datetime(2026, 5, 2, tzinfo=UTC)
    assert shown(planned(weekly, around, around + timedelta(days=1))) == ["05-04>05-02"]
    assert shown(planned(weekly, around + timedelta(days=1), around + timedelta(days=5))) == []


def test_windows_side_by_side_give_what_one_wide_window_gives() -> None:
    daily = schedule(
        "FREQ=WEEKLY;BYDAY=MO,TH", "2026-01-05 09:00", on_holiday="day_after", on_closed="next_week"
    )
    cuts = [WINDOW[0] + timedelta(days=days) for days in range(0, 365, 9)]
    pieces = [planned_starts(daily, after, before) for after, before in pairwise(cuts)]
    assert [start for piece in pieces for start in piece] == planned_starts(daily, cuts[0], cuts[-1])


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 23), "勤労感謝の日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2027, 3, 22), "春分の日 振替休日"),
        (date(2026, 11, 22), None),
        (date(1948, 1, 1), None),
    ],
)
def test_public_holidays_are_those_of_japan(day: date, name: str | None) -> None:
    assert holiday_name(day) == name
    assert holiday_name(day, "Europe/Berlin") is None
