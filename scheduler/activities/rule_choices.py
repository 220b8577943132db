"""Say a recurrence rule as the few choices of the simple form, and back; pure, and no words for people."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Literal

from scheduler.activities.patterns import ByDay, Freq
from scheduler.activities.rules import BadRule, Rule

Repeats = Literal["once", "weekly", "monthly_weekday", "monthly_date", "yearly", "yearly_weekday"]

_FREQS: dict[Repeats, Freq] = {
    "weekly": "WEEKLY",
    "monthly_weekday": "MONTHLY",
    "monthly_date": "MONTHLY",
    "yearly": "YEARLY",
    "yearly_weekday": "YEARLY",
}


@dataclass(frozen=True, kw_only=True)
class RuleChoices:
    """What the simple form asks.

    `weeks` are 1 to 5, or -1 for the last; `weekdays` 0 (Monday) to 6; `months` the season in its own order
    (11, 12, 1), empty for all year. Empty `weekdays` of a weekly and empty `month_days` come from the
    first date; a yearly date without `months` is the first date's, whatever `month_days` say.
    """

    repeats: Repeats
    interval: int = 1
    weeks: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None


def rule_of(choices: RuleChoices) -> Rule | None:
    """Make the rule that the form says; None for once.

    Ignores what another way of repeating would ask. Raises BadRule, rule_incomplete among others.
    """
    if choices.repeats == "once":
        return None
    return Rule(
        freq=_FREQS[choices.repeats],
        interval=choices.interval,
        by_day=_form_days(choices),
        by_month_day=_form_month_days(choices),
        by_month=choices.months,
        count=choices.count,
        until=choices.until,
    )


def choices(rule: Rule | None) -> RuleChoices | None:
    """Say a rule in the words of the form; None when the form cannot say it (daily, `-2SU`, a UTC UNTIL)."""
    if rule is None:
        return RuleChoices(repeats="once")
    if rule.freq == "DAILY" or isinstance(rule.until, datetime):
        return None
    said = RuleChoices(
        repeats=_form_repeats(rule),
        interval=rule.interval,
        weeks=tuple(sorted({ordinal for ordinal, _ in rule.by_day if ordinal is not None})),
        weekdays=tuple(sorted({weekday for _, weekday in rule.by_day})),
        month_days=rule.by_month_day,
        months=in_season_order(rule.by_month),
        until=rule.until,
        count=rule.count,
    )
    return said if _says(said, rule) else None


def season(first_month: int, last_month: int) -> tuple[int, ...]:
    """List the months from one to another, over the year's end if need be: 11 and 3 give 11, 12, 1, 2, 3."""
    if not (1 <= first_month <= 12 and 1 <= last_month <= 12):
        raise BadRule("rule_out_of_range")
    length = (last_month - first_month) % 12 + 1
    return tuple((first_month - 1 + n) % 12 + 1 for n in range(length))


def _says(said: RuleChoices, rule: Rule) -> bool:
    try:
        return rule_of(said) == rule
    except BadRule:
        return False


def _form_repeats(rule: Rule) -> Repeats:
    if rule.freq == "MONTHLY":
        return "monthly_weekday" if rule.by_day else "monthly_date"
    if rule.freq == "WEEKLY":
        return "weekly"
    return "yearly_weekday" if rule.by_day else "yearly"


def _form_days(choices: RuleChoices) -> tuple[ByDay, ...]:
    if choices.repeats == "weekly":
        return tuple((None, weekday) for weekday in choices.weekdays)
    if choices.repeats not in ("monthly_weekday", "yearly_weekday"):
        return ()
    if (
        not choices.weeks
        or not choices.weekdays
        or (choices.repeats == "yearly_weekday" and not choices.months)
    ):
        raise BadRule("rule_incomplete")
    if not set(choices.weeks) <= {-1, 1, 2, 3, 4, 5}:
        raise BadRule("rule_out_of_range")
    return tuple(product(choices.weeks, choices.weekdays))


def _form_month_days(choices: RuleChoices) -> tuple[int, ...]:
    # BYMONTHDAY without BYMONTH would make a yearly rule fall in every month.
    asked = choices.repeats == "monthly_date" or (choices.repeats == "yearly" and choices.months)
    return choices.month_days if asked else ()


def in_season_order(months: tuple[int, ...]) -> tuple[int, ...]:
    """Put months in the order of their season: 1, 11, 12 become 11, 12, 1; others stay in the order of the year."""
    opening = [month for month in months if (month - 2) % 12 + 1 not in months]
    if len(opening) != 1:
        return months
    return tuple(sorted(months, key=lambda month: (month - opening[0]) % 12))
