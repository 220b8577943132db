"""What is typed on the page of how things look."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import Optional

from scheduler.display.looks import Look
from scheduler.web import Form


def _letters() -> dict[str, str]:
    return {"": gettext("ふつう"), "large": gettext("大きい")}


def _themes() -> dict[str, str]:
    return {"": gettext("スマホやパソコンに合わせる"), "light": gettext("明るい"), "dark": gettext("暗い")}


class DisplayForm(Form):
    """The size of letters, and light or dark."""

    letters = RadioField(_("文字の大きさ"), choices=_letters, validators=[Optional()], default="")
    theme = RadioField(_("画面の色"), choices=_themes, validators=[Optional()], default="")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # One is always chosen: neither must it be filled in nor may it be left out.
        for field in (self.letters, self.theme):
            field.flags.chosen = True

    def look(self) -> Look:
        """Return what was chosen."""
        return Look(self.theme.data or "", self.letters.data or "")
