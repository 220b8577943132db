"""Readings over the words of easy Japanese: how the catalogue writes them, and how pages and letters show them.

A translator writes `{漢字|かんじ}`. Inside the service that is one word between marks that nobody can type; only where
text leaves the service it becomes ruby, a reading in brackets, or nothing.
"""

import re

from scheduler.text import annotated, without_readings

_WRITTEN = re.compile(r"\{([^{|}]+)\|([^{|}]+)\}")
_MARKED = re.compile("\ufff9([^\ufff9\ufffa\ufffb<>]*)\ufffa([^\ufff9\ufffa\ufffb<>]*)\ufffb")
# What no markup may stand in: tags with their attributes, and elements that hold plain text.
_PLAIN = re.compile(
    r"<!--.*?-->"
    r"|<(script|style|title|option|textarea|svg)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>.*?</\1\s*>"
    r"|<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL | re.IGNORECASE,
)


def read_marks(written: str) -> str:
    """Return a translation with its `{漢字|かんじ}` between the marks."""
    return _WRITTEN.sub(lambda word: annotated(word[1], word[2]), written)


def in_html(page: str, *, shown: bool = True) -> str:
    """Return a page with its readings as ruby; without them in attributes and titles, or where they are not wanted."""
    if not shown:
        return without_readings(page)
    pieces, end = [], 0
    for plain in _PLAIN.finditer(page):
        pieces += [_ruby(page[end : plain.start()]), without_readings(plain[0])]
        end = plain.end()
    return "".join([*pieces, _ruby(page[end:])])


def _ruby(text: str) -> str:
    return without_readings(_MARKED.sub(r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>", text))


def in_plain_text(text: str) -> str:
    """Return plain text with the reading of each word in brackets, the first time it comes."""
    seen: set[str] = set()

    def once(word: re.Match[str]) -> str:
        is_new = word[1] not in seen
        seen.add(word[1])
        return f"{word[1]}（{word[2]}）" if is_new else word[1]

    return without_readings(_MARKED.sub(once, text))
