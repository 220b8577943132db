"""Dates as iCalendar text (RFC 5545, RFC 7986); pure.

Knows no database and no clock: the same rows give the same bytes.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_ambiguous
from icalendar import Alarm, Calendar, vDuration
from icalendar import Event as VEvent

from scheduler.calendars.timezones import vtimezone_bytes
from scheduler.text import calendar_text

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

_PRODID = "-//Tsudoi//Tsudoi//{language}"
_ASK_AGAIN = vDuration(timedelta(hours=1))
# Of 75 octets the library leaves one free, and so do we.
_WIDTH = 74
_END = b"END:VCALENDAR\r\n"
# A calendar needs at least one part (RFC 5545 3.6): one without dates has the zone of the house.
_HOME = "Asia/Tokyo"


@dataclass(frozen=True)
class Event:
    """What one VEVENT says: instants are aware and come from the rows, the zone is an IANA name, geo north and east.

    The words of its state (【中止】) stand in the summary already; `last_word` comes after the description.
    Empty texts are left out. `is_free` leaves the time free in the reader's own calendar; `alarm_minutes` rings before.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    summary: str
    location: str
    description: str
    url: str
    status: Status
    created_at: datetime
    changed_at: datetime
    categories: tuple[str, ...] = ()
    geo: tuple[float, float] | None = None
    last_word: str = ""
    is_free: bool = False
    alarm_minutes: int | None = None


@dataclass(frozen=True)
class CalendarHead:
    """What a feed says of itself; `url` is the page that it belongs to, never the secret address of the feed."""

    name: str
    description: str
    url: str
    language: str


def _one_line(text: str) -> str:
    lines = (line.strip() for line in calendar_text(text).split("\n"))
    return " ".join(line for line in lines if line)


def _description(event: Event) -> str:
    # Not every client shows URL, so the address stands at the end of the text too.
    parts = (calendar_text(event.description).strip(), calendar_text(event.last_word).strip(), event.url)
    return "\n\n".join(part for part in parts if part)


def _on_the_wall(instant: datetime, zone: str) -> datetime:
    local = instant.astimezone(ZoneInfo(zone))
    # Of the hour that comes twice when summer time ends, readers take the first or the second: UTC is clear.
    return instant.astimezone(UTC) if datetime_ambiguous(local) else local


def _span(event: Event) -> tuple[date, date]:
    start, end = (_on_the_wall(at, event.zone) for at in (event.starts_at, event.ends_at))
    # Whole days are dates, and DTEND is the day after the last (RFC 5545 3.6.1).
    midnight = start.time() == end.time() == time(0) and start.tzinfo is not UTC and end.tzinfo is not UTC
    return (start.date(), end.date()) if midnight else (start, end)


@lru_cache(maxsize=4096)
def _line(name: str, value: str | int | datetime | tuple[str, ...]) -> bytes:
    """Return a property that many dates share: what is said again and again is rendered once."""
    return _property(name, list(value) if isinstance(value, tuple) else value)


def _property(name: str, value: object) -> bytes:
    """Return one property as icalendar renders it."""
    part = VEvent()
    part.add(name, value)
    return folded(str(part.content_line(name, part[name]))) + b"\r\n"


def folded(line: str) -> bytes:
    """Fold a line where icalendar folds it, between characters at 75 octets, in one step for each piece.

    The library looks at each character: for Japanese that was a quarter of the time that a date took. Like it, never
    between a backslash and what it escapes.
    """
    octets, begin, pieces = line.encode(), 0, []
    while len(octets) - begin > _WIDTH:
        end = begin + _WIDTH
        # Back to the first octet of a character (RFC 3629).
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        if end - begin > 1 and octets[end - 1] in b"\\^":
            end -= 1
        pieces.append(octets[begin:end])
        begin = end
    return b"\r\n ".join([*pieces, octets[begin:]])


