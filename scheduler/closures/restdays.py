"""Which days are days of rest, and why; pure. Public holidays are those of Japan, in its zone, and none elsewhere."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import jpholiday

_JAPAN = "Asia/Tokyo"
# The law on public holidays is of 1948; the library knows it from 1949 on.
_FIRST_YEAR = 1949


@dataclass(frozen=True)
class Rest:
    """Why a day is a day of rest: a public holiday, known by its Japanese name, or a closed day with its own."""

    kind: Literal["holiday", "closed"]
    name: str
    name_en: str = ""


@dataclass(frozen=True)
class Closed:
    """A span of closed days; both ends are inside."""

    starts_on: date
    ends_on: date
    name: str
    name_en: str = ""


@dataclass(frozen=True)
class RestDays:
    """The days of rest of one body."""

    zone: str
    closed: tuple[Closed, ...] = ()

    def closed_on(self, day: date) -> Rest | None:
        """Return the body's own reason to be closed on a day."""
        found = (span for span in self.closed if span.starts_on <= day <= span.ends_on)
        return next((Rest("closed", span.name, span.name_en) for span in found), None)

    def holiday_on(self, day: date) -> Rest | None:
        """Return the public holiday of a day."""
        name = holiday_name(day, self.zone)
        return Rest("holiday", name) if name else None


def holiday_name(day: date, zone: str = _JAPAN) -> str | None:
    """Return the Japanese name of the public holiday that a day is in a zone; None for any other day."""
    if zone != _JAPAN or day.year < _FIRST_YEAR:
        return None
    return _of_japan(day.year, day.month, day.day)


@lru_cache(maxsize=8192)
def _of_japan(year: int, month: int, day: int) -> str | None:
    # By its numbers: the library answers nothing for a datetime, which is a date as well.
    return jpholiday.is_holiday_name(date(year, month, day))
