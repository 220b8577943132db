"""What is typed to correct a name or a contact, and ticked before somebody is erased; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from scheduler.form_checks import Accepted
from scheduler.parties.actions import PersonFacts
from scheduler.parties.identity import kana_field, name_field
from scheduler.parties.models import Person
from scheduler.parties.names import email_in, phone_in
from scheduler.web import Form


class NameForm(Form):
    """What one is called, and how that is read."""

    name = name_field()
    kana = kana_field()

    def names(self) -> tuple[str, str]:
        """Return both as typed."""
        return str(self.name.data or ""), str(self.kana.data or "")


class MemberForm(NameForm):
    """Somebody of a household, as they are to stand on its list."""

    phone = StringField(
        _("電話番号"),
        [Length(max=60), Accepted(phone_in)],
        render_kw={"type": "tel", "autocomplete": "off", "inputmode": "tel"},
    )
    email = StringField(
        _("メールアドレス"),
        [Length(max=254), Accepted(email_in)],
        description=_("ご本人から聞いたときだけ入れてください。なければ、紙と電話でお知らせします。"),
        render_kw={"type": "email", "autocomplete": "off", "inputmode": "email"},
    )

    def facts(self, known: Person) -> PersonFacts:
        """Return what was typed; what the reader is not shown stays as it is known."""
        name, kana = self.names()
        email = (self.email.data if "email" in self else known.email) or ""
        return PersonFacts(name, kana, email, (self.phone.data if "phone" in self else known.phone) or "")


class EraseForm(Form):
    """That somebody is sure."""

    sure = BooleanField(
        _("元にもどせないことがわかりました"), [InputRequired(_("ここに印をつけてから、押してください。"))]
    )
