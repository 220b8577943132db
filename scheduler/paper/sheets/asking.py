"""The sheets that go from door to door: to sign up on, and the circular; each line is keyed in as it stands here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext

from scheduler import words
from scheduler.activities.models import Slot
from scheduler.paper.codes import spoken
from scheduler.paper.drawing import MARGIN, Sheet
from scheduler.paper.models import CIRCULAR, PrintedRow, PrintedSheet
from scheduler.paper.sheets import parts, tables
from scheduler.paper.sheets.parts import Look
from scheduler.paper.sheets.tables import Column, Table

# More columns than these cannot be written in.
MOST_SLOTS = 8
_LYING_FROM = 5
_SQUARE = 24.0


@dataclass(frozen=True)
class Asked:
    """A printed sheet, the address that its square leads to, and who has signed up, by the ids of line and slot.

    `noes` are the ids of the homes that have said otherwise that nobody comes.
    """

    sheet: PrintedSheet
    address: str
    standing: Mapping[tuple[int, int], int] = field(default_factory=dict)
    noes: Collection[int] = ()

    @property
    def slots(self) -> list[Slot]:
        """The parts that have a column."""
        return self.sheet.occurrence.slots[:MOST_SLOTS]

    @property
    def body(self) -> str:
        """Who asks: the body, and the block that it goes round in."""
        body = words.said(self.sheet.occurrence.activity.organization, "name")
        block = words.said(self.sheet.block, "name") if self.sheet.block else ""
        return block if block.startswith(body) or not block else f"{body}{words.dot()}{block}"


def asking(several: Sequence[Asked], look: Look) -> bytes:
    """Return sheets to sign up on, or circulars, as one PDF: of one date, each on a page of its own."""
    first = several[0]
    title = words.said(first.sheet.occurrence.activity, "title")
    paper = parts.sheet(title, look, lying=len(first.slots) >= _LYING_FROM)
    for asked in several:
        if asked is not first:
            paper.new_page()
        y = (_circular_head if asked.sheet.kind == CIRCULAR else _sign_up_head)(paper, asked, look)
        tables.draw(paper, y, _table(paper, y, asked, look))
        _foot(paper, asked)
    return paper.bytes()


def _sign_up_head(paper: Sheet, asked: Asked, look: Look) -> float:
    occurrence = asked.sheet.occurrence
    title = gettext("%(title)s 申込用紙", title=words.said(occurrence.activity, "title"))
    y = _head_with_square(paper, title, asked)
    facts = parts.facts_of(occurrence, look)
    y = parts.draw_facts(paper, (MARGIN, y), paper.inside, facts, paper.pt(13))
    said = gettext("来られる人数を数字で書いてください。来られないときは 0 と書いてください。")
    y = paper.paragraph((MARGIN, y + 1), paper.inside, said + _ages_too(asked), paper.pt(14), bold=True) + 2
    return _signed_up(paper, y, asked)


def _ages_too(asked: Asked) -> str:
    """Ask for the ages of the children where a part is for whoever brings some: nobody can be keyed in without."""
    parts_ = [words.said(slot, "name") for slot in asked.slots if slot.min_children]
    said = [
        gettext("「%(part)s」は、お子さんの年齢も書いてください。例：3人 1歳", part=name) for name in parts_
    ]
    return "\n".join(["", *said]) if said else ""


def _signed_up(paper: Sheet, y: float, asked: Asked) -> float:
    if not asked.standing and not any(
        row.has_answered or row.household_id in asked.noes for row in asked.sheet.rows
    ):
        return y
    said = gettext("もう返事のある家には、印があります。変わるときだけ書き直してください。")
    return paper.paragraph((MARGIN, y), paper.inside, said, paper.pt(12)) + 2


def _head_with_square(paper: Sheet, title: str, asked: Asked) -> float:
    """Write the title at the left, the square to scan and the code at the right; return where they end."""
    code, size = spoken(asked.sheet.code), paper.pt(20)
    left = paper.right - _SQUARE
    paper.square((left, MARGIN - 3), _SQUARE, asked.address)
    middle = left - 20 * size / 20
    paper.text((middle, MARGIN + 4), gettext("紙の番号"), paper.pt(12), align="center")
    paper.text((middle, MARGIN + 13), code, size, bold=True, align="center")
    paper.text((middle, MARGIN + 20), gettext("スマホはこちら→"), 12, align="center")
    width = paper.inside - _SQUARE - 40 * size / 20
    y = paper.paragraph((MARGIN, MARGIN - 4), width, asked.body, paper.pt(14))
    y = paper.paragraph((MARGIN, y), width, title, paper.pt(22), bold=True)
    return max(y, MARGIN - 3 + _SQUARE) + 3


def _circular_head(paper: Sheet, asked: Asked, look: Look) -> float:
    sheet = asked.sheet
    _useful_until(paper, sheet, look)
    title = words.said(sheet.occurrence.activity, "title")
    y = _head_lower(paper, title, asked)
    facts = parts.facts_of(sheet.occurrence, look)
    y = parts.draw_facts(paper, (MARGIN, y), paper.inside, facts, paper.pt(13)) + 1
    if sheet.text:
        y = paper.paragraph((MARGIN, y), paper.inside, sheet.text, paper.pt(14)) + 2
    said = gettext(
        "読んだら印をつけ、来られる人数を書いて、すぐ次の家へ回してください。来ない家は 0 と書いてください。"
    )
    y = paper.paragraph((MARGIN, y), paper.inside, said + _ages_too(asked), paper.pt(13), bold=True) + 2
    y = _signed_up(paper, y, asked)
    # A table that would begin at the foot begins on the next page.
    return _next(paper, asked) if y > paper.height - 60 else y


def _useful_until(paper: Sheet, sheet: PrintedSheet, look: Look) -> None:
    """Write on top until when the circular is of use; after that it is not passed on, but told."""
    paper.bar((MARGIN, 7), (paper.inside, 0.8))
    paper.text((MARGIN, 21), gettext("回覧"), 28, bold=True)
    if sheet.useful_until is not None:
        day = parts.day_text(sheet.useful_until, look)
        said = gettext("%(day)sまでに全部の家へ", day=day)
        paper.fit((paper.right, 20), said, 22, paper.inside - 34, bold=True, align="right")
    paper.bar((MARGIN, 24), (paper.inside, 0.8))


def _head_lower(paper: Sheet, title: str, asked: Asked) -> float:
    left = paper.right - _SQUARE
    paper.square((left, 28), _SQUARE, asked.address)
    width = paper.inside - _SQUARE - 4
    y = paper.paragraph((MARGIN, 26), width, asked.body, paper.pt(14))
    y = paper.paragraph((MARGIN, y), width, title, paper.pt(22), bold=True)
    said = gettext(
        "スマホで申し込むときは右の四角を写してください。紙の番号 %(code)s", code=spoken(asked.sheet.code)
    )
    y = paper.paragraph((MARGIN, y), width, said, 12)
    return max(y, 28 + _SQUARE) + 2


def _table(paper: Sheet, y: float, asked: Asked, look: Look) -> Table:
    circular = asked.sheet.kind == CIRCULAR
    unit = gettext("人")
    slots = asked.slots
    room = paper.inside - 12 - (24 if circular else 0)
    width = min(32.0, max(20.0, (room - 47) / max(len(slots), 1)))
    columns = [
        Column(gettext("番"), 12, "center", 16, bold=True),
        Column(gettext("世帯・お名前"), room - width * len(slots), "left", 17),
        *([Column(gettext("読んだ印"), 24)] if circular else []),
        *(Column(_slot_heading(slot), width, unit=unit) for slot in slots),
    ]
    cells = [_cells(row, asked, [""] if circular else []) for row in asked.sheet.rows]
    height = _height(paper, y, len(cells), (7.6, 9.0) if circular else (8.6, 10.5)) * (
        1.25 if look.large else 1
    )
    return Table(columns, cells, height, lambda further: _next(further, asked, begun=True))


def _cells(row: PrintedRow, asked: Asked, read: list[str]) -> list[str]:
    there = [asked.standing.get((row.id, slot.id), 0) for slot in asked.slots]
    if not any(there) and (row.has_answered or row.household_id in asked.noes):
        no = [gettext("来ません"), *[""] * len(there)][: len(there)]
        return [str(row.number), row.name, *read, *no]
    return [str(row.number), row.name, *read, *(_there(people) if people else "" for people in there)]


def _there(people: int) -> str:
    return str(gettext("済 %(people)s人", people=people))


def _height(paper: Sheet, y: float, lines: int, bounds: tuple[float, float]) -> float:
    """Return how high a line is: all on this page where that leaves room to write, else as high as is good."""
    room = (paper.height - y - 42) / max(lines, 1)
    return min(room, bounds[1]) if room >= bounds[0] else bounds[1]


def _slot_heading(slot: Slot) -> str:
    return f"{words.said(slot, 'name')}\n{parts.short_span(slot)}"


def _next(paper: Sheet, asked: Asked, *, begun: bool = False) -> float:
    """Head a further page, so that it says by itself what it belongs to."""
    if not begun:
        paper.new_page()
    title = words.said(asked.sheet.occurrence.activity, "title")
    paper.text((MARGIN, MARGIN + 2), title, paper.pt(14), bold=True)
    code = gettext("紙の番号 %(code)s", code=spoken(asked.sheet.code))
    paper.text((paper.right, MARGIN + 2), code, paper.pt(14), bold=True, align="right")
    return MARGIN + 7


def _foot(paper: Sheet, asked: Asked) -> None:
    said = gettext("書き終えたら、班長か世話人に返してください。番号で打ち込めます。")
    paper.text((MARGIN, paper.height - 11), said, 12)
