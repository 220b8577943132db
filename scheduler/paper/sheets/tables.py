"""A table with ruled lines over as many pages as it needs; the headings stand on each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.paper.drawing import MARGIN, SMALLEST, Sheet
from scheduler.paper.lines import broken

_FOOT = 21.0
_POINT = 72 / 25.4


@dataclass(frozen=True)
class Column:
    """A column: its heading, how wide it is, how its cells stand, and in which size; a `unit` waits in empty cells."""

    heading: str
    width: float
    align: str = "left"
    size: float = 14.0
    bold: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """What is drawn: columns, cells, how high a line is; `more` heads a further page and says where that starts."""

    columns: Sequence[Column]
    cells: Sequence[Sequence[str]]
    height: float
    more: Callable[[Sheet], float]


def draw(paper: Sheet, y: float, table: Table) -> float:
    """Draw a table; return where it ends on its last page."""
    bottom = paper.height - _FOOT
    y = _headings(paper, y, table)
    for number, cells in enumerate(table.cells):
        if y + table.height > bottom:
            paper.new_page()
            y = _headings(paper, table.more(paper), table)
        _line(paper, y, table, cells, grey=number % 2 == 1)
        y += table.height
    return y


def _headings(paper: Sheet, y: float, table: Table) -> float:
    size = paper.pt(SMALLEST)
    wrapped = [broken(one.heading, size, (one.width - 2) * _POINT, bold=True) for one in table.columns]
    height = max(len(lines) for lines in wrapped) * size * 1.3 / _POINT + 3
    left = MARGIN
    for column, lines in zip(table.columns, wrapped, strict=True):
        paper.box((left, y), (column.width, height), 0.5, 0.9)
        for number, line in enumerate(lines):
            lower = y + 1 + size / _POINT + number * size * 1.3 / _POINT
            paper.text((left + column.width / 2, lower), line, size, bold=True, align="center")
        left += column.width
    return y + height


def _line(paper: Sheet, y: float, table: Table, cells: Sequence[str], *, grey: bool) -> None:
    left, lower = MARGIN, y + table.height / 2
    for column, cell in zip(table.columns, cells, strict=True):
        paper.box((left, y), (column.width, table.height), 0.3, 0.95 if grey else 1)
        size = paper.pt(column.size)
        at = {"left": left + 2, "center": left + column.width / 2, "right": left + column.width - 2}[
            column.align
        ]
        if cell:
            down = size * 0.36 / _POINT
            paper.fit((at, lower + down), cell, size, column.width - 3, bold=column.bold, align=column.align)
        elif column.unit:
            paper.text(
                (left + column.width - 1.5, y + table.height - 1.5), column.unit, SMALLEST, align="right"
            )
        left += column.width
