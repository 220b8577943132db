"""Every VTIMEZONE says what zoneinfo says, read by a parser of another house (python-dateutil)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
import time_machine
from dateutil.tz import datetime_ambiguous, tzical

from scheduler.calendars.timezones import vtimezone, vtimezone_bytes

BEGIN, WEEK = datetime(2026, 1, 1, tzinfo=UTC), timedelta(weeks=1)
PROPERTIES = {"DTSTART", "RRULE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"}
ZONES = [
    "Asia/Tokyo",
    "America/New_York",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Dublin",  # its winter is the exception
    "America/Nuuk",  # changes at -1:00, the evening before
    "Asia/Gaza",  # changes at 50:00, two days after
    "Asia/Jerusalem",  # changes at 26:00
    "Africa/Cairo",  # ends at 24:00 of a last Thursday, sometimes in the next month
    "America/Santiago",  # southern, at 24:00
    "Pacific/Easter",
    "Australia/Sydney",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Chatham",  # at 2:45
    "Antarctica/Troll",  # two hours
    "Asia/Kathmandu",
    "America/St_Johns",
    "Etc/GMT+9",
    "UTC",
    "Africa/Casablanca",  # Ramadan
    "America/Havana",
    "America/Vancouver",
]


def read(zone: str) -> tzinfo:
    """The zone as python-dateutil reads it."""
    found = tzical(StringIO(vtimezone_bytes(zone).decode())).get(zone)
    assert found is not None
    return found


def differ(one: datetime, other: datetime, real: ZoneInfo) -> bool:
    return one.astimezone(real).utcoffset() != other.astimezone(real).utcoffset()


def probes(real: ZoneInfo) -> Iterator[datetime]:
    """Instants a week apart over two years, and those around each change."""
    for week in (BEGIN + WEEK * number for number in range(105)):
        yield week
        if differ(week, week + WEEK, real):
            hours = [week + timedelta(hours=hour) for hour in range(7 * 24 + 1)]
            changed = next(later for hour, later in pairwise(hours) if differ(hour, later, real))
            yield from (changed + timedelta(minutes=minutes) for minutes in range(-150, 150, 15))
            yield changed - timedelta(seconds=1)


def disagreements(zone: str) -> list[str]:
    told, real = read(zone), ZoneInfo(zone)
    walls = (instant.astimezone(real) for instant in probes(real))
    return [
        wall.isoformat()
        for wall in walls
        if told.utcoffset(wall.replace(tzinfo=None)) != wall.utcoffset() and not datetime_ambiguous(wall)
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_wall_clock_means_what_zoneinfo_says(zone: str) -> None:
    assert disagreements(zone) == []


@pytest.mark.slow
def test_every_zone_there_is_has_the_offsets_of_zoneinfo() -> None:
    assert [zone for zone in sorted(available_timezones()) if disagreements(zone)] == []


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Asia/Kolkata", "America/Phoenix", "Etc/GMT+9", "UTC"])
def test_a_zone_without_summer_time_is_one_standard_part(zone: str) -> None:
    parts = vtimezone(zone).subcomponents
    assert [part.name for part in parts] == ["STANDARD"]
    assert "RRULE" not in parts[0]


def test_tokyo_to_the_byte() -> None:
    assert vtimezone_bytes("Asia/Tokyo").decode().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Tokyo",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZNAME:JST",
        "TZOFFSETFROM:+0900",
        "TZOFFSETTO:+0900",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


@pytest.mark.parametrize(
    ("zone", "name", "first", "rule"),
    [
        ("America/New_York", "DAYLIGHT", "19700308T020000", "BYDAY=2SU;BYMONTH=3"),
        ("America/New_York", "STANDARD", "19701101T020000", "BYDAY=1SU;BYMONTH=11"),
        ("Europe/Dublin", "DAYLIGHT", "19700329T010000", "BYDAY=-1SU;BYMONTH=3"),
        ("Europe/Dublin", "STANDARD", "19701025T020000", "BYDAY=-1SU;BYMONTH=10"),
        ("Australia/Sydney", "DAYLIGHT", "19701004T020000", "BYDAY=1SU;BYMONTH=10"),
        ("Africa/Cairo", "DAYLIGHT", "19700424T000000", "BYDAY=-1FR;BYMONTH=4"),
        ("America/Santiago", "DAYLIGHT", "19700906T000000", "BYDAY=SU;BYMONTHDAY=2,3,4,5,6,7,8;BYMONTH=9"),
        ("America/Nuuk", "DAYLIGHT", "19700328T230000", "BYDAY=SA;BYMONTHDAY=24,25,26,27,28,29,30;BYMONTH=3"),
        ("Africa/Cairo", "STANDARD", "19701030T000000", "BYDAY=FR;BYYEARDAY=-67,-66,-65,-64,-63,-62,-61"),
    ],
)
def test_a_change_begins_at_the_clock_before_it_and_comes_each_year(
    zone: str, name: str, first: str, rule: str
) -> None:
    part = next(part for part in vtimezone(zone).subcomponents if part.name == name)
    lines = part.to_ical().decode().split("\r\n")
    assert f"DTSTART:{first}" in lines
    assert f"RRULE:FREQ=YEARLY;{rule}" in lines


def test_the_greater_offset_is_summer_in_dublin_too() -> None:
    offsets = {part.name: part.TZOFFSETTO for part in vtimezone("Europe/Dublin").subcomponents}
    assert offsets == {"STANDARD": timedelta(0), "DAYLIGHT": timedelta(hours=1)}


def test_a_zone_that_breaks_its_rule_has_its_changes_one_by_one() -> None:
    parts = vtimezone("Africa/Casablanca").subcomponents
    assert len(parts) > 2
    assert not any("RRULE" in part for part in parts)


@pytest.mark.parametrize("zone", ZONES)
def test_nothing_but_what_every_client_reads_is_written(zone: str) -> None:
    zone_part = vtimezone(zone)
    assert set(zone_part) == {"TZID"}
    assert all(set(part) <= PROPERTIES for part in zone_part.subcomponents)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "Africa/Casablanca"])
def test_the_year_in_which_it_is_asked_makes_no_difference(zone: str) -> None:
    now = vtimezone(zone).to_ical()
    with time_machine.travel(datetime(2041, 7, 1, tzinfo=UTC), tick=False):
        assert vtimezone(zone).to_ical() == now


@pytest.mark.parametrize("zone", ["", "Tokyo", "asia/tokyo", "../../etc/passwd", "Asia", "Asia/Tokyo\r\nX:Y"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="no such zone"):
        vtimezone_bytes(zone)
