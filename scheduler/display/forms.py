"""What is typed on the page of how things look."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from scheduler.display.looks import Look
from scheduler.web import Form


class DisplayForm(Form):
    """The size of letters, and light or dark."""

    letters = RadioField(
        _("文字の大きさ"),
        choices=[SelectChoice("", _("ふつう")), SelectChoice("large", _("大きい"))],
        validators=[Optional()],
        default="",
    )
    theme = RadioField(
        _("画面の色"),
        choices=[
            SelectChoice("", _("スマホやパソコンに合わせる")),
            SelectChoice("light", _("明るい")),
            SelectChoice("dark", _("暗い")),
        ],
        validators=[Optional()],
        default="",
    )

    def look(self) -> Look:
        """Return what was chosen."""
        return Look(self.theme.data or "", self.letters.data or "")
