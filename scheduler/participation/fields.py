"""What every form asks that signs a party up: who says yes, the slot's questions, the second taps; shape only."""

import unicodedata
from collections.abc import Sequence
from typing import Any, Self

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, ValidationError

from scheduler import words
from scheduler.activities.codes import GROWN_UP
from scheduler.activities.models import Slot
from scheduler.errors import Invalid
from scheduler.form_checks import Accepted
from scheduler.page_words import home_name
from scheduler.participation.ages import AgeField, child_rows, children_in, fit_rows
from scheduler.participation.guards import MAX_ANSWER
from scheduler.participation.models import Companion, Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.identity import IdentityForm
from scheduler.parties.names import MAX_NAME
from scheduler.text import fitting
from scheduler.web import Form


def _every_name(lines: str) -> list[str]:
    return [fitting(line, MAX_NAME) for line in lines.splitlines()]


class ProveForm(Form):
    """One button; `clash` is the second tap, where somebody comes to something else at the same time."""

    clash = StringField(validators=[Length(max=1)])


class QuestionsMixin:
    """The fields of a slot's own questions, and what was typed into them."""

    _fields: dict[str, Field]

    def answers(self) -> dict[str, str]:
        """Return what was answered to the slot's own questions, by their keys."""
        asked = {name: field for name, field in self._fields.items() if name.startswith(_ASKED)}
        return {name.removeprefix(_ASKED): str(field.data or "") for name, field in asked.items()}

    @property
    def questions(self) -> list[Field]:
        """The fields of the slot's own questions."""
        return [field for name, field in self._fields.items() if name.startswith(_ASKED)]


class PartyForm(QuestionsMixin, IdentityForm):
    """Who says yes, and the questions of the slot.

    `wait` and `clash` are second taps: take the waiting list, and come in spite of another part at the same time.
    """

    wait = HiddenField()
    clash = HiddenField()

    @classmethod
    def for_slot(cls, slot: Slot, *, known: bool, typed: MultiDict[str, str] | None = None) -> Self:
        """Return the form that asks only what this slot needs, and nothing again of somebody who is known.

        `typed` is what was typed before and is shown again.
        """
        shown = {} if typed is None else {"formdata": typed}
        form: Self = type(cls.__name__, (cls,), question_fields(slot))(**shown)
        form._fit(slot, known)
        return form

    def _fit(self, slot: Slot, known: bool) -> None:
        self.offer_line(slot.occurrence.activity.organization.line_account)
        if known:
            self.ask_nothing_again()

    def yes(self) -> SignUp:
        """Return what was typed of every yes: the answers and the second taps."""
        return SignUp(
            0,
            answers=self.answers(),
            or_wait=bool(self.wait.data),
            clash_ok=bool(self.clash.data),
            request_key=self.request_key.data or None,
        )


class CompanyForm(PartyForm):
    """Who says yes, and who comes along: so many adults, who may be named; children by age."""

    adults = TextAreaField(
        _("いっしょの大人のお名前"),
        [Optional(), Length(max=4000), Accepted(_every_name)],
        description=_(
            "1行に1人。あなたのお名前は、ここには書きません。書いた方は人数に入るので、上の数は0のままでもかまいません。"
            "名簿にのり、来られなくなった方を名前で選べます。"
        ),
        render_kw={"rows": 2},
    )
    grown_ups = IntegerField(
        _("いっしょに来る大人"),
        [Optional(), NumberRange(0, 9, _("0人から9人までにしてください。"))],
        default=0,
        description=_("申し込む方のほかの人数です。ひとりで来る方は、0のままで。"),
        render_kw={"inputmode": "numeric", "min": 0, "max": 9},
    )
    children = child_rows()

    def _fit(self, slot: Slot, known: bool) -> None:
        super()._fit(slot, known)
        if for_adults_only(slot):
            del self["children"]
        else:
            fit_rows(self.children, slot.min_children, slot.min_age)

    def bring(self, ages: Sequence[str]) -> None:
        """Let these children stand in the empty rows, as they were searched for."""
        for row, years in zip(self.children if "children" in self else (), ages, strict=False):
            row.data = row.data or years

    def validate_children(self, field: "FieldList[AgeField]") -> None:
        """Name the ages that are missing together with all else that is, not once the rest has been mended."""
        needed = sum(bool(child.flags.required) for child in field)
        if not field.errors and len(children_in(field)) < needed:
            missing = next(child for child in field if child.flags.required and child.child is None)
            missing.errors = [words.sentence(Invalid("children_missing", count=needed))]
            raise ValidationError(missing.errors[0])

    def company(self) -> Company:
        """Return who comes along."""
        names = tuple(line for line in (self.adults.data or "").splitlines() if line.strip())
        nameless = ("",) * ((self.grown_ups.data or 0) - len(names))
        children = children_in(self.children) if "children" in self else ()
        return Company(names + nameless, others=children)