def _lines(event: Event) -> Iterator[bytes]:
    """Go through the properties in the order of the library, in which a VEVENT has always been told."""
    start, end = _span(event)
    # What is off leaves the time free, also in Outlook, which does not heed STATUS.
    is_free = event.is_free or event.status == "CANCELLED"
    if summary := _one_line(event.summary):
        yield _line("SUMMARY", summary)
    yield _property("DTSTART", start)
    yield _property("DTEND", end)
    # In a feed DTSTAMP means "last revised" (RFC 5545 3.8.7.2): the clock's time would mark all as changed each time.
    yield _line("DTSTAMP", event.changed_at)
    yield _property("UID", event.uid)
    yield _line("SEQUENCE", event.sequence)
    if categories := tuple(name for name in map(_one_line, event.categories) if name):
        yield _line("CATEGORIES", categories)
    yield _line("CREATED", event.created_at)
    if description := _description(event):
        yield _property("DESCRIPTION", description)
    if event.geo is not None:
        yield _property("GEO", event.geo)
    yield _line("LAST-MODIFIED", event.changed_at)
    if location := _one_line(event.location):
        yield _line("LOCATION", location)
    yield _line("STATUS", event.status)
    yield _line("TRANSP", "TRANSPARENT" if is_free else "OPAQUE")
    if event.url:
        yield _property("URL", event.url)


def _alarm(event: Event) -> bytes:
    if event.alarm_minutes is None or event.status == "CANCELLED":
        return b""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _one_line(event.summary))
    alarm.add("trigger", timedelta(minutes=-event.alarm_minutes))
    return bytes(alarm.to_ical())


def event_bytes(event: Event) -> bytes:
    """Render one VEVENT: CRLF, folded between characters at 75 octets. Rendered once, it serves every feed."""
    return b"".join((b"BEGIN:VEVENT\r\n", *_lines(event), _alarm(event), b"END:VEVENT\r\n"))


def _calendar(language: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODID.format(language=language.upper()))
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _feed(head: CalendarHead) -> Calendar:
    calendar, name = _calendar(head.language), _one_line(head.name)
    calendar.add("name", name, parameters={"LANGUAGE": head.language})
    calendar.add("x-wr-calname", name)
    if head.description:
        calendar.add("description", calendar_text(head.description), parameters={"LANGUAGE": head.language})
    calendar.add("url", head.url)
    # RFC 7986 5.7 wants the VALUE parameter, which the library leaves out by itself.
    calendar.add("refresh-interval", _ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return calendar


def _chunks(calendar: Calendar, zones: Iterable[str], events: Iterable[bytes]) -> Iterator[bytes]:
    yield bytes(calendar.to_ical()).removesuffix(_END)
    for zone in sorted(set(zones)) or [_HOME]:
        yield vtimezone_bytes(zone)
    yield from events
    yield _END


def calendar_chunks(head: CalendarHead, zones: Iterable[str], events: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a feed piece by piece: head, one VTIMEZONE for each zone, the rendered events, end.

    `zones` are those of the events, in any order and as often as they come.
    """
    return _chunks(_feed(head), zones, events)


def calendar_bytes(head: CalendarHead, zones: Iterable[str], events: Iterable[bytes]) -> bytes:
    """Return a whole feed: the chunks of `calendar_chunks` in one."""
    return b"".join(calendar_chunks(head, zones, events))


def invitation_file(events: Sequence[Event], language: str) -> bytes:
    """Return dates as a file, to be added by hand or from a letter; their UIDs are those of the feed.

    No METHOD and no ATTENDEE: an invitation proper would be a second sign-up that nobody reads. No calendar name:
    Outlook then opens a new calendar instead of the date (MS-OXCICAL 2.1.3.1.1.17).
    """
    zones = [event.zone for event in events]
    return b"".join(_chunks(_calendar(language), zones, map(event_bytes, events)))


def fingerprint(parts: Iterable[tuple[object, ...]]) -> str:
    """Return the version of a feed as 32 hex digits: it changes when a row that is shown changes, or what makes it.

    The parts hold plain values (numbers, texts, instants), whose `repr` is the same in every process.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode())
    return digest.hexdigest()[:32]
