"""What somebody types of a rhythm: the days of a month, and the next day that a repetition gives; pure."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from scheduler.activities.recurrence import BadRule, parse, starts, to_utc

# Far enough for the rarest weekday of a month, every some months.
_LOOKED_AHEAD = timedelta(days=13 * 366)
_BETWEEN = re.compile(r"[\s,、;]+")


def next_of(rule: str | None, from_: date) -> date | None:
    """Return the first day of a repetition from a day on."""
    begins = datetime.combine(from_, time.min)
    opening = to_utc(begins, "UTC")
    found = starts(
        parse(rule) if rule else None, begins, "UTC", after=opening, before=opening + _LOOKED_AHEAD
    )
    return found[0].date() if found else None


def days_of_month(typed: str) -> tuple[int, ...]:
    """Return the days of a month that somebody lists, the last one as -1; raise BadRule for what is none."""
    pieces = [
        piece.removesuffix("日")
        for piece in _BETWEEN.split(unicodedata.normalize("NFKC", typed).strip())
        if piece
    ]
    return tuple(_month_day(piece) for piece in pieces)


def _month_day(piece: str) -> int:
    if piece in ("末", "月末", "最後"):
        return -1
    if not re.fullmatch(r"-?[0-9]{1,2}", piece):
        raise BadRule("month_days_unreadable")
    return int(piece)
