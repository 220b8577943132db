"""A body's own words about one date, in the reader's language, with the blanks filled in."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from scheduler import words
from scheduler.activities.facts import DateFacts, date_facts
from scheduler.activities.models import Occurrence
from scheduler.text import whole_sentences
from scheduler.wordings.kinds import BLANKS, MESSAGES, Texts, filled
from scheduler.wordings.queries import words_of

# Some four lines: more is folded away by telephones.
ON_SCREEN = 120
TITLES = {
    "reminder": _("前の日などのお知らせ"),
    "decision": _("実施・順延・中止のお知らせ"),
    "call": _("人手が足りないときのお願い"),
    "joined": _("申し込みのお礼"),
    "message_place": _("集まる場所を知らせる"),
    "message_bring": _("持ち物をお願いする"),
    "message_thanks": _("終わったあとのお礼"),
}


def own_words(texts: Texts, date: DateFacts) -> str:
    """Return own words about a date as its reader reads them."""
    return filled(words.said(texts, "text"), blanks_of(date)).strip()


def on_screen(texts: Texts, date: DateFacts) -> str:
    """Return what of own words fits on a telephone's screen beside the news: whole sentences, or nothing."""
    return whole_sentences(own_words(texts, date), ON_SCREEN)


def blanks_of(date: DateFacts) -> dict[str, str]:
    """Return what is put into each blank about a date."""
    said = {name: words.said(date, name) for name in ("body", "title", "place", "contact")}
    when = {"day": words.date_text(date.starts), "starts": words.clock_text(date.starts)}
    return said | when


def blank_names(date: DateFacts | None) -> list[tuple[str, str]]:
    """Return the blanks as they are written in the reader's language, each with what it becomes at a date."""
    values = blanks_of(date) if date is not None else {}
    japanese = words.in_japanese()
    names = {code: f"［{pair[0]}］" if japanese else f"[{pair[1]}]" for code, pair in BLANKS.items()}
    return [(name, values.get(code, "")) for code, name in names.items()]


@dataclass(frozen=True)
class Beginning:
    """What a message by hand may begin with: its kind, what it is called, and its words about the date."""

    kind: str
    title: str
    text: str


def beginnings(session: Session, occurrence: Occurrence) -> list[Beginning]:
    """Return what a message to those who come to a date may begin with."""
    said, date = words_of(session, occurrence.activity.organization_id), date_facts(occurrence)
    return [
        Beginning(kind, words.word(TITLES, kind), filled(said[kind].text, blanks_of(date)))
        for kind in MESSAGES
    ]


def begun(session: Session, occurrence: Occurrence, kind: str) -> str:
    """Return the words with which a message begins; none for an unknown kind."""
    return next((one.text for one in beginnings(session, occurrence) if one.kind == kind), "")
