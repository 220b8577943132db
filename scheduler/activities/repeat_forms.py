"""The fields that say when something takes place, for every form that asks it; and the dates that they give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from scheduler import words
from scheduler.activities.date_lists import dates_text, listed_dates
from scheduler.activities.first_days import FirstDayNeeded, gives_first
from scheduler.activities.models import Activity, RuleVersion
from scheduler.activities.plans import only_ends, schedule_of, spans_of
from scheduler.activities.recurrence import (
    BadRule,
    Rule,
    RuleChoices,
    choices,
    parse,
    rule_of,
    season,
    to_local,
    to_utc,
)
from scheduler.activities.rhythm import days_of_month, next_of
from scheduler.activities.rule_choices import Repeats
from scheduler.activities.rule_words import MONTHS, WEEKDAYS, repeat_text
from scheduler.activities.rules import MAX_TEXT
from scheduler.activities.schedules import Planned, Schedule, on_rest, planned
from scheduler.closures.restdays import RestDays
from scheduler.errors import Invalid, Refused
from scheduler.web import PlainForm, Ticks

SHOWN = 12
# Far enough for twelve dates of a yearly rule.
_LOOKED_AHEAD = timedelta(days=13 * 366)
_LAST = datetime.combine(date(2100, 12, 31), time.min)
_WEEKS = {"1": _("第1"), "2": _("第2"), "3": _("第3"), "4": _("第4"), "5": _("第5"), "-1": _("最後")}
_MONTHS = {"": _("決めない")} | {str(at): month for at, month in enumerate(MONTHS, 1)}
_REPEATS = {
    "once": _("1回だけ"),
    "weekly": _("毎週、または何週間かごと"),
    "monthly_weekday": _("毎月、第何曜日"),
    "monthly_date": _("毎月、同じ日"),
    "yearly": _("毎年、同じ日"),
    "yearly_weekday": _("毎年、何月の第何曜日"),
    "dates": _("日にちを並べて書く"),
    "rule": _("ほかのカレンダーから写す（くわしい人向け）"),
}
_ON_REST = {
    "keep": _("そのまま行います"),
    "skip": _("お休みにします"),
    "day_before": _("前の日に行います"),
    "day_after": _("次の日に行います"),
    "next_week": _("次の週の同じ曜日に行います"),
}
_REQUIRED = _("ここは必ず入れてください。")
_RHYTHM = (
    *("repeats", "interval", "weeks", "weekdays", "month_days", "season_from", "season_to", "until"),
    *("count", "rrule"),
)
_NAMES = (
    *(
        "first_on",
        "first_at",
        "repeats",
        "interval",
        "weeks",
        "weekdays",
        "month_days",
        "season_from",
        "season_to",
    ),
    *("until", "count", "dates", "rrule", "on_holiday", "on_closed"),
)


def said_when_shown(words_of: Mapping[str, object]) -> Callable[[], dict[str, str]]:
    """Return choices that are put into words when they are shown, in the reader's language."""
    return lambda: {code: str(word) for code, word in words_of.items()}


@dataclass(frozen=True)
class Preview:
    """What the fields give: the repetition in words, and the next dates, those left out among them.

    `passed` is the first day where that is over.
    """

    words: str
    lines: tuple[Planned, ...]
    more: bool
    zone: str
    minutes: int | None
    passed: date | None
    era: bool = False
    reserve_days: int | None = None

    @property
    def starts(self) -> list[datetime]:
        """When the dates begin that take place."""
        return [line.start for line in self.lines if line.start is not None]

    def reserve_of(self, begins: datetime) -> datetime | None:
        """Return the reserve date of a date; None without one."""
        return None if self.reserve_days is None else begins + timedelta(days=self.reserve_days)

    def end_of(self, begins: datetime) -> datetime | None:
        """Return when a date is over on the wall clock; None while that is not typed."""
        return None if self.minutes is None else begins + timedelta(minutes=self.minutes)


