"""Only rules that happen, and not too often, are read; and each has one text."""

from datetime import date
from itertools import product

import pytest

from scheduler.activities.rules import BadRule, Rule, parse

HOSTILE = [
    ("FREQ=SECONDLY", "rule_too_frequent"),
    ("FREQ=MINUTELY;COUNT=5", "rule_too_frequent"),
    ("freq=hourly", "rule_too_frequent"),
    ("FREQ=DAILY;COUNT=1000000000", "rule_out_of_range"),
    ("FREQ=DAILY;COUNT=501", "rule_out_of_range"),
    ("FREQ=DAILY;COUNT=0", "rule_out_of_range"),
    ("FREQ=DAILY;COUNT=" + "9" * 5000, "rule_too_long"),
    ("FREQ=DAILY;COUNT=" + "9" * 150, "rule_out_of_range"),
    ("FREQ=DAILY;INTERVAL=0", "rule_out_of_range"),
    ("FREQ=DAILY;INTERVAL=-1", "rule_out_of_range"),
    ("FREQ=DAILY;INTERVAL=100", "rule_out_of_range"),
    ("FREQ=DAILY;UNTIL=99991231", "rule_out_of_range"),
    ("FREQ=DAILY;UNTIL=19991231T000000Z", "rule_out_of_range"),
    ("FREQ=YEARLY;BYMONTH=13", "rule_out_of_range"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "rule_out_of_range"),
    ("FREQ=MONTHLY;BYMONTHDAY=-32", "rule_out_of_range"),
    ("FREQ=MONTHLY;BYDAY=0SU", "rule_out_of_range"),
    ("FREQ=MONTHLY;BYDAY=6SU", "rule_out_of_range"),
    ("FREQ=YEARLY;BYMONTH=3;BYDAY=6SU", "rule_out_of_range"),
    ("FREQ=YEARLY;BYDAY=54SU", "rule_out_of_range"),
    ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "rule_never_happens"),
    ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20301231", "rule_never_happens"),
    ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", "rule_never_happens"),
    ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4,6,9,11", "rule_never_happens"),
    ("FREQ=YEARLY;BYMONTHDAY=-30;BYMONTH=2", "rule_never_happens"),
    ("FREQ=MONTHLY;BYDAY=2SU;BYMONTHDAY=20", "rule_never_happens"),
    ("FREQ=MONTHLY;BYDAY=-1SU;BYMONTHDAY=1", "rule_never_happens"),
    ("FREQ=YEARLY;BYDAY=53SU;BYMONTHDAY=1", "rule_never_happens"),
    ("FREQ=WEEKLY;BYDAY=2SU", "rule_unsupported_part"),
    ("FREQ=DAILY;BYDAY=2SU", "rule_unsupported_part"),
    ("FREQ=WEEKLY;BYMONTHDAY=1", "rule_unsupported_part"),
    ("FREQ=MONTHLY;BYSETPOS=2", "rule_unsupported_part"),
    ("FREQ=MONTHLY;BYDAY=SU;BYSETPOS=367", "rule_out_of_range"),
    ("FREQ=MONTHLY;BYDAY=SU;BYSETPOS=6", "rule_never_happens"),
    ("FREQ=DAILY;BYDAY=SU;BYSETPOS=2", "rule_never_happens"),
    ("FREQ=MONTHLY;BYWEEKNO=20", "rule_unsupported_part"),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=2MO", "rule_unsupported_part"),
    ("FREQ=YEARLY;BYWEEKNO=54", "rule_out_of_range"),
    ("FREQ=DAILY;BYYEARDAY=100", "rule_unsupported_part"),
    ("FREQ=YEARLY;BYYEARDAY=367", "rule_out_of_range"),
    ("FREQ=YEARLY;BYYEARDAY=60;BYMONTH=6", "rule_never_happens"),
    ("FREQ=DAILY;BYHOUR=1", "rule_times_of_day"),
    ("FREQ=WEEKLY;BYMINUTE=0,1,2,3", "rule_times_of_day"),
    ("FREQ=WEEKLY;WKST=XX", "rule_unreadable"),
    ("FREQ=SECONDLY;BYSECOND=1", "rule_times_of_day"),
    ("FREQ=YEARLY;BYEASTER=0", "rule_unsupported_part"),
    ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "rule_count_and_until"),
    ("FREQ=DAILY;FREQ=DAILY", "rule_unreadable"),
    ("FREQ=DAILY;COUNT=1;count=2", "rule_unreadable"),
    ("", "rule_unreadable"),
    ("RRULE:", "rule_unreadable"),
    ("RRULE:RRULE:FREQ=DAILY", "rule_unsupported_part"),
    ("INTERVAL=2", "rule_unreadable"),
    ("FREQ=FORTNIGHTLY", "rule_unreadable"),
    ("FREQ=DAILY;", "rule_unreadable"),
    ("FREQ=DAILY;COUNT", "rule_unreadable"),
    ("FREQ=DAILY;COUNT=", "rule_unreadable"),
    ("FREQ=DAILY;COUNT=1e3", "rule_unreadable"),
    ("FREQ=DAILY;COUNT=1_0", "rule_unreadable"),
    ("FREQ=DAILY;COUNT= 1", "rule_unreadable"),
    ("FREQ=DAILY;COUNT=\uff11", "rule_unreadable"),  # a full-width 1
    ("FREQ=DAILY;UNTIL=20260230", "rule_unreadable"),
    ("FREQ=DAILY;UNTIL=2026-12-31", "rule_unreadable"),
    ("FREQ=DAILY;UNTIL=20261231T090000", "rule_unreadable"),
    ("FREQ=DAILY;UNTIL=20261231T250000Z", "rule_unreadable"),
    ("FREQ=DAILY;UNTIL=00000000", "rule_unreadable"),
    ("FREQ=WEEKLY;BYDAY=", "rule_unreadable"),
    ("FREQ=WEEKLY;BYDAY=MO,,TU", "rule_unreadable"),
    ("FREQ=WEEKLY;BYDAY=XX", "rule_unreadable"),
    ("FREQ=MONTHLY;BYDAY=--1SU", "rule_unreadable"),
    ("FREQ=DAILY\r\nDTSTART:20260101", "rule_unreadable"),
    ("FREQ=DAILY\x00", "rule_unreadable"),
    ("FREQ=DA\u0131LY", "rule_unreadable"),  # a dotless i, whose capital is I
    ("FREQ=DAILY" + ";X" * 200, "rule_too_long"),
]


