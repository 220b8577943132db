"""What holds for every rule: it reads back, it happens, and a late window is a cut of the whole series."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import TypedDict, TypeVar

from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.activities.recurrence import BadRule, Rule, parse, starts
from scheduler.activities.rules import ByDay, Freq

T = TypeVar("T")
EARLY, SOON, LATE = datetime(2016, 1, 1), datetime(2026, 1, 1), datetime(2027, 1, 1)
CYCLE = [date(2001, 1, 1) + timedelta(days=n) for n in range(28 * 365 + 7)]
"""28 years: each weekday of each day of a common and of a leap year."""


class Parts(TypedDict):
    freq: Freq
    by_month: tuple[int, ...]
    by_month_day: tuple[int, ...]
    by_day: tuple[ByDay, ...]


def tuples(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, max_size=3, unique=True).map(tuple)


months = tuples(st.integers(1, 12))
month_days = tuples(st.integers(-31, 31).filter(bool))
plain_days = tuples(st.tuples(st.none(), st.integers(0, 6)))
ordinal_days = tuples(st.tuples(st.sampled_from([-5, -1, 1, 2, 5]), st.integers(0, 6)))
"""Each may be empty."""


@st.composite
def parts(draw: st.DrawFn) -> Parts:
    """Parts that belong together; they may still never happen."""
    freq: Freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    return {
        "freq": freq,
        "by_month": draw(months),
        "by_month_day": () if freq == "WEEKLY" else draw(month_days),
        "by_day": draw(plain_days if freq in ("DAILY", "WEEKLY") else plain_days | ordinal_days),
    }


def happens(fields: Parts) -> bool:
    try:
        return bool(Rule(**fields))
    except BadRule:
        return False


rules = st.builds(
    lambda fields, interval, count: Rule(**fields, interval=interval, count=count),
    parts().filter(happens),
    st.integers(1, 99),
    st.none() | st.integers(1, 500),
)


@given(rules)
@settings(max_examples=60, deadline=None, database=None)
def test_the_text_of_a_rule_reads_back_as_the_rule(rule: Rule) -> None:
    assert parse(str(rule)) == rule


# dateutil searches up to the year 9999 where an INTERVAL steps over every date; these it expands at once.
rules_that_cannot_starve = st.one_of(
    rules.map(lambda rule: replace(rule, interval=1)),
    st.builds(Rule, freq=st.sampled_from(["DAILY", "WEEKLY"]), interval=st.integers(1, 99)),
    st.builds(Rule, freq=st.just("WEEKLY"), interval=st.integers(1, 9), by_day=plain_days, by_month=months),
    st.builds(
        Rule,
        freq=st.sampled_from(["MONTHLY", "YEARLY"]),
        interval=st.integers(1, 11),
        by_month_day=tuples(st.integers(1, 28)).filter(bool),
        count=st.none() | st.integers(1, 60),
    ),
    st.builds(Rule, freq=st.just("MONTHLY"), interval=st.integers(1, 11), by_day=ordinal_days.filter(bool)),
)


def whole_series(rule: Rule, first: datetime, before: datetime) -> list[datetime]:
    """What dateutil says when it begins at the first date and is given the INTERVAL."""
    return list(takewhile(lambda wall: wall < before, rrulestr(str(rule), dtstart=first)))


@given(rules_that_cannot_starve, st.datetimes(EARLY, SOON), st.datetimes(SOON, LATE), st.integers(1, 400))
@settings(max_examples=60, deadline=None, database=None)
def test_a_late_window_is_a_cut_out_of_the_whole_series(
    rule: Rule, first: datetime, opening: datetime, length: int
) -> None:
    closing = opening + timedelta(days=length)
    try:
        found = starts(rule, first, "UTC", opening.replace(tzinfo=UTC), closing.replace(tzinfo=UTC))
    except BadRule:  # the day taken from the first date may not exist in the months of the rule
        return
    whole = whole_series(rule, first.replace(microsecond=0), closing)
    assert [start.replace(tzinfo=None) for start in found] == [wall for wall in whole if wall >= opening]


def fits(day: date, fields: Parts) -> bool:
    """RFC 5545 in the plainest words, for ordinals within the month."""
    length = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    ordinals = {None, (day.day + 6) // 7, -((length - day.day) // 7 + 1)}
    return (
        (not fields["by_month"] or day.month in fields["by_month"])
        and (not fields["by_month_day"] or bool({day.day, day.day - length - 1} & {*fields["by_month_day"]}))
        and (not fields["by_day"] or any((n, day.weekday()) in fields["by_day"] for n in ordinals))
    )


@given(parts().filter(lambda fields: fields["freq"] != "YEARLY" or bool(fields["by_month"])))
@settings(max_examples=60, deadline=None, database=None)
def test_a_rule_is_accepted_if_and_only_if_it_happens(fields: Parts) -> None:
    assert happens(fields) == any(fits(day, fields) for day in CYCLE)
