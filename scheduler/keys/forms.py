"""What is asked for a token; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from scheduler import words
from scheduler.parties.api_tokens import Wish
from scheduler.web import Form, Ticks

_LIFETIMES = {"30": _("30日"), "90": _("90日"), "365": _("1年")}


class TokenForm(Form):
    """What a token is for, what it can do, and for how long."""

    name = StringField(
        _("何に使いますか"),
        [DataRequired(_("何に使うトークンか、名前を入れてください。")), Length(max=80)],
        description=_("あとで見分けるための名前です。例：広報紙の自動作成"),
        render_kw={"autocomplete": "off"},
    )
    scopes = Ticks(
        _("できること"),
        [DataRequired(_("できることを1つは選んでください。"))],
    )
    days = RadioField(
        _("使える期間"),
        [InputRequired(_("使える期間を選んでください。"))],
        choices=lambda: {days: str(text) for days, text in _LIFETIMES.items()},
        default="90",
    )

    def offer(self, scopes: tuple[str, ...]) -> "TokenForm":
        """Offer these scopes, and no others."""
        if "organise" in scopes:
            self.scopes.description = _("活動の世話は、活動をのせること、名簿、開催の判断、出席です。")
        self.scopes.choices = {scope: words.word(words.SCOPES, scope) for scope in scopes}
        return self

    def wish(self) -> Wish:
        """Return what is asked for."""
        return Wish(str(self.name.data), tuple(self.scopes.data or ()), int(self.days.data))
