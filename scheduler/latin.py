"""Names in Latin letters for who does not read Japanese: kana after Hepburn, as passports write them. Pure.

Long vowels written once, 浦 and 内 left whole: no kept library of free licence does that (jaconv says Satou, Oono).
"""

import re
import unicodedata

# Where Hepburn writes otherwise than Unicode calls the signs.
_SOUNDS = {
    "si": "shi", "ti": "chi", "tu": "tsu", "hu": "fu", "zi": "ji", "di": "ji", "du": "zu",
}  # fmt: skip
_DOUBLED = "@"
_LENGTHS = (
    ("@(?=ch)", "t"), ("@([a-z])", r"\1\1"), ("n(?=[bmp])", "m"),
    # In one go, so that 大内 keeps its second vowel. Where a word begins with u, it is no length: 竹ノ内, 横内, 松浦.
    ("oo|ou(?![aiueo]|(?<=nou)(?:chi|ra)|(?<=yokou)chi)", "o"), ("uu(?!ra)", "u"), (_DOUBLED, ""),
)  # fmt: skip


def name_in_latin(kana: str) -> str:
    """Return a name in kana with Latin letters: さとう is Sato; nothing where other signs are in it."""
    called = [_called(sign) for sign in kana.replace("ー", "")]
    if not called or not all(called):
        return ""
    syllables: list[str] = []
    for sign in called:
        _add(syllables, sign)
    spelt = "".join(syllables)
    for pattern, letters in _LENGTHS:
        spelt = re.sub(pattern, letters, spelt)
    return spelt.capitalize()


def _called(sign: str) -> list[str]:
    """Return what a sign of kana is called, such as `small ya`; nothing for any other sign."""
    name = unicodedata.name(sign, "").lower().split()
    return name[2:] if name[:2] in (["hiragana", "letter"], ["katakana", "letter"]) else []


def _add(syllables: list[str], sign: list[str]) -> None:
    """Add the next sign: a small one melts into the syllable before, or doubles what follows."""
    *small, sound = sign
    if not small:
        syllables.append(_SOUNDS.get(sound, sound))
    elif sound == "tu":
        syllables.append(_DOUBLED)
    else:
        before = syllables.pop()[:-1] if syllables else ""
        syllables.append(before + (sound.removeprefix("y") if before in {"sh", "ch", "j"} else sound))
