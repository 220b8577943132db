"""Breaking a text into lines: Japanese anywhere but where no line may begin, Latin between words; pure."""

import re
from collections.abc import Iterable

from scheduler.paper.faces import width_of, words_in, written

# What may not begin a line.
_NEVER_FIRST = "、。，．・：；！？」』）〕］｝〉》】ーゝゞ々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.)]!?:;"
# A word stays with its reading, a number with what it counts; what a sheet is called stays one word.
_PIECES = re.compile(
    r"申込用紙|\ufff9[^\ufffb]*\ufffb|[A-Za-z0-9@._/:+-]+(?:[人組名枚回時分日月年番階]|\ufff9[^\ufffb]*\ufffb)?|\s|.",
    re.DOTALL,
)


def broken(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Return a text in lines that are at most so many points wide."""
    return [line for one in text.splitlines() or [""] for line in _lines(written(one), size, width, bold)]


def _lines(text: str, size: float, width: float, bold: bool) -> list[str]:
    lines = [""]
    for piece in _fitting(text, size, width, bold):
        longer = lines[-1] + piece
        if width_of(longer.rstrip(), size, bold=bold) <= width or piece in _NEVER_FIRST:
            lines[-1] = longer
        else:
            lines.append(piece.lstrip())
    return [line.rstrip() for line in lines]


def _fitting(text: str, size: float, width: float, bold: bool) -> list[str]:
    # An address or a word that is wider than the line breaks anywhere.
    pieces = []
    for piece in _PIECES.findall(text):
        pieces += [piece] if width_of(piece, size, bold=bold) <= width else list(piece)
    return pieces


def step_of(lines: Iterable[str], size: float) -> float:
    """Return how far the lines of a text stand apart, in points: further where they have readings."""
    return size * (1.75 if any(reading for line in lines for _word, reading in words_in(line)) else 1.45)


def fitted(text: str, sizes: tuple[float, ...], width: float, most: int) -> tuple[float, list[str]]:
    """Return the largest of these sizes at which a bold text takes at most so many lines, and its lines."""
    for size in sizes:
        lines = broken(text, size, width, bold=True)
        if len(lines) <= most:
            return size, lines
    return sizes[-1], broken(text, sizes[-1], width, bold=True)


def clipped(text: str, size: float, width: float, most: int) -> list[str]:
    """Return a text in at most so many lines; what is left out is shown as …."""
    lines = broken(text, size, width)
    if len(lines) <= most:
        return lines
    kept = lines[:most]
    return [*kept[:-1], f"{kept[-1][:-1]}…"] if kept else []
