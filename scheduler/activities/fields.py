"""Fields that several forms ask: what an activity says, the weather, the map, the programmes; shape only."""

from collections.abc import Iterable
from typing import Any, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, Form, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from scheduler import words
from scheduler.activities.models import Activity
from scheduler.activities.repeat_forms import said_when_shown
from scheduler.activities.tags import KNOWN
from scheduler.parties.access import ORGANISING
from scheduler.parties.models import Person
from scheduler.web import PlainForm, Ticks

REQUIRED = _("ここは必ず入れてください。")
MOST_RESERVE_DAYS = 60
# Where nothing is chosen about the rain yet.
UNSAID = ""
LONG_NAME = Length(max=120)


def map_point_field() -> StringField:
    """Return the field for the place on the map."""
    return StringField(
        _("地図の位置"),
        [Length(max=2000)],
        description=_(
            "地図アプリの「共有」で写したリンクか、35.66,139.70 のような数字を貼ってください。なくてもかまいません。"
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class TagFields(Form):
    """To which programmes an activity belongs: those that everybody knows to tick, others to type."""

    tags = Ticks(
        _("分野"),
        choices=said_when_shown(words.TAGS),
        description=_("さがす人の目印になり、分野ごとのカレンダーに入ります。"),
    )
    more_tags = StringField(
        _("ほかの分野"), [Length(max=400)], description=_("2つ以上あるときは「、」で区切ります。")
    )

    def typed_tags(self) -> tuple[str, ...]:
        """Return what was ticked and typed."""
        more = (self.more_tags.data or "").replace(",", "、").replace("，", "、")
        return (*(self.tags.data or ()), *(name for name in more.split("、") if name.strip()))


def tag_values(activity: Activity) -> dict[str, object]:
    """Return an activity's programmes as the form's values."""
    slugs = [tag.slug for tag in activity.tags]
    more = [tag.name for tag in activity.tags if tag.slug not in KNOWN]
    return {"tags": [slug for slug in slugs if slug in KNOWN], "more_tags": "、".join(more)}


class SaidFields(PlainForm):
    """What an activity says of itself, beside when and where it takes place."""

    title = StringField(_("活動の名前"), [DataRequired(REQUIRED), LONG_NAME])
    summary = TextAreaField(_("どんな活動ですか"), [Length(max=4000)], render_kw={"rows": 4})
    address = StringField(_("住所"), [Length(max=200)], description=_("地図のリンクに使います。"))
    map_point = map_point_field()
    bring = StringField(_("持ち物・服装"), [Length(max=400)])
    contact = StringField(
        _("問い合わせ先"),
        [Length(max=200)],
        description=_(
            "だれでも見られるページに出ます。知られてよい番号を入れてください。例：集会所 090-0000-0000"
        ),
    )
    website = StringField(
        _("くわしいページ"), [Length(max=400)], render_kw={"type": "url", "inputmode": "url"}
    )


class WeatherFields(PlainForm):
    """What becomes of a date in the rain; who decides that, and until when.

    What was typed beside a rule that was left as preset is never dropped: a reserve date says itself that dates are
    postponed, the rest is asked about.
    """

    weather_rule = SelectField(_("雨のとき"), choices=said_when_shown(words.WEATHER), default="none")
    reserve_days = IntegerField(
        _("予備日"),
        [Optional(), NumberRange(1, MOST_RESERVE_DAYS)],
        description=_("何日後ですか。1週間後なら7と入れます。雨のときは、その日に順延します。"),
        render_kw={"inputmode": "numeric"},
    )
    decide_at = TimeField(_("決める時刻"), [Optional()], description=_("実施するかどうかを決める時刻です。"))
    decide_days_before = SelectField(
        _("決める日"), choices=said_when_shown(words.DECISION_DAYS), default="0", coerce=str
    )
    decider = SelectField(
        _("決める人"),
        default="",
        validate_choice=False,
        description=_(
            "決める時刻の30分前と10分前に、つどいがお願いを送ります。決めておかないと、会長に聞きます。"
        ),
    )
    deputy = SelectField(
        _("代わりの人"),
        default="",
        validate_choice=False,
        description=_(
            "5分過ぎても決まらないとき、この人にお願いします。決めておかないと、副会長に聞きます。"
        ),
    )

    def leave_weather_open(self) -> None:
        """Let nothing be chosen about the rain as long as nobody has chosen."""
        self.weather_rule.choices = {UNSAID: gettext("選んでいません")} | {
            code: str(word) for code, word in words.WEATHER.items()
        }

    def offer_deciders(self, people: Iterable[Person]) -> Self:
        """Let the form offer the offices and these people as deciders; returns itself."""
        offered = {"": _("決めておきません")} | {
            office: words.title(words.OFFICES, office) for office in ORGANISING
        }
        offered |= {f"person:{person.id}": person.name for person in people}
        for field in (self.decider, self.deputy):
            field.choices = [(code, str(name)) for code, name in offered.items()]
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        """Postpone where a reserve date was typed and nothing chosen about the rain."""
        if self._rule_is_as_preset() and self._says_reserve():
            self.weather_rule.data = "postpone_if_rain"
        return bool(super().validate(extra_validators))

    def validate_weather_rule(self, _field: Field) -> None:
        """Ask for the rule where somebody typed who decides, or when."""
        asked = (self.decide_at, self.decider, self.deputy)
        nothing_is_decided = self.weather_rule.data in ("none", UNSAID)
        if nothing_is_decided and any(_was_typed(field) for field in asked):
            raise ValidationError(
                gettext("決める時刻や人を入れたときは、雨のときにどうするかも選んでください。")
            )

    def validate_reserve_days(self, _field: Field) -> None:
        """Ask which of the two is meant where nothing is decided in the rain, and that was chosen."""
        chosen = self.weather_rule.data == "none" != self.weather_rule.object_data
        if chosen and self._says_reserve():
            raise ValidationError(
                gettext(
                    "「雨のとき」は「天気では決めません」です。予備日を消すか、「雨のとき」を選び直してください。"
                )
            )

    def _says_reserve(self) -> bool:
        return _was_typed(self.reserve_days)

    def _rule_is_as_preset(self) -> bool:
        return bool(self.weather_rule.data == self.weather_rule.object_data in ("none", UNSAID))

    @property
    def follows_reserve(self) -> bool:
        """Whether nothing is said of the rain but what a reserve date alone makes of it."""
        rule = self.weather_rule
        is_preset = rule.object_data in ("none", UNSAID)
        return bool(is_preset and rule.data == "postpone_if_rain" and self._says_reserve())

    def reserve_is_after(self) -> int | None:
        """Return how many days later the reserve date is, as far as it is typed."""
        days: int | None = self.reserve_days.data
        rule = self.weather_rule
        is_meant = rule.data != "none" or rule.object_data == "none"
        return days if is_meant and days is not None and 1 <= days <= MOST_RESERVE_DAYS else None

    def typed_weather(self) -> dict[str, Any]:
        """Return what was typed, by the names of the columns."""
        return {
            "weather_rule": self.weather_rule.data or "none",
            "reserve_days": self.reserve_days.data,
            "decide_at": self.decide_at.data,
            "decide_days_before": int(self.decide_days_before.data),
            **_named("decider", self.decider.data),
            **_named("deputy", self.deputy.data),
        }


def _was_typed(field: Field) -> bool:
    return bool(field.data) and field.data != field.object_data


def _named(role: str, chosen: str | None) -> dict[str, Any]:
    # Whether there is such an office or person is for the action to say.
    kind, colon, number = (chosen or "").partition(":")
    if not colon:
        return {f"{role}_office": kind or None, f"{role}_id": None}
    known = number.isascii() and number.isdecimal() and len(number) < 10
    return {f"{role}_office": None, f"{role}_id": int(number) if known else 0}


def weather_values(activity: Activity) -> dict[str, Any]:
    """Return what an activity does in the rain as the form's values."""
    values = {name: getattr(activity, name) for name in ("weather_rule", "reserve_days", "decide_at")}
    values |= {role: _chosen(activity, role) for role in ("decider", "deputy")}
    return values | {"decide_days_before": str(activity.decide_days_before)}


def _chosen(activity: Activity, role: str) -> str:
    person_id, office = getattr(activity, f"{role}_id"), getattr(activity, f"{role}_office")
    return f"person:{person_id}" if person_id is not None else office or ""
