"""The poster: one date for a notice board, the day as large as a hand, a square to scan, lines to write names on."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from scheduler import words
from scheduler.activities.models import Occurrence
from scheduler.eras import era_year
from scheduler.paper.codes import spoken
from scheduler.paper.drawing import MARGIN, Sheet
from scheduler.paper.lines import broken, clipped, fitted
from scheduler.paper.sheets import parts
from scheduler.paper.sheets.parts import Look

_TITLE = (60.0, 52.0, 46.0, 40.0, 34.0, 28.0, 22.0)
_FACTS = (24.0, 22.0, 20.0, 18.0, 16.0, 14.0, 12.0)
# The day with its month and weekday: as large as a hand.
_DAY = 84.0
_TEAR = 246.0
_SQUARE = 48.0
_INVITATION = _TEAR - _SQUARE - 6
_GAP = 7.0
_POINT = 72 / 25.4


@dataclass(frozen=True)
class Posted:
    """What is posted: a date, where its page is, its code."""

    occurrence: Occurrence
    address: str
    code: str


def poster(posted: Posted, look: Look) -> bytes:
    """Return the poster of a date as PDF."""
    occurrence = posted.occurrence
    title = words.said(occurrence.activity, "title")
    paper = parts.sheet(title, look)
    start, end = parts.local(occurrence)
    y = _title(paper, title, words.said(occurrence.activity.organization, "name"))
    y = _change(paper, y, occurrence)
    _day(paper, y, start, look)
    (label, _when), *others = parts.facts_of(occurrence, look, changed=False)
    # The day stands there as large as can be; here it is the time that counts.
    _facts(paper, y, [(label, words.span_text(start, end)), *others])
    _invitation(paper, _INVITATION, posted)
    if occurrence.takes_place:
        _names(paper)
    return paper.bytes()


def _title(paper: Sheet, title: str, body: str) -> float:
    paper.fit((paper.width / 2, 17), body, 20, paper.inside, align="center")
    size, lines = fitted(title, _TITLE, paper.inside * _POINT, 2 if len(title) > 12 else 1)
    y = 22.0
    for line in lines[:3]:
        y += size * 1.2 / _POINT
        paper.text((paper.width / 2, y), line, size, bold=True, align="center")
    paper.bar((MARGIN, y + 6), (paper.inside, 1.2))
    return y + 13


def _change(paper: Sheet, y: float, occurrence: Occurrence) -> float:
    """Say across the sheet what has become of the date, for who has seen an older one."""
    said = parts.change_text(occurrence)
    if not said:
        return y
    paper.box((MARGIN, y - 3), (paper.inside, 13), 1.2)
    label = parts.change_label(occurrence)
    paper.fit((paper.width / 2, y + 6), f"{label}  {said}", 24, paper.inside - 8, bold=True, align="center")
    return y + 16


def _day(paper: Sheet, y: float, start: datetime, look: Look) -> None:
    height = _INVITATION - _GAP - y
    middle, share = MARGIN + _DAY / 2, height / 112
    year = era_year(start) if look.era and words.language() == "ja" else words.year_title(start)
    weekday = words.weekday_label(start)
    label = f"{weekday}曜日" if words.language() == "ja" else weekday
    paper.box((MARGIN, y), (_DAY, height), 0.8)
    paper.bar((MARGIN, y), (_DAY, 4))
    # A reading stands between the month and the year.
    month = (33, 34) if words.is_easy() else (31, 46)
    paper.text((middle, y + 13 * share), year, 18 * share, align="center")
    paper.text(
        (middle, y + month[0] * share), words.month_label(start), month[1] * share, bold=True, align="center"
    )
    wide = paper.wide(str(start.day), 172 * share, bold=True)
    size = 172 * share * min((_DAY - 10) / wide, 1)
    paper.text((middle, y + 60 * share + size * 0.13), str(start.day), size, bold=True, align="center")
    paper.fit((middle, y + 104 * share), label, 40 * share, _DAY - 6, bold=True, align="center")


def _facts(paper: Sheet, y: float, facts: list[tuple[str, str]]) -> None:
    left = MARGIN + _DAY + 7
    width, room = paper.right - left, _INVITATION - _GAP - y
    size = next((size for size in _FACTS if _height(facts, size, width) <= room), _FACTS[-1])
    apart = 2 + min(max(room - _height(facts, size, width), 0) / len(facts), 6)
    for label, text in facts:
        paper.text((left, y + 4.5), label, max(size * 0.7, 12), bold=True)
        y = paper.paragraph((left, y + 6), width, text, size) + apart


def _height(facts: list[tuple[str, str]], size: float, width: float) -> float:
    lines = sum(len(broken(text, size, width * _POINT)) for _label, text in facts)
    return lines * size * 1.45 / _POINT + len(facts) * 8


def _invitation(paper: Sheet, y: float, posted: Posted) -> None:
    """Say who is looked for, and how to sign up with a telephone; of a date that is off, only where to read more."""
    occurrence = posted.occurrence
    left, room = paper.right - _SQUARE, paper.inside - _SQUARE - 8
    paper.square((left, y), _SQUARE, posted.address)
    call = gettext("スマホで申し込む") if occurrence.takes_place else gettext("くわしくはこちら")
    paper.fit((MARGIN, y + 9), call, 32, room - 16, bold=True)
    # An arrow from the words to the square.
    paper.bar((MARGIN + room - 14, y + 5), (10, 1))
    paper.text((MARGIN + room - 7, y + 8.5), "▶", 20)
    said = _wanted(occurrence) if occurrence.takes_place else parts.change_text(occurrence)
    wanted = clipped(said, 16, room * _POINT, 3)
    below = paper.lines((MARGIN, y + 13), wanted, 16)
    most = int((y + _SQUARE - 6 - below) / 7.3)
    said = words.said(occurrence.activity, "summary")
    paper.lines((MARGIN, below + 1), clipped(said, 14, room * _POINT, most), 14)
    code = gettext("紙の番号 %(code)s", code=spoken(posted.code))
    paper.fit((MARGIN, y + _SQUARE - 0.5), f"{code}  {_short(posted.address)}", 13, room)


def _short(address: str) -> str:
    return address.partition("://")[2]


def _wanted(occurrence: Occurrence) -> str:
    count = gettext("%(n)s人")
    named = [f"{words.said(slot, 'name')} {count % {'n': slot.places}}" for slot in occurrence.slots[:4]]
    more = gettext("ほか") if len(occurrence.slots) > len(named) else ""
    sign = "、" if words.in_japanese() else ", "
    return str(gettext("手伝う人をさがしています：")) + sign.join([*named, *([more] if more else [])])


def _names(paper: Sheet) -> None:
    """Leave lines for those who have no telephone."""
    paper.dashes(_TEAR)
    said = gettext("ここに名前を書いても申し込めます。世話人が入れます。")
    paper.text((MARGIN, _TEAR + 7.5), said, 14, bold=True)
    half = (paper.inside - 8) / 2
    for row in range(6):
        left = MARGIN + (row % 2) * (half + 8)
        y = _TEAR + 20 + (row // 2) * 11.5
        paper.text((left, y), gettext("お名前"), 12)
        paper.line((left, y + 1.5), (left + half, y + 1.5))
        paper.text((left + half, y), gettext("人"), 12, align="right")
