"""What an organiser copies from LINE's pages; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from scheduler.line.actions import LONGEST, MOST_A_MONTH, AccountFacts
from scheduler.parties.models import LineAccount
from scheduler.web import Form

_REQUIRED = _("ここは必ず入れてください。")


class AccountForm(Form):
    """A body's LINE account: what everybody may know, and two secrets that are never shown again."""

    basic_id = StringField(
        _("ベーシックID"),
        [DataRequired(_REQUIRED), Length(max=40)],
        description=_("団体の公式 LINE の、@ で始まる名前です。"),
    )
    monthly_limit = IntegerField(
        _("1か月に送れる数"),
        [InputRequired(_REQUIRED), NumberRange(0, MOST_A_MONTH)],
        default=200,
        description=_("プランの通数です。使い切ると、その月の残りはメールなど次の受け取り方で届きます。"),
        render_kw={"inputmode": "numeric"},
    )
    channel_secret = PasswordField(
        _("チャネルシークレット"), [Length(max=LONGEST["channel_secret"])], render_kw={"autocomplete": "off"}
    )
    access_token = PasswordField(
        _("チャネルアクセストークン（長期）"),
        [Length(max=LONGEST["access_token"])],
        render_kw={"autocomplete": "off"},
    )

    def fit(self, account: LineAccount | None) -> None:
        """Mark the secrets as needed where there are none yet."""
        for secret in (self.channel_secret, self.access_token):
            secret.flags.required = account is None

    def show(self, account: LineAccount | None) -> None:
        """Fill in what may be shown of an account."""
        if account is not None:
            self.process(data={"basic_id": account.basic_id, "monthly_limit": account.monthly_limit})

    def facts(self) -> AccountFacts:
        """Return what was typed, in the shape the action takes."""
        return AccountFacts(
            str(self.basic_id.data),
            int(self.monthly_limit.data or 0),
            self.channel_secret.data or "",
            self.access_token.data or "",
        )
