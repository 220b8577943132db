"""Calendars as four readers of other makes see them: vobject, Home Assistant's `ical`, ical.js, libical."""

import ctypes
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from ctypes import Structure, c_char_p, c_int, c_int64, c_void_p
from ctypes.util import find_library
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import playwright
import vobject
from ical.calendar_stream import IcsCalendarStream

HERE = Path(__file__).parent
NODE = Path(playwright.__file__).parent / "driver" / "node"


@dataclass(frozen=True)
class Seen:
    """What a reader shows of one date: instants in UTC, whole days as dates."""

    uid: str
    start: date
    end: date
    status: str
    summary: str
    description: str
    sequence: int


Reader = Callable[[Sequence[str]], list[list[Seen]]]


def _utc(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def by_vobject(texts: Sequence[str]) -> list[list[Seen]]:
    """Read with the library of Python's CalDAV servers."""
    return [[_of_vobject(event) for event in _vevents(text)] for text in texts]


def _vevents(text: str) -> list[Any]:
    return list(vobject.readOne(text).contents.get("vevent", []))


def _of_vobject(event: Any) -> Seen:
    start, end = (_utc(part.value) for part in (event.dtstart, event.dtend))
    words = (event.status.value, event.summary.value, event.description.value)
    return Seen(event.uid.value, start, end, *words, int(event.sequence.value))


def by_home_assistant(texts: Sequence[str]) -> list[list[Seen]]:
    """Read with the strictest: one bad value, and it refuses the feed."""
    return [
        [_of_home_assistant(event) for event in IcsCalendarStream.calendar_from_ics(text).events]
        for text in texts
    ]


def _of_home_assistant(event: Any) -> Seen:
    words = (event.status.value, str(event.summary), str(event.description))
    return Seen(event.uid, _utc(event.dtstart), _utc(event.dtend), *words, event.sequence)


def by_icaljs(texts: Sequence[str]) -> list[list[Seen]]:
    """Read with what Thunderbird and Nextcloud read with; Node comes with Playwright."""
    run = [NODE, HERE / "icaljs.cjs"]
    said = subprocess.run(run, input=json.dumps(list(texts)), capture_output=True, text=True, check=True)
    return [[_of_icaljs(event) for event in calendar] for calendar in json.loads(said.stdout)]


def _of_icaljs(event: dict[str, Any]) -> Seen:
    times = {name: _time(event[name]) for name in ("start", "end")}
    return Seen(**event | times)


def _time(value: int | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)


class _Time(Structure):
    _fields_ = (
        *((name, c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", c_int),
        ("is_daylight", c_int),
        ("zone", c_void_p),
    )


_VEVENT, _ANY = 4, 0


@cache
def _libical() -> ctypes.CDLL:
    library = ctypes.CDLL(find_library("ical"))
    for name in ("uid", "summary", "description"):
        _declare(library, f"icalcomponent_get_{name}", c_char_p, c_void_p)
    for name in ("dtstart", "dtend"):
        _declare(library, f"icalcomponent_get_{name}", _Time, c_void_p)
    _declare(library, "icalcomponent_get_sequence", c_int, c_void_p)
    _declare(library, "icalparser_parse_string", c_void_p, c_char_p)
    _declare(library, "icalcomponent_free", None, c_void_p)
    for order in ("first", "next"):
        _declare(library, f"icalcomponent_get_{order}_component", c_void_p, c_void_p, c_int)
        _declare(library, f"icalcomponent_get_{order}_property", c_void_p, c_void_p, c_int)
    _declare(library, "icalproperty_get_property_name", c_char_p, c_void_p)
    _declare(library, "icalproperty_get_value_as_string", c_char_p, c_void_p)
    _declare(library, "icaltime_as_timet_with_zone", c_int64, _Time, c_void_p)
    return library


def _declare(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> None:
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments


def by_libical(texts: Sequence[str]) -> list[list[Seen]]:
    """Read with the library in C of Evolution, KOrganizer and GNOME."""
    return [_of_libical(text) for text in texts]


def _of_libical(text: str) -> list[Seen]:
    library = _libical()
    calendar = library.icalparser_parse_string(text.encode())
    assert calendar
    try:
        return [_of_component(event) for event in _parts(calendar, "component", _VEVENT)]
    finally:
        library.icalcomponent_free(calendar)


def _parts(component: int, what: str, kind: int) -> Iterator[int]:
    library = _libical()
    part = getattr(library, f"icalcomponent_get_first_{what}")(component, kind)
    while part:
        yield part
        part = getattr(library, f"icalcomponent_get_next_{what}")(component, kind)


def _of_component(event: int) -> Seen:
    library = _libical()
    uid, summary, description = (
        getattr(library, f"icalcomponent_get_{name}")(event).decode()
        for name in ("uid", "summary", "description")
    )
    start, end = (
        _libical_time(getattr(library, f"icalcomponent_get_{name}")(event)) for name in ("dtstart", "dtend")
    )
    return Seen(
        uid, start, end, _status(event), summary, description, library.icalcomponent_get_sequence(event)
    )


def _status(event: int) -> str:
    library = _libical()
    found = {
        library.icalproperty_get_property_name(part): library.icalproperty_get_value_as_string(part)
        for part in _parts(event, "property", _ANY)
    }
    text: bytes = found[b"STATUS"]
    return text.decode()


def _libical_time(time: _Time) -> date:
    if time.is_date:
        return date(time.year, time.month, time.day)
    return datetime.fromtimestamp(_libical().icaltime_as_timet_with_zone(time, time.zone), UTC)


READERS: list[Reader] = [by_vobject, by_home_assistant, by_icaljs, by_libical]
