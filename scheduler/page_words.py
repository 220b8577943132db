"""What pages call words by: filters and globals of the templates, the same on every page."""

import re
from typing import Any

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from jinja2.filters import do_urlencode
from markupsafe import Markup, escape
from wtforms import Field, FieldList, FormField, HiddenField

from scheduler import words
from scheduler.form_words import fits_any_field
from scheduler.text import without_readings

_PHONE = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
# How an example begins in each language; the last sentence of what is said.
_EXAMPLE = re.compile("(?:例|\ufff9例\ufffaれい\ufffb)：[^。]+。?$|(?:For e|E)xample: .+$")

# The number of what is counted: 12, 7.5.
_COUNT = re.compile(r"[0-9.]+")
# What the one to ask often begins with: 会長 藤野.
_OFFICES = {"会長": "chair", "副会長": "vice_chair", "世話人": "organiser", "班長": "block_leader"}
# Or with the house in which to ask: 図書館 本庄.
_HOUSES = {"図書館": _("図書館"), "公民館": _("公民館"), "事務局": _("事務局"), "集会所": _("集会所")}


def linked_phones(text: str) -> Markup:
    """Return what somebody wrote as markup: telephone numbers can be pressed, and Japanese is read as such.

    An office before a name is said in the reader's language.
    """
    office, text = _who_in(str(text))
    foreign = words.is_foreign_name(str(text))
    before, after = ('<span lang="ja">', "</span>") if foreign else ("", "")
    linked = office + before + _PHONE.sub(r'<a href="tel:\g<0>">\g<0></a>', str(escape(text))) + after
    return Markup(linked)  # noqa: S704  # escaped one line above


def example_apart(text: str) -> tuple[Markup, Markup]:
    """Return a sentence without the example at its end, and that example; either may be empty."""
    safe = escape(text)
    found = _EXAMPLE.search(safe)
    start = found.start() if found else len(safe)
    return safe[:start], safe[start:]


def unit(counted: str) -> str:
    """Return what is counted, without the number, which is shown larger before it: 人, person, people."""
    return _COUNT.sub("", counted).strip()


def _in_address(text: str) -> str:
    """Return a text as part of an address, where neither markup nor a reading over a word may stand."""
    plain = text.unescape() if isinstance(text, Markup) else text
    return do_urlencode(without_readings(plain))


def contact_text(text: str) -> str:
    """Return whom to ask as a letter says it: an office before a name in the reader's language."""
    return "".join(_who_in(str(text)))


def _who_in(text: str) -> tuple[str, str]:
    """Return the house or the office that a text begins with, put into the reader's language, and the rest."""
    first, blank, rest = text.partition(" ")
    if not blank or first not in _HOUSES or not _says_otherwise():
        return _office_in(text)
    return f"{_HOUSES[first]}{' ' if words.is_easy() else ', '}", rest


def _says_otherwise() -> bool:
    return words.is_easy() or not words.in_japanese()


def _office_in(text: str) -> tuple[str, str]:
    """Return the office that a text begins with, put into the reader's language, and the rest."""
    first, blank, rest = text.partition(" ")
    if not blank or first not in _OFFICES or not _says_otherwise():
        return "", text
    return f"{words.title(words.OFFICES, _OFFICES[first])} ", rest


def home_name(name: str) -> str:
    """Return what a household is called in the reader's language; a name of another manner stays as it is."""
    family = name.removesuffix("家")
    return name if words.in_japanese() or family in ("", name) else gettext("%(family)s家", family=family)


def touched(*fields: Field) -> bool:
    """Say whether anything in these fields of a form is wrong, or other than it was preset: their fold stays open."""
    return any(_is_touched(one) for one in fields)


def chosen(*fields: Field) -> bool:
    """Say whether any of these fields holds something else than an empty form would."""
    return any(_plain(one.data) != _plain(one.default) for one in fields)


def _is_touched(field: Field) -> bool:
    if isinstance(field, FormField | FieldList):
        return bool(field.errors) or any(_is_touched(one) for one in field)
    if isinstance(field, HiddenField):
        return False
    return bool(field.errors) or _plain(field.data) != _plain(field.object_data)


def _plain(value: Any) -> Any:
    """Return a value as it compares: browsers send an empty line for nothing, and end lines in their own way."""
    if isinstance(value, list | tuple):
        return sorted(str(one) for one in value) or ""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value or ""


_FILTERS = (
    "weekday_label", "weekday_short", "month_label", "month_title", "year_title",
    "date_text", "clock_text", "months_text", "why", "hours_text",
)  # fmt: skip


def fit(app: Flask) -> None:
    """Let templates say dates, names and what people wrote."""
    for name in _FILTERS:
        app.add_template_filter(getattr(words, name), name)
    app.add_template_filter(linked_phones)
    app.add_template_filter(example_apart)
    app.add_template_filter(fits_any_field)
    app.add_template_filter(unit)
    app.add_template_filter(home_name)
    app.add_template_filter(contact_text)
    app.add_template_filter(_in_address, "urlencode")
    app.jinja_env.globals.update(
        said=words.said, word=words.word, span_text=words.span_text, words=words, languages=words.LANGUAGES
    )
    app.jinja_env.globals.update(touched=touched, chosen=chosen)
