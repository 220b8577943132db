"""What an organiser types to post an activity; shape only, the rules are in `actions`."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from scheduler import words
from scheduler.activities.actions import ActivityFacts
from scheduler.activities.models import Activity, SlotTemplate
from scheduler.activities.parts import SlotFacts
from scheduler.activities.recurrence import RuleChoices, choices, parse, rule_of, season
from scheduler.web import Form

SLOT_ROWS = 5
_WEEKDAYS = (_("月曜日"), _("火曜日"), _("水曜日"), _("木曜日"), _("金曜日"), _("土曜日"), _("日曜日"))
_WEEKS = {
    "1": _("第1"),
    "2": _("第2"),
    "3": _("第3"),
    "4": _("第4"),
    "5": _("第5"),
    "-1": _("最後"),
}
_MONTHS = {"": _("決めない")} | {str(month): _("%(month)s月", month=month) for month in range(1, 13)}
_REPEATS = {
    "once": _("1回だけ"),
    "weekly": _("毎週、または何週間かごと"),
    "monthly_weekday": _("毎月、第何曜日"),
    "monthly_date": _("毎月、同じ日"),
    "yearly": _("毎年、同じ日"),
}
_TEXTS = ("title", "summary", "place", "address", "bring", "contact", "website", "title_en", "summary_en")
_REQUIRED = _("ここは必ず入れてください。")
_LONG_NAME = Length(max=120, message=_("120字までにしてください。"))


def _said(words_of: Mapping[str, object]) -> Callable[[], dict[str, str]]:
    """Return choices that are put into words when they are shown, in the reader's language."""
    return lambda: {code: str(word) for code, word in words_of.items()}


class _Ticks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SlotRow(PlainForm):
    """One part; a row without a name does not count."""

    name = StringField(_("役割"), [Optional(), _LONG_NAME])
    places = IntegerField(_("人数"), [Optional()], render_kw={"inputmode": "numeric", "min": 1})
    min_people = IntegerField(_("最少"), [Optional()], render_kw={"inputmode": "numeric", "min": 0})
    unit = SelectField(
        _("数え方"), choices=_said({"person": _("人"), "family": _("家族（組）")}), default="person"
    )
    competence = SelectField(_("講習"), choices=_said({"": _("いりません")} | words.COMPETENCES), default="")
    burden = _Ticks(_("どんな役割ですか"), choices=_said(words.BURDENS))


