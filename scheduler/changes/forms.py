"""What is typed to change dates; shape only. The fields of "when" are those with which an activity is posted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from scheduler.activities.actions import RepeatFacts
from scheduler.activities.corrections import TEXTS, is_one_place
from scheduler.activities.fields import (
    SaidFields,
    TagFields,
    WeatherFields,
    map_point_field,
    tag_values,
    weather_values,
)
from scheduler.activities.models import Activity, Occurrence, SlotTemplate
from scheduler.activities.plans import HORIZON, schedule_of, source_at
from scheduler.activities.recurrence import BadRule, starts, to_local, to_utc
from scheduler.activities.reminder_forms import ReminderFields, reminder_values
from scheduler.activities.repeat_forms import RepeatFields, repeat_values
from scheduler.activities.schedules import planned
from scheduler.changes.corrections import Correction
from scheduler.changes.moves import OneDate, Place, Series
from scheduler.changes.parts import PartChange
from scheduler.errors import Invalid
from scheduler.parties.models import Person
from scheduler.web import Form, PlainForm

NEW_ROWS = 1
_REQUIRED = _("ここは必ず入れてください。")
_NUMBER = {"inputmode": "numeric", "min": "0"}


class PartRow(PlainForm):
    """One part; `was` is its name before, empty in the row for a new one."""

    was = HiddenField("", [Length(max=120)])
    name = StringField(_("役割"), [Optional(), Length(max=120)])
    places = IntegerField(_("人数"), [Optional(), NumberRange(0, 5000)], render_kw=_NUMBER)
    min_people = IntegerField(_("最少"), [Optional(), NumberRange(0, 5000)], render_kw=_NUMBER)
    remove = BooleanField(_("この役割をなくす"))


class _DayFields(PlainForm):
    # Before the others, since what is wrong is listed in the order of the fields.
    day = DateField(_("日にち"), [InputRequired(_REQUIRED)])
    first_at = TimeField(_("開始時刻"), [InputRequired(_REQUIRED)])
    ends_at = TimeField(_("終了時刻"), [InputRequired(_REQUIRED)])


class _Common(PlainForm):
    place = StringField(_("集まる場所"), [DataRequired(_REQUIRED), Length(max=200)])
    address = StringField(_("住所"), [Length(max=200)], description=_("地図のリンクに使います。"))
    map_point = map_point_field()
    parts = FieldList(FormField(PartRow), _("役割"), max_entries=60)
    why = StringField(
        _("ひとこと"),
        [Optional(), Length(max=400)],
        description=_("変える理由など。知らせる文に入ります。なくてもかまいません。"),
    )
    seen = HiddenField("", [Optional(), Regexp(r"[0-9a-f]{0,24}\Z")])

    def typed_place(self) -> Place:
        """Return where, as typed."""
        return Place(
            self.place.data or "", address=self.address.data or "", map_point=self.map_point.data or ""
        )

    def typed_parts(self) -> tuple[PartChange, ...]:
        """Return the parts as typed; a new one without a name does not count."""
        rows = [row.data for row in self.parts]
        return tuple(_part(row) for row in rows if row["was"] or (row["name"] or "").strip())


def _part(row: dict[str, Any]) -> PartChange:
    return PartChange(
        row["was"] or "", row["name"] or "", row["places"] or 0, row["min_people"] or 0, bool(row["remove"])
    )


class OneDateForm(_DayFields, _Common, Form):
    """What one date alone shall be."""

    def wanted(self) -> OneDate:
        """Return what was typed, in the shape the actions take."""
        assert self.day.data is not None, "the form was validated"
        assert self.first_at.data is not None, "the form was validated"
        assert self.ends_at.data is not None, "the form was validated"
        begins = datetime.combine(self.day.data, self.first_at.data)
        ends = datetime.combine(self.day.data, self.ends_at.data)
        minutes = int((ends - begins).total_seconds() // 60)
        parts = self.typed_parts()
        return OneDate(begins, minutes, self.typed_place(), parts, self.why.data or "")


class EndForm(Form):
    """After which day an activity is over."""

    last_on = DateField(
        _("この活動の最後の日"),
        [InputRequired(_REQUIRED)],
        description=_("この日までの日程は、そのままです。この日よりあとの日程がなくなります。"),
    )
    why = StringField(
        _("ひとこと"),
        [Optional(), Length(max=400)],
        description=_("終える理由など。知らせる文に入ります。なくてもかまいません。"),
    )
    seen = HiddenField("", [Optional(), Regexp(r"[0-9a-f]{0,24}\Z")])


class SeriesForm(RepeatFields, _Common, Form):
    """What this and the following dates, or all to come, shall be."""

    also_by_hand = BooleanField(
        _("1回だけ変えた日も、いっしょに変える"),
        description=_("選ばないと、その日だけ時刻や場所を変えた日は、そのまま残ります。"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # What is changed has a first day, and no other follows from the rhythm.
        self.first_on.flags.required, self.first_on.flags.if_no_rhythm = True, None

    def wanted(self, zone: str) -> Series:
        """Return what was typed, in the shape the actions take; raise Invalid for a rule without sense."""
        assert self.first_at.data is not None, "the form was validated"
        try:
            rule = self.rule()
        except BadRule as error:
            raise Invalid(error.code) from error
        repeat = RepeatFacts(
            first_on=self.first_day(),
            first_at=self.first_at.data,
            rule=rule,
            timezone=zone,
            dates=self.listed(),
            on_holiday=self.on_holiday.data or "",
            on_closed=self.on_closed.data or "",
        )
        return Series(
            repeat,
            self.minutes(),
            self.typed_place(),
            self.typed_parts(),
            self.why.data or "",
            bool(self.also_by_hand.data),
        )


def values_of_date(occurrence: Occurrence) -> dict[str, Any]:
    """Return a date as the form's values."""
    zone = occurrence.activity.timezone
    begins, ends = (to_local(at, zone) for at in (occurrence.starts_at, occurrence.ends_at))
    return {
        "day": begins.date(),
        "first_at": begins.time(),
        "ends_at": ends.time(),
        "place": occurrence.place,
        "address": occurrence.address,
        "map_point": occurrence.map_point,
        "parts": [_row_of(slot) for slot in occurrence.slots] + [{"was": ""}] * NEW_ROWS,
    }


