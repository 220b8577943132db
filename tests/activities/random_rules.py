"""Rules drawn at random from all that is accepted, always the same ones; and two other opinions on when they happen."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from dateutil.rrule import rrulestr

from scheduler.activities.patterns import Freq
from scheduler.activities.recurrence import BadRule, Rule

FREQS: tuple[Freq, ...] = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


def _some(dice: Random, numbers: list[int], most: int = 3) -> tuple[int, ...]:
    """Draw nothing half of the time, else a few."""
    return tuple(dice.sample(numbers, dice.randint(1, most))) if dice.random() < 0.5 else ()


def _signed(most: int) -> list[int]:
    return [number for number in range(-most, most + 1) if number]


def _by_day(dice: Random, freq: Freq, *, counted: bool) -> tuple[tuple[int | None, int], ...]:
    if freq in ("MONTHLY", "YEARLY") and counted and dice.random() < 0.6:
        return tuple((dice.choice([-5, -1, 1, 2, 3, 4, 5]), day) for day in _some(dice, list(range(7))))
    return tuple((None, day) for day in _some(dice, list(range(7)), 5))


def _parts(dice: Random) -> dict[str, Any]:
    freq = dice.choice(FREQS)
    weeks = _some(dice, _signed(10)) if freq == "YEARLY" and dice.random() < 0.3 else ()
    by_day = _by_day(dice, freq, counted=not weeks)
    return {
        "freq": freq,
        "interval": dice.choice([1, 1, 1, 2, 3, 4, 6, 10]),
        "by_month": _some(dice, list(range(1, 13))) if dice.random() < 0.5 else (),
        "by_month_day": () if freq == "WEEKLY" else _some(dice, _signed(31)),
        "by_year_day": _some(dice, _signed(366)) if freq == "YEARLY" and dice.random() < 0.3 else (),
        # Without weekdays the two read week numbers differently: see test_a_week_number_alone.
        "by_week_no": weeks if by_day else (),
        "by_day": by_day,
        "by_set_pos": _some(dice, _signed(4)) if dice.random() < 0.3 else (),
        "week_start": dice.choice([0, 0, 6, 2]),
        "count": dice.randint(1, 30) if dice.random() < 0.3 else None,
    }


def drawn(seed: int, number: int) -> Iterator[tuple[Rule, datetime]]:
    """Draw so many rules that happen, each with a first date and time."""
    dice = Random(seed)
    while number:
        try:
            rule = Rule(**_parts(dice))
        except BadRule:
            continue
        number -= 1
        yield rule, _first(dice, rule)


def _first(dice: Random, rule: Rule) -> datetime:
    first = datetime(2016, 1, 1, dice.randrange(24), dice.choice([0, 15, 30])) + timedelta(
        days=dice.randrange(4400)
    )
    if rule.freq == "WEEKLY" and rule.by_set_pos:
        # dateutil counts positions in its first week from the first date on, RFC 5545 in every week alike.
        first -= timedelta(days=(first.weekday() - rule.week_start) % 7)
    return first


def as_dateutil_says(rule: Rule, first: datetime, most: int) -> list[datetime]:
    """Return the first dates of a rule as the library reads it; it must be sure that there are so many."""
    return list(islice(rrulestr(str(rule), dtstart=first), most))


def fits(day: date, rule: Rule) -> bool:
    """RFC 5545 in the plainest words, for ordinals within the month and without week numbers and positions."""
    length = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    ordinals = {None, (day.day + 6) // 7, -((length - day.day) // 7 + 1)}
    return (
        (not rule.by_month or day.month in rule.by_month)
        and (not rule.by_month_day or bool({day.day, day.day - length - 1} & {*rule.by_month_day}))
        and (not rule.by_day or any((ordinal, day.weekday()) in rule.by_day for ordinal in ordinals))
    )
