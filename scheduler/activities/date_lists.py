"""Read a list of dates as people write it: 12/6、12月13日、2027-01-10, one after the other; pure."""

import re
import unicodedata
from datetime import date

from scheduler.errors import Invalid

MAX_LISTED = 120
_BETWEEN = re.compile(r"[\n,、;，]+")
_WEEKDAY = re.compile(r"\s*\([日月火水木金土]\)\s*$")
_ERA_BEGINS = {"令和": 2018, "平成": 1988, "R": 2018, "H": 1988}
_YEAR = r"(?:(?P<year>\d{4})\s*[年/.-]\s*|(?P<era>令和|平成|R|H)\s*(?P<count>\d{1,2}|元)\s*[年/.-]\s*)?"
_DATE = re.compile(_YEAR + r"(?P<month>\d{1,2})\s*[月/.-]\s*(?P<day>\d{1,2})日?", re.ASCII)


def listed_dates(text: str, first: date) -> tuple[date, ...]:
    """Return the dates written in a text, in order, each once; without a year it is the next such day from `first` on.

    Raise Invalid for what is no date, with the piece that could not be read.
    """
    plain = unicodedata.normalize("NFKC", text)
    pieces = [piece.strip() for piece in _BETWEEN.split(plain)]
    found = {_date(piece, first) for piece in pieces if piece}
    if len(found) > MAX_LISTED:
        raise Invalid("too_many_dates", most=MAX_LISTED)
    return tuple(sorted(found))


def _date(piece: str, first: date) -> date:
    read = _DATE.fullmatch(_WEEKDAY.sub("", piece))
    if read is None:
        raise Invalid("dates_unreadable", piece=piece[:40])
    try:
        found = _with_year(read, first)
    except ValueError:
        raise Invalid("dates_unreadable", piece=piece[:40]) from None
    if not 2000 <= found.year <= 2100:
        raise Invalid("date_out_of_range")
    return found


def _with_year(read: re.Match[str], first: date) -> date:
    month, day = int(read["month"]), int(read["day"])
    if read["year"]:
        return date(int(read["year"]), month, day)
    if read["era"]:
        count = 1 if read["count"] == "元" else int(read["count"])
        return date(_ERA_BEGINS[read["era"]] + count, month, day)
    return _next(first, month, day)


def _next(first: date, month: int, day: int) -> date:
    # Up to eight years ahead: so far apart may two leap days be.
    for year in range(first.year, first.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= first:
            return found
    raise ValueError("no such day")


def dates_text(dates: tuple[date, ...]) -> str:
    """Write dates so that they are read back, one a line."""
    return "\n".join(f"{day.year}/{day.month}/{day.day}" for day in dates)