def _row_of(row: Any) -> dict[str, Any]:
    return {"was": row.name, "name": row.name, "places": row.places, "min_people": row.min_people}


def values_of_series(occurrence: Occurrence, scope: str, now: datetime) -> dict[str, Any]:
    """Return what holds at a date as the form's values, counted from that date on, or from the next one to come."""
    activity = occurrence.activity
    own = occurrence.planned_at or occurrence.starts_at
    source = source_at(activity, own)
    schedule, cut = schedule_of(activity, source), now if scope == "all" else own
    lines = planned(schedule, cut, cut + HORIZON)
    first = lines[0].day if lines else to_local(own, activity.timezone).date()
    where = source if source.place is not None else activity
    place = {name: getattr(where, name) or "" for name in ("place", "address", "map_point")}
    values = repeat_values(source) | {"first_on": first} | place
    if values.get("count") and schedule.rule is not None:
        begins = to_utc(schedule.first, schedule.zone)
        values["count"] = max(
            1, values["count"] - len(starts(schedule.rule, schedule.first, schedule.zone, begins, cut))
        )
    templates: list[SlotTemplate] = source.templates
    return values | {"parts": [_row_of(row) for row in templates] + [{"was": ""}] * NEW_ROWS}


class CorrectionForm(SaidFields, WeatherFields, ReminderFields, TagFields, Form):
    """What a published activity shall say: all of it but when, where and with which parts."""

    tell = BooleanField(_("申し込んだ人にも知らせる"))
    why = StringField(
        _("ひとこと"),
        [Optional(), Length(max=400)],
        description=_("直す理由など。知らせる文に入ります。なくてもかまいません。"),
    )
    seen = HiddenField("", [Optional(), Regexp(r"[0-9a-f]{0,24}\Z")])
    # The revision that the activity had when the page was opened.
    was = HiddenField("", [Optional(), Regexp(r"[0-9]{1,9}\Z")])

    def fit(self, activity: Activity, people: Iterable[Person], now: datetime) -> None:
        """Offer who can decide; do not ask where it is on the map when its dates are in several places."""
        self.offer_deciders(people)
        if not is_one_place(activity, now):
            del self.address, self.map_point

    def wanted(self) -> Correction:
        """Return what was typed, in the shape the actions take."""
        typed = self.typed_weather() | {name: self[name].data or "" for name in TEXTS if name in self}
        reminders = self.typed_reminders()
        typed |= {"reminders": reminders} if reminders is not None else {}
        return Correction(typed, self.typed_tags(), bool(self.tell.data), self.why.data or "")


def values_of_facts(activity: Activity) -> dict[str, Any]:
    """Return what an activity says as the form's values."""
    values = {name: getattr(activity, name) for name in TEXTS} | {"was": str(activity.revision)}
    values |= {"reminders": reminder_values(activity.reminders)}
    return values | weather_values(activity) | tag_values(activity)
