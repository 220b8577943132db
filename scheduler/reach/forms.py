"""What is pressed and chosen on the page of one's own channels; shape only."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField
from wtforms.validators import Length

from scheduler import words
from scheduler.errors import Invalid
from scheduler.reach.subscriptions import Subscription
from scheduler.reach.wishes import KINDS, OWN_MINUTES, Wishes
from scheduler.web import Form, Ticks

_BEFORE = {60: _("1時間前"), 120: _("2時間前"), 180: _("3時間前"), 1440: _("1日前"), 4320: _("3日前")}


class ChannelForm(Form):
    """One button: which contact point, and what to do with it."""

    point = StringField(validators=[Length(max=40)])
    verb = StringField(validators=[Length(max=20)])


class PushForm(Form):
    """What the script fills in when the person has said yes to the browser."""

    endpoint = StringField(validators=[Length(max=1000)])
    p256dh = StringField(validators=[Length(max=200)])
    auth = StringField(validators=[Length(max=100)])
    device = StringField(validators=[Length(max=60)])

    def subscription(self) -> Subscription:
        """Return it in the shape the action takes."""
        return Subscription(
            **{name: getattr(self, name).data or "" for name in ("endpoint", "p256dh", "auth", "device")}
        )


class WishForm(Form):
    """Which notices one wants, and when one more."""

    kinds = Ticks(
        _("受け取るお知らせ"),
        choices=lambda: {kind: str(words.NOTICE_KINDS[kind]) for kind in KINDS},
    )
    own_minutes = SelectField(
        _("もう1回知らせる"),
        choices=lambda: {"": gettext("知らせない")} | {str(one): str(_BEFORE[one]) for one in OWN_MINUTES},
        default="",
    )

    def show(self, wishes: Wishes) -> None:
        """Fill the form with what is wanted now, whatever another form of the page has sent."""
        self.kinds.data, self.own_minutes.data = list(wishes.kinds), str(wishes.own_minutes or "")

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen, in the shape the action takes."""
        return {
            "kinds": self.kinds.data or [],
            "own_minutes": int(self.own_minutes.data) if self.own_minutes.data else None,
        }


def ticked(typed: MultiDict[str, str], name: str = "told") -> list[int]:
    """Return the deliveries that were ticked, or the only one that is sent; raise Invalid for what is no number."""
    numbers = typed.getlist(name)
    if not all(number.isascii() and number.isdecimal() and len(number) < 10 for number in numbers):
        raise Invalid("choice_unknown")
    return [int(number) for number in numbers]
