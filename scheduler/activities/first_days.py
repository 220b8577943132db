"""Whether the first day has to be typed: not where the rhythm gives it."""

from flask_babel import gettext
from wtforms import Field, Form
from wtforms.validators import StopValidation

# What of the rhythm says the day by itself.
GIVING = {
    "weekly": ("weekdays",),
    "monthly_weekday": ("weeks", "weekdays"),
    "monthly_date": ("month_days",),
}


def gives_first(form: Form) -> bool:
    """Say whether the rhythm that was chosen gives a first day."""
    names = GIVING.get(str(form["repeats"].data))
    return bool(names) and all(form[name].data for name in names or ())


class FirstDayNeeded:
    """Ask for the first day, or for what is missing of a rhythm that would give it."""

    field_flags = {"if_no_rhythm": True}

    def __init__(self, missing: object) -> None:
        self.missing = missing

    def __call__(self, form: Form, field: Field) -> None:
        """Raise where nobody has typed it and nothing has filled it in."""
        if any(field.raw_data or ()):
            return
        field.errors = []
        could = str(form["repeats"].data) in GIVING and not gives_first(form)
        raise StopValidation(
            gettext("はじめの日を入れるか、くり返す曜日や日を選んでください。")
            if could
            else str(self.missing)
        )
