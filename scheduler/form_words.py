"""What the form library says of a field, in our own words and in the reader's language."""

from flask_babel import lazy_gettext as _

_LONG = _("%(max)d字までにしてください。")
# By the library's own English, the plural where it has one.
_SAID = {
    "This field is required.": _("ここは必ず入れてください。"),
    "Field cannot be longer than %(max)d characters.": _LONG,
    "Field must be between %(min)d and %(max)d characters long.": _LONG,
    "Number must be at least %(min)s.": _("%(min)sか、それより大きい数にしてください。"),
    "Number must be at most %(max)s.": _("%(max)sか、それより小さい数にしてください。"),
    "Number must be between %(min)s and %(max)s.": _("%(min)sから%(max)sまでの数にしてください。"),
    "Not a valid choice.": _("選べるものの中から選んでください。"),
    "'%(value)s' is not a valid choice for this field.": _("選べるものの中から選んでください。"),
    "'%(value)s' are not valid choices for this field.": _("選べるものの中から選んでください。"),
    "Invalid Choice: could not coerce.": _("選べるものの中から選んでください。"),
    "Not a valid integer value.": _("数字で入れてください。例：3"),
    "Not a valid date value.": _("日にちを入れてください。例：2026-11-22"),
    "Not a valid datetime value.": _("日にちと時刻を入れてください。例：2026-11-22 21:00"),
    "Not a valid time value.": _("時刻を入れてください。例：21:00"),
}


class FormWords:
    """What WTForms asks for its sentences; one that is not known here stays as the library says it."""

    def gettext(self, sentence: str) -> str:
        """Return a sentence."""
        return str(_SAID.get(sentence, sentence))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return a sentence about so many."""
        return str(_SAID.get(plural, singular if number == 1 else plural))
