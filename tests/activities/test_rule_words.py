"""Every rule can be said, in Japanese and in English."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from scheduler.activities.recurrence import parse
from scheduler.activities.rule_words import repeat_text, rule_text
from tests.activities.random_rules import drawn

FIRST = date(2026, 11, 22)

SAID = [
    ("FREQ=DAILY", "毎日", "every day"),
    ("FREQ=DAILY;INTERVAL=3", "3日ごと", "every 3 days"),
    ("FREQ=WEEKLY;BYDAY=WE,SA", "毎週 水曜日と土曜日", "every week: Wednesday and Saturday"),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=8", "2週間ごと 日曜日、全8回", "every 2 weeks: Sunday, 8 times"),
    (
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "2週間ごと 日曜日、週は日曜日から数える",
        "every 2 weeks: Sunday, weeks begin on Sunday",
    ),
    ("FREQ=MONTHLY;BYDAY=2SU,4SU", "毎月 第2・第4日曜日", "every month: second and fourth Sunday"),
    ("FREQ=MONTHLY;BYDAY=-1SA", "毎月 最後の土曜日", "every month: last Saturday"),
    (
        "FREQ=MONTHLY;BYDAY=1MO,2TU",
        "毎月 第1月曜日と第2火曜日",
        "every month: first Monday and second Tuesday",
    ),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15", "毎月 1日と15日", "every month: day 1 and day 15"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "毎月 最後の日", "every month: the last day"),
    (
        "FREQ=MONTHLY;BYDAY=3SA;BYMONTH=4,5,6,7,8,9,10,11",
        "毎月 第3土曜日、4月から11月まで",
        "every month: third Saturday, from April to November",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
        "毎月 13日で金曜日に当たる日",
        "every month: day 13 when it falls on Friday",
    ),
    (
        "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1",
        "毎月 金曜日、そのうちいちばん後の日",
        "every month: Friday, of these the last one",
    ),
    ("FREQ=YEARLY;BYMONTH=10;BYDAY=2MO", "毎年 10月の第2月曜日", "every year: second Monday in October"),
    ("FREQ=YEARLY", "毎年 11月の22日", "every year: day 22 in November"),
    ("FREQ=YEARLY;BYDAY=20MO", "毎年 年の20番目の月曜日", "every year: number 20 of the year: Monday"),
    ("FREQ=YEARLY;BYYEARDAY=100", "毎年 年の100日目", "every year: day 100 of the year"),
    (
        "FREQ=YEARLY;BYWEEKNO=20",
        "毎年 第20週で日曜日に当たる日",
        "every year: week 20 when it falls on Sunday",
    ),
    (
        "FREQ=WEEKLY;UNTIL=20270331",
        "毎週 日曜日、2027年3月31日（水）まで",
        "every week: Sunday, until Wednesday 31 March 2027",
    ),
]


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(("text", "japanese", "english"), SAID)
def test_a_rule_is_said_in_both_languages(text: str, japanese: str, english: str) -> None:
    assert rule_text(parse(text), FIRST) == japanese
    with force_locale("en"):
        assert rule_text(parse(text), FIRST) == english


def test_once_and_listed_dates_are_said_too() -> None:
    assert repeat_text(None, FIRST) == "1回だけ"
    assert repeat_text(None, FIRST, 3) == "日にちを決めて4回"
    assert repeat_text(parse("FREQ=WEEKLY"), FIRST, 2) == "毎週 日曜日、ほかに2日"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_whatever_is_accepted_can_be_said(language: str) -> None:
    with force_locale(language):
        said = [rule_text(rule, first.date()) for rule, first in drawn(5, 300)]
    assert all(said)
    assert not [text for text in said if "%(" in text or "、、" in text or ", ," in text]
