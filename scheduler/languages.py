"""In which language a page is, and whether its readings are shown: asked for, chosen before, or as the browser asks."""

from collections.abc import Callable
from typing import Any, cast

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, Response, request, session
from flask_babel import Babel, Domain, get_locale, refresh
from jinja2 import pass_context
from jinja2.runtime import Context

from scheduler import reader, words
from scheduler.readings import in_html, in_one_piece, in_one_piece_in_english, read_marks
from scheduler.text import without_readings

_MARK = "\ufff9".encode()


class _Marked(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """The catalogues, with the readings of a translation between marks from the moment it is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self._read: dict[str, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """Return the reader's catalogue."""
        code = reader.language()
        return self._read.get(code) or self._marked(code)

    def _marked(self, code: str) -> NullTranslations:
        found: NullTranslations = super().get_translations()
        if get_locale() is None:
            return found
        catalogue: dict[Any, str] = getattr(found, "_catalog", {})
        catalogue.update({key: read_marks(said) for key, said in catalogue.items()})
        return self._read.setdefault(code, found)


class Catalogues(Babel):  # type: ignore[misc]  # Flask-Babel ships no types
    """Flask-Babel, whose catalogues have marked readings."""

    domain_instance = _Marked()


# What a browser remembers of it.
CHOICES = ("language", "readings")
babel = Catalogues()


def _kept(whole: Callable[..., str]) -> Callable[..., str]:
    """Return Jinja's way to say a sentence, which keeps what says the same to all who read a language."""
    kept: dict[tuple[str, str], str] = {}

    @pass_context
    def said(context: Context, sentence: str, **facts: Any) -> str:
        if facts or not context.eval_ctx.autoescape:
            return whole(context, sentence, **facts)
        key = (reader.language(), sentence)
        if key not in kept:
            kept[key] = whole(context, sentence)
        return kept[key]

    return said


def init_app(app: Flask) -> None:
    """Let pages and answers speak the reader's language."""
    babel.init_app(app, locale_selector=_reader)
    said = _kept(cast(Callable[..., str], app.jinja_env.globals["gettext"]))
    app.jinja_env.globals.update(gettext=said, _=said)
    app.after_request(_show_readings)
    app.after_request(_keep_asked)
    app.context_processor(_of_this_page)


def _reader() -> Locale:
    return reader.KNOWN[_chosen()]


def _chosen() -> str:
    """Return the language: asked for in the address, or chosen here before, or as the browser asks, or Japanese."""
    known = [code for code, _ in words.LANGUAGES]
    for wish in (request.args.get("lang"), session.get("language")):
        if wish in known:
            return str(wish)
    # No browser can ask for easy Japanese.
    asked = [code for code in known if code != words.EASY]
    return request.accept_languages.best_match(asked, default="ja") or "ja"


def keep(language: str) -> None:
    """Remember in this browser which language its reader wants, and use it from here on."""
    session["language"] = language
    session.permanent = True
    refresh()


def keep_of(person_language: str) -> None:
    """Speak as a person has chosen, in a browser where nobody has chosen yet; Japanese may be nobody's choice."""
    if "language" not in session and person_language != "ja":
        keep(person_language)


def show_readings(shown: bool) -> None:
    """Remember in this browser whether readings are shown."""
    session["readings"] = "on" if shown else "off"
    session.permanent = True


def _keep_asked(response: Response) -> Response:
    # Of pages alone: a calendar that is fetched in a language says nothing of who fetches it.
    asked = request.args.get("lang", "")
    if (
        response.mimetype == "text/html"
        and asked in dict(words.LANGUAGES)
        and asked != session.get("language")
    ):
        keep(asked)
    return response


def _are_shown() -> bool:
    return session.get("readings") != "off"


def _is_text(response: Response) -> bool:
    # A sheet of paper, and whatever is packed, may hold the bytes of the mark by chance.
    if response.is_streamed or response.direct_passthrough or response.headers.get("Content-Encoding"):
        return False
    kind = response.mimetype or ""
    return kind.startswith("text/") or kind.endswith(("json", "xml"))


def _show_readings(response: Response) -> Response:
    if not _is_text(response):
        return response
    content, is_page = response.get_data(), response.mimetype == "text/html"
    if _MARK in content:
        text = content.decode()
        response.set_data(in_html(text, shown=_are_shown()) if is_page else without_readings(text))
    elif is_page and words.language() == "en":
        response.set_data(in_one_piece_in_english(content.decode()))
    elif is_page:
        response.set_data(in_one_piece(content.decode()))
    return response


def _of_this_page() -> dict[str, object]:
    return {
        "language": words.language_tag(),
        "chosen_language": words.language(),
        "readings_shown": _are_shown(),
    }