class ActivityForm(Form):
    """An activity on one page: what, when, how often, if it rains, who is needed."""

    title = StringField(_("活動の名前"), [DataRequired(_REQUIRED), _LONG_NAME])
    summary = TextAreaField(_("どんな活動ですか"), [Length(max=4000)], render_kw={"rows": 4})
    place = StringField(_("集まる場所"), [DataRequired(_REQUIRED), Length(max=200)])
    address = StringField(_("住所"), [Length(max=200)], description=_("地図のリンクに使います。"))
    first_on = DateField(_("はじめの日"), [InputRequired(_REQUIRED)])
    first_at = TimeField(_("はじまり"), [InputRequired(_REQUIRED)])
    ends_at = TimeField(_("おわり"), [InputRequired(_REQUIRED)])
    repeats = SelectField(_("くり返し"), choices=_said(_REPEATS), default="once")
    interval = IntegerField(
        _("何週間（何か月）ごと"),
        [Optional(), NumberRange(1, 99)],
        default=1,
        render_kw={"inputmode": "numeric"},
    )
    weeks = _Ticks(_("第何週"), choices=_said(_WEEKS), description=_("「毎月、第何曜日」のときに選びます。"))
    weekdays = _Ticks(
        _("曜日"),
        choices=_said({str(day): name for day, name in enumerate(_WEEKDAYS)}),
        description=_("選ばないと、はじめの日の曜日になります。"),
    )
    season_from = SelectField(_("季節：何月から"), choices=_said(_MONTHS), default="")
    season_to = SelectField(_("何月まで"), choices=_said(_MONTHS), default="")
    until = DateField(_("いつまで"), [Optional()], description=_("決めないと、ずっと続きます。"))
    weather_rule = SelectField(_("雨のとき"), choices=_said(words.WEATHER), default="none")
    reserve_days = IntegerField(
        _("予備日"),
        [Optional(), NumberRange(1, 60)],
        description=_("何日後ですか。1週間後なら 7。"),
        render_kw={"inputmode": "numeric"},
    )
    decide_at = TimeField(
        _("決める時刻"), [Optional()], description=_("当日の朝、実施するかを決める時刻です。")
    )
    bring = StringField(_("持ち物・服装"), [Length(max=400)])
    contact = StringField(
        _("問い合わせ先"),
        [Length(max=200)],
        description=_("だれでも見られるページに出ます。役職と電話番号など。"),
    )
    website = StringField(
        _("くわしいページ"), [Length(max=400)], render_kw={"type": "url", "inputmode": "url"}
    )
    title_en = StringField(_("活動の名前（英語）"), [_LONG_NAME], render_kw={"lang": "en"})
    summary_en = TextAreaField(
        _("どんな活動ですか（英語）"), [Length(max=4000)], render_kw={"rows": 3, "lang": "en"}
    )
    slots = FieldList(FormField(SlotRow), _("手伝う役割"), min_entries=SLOT_ROWS, max_entries=60)

    def rule(self) -> str | None:
        """Return the repetition as RFC 5545 text, None for once; raise BadRule where it makes no sense."""
        rule = rule_of(self._choices())
        return str(rule) if rule else None

    def _choices(self) -> RuleChoices:
        first = self._typed_day()
        return RuleChoices(
            repeats=self.repeats.data,
            interval=self.interval.data or 1,
            weeks=tuple(int(week) for week in self.weeks.data or ()) or _week_of(first.day),
            weekdays=tuple(int(day) for day in self.weekdays.data or ()) or (first.weekday(),),
            month_day=first.day,
            months=self._months(),
            until=self.until.data,
            count=None,
        )

    def _typed_day(self) -> date:
        assert self.first_on.data is not None, "the form was validated"
        return self.first_on.data

    def _months(self) -> tuple[int, ...]:
        first, last = self.season_from.data, self.season_to.data
        return season(int(first), int(last)) if first and last else ()

    def facts(self) -> ActivityFacts:
        """Return what was typed, in the shape the actions take."""
        begins, ends = self.first_at.data, self.ends_at.data
        assert begins is not None, "the form was validated"
        assert ends is not None, "the form was validated"
        texts: dict[str, Any] = {name: getattr(self, name).data or "" for name in _TEXTS}
        return ActivityFacts(
            **texts,
            first_on=self._typed_day(),
            first_at=begins,
            minutes=_minutes(begins, ends),
            rule=self.rule(),
            weather_rule=self.weather_rule.data,
            reserve_days=self.reserve_days.data,
            decide_at=self.decide_at.data,
            slots=tuple(_slot(row.data) for row in self.slots if (row.data["name"] or "").strip()),
        )


def _week_of(day: int) -> tuple[int, ...]:
    return ((day - 1) // 7 + 1,)


def _minutes(begins: time, ends: time) -> int:
    return (ends.hour - begins.hour) * 60 + ends.minute - begins.minute


def _slot(row: dict[str, Any]) -> SlotFacts:
    return SlotFacts(
        name=row["name"],
        places=row["places"] or 0,
        min_people=row["min_people"] or 0,
        unit=row["unit"],
        competence=row["competence"] or None,
        burden=tuple(row["burden"] or ()),
    )


def typed_of(activity: Activity) -> dict[str, Any]:
    """Return a draft as the form's values, to be corrected; a pasted rule that the form cannot say shows as once."""
    others = ("first_on", "first_at", "weather_rule", "reserve_days", "decide_at")
    values = {name: getattr(activity, name) for name in (*_TEXTS, *others)}
    begins = datetime.combine(activity.first_on, activity.first_at)
    values["ends_at"] = (begins + timedelta(minutes=activity.minutes)).time()
    return values | _repeat_values(activity) | {"slots": [_row_of(slot) for slot in activity.templates]}


def _repeat_values(activity: Activity) -> dict[str, Any]:
    found = choices(parse(activity.rule)) if activity.rule else None
    if found is None:
        return {}
    return {
        "repeats": found.repeats,
        "interval": found.interval,
        "weeks": [str(week) for week in found.weeks],
        "weekdays": [str(day) for day in found.weekdays],
        "season_from": str(found.months[0]) if found.months else "",
        "season_to": str(found.months[-1]) if found.months else "",
        "until": found.until,
    }


def _row_of(slot: SlotTemplate) -> dict[str, Any]:
    names = ("name", "places", "min_people", "unit", "burden")
    return {name: getattr(slot, name) for name in names} | {"competence": slot.competence or ""}
