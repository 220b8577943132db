"""The two faces of every sheet: which one can write a text, how wide that gets, and what stands for a missing sign.

Knows nothing of the product.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont

from scheduler.text import without_readings

_FOLDER = Path(__file__).with_name("fonts")
# Printers have always set this where a sign is missing: it is seen and filled in by hand, where a blank would not be.
GETA = "〓"
# Selectors of a variant: the sign before them is written in its usual form. And what no face draws.
# How large a reading is, measured by the word below it; the marks between which words with readings stand.
READING = 0.45
_MARKS = "\ufff9\ufffa\ufffb"
_WORDS = re.compile("\ufff9([^\ufff9-\ufffb]*)\ufffa([^\ufff9-\ufffb]*)\ufffb|([^\ufff9]+|\ufff9)")
_UNSEEN = re.compile(
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x1f\x7f]"
)


@cache
def _face(name: str) -> TTFont:
    face = TTFont(name, str(_FOLDER / f"BIZUDPGothic-{name}.ttf"))
    registerFont(face)
    return face


def _signs(name: str) -> dict[int, int]:
    signs: dict[int, int] = _face(name).face.charToGlyph
    return signs


def written(text: str) -> str:
    """Return a text as it can be printed, with 〓 for each sign that the face has not."""
    known = _signs("Regular")
    # Half kana with a separate mark, as some keyboards send it, would fall apart.
    plain = _UNSEEN.sub("", unicodedata.normalize("NFC", text.replace("\n", " ").replace("\t", " ")))
    return "".join(sign if ord(sign) in known or sign in _MARKS else GETA for sign in plain)


def words_in(text: str) -> list[tuple[str, str]]:
    """Return the pieces of a text, each with its reading; most have none."""
    found = [(plain or word, reading) for word, reading, plain in _WORDS.findall(text)]
    return [(without_readings(word), reading) for word, reading in found]


def face_of(text: str, *, bold: bool) -> str:
    """Return the name of the face for a text: the bold one only where it has every sign of it."""
    heavy = bold and all(ord(sign) in _signs("Bold") for sign in without_readings(text))
    return str(_face("Bold" if heavy else "Regular").fontName)


def width_of(text: str, size: float, *, bold: bool) -> float:
    """Return how wide a text is, in points; a word is as wide as its reading where that is wider."""
    face = _face(face_of(text, bold=bold))
    return sum(
        max(float(face.stringWidth(word, size)), float(face.stringWidth(reading, size * READING)))
        for word, reading in words_in(text)
    )
