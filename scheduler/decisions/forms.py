"""What is typed to decide about a date; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp

from scheduler.web import Form


class DecisionForm(Form):
    """The outcome is the button that is pressed; `revision` is the date as it stood on the decider's screen."""

    revision = HiddenField("", [InputRequired(), Regexp(r"\d{1,9}\Z")])
    outcome = HiddenField("", [InputRequired(), AnyOf(("confirm", "postpone", "cancel"))])
    reason = StringField(
        _("ひとこと"),
        [Optional(), Length(max=400)],
        description=_("雨のため、など。知らせる文に入ります。なくてもかまいません。"),
    )
