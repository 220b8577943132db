"""What we write is read alike by three: icalendar, vobject, and Home Assistant's `ical`, which is the strictest."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
import vobject
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from icalendar.parser.content_line import Contentline

from scheduler.calendars.ics import (
    CalendarHead,
    Event,
    calendar_bytes,
    calendar_chunks,
    event_bytes,
    fingerprint,
    folded,
    invitation_file,
)

CHANGED = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
HEAD = CalendarHead("つどい：川の清掃", "まちの活動", "https://tsudoi.example/", "ja")
EVENT = Event(
    uid="31@tsudoi.example",
    sequence=2,
    starts_at=datetime(2026, 12, 12, 23, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 13, 1, 30, tzinfo=UTC),
    zone="Asia/Tokyo",
    summary="川の清掃",
    location="北集会所、1-2-3",
    description="軍手をお持ちください。",
    url="https://tsudoi.example/dates/31",
    status="CONFIRMED",
    created_at=datetime(2026, 10, 1, tzinfo=UTC),
    changed_at=CHANGED,
)


@dataclass(frozen=True)
class Seen:
    """What a calendar shows of a date, times in UTC."""

    start: datetime
    end: datetime
    status: str
    summary: str


def by_icalendar(data: bytes) -> Seen:
    event = icalendar.Calendar.from_ical(data).events[0]
    start, end = (event.decoded(name).astimezone(UTC) for name in ("dtstart", "dtend"))
    return Seen(start, end, str(event["STATUS"]), str(event["SUMMARY"]))


def by_vobject(data: bytes) -> Seen:
    event = vobject.readOne(data.decode()).vevent
    start, end = (part.value.astimezone(UTC) for part in (event.dtstart, event.dtend))
    return Seen(start, end, event.status.value, event.summary.value)


def by_home_assistant(data: bytes) -> Seen:
    event = IcsCalendarStream.calendar_from_ics(data.decode()).events[0]
    assert event.status is not None
    start, end = (at.astimezone(UTC) for at in (event.start_datetime, event.end_datetime))
    return Seen(start, end, event.status.value, str(event.summary))


READERS = [by_icalendar, by_vobject, by_home_assistant]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def date_of(start: str, zone: str, **changes: Any) -> Event:
    return replace(EVENT, starts_at=at(start), ends_at=at(start) + timedelta(hours=2), zone=zone, **changes)


def feed(*events: Event) -> bytes:
    return calendar_bytes(HEAD, [event.zone for event in events], [event_bytes(event) for event in events])


def lines(data: bytes) -> list[str]:
    """The lines as they were before folding."""
    return data.decode().replace("\r\n ", "").split("\r\n")


HOSTILE = "ごみ拾い\r\nEND:VEVENT\r\nBEGIN:VEVENT\nUID:x\x0b\x00\x1b\u2028と\u0085、\\,;:\"'<b>"
EVENTS = {
    "Tokyo": EVENT,
    "emoji over many lines": replace(EVENT, summary="🧹👨‍👩‍👧‍👦川をきれいに🏳️‍🌈" * 12),
    "exactly a line": replace(EVENT, summary="x" * 67),
    "one over a line": replace(EVENT, summary="x" * 66 + "川"),
    "hostile": replace(EVENT, summary=HOSTILE, location=HOSTILE, description=HOSTILE, categories=(HOSTILE,)),
    "lone surrogate": replace(EVENT, summary="川\ud800の清掃"),
    "bidirectional override": replace(EVENT, summary="川\u202eの清掃"),
    "cancelled": replace(EVENT, summary="【中止】川の清掃", status="CANCELLED"),
    "undecided": replace(EVENT, summary="【判断待ち】川の清掃", status="TENTATIVE"),
    "over the year's end": date_of("2026-12-31 14:00", "Asia/Tokyo"),
    "New York in summer": date_of("2026-07-04 14:00", "America/New_York"),
    "New York in winter": date_of("2026-12-05 15:00", "America/New_York"),
    "New York as summer begins": date_of("2026-03-08 06:30", "America/New_York"),
    "New York in the hour that comes twice": date_of("2026-11-01 05:30", "America/New_York"),
    "New York when it has come again": date_of("2026-11-01 06:30", "America/New_York"),
    "London in summer": date_of("2026-07-04 09:00", "Europe/London"),
    "Dublin in winter": date_of("2026-12-05 10:00", "Europe/Dublin"),
    "Lord Howe in summer": date_of("2026-12-05 00:00", "Australia/Lord_Howe"),
    "Nuuk in summer": date_of("2026-07-04 12:00", "America/Nuuk"),
    "UTC": date_of("2026-07-04 12:00", "UTC"),
    "with everything": replace(
        EVENT, categories=("清掃", "a,b"), geo=(35.5, 139.25), last_word="更新：11月16日"
    ),
    "with nothing": replace(EVENT, location="", description="", url=""),
}
each_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())


@each_event
@pytest.mark.parametrize("reader", READERS)
def test_three_readers_see_the_same_date(event: Event, reader: Callable[[bytes], Seen]) -> None:
    seen, first = reader(feed(event)), by_icalendar(feed(event))
    assert (seen.start, seen.end, seen.status) == (event.starts_at, event.ends_at, event.status)
    assert seen.summary == first.summary


@pytest.mark.parametrize("reader", READERS)
def test_no_emoji_is_lost_over_the_folds(reader: Callable[[bytes], Seen]) -> None:
    event = EVENTS["emoji over many lines"]
    assert reader(feed(event)).summary == event.summary


@each_event
@pytest.mark.parametrize("minutes", [None, 60])
def test_a_date_is_written_as_the_library_writes_it(event: Event, minutes: int | None) -> None:
    data = event_bytes(replace(event, alarm_minutes=minutes))
    assert icalendar.Event.from_ical(data).to_ical() == data


@given(st.text(st.sampled_from("ab川👨‍🏳️\\^;,é"), max_size=200))
def test_a_line_is_folded_where_the_library_folds_it(line: str) -> None:
    assert folded(line) == Contentline(line).to_ical()  # type: ignore[no-untyped-call]  # without types


@each_event
def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(event: Event) -> None:
    folded = feed(event).split(b"\r\n")
    assert max(len(line) for line in folded) <= 75
    assert all(line.decode() for line in folded[:-1])


@each_event
def test_every_line_ends_as_lines_end_here_and_holds_no_control_character(event: Event) -> None:
    text = feed(event).decode()
    assert text.count("\r") == text.count("\n") == text.count("\r\n")
    assert not [char for char in text.replace("\r\n", "") if ord(char) < 32 or char in "\x7f\x85\u2028\u2029"]


@each_event
def test_the_same_rows_give_the_same_bytes_at_any_time(event: Event) -> None:
    now = feed(event)
    with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC), tick=False):
        assert feed(event) == now


@pytest.mark.parametrize("reader", READERS)
def test_a_title_cannot_smuggle_a_second_date_in(reader: Callable[[bytes], Seen]) -> None:
    data = feed(EVENTS["hostile"])
    assert lines(data).count("BEGIN:VEVENT") == 1
    assert reader(data).summary == "ごみ拾い END:VEVENT BEGIN:VEVENT UID:x と 、\\,;:\"'<b>"


def test_a_date_to_the_letter() -> None:
    """Whoever changes this output raises RENDERING, or readers keep what they have."""
    assert lines(event_bytes(EVENTS["with everything"])) == [
        "BEGIN:VEVENT",
        "SUMMARY:川の清掃",
        "DTSTART;TZID=Asia/Tokyo:20261213T083000",
        "DTEND;TZID=Asia/Tokyo:20261213T103000",
        "DTSTAMP:20261116T010000Z",
        "UID:31@tsudoi.example",
        "SEQUENCE:2",
        "CATEGORIES:清掃,a\\,b",
        "CREATED:20261001T000000Z",
        "DESCRIPTION:軍手をお持ちください。\\n\\n更新：11月16日\\n\\nhttps://tsudoi.example/dates/31",
        "GEO:35.5;139.25",
        "LAST-MODIFIED:20261116T010000Z",
        "LOCATION:北集会所、1-2-3",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "URL:https://tsudoi.example/dates/31",
        "END:VEVENT",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("New York in summer", "DTSTART;TZID=America/New_York:20260704T100000"),
        ("New York in winter", "DTSTART;TZID=America/New_York:20261205T100000"),
        ("New York in the hour that comes twice", "DTSTART:20261101T053000Z"),
        ("New York when it has come again", "DTSTART:20261101T063000Z"),
        ("UTC", "DTSTART:20260704T120000Z"),
        ("over the year's end", "DTEND;TZID=Asia/Tokyo:20270101T010000"),
        ("cancelled", "TRANSP:TRANSPARENT"),
        ("cancelled", "STATUS:CANCELLED"),
    ],
)
def test_a_line_of_a_date(name: str, expected: str) -> None:
    assert expected in lines(event_bytes(EVENTS[name]))


def test_when_a_date_was_changed_is_never_now() -> None:
    event = icalendar.Calendar.from_ical(feed(EVENT)).events[0]
    assert event.DTSTAMP == event.LAST_MODIFIED == CHANGED
    assert event.decoded("created") == EVENT.created_at


def test_a_place_is_one_line() -> None:
    shown = lines(event_bytes(replace(EVENT, location="北集会所\r\n\n 1-2-3　２階")))
    assert "LOCATION:北集会所 1-2-3　２階" in shown


def test_what_is_empty_is_left_out() -> None:
    names = {line.partition(":")[0] for line in lines(event_bytes(EVENTS["with nothing"]))}
    assert names.isdisjoint({"LOCATION", "DESCRIPTION", "URL", "CATEGORIES", "GEO"})


@each_event
def test_nobody_is_invited_and_nothing_rings(event: Event) -> None:
    text = feed(event).decode()
    assert not [word for word in ("ATTENDEE", "ORGANIZER", "VALARM", "METHOD", "mailto:") if word in text]


def test_the_head_of_a_feed() -> None:
    assert lines(feed(EVENT))[:11] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tsudoi//Tsudoi//JA",
        "CALSCALE:GREGORIAN",
        "DESCRIPTION;LANGUAGE=ja:まちの活動",
        "NAME;LANGUAGE=ja:つどい：川の清掃",
        "X-WR-CALNAME:つどい：川の清掃",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "URL:https://tsudoi.example/",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VTIMEZONE",
    ]


def test_each_zone_is_described_once_and_in_order() -> None:
    zones = ["Europe/London", "Asia/Tokyo", "Europe/London"]
    shown = [line for line in lines(calendar_bytes(HEAD, zones, [])) if line.startswith("TZID:")]
    assert shown == ["TZID:Asia/Tokyo", "TZID:Europe/London"]


def test_a_rendered_date_stands_in_the_feed_as_it_is() -> None:
    chunks = list(
        calendar_chunks(HEAD, ["Asia/Tokyo"], [event_bytes(EVENT), event_bytes(EVENTS["cancelled"])])
    )
    assert chunks[2:4] == [event_bytes(EVENT), event_bytes(EVENTS["cancelled"])]
    assert icalendar.Calendar.from_ical(b"".join(chunks)).to_ical() == b"".join(chunks)


def test_a_feed_without_dates_is_a_calendar_still() -> None:
    data = calendar_bytes(HEAD, [], [])
    assert IcsCalendarStream.calendar_from_ics(data.decode()).events == []
    assert vobject.readOne(data.decode()).vtimezone.tzid.value == "Asia/Tokyo"


@pytest.mark.parametrize("reader", READERS)
def test_a_single_date_has_the_identity_that_it_has_in_the_feed(reader: Callable[[bytes], Seen]) -> None:
    data = invitation_file([EVENT], "ja")
    assert reader(data) == reader(feed(EVENT))
    assert event_bytes(EVENT) in data


def test_a_single_date_opens_as_a_date_and_not_as_a_new_calendar() -> None:
    names = {line.partition(":")[0] for line in lines(invitation_file([EVENT], "en"))}
    assert names.isdisjoint({"METHOD", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"})
    assert "PRODID:-//Tsudoi//Tsudoi//EN" in lines(invitation_file([EVENT], "en"))


def test_a_version_is_short_and_stays_for_the_same_rows() -> None:
    version = fingerprint([("title", "ja"), (31, 2, CHANGED)])
    assert version == fingerprint(iter([("title", "ja"), (31, 2, CHANGED)]))
    assert (len(version), int(version, 16) > 0) == (32, True)


@pytest.mark.parametrize(
    "other",
    [
        [],
        [(31, 2, CHANGED)],
        [("title", "ja"), (31, 3, CHANGED)],
        [("title", "ja"), (31, 2, CHANGED + timedelta(seconds=1))],
        [("title", "ja", 31, 2, CHANGED)],
        [(31, 2, CHANGED), ("title", "ja")],
        [("title", "ja"), ("31", 2, CHANGED)],
    ],
)
def test_other_rows_are_another_version(other: list[tuple[object, ...]]) -> None:
    assert fingerprint(other) != fingerprint([("title", "ja"), (31, 2, CHANGED)])
