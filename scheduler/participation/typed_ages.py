"""The ages of children as people write them, one in a field or all of them on a sheet: 1歳、9か月、小2; pure."""

import re
import unicodedata

from scheduler.activities.codes import GROWN_UP
from scheduler.participation.grades import GRADES
from scheduler.participation.signing import Named

# As many children as one sign-up can have, each told as fully as possible: what is longer is something else.
MOST = 400
_BETWEEN = re.compile(r"[、,，・/\s]+")
_YEARS = re.compile(r"([0-9]{1,2})(?:歳|才|さい|years?|y)?(半)?(?:old)?")
_MONTHS = re.compile(
    r"(?:([0-9]{1,2})(?:歳|才|さい|years?|y))?と?([0-9]{1,3})(?:[かカヵヶケ箇]月|months?|m)(?:old)?"
)
_GRADE = re.compile(r"(小|中|高)(?:学|校|学校)?([0-9])年?生?")
_SCHOOLS = {"小": "e", "中": "j", "高": "h"}


def ages_in(typed: str) -> tuple[Named, ...] | None:
    """Return the children of a field; None where one of them cannot be read, or it is too long to be ages."""
    if len(typed) > MOST:
        return None
    plain = unicodedata.normalize("NFKC", typed).strip()
    found = [child_in(one) for one in _BETWEEN.split(plain) if one]
    children = tuple(one for one in found if one is not None)
    return children if len(children) == len(found) else None


def child_in(typed: str) -> Named | None:
    """Return the child of a typed age or grade; None where nobody can be that old, or it cannot be read."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed[:80])).casefold()
    if grade := _GRADE.fullmatch(plain):
        code = _SCHOOLS[grade[1]] + grade[2]
        return Named(grade=code) if code in GRADES else None
    months = _months_in(plain)
    return Named(age_months=months) if months is not None and months < 12 * GROWN_UP else None


def _months_in(plain: str) -> int | None:
    if years := _YEARS.fullmatch(plain):
        return 12 * int(years[1]) + (6 if years[2] else 0)
    if months := _MONTHS.fullmatch(plain):
        return 12 * int(months[1] or 0) + int(months[2])
    return None


def is_grown_up(typed: str) -> bool:
    """Say whether an age was typed that no child has."""
    months = _months_in(re.sub(r"\s", "", unicodedata.normalize("NFKC", typed[:80])).casefold())
    return months is not None and months >= 12 * GROWN_UP
