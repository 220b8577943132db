"""Where a date takes place: what is stored of a place of its own, and what is said of that, or of its activity's."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column


class OwnPlace:
    """The columns of a date's own place, and where it takes place; what nobody wrote is empty."""

    # Empty where it is the activity's.
    own_place: Mapped[str | None] = mapped_column(String(200))
    own_place_en: Mapped[str | None] = mapped_column(String(200))
    own_place_easy: Mapped[str | None] = mapped_column(String(200))
    own_address: Mapped[str | None] = mapped_column(String(200))
    own_address_en: Mapped[str | None] = mapped_column(String(200))
    own_address_easy: Mapped[str | None] = mapped_column(String(200))
    own_map_point: Mapped[str | None] = mapped_column(String(24))
    activity: Any

    def _said(self, name: str) -> str:
        own = getattr(self, f"own_{name}") or ""
        return str(own if self.own_place is not None else getattr(self.activity, name))

    @property
    def place(self) -> str:
        """Where it takes place."""
        return self._said("place")

    @property
    def place_en(self) -> str:
        """Where it takes place, in English."""
        return self._said("place_en")

    @property
    def place_easy(self) -> str:
        """Where it takes place, in easy Japanese."""
        return self._said("place_easy")

    @property
    def address(self) -> str:
        """The address of the place, or how to get there."""
        return self._said("address")

    @property
    def address_en(self) -> str:
        """The address in English, or how to get there."""
        return self._said("address_en")

    @property
    def address_easy(self) -> str:
        """The address in easy Japanese, or how to get there."""
        return self._said("address_easy")

    @property
    def map_point(self) -> str:
        """Where the place is on the map, as it is stored."""
        return self._said("map_point")
