"""What is typed to found a body; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from scheduler import words
from scheduler.activities.repeat_forms import said_when_shown
from scheduler.form_checks import Accepted
from scheduler.parties.actions import PersonFacts
from scheduler.parties.identity import kana_field
from scheduler.parties.names import email_in
from scheduler.web import Form

_REQUIRED = _("ここは必ず入れてください。")
_LONG_NAME = Length(max=120)


class BodyForm(Form):
    """A body and its first officer."""

    name = StringField(_("団体の名前"), [DataRequired(_REQUIRED), _LONG_NAME])
    slug = StringField(
        _("アドレスに使う名前"),
        [
            DataRequired(_REQUIRED),
            Regexp(r"[a-z0-9][a-z0-9-]{1,39}\Z", message=_("小文字の英字、数字、「-」で入れてください。")),
        ],
        description=_("英字で短く。例：midori"),
        render_kw={"autocapitalize": "none", "lang": "en"},
    )
    kind = SelectField(
        _("どんな団体ですか"),
        choices=said_when_shown(words.BODY_KINDS),
        default=next(iter(words.BODY_KINDS)),
    )
    officer = StringField(_("はじめの役員のお名前"), [DataRequired(_REQUIRED), _LONG_NAME])
    kana = kana_field(of="officer")
    email = StringField(
        _("メールアドレス"),
        [DataRequired(_REQUIRED), Length(max=254), Accepted(email_in)],
        description=_("この方がサインインするときに使います。"),
        render_kw={"type": "email", "autocomplete": "off", "inputmode": "email"},
    )

    def officer_facts(self) -> PersonFacts:
        """Return who organises first."""
        return PersonFacts(self.officer.data or "", self.kana.data or "", email=self.email.data or "")
