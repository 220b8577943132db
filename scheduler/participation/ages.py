"""How old a child is, as typed: 4, and 8か月 or 小3, too, though the page offers the keys of figures."""

import re
import unicodedata
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, FieldList, StringField
from wtforms.validators import ValidationError

from scheduler import words
from scheduler.activities.codes import GROWN_UP
from scheduler.participation.grades import GRADES
from scheduler.participation.signing import Named

# The page shows as many as the part asks for, and one more each time that somebody asks.
CHILD_ROWS = 8
_YEARS = re.compile(r"([0-9]{1,3})(?:歳|才|さい|years?|y)?(?:old)?")
_MONTHS = re.compile(
    r"(?:([0-9]{1,2})(?:歳|才|さい|years?|y))?([0-9]{1,3})(?:[かヶヵカケ箇]月|かげつ|months?|m)(?:old)?"
)
_GRADE = re.compile(r"(小|中|高)(?:学|校|学校)?([1-6])(?:年生?)?")
_SCHOOLS = {"小": "e", "中": "j", "高": "h"}


def child_of(typed: str) -> Named | None:
    """Return the child of a typed age or grade; None where nobody can be that old, or it cannot be read."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).casefold()
    grade = _grade_in(plain)
    if grade:
        return Named(grade=grade)
    months = _months_in(plain)
    return Named(age_months=months) if months is not None and months < 12 * GROWN_UP else None


def _grade_in(plain: str) -> str:
    short = _GRADE.fullmatch(plain)
    code = _SCHOOLS[short[1]] + short[2] if short else plain
    named = {re.sub(r"\s", "", str(words.GRADES[one])).casefold(): one for one in GRADES}
    return code if code in GRADES else named.get(code, "")


def _months_in(plain: str) -> int | None:
    if found := _YEARS.fullmatch(plain):
        return 12 * int(found[1])
    if found := _MONTHS.fullmatch(plain):
        return 12 * int(found[1] or 0) + int(found[2])
    return None


def _is_age(form: object, field: Field) -> None:
    if not str(field.data or "").strip() or child_of(field.data) is not None:
        return
    if (_months_in(unicodedata.normalize("NFKC", field.data).strip()) or 0) >= 12 * GROWN_UP:
        raise ValidationError(gettext("18歳からは、大人の人数に入れてください。"))
    raise ValidationError(gettext("年齢を数字で入れてください。例：4"))


class AgeField(StringField):
    """The age of a child, typed in figures."""

    def __init__(self, label: str = "", **given: Any) -> None:
        looks = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(label, [_is_age], render_kw=looks, **given)

    @property
    def child(self) -> Named | None:
        """The child; None where nothing was typed."""
        return child_of(self.data) if self.data else None


def child_rows() -> "FieldList[AgeField]":
    """Return the field for all children who come along: one row for each."""
    return FieldList(
        AgeField(),
        _("いっしょに来るお子さん"),
        min_entries=CHILD_ROWS,
        max_entries=CHILD_ROWS,
        description=_("年齢は、部屋や係の用意に使います。誕生日はうかがいません。"),
    )


def fit_rows(children: "FieldList[AgeField]", needed: int) -> None:
    """Number the rows, and mark those without which nobody can sign up."""
    for number, child in enumerate(children):
        child.label.text = gettext("%(number)s人目の年齢", number=number + 1)
        child.flags.required = number < needed


def children_in(children: "FieldList[AgeField]") -> tuple[Named, ...]:
    """Return all children who were typed."""
    return tuple(child.child for child in children if child.child is not None)
