"""What is typed as a body's own words; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import Length

from scheduler.web import Form
from scheduler.wordings.actions import LONGEST
from scheduler.wordings.kinds import Texts

_LONG = Length(max=LONGEST)


class WordsForm(Form):
    """Own words in three languages."""

    text = TextAreaField(_("日本語"), [_LONG], render_kw={"rows": 5})
    text_easy = TextAreaField(
        _("やさしい日本語"),
        [_LONG],
        description=_("書かないと、日本語の文が出ます。"),
        render_kw={"rows": 4},
    )
    text_en = TextAreaField(
        _("英語"),
        [_LONG],
        description=_("書かないと、日本語の文が出ます。"),
        render_kw={"rows": 4, "lang": "en"},
    )

    def texts(self) -> Texts:
        """Return what was typed."""
        return Texts(self.text.data or "", self.text_easy.data or "", self.text_en.data or "")
