"""Read and check a recurrence rule: RFC 5545 RRULE from daily up, without times of day; it makes no dates."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from scheduler.activities.patterns import ByDay, Freq, Pattern, days

MAX_TEXT = 200
MAX_INTERVAL = 99
MAX_DATES = 500
FIRST_YEAR, LAST_YEAR = 2000, 2100

_FREQS: tuple[Freq, ...] = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_TOO_FREQUENT = {"HOURLY", "MINUTELY", "SECONDLY"}
_TIMES = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_PARTS = {"FREQ", "INTERVAL", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS"}
_PARTS |= {"COUNT", "UNTIL", "WKST"}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# 28 years: each weekday of each day of a common and of a leap year, and every shape of a month.
_CYCLE = date(2001, 1, 1), date(2028, 12, 31)


class BadRule(ValueError):
    """A rule, zone or date that is refused; `code` says why.

    rule_unreadable        not an RRULE, a value of the wrong form, or the same part twice
    rule_too_long          more than 200 characters
    rule_too_frequent      more often than daily
    rule_times_of_day      BYHOUR, BYMINUTE, BYSECOND: the time comes from the first date
    rule_unsupported_part  a part, or a part with this FREQ, that RFC 5545 does not know
    rule_out_of_range      INTERVAL 1-99, COUNT 1-500, months, days, weeks, ordinals, UNTIL in 2000-2100
    rule_count_and_until   both ends given
    rule_incomplete        the form lacks the week or the weekday
    rule_two_ways          the form holds an RRULE and another way to repeat
    month_days_unreadable  days of the month that are no numbers
    rule_never_happens     no date fits, such as 30 February
    date_out_of_range      a wall clock time outside 2000-2100
    zone_unknown           not an IANA zone of this host
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Rule(Pattern):
    """A rule that is within the limits and happens at some time; making any other raises BadRule.

    What the rule leaves open (the weekday of a bare WEEKLY, the date of a bare MONTHLY) comes from the
    first date. `until` is inclusive: a local date, or the UTC instant of an imported rule, which means the
    local date that it falls on (see `recurrence.last_day`). `str(rule)` is the canonical text, without
    "RRULE:".
    """

    count: int | None = None
    until: date | datetime | None = None

    def __post_init__(self) -> None:
        by_day = tuple(sorted(set(self.by_day), key=lambda day: (day[0] or 0, day[1])))
        object.__setattr__(self, "by_day", by_day)
        for name in ("by_month_day", "by_month", "by_year_day", "by_week_no", "by_set_pos"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        _check_parts(self)
        if not _within_limits(self):
            raise BadRule("rule_out_of_range")
        if len(str(self)) > MAX_TEXT:
            raise BadRule("rule_too_long")
        if not _happens(self):
            raise BadRule("rule_never_happens")

    def __str__(self) -> str:
        parts = {
            "FREQ": self.freq,
            "INTERVAL": str(self.interval) if self.interval > 1 else "",
            "BYMONTH": _listed(self.by_month),
            "BYWEEKNO": _listed(self.by_week_no),
            "BYYEARDAY": _listed(self.by_year_day),
            "BYMONTHDAY": _listed(self.by_month_day),
            "BYDAY": ",".join(f"{ordinal or ''}{_WEEKDAYS[weekday]}" for ordinal, weekday in self.by_day),
            "BYSETPOS": _listed(self.by_set_pos),
            "COUNT": str(self.count or ""),
            "UNTIL": _until_text(self.until),
            "WKST": _WEEKDAYS[self.week_start] if self.week_start else "",
        }
        return ";".join(f"{key}={value}" for key, value in parts.items() if value)


def _listed(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def parse(text: str) -> Rule:
    """Read RRULE text, with or without the leading "RRULE:" (RFC 5545 3.3.10), UNTIL as a date or a UTC date-time.

    Raises BadRule.
    """
    parts = _parts(text)
    if _TIMES & parts.keys():
        raise BadRule("rule_times_of_day")
    if not parts.keys() <= _PARTS:
        raise BadRule("rule_unsupported_part")
    return Rule(
        freq=_freq(parts.get("FREQ", "")),
        interval=_number(parts.get("INTERVAL", "1")),
        by_day=tuple(_weekday(value) for value in _values(parts, "BYDAY")),
        by_month_day=_numbers(parts, "BYMONTHDAY"),
        by_month=_numbers(parts, "BYMONTH"),
        by_year_day=_numbers(parts, "BYYEARDAY"),
        by_week_no=_numbers(parts, "BYWEEKNO"),
        by_set_pos=_numbers(parts, "BYSETPOS"),
        week_start=_week_start(parts.get("WKST", "MO")),
        count=_number(parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
    )


def _numbers(parts: dict[str, str], key: str) -> tuple[int, ...]:
    return tuple(_number(value) for value in _values(parts, key))


def _week_start(text: str) -> int:
    if text not in _WEEKDAYS:
        raise BadRule("rule_unreadable")
    return _WEEKDAYS.index(text)


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

# The parts that RFC 5545 (the table in 3.3.10) does not know with this FREQ.
_FOREIGN = {
    "DAILY": ("by_week_no", "by_year_day"),
    "WEEKLY": ("by_week_no", "by_year_day", "by_month_day"),
    "MONTHLY": ("by_week_no", "by_year_day"),
    "YEARLY": (),
}
_CHOOSING = ("by_day", "by_month_day", "by_month", "by_year_day", "by_week_no")


def _check_parts(rule: Rule) -> None:
    if rule.count is not None and rule.until is not None:
        raise BadRule("rule_count_and_until")
    ordinals = any(ordinal is not None for ordinal, _ in rule.by_day)
    counted = rule.freq in ("MONTHLY", "YEARLY") and not rule.by_week_no
    chosen = any(getattr(rule, name) for name in _CHOOSING)
    foreign = any(getattr(rule, name) for name in _FOREIGN[rule.freq])
    if foreign or (ordinals and not counted) or (rule.by_set_pos and not chosen):
        raise BadRule("rule_unsupported_part")


def _within_limits(rule: Rule) -> bool:
    last_ordinal = 53 if rule.freq == "YEARLY" and not rule.by_month else 5
    ordinals = tuple(ordinal for ordinal, _ in rule.by_day if ordinal is not None)
    return (
        1 <= rule.interval <= MAX_INTERVAL
        and (rule.count is None or 1 <= rule.count <= MAX_DATES)
        and (rule.until is None or FIRST_YEAR <= rule.until.year <= LAST_YEAR)
        and all(1 <= month <= 12 for month in rule.by_month)
        and all(0 <= weekday <= 6 for _, weekday in rule.by_day)
        and 0 <= rule.week_start <= 6
        and _all_up_to(31, rule.by_month_day)
        and _all_up_to(last_ordinal, ordinals)
        and _all_up_to(53, rule.by_week_no)
        and _all_up_to(366, rule.by_year_day + rule.by_set_pos)
    )


def _all_up_to(most: int, numbers: tuple[int, ...]) -> bool:
    return all(1 <= abs(number) <= most for number in numbers)


def _happens(rule: Rule) -> bool:
    opening, closing = _CYCLE
    return next(days(_at_every_period(rule), opening, opening, closing), None) is not None


def _at_every_period(rule: Rule) -> Pattern:
    names = (
        "freq",
        "by_day",
        "by_month_day",
        "by_month",
        "by_year_day",
        "by_week_no",
        "by_set_pos",
        "week_start",
    )
    return Pattern(**{name: getattr(rule, name) for name in names})
