"""What every form asks that signs a party up: who says yes, the slot's questions, the second taps; shape only."""

from typing import Any, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from scheduler import words
from scheduler.activities.models import Slot
from scheduler.participation.signing import SignUp
from scheduler.parties.identity import IdentityForm


class PartyForm(IdentityForm):
    """Who says yes, and the questions of the slot.

    `wait` and `clash` are second taps: take the waiting list, and come in spite of another part at the same time.
    """

    wait = HiddenField()
    clash = HiddenField()

    @classmethod
    def for_slot(cls, slot: Slot, *, known: bool) -> Self:
        """Return the form that asks only what this slot needs, and nothing again of somebody who is known."""
        questions = {_field_name(question): _question_field(question) for question in slot.questions}
        form: Self = type(cls.__name__, (cls,), questions)()
        form._fit(slot, known)
        return form

    def _fit(self, slot: Slot, known: bool) -> None:
        if known:
            self.ask_nothing_again()

    def yes(self) -> SignUp:
        """Return what was typed of every yes: the answers and the second taps."""
        return SignUp(
            0,
            answers=self.answers(),
            or_wait=bool(self.wait.data),
            clash_ok=bool(self.clash.data),
            request_key=self.request_key.data or None,
        )

    def answers(self) -> dict[str, str]:
        """Return what was answered to the slot's own questions, by their keys."""
        asked = {name: field for name, field in self._fields.items() if name.startswith(_ASKED)}
        return {name.removeprefix(_ASKED): str(field.data or "") for name, field in asked.items()}

    @property
    def questions(self) -> list[Field]:
        """The fields of the slot's own questions."""
        return [field for name, field in self._fields.items() if name.startswith(_ASKED)]


_ASKED = "q-"


def _field_name(question: dict[str, Any]) -> str:
    return f"{_ASKED}{question['key']}"


def _question_field(question: dict[str, Any]) -> Field:
    label, purpose = (_in_language(question, name) for name in ("label", "purpose"))
    needed = [DataRequired(_("答えを入れてください。"))] if question["required"] else [Optional()]
    kind = question["kind"]
    if kind in {"choice", "yes_no"}:
        choices = {"": gettext("選んでください")} | _choices(question)
        return SelectField(label, needed, choices=choices, description=purpose)
    limit = {"number": 6, "text": 400}[kind]
    look = {"inputmode": "numeric"} if kind == "number" else {}
    return StringField(label, [*needed, Length(max=limit)], description=purpose, render_kw=look)


def _choices(question: dict[str, Any]) -> dict[str, str]:
    if question["kind"] == "yes_no":
        return {"yes": gettext("はい"), "no": gettext("いいえ")}
    return {choice: choice for choice in question["choices"]}


def _in_language(question: dict[str, Any], name: str) -> str:
    translated = question.get(f"{name}_{words.language()}", "")
    return str(translated or question[name])
