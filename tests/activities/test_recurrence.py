"""Rules become dates: tables by rule and by zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.activities.recurrence import (
    BadRule,
    last_day,
    parse,
    starts,
    to_local,
    to_utc,
    zone_of,
)

TOKYO, BERLIN, NEW_YORK, APIA = "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Pacific/Apia"
CENTURY = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)


def walls(text: str, first: str, zone: str = TOKYO, year: int | None = None) -> list[str]:
    """The dates of the rule as the wall clock shows them, of one year or of the century."""
    window = (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)) if year else CENTURY
    found = starts(parse(text), datetime.fromisoformat(first), zone, *window)
    return [to_local(start, zone).isoformat(" ", "minutes") for start in found]


def days(text: str, first: str, year: int | None = None) -> list[str]:
    return [wall[5:10] if year else wall[:10] for wall in walls(text, first, year=year)]


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=2SU", "2026-09-13 08:30", ["09-13", "10-11", "11-08", "12-13"]),
        (
            "FREQ=MONTHLY;BYDAY=3SA;BYMONTH=4,5,6,7,8,9,10,11",
            "2026-01-01 09:00",
            ["04-18", "05-16", "06-20", "07-18", "08-15", "09-19", "10-17", "11-21"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=1SA,3SA;UNTIL=20260221",
            "2026-01-01 09:00",
            ["01-03", "01-17", "02-07", "02-21"],
        ),
        ("FREQ=MONTHLY;BYDAY=5SU", "2026-01-01 09:00", ["03-29", "05-31", "08-30", "11-29"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;BYMONTH=1,2,12", "2026-01-01 09:00", ["01-30", "02-27", "12-25"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-01-01 09:00", ["01-31", "02-28", "03-31"]),
        ("FREQ=MONTHLY", "2026-07-31 09:00", ["07-31", "08-31", "10-31", "12-31"]),
        ("FREQ=MONTHLY;INTERVAL=5", "2025-11-15 09:00", ["04-15", "09-15"]),
        ("FREQ=WEEKLY;COUNT=2", "2026-12-09 09:00", ["12-09", "12-16"]),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=4",
            "2026-11-15 09:00",
            ["11-15", "11-23", "11-29", "12-07"],
        ),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "2026-02-20 09:00", ["02-20", "03-02", "03-12"]),
        ("FREQ=DAILY;BYDAY=SA;BYMONTH=8", "2026-01-01 09:00", ["08-01", "08-08", "08-15", "08-22", "08-29"]),
        ("FREQ=YEARLY;BYMONTH=5,11;BYMONTHDAY=3", "2026-01-01 09:00", ["05-03", "11-03"]),
        ("FREQ=YEARLY;BYMONTH=10;BYDAY=2MO", "2026-01-01 09:00", ["10-12"]),
        ("FREQ=YEARLY;BYDAY=20MO", "2026-01-01 09:00", ["05-18"]),
        ("FREQ=YEARLY", "2020-08-16 18:00", ["08-16"]),
    ],
)
def test_a_rule_gives_the_dates_a_paper_calendar_shows(text: str, first: str, expected: list[str]) -> None:
    assert days(text, first, year=2026) == expected


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("FREQ=YEARLY;COUNT=3", "2024-02-29 10:00", ["2024-02-29", "2028-02-29", "2032-02-29"]),
        ("FREQ=YEARLY;UNTIL=21001231", "2092-02-29 10:00", ["2092-02-29", "2096-02-29"]),
        ("FREQ=MONTHLY;BYMONTH=2;BYDAY=5SU;COUNT=2", "2026-01-01 10:00", ["2032-02-29", "2060-02-29"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3", "2026-12-20 10:00", ["2026-12-20", "2027-01-03", "2027-01-17"]),
        ("FREQ=DAILY;INTERVAL=3;COUNT=3", "2026-12-29 10:00", ["2026-12-29", "2027-01-01", "2027-01-04"]),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-31;COUNT=3",
            "2026-11-29 10:00",
            ["2026-12-01", "2027-01-01", "2027-03-01"],
        ),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-29;COUNT=2", "2026-01-01 10:00", ["2028-02-01", "2032-02-01"]),
        ("FREQ=YEARLY;BYDAY=-53SU;COUNT=2", "2026-01-01 10:00", ["2028-01-02", "2034-01-01"]),
        ("FREQ=MONTHLY;BYDAY=-1SU;COUNT=3", "2026-11-29 10:00", ["2026-11-29", "2026-12-27", "2027-01-31"]),
    ],
)
def test_leap_days_and_year_ends_are_passed_in_step(text: str, first: str, expected: list[str]) -> None:
    assert days(text, first) == expected


def test_no_rule_means_once() -> None:
    first = datetime(2026, 12, 13, 8, 30)
    assert starts(None, first, TOKYO, *CENTURY) == [datetime(2026, 12, 12, 23, 30, tzinfo=UTC)]


def test_a_first_date_off_the_rule_is_not_added() -> None:
    assert days("FREQ=MONTHLY;BYDAY=2SU;COUNT=2", "2026-12-14 08:30") == ["2027-01-10", "2027-02-14"]


def test_a_first_date_on_the_rule_but_later_that_day_counts_from_its_own_time() -> None:
    assert walls("FREQ=DAILY;COUNT=2", "2026-12-31 23:30") == ["2026-12-31 23:30", "2027-01-01 23:30"]


def test_the_window_takes_its_beginning_and_leaves_its_end() -> None:
    rule, first = parse("FREQ=WEEKLY"), datetime(2026, 12, 6, 9)
    opening, closing = datetime(2026, 12, 13, tzinfo=UTC), datetime(2026, 12, 27, tzinfo=UTC)
    assert starts(rule, first, TOKYO, opening, closing) == [opening, opening + timedelta(days=7)]


def test_the_second_of_a_series_is_counted_from_its_first_date_not_from_the_window() -> None:
    rule, first = parse("FREQ=WEEKLY;COUNT=3"), datetime(2026, 12, 6, 9)
    opening = datetime(2026, 12, 13, tzinfo=UTC)
    assert len(starts(rule, first, TOKYO, opening, CENTURY[1])) == 2


def test_at_most_five_hundred_dates_are_returned() -> None:
    found = starts(parse("FREQ=DAILY"), datetime(2026, 1, 1, 9), TOKYO, *CENTURY)
    assert len(found) == 500
    assert found[-1] == datetime(2027, 5, 15, tzinfo=UTC)


def test_microseconds_are_cut() -> None:
    first = datetime(2026, 1, 1, 9, 0, 0, 999)
    assert starts(None, first, TOKYO, *CENTURY) == starts(parse("FREQ=DAILY;COUNT=1"), first, TOKYO, *CENTURY)
    assert to_utc(first, TOKYO) == datetime(2026, 1, 1, tzinfo=UTC)


# Zones

IN_UTC = [
    (TOKYO, "2026-03-29 02:30", "2026-03-28 17:30"),
    (BERLIN, "2026-03-28 02:30", "2026-03-28 01:30"),
    (BERLIN, "2026-03-29 02:30", "2026-03-29 01:30"),  # in the gap: as if still +1
    (BERLIN, "2026-03-29 03:30", "2026-03-29 01:30"),
    (BERLIN, "2026-03-30 02:30", "2026-03-30 00:30"),
    (BERLIN, "2026-10-25 02:30", "2026-10-25 00:30"),  # twice that night: the first
    (BERLIN, "2026-10-25 03:00", "2026-10-25 02:00"),
    (NEW_YORK, "2026-03-08 02:30", "2026-03-08 07:30"),  # gap
    (NEW_YORK, "2026-11-01 01:30", "2026-11-01 05:30"),  # overlap
    (NEW_YORK, "2026-11-01 02:00", "2026-11-01 07:00"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45"),  # a gap of half an hour
    ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45"),
    ("Asia/Kathmandu", "2026-01-01 00:00", "2025-12-31 18:15"),
    (APIA, "2011-12-30 09:00", "2011-12-30 19:00"),  # a day that Samoa skipped
]


@pytest.mark.parametrize(("zone", "wall", "utc"), IN_UTC)
def test_a_wall_clock_time_is_one_instant(zone: str, wall: str, utc: str) -> None:
    instant = to_utc(datetime.fromisoformat(wall), zone)
    assert instant.isoformat(" ", "minutes") == f"{utc}+00:00"
    assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "first", "utc_hours"),
    [
        (TOKYO, "2026-03-27 09:00", [0, 0, 0, 0]),
        (BERLIN, "2026-03-27 09:00", [8, 8, 7, 7]),
        (BERLIN, "2026-10-23 09:00", [7, 7, 8, 8]),
        (NEW_YORK, "2026-03-06 09:00", [14, 14, 13, 13]),
        (NEW_YORK, "2026-10-30 09:00", [13, 13, 14, 14]),
    ],
)
def test_the_wall_clock_stays_when_the_offset_changes(zone: str, first: str, utc_hours: list[int]) -> None:
    found = starts(parse("FREQ=DAILY;COUNT=4"), datetime.fromisoformat(first), zone, *CENTURY)
    assert [start.hour for start in found] == utc_hours


def test_a_date_in_the_gap_is_kept_and_shown_an_hour_later() -> None:
    assert walls("FREQ=DAILY;COUNT=3", "2026-03-28 02:30", BERLIN) == [
        "2026-03-28 02:30",
        "2026-03-29 03:30",
        "2026-03-30 02:30",
    ]


def test_sunday_morning_in_tokyo_is_sunday_though_utc_says_saturday() -> None:
    found = starts(parse("FREQ=MONTHLY;BYDAY=2SU"), datetime(2026, 12, 1, 8, 30), TOKYO, *CENTURY)
    assert found[0] == datetime(2026, 12, 12, 23, 30, tzinfo=UTC)


def test_a_day_that_the_zone_skipped_gives_no_date_twice() -> None:
    assert walls("FREQ=DAILY;COUNT=4", "2011-12-29 09:00", APIA) == [
        "2011-12-29 09:00",
        "2011-12-31 09:00",
        "2012-01-01 09:00",
    ]


@pytest.mark.parametrize(
    ("zone", "first", "instant"),
    [
        (APIA, "2011-12-30 09:00", "2011-12-30 19:00"),  # shown on the 31st: that Friday was skipped
        ("America/St_Johns", "2010-11-07 00:00", "2010-11-07 02:30"),  # a minute later it was Saturday again
    ],
)
def test_a_window_finds_a_date_that_the_clock_moved_to_another_day(
    zone: str, first: str, instant: str
) -> None:
    start = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    rule, window = parse("FREQ=WEEKLY"), (start - timedelta(hours=1), start + timedelta(minutes=30))
    assert starts(rule, datetime.fromisoformat(first), zone, *window) == [start]


def test_the_wall_clock_carries_no_mark_of_the_second_hour() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert to_local(second, BERLIN) == datetime(2026, 10, 25, 2, 30)
    assert to_local(second, BERLIN).fold == 0


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Base",
        "../etc/passwd",
        "/etc/localtime",
        "Asia",
        "asia/tokyo",
        "localtime",
        "a\0b",
        "x" * 999,
    ],
)
def test_only_known_zones_are_taken(name: str) -> None:
    with pytest.raises(BadRule, match="zone_unknown"):
        zone_of(name)


@pytest.mark.parametrize("first", [datetime(1999, 12, 31), datetime(2101, 1, 1), datetime.max, datetime.min])
def test_dates_outside_the_century_are_refused(first: datetime) -> None:
    with pytest.raises(BadRule, match="date_out_of_range"):
        to_utc(first, NEW_YORK)
    with pytest.raises(BadRule, match="date_out_of_range"):
        starts(None, first, NEW_YORK, *CENTURY)


def test_a_window_may_be_as_wide_as_time() -> None:
    ends = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert len(starts(parse("FREQ=YEARLY"), datetime(2000, 1, 1), NEW_YORK, *ends)) == 101


def test_offsets_are_neither_missing_nor_ignored() -> None:
    with pytest.raises(ValueError, match="has no offset"):
        to_utc(datetime(2026, 1, 1, tzinfo=UTC), TOKYO)
    with pytest.raises(ValueError, match="needs an offset"):
        to_local(datetime(2026, 1, 1), TOKYO)


# UNTIL


def test_until_includes_its_day() -> None:
    assert days("FREQ=DAILY;UNTIL=20270101", "2026-12-31 23:00") == ["2026-12-31", "2027-01-01"]


@pytest.mark.parametrize(
    ("until", "zone", "expected"),
    [
        ("20261212T233000Z", TOKYO, date(2026, 12, 13)),  # the last start itself
        ("20261213T145959Z", TOKYO, date(2026, 12, 13)),  # the last second of the day
        ("20261214T045959Z", NEW_YORK, date(2026, 12, 13)),
        ("20261213", NEW_YORK, date(2026, 12, 13)),
        ("21001231T150000Z", TOKYO, date(2100, 12, 31)),
    ],
)
def test_an_until_in_utc_means_the_local_day(until: str, zone: str, expected: date) -> None:
    assert last_day(parse(f"FREQ=DAILY;UNTIL={until}"), zone) == expected


def test_an_until_in_utc_does_not_lose_the_last_date() -> None:
    assert days("FREQ=WEEKLY;UNTIL=20261212T233000Z", "2026-12-06 08:30") == ["2026-12-06", "2026-12-13"]


# What never comes


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2026-12-01 09:00"),  # a Tuesday
        ("FREQ=DAILY;INTERVAL=98;BYDAY=MO;BYMONTH=2;BYMONTHDAY=29", "2026-12-01 09:00"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=5", "2026-12-01 09:00"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", "2026-06-01 09:00"),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "2026-01-01 09:00"),
        ("FREQ=DAILY;UNTIL=20201231", "2026-12-01 09:00"),
        ("FREQ=MONTHLY;BYDAY=5SU;BYMONTH=2", "2100-12-31 09:00"),
    ],
)
def test_an_interval_that_steps_over_every_date_ends_with_none(text: str, first: str) -> None:
    assert days(text, first) == []


@pytest.mark.parametrize("text", ["FREQ=YEARLY;BYMONTH=2", "FREQ=MONTHLY;BYMONTH=4,6"])
def test_a_first_date_that_the_rule_can_never_meet_is_refused(text: str) -> None:
    with pytest.raises(BadRule, match="rule_never_happens"):
        days(text, "2026-01-31 09:00")