@pytest.mark.parametrize(("text", "code"), HOSTILE)
def test_a_hostile_rule_is_refused_before_it_is_expanded(text: str, code: str) -> None:
    with pytest.raises(BadRule) as refused:
        parse(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=SU,MO,MO", "FREQ=WEEKLY;BYDAY=MO,SU"),
        ("rrule:byday=+2su;freq=monthly;interval=02", "FREQ=MONTHLY;INTERVAL=2;BYDAY=2SU"),
        ("FREQ=MONTHLY;BYDAY=-1FR;BYMONTH=12,1", "FREQ=MONTHLY;BYMONTH=1,12;BYDAY=-1FR"),
        ("FREQ=DAILY;COUNT=007", "FREQ=DAILY;COUNT=7"),
        ("FREQ=MONTHLY;BYDAY=4WE,MO", "FREQ=MONTHLY;BYDAY=MO,4WE"),
        ("WKST=SU;FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;WKST=SU"),
        ("WKST=MO;FREQ=WEEKLY", "FREQ=WEEKLY"),
        ("BYSETPOS=-1;FREQ=MONTHLY;BYDAY=FR,MO", "FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1"),
        ("FREQ=DAILY;UNTIL=20261213T145959z", "FREQ=DAILY;UNTIL=20261213T145959Z"),
    ],
)
def test_a_rule_has_one_text(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical
    assert parse(canonical) == parse(text)


def test_a_rule_reads_into_its_parts() -> None:
    assert parse("FREQ=MONTHLY;INTERVAL=2;BYMONTH=4;BYDAY=-1SA;UNTIL=20301231") == Rule(
        freq="MONTHLY", interval=2, by_day=((-1, 5),), by_month=(4,), until=date(2030, 12, 31)
    )


def test_a_rule_too_long_to_store_cannot_be_made() -> None:
    every_week = tuple(product([-3, -2, -1, 1, 2, 3, 4, 5], range(7)))
    with pytest.raises(BadRule, match="rule_too_long"):
        Rule(freq="MONTHLY", by_day=every_week)
