"""What a new activity may begin with: the usual ones of a neighbourhood, or one that the body had before.

Only values of the form; whoever posts looks at them, and changes what is different.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _

from scheduler.activities.forms import typed_of
from scheduler.activities.models import Activity
from scheduler.activities.plans import next_starts
from scheduler.activities.recurrence import to_local

_A_YEAR = timedelta(days=364)
# Nothing that is asked for by its weekday lies further ahead.
_FURTHEST = timedelta(days=800)
SUNDAY, SATURDAY, WEDNESDAY = "6", "5", "2"


def _part(name: Any, places: int, minimum: int = 0, *burden: str, unit: str = "person") -> dict[str, Any]:
    return {"name": name, "places": places, "min_people": minimum, "burden": list(burden), "unit": unit}


def _monthly(week: str, day: str, begins: int, ends: int) -> dict[str, Any]:
    return {
        "repeats": "monthly_weekday",
        "weeks": [week],
        "weekdays": [day],
        "first_at": time(begins),
        "ends_at": time(ends),
    }


_RAIN = {"weather_rule": "postpone_if_rain", "reserve_days": 7, "decide_at": time(6, 30)}
STARTERS: dict[str, dict[str, Any]] = {
    "recovery": _monthly("2", SUNDAY, 8, 10)
    | _RAIN
    | {
        "title": _("資源回収の日"),
        "bring": _("軍手、飲み物、動きやすい服"),
        "slots": [
            _part(_("積込み"), 6, 3, "standing", "heavy", "outdoors"),
            _part(_("受付"), 2, 1, "seated"),
        ],
    },
    "park": _monthly("3", SATURDAY, 9, 11)
    | {
        "title": _("公園の手入れ"),
        "weather_rule": "cancel_if_rain",
        "decide_at": time(7),
        "bring": _("軍手、帽子、飲み物"),
        "slots": [
            _part(_("草取り"), 10, 3, "outdoors"),
            _part(_("花の水やり"), 3, 0, "outdoors", "with_children"),
        ],
    },
    "stories": {
        "title": _("おはなし会"),
        "repeats": "weekly",
        "weekdays": [WEDNESDAY],
        "first_at": time(10, 30),
        "ends_at": time(11),
        "slots": [
            _part(_("親子の席"), 10, 0, "seated", "with_children", unit="parent_child"),
            _part(_("読み手"), 2, 1, "talking"),
        ],
    },
    "watch": {
        "title": _("登校の見守り"),
        "repeats": "weekly",
        "weekdays": ["0", "1", "2", "3", "4"],
        "on_holiday": "skip",
        "first_at": time(7, 30),
        "ends_at": time(8, 15),
        "slots": [_part(_("横断歩道"), 2, 1, "standing", "outdoors")],
    },
    "drill": {
        "title": _("防災訓練"),
        "repeats": "once",
        "first_at": time(9),
        "ends_at": time(11, 30),
        "bring": _("飲み物、動きやすい服"),
        "slots": [_part(_("受付と誘導"), 6, 3, "standing"), _part(_("炊き出し"), 8, 4, "standing")],
    },
    "meeting": {
        "title": _("定例会"),
        "repeats": "monthly_weekday",
        "weeks": ["1"],
        "weekdays": [SATURDAY],
        "first_at": time(19),
        "ends_at": time(20, 30),
        "slots": [_part(_("出席"), 30, 0, "seated", unit="guest")],
    },
}


def values_of(starter: str, today: date) -> dict[str, Any]:
    """Return the form's values of one of the usual activities, from the coming week on; none for an unknown code."""
    values = STARTERS.get(starter)
    return {} if values is None else _said(values) | {"first_on": today + timedelta(days=7)}


def _said(value: Any) -> Any:
    # A form must not keep what is said when it is shown: it compares and stores plain text.
    if isinstance(value, dict):
        return {name: _said(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_said(one) for one in value]
    return value if isinstance(value, time | int) else str(value)


def values_like(activity: Activity, now: datetime) -> dict[str, Any]:
    """Return the form's values of an activity as it would be from now on: the same rule, or the same day in a year."""
    values = typed_of(activity)
    today = to_local(now, activity.timezone).date()
    if activity.rule is None:
        return values | {"first_on": _in_a_year(activity.first_on, today), "dates": ""} | _once(values)
    starts = next_starts(activity, now, now + _FURTHEST)
    first = to_local(starts[0], activity.timezone).date() if starts else today
    over = {"until": None, "count": None} if values.get("count") or not starts else {}
    return values | over | {"first_on": first}


def _once(values: dict[str, Any]) -> dict[str, Any]:
    return {"repeats": "once"} if values.get("repeats") == "dates" else {}


def _in_a_year(day: date, today: date) -> date:
    # The same weekday: a festival is on the last Sunday of July, whatever its number.
    while day < today:
        day += _A_YEAR
    return day
