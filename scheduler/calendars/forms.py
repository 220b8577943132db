"""What is pressed on the page of one's own calendars; shape only."""

from wtforms import StringField
from wtforms.validators import Length, Optional, Regexp

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
