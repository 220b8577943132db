"""What is typed to sign up and on the own page; shape only."""

from dataclasses import replace

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, ValidationError

from scheduler import words
from scheduler.activities.models import Slot
from scheduler.form_checks import Accepted
from scheduler.participation.fields import (
    CompanyForm,
    QuestionsMixin,
    for_adults_only,
    question_fields,
    question_values,
)
from scheduler.participation.grades import GRADES
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.actions import PersonFacts
from scheduler.parties.identity import EMAIL, name_field
from scheduler.parties.names import email_in, kana_in, reading_of, reads_itself
from scheduler.web import Form

_GUARDIAN = ("guardian_name", "guardian_kana", "guardian_email")


class WithdrawForm(Form):
    """One button; its only field is the token against other sites."""


class ReplyForm(Form):
    """What a party answers to the organiser's question."""

    answer = TextAreaField(
        _("お返事"), [DataRequired(_("お返事を入れてください。")), Length(max=400)], render_kw={"rows": 3}
    )


class AnswersForm(QuestionsMixin, Form):
    """The questions of a part, with what was answered so far."""

    @classmethod
    def of(cls, row: Participation) -> "AnswersForm":
        """Return the form of a sign-up."""
        form: AnswersForm = type(cls.__name__, (cls,), question_fields(row.slot))(**question_values(row))
        return form


class AgainForm(Form):
    """Which of two buttons was pressed."""

    answer = StringField(validators=[Length(max=20)])


class ConsentForm(Form):
    """A guardian's yes, under a name."""

    guardian = name_field(_("保護者のお名前"))


class JoinForm(CompanyForm):
    """A yes for one slot: name, reading, one contact, and who comes along."""

    children_only = BooleanField(_("わたしは行きません。子どもだけが参加します（保護者として同意します）"))
    contact_grade = SelectField(
        _("申し込む方の学年"),
        choices=[],
        default="",
        description=_("18歳未満の方には、保護者の同意が必要です。"),
    )
    guardian_name = StringField(_("保護者のお名前"), [Length(max=120)])
    guardian_kana = StringField(_("保護者のふりがな"), [Length(max=120), Accepted(kana_in)])
    guardian_email = StringField(
        _("保護者のメールアドレス"),
        [Length(max=254), Accepted(email_in)],
        description=_(
            "同意をお願いするメールを送ります。メールがないときは、世話人に紙か電話で伝えてください。"
        ),
        render_kw=EMAIL | {"autocomplete": "off"},
    )

    def _fit(self, slot: Slot, known: bool) -> None:
        super()._fit(slot, known)
        for name in self._not_asked(slot, known):
            del self[name]
        if "contact_grade" in self:
            self.contact_grade.choices = {"": gettext("18歳以上です")} | {
                grade: str(words.GRADES[grade]) for grade, years in GRADES.items() if years >= 12
            }

    def validate_children_only(self, field: Field) -> None:
        """Ask which children come where nobody else does."""
        if field.data and not self.company().people:
            raise ValidationError(gettext("来るお子さんの年齢を入れてください。"))

    def validate_contact_grade(self, field: Field) -> None:
        """Ask for the grade where a guardian was typed: else nobody would be asked to consent."""
        if not field.data and any(self._guardian()):
            raise ValidationError(gettext("申し込む方の学年を選んでください。"))

    def validate_guardian_name(self, field: Field) -> None:
        """Ask for the name of who is written to."""
        self._ask_of_guardian(field, gettext("保護者のお名前を入れてください。"))

    def validate_guardian_kana(self, field: Field) -> None:
        """Ask for the reading of who is written to."""
        if not reads_itself(self._guardian()[0]):
            self._ask_of_guardian(field, gettext("ふりがなを入れてください。"))

    def _ask_of_guardian(self, field: Field, sentence: str) -> None:
        if self._guardian()[2] and not (field.data or "").strip():
            raise ValidationError(sentence)

    def _guardian(self) -> list[str]:
        return [str(self[name].data or "").strip() for name in _GUARDIAN]

    def sign_up(self) -> SignUp:
        """Return the yes as typed, without who says it."""
        return replace(
            self.yes(),
            note=self._guardian_to_call(),
            contact_comes=self.contact_comes(),
            contact_grade=self.grade(),
            company=self.company(),
        )

    def _not_asked(self, slot: Slot, known: bool) -> set[str]:
        leave_out = {"contact_grade", *_GUARDIAN} if known else set()
        if for_adults_only(slot) or slot.occurrence.activity.minors == "present":
            leave_out |= {"children_only", "contact_grade", *_GUARDIAN}
        return leave_out

    def guardian(self) -> PersonFacts | None:
        """Return who is asked to consent, where somebody under age signs up and names an address."""
        if not self.grade() or not self._guardian()[2]:
            return None
        name, kana, email = self._guardian()
        return PersonFacts(name, reading_of(name, kana), email, language=words.language())

    def _guardian_to_call(self) -> str:
        """Return for the organiser whom to ask who has no address; in Japanese, for it is stored."""
        name, kana, email = self._guardian() if self.grade() else ("", "", "")
        return f"保護者：{name}{f'（{kana}）' if kana else ''}" if name and not email else ""

    def grade(self) -> str:
        """Return the school grade of a contact under age, empty for an adult."""
        return str(self.contact_grade.data or "") if "contact_grade" in self else ""

    def head_count(self) -> int:
        """Return how many come, as typed."""
        return self.company().people + self.contact_comes()

    def contact_comes(self) -> bool:
        """Return whether the one who signs up comes along."""
        return not ("children_only" in self and self.children_only.data)
