"""Read and check a recurrence rule: the subset of RFC 5545 RRULE that is accepted; it makes no dates."""

import re
from calendar import isleap, monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Freq = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
ByDay = tuple[int | None, int]  # the ordinal, if any, and the weekday: 0 is Monday

MAX_TEXT = 200
MAX_INTERVAL = 99
MAX_DATES = 500
FIRST_YEAR, LAST_YEAR = 2000, 2100

_FREQS: tuple[Freq, ...] = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_TOO_FREQUENT = {"HOURLY", "MINUTELY", "SECONDLY"}
_PARTS = {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "COUNT", "UNTIL"}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_COMMON_AND_LEAP = [date(2023, 1, 1) + timedelta(days=n) for n in range(365 + 366)]


class BadRule(ValueError):
    """A rule, zone or date that is refused; `code` says why.

    rule_unreadable        not an RRULE, a value of the wrong form, or the same part twice
    rule_too_long          more than 200 characters
    rule_too_frequent      more often than daily
    rule_unsupported_part  a part, or a part with this FREQ, that is not accepted
    rule_out_of_range      INTERVAL 1-99, COUNT 1-500, months, days, ordinals, UNTIL in 2000-2100
    rule_mixed_weekdays    BYDAY with and without ordinals (`4WE,MO`)
    rule_count_and_until   both ends given
    rule_incomplete        the form lacks the week or the weekday
    rule_never_happens     no date fits, such as 30 February
    date_out_of_range      a wall clock time outside 2000-2100
    zone_unknown           not an IANA zone of this host
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule that is within the limits and happens at some time; making any other raises BadRule.

    What the rule leaves open (the weekday of a bare WEEKLY, the date of a bare MONTHLY) comes from the
    first date. `until` is inclusive: a local date, or the UTC instant of an imported rule, which means the
    local date that it falls on (see `recurrence.last_day`). `str(rule)` is the canonical text, without
    "RRULE:".
    """

    freq: Freq
    interval: int = 1
    by_day: tuple[ByDay, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    count: int | None = None
    until: date | datetime | None = None

    def __post_init__(self) -> None:
        by_day = tuple(sorted(set(self.by_day), key=lambda day: (day[0] or 0, day[1])))
        object.__setattr__(self, "by_day", by_day)
        object.__setattr__(self, "by_month_day", tuple(sorted(set(self.by_month_day))))
        object.__setattr__(self, "by_month", tuple(sorted(set(self.by_month))))
        _check_parts(self)
        if not _within_limits(self):
            raise BadRule("rule_out_of_range")
        if len(str(self)) > MAX_TEXT:
            raise BadRule("rule_too_long")
        if not any(_fits_but_for_weekday(self, day) for day in _COMMON_AND_LEAP):
            raise BadRule("rule_never_happens")

    def __str__(self) -> str:
        parts = {
            "FREQ": self.freq,
            "INTERVAL": str(self.interval) if self.interval > 1 else "",
            "BYMONTH": ",".join(map(str, self.by_month)),
            "BYMONTHDAY": ",".join(map(str, self.by_month_day)),
            "BYDAY": ",".join(f"{ordinal or ''}{_WEEKDAYS[weekday]}" for ordinal, weekday in self.by_day),
            "COUNT": str(self.count or ""),
            "UNTIL": _until_text(self.until),
        }
        return ";".join(f"{key}={value}" for key, value in parts.items() if value)


def parse(text: str) -> Rule:
    """Read RRULE text, with or without the leading "RRULE:".

    Takes FREQ, INTERVAL, BYMONTH, BYMONTHDAY, BYDAY, COUNT or UNTIL (RFC 5545 3.3.10), UNTIL as a date or a
    UTC date-time. Raises BadRule.
    """
    parts = _parts(text)
    if not parts.keys() <= _PARTS:
        raise BadRule("rule_unsupported_part")
    return Rule(
        freq=_freq(parts.get("FREQ", "")),
        interval=_number(parts.get("INTERVAL", "1")),
        by_day=tuple(_weekday(value) for value in _values(parts, "BYDAY")),
        by_month_day=tuple(_number(value) for value in _values(parts, "BYMONTHDAY")),
        by_month=tuple(_number(value) for value in _values(parts, "BYMONTH")),
        count=_number(parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
    )


def _parts(text: str) -> dict[str, str]:
    if len(text) > MAX_TEXT:
        raise BadRule("rule_too_long")
    # ASCII before upper(): some other letters turn into A-Z there.
    if not (text.isascii() and text.isprintable()):
        raise BadRule("rule_unreadable")
    pairs = [part.partition("=") for part in text.upper().removeprefix("RRULE:").split(";")]
    parts = {key: value for key, _, value in pairs}
    if len(parts) < len(pairs) or "" in parts or "" in parts.values():
        raise BadRule("rule_unreadable")
    return parts


def _values(parts: dict[str, str], key: str) -> list[str]:
    return parts[key].split(",") if key in parts else []


def _freq(text: str) -> Freq:
    if text in _TOO_FREQUENT:
        raise BadRule("rule_too_frequent")
    for freq in _FREQS:
        if freq == text:
            return freq
    raise BadRule("rule_unreadable")


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise BadRule("rule_unreadable")
    if len(text) > 4:
        raise BadRule("rule_out_of_range")
    return int(text)


def _weekday(text: str) -> ByDay:
    ordinal, name = text[:-2], text[-2:]
    if name not in _WEEKDAYS:
        raise BadRule("rule_unreadable")
    return (_number(ordinal) if ordinal else None, _WEEKDAYS.index(name))


def _until(text: str) -> date | datetime:
    read: Callable[[str], date] = datetime.fromisoformat if "T" in text else date.fromisoformat
    if not re.fullmatch(r"[0-9]{8}(T[0-9]{6}Z)?", text):
        raise BadRule("rule_unreadable")
    try:
        return read(text)
    except ValueError:
        raise BadRule("rule_unreadable") from None


def _until_text(until: date | datetime | None) -> str:
    if isinstance(until, datetime):
        return until.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return until.strftime("%Y%m%d") if until else ""


# What makes a rule acceptable


def _check_parts(rule: Rule) -> None:
    if rule.count is not None and rule.until is not None:
        raise BadRule("rule_count_and_until")
    ordinals = [ordinal is not None for ordinal, _ in rule.by_day]
    if any(ordinals) and not all(ordinals):
        raise BadRule("rule_mixed_weekdays")
    if any(ordinals) and rule.freq in ("DAILY", "WEEKLY"):
        raise BadRule("rule_unsupported_part")
    if rule.by_month_day and rule.freq == "WEEKLY":
        raise BadRule("rule_unsupported_part")


def _within_limits(rule: Rule) -> bool:
    last_ordinal = 53 if _counts_in_year(rule) else 5
    return (
        1 <= rule.interval <= MAX_INTERVAL
        and (rule.count is None or 1 <= rule.count <= MAX_DATES)
        and (rule.until is None or FIRST_YEAR <= rule.until.year <= LAST_YEAR)
        and all(1 <= month <= 12 for month in rule.by_month)
        and all(1 <= abs(day) <= 31 for day in rule.by_month_day)
        and all(0 <= weekday <= 6 for _, weekday in rule.by_day)
        and all(1 <= abs(ordinal) <= last_ordinal for ordinal, _ in rule.by_day if ordinal is not None)
    )


def _counts_in_year(rule: Rule) -> bool:
    return rule.freq == "YEARLY" and not rule.by_month


def _fits_but_for_weekday(rule: Rule, day: date) -> bool:
    # Any day of a common or a leap year falls on each weekday in some year, so the weekday needs no proof.
    length = monthrange(day.year, day.month)[1]
    return (
        (not rule.by_month or day.month in rule.by_month)
        and (not rule.by_month_day or not {day.day, day.day - length - 1}.isdisjoint(rule.by_month_day))
        and (not rule.by_day or not _ordinals(rule, day).isdisjoint(ordinal for ordinal, _ in rule.by_day))
    )


def _ordinals(rule: Rule, day: date) -> set[int | None]:
    place, size = day.day, monthrange(day.year, day.month)[1]
    if _counts_in_year(rule):
        place, size = day.timetuple().tm_yday, 365 + isleap(day.year)
    return {None, (place - 1) // 7 + 1, -((size - place) // 7 + 1)}
