"""Somebody else's calendar, read: each entry as what an activity needs; pure.

An entry that we cannot hold carries a code that says why; a file that is no calendar is refused.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from scheduler.activities.map_points import read_point
from scheduler.activities.recurrence import BadRule, parse, to_utc
from scheduler.errors import Invalid
from scheduler.text import calendar_text

# What has no zone, or one that nobody else knows, is read in this one.
HOME = "Asia/Tokyo"
MOST = 500
_DAY = timedelta(days=1)
_MAX_MINUTES = 14 * 24 * 60


@dataclass(frozen=True)
class Differing:
    """One date of a series that differs: called off, or at another time."""

    original: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One entry: `first` is the wall clock in `zone`; `exceptions` are the dates of a series that differ."""

    uid: str
    title: str
    summary: str
    place: str
    first: datetime
    minutes: int
    zone: str
    rule: str | None = None
    is_off: bool = False
    exceptions: tuple[Differing, ...] = ()
    problem: str = ""
    map_point: str = field(default="", repr=False)

    @property
    def said(self) -> str:
        """What it says, as a hash: the same while nothing was changed."""
        # The point apart, so that what was taken before there were points is not taken for changed.
        return hashlib.sha256(f"{self!r}{self.map_point}".encode()).hexdigest()


def read(data: bytes) -> list[Entry]:
    """Return the entries of a calendar; raise Invalid where it is none, or too long."""
    try:
        calendars = icalendar.Calendar.from_ical(data, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise Invalid("calendar_unreadable") from error
    if not events or len(events) > MOST:
        raise Invalid("calendar_too_long" if events else "calendar_unreadable", most=MOST)
    return list(_entries(events))


def _entries(events: list[Any]) -> Iterator[Entry]:
    singles = [event for event in events if "RECURRENCE-ID" in event]
    for event in events:
        if "RECURRENCE-ID" not in event:
            uid = str(event.get("UID", ""))
            yield _entry(event, [single for single in singles if str(single.get("UID", "")) == uid])


def _entry(event: Any, singles: list[Any]) -> Entry:
    try:
        return _read(event, singles)
    except (BadRule, Invalid) as refused:
        return _unread(event, refused)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return _unread(event, Invalid("entry_unreadable"))


def _unread(event: Any, refused: BadRule | Invalid) -> Entry:
    uid, title = str(event.get("UID", "")), calendar_text(str(event.get("SUMMARY", "")))
    return Entry(uid, title, "", "", datetime(2000, 1, 1), 0, HOME, problem=refused.code)


def _read(event: Any, singles: list[Any]) -> Entry:
    if "RDATE" in event:
        raise Invalid("rdate_unsupported")
    start, end = event.decoded("DTSTART"), _end(event)
    zone = _zone(start)
    first, last = (_wall(at, zone) for at in (start, end))
    minutes = int((last - first).total_seconds() // 60)
    rule = str(parse(event["RRULE"].to_ical().decode())) if "RRULE" in event else None
    # Both are tried here, so that the preview says what cannot be taken.
    to_utc(first, zone)
    entry = Entry(
        uid=str(event["UID"]),
        title=calendar_text(str(event.get("SUMMARY", ""))),
        summary=calendar_text(str(event.get("DESCRIPTION", ""))),
        place=calendar_text(str(event.get("LOCATION", ""))),
        first=first,
        minutes=minutes,
        zone=zone,
        rule=rule,
        is_off=str(event.get("STATUS", "")).upper() == "CANCELLED",
        exceptions=(*_left_out(event, zone), *(_single(single, zone) for single in singles)),
        map_point=_map_point(event),
    )
    if not entry.title or not 0 < minutes <= _MAX_MINUTES:
        raise ValueError("no title, or no length")
    return entry


def _map_point(event: Any) -> str:
    # A point that is none takes nothing from the date.
    with suppress(Invalid, KeyError, ValueError, TypeError, AttributeError):
        north, east = event["GEO"].latitude, event["GEO"].longitude
        return read_point(f"{north:.6f},{east:.6f}")
    return ""


def _end(event: Any) -> date:
    if "DTEND" in event:
        return date_or_time(event.decoded("DTEND"))
    start = date_or_time(event.decoded("DTSTART"))
    if "DURATION" in event:
        return start + event.decoded("DURATION")  # type: ignore[no-any-return]  # a timedelta
    return start + (timedelta(hours=1) if isinstance(start, datetime) else _DAY)


def date_or_time(value: Any) -> date:
    """Return a date or an instant; raise ValueError for anything else that a calendar may hold in its place."""
    if not isinstance(value, date):
        raise ValueError("no date")
    return value


def _zone(start: date) -> str:
    zone = getattr(start, "tzinfo", None)
    return zone.key if isinstance(zone, ZoneInfo) and zone.key not in {"UTC", "Etc/UTC"} else HOME


def _wall(at: date, zone: str) -> datetime:
    if not isinstance(at, datetime):
        return datetime.combine(at, time(0))
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if at.tzinfo else at


def _utc(at: date, zone: str) -> datetime:
    return at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo else to_utc(_wall(at, zone), zone)


def _left_out(event: Any, zone: str) -> Iterator[Differing]:
    lists: Any = event.get("EXDATE", [])
    for dates in lists if isinstance(lists, list) else [lists]:
        yield from (Differing(_utc(each.dt, zone)) for each in dates.dts)


def _single(event: Any, zone: str) -> Differing:
    original = _utc(event.decoded("RECURRENCE-ID"), zone)
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return Differing(original)
    start, end = (_utc(date_or_time(at), zone) for at in (event.decoded("DTSTART"), _end(event)))
    if end <= start:
        raise ValueError("no length")
    return Differing(original, start, end)


def uids(entries: Iterable[Entry]) -> set[str]:
    """Return the names of all entries, hashed: a name may be of any length."""
    return {uid_hash(entry.uid) for entry in entries}


def uid_hash(uid: str) -> str:
    """Return what is stored of an entry's name."""
    return hashlib.sha256(uid.encode()).hexdigest()
