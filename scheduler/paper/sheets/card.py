"""The key card: whose it is, a square that signs a telephone in once, and what to do, in large type."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from scheduler.paper.drawing import MARGIN
from scheduler.paper.sheets import parts
from scheduler.paper.sheets.parts import Look

_SQUARE = 78.0


@dataclass(frozen=True)
class Key:
    """Whose card it is, the address that it opens, and until which day."""

    name: str
    address: str
    until: date


def card(key: Key, look: Look) -> bytes:
    """Return a key card as PDF: one sheet, to be folded so that the square is inside."""
    title = gettext("鍵カード")
    paper = parts.sheet(title, look)
    paper.bar((MARGIN, 14), (paper.inside, 1.2))
    paper.fit((paper.width / 2, 30), title, 40, paper.inside, bold=True, align="center")
    name = gettext("%(name)sさん", name=key.name)
    paper.fit((paper.width / 2, 47), name, 34, paper.inside, bold=True, align="center")
    paper.bar((MARGIN, 53), (paper.inside, 1.2))
    paper.square(((paper.width - _SQUARE) / 2, 62), _SQUARE, key.address)
    y = 148.0
    steps = (
        gettext("スマホのカメラで、上の四角を写します。"),
        gettext("出てきた文字を押し、「サインインする」を押します。"),
        gettext("これで自分の予定が開きます。次からは写さなくても開きます。"),
    )
    for number, step in enumerate(steps, 1):
        paper.box((MARGIN, y), (12, 12), 0.6)
        paper.text((MARGIN + 6, y + 9), str(number), 24, bold=True, align="center")
        y = max(paper.paragraph((MARGIN + 17, y), paper.inside - 17, step, 20), y + 13) + 4
    until = gettext("一度だけ使えます。%(day)sまで使えます。", day=parts.day_text(key.until, look))
    y = paper.paragraph((MARGIN, y + 4), paper.inside, until, 18, bold=True) + 2
    warning = gettext(
        "ほかの人に見せないでください。なくしたときは、すぐ世話人に言ってください。その場で使えなくします。"
    )
    paper.paragraph((MARGIN, y), paper.inside, warning, 16)
    # Folded here, the square is not seen.
    paper.dashes(paper.height - 20)
    paper.text((paper.width / 2, paper.height - 13), gettext("折ってから渡してください"), 12, align="center")
    return paper.bytes()
