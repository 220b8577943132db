"""What is typed to give somebody an office, or to end one; shape only."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import ListWidget, RadioInput

from scheduler import words
from scheduler.errors import Invalid
from scheduler.offices.actions import Term, offices_offered
from scheduler.offices.queries import FEW, Known
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Organization, Person
from scheduler.parties.names import reading_of, reads_itself
from scheduler.web import Form, PlainForm

_REQUIRED = _("ここは必ず入れてください。")
_CHOOSE = _("どれかを選んでください。")
_LONG_NAME = Length(max=120)


class _OfficeFields(PlainForm):
    # Before the others, since what is wrong is listed in the order of the fields.
    body = SelectField(_("団体・班"), [InputRequired(_CHOOSE)])
    office = SelectField(_("役"), [InputRequired(_CHOOSE)])


def _called(one: Person) -> str:
    """Return somebody by name and reading; who has no mail needs a key card, so that is said before choosing."""
    said = f"{one.name}{words.aside(one.kana)}"
    return said if one.email else said + " " + gettext("メールなし")


class _WhoForm(Form):
    """Who: one of those whom the body knows, or somebody by name; from when to when."""

    person = SelectField(
        _("名簿から選ぶ"),
        default="",
        validate_choice=False,
        description=_("名簿にいない方のときは、選ばずに、下にお名前を入れてください。"),
    )
    name = StringField(_("お名前"), [_LONG_NAME])
    kana = StringField(_("ふりがな"), [_LONG_NAME])
    email = StringField(
        _("メールアドレス"),
        [Length(max=254)],
        description=_("サインインに使います。メールのない方は、鍵カードを印刷して渡せます。"),
        render_kw={"type": "email", "autocomplete": "off", "inputmode": "email"},
    )
    phone = StringField(
        _("電話番号"),
        [Length(max=40)],
        render_kw={"type": "tel", "autocomplete": "off", "inputmode": "tel"},
    )
    starts_on = DateField(_("はじめの日"), [InputRequired(_REQUIRED)])
    ends_on = DateField(
        _("終わりの日"), [Optional()], description=_("決まっていなければ、空けておいてください。")
    )

    def offer(self, known: Known) -> Self:
        """Offer these people, the only one that was found as chosen; returns itself."""
        self.known = known
        self._people = {str(person.id): person for person in known.people}
        names = [(number, _called(one)) for number, one in self._people.items()]
        # Somebody has to be named, here or below: neither of the two is needed by itself.
        self.person.flags.chosen = True
        self.person.choices = [("", str(_("選んでください"))), *names]
        if known.sought and 0 < len(names) <= FEW:
            # Few names are seen all at once, without opening anything; nobody of them comes last.
            self.person.choices = [*names, ("", str(_("名簿にいない方")))]
            self.person.widget, self.person.option_widget = ListWidget(prefix_label=False), RadioInput()
        if known.sought and len(names) == 1 and not self.is_submitted():
            self.person.data = names[0][0]
        return self

    def validate_person(self, _field: SelectField) -> None:
        """Ask for somebody of the list, or a name."""
        if not self._is_said() and self.known.people:
            raise ValidationError(_("名簿から選ぶか、お名前を入れてください。"))

    def _is_said(self) -> bool:
        typed = ((self.name.data or "") + (self.kana.data or "")).strip()
        return bool(self.person.data or typed)

    def validate_name(self, field: StringField) -> None:
        """Ask for the name of whoever is not chosen."""
        self._needed(field)

    def validate_kana(self, field: StringField) -> None:
        """Ask for the reading of whoever is not chosen, where the name does not tell it."""
        if not reads_itself(str(self.name.data or "")):
            self._needed(field)

    def _needed(self, field: StringField) -> None:
        # Where nothing is said at all, the list is the place to begin; it says so.
        if not self._is_said() and self.known.people:
            return
        if not self.person.data and not (field.data or "").strip():
            raise ValidationError(_REQUIRED)

    def who(self) -> PersonFacts | Person:
        """Return who was chosen, or typed; raise Invalid for somebody who was not offered."""
        if not self.person.data:
            name = self.name.data or ""
            kana = reading_of(name, self.kana.data or "")
            return PersonFacts(name, kana, email=self.email.data or "", phone=self.phone.data or "")
        if self.person.data not in self._people:
            raise Invalid("choice_unknown")
        return self._people[self.person.data]

    def term(self, office: str) -> Term:
        """Return the office and its days."""
        assert self.starts_on.data is not None, "the form was validated"
        return Term(office, self.starts_on.data, self.ends_on.data)


class HandOverForm(_WhoForm):
    """Who is next, and from which day on."""


class OfficeForm(_OfficeFields, _WhoForm):
    """Who, and which office."""

    def fit(self, bodies: Sequence[Organization], is_block: bool) -> "OfficeForm":
        """Offer these bodies, and the offices that one of them can have."""
        self._bodies = {body.slug: body for body in bodies}
        self.body.choices = [(body.slug, words.said(body, "name")) for body in bodies]
        offered = offices_offered(bodies, is_block)
        self.office.choices = [(office, words.title(words.OFFICES, office)) for office in offered]
        if self.is_submitted():
            # What is said to be missing does not stand there as chosen.
            none = [("", str(_("選んでください")))]
            self.body.choices = [*([] if self.body.data else none), *self.body.choices]
            self.office.choices = [*([] if self.office.data else none), *self.office.choices]
        return self

    def chosen(self) -> Organization:
        """Return the chosen body."""
        return self._bodies[str(self.body.data)]


class EndForm(Form):
    """The last day of an office."""

    last_on = DateField(_("役の最後の日"), [InputRequired(_REQUIRED)])

    def day(self) -> date:
        """Return the day that was typed."""
        assert self.last_on.data is not None, "the form was validated"
        return self.last_on.data
