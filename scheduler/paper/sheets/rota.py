"""The rota: a year on one sheet, a line for each household in walking order, a column for each month."""

from datetime import date

from flask_babel import gettext

from scheduler import words
from scheduler.activities.models import Activity
from scheduler.paper.drawing import MARGIN, Sheet
from scheduler.paper.rotas import Rota, Turns
from scheduler.paper.sheets import parts, tables
from scheduler.paper.sheets.parts import Look
from scheduler.paper.sheets.tables import Column, Table

_MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
# After the number of a day that does not take place, or takes place there because it was postponed.
_MARKS = {"cancelled": "×", "postponed": "→"}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def rota(activity: Activity, found: Rota, look: Look) -> bytes:
    """Return the rota of a year as PDF, lying."""
    year = parts.year_text(found.begins, look)
    title = gettext("%(title)s 当番表 %(year)s", title=words.said(activity, "title"), year=year)
    paper = parts.sheet(title, look, lying=True)
    y = parts.draw_head(paper, title, words.said(activity.organization, "name"))
    y = paper.paragraph((MARGIN, y - 2), paper.inside, _legend(activity, found), 12) + 2
    month = (paper.inside - 10 - 46) / 12
    columns = [
        Column(gettext("番"), 10, "center", 13),
        Column(gettext("世帯・お名前"), 46, "left", 15, bold=True),
        *(Column(_heading(number, found), month, "center", 13, bold=True) for number in _MONTHS),
    ]
    cells = [_cells(number, line, found) for number, line in enumerate(found.lines, 1)]
    tables.draw(paper, y, Table(columns, cells, _height(paper, y, len(cells), look), _next))
    return paper.bytes()


def _next(paper: Sheet) -> float:
    return MARGIN


def _height(paper: Sheet, y: float, lines: int, look: Look) -> float:
    """Return how high a line is: a year on one sheet where that can still be read."""
    room = (paper.height - y - 38) / max(lines, 1)
    return max(min(room, 11), 6.4) * (1.25 if look.large else 1)


def _legend(activity: Activity, found: Rota) -> str:
    place = str(gettext("場所：%(place)s", place=words.said(activity, "place")))
    for state in [state for state in _MARKS if state in found.states.values()]:
        place += f"  {_MARKS[state]} {words.word(words.STATES, state)}"
    if len(found.slots) < 2:
        return place
    letters = zip(_LETTERS, found.slots, strict=False)
    return f"{place}  " + "  ".join(f"{letter} {name}" for letter, name in letters)


def _heading(month: int, found: Rota) -> str:
    label = words.month_label(parts.midday(date(found.begins.year + (month < 4), month, 1)))
    days = "・".join(_day(day, found) for day in found.days.get(month, []))
    return f"{label}\n{days}" if days else label


def _cells(number: int, line: Turns, found: Rota) -> list[str]:
    months = [" ".join(_marks(line, month, found)) for month in _MONTHS]
    return [str(number), line.name, *months]


def _marks(line: Turns, month: int, found: Rota) -> list[str]:
    """Say the turns of a month in a narrow cell: each day, with the letters of its parts where there are several."""
    turns: dict[date, set[str]] = {}
    for day, slot in line.months.get(month, []):
        several = 1 < len(found.slots) <= len(_LETTERS)
        turns.setdefault(day, set()).add(_LETTERS[found.slots.index(slot.name)] if several else "")
    return [f"{_day(day, found)}{''.join(sorted(letters))}" for day, letters in turns.items()]


def _day(day: date, found: Rota) -> str:
    """Return the number of a day, with the mark of what became of it."""
    return f"{day.day}{_MARKS.get(found.states.get(day, ''), '')}"
