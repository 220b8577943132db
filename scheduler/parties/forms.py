"""What is typed to sign in, and one's own measure; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, StringField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from scheduler.parties.actions import LONGEST, MOST_TIMES, SHORTEST
from scheduler.parties.limits import Limits
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


_TIME_MISSING = _("時刻を入れてください。例：21:00")


class LimitsForm(Form):
    """My measure: how often, how long, how heavy, when; and when not to be disturbed."""

    times_a_month = IntegerField(
        _("1か月に何回まで"),
        [Optional(), NumberRange(0, MOST_TIMES, _("0から31までの数にしてください。"))],
        description=_("入れなければ、回数は決めません。0 にすると、お願いは届きません。"),
        render_kw={"inputmode": "numeric", "min": 0, "max": MOST_TIMES},
    )
    max_minutes = IntegerField(
        _("1回に何分まで"),
        [Optional(), NumberRange(SHORTEST, LONGEST, _("15から1440までの数にしてください。"))],
        description=_("2時間なら 120。入れなければ、長さは決めません。"),
        render_kw={"inputmode": "numeric", "min": SHORTEST, "max": LONGEST},
    )
    no_heavy = BooleanField(_("重い物は持ちません"))
    not_before = TimeField(
        _("この時刻より早くない"), [Optional()], description=_("朝はゆっくりの方に。例：9:00")
    )
    not_after = TimeField(_("この時刻より遅くない"), [Optional()], description=_("終わりの時刻で考えます。"))
    quiet_from = TimeField(
        _("お知らせを止める時刻"),
        [InputRequired(_TIME_MISSING)],
        description=_(
            "決めなければ、午後9時から午前7時まで届きません。同じ時刻を2つ入れると、いつでも届きます。"
        ),
    )
    quiet_until = TimeField(_("また届く時刻"), [InputRequired(_TIME_MISSING)])

    def limits(self) -> Limits:
        """Return what was typed."""
        return Limits(**{name: getattr(self, name).data for name in Limits.__annotations__})
