"""The simple form says a rule, and what it cannot say it leaves alone."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.activities.recurrence import BadRule, parse
from scheduler.activities.rule_choices import RuleChoices, choices, rule_of, season

SAID = [
    (RuleChoices(repeats="weekly", interval=2, weekdays=(1, 4)), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR"),
    (RuleChoices(repeats="weekly", count=10), "FREQ=WEEKLY;COUNT=10"),
    (RuleChoices(repeats="monthly_weekday", weeks=(2,), weekdays=(6,)), "FREQ=MONTHLY;BYDAY=2SU"),
    (RuleChoices(repeats="monthly_weekday", weeks=(-1, 1), weekdays=(5,)), "FREQ=MONTHLY;BYDAY=-1SA,1SA"),
    (
        RuleChoices(repeats="monthly_weekday", weeks=(3,), weekdays=(5,), months=(4, 5, 6, 7, 8, 9, 10, 11)),
        "FREQ=MONTHLY;BYMONTH=4,5,6,7,8,9,10,11;BYDAY=3SA",
    ),
    (RuleChoices(repeats="monthly_date", month_days=(-1,)), "FREQ=MONTHLY;BYMONTHDAY=-1"),
    (RuleChoices(repeats="monthly_date", until=date(2027, 3, 31)), "FREQ=MONTHLY;UNTIL=20270331"),
    (RuleChoices(repeats="monthly_date", month_days=(1, 15)), "FREQ=MONTHLY;BYMONTHDAY=1,15"),
    (RuleChoices(repeats="yearly"), "FREQ=YEARLY"),
    (
        RuleChoices(repeats="yearly_weekday", weeks=(2,), weekdays=(0,), months=(10,)),
        "FREQ=YEARLY;BYMONTH=10;BYDAY=2MO",
    ),
    (RuleChoices(repeats="yearly", month_days=(3,), months=(5, 11)), "FREQ=YEARLY;BYMONTH=5,11;BYMONTHDAY=3"),
]


@pytest.mark.parametrize(("said", "text"), SAID)
def test_the_form_says_a_rule_and_reads_it_back(said: RuleChoices, text: str) -> None:
    assert str(rule_of(said)) == text
    assert choices(parse(text)) == said


def test_once_is_no_rule() -> None:
    assert rule_of(RuleChoices(repeats="once", weekdays=(1,))) is None
    assert choices(None) == RuleChoices(repeats="once")


def test_what_another_way_of_repeating_asked_is_ignored() -> None:
    left_over = RuleChoices(repeats="weekly", weeks=(9,), weekdays=(6,), month_days=(31,))
    assert str(rule_of(left_over)) == "FREQ=WEEKLY;BYDAY=SU"


def test_a_yearly_date_without_a_month_is_the_first_date() -> None:
    assert str(rule_of(RuleChoices(repeats="yearly", month_days=(3,)))) == "FREQ=YEARLY"


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=MONTHLY;BYDAY=-2SU",
        "FREQ=MONTHLY;BYDAY=SU",
        "FREQ=MONTHLY;BYDAY=1MO,2TU",
        "FREQ=MONTHLY;BYDAY=2SU;BYMONTHDAY=8",
        "FREQ=YEARLY;BYMONTHDAY=1",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "FREQ=WEEKLY;UNTIL=20261213T145959Z",
    ],
)
def test_the_form_does_not_pretend_to_say_what_it_cannot(text: str) -> None:
    assert choices(parse(text)) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (RuleChoices(repeats="monthly_weekday", weekdays=(6,)), "rule_incomplete"),
        (RuleChoices(repeats="monthly_weekday", weeks=(2,)), "rule_incomplete"),
        (RuleChoices(repeats="monthly_weekday", weeks=(6,), weekdays=(6,)), "rule_out_of_range"),
        (RuleChoices(repeats="yearly_weekday", weeks=(2,), weekdays=(6,)), "rule_incomplete"),
        (RuleChoices(repeats="weekly", weekdays=(7,)), "rule_out_of_range"),
        (RuleChoices(repeats="weekly", interval=0), "rule_out_of_range"),
        (RuleChoices(repeats="yearly", month_days=(30,), months=(2,)), "rule_never_happens"),
        (RuleChoices(repeats="weekly", count=3, until=date(2027, 1, 1)), "rule_count_and_until"),
    ],
)
def test_choices_that_make_no_rule_are_refused(said: RuleChoices, code: str) -> None:
    with pytest.raises(BadRule) as refused:
        rule_of(said)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(4, 11, (4, 5, 6, 7, 8, 9, 10, 11)), (11, 3, (11, 12, 1, 2, 3)), (6, 6, (6,)), (12, 1, (12, 1))],
)
def test_a_season_may_pass_the_year_end(first: int, last: int, expected: tuple[int, ...]) -> None:
    assert season(first, last) == expected


@pytest.mark.parametrize(("first", "last"), [(0, 3), (4, 13)])
def test_a_season_has_real_months(first: int, last: int) -> None:
    with pytest.raises(BadRule, match="rule_out_of_range"):
        season(first, last)


@pytest.mark.parametrize(("first", "last"), [(11, 3), (4, 11), (7, 7), (1, 12), (12, 1)])
def test_a_season_comes_back_in_its_own_order(first: int, last: int) -> None:
    said = RuleChoices(repeats="weekly", weekdays=(5,), months=season(first, last))
    assert choices(rule_of(said)) == said


def test_months_that_are_no_season_come_back_in_the_order_of_the_year() -> None:
    said = choices(parse("FREQ=WEEKLY;BYMONTH=12,1,6"))
    assert said is not None
    assert said.months == (1, 6, 12)


forms = st.builds(
    RuleChoices,
    repeats=st.sampled_from(["weekly", "monthly_weekday", "monthly_date", "yearly", "yearly_weekday"]),
    weeks=st.lists(st.sampled_from([-1, 1, 2, 3, 4, 5]), min_size=1, max_size=3).map(tuple),
    weekdays=st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple),
    month_days=st.lists(st.integers(1, 28), max_size=2).map(lambda days: tuple(sorted(set(days)))),
    months=st.lists(st.integers(1, 12), min_size=1, max_size=3).map(tuple),
)


@given(forms)
@settings(max_examples=50, deadline=None, database=None)
def test_whatever_the_form_says_it_can_say_again(said_first: RuleChoices) -> None:
    rule = rule_of(said_first)
    said = choices(rule)
    assert said is not None
    assert rule_of(said) == rule
