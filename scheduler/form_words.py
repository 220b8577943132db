"""What the form library says of a field, in our own words and in the reader's language."""

import re
from functools import cache

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
    "Not a valid choice.": _("どれかを選んでください。"),
    "'%(value)s' is not a valid choice for this field.": _("どれかを選んでください。"),
    "'%(value)s' are not valid choices for this field.": _("どれかを選んでください。"),
    "Invalid Choice: could not coerce.": _("どれかを選んでください。"),
    "Not a valid integer value.": _("数字で入れてください。例：3"),
    "Not a valid date value.": _("日にちを入れてください。例：2026-11-22"),
    "Not a valid datetime value.": _("日にちと時刻を入れてください。例：2026-11-22 21:00"),
    "Not a valid time value.": _("時刻を入れてください。例：21:00"),
}

# Which field a refusal speaks of, by its code: the first of these that the form has. What is not here stands on top.
AT = {
    "address_too_long": ("address",),
    "address_unusable": ("website", "address"),
    "block_known": ("names", "name"),
    "block_name_missing": ("names", "name"),
    "blocks_too_many": ("names",),
    "calendar_missing": ("address",),
    "calendar_unreachable": ("address",),
    "children_alone": ("without",),
    "children_missing": ("children",),
    "children_not_let_in": ("min_children", "minors"),
    "children_out_of_range": ("min_children",),
    "circular_after_date": ("useful_until",),
    "circular_day_wrong": ("useful_until",),
    "closed_name_missing": ("name",),
    "closed_out_of_range": ("ends_on",),
    "contact_must_come": ("without",),
    "date_out_of_range": ("first_on", "day", "starts_on"),
    "dates_not_made_yet": ("last_on",),
    "dates_unreadable": ("dates",),
    "decided_too_late": ("decide_at",),
    "email_unusable": ("email",),
    "end_too_early": ("last_on", "starts_on"),
    "end_too_late": ("last_on", "starts_on"),
    "ends_before_first": ("last_on",),
    "guardian_missing": ("guardian", "guardian_name"),
    "household_name_missing": ("name",),
    "kana_too_long": ("kana",),
    "last_day_past": ("last_on",),
    "length_out_of_range": ("ends_at",),
    "list_empty": ("pasted",),
    "list_has_problems": ("pasted",),
    "list_name_too_long": ("pasted",),
    "list_too_long": ("pasted",),
    "list_unreadable": ("pasted",),
    "map_link_short": ("map_point",),
    "map_point_unreadable": ("map_point",),
    "message_missing": ("text",),
    "name_too_long": ("name",),
    "new_day_is_over": ("day",),
    "new_time_is_over": ("first_at",),
    "next_too_early": ("starts_on",),
    "nobody_left": ("without",),
    "nobody_left_out": ("without",),
    "nobody_to_bring": ("name",),
    "nothing_to_end": ("last_on",),
    "oldest_out_of_range": ("max_age",),
    "phone_long": ("phone",),
    "phone_short": ("phone",),
    "phone_unusable": ("phone",),
    "phone_with_extension": ("phone",),
    "reading_unusable": ("kana",),
    "reserve_missing": ("reserve_days",),
    "reserve_out_of_range": ("reserve_days",),
    "sheet_code_wrong": ("code",),
    "slug_taken": ("slug",),
    "tag_too_long": ("more_tags",),
    "term_ends_first": ("ends_on",),
    "term_unusable": ("starts_on", "last_on"),
    "title_missing": ("title",),
    "token_lifetime_out_of_range": ("days",),
    "token_name_missing": ("name",),
    "token_scopes_missing": ("scopes",),
    "too_many_dates": ("dates",),
    "too_old": ("children", "age"),
    "too_young": ("contact_grade", "age"),
    "too_young_to_bring": ("age",),
    "too_many_tags": ("more_tags",),
}

# What fits any field, and so says nothing of its own; every other sentence names what it is about.
_GENERAL = (
    *dict.fromkeys(_SAID.values()),
    _("どれかを選んでください。"),
    _("時刻を入れてください。例：7:00"),
    _("小文字の英字、数字、「-」で入れてください。"),
    _("1人から60人までにしてください。"),
    _("ここに印をつけてから、押してください。"),
)


def fits_any_field(sentence: str) -> bool:
    """Tell whether a sentence, in the reader's language, says only together with its label which field it is about."""
    return any(_shape(str(general)).fullmatch(sentence) for general in _GENERAL)


@cache
def _shape(sentence: str) -> re.Pattern[str]:
    """Return what a sentence looks like, whatever stands in its blanks."""
    return re.compile("[^。.]+".join(map(re.escape, re.split(r"%\(\w+\)[ds]", sentence))))


class FormWords:
    """What WTForms asks for its sentences; one that is not known here stays as the library says it."""

    def gettext(self, sentence: str) -> str:
        """Return a sentence."""
        return str(_SAID.get(sentence, sentence))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return a sentence about so many."""
        return str(_SAID.get(plural, singular if number == 1 else plural))
