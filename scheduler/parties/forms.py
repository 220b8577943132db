"""What is typed to sign in; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from scheduler.web import Form


class SignInForm(Form):
    """The address to which link and code are mailed."""

    email = StringField(
        _("メールアドレス"),
        [DataRequired(_("メールアドレスを入れてください。")), Length(max=254)],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email"},
    )


class CodeForm(Form):
    """The six digits of the mail."""

    digits = StringField(
        _("メールにある6けたの数字"),
        [DataRequired(_("6けたの数字を入れてください。")), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
