"""How pages look: what can be chosen, and what a cookie or a person's row says of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

THEMES = ("light", "dark")
LARGE = "large"


@dataclass(frozen=True)
class Look:
    """A choice; an empty theme is the device's own."""

    theme: str = ""
    letters: str = ""

    def __str__(self) -> str:
        """Return it as it is kept: `dark.large`, or `as-is` when everything was left as it is."""
        return ".".join(part for part in (self.theme, self.letters) if part) or "as-is"


def read(*kept: str | None) -> Look:
    """Return the first choice that was kept anywhere; words that nobody could choose mean nothing."""
    said = next((text for text in kept if text), "")
    parts = said.split(".")
    return Look(_known(parts, THEMES), _known(parts, (LARGE,)))


def _known(parts: Iterable[str], known: tuple[str, ...]) -> str:
    return next((part for part in parts if part in known), "")
