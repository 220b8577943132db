"""The catalogues say everything that code and pages say, in the words of the glossary; and pages use them."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy.orm import Session

from scheduler import words
from scheduler.activities.models import Occurrence
from scheduler.config import ROOT
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

FOLDER = ROOT / "scheduler" / "translations"
LANGUAGES = ["en", "ja@easy"]
MAKE = "run `make translations`, and translate what is new"
KANA_AND_KANJI = re.compile("[ぁ-ゖァ-ヺ々㐀-䶿一-鿿]+")  # letters only: 日本語, but not ・ or （）
WITH_READING = re.compile(r"\{[^{|}]+\|[ぁ-ゖー]+\}")
BARE = re.compile("[々㐀-䶿一-鿿{}]")
QUOTED = re.compile("「(\\w[^」]*)」")
UNSAID = re.compile(
    r"ユーザー|アカウント|イベント作成|キャンセル|\b(user|account|ticket|shift|event)s?\b", re.IGNORECASE
)


@cache
def _catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def _translated(language: str) -> list[Message]:
    return [message for message in _catalogue(language) if message.id]


def _forms(text: object) -> tuple[str, ...]:
    """Return the one wording of a message, or its singular and plural."""
    return tuple(str(form) for form in text) if isinstance(text, list | tuple) else (str(text),)


def _plain(text: str) -> str:
    """Return a sentence without readings, blanks and its end."""
    return re.sub(r"[\s.。]", "", re.sub(r"\{([^{|}]+)\|[^{|}]+\}", r"\1", text)).casefold()


def _said_by_code_and_pages() -> Iterator[tuple[str, ...]]:
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # published without types
    # From the parts alone: a walk over the whole folder would read what other tests are writing.
    for part in ("scheduler", "templates"):
        inside = [
            (pattern.removeprefix(f"{part}/"), method) for pattern, method in methods if part in pattern
        ]
        for found in extract_from_dir(ROOT / part, inside, options):
            yield _forms(found[2])


@cache
def _said() -> set[tuple[str, ...]]:
    return set(_said_by_code_and_pages())


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%%|%", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_sentence_and_no_other(language: str) -> None:
    said, known = _said(), {_forms(message.id) for message in _translated(language)}
    assert said - known == set(), MAKE
    assert known - said == set(), MAKE
    assert _catalogue(language).obsolete == {}, MAKE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_for_good(language: str) -> None:
    messages = _translated(language)
    assert [message.id for message in messages if message.fuzzy or not all(_forms(message.string))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_the_same_facts(language: str) -> None:
    unlike = [
        message.id
        for message in _translated(language)
        for form in _forms(message.string)
        if _placeholders(form) != _placeholders(_forms(message.id)[0])
    ]
    assert unlike == []


# Numbers that are never one: limits, ways to repeat of which one is said by another word, groups, weeks from two on.
_NEVER_ONE = {"interval", "most", "minutes", "weeks", "people"}
# A day before is said by a word; so are minutes that make an hour, and one date alone.
_FROM_TWO_ON = {"%(count)s日前", "%(count)s分前", "お知らせ：%(day)s ほか、予定は%(count)s件です"}
_MANY = re.compile(
    r"%\((\w+)\)s (?:more )?(?:people|homes|days|dates|places|minutes|weeks|parties|families|times|are|have|wait)\b"
)


def test_what_may_be_one_is_said_of_one_in_english() -> None:
    unlike = [
        message.string
        for message in _translated("en")
        if isinstance(message.id, str) and message.id not in _FROM_TWO_ON
        for number in _MANY.findall(str(message.string))
        if number not in _NEVER_ONE
    ]
    assert unlike == []


def test_english_has_no_japanese_letters() -> None:
    forms = [form for message in _translated("en") for form in _forms(message.string)]
    assert [form for form in forms if KANA_AND_KANJI.search(form)] == []


def test_easy_japanese_has_a_reading_for_each_kanji_and_no_brace_besides() -> None:
    forms = [form for message in _translated("ja@easy") for form in _forms(message.string)]
    bare = [form for form in forms if BARE.search(WITH_READING.sub("", form))]
    assert bare == [], "write {漢字|かんじ}"


def test_easy_japanese_counts_any_number_and_asks_for_ages_by_one_reading() -> None:
    forms = [form for message in _translated("ja@easy") for form in _forms(message.string)]
    # Nine is the most that つ counts; what may at most be is set, and is less.
    assert [form for form in forms if re.search(r"%\((?!most)\w+\)sつ", form)] == []
    assert [form for form in forms if "{歳|とし}" in form] == []


# What other programs say, what somebody types, and what was said in other words than a button's.
_NO_LABELS = {"共有", "印刷", "URLで追加", "Webhookの利用", "末", "第2と第4", "種:申し込みの番号", "行けない"}


def _labelled(label: str, said: dict[str, str]) -> str:
    """Return how that is said which a label names, also by its beginning alone; nothing for what nobody says."""
    if label in said:
        return said[label]
    begins = tuple(f"{label}{end}" for end in ("（", "。", " %"))
    begun = next((text for known, text in said.items() if known.startswith(begins)), "")
    return re.split("[（(。.,%]", begun)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_quotation_marks_is_what_the_button_says(language: str) -> None:
    messages = _translated(language)
    said = {known: _forms(message.string)[0] for message in messages for known in _forms(message.id)}
    quoted = [
        (label, text)
        for message in messages
        for text in _forms(message.string)
        for label in QUOTED.findall(_forms(message.id)[0])
    ]
    labels = {label for label, _text in quoted}
    assert {label for label in labels if not _labelled(label, said)} == _NO_LABELS
    assert [
        (label, text)
        for label, text in quoted
        if label not in _NO_LABELS and ("“" in text or "「" in text)
        if _plain(_labelled(label, said)) not in _plain(text)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_called_a_user_and_nothing_a_ticket(language: str) -> None:
    messages = _translated(language)
    forms = [form for message in messages for text in (message.id, message.string) for form in _forms(text)]
    assert [form for form in forms if UNSAID.search(form)] == []


@pytest.mark.parametrize("source", sorted(FOLDER.rglob("*.po")), ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_as_new_as_its_source(source: Path) -> None:
    compiled = source.with_suffix(".mo")
    assert compiled.exists(), "run `make check` instead of pytest alone, or `make -s translations check`"
    assert compiled.stat().st_mtime >= source.stat().st_mtime


class _Words(HTMLParser):
    """Collect what a page says, but for what it says to readers of Japanese on purpose."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.is_for_others = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_for_others = ("lang", "ja") in attrs
        if not self.is_for_others:
            self.said += [value for name, value in attrs if value and name not in {"href", "value"}]

    def handle_endtag(self, tag: str) -> None:
        self.is_for_others = False

    def handle_data(self, data: str) -> None:
        if not self.is_for_others:
            self.said.append(data)


