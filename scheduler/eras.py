"""The Japanese era of a day: 令和8年11月22日. For showing only; inside, every date is of the common calendar. Pure."""

from datetime import date

# An era begins on its first day, within a year; that year is its first (元年).
_ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"), (date(1926, 12, 25), "昭和"))


def era_year(day: date) -> str:
    """Return the year of a day in its era: 令和8年, 令和元年; of the common calendar before 昭和."""
    for begins, name in _ERAS:
        if (day.year, day.month, day.day) >= (begins.year, begins.month, begins.day):
            number = day.year - begins.year + 1
            return f"{name}{'元' if number == 1 else number}年"
    return f"{day.year}年"


def era_text(day: date) -> str:
    """Return a day with the year of its era: 令和8年11月22日."""
    return f"{era_year(day)}{day.month}月{day.day}日"
