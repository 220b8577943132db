"""What is ticked before somebody is erased; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms.validators import InputRequired

from scheduler.web import Form


class EraseForm(Form):
    """That somebody is sure."""

    sure = BooleanField(
        _("元にもどせないことがわかりました"), [InputRequired(_("ここに印をつけてから、押してください。"))]
    )
