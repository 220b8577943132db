"""What an organiser types becomes facts and a rule, and a draft becomes what was typed."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from flask import Flask, current_app

from scheduler import words
from scheduler.activities.forms import ActivityForm, typed_of
from scheduler.activities.models import Activity, SlotTemplate
from scheduler.activities.parts import SlotFacts
from scheduler.activities.repeat_forms import Preview
from scheduler.activities.schedules import Planned
from scheduler.closures.restdays import Rest, RestDays
from scheduler.errors import Refused
from tests.conftest import NOW

TYPED: dict[str, Any] = {
    "title": "花だんの手入れ",
    "place": "中央公園",
    "first_on": "2026-12-05",
    "first_at": "09:00",
    "ends_at": "11:30",
    "repeats": "once",
    "weather_rule": "none",
    "slots-0-name": "係",
    "slots-0-places": "3",
}


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def form_of(**typed: Any) -> ActivityForm:
    """Return a form into which this was typed."""
    with current_app.test_request_context(method="POST", data=TYPED | typed):
        return ActivityForm(meta={"csrf": False})


def draft_of(form: ActivityForm) -> Activity:
    """Return a draft that holds what a form says, without a database."""
    facts = form.facts()
    names = ("title", "place", "summary", "first_on", "first_at", "minutes", "rule", "weather_rule")
    draft = Activity(**{name: getattr(facts, name) for name in (*names, "on_holiday", "on_closed")})
    draft.dates = [day.isoformat() for day in facts.dates]
    draft.templates = [
        SlotTemplate(
            name=slot.name, places=slot.places, min_people=slot.min_people, unit=slot.unit, burden=[]
        )
        for slot in facts.slots
    ]
    return draft


REPEATS = [
    ({"repeats": "once", "interval": "2", "weeks": ["1"], "weekdays": ["0"]}, None),
    ({"repeats": "weekly"}, "FREQ=WEEKLY;BYDAY=SA"),
    ({"repeats": "weekly", "interval": ""}, "FREQ=WEEKLY;BYDAY=SA"),
    ({"repeats": "weekly", "interval": "2", "weekdays": ["2", "5"]}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SA"),
    ({"repeats": "monthly_weekday"}, "FREQ=MONTHLY;BYDAY=1SA"),
    ({"repeats": "monthly_weekday", "weeks": ["1", "-1"], "weekdays": ["6"]}, "FREQ=MONTHLY;BYDAY=-1SU,1SU"),
    ({"repeats": "monthly_date"}, "FREQ=MONTHLY;BYMONTHDAY=5"),
    ({"repeats": "yearly"}, "FREQ=YEARLY"),
    ({"repeats": "weekly", "season_from": "11", "season_to": "1"}, "FREQ=WEEKLY;BYMONTH=1,11,12;BYDAY=SA"),
    ({"repeats": "weekly", "season_from": "11", "season_to": ""}, "FREQ=WEEKLY;BYDAY=SA"),
    ({"repeats": "weekly", "until": "2027-03-31"}, "FREQ=WEEKLY;BYDAY=SA;UNTIL=20270331"),
    ({"repeats": "weekly", "count": "8"}, "FREQ=WEEKLY;BYDAY=SA;COUNT=8"),
    ({"repeats": "monthly_weekday", "weeks": ["2", "4"], "weekdays": ["6"]}, "FREQ=MONTHLY;BYDAY=2SU,4SU"),
    ({"repeats": "monthly_date", "month_days": "1、15"}, "FREQ=MONTHLY;BYMONTHDAY=1,15"),
    ({"repeats": "monthly_date", "month_days": "末日"}, "FREQ=MONTHLY;BYMONTHDAY=-1"),
    ({"repeats": "yearly_weekday"}, "FREQ=YEARLY;BYMONTH=12;BYDAY=1SA"),
    (
        {"repeats": "yearly_weekday", "season_from": "10", "season_to": "10"},
        "FREQ=YEARLY;BYMONTH=10;BYDAY=1SA",
    ),
    ({"repeats": "rule", "rrule": "RRULE:FREQ=DAILY;INTERVAL=3"}, "FREQ=DAILY;INTERVAL=3"),
    ({"rrule": "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1"}, "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1"),
    ({"repeats": "dates", "dates": "12/6\n2027/1/10"}, None),
]


@pytest.mark.parametrize(("typed", "rule"), REPEATS)
def test_the_form_says_a_rule_and_a_draft_says_it_back(typed: dict[str, Any], rule: str | None) -> None:
    form = form_of(**typed)
    assert form.validate(), form.errors
    assert form.rule() == rule
    assert ActivityForm(data=typed_of(draft_of(form)), meta={"csrf": False}).rule() == rule


WRONG = [
    ({"title": " "}, "title"),
    ({"title": "あ" * 121}, "title"),
    ({"place": ""}, "place"),
    ({"first_on": "tomorrow"}, "first_on"),
    ({"first_on": "2026-02-30"}, "first_on"),
    ({"first_at": "25:00"}, "first_at"),
    ({"ends_at": ""}, "ends_at"),
    ({"repeats": "hourly"}, "repeats"),
    ({"interval": "0"}, "interval"),
    ({"interval": "two"}, "interval"),
    ({"weekdays": ["7"]}, "weekdays"),
    ({"weeks": ["6"]}, "weeks"),
    ({"season_from": "13"}, "season_from"),
    ({"weather_rule": "snow"}, "weather_rule"),
    ({"reserve_days": "61"}, "reserve_days"),
    ({"bring": "長" * 401}, "bring"),
    ({"slots-0-name": "受付", "slots-0-places": "many"}, "slots"),
    ({"slots-0-name": "受付", "slots-0-unit": "horse"}, "slots"),
    ({"slots-0-name": "受付", "slots-0-burden": "flying"}, "slots"),
]


@pytest.mark.parametrize(("typed", "field"), WRONG)
def test_what_is_out_of_shape_is_marked_at_its_field(typed: dict[str, Any], field: str) -> None:
    form = form_of(**typed)
    assert not form.validate()
    assert list(form.errors) == [field]


def test_rows_without_a_name_are_called_by_whom_they_count_and_empty_ones_do_not_count() -> None:
    slots = {
        "slots-0-name": "受付",
        "slots-0-places": "2",
        "slots-1-name": "  ",
        "slots-1-places": "9",
        "slots-2-name": "親子",
        "slots-2-places": "8",
        "slots-2-unit": "family",
        "slots-2-burden": ["seated", "with_children"],
        "slots-3-name": " ",
    }
    assert form_of(**slots).facts().slots == (
        SlotFacts("受付", 2),
        SlotFacts("お手伝い", 9, "Helping", "お{手伝|てつだ}い"),
        SlotFacts("親子", 8, unit="family", burden=("seated", "with_children")),
    )


def test_times_become_a_length_on_the_wall_clock() -> None:
    facts = form_of(decide_at="06:30").facts()
    assert (facts.first_on, facts.first_at, facts.minutes) == (date(2026, 12, 5), time(9), 150)
    assert facts.decide_at == time(6, 30)


@pytest.mark.parametrize(("typed", "name"), [("受付", "受付"), ("", "お手伝い")])
def test_a_draft_says_its_parts_and_times_back(typed: str, name: str) -> None:
    values = typed_of(draft_of(form_of(**{"slots-0-name": typed})))
    assert (values["first_at"], values["ends_at"]) == (time(9), time(11, 30))
    assert [row["name"] for row in values["slots"]] == [name]


NO_RULE = [
    ({"repeats": "weekly", "rrule": "FREQ=DAILY"}, "rule_two_ways"),
    ({"repeats": "rule"}, "rule_unreadable"),
    ({"repeats": "rule", "rrule": "FREQ=SECONDLY"}, "rule_too_frequent"),
    ({"repeats": "monthly_date", "month_days": "32"}, "rule_out_of_range"),
    ({"repeats": "monthly_date", "month_days": "third"}, "month_days_unreadable"),
    ({"repeats": "weekly", "count": "8", "until": "2027-03-31"}, "rule_count_and_until"),
]


@pytest.mark.parametrize(("typed", "code"), NO_RULE)
def test_a_repetition_without_sense_is_refused_with_a_sentence(typed: dict[str, Any], code: str) -> None:
    form = form_of(**typed)
    assert form.validate(), form.errors
    refused = form.preview_or_why(RestDays("Asia/Tokyo"), NOW)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert words.sentence(refused) != words.sentence(Refused("no such code"))


def test_listed_dates_come_back_one_a_line() -> None:
    form = form_of(repeats="dates", dates="12/20、12/6\n1月10日（日）")
    assert form.facts().dates == (date(2026, 12, 6), date(2026, 12, 20), date(2027, 1, 10))
    assert typed_of(draft_of(form))["dates"] == "2026/12/6\n2026/12/20\n2027/1/10"


def test_a_rule_that_the_form_cannot_say_stands_as_it_was_pasted() -> None:
    draft = draft_of(form_of())
    draft.rule = "FREQ=DAILY"
    values = typed_of(draft)
    assert (values["repeats"], values["rrule"]) == ("rule", "FREQ=DAILY")
    assert ActivityForm(data=values, meta={"csrf": False}).rule() == "FREQ=DAILY"


def test_the_preview_shows_twelve_dates_and_what_gave_way() -> None:
    form = form_of(
        first_on="2026-11-23", repeats="weekly", on_holiday="next_week", season_from="11", season_to="1"
    )
    preview = form.preview_or_why(RestDays("Asia/Tokyo"), NOW)
    assert isinstance(preview, Preview)
    assert preview.words == "毎週 月曜日、11月から1月まで"
    assert len([line for line in preview.lines if line.start]) == 12
    assert preview.lines[0] == Planned(date(2026, 11, 23), None, Rest("holiday", "勤労感謝の日"))


def test_nothing_is_shown_before_day_and_time_are_there() -> None:
    assert form_of(first_on="").preview_or_why(RestDays("Asia/Tokyo"), NOW) is None
    assert form_of(first_at="25:00").preview_or_why(RestDays("Asia/Tokyo"), NOW) is None
