"""The fields for the ages of children who come along: typed in figures, a row for each."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, FieldList, StringField
from wtforms.validators import ValidationError

from scheduler.participation.signing import Named
from scheduler.participation.typed_ages import child_in, is_grown_up

# The page shows as many as the part asks for, and one more each time that somebody asks.
CHILD_ROWS = 8


def _is_age(form: object, field: Field) -> None:
    typed = str(field.data or "")
    if not typed.strip() or child_in(typed) is not None:
        return
    if is_grown_up(typed):
        raise ValidationError(gettext("18歳からは大人です。ここには、お子さんの年齢だけを入れてください。"))
    raise ValidationError(gettext("年齢を数字で入れてください。例：4"))


def _all_are_old_enough(form: object, rows: "FieldList[AgeField]") -> None:
    """Say at each child who is too young what can be done: others may well sign up without that one."""
    small = [row for row in rows if row.is_too_young]
    if not small:
        return
    others, needed = len(children_in(rows)) - len(small), sum(bool(row.flags.required) for row in rows)
    what = (
        gettext(
            "この役割は%(age)s歳からです。ここを空けると、ほかの方は申し込めます。", age=small[0].youngest
        )
        if others >= needed
        else gettext("この役割は%(age)s歳からです。ほかの活動を選んでください。", age=small[0].youngest)
    )
    for row in small:
        row.errors = [what]
    raise ValidationError(what)


class AgeField(StringField):
    """The age of a child, typed in figures; `youngest` is from which age on one may come."""

    youngest: int = 0

    def __init__(self, label: str = "", **given: Any) -> None:
        looks = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(label, [_is_age], render_kw=looks, **given)

    @property
    def child(self) -> Named | None:
        """The child; None where nothing was typed."""
        return child_in(self.data) if self.data else None

    @property
    def is_too_young(self) -> bool:
        """Whether a child was typed who may not come."""
        return self.child is not None and (self.child.years or 0) < self.youngest


def child_rows() -> "FieldList[AgeField]":
    """Return the field for all children who come along: one row for each."""
    return FieldList(
        AgeField(),
        _("いっしょに来るお子さん"),
        [_all_are_old_enough],
        min_entries=CHILD_ROWS,
        max_entries=CHILD_ROWS,
        description=_("年齢は、部屋や係の用意に使います。誕生日はうかがいません。"),
    )


def fit_rows(children: "FieldList[AgeField]", needed: int, youngest: int | None = None) -> None:
    """Number the rows, and mark those without which nobody can sign up; all must be as old as the part asks."""
    for number, child in enumerate(children):
        child.label.text = gettext("%(number)s人目の年齢", number=number + 1)
        child.flags.required = number < needed
        child.youngest = youngest or 0


def children_in(children: "FieldList[AgeField]") -> tuple[Named, ...]:
    """Return all children who were typed."""
    return tuple(child.child for child in children if child.child is not None)
