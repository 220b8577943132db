"""What stands before an error in the list on top of a form: its label, where the sentence would do for any field."""

import re

import pytest
from flask import Flask
from flask_babel import force_locale, gettext

from scheduler.form_words import fits_any_field
from scheduler.words import LANGUAGES
from tests.cast import Cast
from tests.signed_in import browser_of


@pytest.mark.parametrize("language", dict(LANGUAGES))
@pytest.mark.parametrize(
    ("sentence", "fits"),
    [
        ("ここは必ず入れてください。", True),
        ("日にちを入れてください。例：2026-11-22", True),
        ("%(max)d字までにしてください。", True),
        ("%(min)sから%(max)sまでの数にしてください。", True),
        ("どれかを選んでください。", True),
        ("役割の名前を入れてください。", False),
        ("何に使うトークンか、名前を入れてください。", False),
        ("できることを1つは選んでください。", False),
        ("お子さん（%(count)s人以上）の年齢を入れてください。", False),
        ("電話番号を内線なしで入れてください。例：090-1234-5678", False),
    ],
)
def test_a_label_stands_before_what_would_do_for_any_field(
    app: Flask, language: str, sentence: str, fits: bool
) -> None:
    blanks = {"max": 120, "min": 1, "count": 2}
    with app.test_request_context(), force_locale(language):
        assert fits_any_field(gettext(sentence) % blanks) == fits


def test_a_field_is_named_once(app: Flask, cast: Cast) -> None:
    page = browser_of(app, cast.aiko).submit("/organizations/midori/tokens?lang=en", days="x").text
    assert re.findall(r'<a href="#[a-z-]+[0-9]*">(.*?)</a>', page)[:2] == [
        "Enter a name that says what the token is for.",
        "Choose at least one thing that it can do.",
    ]
    page = browser_of(app, cast.aiko).submit("/organizations/midori/activities/new?lang=en").text
    assert ">Where to meet: Please fill this in.</a>" in page
