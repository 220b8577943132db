"""What is ticked before somebody is erased, and typed to correct one's own name; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from scheduler.form_checks import Accepted
from scheduler.parties.identity import NAME
from scheduler.parties.names import kana_in
from scheduler.web import Form


class NameForm(Form):
    """What one is called, and how that is read."""

    name = StringField(
        _("お名前"), [DataRequired(_("お名前を入れてください。")), Length(max=120)], render_kw=NAME
    )
    kana = StringField(
        _("ふりがな"),
        [DataRequired(_("ふりがなを入れてください。")), Length(max=120), Accepted(kana_in)],
        description=_("ひらがなでもカタカナでも、ローマ字でもかまいません。"),
    )


class EraseForm(Form):
    """That somebody is sure."""

    sure = BooleanField(
        _("元にもどせないことがわかりました"), [InputRequired(_("ここに印をつけてから、押してください。"))]
    )
