"""Dates and times in easy Japanese: Western years, weekdays in full, every sign with its reading; pure.

The reading of a day or a minute belongs to the number: 2日 is ふつか, 30分 さんじゅっぷん.
"""

from datetime import date, datetime

from scheduler.text import annotated

_DAYS = dict(
    zip(
        range(1, 11),
        [
            "ついたち",
            "ふつか",
            "みっか",
            "よっか",
            "いつか",
            "むいか",
            "なのか",
            "ようか",
            "ここのか",
            "とおか",
        ],
        strict=True,
    )
)
_DAYS |= {14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか"}
_WEEKDAYS = (
    ("月", "げつ"),
    ("火", "か"),
    ("水", "すい"),
    ("木", "もく"),
    ("金", "きん"),
    ("土", "ど"),
    ("日", "にち"),
)
_PUN = frozenset({0, 1, 3, 4, 6, 8})


def year(number: int | str) -> str:
    """Return a Western year: 2026年."""
    return f"{number}{annotated('年', 'ねん')}"


def month(number: int) -> str:
    """Return a month: 11月."""
    return f"{number}{annotated('月', 'がつ')}"


def weekday_sign(number: int) -> str:
    """Return the one sign of a weekday, Monday being 0: 日."""
    return annotated(*_WEEKDAYS[number])


def weekday(number: int) -> str:
    """Return a weekday, Monday being 0: 日曜日, read as one word."""
    sign, reading = _WEEKDAYS[number]
    return annotated(f"{sign}曜日", f"{reading}ようび")


def dated(day: date, in_year: str) -> str:
    """Return a date, with its year where one is named: 11月22日（日曜日）."""
    known = _DAYS.get(day.day)
    number = annotated(f"{day.day}日", known) if known else f"{day.day}{annotated('日', 'にち')}"
    return f"{year(in_year) if in_year else ''}{month(day.month)}{number}（{weekday(day.weekday())}）"


def clock(at: datetime) -> str:
    """Return a time of day: ごぜん8時30分."""
    half, hour = ("ごぜん", at.hour) if at.hour < 12 else ("ごご", at.hour - 12)
    minutes = (
        f"{at.minute}{annotated('分', 'ぷん' if at.minute % 10 in _PUN else 'ふん')}" if at.minute else ""
    )
    return f"{half}{hour}{annotated('時', 'じ')}{minutes}"


def span(start: datetime, end: datetime) -> str:
    """Return from when to when on one day: ごぜん8時から 10時まで."""
    until = clock(end)
    if (start.hour < 12) == (end.hour < 12):
        until = until.removeprefix("ごぜん").removeprefix("ごご")
    return f"{clock(start)}から {until}まで"
