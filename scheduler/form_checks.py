"""Rules on single texts as a form asks them: what an action would refuse is said at its field, with all the rest."""

from collections.abc import Callable

from wtforms import Field
from wtforms.validators import ValidationError

from scheduler import words
from scheduler.errors import Invalid


class Accepted:
    """Say at the field what the rule says of a text that was typed; nothing of an empty one."""

    def __init__(self, rule: Callable[[str], object]) -> None:
        self._rule = rule

    def __call__(self, form: object, field: Field) -> None:
        """Ask the rule, unless something is said of the field already."""
        typed = str(field.data or "")
        if typed.strip() and not field.errors:
            try:
                self._rule(typed)
            except Invalid as refused:
                raise ValidationError(words.sentence(refused)) from refused
