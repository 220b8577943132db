"""What the form library says of a field, in our own words and in the reader's language."""

import re

from flask_babel import lazy_gettext as _

from scheduler.text import without_readings

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

# Which field a refusal speaks of, by its code: the first of these that the form has. What is not here stands on top.
AT = {
    "address_too_long": ("address",),
    "address_unusable": ("website", "address"),
    "block_known": ("names", "name"),
    "block_name_missing": ("names", "name"),
    "blocks_too_many": ("names",),
    "calendar_unreachable": ("address",),
    "children_missing": ("children",),
    "children_not_let_in": ("min_children", "minors"),
    "children_out_of_range": ("min_children",),
    "circular_after_date": ("useful_until",),
    "circular_day_wrong": ("useful_until",),
    "closed_name_missing": ("name",),
    "closed_out_of_range": ("ends_on",),
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
    "next_too_early": ("starts_on",),
    "nothing_to_end": ("last_on",),
    "oldest_out_of_range": ("max_age",),
    "phone_unusable": ("phone",),
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

# What a label says by itself: its kanji and katakana, its English words without the little ones.
_SPEAKING = re.compile(r"[一-鿿々ァ-ヶー]+|[a-z]+")
_LITTLE = frozenset({"a", "an", "the", "of", "for", "to", "what", "which", "your", "it"})


def names(sentence: str, label: str) -> bool:
    """Tell whether a sentence says by itself what its field's label says, so that both side by side say it twice."""
    sentence, label = (without_readings(text).lower() for text in (sentence, label))
    if label in sentence:
        return True
    spoken = _speaking(label)
    if not spoken or (not label.isascii() and sum(map(len, spoken)) < 2):
        return False
    return spoken <= _speaking(sentence) or (not label.isascii() and all(one in sentence for one in spoken))


def _speaking(text: str) -> set[str]:
    # One block is named by blocks, too.
    return {word.removesuffix("s") for word in _SPEAKING.findall(text)} - _LITTLE


class FormWords:
    """What WTForms asks for its sentences; one that is not known here stays as the library says it."""

    def gettext(self, sentence: str) -> str:
        """Return a sentence."""
        return str(_SAID.get(sentence, sentence))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return a sentence about so many."""
        return str(_SAID.get(plural, singular if number == 1 else plural))
