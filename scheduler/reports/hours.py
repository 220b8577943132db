"""Hours and fiscal years; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Service:
    """One attendance: which party, on which local day, how many heads, how many minutes each."""

    party: tuple[str, int]
    name: str
    kana: str
    day: date
    people: int
    minutes: int


@dataclass(frozen=True)
class HoursLine:
    """What one party did in a year; `minutes` counts each head, `dates` different days."""

    name: str
    kana: str
    dates: int
    people: int
    minutes: int

    @property
    def hours(self) -> float:
        """Minutes as hours, to one decimal."""
        return round(self.minutes / 60, 1)


def fiscal_year(day: date) -> int:
    """Return the Japanese fiscal year of a day: April to March (invariant 15)."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_days(year: int) -> tuple[date, date]:
    """Return the first and the last day of a fiscal year."""
    return date(year, 4, 1), date(year + 1, 3, 31)


def summed(services: Iterable[Service]) -> list[HoursLine]:
    """Add attendances up, a line for each party, by reading."""
    grouped: dict[tuple[str, int], list[Service]] = {}
    for service in services:
        grouped.setdefault(service.party, []).append(service)
    return sorted((_line(group) for group in grouped.values()), key=lambda line: (line.kana, line.name))


def _line(group: list[Service]) -> HoursLine:
    first = group[0]
    return HoursLine(
        name=first.name,
        kana=first.kana,
        dates=len({service.day for service in group}),
        people=sum(service.people for service in group),
        minutes=sum(service.people * service.minutes for service in group),
    )


def total(lines: Iterable[HoursLine]) -> HoursLine:
    """Add lines up: head-counts and minutes of all (different people are the number of lines)."""
    kept = list(lines)
    return HoursLine("", "", 0, sum(line.people for line in kept), sum(line.minutes for line in kept))