def called(row: Participation) -> str:
    """Return how a party is called where さん follows: 花岡 of the home 花岡家."""
    name = row.party_name
    is_home = row.household is not None and row.organization is None and not row.group_name
    if not is_home:
        return name
    return name.removesuffix("家") or name if words.in_japanese() else home_name(name)


def companion_text(one: Companion | Named) -> str:
    """Return a companion by name and age: 山田 一郎（小学3年）."""
    age = age_text(one.grade, one.age_months)
    if one.name:
        return f"{one.name}{words.aside(age) if age else ''}"
    return str(gettext("お子さん（%(age)s）", age=age)) if age else _nameless(1)


def company_text(row: Participation) -> str:
    """Return everybody who comes along: by name, by age, and the adults without a name by their number."""
    return people_text(row.companions)


def people_text(people: Sequence[Companion | Named]) -> str:
    """Return people by name or age, the adults without a name by their number."""
    known = [companion_text(one) for one in people if one.name or one.grade or one.age_months is not None]
    nameless = len(people) - len(known)
    return ("、" if words.in_japanese() else ", ").join(([_nameless(nameless)] if nameless else []) + known)


def _nameless(adults: int) -> str:
    return str(ngettext("大人%(num)s人", "大人%(num)s人", adults))


def withdraw_word(row: Participation) -> str:
    """Return what the button says with which a party withdraws; sentences that tell of it name it so."""
    if not row.comes:
        return str(gettext("取りやめる"))
    if row.people > 1:
        return str(gettext("全員行けなくなりました"))
    return str(gettext("行けなくなりました"))


def withdrawing_word(row: Participation) -> str:
    """Return what the button says that withdraws a party for good: of as many as the heading above it."""
    if not row.comes:
        return str(gettext("申し込みを取りやめる"))
    if row.people > 1:
        return str(gettext("全員行けないことを伝える"))
    return str(gettext("行けないことを伝える"))


def coming_word(row: Participation) -> str:
    """Return what the button says with which a party comes after all."""
    return str(ngettext("やっぱり行きます", "やっぱり行きます", row.people))


def age_text(grade: str, months: int | None) -> str:
    """Return a school grade or an age; empty for an adult."""
    if grade:
        return words.word(words.GRADES, grade)
    return words.months_text(months) if months is not None else ""


def for_adults_only(slot: Slot) -> bool:
    """Say whether nobody under age may come to a part."""
    return slot.occurrence.activity.minors == "no" or (slot.min_age or 0) >= GROWN_UP


_ASKED = "q-"


def question_fields(slot: Slot) -> dict[str, Field]:
    """Return the fields that ask a slot's own questions, by their names in a form."""
    return {_field_name(question): _question_field(question) for question in slot.questions}


def question_values(row: Participation) -> dict[str, str]:
    """Return what a party has answered so far, by the names of the fields."""
    return {f"{_ASKED}{one.key}": one.value for one in row.answers}


def _field_name(question: dict[str, Any]) -> str:
    return f"{_ASKED}{question['key']}"


def _question_field(question: dict[str, Any]) -> Field:
    label, purpose = (_in_language(question, name) for name in ("label", "purpose"))
    kind = question["kind"]
    missing = _("選んでください。") if kind in {"choice", "yes_no"} else _("答えを入れてください。")
    needed = [DataRequired(missing)] if question["required"] else [Optional()]
    if kind in {"choice", "yes_no"}:
        choices = {"": gettext("選んでください")} | _choices(question)
        return SelectField(label, needed, choices=choices, description=purpose)
    if kind == "number":
        digits = [Length(max=6), Regexp(r"[0-9]*\Z", message=_("数字で入れてください。例：3"))]
        look = {"inputmode": "numeric"}
        return StringField(label, [*needed, *digits], [_half_width], description=purpose, render_kw=look)
    return StringField(label, [*needed, Length(max=MAX_ANSWER)], description=purpose)


def _half_width(typed: str | None) -> str:
    return unicodedata.normalize("NFKC", typed or "").strip()


def _choices(question: dict[str, Any]) -> dict[str, str]:
    if question["kind"] == "yes_no":
        return {"yes": gettext("はい"), "no": gettext("いいえ")}
    return {choice: choice for choice in question["choices"]}


def _in_language(question: dict[str, Any], name: str) -> str:
    return words.said_of(question, name)
