"""Where a body's own words may stand, what they are at first, and how their blanks are filled in; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Letters that the service writes: own words stand below the facts, and there are none at first.
LETTERS = ("reminder", "decision", "call", "joined")


@dataclass(frozen=True)
class Texts:
    """The same words in three languages; what is empty is said in Japanese."""

    text: str
    text_easy: str = ""
    text_en: str = ""


# What an organiser may begin a message with that goes out by hand.
MESSAGES = {
    "message_place": Texts(
        "［日にち］の「［活動］」は、［場所］に集まってください。はじまりは［はじまり］です。",
        "［日にち］の「［活動］」は、［場所］に 来てください。［はじまり］に はじまります。",
        "For “[activity]” on [day], please come to [place]. It begins at [begin].",
    ),
    "message_bring": Texts(
        "［日にち］の「［活動］」では、次の物を持ってきてください。\n\n",
        "［日にち］の「［活動］」に 持ってくる もの：\n\n",
        "Please bring these to “[activity]” on [day]:\n\n",
    ),
    "message_thanks": Texts(
        "「［活動］」にご参加くださり、ありがとうございました。おかげさまで無事に終わりました。［団体］",
        "「［活動］」に 来てくれて ありがとうございました。［団体］",
        "Thank you for coming to “[activity]”. It went well because of you. [body]",
    ),
}
KINDS = (*LETTERS, *MESSAGES)
# What a blank is called in Japanese and English; it may stand in the words of any language.
BLANKS = {
    "body": ("団体", "body"),
    "title": ("活動", "activity"),
    "day": ("日にち", "day"),
    "starts": ("はじまり", "begin"),
    "place": ("場所", "place"),
    "contact": ("問い合わせ先", "contact"),
}
_BY_NAME = {name: code for code, names in BLANKS.items() for name in names}
_BLANK = re.compile(r"[［\[]\s*([^\[\]［］\n]{0,40}?)\s*[］\]]")


def unknown_blanks(text: str) -> list[str]:
    """Return what stands in brackets and is no blank that can be filled in."""
    return [name for name in _BLANK.findall(text) if name not in _BY_NAME]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the words with their blanks filled in; values are text, and nothing in them is looked at again."""
    return _BLANK.sub(lambda found: values.get(_BY_NAME.get(found[1], ""), found[0]), text)
