"""The ages of children as people write them on a sheet: 1歳、9か月、小2; pure."""

import re
import unicodedata

from scheduler.activities.codes import GROWN_UP
from scheduler.participation.grades import GRADES
from scheduler.participation.signing import Named

# As many children as one sign-up can have, each told as fully as possible: what is longer is something else.
MOST = 400
_BETWEEN = re.compile(r"[、,，・/\s]+")
_YEARS = re.compile(r"(\d{1,2})(?:歳|才|さい|y)?(半)?")
_MONTHS = re.compile(r"(?:(\d{1,2})(?:歳|才|さい))?と?(\d{1,2})(?:[かカヵヶケ]月|m)")
_GRADE = re.compile(r"(小|中|高)(?:学|校)?(\d)年?生?")
_SCHOOLS = {"小": "e", "中": "j", "高": "h"}


def ages_in(typed: str) -> tuple[Named, ...] | None:
    """Return the children of a field; None where one of them cannot be read, or it is too long to be ages."""
    if len(typed) > MOST:
        return None
    plain = unicodedata.normalize("NFKC", typed).strip()
    found = [_child(one) for one in _BETWEEN.split(plain) if one]
    children = tuple(one for one in found if one is not None)
    return children if len(children) == len(found) else None


def _child(text: str) -> Named | None:
    if years := _YEARS.fullmatch(text):
        return _of_months(12 * int(years[1]) + (6 if years[2] else 0))
    if months := _MONTHS.fullmatch(text):
        return _of_months(12 * int(months[1] or 0) + int(months[2]))
    if grade := _GRADE.fullmatch(text):
        code = _SCHOOLS[grade[1]] + grade[2]
        return Named(grade=code) if code in GRADES else None
    return None


def _of_months(months: int) -> Named | None:
    return Named(age_months=months) if months < 12 * GROWN_UP else None