def _japanese(page: str) -> set[str]:
    words = _Words()
    words.feed(page)
    return {found for said in words.said for found in KANA_AND_KANJI.findall(said)}


def _in_english(visitor: Visitor) -> Visitor:
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-GB,en;q=0.9"
    return visitor


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    """A date whose organisers wrote everything in English too."""
    made = make.occurrence(session, cast.midori, NOW, place_en="Midori Park", decide_at=None)
    session.commit()
    return made


def test_pages_speak_english(date: Occurrence, visitor: Visitor) -> None:
    join, activity = f"/slots/{date.slots[0].id}/join", f"/activities/{date.activity_id}"
    pages = ("/", "/sign-in", "/subscribe", f"/dates/{date.id}", join, activity, "/organizations/midori")
    english = _in_english(visitor)
    assert [(path, found) for path in pages if (found := _japanese(english.text(path)))] == []


def test_the_organisers_pages_speak_english(app: Flask, cast: Cast, date: Occurrence) -> None:
    english = _in_english(browser_of(app, cast.aiko))
    pages = [f"/dates/{date.id}/{page}" for page in ("board", "decision", "attendance", "enter")]
    pages += [f"/dates/{date.id}/board/{page}" for page in ("add", "places", "message", "list", "insurance")]
    pages += [f"/dates/{date.id}/change{scope}" for scope in ("", "/this", "/following", "/all")]
    pages += ["/me", "/organizations/midori/activities/new", "/organizations/midori/hours"]
    pages += ["/organizations/midori/closed-days", f"/activities/{date.activity_id}/changes"]
    found = {word: path for path in pages for word in _japanese(english.text(path))}
    assert found.keys() - {"青木", "愛子"} == set(), found


def test_refusals_speak_english(client: FlaskClient, date: Occurrence) -> None:
    in_english = {"Accept-Language": "en"}
    answers = [client.get("/nowhere", headers=in_english), client.post("/sign-in", headers=in_english)]
    answers += [client.delete("/sign-in", headers=in_english)]
    assert [(answer.status_code, _japanese(answer.text)) for answer in answers] == [
        (404, set()),
        (400, set()),
        (405, set()),
    ]


@pytest.mark.parametrize(("language", "sentence"), [("en", "120 characters or fewer"), ("ja", "120字まで")])
def test_the_form_librarys_own_sentences_speak_the_readers_language(
    date: Occurrence, visitor: Visitor, language: str, sentence: str
) -> None:
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    answer = visitor.submit(f"/slots/{date.slots[0].id}/join", name="a" * 121, kana="a", email="a@example.jp")
    assert answer.status_code == 422
    assert sentence in answer.text


def test_letters_speak_english(app: Flask, date: Occurrence, visitor: Visitor) -> None:
    _in_english(visitor).submit(
        f"/slots/{date.slots[0].id}/join", name="Ann", kana="Ann", email="ann@example.org"
    )
    mail = mailbox.confirm(app, visitor, "ann@example.org")
    assert _japanese(mail["Subject"] + mailbox.text(mail) + mailbox.calendar(mail)) == set()


def test_the_feed_speaks_english_when_asked_to(client: FlaskClient, date: Occurrence) -> None:
    assert _japanese(client.get("/calendars/public.ics?lang=en").text) == set()
    assert _japanese(client.get("/calendars/public.ics").text) != set()


@pytest.mark.parametrize(
    ("months", "said"), [(1, "1 month"), (9, "9 months"), (14, "1 year 2 months"), (36, "3 years")]
)
def test_one_is_not_many(app: Flask, months: int, said: str) -> None:
    with app.app_context(), force_locale("en"):
        assert words.months_text(months) == said
