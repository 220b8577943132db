"""What is asked of a stranger on every form that needs a name: name, reading and one contact, nothing more."""

from collections.abc import Mapping

from flask import flash, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, Form, HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from scheduler import words
from scheduler.form_checks import Accepted
from scheduler.guarding import PublicForm
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import LineAccount
from scheduler.parties.names import email_in, kana_in, phone_in, reading_of, reads_itself
from scheduler.parties.tokens import new_token
from scheduler.web import settings

_NAME = {"autocomplete": "name", "autocapitalize": "words"}
EMAIL = {"type": "email", "autocomplete": "email", "inputmode": "email"}
_PHONE = {"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
ASKED = ("name", "kana", "contact", "email", "phone")


def name_field(label: str = _("お名前")) -> StringField:
    """Return the field for what somebody is called."""
    return StringField(label, [DataRequired(_("お名前を入れてください。")), Length(max=120)], render_kw=_NAME)


class _ReadingNeeded:
    """Ask for the reading of a name that does not tell it itself; before there is one, nothing is known of it."""

    field_flags = {"if_kanji": True}

    def __init__(self, of: str) -> None:
        self.of = of

    def __call__(self, form: Form, field: Field) -> None:
        """Look at the name above."""
        name = str(form[self.of].data or "").strip()
        known = not name or reads_itself(name)
        if not known and not str(field.data or "").strip():
            raise ValidationError(gettext("ふりがなを入れてください。"))


def kana_field(
    description: str = _("ひらがなでもカタカナでも、ローマ字でもかまいません。"),
    *,
    of: str = "name",
) -> StringField:
    """Return the field for how the one called `of` is read; `description` says what for where that is not plain."""
    return StringField(
        _("ふりがな"),
        [_ReadingNeeded(of), Length(max=120), Accepted(kana_in)],
        description=description,
    )


class _OneOf:
    """Mark a field as one of two, one of which is needed; which it is, the form looks at as a whole."""

    field_flags = {"one_of": True}

    def __call__(self, form: object, field: Field) -> None:
        """Find nothing wrong: alone, the field may be empty."""


class IdentityForm(PublicForm):
    """Who it is; `request_key` makes a form that is sent twice one answer."""

    name = name_field()
    kana = kana_field()
    contact = RadioField(_("お知らせの受け取り先"), choices=[], default="email", validate_choice=False)
    email = StringField(
        _("メールアドレス"),
        [_OneOf(), Length(max=254)],
        description=_("この申し込みの確認と、前の日のお知らせに使います。ほかの人には見せません。"),
        render_kw=EMAIL,
    )
    phone = StringField(
        _("電話番号"),
        [_OneOf(), Length(max=60), Accepted(phone_in)],
        description=_("メールがない方には、世話人が電話でお知らせします。"),
        render_kw=_PHONE,
    )
    _ways: Mapping[str, str] = {}
    request_key = HiddenField(default=new_token, validators=[Length(max=64)])

    def ask_nothing_again(self) -> None:
        """Leave out what is known of somebody who is signed in."""
        for name in ASKED:
            del self[name]

    def offer_line(self, account: LineAccount | None) -> None:
        """Let people choose how they are told: by LINE only where the body has an account there."""
        ways = {"email": gettext("メール"), "phone": gettext("電話")}
        if account is not None:
            ways["line"] = gettext("LINE（%(name)s）", name=account.basic_id)
        self._ways = ways
        self.contact.choices = list(ways.items())
        self.contact.flags.required = True
        if not settings().mail_leaves and request.method == "GET":
            # What would have to be confirmed by mail could not be.
            self.contact.data = "phone"

    def validate_contact(self, field: Field) -> None:
        """Take only a way that is offered."""
        if field.data not in self._ways:
            raise ValidationError(gettext("どれかを選んでください。"))

    def validate_email(self, field: Field) -> None:
        """Ask for one contact: an address, or a telephone for those who have none, or LINE."""
        if self.contact.data not in ("phone", "line"):
            self._ask_for_one(gettext("メールアドレスを入れてください。"))
        if self._is_told_by_mail():
            Accepted(email_in)(self, field)

    def validate_phone(self, field: Field) -> None:
        """Ask for it where the telephone is chosen: the other field is not shown then."""
        if self.contact.data == "phone":
            self._ask_for_one(gettext("電話番号を入れてください。"))

    def _ask_for_one(self, sentence: str) -> None:
        if not any(self._typed().values()):
            raise ValidationError(sentence)

    def _typed(self) -> dict[str, str]:
        return {way: (self[way].data or "").strip() for way in ("email", "phone")}

    def _is_told_by_mail(self) -> bool:
        chosen = self.contact.data
        return chosen != "line" and not (chosen == "phone" and self._typed()["phone"])

    def person(self) -> PersonFacts:
        """Return who it is. A telephone is kept however they are told; an address only where they are told by mail."""
        typed, by_line = self._typed(), self.contact.data == "line"
        if not self._is_told_by_mail():
            typed["email"] = ""
        name, kana = str(self.name.data or ""), str(self.kana.data or "")
        return PersonFacts(name, reading_of(name, kana), **typed, language=words.language(), by_line=by_line)

    def tell_what_is_left_out(self) -> None:
        """Say on the next page that an address was typed and is not used: mail there would need to be confirmed."""
        if "email" not in self or self._is_told_by_mail() or not self._typed()["email"]:
            return
        if self.contact.data == "line":
            flash(gettext("お知らせは LINE に届きます。入れたメールアドレスは使いません。"), "info")
        else:
            flash(gettext("お知らせは電話でします。入れたメールアドレスは使いません。"), "info")
