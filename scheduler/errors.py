"""What may go wrong on purpose, and how it is answered.

    Exception
    ├── NotFound       404    there is no such thing, or not for you: the same answer for both
    │   ├── Gone       410    it was yours to see, until its address was closed
    │   └── NotSignedIn 401   it is your own, but who you are is not known: a page asks to sign in instead
    └── Refused               a rule says no: the page keeps what was typed, JSON answers {"error", "message"}
        ├── Invalid    422    what was typed cannot be understood or is out of range
        ├── Forbidden  403    you are known, the thing is yours to see, but not yours to change
        ├── Conflict   409    it was possible a moment ago: full, already there, already decided
        └── TooMany    429    too many tries; later again

A refusal carries a code and facts, never a sentence: `words.sentence()` makes one in the reader's language.
"""


class NotFound(Exception):
    """Say that there is no such thing for this person."""


class Refused(Exception):
    """Say that a rule forbids it; `code` names the rule and `facts` fill its sentence."""

    status = 409

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Invalid(Refused):
    """Say that what was typed cannot be used."""

    status = 422


class Forbidden(Refused):
    """Say that this person may see it but not change it."""

    status = 403


class Conflict(Refused):
    """Say that it cannot be done any more, or not twice."""

    status = 409


class TooMany(Refused):
    """Say that it was tried too often."""

    status = 429


class NotSignedIn(NotFound):
    """Say that this is for somebody who is known, and nobody is: no session, or a token that has ended."""


class Gone(NotFound):
    """Say that this address was closed on purpose (410): a program then stops asking, a person gets a new one."""
