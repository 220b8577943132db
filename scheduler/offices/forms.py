"""What is typed to give somebody an office, or to end one; shape only."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from scheduler import words
from scheduler.offices.actions import Term, offices_for
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Organization
from scheduler.web import Form

_REQUIRED = _("ここは必ず入れてください。")
_LONG_NAME = Length(max=120, message=_("120字までにしてください。"))


class OfficeForm(Form):
    """Who, which office, from when to when."""

    body = SelectField(_("団体・班"), [InputRequired(_REQUIRED)])
    office = SelectField(_("役"), [InputRequired(_REQUIRED)])
    name = StringField(_("お名前"), [DataRequired(_REQUIRED), _LONG_NAME])
    kana = StringField(_("ふりがな"), [DataRequired(_REQUIRED), _LONG_NAME])
    email = StringField(
        _("メール"),
        [DataRequired(_REQUIRED), Length(max=254)],
        description=_("この方がサインインするときに使います。"),
        render_kw={"type": "email", "autocomplete": "off", "inputmode": "email"},
    )
    starts_on = DateField(_("はじめの日"), [InputRequired(_REQUIRED)])
    ends_on = DateField(
        _("終わりの日"), [Optional()], description=_("決まっていなければ、あけておいてください。")
    )

    def fit(self, bodies: Sequence[Organization]) -> "OfficeForm":
        """Offer these bodies, and the offices that one of them can have."""
        self._bodies = {body.slug: body for body in bodies}
        self.body.choices = [(body.slug, body.name) for body in bodies]
        offices = dict.fromkeys(office for body in bodies for office in offices_for(body))
        self.office.choices = [(office, words.word(words.OFFICES, office)) for office in offices]
        return self

    def chosen(self) -> Organization:
        """Return the chosen body."""
        return self._bodies[str(self.body.data)]

    def facts(self) -> PersonFacts:
        """Return who was typed."""
        return PersonFacts(self.name.data or "", self.kana.data or "", email=self.email.data or "")

    def term(self) -> Term:
        """Return the office and its days."""
        assert self.starts_on.data is not None, "the form was validated"
        return Term(str(self.office.data), self.starts_on.data, self.ends_on.data)


class EndForm(Form):
    """The last day of an office."""

    last_on = DateField(_("さいごの日"), [InputRequired(_REQUIRED)])

    def day(self) -> date:
        """Return the day that was typed."""
        assert self.last_on.data is not None, "the form was validated"
        return self.last_on.data
