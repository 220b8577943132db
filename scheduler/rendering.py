"""A letter in words: its kind's template as plain text, and the same facts once more as HTML."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from flask import Flask
from flask_babel import force_locale

from scheduler import words
from scheduler.activities.facts import DateFacts
from scheduler.copies import Memory
from scheduler.notices.outlet import Content, Letter
from scheduler.readings import in_html, in_plain_text
from scheduler.text import without_readings
from scheduler.wordings.kinds import Texts
from scheduler.wordings.saying import on_screen

_LINK = re.compile(r"https?://\S+")
_MANY_BREAKS = re.compile(r"\n{3,}")
# What stands before the facts is the kind's own; what stands after them, the HTML frame draws from the facts.
_FACTS = "\n\n■ "
_SIGNATURE = "\n-- "


@dataclass(frozen=True)
class Words:
    """A rendered template: the first line is the subject, then come paragraphs, then the facts.

    `draws_facts` says whether the HTML frame knows how to draw those; else they stay paragraphs. `lists_dates` says
    that they are of several dates.
    """

    subject: str
    text: str
    draws_facts: bool
    lists_dates: bool

    @property
    def lead(self) -> list[list[str]]:
        """The paragraphs before the facts, each as its lines: greeting and news."""
        before = self._whole
        if self.has_facts:
            before = (before.partition if self.lists_dates else before.rpartition)(_FACTS)[0]
        return [paragraph.splitlines() for paragraph in before.strip().split("\n\n")]

    @property
    def has_facts(self) -> bool:
        """Whether facts follow."""
        return self.draws_facts and _FACTS in self._whole

    @property
    def _whole(self) -> str:
        before, found, _after = self.text.rpartition(_SIGNATURE)
        return before if found else self.text

    def news(self, name: str) -> str:
        """What a small screen shows beside the subject: the news alone, without greeting, facts and addresses."""
        news = self.lead[1:] if name else self.lead
        return "\n".join(" ".join(line for line in paragraph if not _LINK.match(line)) for paragraph in news)


def renderer(app: Flask) -> Callable[[Letter], Content]:
    """Return what turns a letter into words, in the language of the person who reads it."""
    memory = Memory(lambda letter: in_words(app, letter))
    return memory.content


def in_words(app: Flask, letter: Letter) -> Content:
    """Return a letter in words, written for its reader alone."""
    with app.app_context(), force_locale(letter.language):
        said = _words(app, letter)
        subject, text = without_readings(said.subject), in_plain_text(said.text)
        if letter.channel in {"push", "sms"}:
            news = without_readings(said.news(letter.name)).strip()
            return Content(subject, f"{news}\n{_own_on_screen(letter)}".strip(), link=_page(letter))
        if letter.is_plain:
            # Nor one that an organiser has typed.
            return Content(without_links(subject), without_links(text))
        frame = app.jinja_env.get_template("notices/letter.html")
        page = frame.render(_facts(letter), subject=said.subject, lead=said.lead, has_facts=said.has_facts)
    return Content(subject, text, in_html(page))


def without_links(text: str) -> str:
    """Return a text without the links in it."""
    return _LINK.sub("", text)


def _words(app: Flask, letter: Letter) -> Words:
    template = app.jinja_env.get_template(f"notices/{letter.template}.email.txt")
    subject, _, text = template.render(_facts(letter)).strip().partition("\n")
    return Words(
        subject.strip(),
        _MANY_BREAKS.sub("\n\n", text).strip() + "\n",
        _is_drawn(letter),
        "due" in letter.facts,
    )


def _is_drawn(letter: Letter) -> bool:
    return not letter.facts.keys().isdisjoint({"date", "dates", "due"})


def _page(letter: Letter) -> str:
    """Return the page on which the truth about it stands."""
    if "page" in letter.facts:
        return str(letter.facts["page"])
    date, address = letter.facts.get("date"), letter.facts["address"]
    return f"{address}/dates/{date.id}" if isinstance(date, DateFacts) else f"{address}/me"


def _own_on_screen(letter: Letter) -> str:
    """Return a body's own words as they fit on a screen; none where those about several dates differ."""
    own = cast(Mapping[int, Texts], letter.facts.get("own") or {})
    due = cast(Sequence[tuple[DateFacts, object]], letter.facts.get("due", ()))
    about: list[object] = [date for date, _part in due] or [letter.facts.get("date")]
    dates = [date for date in about if isinstance(date, DateFacts) and date.id in own]
    said = {on_screen(own[date.id], date) for date in dates}
    return without_readings(said.pop()) if len(said) == 1 else ""


def _facts(letter: Letter) -> dict[str, object]:
    return {
        **letter.facts,
        "unsubscribe": "" if letter.is_plain else letter.unsubscribe,
        "letter_language": words.language_tag(letter.language),
        "is_plain": letter.is_plain,
        "own": letter.facts.get("own"),
    }
