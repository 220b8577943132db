"""Which languages the service speaks, and in which of them it speaks now; pages read it through `words`."""

import re
from typing import Any

from babel import Locale
from flask import g
from flask_babel import get_locale

EASY = "ja@easy"
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
LANGUAGES = (("ja", "日本語"), (EASY, "やさしい日本語"), ("en", "English"))


class Known(Locale):
    """A language of ours, which has its name ready: a page asks for it hundreds of times."""

    def __init__(self, code: str) -> None:
        """Read the name that the catalogues have it under."""
        self._code = code
        parsed = Locale.parse(code)
        super().__init__(parsed.language, modifier=parsed.modifier)

    def __str__(self) -> str:
        """Return that name."""
        return self._code


KNOWN = {code: Known(code) for code, _ in LANGUAGES}


def language() -> str:
    """Return the reader's language: one of LANGUAGES."""
    # Where Flask-Babel keeps it; its own way there takes thirty times as long, which made a third of a page.
    try:
        here: dict[str, Any] = vars(g._get_current_object())
    except RuntimeError:
        here = {}
    locale = getattr(here.get("_flask_babel"), "babel_locale", None) or get_locale()
    return str(locale) if locale else "ja"


def known_language(asked: str) -> str:
    """Return the language that somebody asks for, or Japanese."""
    return asked if asked in dict(LANGUAGES) else "ja"


def language_tag(code: str | None = None) -> str:
    """Return a language, or the reader's, as pages and calendars name it (BCP 47): easy Japanese is Japanese."""
    return (code or language()).partition("@")[0]


def is_easy() -> bool:
    """Say whether the reader wants easy Japanese."""
    return language() == EASY


def in_japanese() -> bool:
    """Say whether Japanese is read, plain or easy."""
    return language_tag() == "ja"


def is_foreign_name(text: str) -> bool:
    """Say whether a name, which nobody translates, is written in Japanese for a reader of another language."""
    return not in_japanese() and _JAPANESE.search(text) is not None
