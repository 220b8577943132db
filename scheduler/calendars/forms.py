"""What is pressed on the page of one's own calendars; shape only."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from scheduler.web import Form


class FeedForm(Form):
    """Which calendar, what shall happen to it, and how many minutes before a date it rings: the buttons say it."""

    purpose = StringField(validators=[Length(max=20)])
    act = StringField(validators=[Length(max=10)])
    alarm = StringField(validators=[Optional(), Regexp(r"\d{1,4}\Z")])

    @property
    def alarm_minutes(self) -> int | None:
        """How long before; None for not at all."""
        return int(self.alarm.data) if self.alarm.data else None


class HandInForm(Form):
    """Where a body's own calendar is; a file comes beside it, and one of the two is needed."""

    address = StringField(
        _("カレンダーのアドレス"),
        [Length(max=400)],
        description=_("https:// か webcal:// で始まるアドレスです。"),
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Neither of the two is needed by itself, nor are both free to be left.
        self.address.flags.chosen = True


class TakeForm(Form):
    """The part that each activity offers which is made of an entry."""

    part = StringField(_("役割の名前"), [DataRequired(_("役割の名前を入れてください。")), Length(max=120)])
    places = IntegerField(
        _("人数"),
        [DataRequired(_("人数を入れてください。")), NumberRange(1, 5000)],
        render_kw={"inputmode": "numeric"},
    )
