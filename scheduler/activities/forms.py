"""What an organiser types to post an activity; shape only, the rules are in `actions`."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from scheduler import words
from scheduler.activities.actions import ActivityFacts
from scheduler.activities.fields import (
    UNSAID,
    SaidFields,
    TagFields,
    WeatherFields,
    tag_values,
    weather_values,
)
from scheduler.activities.models import Activity, SlotTemplate
from scheduler.activities.parts import MAX_PLACES, SlotFacts
from scheduler.activities.reminder_forms import ReminderFields, reminder_values
from scheduler.activities.repeat_forms import RepeatFields, repeat_values, said_when_shown
from scheduler.activities.wording import NAMES, TEXTS, Wording, part_names
from scheduler.errors import Invalid
from scheduler.readings import well_read
from scheduler.web import Form, PlainForm, Ticks

_ENGLISH = {"lang": "en"}
SLOT_ROWS = 5
_TEXTS = (
    *("title", "summary", "place", "address", "map_point", "bring", "contact", "website"),
    *TEXTS,
)
_REQUIRED = _("ここは必ず入れてください。")
_LONG_NAME = Length(max=120)


_WITH_CHILD = "parent_child"
# What a part without a name is called, by whom it counts: words of the activity, so in all languages at once.
_PLAIN_NAMES = {
    "person": ("お手伝い", "Helping", "お{手伝|てつだ}い"),
    "guest": ("参加", "Taking part", "{参加|さんか}"),
    "family": ("家族", "Families", "{家族|かぞく}"),
    _WITH_CHILD: ("親子", "Parents with children", "{親子|おやこ}"),
}
_UNITS = {
    "person": _("手伝う人（人数で数えます）"),
    "guest": _("参加する人（人数で数えます）"),
    "family": _("参加する家族（組で数えます）"),
    # Families, each with a child: what the terms call `min_children`.
    _WITH_CHILD: _("参加する親子（組で数えます。お子さんといっしょの方だけ）"),
}


class SlotRow(PlainForm):
    """One part; a row without a name and a number does not count, one without a name is called by whom it counts."""

    name = StringField(_("役割の名前"), [Optional(), _LONG_NAME])
    places = IntegerField(_("人数"), [Optional()], render_kw={"inputmode": "numeric", "min": 1})
    min_people = IntegerField(_("最少"), [Optional()], render_kw={"inputmode": "numeric", "min": 0})
    unit = SelectField(
        _("手伝う人ですか、参加する人ですか"), choices=said_when_shown(_UNITS), default="person"
    )
    competence = SelectField(
        _("講習"), choices=said_when_shown({"": _("いりません")} | words.COMPETENCES), default=""
    )
    burden = Ticks(_("どんな役割ですか"), choices=said_when_shown(words.BURDENS))
    # The first part, where no other is filled in.
    is_asked = False

    @property
    def is_typed(self) -> bool:
        """Whether the row counts."""
        return bool((self.name.data or "").strip() or self.places.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Say what is wrong with the numbers of a part, by its name, beside what else is wrong on the page."""
        fine = super().validate(extra_validators)
        name, places, least = _names_of(self.data)[0], self.places.data or 0, self.min_people.data or 0
        if not self.is_typed and self.is_asked and not self.places.errors:
            return _says(self.places, _("人数を入れてください。"))
        if not self.is_typed or self.places.errors or self.min_people.errors:
            return fine
        if not 1 <= places <= MAX_PLACES:
            said = gettext("%(part)s：人数は、1から%(most)sまでにしてください。", part=name, most=MAX_PLACES)
            return _says(self.places, said)
        if not 0 <= least <= places:
            return _says(
                self.min_people, gettext("%(part)s：最少人数は、人数以下にしてください。", part=name)
            )
        return fine


def _says(field: Field, sentence: object) -> bool:
    field.errors = [*field.errors, str(sentence)]
    return False


def _well_read(_form: object, field: Field) -> None:
    try:
        well_read(str(field.data or ""))
    except Invalid as refused:
        raise ValidationError(words.sentence(refused)) from refused


class OtherWords(PlainForm):
    """What an activity says in easy Japanese and in English; nothing of it has to be there."""

    title_easy = StringField(
        _("活動の名前（やさしい日本語）"),
        [_LONG_NAME, _well_read],
        description=_("漢字の読みは、｛公園｜こうえん｝のように書けます。"),
    )
    summary_easy = TextAreaField(
        _("どんな活動ですか（やさしい日本語）"), [Length(max=4000), _well_read], render_kw={"rows": 3}
    )
    place_easy = StringField(_("集まる場所（やさしい日本語）"), [Length(max=200), _well_read])
    address_easy = StringField(_("住所・行き方（やさしい日本語）"), [Length(max=200), _well_read])
    bring_easy = StringField(_("持ち物・服装（やさしい日本語）"), [Length(max=400), _well_read])
    title_en = StringField(_("活動の名前（英語）"), [_LONG_NAME], render_kw=_ENGLISH)
    summary_en = TextAreaField(
        _("どんな活動ですか（英語）"), [Length(max=4000)], render_kw={"rows": 3, **_ENGLISH}
    )
    place_en = StringField(_("集まる場所（英語）"), [Length(max=200)], render_kw=_ENGLISH)
    address_en = StringField(
        _("住所・行き方（英語）"),
        [Length(max=200)],
        description=_("例：1-5 Midoricho. Five minutes on foot from the east exit of the station."),
        render_kw=_ENGLISH,
    )
    bring_en = StringField(_("持ち物・服装（英語）"), [Length(max=400)], render_kw=_ENGLISH)


