"""Which days a repeating pattern falls on: RFC 5545 3.3.10 from DAILY up, by arithmetic on the calendar; pure.

It knows neither times, zones, holidays nor limits. It shares no code with the library that the tests hold it against.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain
from typing import Literal

Freq = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
ByDay = tuple[int | None, int]  # the ordinal, if any, and the weekday: 0 is Monday
_Span = tuple[date, date]  # both days are inside


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """The parts of a rule that say which days; every part may be empty but `freq`."""

    freq: Freq
    interval: int = 1
    by_day: tuple[ByDay, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_week_no: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0


def days(pattern: Pattern, first: date, from_: date, to: date) -> Iterator[date]:
    """Go through the days of the pattern in order, from `from_` to `to`, both inside, none before `first`.

    Intervals are counted from the period in which `first` lies; what the pattern leaves open comes from it, too.
    The work is bounded by the periods between the two edges, whether a day is found or not.
    """
    whole, begin = completed(pattern, first), max(first, from_)
    if whole.freq == "DAILY" and not (whole.by_day or whole.by_month_day or whole.by_set_pos):
        yield from _every_so_many(whole, first, begin, to)
        return
    for span in _periods(whole, first, begin, to):
        yield from (day for day in _chosen(whole, span, first) if begin <= day <= to)


def completed(pattern: Pattern, first: date) -> Pattern:
    """Fill in from the first day what the pattern leaves open: the weekday, or the day of the month."""
    named = pattern.by_day or pattern.by_month_day or pattern.by_year_day
    if named or pattern.freq == "DAILY":
        return pattern
    if pattern.freq == "WEEKLY" or pattern.by_week_no:
        return replace(pattern, by_day=((None, first.weekday()),))
    by_month = pattern.by_month or ((first.month,) if pattern.freq == "YEARLY" else ())
    return replace(pattern, by_month=by_month, by_month_day=(first.day,))


def _every_so_many(pattern: Pattern, first: date, begin: date, to: date) -> Iterator[date]:
    passed = -(-(begin - first).days // pattern.interval) * pattern.interval
    for number in range(first.toordinal() + passed, to.toordinal() + 1, pattern.interval):
        day = date.fromordinal(number)
        if not pattern.by_month or day.month in pattern.by_month:
            yield day


# Periods


def _periods(pattern: Pattern, first: date, begin: date, to: date) -> Iterator[_Span]:
    phase, last = _period(pattern, first), _period(pattern, to)
    # Days are looked at by the month, with the interval as one more condition: one by one they would cost too much.
    step = 1 if pattern.freq == "DAILY" else pattern.interval
    ahead = max(0, _period(pattern, begin) - phase)
    for number in range(phase + -(-ahead // step) * step, last + 1, step):
        yield _span(pattern, number)


def _period(pattern: Pattern, day: date) -> int:
    if pattern.freq == "YEARLY":
        return day.year
    if pattern.freq == "WEEKLY":
        # Day 1 of the calendar was a Monday.
        return (day.toordinal() - 1 - pattern.week_start) // 7
    return day.year * 12 + day.month - 1


def _span(pattern: Pattern, number: int) -> _Span:
    if pattern.freq == "YEARLY":
        return date(number, 1, 1), date(number, 12, 31)
    if pattern.freq == "WEEKLY":
        opening = date.fromordinal(number * 7 + 1 + pattern.week_start)
        return opening, opening + timedelta(days=6)
    return _month(number // 12, number % 12 + 1)


def _month(year: int, month: int) -> _Span:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


# The days of one period


def _chosen(pattern: Pattern, span: _Span, first: date) -> list[date]:
    named = sorted(_candidates(pattern, span))
    found = named if _is_sure(pattern) else [day for day in named if _fits(pattern, day)]
    if pattern.freq == "DAILY":
        # A period of one day: it is the first and the last of its set, or none.
        if pattern.by_set_pos and not {1, -1} & set(pattern.by_set_pos):
            return []
        return [day for day in found if (day - first).days % pattern.interval == 0]
    return _at_positions(found, pattern.by_set_pos) if pattern.by_set_pos else found


def _at_positions(found: list[date], positions: tuple[int, ...]) -> list[date]:
    size = len(found)
    places = {place - 1 if place > 0 else size + place for place in positions}
    return [found[place] for place in sorted(places) if 0 <= place < size]


def _candidates(pattern: Pattern, span: _Span) -> set[date]:
    """Name the days that may fit by the most telling part, so that few have to be looked at."""
    if pattern.by_month_day:
        return set(chain.from_iterable(_month_days(pattern, month) for month in _months(pattern, span)))
    if pattern.by_year_day:
        return set(_numbered(pattern.by_year_day, span))
    if pattern.by_week_no:
        return _of_weeks(pattern, span)
    by_month = pattern.freq != "WEEKLY" and pattern.by_month
    spans = _months(pattern, span) if by_month else [span]
    wanted = pattern.by_day or tuple((None, weekday) for weekday in range(7))
    return {day for part in spans for by_day in wanted for day in _weekdays(by_day, part)}


def _months(pattern: Pattern, span: _Span) -> list[_Span]:
    opening, closing = span
    numbers = range(opening.month, closing.month + 1)
    return [
        _month(opening.year, number)
        for number in numbers
        if not pattern.by_month or number in pattern.by_month
    ]


def _month_days(pattern: Pattern, month: _Span) -> Iterator[date]:
    return _numbered(pattern.by_month_day, month)


def _numbered(numbers: tuple[int, ...], span: _Span) -> Iterator[date]:
    opening, closing = span
    size = (closing - opening).days + 1
    for number in numbers:
        place = number if number > 0 else size + number + 1
        if 1 <= place <= size:
            yield opening + timedelta(days=place - 1)


def _weekdays(by_day: ByDay, span: _Span) -> list[date]:
    ordinal, weekday = by_day
    opening, closing = span
    one = opening + timedelta(days=(weekday - opening.weekday()) % 7)
    found = [one + timedelta(days=7 * week) for week in range((closing - one).days // 7 + 1)]
    return found if ordinal is None else _at_positions(found, (ordinal,))


def _fits(pattern: Pattern, day: date) -> bool:
    # The part that named the candidates holds for all of them.
    by_month_day, by_year_day = pattern.by_month_day, pattern.by_year_day
    is_numbered = bool(by_month_day or by_year_day)
    return (
        (not pattern.by_month or day.month in pattern.by_month)
        and (not (by_month_day and by_year_day) or _is_numbered(by_year_day, day, _year(day)))
        and (not (pattern.by_week_no and is_numbered) or _is_in_week(pattern, day))
        and (not (pattern.by_day and (is_numbered or pattern.by_week_no)) or _is_weekday(pattern, day))
    )


def _is_sure(pattern: Pattern) -> bool:
    """Say whether every candidate fits: there is no second part to look at."""
    parts = (pattern.by_month_day, pattern.by_year_day, pattern.by_week_no, pattern.by_day)
    return sum(map(bool, parts)) < 2 and not pattern.by_month


def _year(day: date) -> _Span:
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _is_numbered(numbers: tuple[int, ...], day: date, span: _Span) -> bool:
    opening, closing = span
    return (day - opening).days + 1 in numbers or (day - closing).days - 1 in numbers


def _is_weekday(pattern: Pattern, day: date) -> bool:
    if all(ordinal is None for ordinal, _ in pattern.by_day):
        return any(weekday == day.weekday() for _, weekday in pattern.by_day)
    in_year = pattern.freq == "YEARLY" and not pattern.by_month
    opening, closing = _year(day) if in_year else _month(day.year, day.month)
    ordinals = {None, (day - opening).days // 7 + 1, -((closing - day).days // 7 + 1)}
    return any(weekday == day.weekday() and ordinal in ordinals for ordinal, weekday in pattern.by_day)


def _is_in_week(pattern: Pattern, day: date) -> bool:
    return day in _of_weeks(pattern, _year(day))


def _of_weeks(pattern: Pattern, year: _Span) -> set[date]:
    """Return the days of a calendar year in the weeks that are asked for; a week may begin or end in another year."""
    opening, closing = year
    found: set[date] = set()
    for of_year in (opening.year - 1, opening.year, opening.year + 1):
        first, following = (_first_week(number, pattern.week_start) for number in (of_year, of_year + 1))
        last = (following - first).days // 7
        for number in pattern.by_week_no:
            place = number if number > 0 else last + number + 1
            if 1 <= place <= last:
                begin = first + timedelta(days=7 * place - 7)
                found |= {begin + timedelta(days=day) for day in range(7)}
    return {day for day in found if opening <= day <= closing}


@lru_cache(maxsize=2048)
def _first_week(year: int, week_start: int) -> date:
    # The week with at least four of its days in the year, hence with 4 January (RFC 5545, BYWEEKNO).
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - week_start) % 7)
