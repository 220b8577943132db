"""What is asked of a stranger on every form that needs a name: name, reading and one contact, nothing more."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, HiddenField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from scheduler import words
from scheduler.guarding import PublicForm
from scheduler.parties.actions import PersonFacts
from scheduler.parties.tokens import new_token

NAME = {"autocomplete": "name", "autocapitalize": "words"}
EMAIL = {"type": "email", "autocomplete": "email", "inputmode": "email"}
_PHONE = {"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
ASKED = ("name", "kana", "email", "phone")


class _OneOf:
    """Mark a field as one of two, one of which is needed; which it is, the form looks at as a whole."""

    field_flags = {"one_of": True}

    def __call__(self, form: object, field: Field) -> None:
        """Find nothing wrong: alone, the field may be empty."""


class IdentityForm(PublicForm):
    """Who it is; `request_key` makes a form that is sent twice one answer."""

    name = StringField(
        _("お名前"), [DataRequired(_("お名前を入れてください。")), Length(max=120)], render_kw=NAME
    )
    kana = StringField(
        _("ふりがな"),
        [DataRequired(_("ふりがなを入れてください。")), Length(max=120)],
        description=_("ひらがなでもカタカナでも、ローマ字でもかまいません。"),
    )
    email = StringField(
        _("メールアドレス"),
        [_OneOf(), Length(max=254)],
        description=_("この申し込みの確認と、前の日のお知らせに使います。ほかの人には見せません。"),
        render_kw=EMAIL,
    )
    phone = StringField(
        _("電話番号"),
        [_OneOf(), Length(max=40)],
        description=_("メールがない方には、世話人が電話でお知らせします。"),
        render_kw=_PHONE,
    )
    request_key = HiddenField(default=new_token, validators=[Length(max=64)])

    def ask_nothing_again(self) -> None:
        """Leave out what is known of somebody who is signed in."""
        for name in ASKED:
            del self[name]

    def validate_email(self, field: Field) -> None:
        """Ask for one contact: an address, or a telephone for those who have none."""
        if not (field.data or "").strip() and not (self.phone.data or "").strip():
            raise ValidationError(gettext("メールアドレスか電話番号を入れてください。"))

    def person(self) -> PersonFacts:
        """Return who it is."""
        name, kana, email, phone = (str(self[field].data or "") for field in ASKED)
        return PersonFacts(name, kana, email, phone, language=words.language())
