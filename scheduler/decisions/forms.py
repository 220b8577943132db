"""What is typed to decide about a date; shape only."""

from collections.abc import Collection, Iterable

from flask import request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp

from scheduler import words
from scheduler.activities.repeat_forms import said_when_shown
from scheduler.decisions.models import OUTCOMES
from scheduler.parties.models import Person
from scheduler.web import Form, PlainForm

TAKE_BACK = "take_back"


class DecisionFields(PlainForm):
    """The outcome is the button that is pressed; `revision` is the date as it stood on the decider's screen."""

    revision = HiddenField(
        "", [InputRequired(_("画面を新しくしてから、もう一度押してください。")), Regexp(r"\d{1,9}\Z")]
    )
    outcome = HiddenField(
        "",
        [InputRequired(_("実施、順延、中止のどれかを押してください。")), AnyOf((*OUTCOMES, TAKE_BACK))],
    )
    cause = SelectField(
        _("理由"), [Optional()], choices=said_when_shown({"": _("書きません")} | words.CAUSES), default=""
    )
    reason = StringField(
        _("ひとこと"),
        [Optional(), Length(max=400)],
        description=_("理由もひとことも、知らせる文に入ります。なくてもかまいません。"),
    )


class DecisionForm(DecisionFields, Form):
    """The screen of somebody who has signed in, who may also write down what another has decided by telephone."""

    known: Collection[str] = ()
    early = HiddenField("")
    decided_by = SelectField(_("だれが決めましたか"), default="", validate_choice=False)

    def offer(self, people: Iterable[Person], own_id: int | None) -> "DecisionForm":
        """Offer whoever may decide, the asker first; returns itself."""
        others = [(str(person.id), person.name) for person in people if person.id != own_id]
        self.known = {code for code, _name in others}
        self.decided_by.choices = [("", str(_("自分"))), *others]
        return self

    @classmethod
    def in_address(cls, **given: str) -> "DecisionForm":
        """Return the form with what stands in the address; nothing is sent by it, so there is no token."""
        typed = MultiDict(request.args.items(multi=True))
        typed.update(given)
        return cls(formdata=typed, meta={"csrf": False})

    def asks_once_more(self, days_early: int, revision: int) -> bool:
        """Say whether this is a first press, long before there is anything to decide, on the date as it stands."""
        early = days_early > 0 and not self.early.data and self.outcome.data != TAKE_BACK
        return bool(early and self.validate_on_submit() and self.revision.data == str(revision))

    def decider(self) -> int | None:
        """Return who else has decided; None where it is the asker, 0 where there is no such person."""
        chosen = str(self.decided_by.data or "")
        if not chosen:
            return None
        return int(chosen) if chosen in self.known else 0


class UndoForm(Form):
    """Nothing but the press."""


class LinkForm(DecisionFields, Form):
    """The same for whoever comes by a link: the address is the key, so that no cookie is needed."""

    class Meta(Form.Meta):
        """No token: a mail program's browser may keep no cookie."""

        csrf = False
