"""What somebody looks for among the dates to come: when, where, what, and how much it may ask of them. Pure.

A wish is read from the query of an address and written back into it, so every narrowed list has an address of its own.
Whatever nobody could have chosen means nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from scheduler.activities.codes import GROWN_UP
from scheduler.closures.restdays import holiday_name
from scheduler.text import text_in

WHEN = ("week", "next_week", "month", "next_month")
# From Monday on, as a date counts them.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS = ("rest", "work", *WEEKDAYS)
MINUTES = (30, 60, 120)
# How old a child is that is to come along, in years.
AGES = tuple(str(years) for years in range(GROWN_UP))
# What a part may ask: with a burden, or without one.
EASE = ("seated", "with_children", "not_heavy", "not_outdoors")
# Of what several can be wished for at once.
_MANY = {"ease": EASE, "age": AGES}
_LONGEST = 60


@dataclass(frozen=True)
class Wish:
    """A wish; what is empty does not matter. `age`, `ease` and `minutes` ask for one part that fits in everything.

    `age` is that of every child who is to come along; the part is meant for each of them.
    """

    when: str = ""
    days: str = ""
    place: str = ""
    body: str = ""
    tag: str = ""
    words: str = ""
    age: tuple[str, ...] = ()
    minutes: int = 0
    ease: tuple[str, ...] = ()
    free: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str], ease: list[str], age: list[str]) -> "Wish":
        """Read the query of an address; `ease` and `age` can stand in it several times."""
        minutes = asked.get("minutes", "")
        return cls(
            when=_one_of(WHEN, asked.get("when", "")),
            days=_one_of(DAYS, asked.get("days", "")),
            place=_text(asked.get("place", "")),
            body=_text(asked.get("body", "")),
            tag=_text(asked.get("tag", "")),
            words=_text(asked.get("words", "")),
            age=ages_in(age),
            minutes=int(_one_of(tuple(map(str, MINUTES)), minutes) or 0),
            ease=tuple(code for code in EASE if code in ease),
            free=asked.get("free") == "1",
        )

    @property
    def query(self) -> dict[str, Any]:
        """The wish as the query of an address; nothing of what does not matter."""
        whole = {
            **vars(self),
            "ease": list(self.ease),
            "age": list(self.age),
            "free": "1" if self.free else "",
        }
        return {name: value for name, value in whole.items() if value}

    @property
    def about_parts(self) -> bool:
        """Whether it asks for a part that fits."""
        return bool(self.age or self.minutes or self.ease or self.free)

    def has(self, name: str, value: Any) -> bool:
        """Say whether this is wished for."""
        wished = getattr(self, name)
        return value in wished if name in _MANY else bool(wished == value)

    def toggled(self, name: str, value: Any) -> "Wish":
        """Return the wish with this in it, or without it where it was in it."""
        if name in _MANY:
            kept = set(getattr(self, name)) ^ {value}
            value = tuple(code for code in _MANY[name] if code in kept)
            return replace(self, **{name: value})
        return replace(self, **{name: type(value)() if self.has(name, value) else value})

    def chosen(self) -> Iterator[tuple[str, Any]]:
        """Go through everything that is wished for, each as a name and a value that `toggled` takes away."""
        for name, value in vars(self).items():
            if name in _MANY:
                yield from ((name, code) for code in value)
            elif value:
                yield name, value


def ages_in(asked: list[str]) -> tuple[str, ...]:
    """Return the ages of children that stand in an address, the smallest first."""
    return tuple(years for years in AGES if years in asked)


def _one_of(known: tuple[str, ...], asked: str) -> str:
    return asked if asked in known else ""


def _text(asked: str) -> str:
    return text_in(asked)[:_LONGEST]


def span_of(when: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of a period; a week ends on Sunday."""
    monday = today - timedelta(days=today.weekday())
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return {
        "week": (today, monday + timedelta(days=6)),
        "next_week": (monday + timedelta(days=7), monday + timedelta(days=13)),
        "month": (today, next_month - timedelta(days=1)),
        "next_month": (next_month, (next_month + timedelta(days=32)).replace(day=1) - timedelta(days=1)),
    }[when]


def spans_of_days(days: str, first: date, last: date) -> list[tuple[date, date]]:
    """Return the days of rest, those of work, or one weekday between two days, as spans without a gap."""
    spans: list[tuple[date, date]] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if _is_one_of(days, day):
            follows = bool(spans) and spans[-1][1] == day - timedelta(days=1)
            spans[-1:] = [(spans[-1][0], day)] if follows else [*spans[-1:], (day, day)]
    return spans


def _is_one_of(days: str, day: date) -> bool:
    if days in WEEKDAYS:
        return WEEKDAYS[day.weekday()] == days
    rests = day.weekday() >= 5 or holiday_name(day) is not None
    return rests == (days == "rest")


def section_of(day: date, today: date) -> str | tuple[int, int]:
    """Return under which heading a day stands: this week, next week, or its year and month."""
    near = (
        when for when in ("week", "next_week") if span_of(when, today)[0] <= day <= span_of(when, today)[1]
    )
    return next(near, (day.year, day.month))
