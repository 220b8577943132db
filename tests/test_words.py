"""Every refusal has a sentence, every code a word, and dates are written as people write them."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_babel import force_locale

from scheduler import words
from scheduler.activities.codes import BURDENS, WEATHER_RULES
from scheduler.activities.models import ON
from scheduler.config import ROOT
from scheduler.errors import Conflict, Refused
from scheduler.form_words import AT
from scheduler.notices.models import CHANNELS
from scheduler.participation.models import COMING, GONE, PENDING, WAITING
from scheduler.parties.models import PURPOSES, WAYS
from scheduler.reach.models import ANSWERS
from scheduler.reach.wishes import KINDS
from scheduler.sentences import SENTENCES
from tests.conftest import NOW
from tests.moments import at

CODE = re.compile(r'(?:Refused|Invalid|Forbidden|Conflict|TooMany|BadRule)\(\s*"(\w+)"')
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
SUNDAY = datetime.fromisoformat("2026-11-22 08:00")


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def _codes(path: Path) -> set[str]:
    return set(CODE.findall(path.read_text()))


def test_every_code_that_anything_is_refused_with_has_a_sentence() -> None:
    refused = set().union(*(_codes(path) for path in (ROOT / "scheduler").rglob("*.py")))
    assert len(refused) > 30
    assert refused - SENTENCES.keys() == set()


def test_no_sentence_is_left_over() -> None:
    refused = set().union(*(_codes(path) for path in (ROOT / "scheduler").rglob("*.py")))
    assert SENTENCES.keys() - refused == set()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_sentence_takes_its_facts(language: str) -> None:
    facts: dict[str, object] = {
        "most": 60,
        "slug": "midori",
        "begins": "みどり町内会",
        "detail": "100 %",
        "right": "｛公園｜こうえん｝",
        "slot": "積込み",
        "people": 2,
        "places": 4,
        "line": 3,
        "scope": "read",
        "piece": "x",
        "taken": 3,
        "first": date(2026, 11, 22),
        "last": date(2026, 11, 22),
    }
    facts |= {"retry_at": NOW}
    facts |= {"briefing": "説明会", "age": 18, "question": "昼食", "what": "清掃", "names": "別所 勉"}
    facts |= {"count": 1, "part": "親子", "children": 2}
    facts |= {"left": 6, "name": "電話", "begins": "みどり町内会の"}
    with force_locale(language):
        said = [words.sentence(Refused(code, **facts)) for code in SENTENCES]
    assert all(said)
    assert not [sentence for sentence in said if "%(" in sentence]


def test_every_sentence_and_every_word_is_there_in_english() -> None:
    lists = (
        words.SCOPES,
        words.STATES,
        words.PARTICIPATION_STATES,
        words.WEATHER,
        words.BURDENS,
        words.COMPETENCES,
        words.LIMITS,
        words.POLICIES,
        words.MINORS,
        words.GRADES,
        words.CHANNELS,
        words.COMING,
        words.NOT_TOLD,
        words.NOTICE_GROUPS,
        words.NOTICE_KINDS,
    )
    with force_locale("en"):
        said = [str(word) for known in (SENTENCES, *lists) for word in known.values()]
    assert [sentence for sentence in said if JAPANESE.search(sentence)] == []


def test_a_code_without_a_sentence_still_says_something() -> None:
    assert words.sentence(Conflict("never_heard_of")) == "できませんでした。もう一度お試しください。"


def test_every_stored_code_has_a_word() -> None:
    assert set(ON) <= words.STATES.keys()
    assert {*COMING, *GONE, *PENDING, *WAITING} == words.PARTICIPATION_STATES.keys()
    assert set(WEATHER_RULES) == words.WEATHER.keys()
    assert set(BURDENS) == words.BURDENS.keys()
    assert set(PURPOSES) == words.CONSENT_PURPOSES.keys()
    assert set(WAYS) == words.CONSENT_WAYS.keys()
    assert set(CHANNELS) == words.CHANNELS.keys()
    assert {*ANSWERS, ""} == words.COMING.keys()
    assert set(KINDS) == words.NOTICE_KINDS.keys()


def test_an_old_code_is_its_own_word() -> None:
    assert words.word(words.BURDENS, "heavy") == "重い物あり"
    assert words.word(words.BURDENS, "used_to_be") == "used_to_be"


SAID = [("ja", "名前", "Name", "名前"), ("en", "名前", "Name", "Name"), ("en", "名前", "", "名前")]


@pytest.mark.parametrize(("language", "japanese", "english", "said"), SAID)
def test_a_name_is_said_in_the_readers_language_or_in_japanese(
    language: str, japanese: str, english: str, said: str
) -> None:
    with force_locale(language):
        assert words.said(SimpleNamespace(title=japanese, title_en=english), "title") == said


def test_what_has_no_english_is_said_in_japanese() -> None:
    with force_locale("en"):
        assert words.said(SimpleNamespace(title="名前"), "title") == "名前"


DATES = [
    ("ja", datetime.fromisoformat("2026-11-22 00:00"), "11月22日（日）"),
    ("ja", datetime.fromisoformat("2027-01-04 00:00"), "2027年1月4日（月）"),
    ("ja", datetime.fromisoformat("2025-12-31 00:00"), "2025年12月31日（水）"),
    ("en", datetime.fromisoformat("2026-11-22 00:00"), "Sunday 22 November"),
    ("en", datetime.fromisoformat("2027-01-04 00:00"), "Monday 4 January 2027"),
]


@pytest.mark.parametrize(("language", "day", "written"), DATES)
def test_a_date_names_its_year_only_where_it_is_another_one(
    language: str, day: datetime, written: str
) -> None:
    with force_locale(language):
        assert words.date_text(day) == written


def test_the_year_turns_at_midnight_in_japan() -> None:
    with at("2027-01-01 00:00"):
        assert words.date_text(datetime.fromisoformat("2027-01-10 00:00")) == "1月10日（日）"
        assert words.date_text(datetime.fromisoformat("2026-12-31 00:00")) == "2026年12月31日（木）"


CLOCKS = [
    ("ja", 0, 0, "午前0時"),
    ("ja", 8, 30, "午前8時30分"),
    ("ja", 11, 59, "午前11時59分"),
    ("ja", 12, 0, "午後0時"),
    ("ja", 23, 5, "午後11時5分"),
    ("en", 8, 5, "8:05"),
    ("en", 0, 0, "0:00"),
    ("en", 23, 30, "23:30"),
]


@pytest.mark.parametrize(("language", "hour", "minute", "said"), CLOCKS)
def test_a_time_is_said_as_people_say_it(language: str, hour: int, minute: int, said: str) -> None:
    with force_locale(language):
        assert words.clock_text(SUNDAY.replace(hour=hour, minute=minute)) == said


SPANS = [
    ("ja", SUNDAY.replace(hour=10), "午前8時〜10時"),
    ("ja", SUNDAY.replace(hour=11, minute=30), "午前8時〜11時30分"),
    ("ja", SUNDAY.replace(hour=12), "午前8時〜午後0時"),
    ("ja", datetime.fromisoformat("2026-11-23 09:00"), "11月22日（日） 午前8時 – 11月23日（月） 午前9時"),
    ("en", SUNDAY.replace(hour=10), "8:00–10:00"),
    ("en", datetime.fromisoformat("2026-11-23 09:00"), "Sunday 22 November 8:00 – Monday 23 November 9:00"),
]


@pytest.mark.parametrize(("language", "end", "said"), SPANS)
def test_a_span_says_the_half_of_the_day_once(language: str, end: datetime, said: str) -> None:
    with force_locale(language):
        assert words.span_text(SUNDAY, end) == said


AGES = [
    (0, "0歳", "0 years"),
    (1, "1か月", "1 month"),
    (12, "1歳", "1 year"),
    (14, "1歳2か月", "1 year 2 months"),
    (36, "3歳", "3 years"),
]


@pytest.mark.parametrize(("months", "japanese", "english"), AGES)
def test_a_childs_age_is_said_in_years_and_months(months: int, japanese: str, english: str) -> None:
    assert words.months_text(months) == japanese
    with force_locale("en"):
        assert words.months_text(months) == english


@pytest.mark.parametrize(("hours", "said"), [(12.0, "12"), (7.5, "7.5"), (0.0, "0")])
def test_hours_have_no_needless_decimal(hours: float, said: str) -> None:
    assert words.hours_text(hours) == said


HEADINGS = [("ja", "日", "11月", "2026年11月", "2026年"), ("en", "Sunday", "Nov", "November 2026", "2026")]


@pytest.mark.parametrize(("language", "weekday", "month", "title", "year"), HEADINGS)
def test_headings_are_in_the_readers_language(
    language: str, weekday: str, month: str, title: str, year: str
) -> None:
    with force_locale(language):
        said = [words.weekday_label(SUNDAY), words.month_label(SUNDAY)]
        assert [*said, words.month_title(SUNDAY), words.year_title(SUNDAY)] == [weekday, month, title, year]


def test_what_is_said_at_a_field_has_a_sentence() -> None:
    assert AT.keys() <= SENTENCES.keys()
