"""What is ticked before somebody is erased, and typed to correct one's own name; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms.validators import InputRequired

from scheduler.parties.identity import kana_field, name_field
from scheduler.web import Form


class NameForm(Form):
    """What one is called, and how that is read."""

    name = name_field()
    kana = kana_field()

    def names(self) -> tuple[str, str]:
        """Return both as typed."""
        return str(self.name.data or ""), str(self.kana.data or "")


class EraseForm(Form):
    """That somebody is sure."""

    sure = BooleanField(
        _("元にもどせないことがわかりました"), [InputRequired(_("ここに印をつけてから、押してください。"))]
    )
