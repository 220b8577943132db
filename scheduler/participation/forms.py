"""What is typed to sign up and on the own page; shape only."""

from dataclasses import replace

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    FieldList,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from scheduler import words
from scheduler.activities.models import Slot
from scheduler.participation.fields import PartyForm
from scheduler.participation.grades import GRADES
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.actions import PersonFacts
from scheduler.parties.identity import EMAIL, NAME
from scheduler.web import Form

CHILD_ROWS = 3
# Months up to two years, half years up to seven; from school on, grades.
_AGES = (*range(24), *range(24, 85, 6))
_GUARDIAN = ("guardian_name", "guardian_kana", "guardian_email")


class WithdrawForm(Form):
    """One button; its only field is the token against other sites."""


class ReplyForm(Form):
    """What a party answers to the organiser's question."""

    answer = TextAreaField(
        _("お返事"), [DataRequired(_("お返事を入れてください。")), Length(max=400)], render_kw={"rows": 3}
    )


class ConsentForm(Form):
    """A guardian's yes, under a name."""

    guardian = StringField(
        _("保護者のお名前"), [DataRequired(_("お名前を入れてください。")), Length(max=120)], render_kw=NAME
    )


class JoinForm(PartyForm):
    """A yes for one slot: name, reading, one contact, and who comes along."""

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
        SelectField(_("お子さん"), choices=[], default=""),
        _("お子さんの年齢・学年"),
        min_entries=CHILD_ROWS,
        max_entries=8,
        description=_("部屋や係の用意に使います。誕生日はうかがいません。"),
    )
    children_only = BooleanField(_("わたしは行きません。子どもだけが参加します（保護者として同意します）"))
    contact_grade = SelectField(
        _("申し込む方が18歳未満のとき"),
        choices=[],
        default="",
        description=_("18歳未満の方には、保護者の同意が必要です。"),
    )
    guardian_name = StringField(_("保護者のお名前"), [Length(max=120)])
    guardian_kana = StringField(_("保護者のふりがな"), [Length(max=120)])
    guardian_email = StringField(
        _("保護者のメールアドレス"),
        [Length(max=254)],
        description=_(
            "同意をお願いするメールを送ります。メールがないときは、世話人に紙か電話で伝えてください。"
        ),
        render_kw=EMAIL,
    )

    def _fit(self, slot: Slot, known: bool) -> None:
        super()._fit(slot, known)
        for name in self._not_asked(slot, known):
            del self[name]
        for child in self.children if "children" in self else ():
            child.choices = _ages()
        if "contact_grade" in self:
            self.contact_grade.choices = {"": gettext("18歳以上です")} | {
                grade: str(words.GRADES[grade]) for grade, years in GRADES.items() if years >= 12
            }

    def sign_up(self) -> SignUp:
        """Return the yes as typed, without who says it."""
        return replace(
            self.yes(),
            contact_comes=self.contact_comes(),
            contact_grade=self.grade(),
            company=self.company(),
        )

    def _not_asked(self, slot: Slot, known: bool) -> set[str]:
        leave_out = {"adults"} if slot.unit == "family" else {"grown_ups"}
        adults_only = slot.occurrence.activity.minors == "no" or (slot.min_age or 0) >= 18
        if known:
            leave_out |= {"contact_grade", *_GUARDIAN}
        if adults_only:
            leave_out |= {"children", "children_only", "contact_grade", *_GUARDIAN}
        if slot.occurrence.activity.minors == "present":
            leave_out |= {"children_only", "contact_grade", *_GUARDIAN}
        return leave_out

    def guardian(self) -> PersonFacts | None:
        """Return who is asked to consent, where somebody under age signs up and names an address."""
        if not self.grade() or not (self.guardian_email.data or "").strip():
            return None
        texts = [str(self[name].data or "") for name in _GUARDIAN]
        return PersonFacts(texts[0], texts[1], texts[2], language=words.language())

    def grade(self) -> str:
        """Return the school grade of a contact under age, empty for an adult."""
        return str(self.contact_grade.data or "") if "contact_grade" in self else ""

    def contact_comes(self) -> bool:
        """Return whether the one who signs up comes along."""
        return not ("children_only" in self and self.children_only.data)

    def company(self) -> Company:
        """Return who comes along."""
        names = (self.adults.data or "").splitlines() if "adults" in self else ()
        adults = tuple(line for line in names if line.strip())
        if "grown_ups" in self:
            adults += ("",) * (self.grown_ups.data or 0)
        chosen = [child.data for child in self.children if child.data] if "children" in self else []
        return Company(adults, others=tuple(_child(age) for age in chosen))


def _ages() -> dict[str, str]:
    months = {str(age): words.months_text(age) for age in _AGES}
    grades = {grade: str(words.GRADES[grade]) for grade in GRADES if grade != "p"}
    return {"": gettext("なし")} | months | grades


def _child(age: str) -> Named:
    return Named(grade=age) if age in GRADES else Named(age_months=int(age))
