"""The draw: which parties get places, from a seed that anybody can run again; pure.

Every entry gets the SHA-256 of "<seed>:<number of the sign-up>"; the smallest comes first. A party that does not fit
whole is passed over for the next one, and waits in the drawn order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class Entry:
    """A party in the draw: the number of its sign-up and how many places it needs."""

    number: int
    places: int


@dataclass(frozen=True)
class Draw:
    """Who has drawn a place, and who waits, both in the drawn order."""

    drawn: tuple[Entry, ...]
    waiting: tuple[Entry, ...]


def draw(seed: str, entries: Iterable[Entry], places: int) -> Draw:
    """Draw parties for so many places; the same seed and entries always give the same."""
    drawn: list[Entry] = []
    waiting: list[Entry] = []
    for entry in sorted(entries, key=lambda one: (ticket(seed, one.number), one.number)):
        fits = entry.places <= places
        (drawn if fits else waiting).append(entry)
        places -= entry.places if fits else 0
    return Draw(tuple(drawn), tuple(waiting))


def ticket(seed: str, number: int) -> str:
    """Return the lot of one sign-up."""
    return sha256(f"{seed}:{number}".encode()).hexdigest()
