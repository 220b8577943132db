"""What is typed to sign up; shape only."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import FieldList, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from scheduler import words
from scheduler.activities.models import Slot
from scheduler.guarding import PublicForm
from scheduler.participation.actions import Company
from scheduler.parties.actions import PersonFacts
from scheduler.web import Form

CHILD_ROWS = 3
_AGES = (*range(24), *range(24, 85, 6))
_NAME = {"autocomplete": "name", "autocapitalize": "words"}


class WithdrawForm(Form):
    """One button; its only field is the token against other sites."""


class JoinForm(PublicForm):
    """A yes for one slot: name, reading, one contact, and who comes along."""

    name = StringField(
        _("お名前"), [DataRequired(_("お名前を入れてください。")), Length(max=120)], render_kw=_NAME
    )
    kana = StringField(
        _("ふりがな"),
        [DataRequired(_("ふりがなを入れてください。")), Length(max=120)],
        description=_("ひらがなでもカタカナでも、ローマ字でもかまいません。"),
    )
    email = StringField(
        _("メールアドレス"),
        [DataRequired(_("メールアドレスを入れてください。")), Length(max=254)],
        description=_("この申し込みの確認と、前の日のお知らせに使います。ほかの人には見せません。"),
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email"},
    )
    adults = TextAreaField(
        _("いっしょに来る方"),
        [Optional(), Length(max=4000)],
        description=_("1行に1人、お名前を入れてください。ひとりで来る方は、そのままで。"),
        render_kw={"rows": 2},
    )
    grown_ups = IntegerField(
        _("いっしょに来る大人"),
        [Optional(), NumberRange(0, 9, _("0人から9人までにしてください。"))],
        default=0,
        description=_("ご本人のほかの人数です。"),
        render_kw={"inputmode": "numeric", "min": 0, "max": 9},
    )
    children = FieldList(
        SelectField(_("お子さん"), choices=[]),
        _("お子さんの年齢"),
        min_entries=CHILD_ROWS,
        max_entries=8,
        description=_("部屋の用意に使います。誕生日はうかがいません。"),
    )

    def fit(self, slot: Slot, known: bool) -> "JoinForm":
        """Ask only what this slot needs, and nothing again of somebody who is known."""
        for name in ("name", "kana", "email") if known else ():
            del self[name]
        for name in ("adults",) if slot.unit == "family" else ("grown_ups", "children"):
            del self[name]
        for child in self.children if "children" in self else ():
            child.choices = {"": gettext("なし")} | {str(age): words.months_text(age) for age in _AGES}
        return self

    def person(self) -> PersonFacts:
        """Return who signs up."""
        return PersonFacts(
            str(self.name.data), str(self.kana.data), str(self.email.data), language=words.language()
        )

    def company(self) -> Company:
        """Return who comes along."""
        if "children" not in self:
            return Company(
                adults=tuple(line for line in (self.adults.data or "").splitlines() if line.strip())
            )
        ages = tuple(int(child.data) for child in self.children if child.data)
        return Company(adults=("",) * (self.grown_ups.data or 0), children_months=ages)
