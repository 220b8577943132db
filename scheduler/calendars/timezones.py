"""Time zones as calendars read them: a VTIMEZONE with yearly rules, made from the zone file's own POSIX rule; pure.

A list of changes (RDATE), as libraries write it, shows New York an hour late all summer in Thunderbird and others.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import rrulestr
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_NAME = r"(<[^>]+>|[A-Za-z]+)"
_OFFSET = r"([+-]?\d+(?::\d+){0,2})"
_CHANGE = rf"M(\d+)\.(\d+)\.(\d)(?:/{_OFFSET})?"
_FIXED = re.compile(f"{_NAME}{_OFFSET}")
_WITH_SUMMER = re.compile(f"{_NAME}{_OFFSET}{_NAME}{_OFFSET}?,{_CHANGE},{_CHANGE}")
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_LAST = 5
# Where the yearly rules begin: long before any date of ours, and never the present.
_SINCE = datetime(1970, 1, 1)
# The ten years in which a zone has to keep its rule, or is written change by change. Fixed for the same reason.
_WEEK = 7 * 86400
_BEGIN = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
_END = _BEGIN + 522 * _WEEK

# The second since 1970 in which an offset changes, the offset before it and the one from then on.
_Turn = tuple[int, timedelta, timedelta]


@dataclass(frozen=True)
class _Onset:
    """An offset that begins at a time of the wall clock before it: once, or each year by the rule."""

    name: str
    first: datetime
    before: timedelta
    after: timedelta
    summer: bool = False
    rule: vRecur | None = None


@cache
def _known_zones() -> set[str]:
    return available_timezones()


def _posix_rule(zone: str) -> str:
    # Of the package that zoneinfo reads too (see clock): DTSTART and VTIMEZONE may not contradict each other.
    data = files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
    return data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")


def _length(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    numbers = [int(number) for number in text.lstrip("+-").split(":")] + [0, 0]
    return sign * timedelta(hours=numbers[0], minutes=numbers[1], seconds=numbers[2])


def _by_rule(rule: str) -> list[_Onset]:
    """Read a POSIX rule such as `EST5EDT,M3.2.0,M11.1.0`; give nothing for one that names no nth weekdays."""
    if fixed := _FIXED.fullmatch(rule):
        offset = -_length(fixed[2])
        return [_Onset(fixed[1].strip("<>"), _SINCE, offset, offset)]
    found = _WITH_SUMMER.fullmatch(rule)
    if found is None:
        return []
    usual = -_length(found[2])
    other = -_length(found[4]) if found[4] else usual + timedelta(hours=1)
    return [
        _yearly(found[1], other, usual, found.group(9, 10, 11, 12)),
        _yearly(found[3], usual, other, found.group(5, 6, 7, 8)),
    ]


def _yearly(name: str, before: timedelta, after: timedelta, change: tuple[str | None, ...]) -> _Onset:
    month, nth, weekday, clock = change
    days, at = divmod(_length(clock or "2"), timedelta(days=1))
    rule = _rule(int(month or 0), int(nth or 0), int(weekday or 0), days)
    first = next(_instances(rule, _SINCE + at))
    # The greater offset is DAYLIGHT, also for Dublin, whose zone file calls its winter the exception.
    return _Onset(name.strip("<>"), first, before, after, after > before, rule)


def _rule(month: int, nth: int, weekday: int, days: int) -> vRecur:
    """Say the nth weekday (0 = Sunday, the fifth is the last) of a month, carried some days on or back."""
    if not days:
        return vRecur(FREQ="YEARLY", BYMONTH=month, BYDAY=f"{-1 if nth == _LAST else nth}{_DAYS[weekday]}")
    # The nth Saturday, carried into Sunday, is not always the nth Sunday: name the seven days it may fall on.
    week = [day + timedelta(days=days) for day in _nth_week(month, nth)]
    carried = _DAYS[(weekday + days) % 7]
    if len({day.month for day in week}) == 1:
        month_days = [day.day for day in week]
        return vRecur(FREQ="YEARLY", BYMONTH=week[0].month, BYDAY=carried, BYMONTHDAY=month_days)
    # Across two months: as days of the year, counted from its end, where no leap day shifts them.
    year_days = [(day - datetime(2024, 1, 1)).days for day in week]
    return vRecur(FREQ="YEARLY", BYDAY=carried, BYYEARDAY=year_days)


def _nth_week(month: int, nth: int) -> list[datetime]:
    begin = datetime(2023, month, 1) + timedelta(days=7 * (nth - 1))
    if nth == _LAST:
        begin = (datetime(2023, month, 1) + timedelta(days=31)).replace(day=1) - timedelta(days=7)
    return [begin + timedelta(days=day) for day in range(7)]


def _instances(rule: vRecur, first: datetime) -> Iterator[datetime]:
    text: bytes = rule.to_ical()  # type: ignore[no-untyped-call]
    return iter(rrulestr(text.decode(), dtstart=first))


def _foretold(onsets: list[_Onset]) -> list[_Turn]:
    """List what the rules say of our years."""
    return sorted(turn for onset in onsets if onset.rule for turn in _rule_turns(onset.rule, onset))


def _rule_turns(rule: vRecur, onset: _Onset) -> Iterator[_Turn]:
    year = _SINCE + timedelta(seconds=_BEGIN)
    for wall in _instances(rule, datetime.combine(year, onset.first.time())):
        second = int((wall - onset.before - _SINCE).total_seconds())
        if second >= _END:
            return
        yield second, onset.before, onset.after


def _offset(zone: ZoneInfo, second: int) -> timedelta:
    return datetime.fromtimestamp(second, zone).utcoffset() or timedelta(0)


def _turns(zone: ZoneInfo) -> list[_Turn]:
    """Find the changes that zoneinfo knows of in our years; no zone has two in a week."""
    return [
        _turn(zone, week)
        for week in range(_BEGIN, _END, _WEEK)
        if _offset(zone, week) != _offset(zone, week + _WEEK)
    ]


def _turn(zone: ZoneInfo, week: int) -> _Turn:
    before, after = _offset(zone, week), _offset(zone, week + _WEEK)
    seconds = range(week, week + _WEEK)
    passed = bisect_left(seconds, True, key=lambda second: _offset(zone, second) != before)
    return week + passed, before, after


def _one_by_one(zone: ZoneInfo, turns: list[_Turn]) -> list[_Onset]:
    begin, offset = datetime.fromtimestamp(_BEGIN, zone), _offset(zone, _BEGIN)
    onsets = [_Onset(str(begin.tzname()), _SINCE, offset, offset)]
    for second, before, after in turns:
        name = str(datetime.fromtimestamp(second, zone).tzname())
        wall = _SINCE + timedelta(seconds=second) + before
        onsets.append(_Onset(name, wall, before, after, summer=after > before))
    return onsets


def _component(onset: _Onset) -> TimezoneStandard | TimezoneDaylight:
    component = TimezoneDaylight() if onset.summer else TimezoneStandard()
    component.add("dtstart", onset.first)
    if onset.rule is not None:
        component.add("rrule", onset.rule)
    component.add("tzoffsetfrom", onset.before)
    component.add("tzoffsetto", onset.after)
    component.add("tzname", onset.name)
    return component


def vtimezone(zone: str) -> Timezone:
    """Return the VTIMEZONE of an IANA zone: one STANDARD, or STANDARD and DAYLIGHT with a rule each.

    True from 2026 on, by the zone data that zoneinfo uses, and the same whenever it is asked. A zone that breaks its
    rule within ten years (Ramadan in Casablanca, a law that changes) has its changes of those years one by one instead,
    and its last offset after them. Raises ValueError for an unknown zone.
    """
    if zone not in _known_zones():
        raise ValueError(f"no such zone: {zone!r}")
    onsets, turns = _by_rule(_posix_rule(zone)), _turns(ZoneInfo(zone))
    if not onsets or _foretold(onsets) != turns:
        onsets = _one_by_one(ZoneInfo(zone), turns)
    timezone = Timezone()
    timezone.add("tzid", zone)
    for onset in onsets:
        timezone.add_component(_component(onset))
    return timezone


@lru_cache(maxsize=600)
def vtimezone_bytes(zone: str) -> bytes:
    """Return the VTIMEZONE as it stands in a feed."""
    return bytes(vtimezone(zone).to_ical())
