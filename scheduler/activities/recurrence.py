"""Turn a recurrence rule into dates, on the local wall clock of the activity's zone.

Pure: it stores nothing, asks no clock and words no sentence; a refusal carries a code (see BadRule).
It is also the front door of rules.py (text to rule) and rule_choices.py (form to rule).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby, islice, takewhile
from zoneinfo import ZoneInfo, available_timezones

from scheduler.activities.patterns import completed, days
from scheduler.activities.rule_choices import RuleChoices, choices, rule_of, season
from scheduler.activities.rules import FIRST_YEAR, LAST_YEAR, MAX_DATES, BadRule, Rule, parse

__all__ = [
    "MAX_DATES",
    "BadRule",
    "Rule",
    "RuleChoices",
    "choices",
    "last_day",
    "parse",
    "rule_of",
    "season",
    "starts",
    "to_local",
    "to_utc",
    "zone_of",
]

_LAST_DAY = date(LAST_YEAR, 12, 31)
_EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
_MARGIN = timedelta(days=2)  # wider than any offset and any gap: Samoa skipped a whole day in 2011
_HOST_ZONES = {"localtime", "Factory"}  # zone files on some hosts that mean another place on each of them


def starts(
    rule: Rule | None, first: datetime, zone: str, after: datetime, before: datetime
) -> list[datetime]:
    """List the starts, aware UTC, from `after` (inclusive) to `before` (exclusive): the first 500 of them.

    `first` is the naive wall clock of the first date in `zone`, an IANA name; no rule means once. A first
    date that is off the rule is not added: the dates begin with the next one that fits. The wall clock
    stays when the offset changes; see `to_utc` for gaps and overlaps. Two dates of a day that the zone
    skipped become one. An INTERVAL that steps over every fitting date gives an empty list.

    Raises BadRule: zone_unknown, date_out_of_range, or rule_never_happens when the date that the rule takes
    from `first` does not exist (the 31st, in February only).
    """
    first = _wall_clock(first)
    walls = iter([first]) if rule is None else _walls(rule, first, *_window(rule, zone, after, before))
    in_time = takewhile(lambda start: start < before, (to_utc(wall, zone) for wall in walls))
    distinct = (start for start, _ in groupby(in_time) if start >= after)
    return list(islice(distinct, MAX_DATES))


def last_day(rule: Rule, zone: str) -> date:
    """Say the last local date on which the rule may happen: UNTIL in that zone, or the end of 2100."""
    until = rule.until or _LAST_DAY
    return min(_LAST_DAY, to_local(until, zone).date() if isinstance(until, datetime) else until)


def _window(rule: Rule, zone: str, after: datetime, before: datetime) -> tuple[date, date]:
    from_, to = (to_local(min(max(edge, _EARLIEST), _LATEST), zone).date() for edge in (after, before))
    return from_ - _MARGIN, min(to + _MARGIN, last_day(rule, zone))


def _walls(rule: Rule, first: datetime, from_: date, to: date) -> Iterator[datetime]:
    # Refuses what can never meet the day taken from the first date: the 31st, in February only.
    completed(rule, first.date())
    # A COUNT must be counted from the first date; any other series may be entered just before the window.
    found = days(rule, first.date(), first.date() if rule.count else from_, to)
    return (datetime.combine(day, first.time()) for day in islice(found, rule.count))


# Wall clock and UTC


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - _HOST_ZONES)


def zone_of(name: str) -> ZoneInfo:
    """Look up an IANA zone; raises BadRule("zone_unknown")."""
    # By membership: for hostile names ZoneInfo raises ValueError, KeyError or OSError.
    if name not in _zones():
        raise BadRule("zone_unknown")
    return ZoneInfo(name)


def to_utc(local: datetime, zone: str) -> datetime:
    """Turn a naive wall clock time into aware UTC, without microseconds.

    A time in a gap is read with the offset before the gap, one in an overlap is the first (RFC 5545 3.3.5).
    Raises BadRule: zone_unknown, or date_out_of_range outside 2000-2100.
    """
    return _wall_clock(local).replace(tzinfo=zone_of(zone)).astimezone(UTC)


def to_local(instant: datetime, zone: str) -> datetime:
    """Turn an aware instant into the naive wall clock time of a zone; raises BadRule("zone_unknown")."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def _wall_clock(local: datetime) -> datetime:
    if local.tzinfo is not None:
        raise ValueError("a wall clock time has no offset")
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise BadRule("date_out_of_range")
    return local.replace(microsecond=0, fold=0)
