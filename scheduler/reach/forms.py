"""What is pressed on the page of one's own channels; shape only."""

from wtforms import StringField
from wtforms.validators import Length

from scheduler.web import Form


class ChannelForm(Form):
    """One button: which contact point, and what to do with it."""

    point = StringField(validators=[Length(max=40)])
    verb = StringField(validators=[Length(max=20)])
