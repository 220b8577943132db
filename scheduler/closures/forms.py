"""What is typed to close a body for a day or some weeks; shape only."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from scheduler.closures.actions import ClosedFacts
from scheduler.web import Form

_REQUIRED = _("ここは必ず入れてください。")
_LONG_NAME = Length(max=120)


class ClosedDayForm(Form):
    """One day, or from one day to another, and why."""

    name = StringField(
        _("休みの名前"), [DataRequired(_REQUIRED), _LONG_NAME], description=_("例：夏休み、棚おろし")
    )
    starts_on = DateField(_("休みのはじめの日"), [InputRequired(_REQUIRED)])
    ends_on = DateField(
        _("休みの終わりの日"), [Optional()], description=_("1日だけのときは、空けておいてください。")
    )
    name_en = StringField(_("休みの名前（英語）"), [_LONG_NAME], render_kw={"lang": "en"})

    def facts(self) -> ClosedFacts:
        """Return what was typed, in the shape the actions take."""
        assert self.starts_on.data is not None, "the form was validated"
        return ClosedFacts(
            self.starts_on.data, self.name.data or "", self.ends_on.data, self.name_en.data or ""
        )
