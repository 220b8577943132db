"""When people are reminded, as typed: rows of "so long before" and an hour; shape only, see `reminder_rules`."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import FieldList, FormField, HiddenField, SelectField, TimeField
from wtforms.validators import Optional

from scheduler import words
from scheduler.activities.reminder_rules import MOST_RULES, ReminderRule, parse
from scheduler.activities.repeat_forms import said_when_shown
from scheduler.errors import Invalid
from scheduler.web import Form, PlainForm

_USUAL_HOUR = time(19, 0)
_CODE = re.compile(r"([dm])(\d{1,4})\Z", re.ASCII)
_DAYS = (7, 14, 10, 5, 4, 3, 2, 1, 0)
_MINUTES = (180, 120, 60, 30)


def _when_word(code: str) -> str:
    """Say how long before, in a few words."""
    number = int(code[1:])
    if code[0] == "m":
        hours, minutes = divmod(number, 60)
        if minutes:
            return str(gettext("%(count)s分前", count=number))
        return str(ngettext("%(num)s時間前", "%(num)s時間前", hours))
    usual = {"d0": _("その日"), "d1": _("前の日"), "d7": _("1週間前"), "d14": _("2週間前")}
    return str(usual[code]) if code in usual else str(gettext("%(count)s日前", count=number))


def _choices() -> dict[str, str]:
    codes = [f"d{days}" for days in sorted(_DAYS, reverse=True)] + [f"m{minutes}" for minutes in _MINUTES]
    return {"": gettext("送らない")} | {code: _when_word(code) for code in codes}


def _code_of(rule: ReminderRule) -> str:
    return f"d{rule.days_before}" if rule.at is not None else f"m{rule.minutes_before}"


def _rule_word(rule: ReminderRule) -> str:
    when = _when_word(_code_of(rule))
    if rule.at is None:
        return when
    clock = words.clock_text(datetime.combine(date.min, rule.at))
    return str(gettext("%(when)s %(clock)s", when=when, clock=clock))


def _going_on(said: str) -> str:
    """Write words as they stand after others, where letters have a small form."""
    return said[:1].lower() + said[1:]


def reminder_words(rules: Iterable[ReminderRule]) -> str:
    """Say when people are reminded, such as "1週間前 午後7時、前の日 午後7時"."""
    said = [_rule_word(rule) for rule in rules]
    return str(gettext("、")).join(said[:1] + [_going_on(one) for one in said[1:]]) or str(
        gettext("送らない")
    )


class ReminderRow(PlainForm):
    """One reminder; a row that says nothing does not count."""

    when = SelectField(_("いつ"), choices=said_when_shown({}), validate_choice=False, default="")
    at = TimeField(_("何時"), [Optional()], default=_USUAL_HOUR)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What a program has asked for may be no usual choice, and stays all the same.
        code = str(self.when.data or "")
        known = _choices()
        self.when.choices = (
            known if code in known or not _CODE.match(code) else known | {code: _when_word(code)}
        )
        # Which rows count is said above them all.
        self.when.flags.chosen = self.at.flags.chosen = True

    def rule(self) -> dict[str, Any]:
        """Return it in the shape that `reminder_rules.parse` reads; raise Invalid for what is no choice."""
        found = _CODE.match(str(self.when.data or ""))
        if found is None:
            raise Invalid("choice_unknown")
        if found[1] == "m":
            return {"minutes_before": int(found[2])}
        return {"days_before": int(found[2]), "at": f"{self.at.data or _USUAL_HOUR:%H:%M}"}


class ReminderFields(PlainForm):
    """Up to four reminders. A form that does not show them leaves them as they are."""

    reminders = FieldList(
        FormField(ReminderRow), _("お知らせ"), min_entries=MOST_RULES, max_entries=MOST_RULES
    )
    asks_reminders = HiddenField(default="1")

    def typed_reminders(self) -> list[dict[str, Any]] | None:
        """Return what was typed, to be parsed; None where the form did not ask."""
        if not self.asks_reminders.raw_data or not self.asks_reminders.data:
            return None
        return [row.form.rule() for row in self.reminders if row.form.when.data]


def reminder_values(stored: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Return stored rules as the values of the rows."""
    return [{"when": _code_of(rule), "at": rule.at or _USUAL_HOUR} for rule in parse(stored)]


class RemindersForm(ReminderFields, Form):
    """When the people of an activity are reminded, alone on a page."""
