"""The short code on every sheet: what it names, its number, and a digit that finds slips of the pen; pure.

Nothing is guarded by it: whoever knows a code gets no more than whoever knows the address.
"""

import unicodedata

# Damm's quasigroup: every single wrong digit and every swap of two neighbours is found.
# H. M. Damm, Total anti-symmetrische Quasigruppen, 2004.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
# The first digit says what is named: a date, or one printed sheet.
DATE, SHEET = "1", "2"
_SHORTEST = 5


def code_of(kind: str, number: int) -> str:
    """Return the code of a thing: five digits at least."""
    digits = f"{kind}{number:0{_SHORTEST - 2}d}"
    return digits + _check(digits)


def _check(digits: str) -> str:
    state = "0"
    for digit in digits:
        state = _DAMM[int(state)][int(digit)]
    return state


def spoken(code: str) -> str:
    """Return a code as one reads it aloud: five digits in one piece, more of them in groups, 200 317."""
    return code if len(code) <= _SHORTEST else f"{code[:-3]} {code[-3:]}"


def read(typed: str) -> tuple[str, int] | None:
    """Return what a typed code names, and its number; None for one that is none. Width and gaps do not matter."""
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", typed[:40]) if sign.isalnum())
    if not (digits.isascii() and digits.isdecimal() and _SHORTEST <= len(digits) <= 12):
        return None
    if _check(digits[:-1]) != digits[-1] or digits[0] not in {DATE, SHEET}:
        return None
    number = int(digits[1:-1])
    return (digits[0], number) if number < 2**31 and code_of(digits[0], number) == digits else None