class PartWords(PlainForm):
    """What a part is called in other languages; `part` is its Japanese name."""

    part = HiddenField()
    name_easy = StringField(_("役割の名前（やさしい日本語）"), [_LONG_NAME, _well_read])
    name_en = StringField(_("役割の名前（英語）"), [_LONG_NAME], render_kw=_ENGLISH)


class WordsForm(OtherWords, Form):
    """What an activity and its parts say in other languages, on a page of its own."""

    parts = FieldList(FormField(PartWords), _("手伝う役割"), max_entries=200)

    def wording(self) -> Wording:
        """Return what was typed, in the shape the actions take."""
        rows = [row.data for row in self.parts]
        names = {row["part"] or "": {name: row[name] or "" for name in NAMES} for row in rows}
        return Wording({name: getattr(self, name).data or "" for name in TEXTS}, names)


def words_of(activity: Activity) -> dict[str, Any]:
    """Return what an activity says in other languages, as the form's values."""
    parts = [
        {"part": part.name} | {name: getattr(part, name) for name in NAMES} for part in part_names(activity)
    ]
    return {name: getattr(activity, name) for name in TEXTS} | {"parts": parts}


class PlannedFields(WeatherFields, RepeatFields):
    """What says which dates there will be, with their reserve dates."""


class ActivityForm(SaidFields, WeatherFields, OtherWords, RepeatFields, ReminderFields, TagFields, Form):
    """An activity on one page: what, when, how often, if it rains, who is needed."""

    place = StringField(_("集まる場所"), [DataRequired(_REQUIRED), Length(max=200)])
    slots = FieldList(FormField(SlotRow), _("手伝う役割"), min_entries=SLOT_ROWS, max_entries=60)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.first_on.description = gettext(
            "くり返しと曜日を先に選んだときは、空けておくと、次の日が入ります。"
        )
        # No activity is without a part, so the first row is no choice.
        self.slots.entries[0].form["places"].flags.required = True
        if self.weather_rule.object_data == UNSAID:
            self.leave_weather_open()

    def validate(self, extra_validators: Any = None) -> bool:
        """Say all that is wrong at once: a number is asked for where no part is filled in."""
        self.slots.entries[0].form.is_asked = not any(row.form.is_typed for row in self.slots)
        return bool(super().validate(extra_validators))

    def validate_ends_at(self, field: Field) -> None:
        """Say at once that it ends before it begins."""
        begins = self.first_at.data
        if begins is not None and field.data is not None and field.data <= begins:
            raise ValidationError(words.sentence(Invalid("length_out_of_range")))

    def __iter__(self) -> Iterator[Field]:
        """Go through the fields in the order of the page: what is wrong is listed so."""
        places = {"title": 0, "place": 2, "slots": 3}
        return iter(
            sorted(
                super().__iter__(),
                key=lambda one: 1 if hasattr(RepeatFields, one.name) else places.get(one.name, 4),
            )
        )

    def facts(self) -> ActivityFacts:
        """Return what was typed, in the shape the actions take."""
        begins = self.first_at.data
        assert begins is not None, "the form was validated"
        texts: dict[str, Any] = {name: getattr(self, name).data or "" for name in _TEXTS}
        return ActivityFacts(
            **texts,
            first_on=self.first_day(),
            first_at=begins,
            minutes=self.minutes(),
            rule=self.rule(),
            dates=self.listed(),
            on_holiday=self.on_holiday.data,
            on_closed=self.on_closed.data,
            reminders=self.typed_reminders(),
            **self.typed_weather(),
            tags=self.typed_tags(),
            slots=tuple(_slot(row.data) for row in self.slots if row.form.is_typed),
        )


def _names_of(row: dict[str, Any]) -> tuple[str, str, str]:
    typed, plain = (row["name"] or "").strip(), _PLAIN_NAMES.get(row["unit"], _PLAIN_NAMES["person"])
    return plain if typed in ("", plain[0]) else (typed, "", "")


def _slot(row: dict[str, Any]) -> SlotFacts:
    name, name_en, name_easy = _names_of(row)
    return SlotFacts(
        name=name,
        name_en=name_en,
        name_easy=name_easy,
        places=row["places"] or 0,
        min_people=row["min_people"] or 0,
        unit="family" if row["unit"] == _WITH_CHILD else row["unit"],
        min_children=int(row["unit"] == _WITH_CHILD),
        competence=row["competence"] or None,
        burden=tuple(row["burden"] or ()),
    )


def typed_of(activity: Activity) -> dict[str, Any]:
    """Return a draft as the form's values, to be corrected."""
    values = {name: getattr(activity, name) for name in _TEXTS}
    values |= {"reminders": reminder_values(activity.reminders)} | weather_values(activity)
    values |= repeat_values(activity) | tag_values(activity)
    return values | {"slots": [_row_of(slot) for slot in activity.templates]}


def _row_of(slot: SlotTemplate) -> dict[str, Any]:
    names = ("name", "places", "min_people", "unit", "burden")
    values = {name: getattr(slot, name) for name in names} | {"competence": slot.competence or ""}
    return values | ({"unit": _WITH_CHILD} if slot.unit == "family" and slot.min_children else {})