class RepeatFields(PlainForm):
    """When: the first date, how often, until when, and what gives way to days of rest."""

    first_on = DateField(_("はじめの日"), [FirstDayNeeded(_REQUIRED)])
    first_at = TimeField(_("開始時刻"), [InputRequired(_REQUIRED)])
    ends_at = TimeField(_("終了時刻"), [InputRequired(_REQUIRED)])
    repeats = SelectField(_("くり返し"), choices=said_when_shown(_REPEATS), default="once")
    interval = IntegerField(
        _("何週間（何か月）ごと"),
        [Optional(), NumberRange(1, 99)],
        default=1,
        render_kw={"inputmode": "numeric"},
    )
    weeks = Ticks(
        _("第何週"),
        choices=said_when_shown(_WEEKS),
        description=_("2つ選ぶと「第2と第4」のようになります。選ばないと、はじめの日の週です。"),
    )
    weekdays = Ticks(
        _("曜日"),
        choices=said_when_shown({str(day): name for day, name in enumerate(WEEKDAYS)}),
        description=_("選ばないと、はじめの日の曜日になります。"),
    )
    month_days = StringField(
        _("何日"),
        [Optional(), Length(max=100)],
        description=_("例：1、15。月の最後の日は「末」。書かないと、はじめの日と同じ日です。"),
    )
    season_from = SelectField(_("季節：何月から"), choices=said_when_shown(_MONTHS), default="")
    season_to = SelectField(_("何月まで"), choices=said_when_shown(_MONTHS), default="")
    until = DateField(_("いつまで"), [Optional()], description=_("決めないと、ずっと続きます。"))
    count = IntegerField(
        _("何回で終わり"),
        [Optional(), NumberRange(1, 500)],
        description=_("「いつまで」と、どちらか1つだけ。"),
        render_kw={"inputmode": "numeric"},
    )
    dates = TextAreaField(
        _("ほかの日にち"),
        [Optional(), Length(max=2500)],
        description=_("はじめの日のほかに行う日を、1行に1つ。例：12/6、2027/1/10"),
        render_kw={"rows": 4},
    )
    on_holiday = SelectField(_("祝日に当たったら"), choices=said_when_shown(_ON_REST), default="keep")
    on_closed = SelectField(
        _("団体の休みの日に当たったら"), choices=said_when_shown(_ON_REST), default="skip"
    )
    rrule = StringField(
        _("くり返しの決まり（RRULE）"),
        [Optional(), Length(max=MAX_TEXT)],
        description=_(
            "ほかのカレンダーのくり返しの決まり（RFC 5545）を、そのままはりつけられます。例：FREQ=MONTHLY;BYDAY=-1FR"
        ),
        render_kw={"autocapitalize": "characters", "spellcheck": "false"},
    )
    era = BooleanField(_("和暦でも見る"))

    # The first day that the rhythm gave, where nobody typed one.
    proposed: date | None = None

    def rule(self) -> str | None:
        """Return the repetition as RFC 5545 text, None for once and for listed dates; raise BadRule without sense."""
        rule = self._rule()
        return str(rule) if rule else None

    def _rule(self) -> Rule | None:
        typed, way = (self.rrule.data or "").strip(), self.repeats.data
        if typed and way not in ("once", "rule"):
            raise BadRule("rule_two_ways")
        if typed:
            return parse(typed)
        if way == "rule":
            raise BadRule("rule_unreadable")
        return None if way == "dates" else rule_of(self._choices())

    def _choices(self) -> RuleChoices:
        first, way = self.first_day(), cast("Repeats", self.repeats.data)
        return RuleChoices(
            repeats=way,
            interval=self.interval.data or 1,
            weeks=tuple(int(week) for week in self.weeks.data or ()) or ((first.day - 1) // 7 + 1,),
            weekdays=tuple(int(day) for day in self.weekdays.data or ()) or (first.weekday(),),
            month_days=days_of_month(self.month_days.data or "") or (first.day,),
            months=self._months() or ((first.month,) if way == "yearly_weekday" else ()),
            until=self.until.data,
            count=self.count.data,
        )

    def fill_first(self, today: date) -> None:
        """Put in the next day of the rhythm where no first day was typed; what was typed stays, also unreadable."""
        is_typed = self.first_on.data is not None or any(self.first_on.raw_data or ())
        if is_typed or not gives_first(self):
            return
        if not all(self[name].validate(self) for name in _RHYTHM):
            return
        self.first_on.data = today + timedelta(days=1)
        try:
            self.proposed = next_of(self.rule(), self.first_on.data)
        except BadRule:
            self.proposed = None
        self.first_on.data = self.proposed
        if self.proposed is not None:
            self.first_on.raw_data = [self.proposed.isoformat()]
            self.first_on.process_errors = []

    def first_day(self) -> date:
        """Return the first date as typed."""
        assert self.first_on.data is not None, "the form was validated"
        return self.first_on.data

    def _months(self) -> tuple[int, ...]:
        first, last = self.season_from.data, self.season_to.data
        return season(int(first), int(last)) if first and last else ()

    def listed(self) -> tuple[date, ...]:
        """Return the listed dates; raise Invalid for what is no date."""
        return listed_dates(self.dates.data or "", self.first_day())

    def minutes(self) -> int:
        """Return how long it takes, on the wall clock; an end before the beginning gives a number below zero."""
        begins, ends = self.first_at.data, self.ends_at.data
        assert begins is not None, "the form was validated"
        assert ends is not None, "the form was validated"
        return (ends.hour - begins.hour) * 60 + ends.minute - begins.minute

    def schedule(self, rest_days: RestDays) -> Schedule:
        """Return when it takes place, as typed; raise Invalid where that makes no sense."""
        assert self.first_at.data is not None, "the form was validated"
        try:
            rule = self._rule()
        except BadRule as error:
            raise Invalid(error.code) from error
        return Schedule(
            first=datetime.combine(self.first_day(), self.first_at.data),
            zone=rest_days.zone,
            rule=rule,
            dates=self.listed(),
            on_holiday=on_rest(self.on_holiday.data or ""),
            on_closed=on_rest(self.on_closed.data or ""),
            rest_days=rest_days,
        )

    def repeat_is_typed(self) -> bool:
        """Check the fields about dates alone, so that dates can be shown while the rest is still empty."""
        return not [name for name in _NAMES if not self[name].validate(self)]

    def preview(self, rest_days: RestDays, now: datetime) -> Preview:
        """Return the next dates that the fields give; raise Invalid where they make no sense."""
        minutes = None if self.ends_at.data is None else self.minutes()
        if minutes is not None and minutes <= 0:
            raise Invalid("length_out_of_range")
        found = _preview(self.schedule(rest_days), now, minutes)
        return replace(found, era=bool(self.era.data), reserve_days=self.reserve_is_after())

    def reserve_is_after(self) -> int | None:
        """Return how many days later a reserve date is, in forms that ask for it."""
        return None

    def preview_or_why(self, rest_days: RestDays, now: datetime) -> Preview | Refused | None:
        """Return the next dates, or why there are none; None while the fields are not filled in."""
        if self.first_on.data is None or self.first_at.data is None:
            return None
        # What is only shown comes from a draft, and was checked before it was kept.
        if self.first_on.raw_data is not None and not self.repeat_is_typed():
            return None
        try:
            return self.preview(rest_days, now)
        except Invalid as refused:
            return refused


def is_of_rule(code: str) -> bool:
    """Say whether a refusal is about the repetition itself, not about a day, a time or the rest of a form."""
    return code.startswith("rule_") or code == "month_days_unreadable"


def preview_of(activity: Activity, now: datetime) -> Preview:
    """Return the next dates of an activity as they are planned."""
    found = _preview(schedule_of(activity), now, activity.minutes)
    return replace(found, reserve_days=activity.reserve_days if activity.needs_decision else None)


def repeats_of(activity: Activity, now: datetime) -> str:
    """Say how an activity repeats; from when, too, where that will change."""
    spans = [span for span in spans_of(activity) if span.until is None or span.until > now]
    # Its words are those of the one before, with the last day.
    if len(spans) > 1 and only_ends(activity, spans[-1]):
        spans = [*spans[:-2], replace(spans[-1], from_at=spans[-2].from_at)]
    said = [(_said_of(span.source), span.from_at) for span in spans]
    return "\n".join(_from_then(text, from_at, activity.timezone, now) for text, from_at in said)


def _said_of(source: Activity | RuleVersion) -> str:
    rule = parse(source.rule) if source.rule else None
    return repeat_text(rule, source.first_on, len(source.dates))


def _from_then(text: str, from_at: datetime | None, zone: str, now: datetime) -> str:
    if from_at is None or from_at <= now:
        return text
    return str(gettext("%(day)sから：%(text)s", day=words.date_text(to_local(from_at, zone)), text=text))


def _preview(schedule: Schedule, now: datetime, minutes: int | None) -> Preview:
    end = min(max(now, _instant(schedule)) + _LOOKED_AHEAD, to_utc(_LAST, schedule.zone))
    try:
        lines = planned(schedule, now, end)
    except BadRule as error:
        raise Invalid(error.code) from error
    said = repeat_text(schedule.rule, schedule.first.date(), len(schedule.dates))
    shown = lines[: _place_of(lines, SHOWN)]
    passed = schedule.first.date() if schedule.rule and lines and _instant(schedule) < now else None
    return Preview(said, tuple(shown), len(lines) > len(shown), schedule.zone, minutes, passed)


def _instant(schedule: Schedule) -> datetime:
    try:
        return to_utc(schedule.first, schedule.zone)
    except BadRule as error:
        raise Invalid(error.code) from error


def _place_of(lines: list[Planned], wanted: int) -> int:
    """Return how many lines hold so many dates that take place."""
    for place, line in enumerate(lines, start=1):
        wanted -= line.start is not None
        if not wanted:
            return place
    return len(lines)


def repeat_values(activity: Activity | RuleVersion) -> dict[str, Any]:
    """Return when an activity, or a version of it, takes place as values of the fields; other rules as RRULE."""
    begins = datetime.combine(activity.first_on, activity.first_at)
    listed = tuple(date.fromisoformat(day) for day in activity.dates)
    common = {
        "first_on": activity.first_on,
        "first_at": activity.first_at,
        "ends_at": (begins + timedelta(minutes=activity.minutes)).time(),
        "dates": dates_text(listed),
        "on_holiday": activity.on_holiday,
        "on_closed": activity.on_closed,
    }
    if activity.rule is None:
        return common | {"repeats": "dates" if listed else "once"}
    rule = parse(activity.rule)
    found = choices(rule)
    return common | (_chosen_values(found) if found else {"repeats": "rule", "rrule": str(rule)})


def _chosen_values(found: RuleChoices) -> dict[str, Any]:
    return {
        "repeats": found.repeats,
        "interval": found.interval,
        "weeks": [str(week) for week in found.weeks],
        "weekdays": [str(day) for day in found.weekdays],
        "month_days": "、".join("末" if day == -1 else str(day) for day in found.month_days),
        "season_from": str(found.months[0]) if found.months else "",
        "season_to": str(found.months[-1]) if found.months else "",
        "until": found.until,
        "count": found.count,
    }
