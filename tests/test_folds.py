"""What is folded away in forms: a refusal hides nothing that somebody has written or chosen."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import Cast
from tests.signed_in import browser_of
from tests.visitor import Visitor

NEW = "/organizations/midori/activities/new"
FOLD = re.compile(r"<details([^>]*)>\s*<summary>(.*?)</summary>", re.DOTALL)
TEMPLATES = Path(__file__).parents[1] / "templates"
DRAWN = re.compile(r"<details(.*?)>\s*<summary>.*?</details>", re.DOTALL)
DAYS, REPEATS, RAIN, REMINDERS, WORDS = (
    "曜日や日を選ぶ",
    "くり返しをくわしく決める（季節、いつまで、祝日）",
    "雨のとき、決める人",
    "参加する人へのお知らせの時",
    "ほかのことば（やさしい日本語、英語）",
)
# A form without its place, which is refused.
TYPED = {
    "title": "花だんの手入れ",
    "first_on": "2026-12-05",
    "first_at": "09:00",
    "ends_at": "11:30",
    "repeats": "monthly_date",
    "interval": "1",
    "weather_rule": "",
    "decide_days_before": "0",
    "slots-0-name": "水やり",
    "slots-0-places": "3",
    "slots-0-unit": "person",
    "reminders-0-when": "d7",
    "reminders-0-at": "19:00",
    "reminders-1-when": "d1",
    "reminders-1-at": "19:00",
}


def _open_folds(page: str) -> set[str]:
    return {words for marks, words in FOLD.findall(page) if "open" in marks.split()}


@pytest.fixture
def aiko(app: Flask, cast: Cast) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


@pytest.mark.parametrize(
    ("typed", "opened"),
    [
        ({}, set()),
        ({"interval": "2"}, {REPEATS}),
        ({"season_from": "4"}, {REPEATS}),
        ({"month_days": "5"}, {DAYS}),
        ({"decide_days_before": "1"}, {RAIN}),
        ({"reminders-1-at": "18:00"}, {REMINDERS}),
        ({"repeats": "rule"}, {REPEATS}),
        ({"repeats": "weekly", "ends_at": "08:00"}, set()),
        ({"reserve_days": "7"}, set()),
        ({"reserve_days": "7", "weather_rule": "postpone_if_rain"}, set()),
        ({"weather_rule": "cancel_if_rain"}, {RAIN}),
        ({"title_en": "Flower beds", "summary_en": "Two\r\nlines"}, {WORDS}),
    ],
)
def test_a_refused_form_keeps_open_what_was_written_in_and_nothing_else(
    aiko: Visitor, typed: dict[str, str], opened: set[str]
) -> None:
    page = aiko.submit(NEW, **TYPED | typed).text
    assert "ここは必ず入れてください。" in page
    assert _open_folds(page) == opened


def test_a_draft_shows_what_was_chosen_and_folds_the_rest(aiko: Visitor) -> None:
    fine = TYPED | {"place": "みどり公園"}
    once, monthly = (
        aiko.submit(NEW, **fine | more).location
        for more in ({"title": "花植え"}, {"season_from": "4", "season_to": "9"})
    )
    assert [_open_folds(aiko.text(f"{page}/edit")) & {REPEATS} for page in (once, monthly)] == [
        set(),
        {REPEATS},
    ]


def test_every_fold_in_a_form_looks_whether_something_was_written_in_it() -> None:
    blind = [
        f"{path.relative_to(TEMPLATES)}: {fold[0][:80]}"
        for path in TEMPLATES.rglob("*.html")
        for fold in DRAWN.finditer(path.read_text())
        if "{{ field(" in fold[0] and "touched(" not in fold[1]
    ]
    assert blind == []
