"""A sheet of A4 to draw on, black on white: text, lines, boxes, squares to scan; in millimetres from its upper left.

Knows nothing of the product and of no language.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from scheduler.paper.faces import GETA, READING, face_of, width_of, words_in, written
from scheduler.paper.lines import broken, step_of
from scheduler.text import without_readings

MARGIN = 15.0
# No letter on paper is smaller.
SMALLEST = 12.0
_LARGER = 1.25


@dataclass(frozen=True)
class Kind:
    """What a sheet is: its title and language for those who search or listen, its size, what 〓 means on it."""

    title: str
    language: str = "ja"
    lying: bool = False
    large: bool = False
    missing: str = ""


class Sheet:
    """A document of one or more pages."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        size = landscape(A4) if kind.lying else A4
        self.width, self.height = size[0] / mm, size[1] / mm
        self._file = io.BytesIO()
        # The same sheet is the same bytes, whenever it is made.
        self._canvas = Canvas(self._file, pagesize=size, lang=kind.language, invariant=1, pageCompression=1)
        title = without_readings(kind.title)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Tsudoi")
        self._canvas.setCreator("Tsudoi")
        self._canvas.setSubject(title)
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        self._misses = False

    @property
    def right(self) -> float:
        """Where the right margin begins."""
        return self.width - MARGIN

    @property
    def inside(self) -> float:
        """How wide the sheet is between its margins."""
        return self.width - 2 * MARGIN

    def pt(self, size: float) -> float:
        """Return a size of type, larger on a sheet in large type."""
        return max(size, SMALLEST) * (_LARGER if self.kind.large else 1)

    def text(
        self, at: tuple[float, float], text: str, size: float, *, bold: bool = False, align: str = "left"
    ) -> None:
        """Write one line; `at` is where its foot stands, at its left end, its middle or its right end."""
        plain = written(text)
        self._misses = self._misses or GETA in plain
        face = face_of(plain, bold=bold)
        x = at[0] * mm - {"left": 0, "center": 0.5, "right": 1}[align] * width_of(plain, size, bold=bold)
        for word, reading in words_in(plain):
            x += self._word(x, self._up(at[1]), (word, reading), (face, size))

    def _word(self, x: float, y: float, said: tuple[str, str], face: tuple[str, float]) -> float:
        """Write a word with its reading above; return how wide both are."""
        (word, reading), (name, size) = said, face
        wide = self._canvas.stringWidth(word, name, size)
        above = self._canvas.stringWidth(reading, name, size * READING)
        room: float = max(wide, above)
        self._canvas.setFont(name, size)
        self._canvas.drawString(x + (room - wide) / 2, y, word)
        if reading:
            self._canvas.setFont(name, size * READING)
            self._canvas.drawString(x + (room - above) / 2, y + size * 0.93, reading)
        return room

    def fit(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        width: float,
        *,
        bold: bool = False,
        align: str = "left",
    ) -> None:
        """Write one line, in smaller type where it would be wider than this, but never below the smallest."""
        wide = self.wide(text, size, bold=bold)
        fitting = max(size * width / wide * 0.99, SMALLEST) if wide > width else size
        lines = broken(text, fitting, width * mm, bold=bold)
        step = fitting * 1.15 / mm
        for number, line in enumerate(lines):
            lower = at[1] + step * (number - (len(lines) - 1) / 2)
            self.text((at[0], lower), line, fitting, bold=bold, align=align)

    def wide(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a line is, in millimetres."""
        return width_of(written(text), size, bold=bold) / mm

    def lines(
        self, at: tuple[float, float], lines: Sequence[str], size: float, *, bold: bool = False
    ) -> float:
        """Write lines below each other, the top of the first at `at`; return where the last one ends."""
        step = step_of(lines, size) / mm
        for number, line in enumerate(lines):
            self.text((at[0], at[1] + step - size * 0.45 / mm + number * step), line, size, bold=bold)
        return at[1] + len(lines) * step

    def paragraph(
        self, at: tuple[float, float], width: float, text: str, size: float, *, bold: bool = False
    ) -> float:
        """Write a text within a width; return where it ends."""
        return self.lines(at, broken(text, size, width * mm, bold=bold), size, bold=bold)

    def line(self, start: tuple[float, float], end: tuple[float, float], thick: float = 0.25) -> None:
        """Draw a line, so many millimetres thick."""
        self._canvas.setLineWidth(thick * mm)
        self._canvas.line(start[0] * mm, self._up(start[1]), end[0] * mm, self._up(end[1]))

    def dashes(self, y: float) -> None:
        """Draw the line along which a sheet is torn, from edge to edge."""
        self._canvas.setDash(2 * mm, 1.5 * mm)
        self.line((0, y), (self.width, y), 0.3)
        self._canvas.setDash()

    def box(
        self, at: tuple[float, float], size: tuple[float, float], thick: float = 0.25, grey: float = 1
    ) -> None:
        """Draw a box; `grey` fills it lightly, so that it stays readable after one generation of copying."""
        self._canvas.setLineWidth(thick * mm)
        self._canvas.setFillGray(grey)
        upper = self._up(at[1] + size[1])
        self._canvas.rect(
            at[0] * mm, upper, size[0] * mm, size[1] * mm, stroke=int(thick > 0), fill=int(grey < 1)
        )
        self._canvas.setFillGray(0)

    def bar(self, at: tuple[float, float], size: tuple[float, float]) -> None:
        """Draw a black bar."""
        self.box(at, size, 0, 0)

    def square(self, at: tuple[float, float], size: float, address: str) -> None:
        """Draw the square that a telephone scans."""
        matrix = segno.make(address, error="m", micro=False).matrix
        dot = size / len(matrix)
        for row, dots in enumerate(matrix):
            for column, dark in enumerate(dots):
                if dark:
                    # A hair wider, or thin white lines show between the dots.
                    self.bar((at[0] + column * dot, at[1] + row * dot), (dot + 0.02, dot + 0.02))

    def new_page(self) -> None:
        """End this page and begin the next."""
        self._end_page()

    def _end_page(self) -> None:
        if self._misses and self.kind.missing:
            self.text((MARGIN, self.height - 6), self.kind.missing, SMALLEST)
        self._misses = False
        self._canvas.showPage()

    def bytes(self) -> bytes:
        """Return the document as PDF."""
        self._end_page()
        self._canvas.save()
        return self._file.getvalue()

    def _up(self, y: float) -> float:
        # PDF counts points upwards from the lower left corner.
        return (self.height - y) * mm
