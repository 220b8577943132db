"""Which of the old dates becomes which of the new ones, so that people and calendars follow; pure."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from scheduler.activities.patterns import Freq

# Dates of a list, and of a rule by the week, find each other within this many seconds.
_DAY = 86_400
_REACH: dict[Freq | None, int] = {"DAILY": 2 * _DAY, "WEEKLY": 7 * _DAY, None: 31 * _DAY}
Pairs = dict[int, int]


def matched(old: Sequence[datetime], new: Sequence[datetime], freq: Freq | None, interval: int = 1) -> Pairs:
    """Pair the places of old dates with those of new ones, both in order and on one wall clock.

    The same day first. The rest in their order, each to the nearest: within the month of a monthly rule or the year of
    a yearly one, else within one period of the rule. To pair one more is worth one period of way. None is paired twice.
    """
    pairs = _same_day(old, new)
    left = [place for place in range(len(old)) if place not in pairs]
    free = [place for place in range(len(new)) if place not in pairs.values()]
    for left_here, free_here in _periods(old, new, left, free, freq):
        pairs |= _nearest(old, new, left_here, free_here, _reach(freq, interval))
    return pairs


def _reach(freq: Freq | None, interval: int) -> int:
    return _REACH.get(freq, 366 * _DAY) * (interval if freq in ("DAILY", "WEEKLY") else 1)


def _same_day(old: Sequence[datetime], new: Sequence[datetime]) -> Pairs:
    by_day: dict[object, list[int]] = {}
    for place, start in enumerate(new):
        by_day.setdefault(start.date(), []).append(place)
    pairs: Pairs = {}
    for place, start in enumerate(old):
        there = by_day.get(start.date())
        if there:
            pairs[place] = there.pop(0)
    return pairs


def _periods(
    old: Sequence[datetime], new: Sequence[datetime], left: list[int], free: list[int], freq: Freq | None
) -> list[tuple[list[int], list[int]]]:
    if freq not in ("MONTHLY", "YEARLY"):
        return [(left, free)]
    period: Callable[[datetime], object] = (
        (lambda start: (start.year, start.month)) if freq == "MONTHLY" else (lambda start: start.year)
    )
    free_in = {key: list(places) for key, places in groupby(free, key=lambda place: period(new[place]))}
    return [
        (list(places), free_in.get(key, []))
        for key, places in groupby(left, key=lambda place: period(old[place]))
    ]


def _nearest(
    old: Sequence[datetime], new: Sequence[datetime], left: list[int], free: list[int], reach: int
) -> Pairs:
    # The table of the longest common sequence, with ways in place of counts: the least cost from each place on.
    cost = [[reach * (len(left) - row)] * (len(free) + 1) for row in range(len(left) + 1)]
    for row in range(len(left) - 1, -1, -1):
        for column in range(len(free) - 1, -1, -1):
            way = _way(old[left[row]], new[free[column]])
            together = cost[row + 1][column + 1] + (way if way <= reach else 2 * reach)
            cost[row][column] = min(together, cost[row + 1][column] + reach, cost[row][column + 1])
    return _walked(cost, left, free, reach)


def _way(one: datetime, other: datetime) -> int:
    return abs(int((one - other).total_seconds()))


def _walked(cost: list[list[int]], left: list[int], free: list[int], reach: int) -> Pairs:
    pairs: Pairs = {}
    row = column = 0
    while row < len(left) and column < len(free):
        here = cost[row][column]
        if here == cost[row][column + 1]:
            column += 1
        elif here == cost[row + 1][column] + reach:
            row += 1
        else:
            pairs[left[row]] = free[column]
            row, column = row + 1, column + 1
    return pairs
