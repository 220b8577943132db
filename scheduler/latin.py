"""Names in Latin letters for who does not read Japanese: kana after Hepburn, as passports write them. Pure."""

import re
import unicodedata
from functools import reduce

# Where Hepburn writes otherwise than Unicode calls the signs.
_SOUNDS = {
    "si": "shi", "ti": "chi", "tu": "tsu", "hu": "fu", "zi": "ji", "di": "ji", "du": "zu",
}  # fmt: skip
_DOUBLED = "@"
_LENGTHS = (
    ("@(?=ch)", "t"), ("@([a-z])", r"\1\1"), ("n(?=[bmp])", "m"),
    ("ou(?![aiueo])", "o"), ("oo", "o"), ("uu", "u"), (_DOUBLED, ""),
)  # fmt: skip


def name_in_latin(kana: str) -> str:
    """Return a name in kana with Latin letters: さとう is Sato; nothing where other signs are in it."""
    signs = [unicodedata.name(sign, "").split()[:1] + _called(sign) for sign in kana.replace("ー", "")]
    if not signs or not all(len(sign) > 1 and sign[0] in {"HIRAGANA", "KATAKANA"} for sign in signs):
        return ""
    spelt = "".join(reduce(_with_next, [sign[1:] for sign in signs], []))
    return reduce(lambda text, rule: re.sub(*rule, text), _LENGTHS, spelt).capitalize()


def _called(sign: str) -> list[str]:
    return unicodedata.name(sign, "").lower().split()[2:]


def _with_next(spelt: list[str], sign: list[str]) -> list[str]:
    """Add the next sign: a small one melts into the syllable before, or doubles what follows."""
    *small, sound = sign
    if not small:
        return [*spelt, _SOUNDS.get(sound, sound)]
    if sound == "tu":
        return [*spelt, _DOUBLED]
    before = spelt[-1][:-1] if spelt else ""
    hushed = sound.removeprefix("y") if before in {"sh", "ch", "j"} else sound
    return [*spelt[:-1], before + hushed]
