"""Dates, activities and posting, for programs."""

from datetime import date as Day
from datetime import datetime
from typing import Any

from flask import request

from scheduler import clock
from scheduler.activities import actions, queries, search
from scheduler.activities.models import Activity
from scheduler.activities.parts import Need, Question, ShareFacts, SlotFacts
from scheduler.activities.plans import HORIZON, next_starts
from scheduler.activities.reminder_rules import parse
from scheduler.activities.rule_words import repeat_text
from scheduler.activities.schedules import Planned
from scheduler.activities.shapes import DateOut, ReminderIn, WallClock, WeatherIn, date_out
from scheduler.activities.wishes import Wish
from scheduler.activities.wording import NAMES, TEXTS, Wording, part_names, reword
from scheduler.closures.queries import rest_days
from scheduler.json_api import OPEN, Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_organised_body
from scheduler.web import db_session, settings

api = Api("activities_api", __name__)
PAGE = 50


class DatesOut(ApiModel):
    """What is on, the next first."""

    dates: list[DateOut]
    page: int
    more: bool


class ActivityOut(ApiModel):
    """An activity and its next starts; a draft's starts are what the rule would give."""

    id: int
    organization: str
    title: str
    state: str
    rule: str | None
    next_starts: list[datetime]


class NeedIn(ApiModel):
    """A helper slot by its position in the list, and how many helpers each place needs."""

    position: int
    per_place: int = 1


class ShareIn(ApiModel):
    """Places kept for a body until so many minutes before the part begins."""

    organization_id: int
    places: int
    until_before: int


class QuestionIn(ApiModel):
    """Something asked at the sign-up; the answer is erased so many days after the date."""

    key: str
    label: str
    kind: str = "text"
    label_en: str = ""
    label_easy: str = ""
    purpose: str = ""
    purpose_en: str = ""
    purpose_easy: str = ""
    choices: list[str] = []
    required: bool = False
    erase_days: int = 30


class SlotIn(ApiModel):
    """A part as an organiser asks for it; moments are minutes before it begins."""

    name: str
    places: int
    name_en: str = ""
    name_easy: str = ""
    min_people: int = 0
    target: int | None = None
    unit: str = "person"
    offset_minutes: int = 0
    minutes: int | None = None
    competence: str | None = None
    burden: list[str] = []
    policy: str = "first_come"
    opens_before: int | None = None
    closes_before: int = 0
    cancel_before: int = 0
    offer_hours: int = 24
    first_timers: int = 0
    min_age: int | None = None
    max_age: int | None = None
    min_children: int = 0
    briefing_id: int | None = None
    needs: list[NeedIn] = []
    shares: list[ShareIn] = []
    questions: list[QuestionIn] = []


def _slot_facts(slot: SlotIn) -> SlotFacts:
    lists = {"burden", "needs", "shares", "questions"}
    return SlotFacts(
        **slot.model_dump(exclude=lists),
        burden=tuple(slot.burden),
        needs=tuple(Need(**need.model_dump()) for need in slot.needs),
        shares=tuple(ShareFacts(**share.model_dump()) for share in slot.shares),
        questions=tuple(
            Question(**one.model_dump(exclude={"choices"}), choices=tuple(one.choices))
            for one in slot.questions
        ),
    )


class ActivityIn(WeatherIn):
    """An activity as an organiser posts it: wall-clock times of its zone, the rule as RFC 5545 RRULE text.

    `map_point` is "35.66,139.70", or a link that a map gave; `tags` are addresses of known programmes, or names.
    """

    title: str
    place: str
    first_on: Day
    first_at: WallClock
    minutes: int
    slots: list[SlotIn]
    rule: str | None = None
    timezone: str = "Asia/Tokyo"
    title_en: str = ""
    title_easy: str = ""
    summary: str = ""
    summary_en: str = ""
    summary_easy: str = ""
    place_en: str = ""
    place_easy: str = ""
    address: str = ""
    address_en: str = ""
    address_easy: str = ""
    map_point: str = ""
    bring: str = ""
    bring_en: str = ""
    bring_easy: str = ""
    contact: str = ""
    website: str = ""
    minors: str = "consent"
    warn_days: int = 7
    may_call: bool = False
    stays_responsible: bool = True
    dates: list[Day] = []
    on_holiday: str = "keep"
    on_closed: str = "skip"
    reminders: list[ReminderIn] | None = None
    tags: list[str] = []


class RepeatIn(ApiModel):
    """When something might take place, to see what dates that gives."""

    first_on: Day
    first_at: WallClock
    rule: str | None = None
    timezone: str = "Asia/Tokyo"
    dates: list[Day] = []
    on_holiday: str = "keep"
    on_closed: str = "skip"


class PlannedOut(ApiModel):
    """One date: the day that the rule says, when it begins (null: left out), and the day of rest it gave way to."""

    day: Day
    starts_at: datetime | None
    rest: str | None


class PlanOut(ApiModel):
    """The repetition in words, and the dates of the next thirteen months, those left out among them."""

    repeats: str
    dates: list[PlannedOut]


def _activity_out(activity: Activity) -> ActivityOut:
    now = clock.now()
    return ActivityOut(
        id=activity.id,
        organization=activity.organization.slug,
        title=activity.title,
        state=activity.state,
        rule=activity.rule,
        next_starts=next_starts(activity, now, now + HORIZON)[:12],
    )


@api.operation("GET /dates", DatesOut, scope=OPEN)
def dates() -> DatesOut:
    """List the public dates that have not ended, fifty to a page: `?page=2`; that fit: `?when=week&ease=seated`."""
    page = min(max(request.args.get("page", 1, int), 1), 1000)
    wish = Wish.read(request.args, request.args.getlist("ease"), request.args.getlist("age"))
    lines, more = search.dates_for(db_session(), wish, clock.now(), page, PAGE)
    base = settings().address
    return DatesOut(dates=[date_out(line.occurrence, base) for line in lines], page=page, more=more)


@api.operation("GET /dates/<int:occurrence_id>", DateOut)
def date(occurrence_id: int) -> DateOut:
    """Show one date with its slots."""
    found = queries.find_occurrence(db_session(), current_actor(), occurrence_id)
    return date_out(found, settings().address, with_slots=True)


@api.operation("GET /activities/<int:activity_id>", ActivityOut)
def activity(activity_id: int) -> ActivityOut:
    """Show an activity and its next starts."""
    return _activity_out(queries.find_activity(db_session(), current_actor(), activity_id))


@api.operation(
    "POST /organizations/<slug>/activities", ActivityOut, body=ActivityIn, status=201, scope="organise"
)
def post(slug: str, body: ActivityIn) -> ActivityOut:
    """Post an activity for a body; it is a draft until it is published."""
    actor = current_actor()
    found = find_organised_body(db_session(), actor, slug)
    typed = body.model_dump(exclude={"slots", "reminders"}) | {"dates": tuple(body.dates)}
    typed |= {"reminders": _rules_in(body.reminders), "tags": tuple(body.tags)}
    slots = tuple(_slot_facts(slot) for slot in body.slots)
    made = actions.post(
        db_session(), found.id, actions.ActivityFacts(**typed, slots=slots), actor.person_id, clock.now()
    )
    db_session().commit()
    return _activity_out(made)


@api.operation("POST /organizations/<slug>/activities/dates", PlanOut, body=RepeatIn, scope="organise")
def plan(slug: str, body: RepeatIn) -> PlanOut:
    """Say what dates a rule would give for a body, without writing anything."""
    found, now = find_organised_body(db_session(), current_actor(), slug), clock.now()
    asked = actions.RepeatFacts(**body.model_dump() | {"dates": tuple(body.dates)})
    rule, lines = actions.plan(asked, rest_days(db_session(), found.id, body.timezone), now)
    return PlanOut(
        repeats=repeat_text(rule, body.first_on, len(body.dates)),
        dates=[_planned_out(line) for line in lines],
    )


def _planned_out(line: Planned) -> PlannedOut:
    return PlannedOut(day=line.day, starts_at=line.start, rest=line.why.name if line.why else None)


def _rules_in(typed: list[ReminderIn] | None) -> list[dict[str, Any]] | None:
    return None if typed is None else [one.model_dump(exclude_none=True) for one in typed]


class RemindersIn(ApiModel):
    """When people are reminded: at most four; null is the usual, an empty list none."""

    reminders: list[ReminderIn] | None


class RemindersOut(ApiModel):
    """When people are reminded, the earliest first."""

    reminders: list[ReminderIn]


def _rules_out(activity: Activity) -> RemindersOut:
    rules = parse(activity.reminders)
    return RemindersOut(
        reminders=[
            ReminderIn(days_before=rule.days_before, at=f"{rule.at:%H:%M}")
            if rule.at
            else ReminderIn(minutes_before=rule.minutes_before)
            for rule in rules
        ]
    )


@api.operation("GET /activities/<int:activity_id>/reminders", RemindersOut, scope="organise")
def reminders(activity_id: int) -> RemindersOut:
    """Show when the people of an activity are reminded."""
    return _rules_out(queries.find_organised_activity(db_session(), current_actor(), activity_id))


@api.operation(
    "PUT /activities/<int:activity_id>/reminders", RemindersOut, body=RemindersIn, scope="organise"
)
def change_reminders(activity_id: int, body: RemindersIn) -> RemindersOut:
    """Say anew when the people of an activity are reminded."""
    actor = current_actor()
    found = queries.find_organised_activity(db_session(), actor, activity_id)
    actions.change_reminders(db_session(), found, _rules_in(body.reminders), actor.person_id, clock.now())
    db_session().commit()
    return _rules_out(found)


@api.operation("POST /activities/<int:activity_id>/publish", ActivityOut, scope="organise")
def publish(activity_id: int) -> ActivityOut:
    """Publish an activity and make its dates; once more is the same."""
    actor = current_actor()
    found = queries.find_organised_activity(db_session(), actor, activity_id)
    actions.publish(db_session(), found, actor.person_id, clock.now())
    db_session().commit()
    return _activity_out(found)


class WordsIn(ApiModel):
    """What an activity says in other languages; `parts` by the Japanese name of the part. What is left out stays."""

    title_easy: str | None = None
    title_en: str | None = None
    summary_easy: str | None = None
    summary_en: str | None = None
    place_easy: str | None = None
    place_en: str | None = None
    address_easy: str | None = None
    address_en: str | None = None
    bring_easy: str | None = None
    bring_en: str | None = None
    parts: dict[str, dict[str, str]] = {}


def _words_out(activity: Activity) -> WordsIn:
    parts = {part.name: {name: getattr(part, name) for name in NAMES} for part in part_names(activity)}
    return WordsIn(**{name: getattr(activity, name) for name in TEXTS}, parts=parts)


@api.operation("GET /activities/<int:activity_id>/words", WordsIn, scope="organise")
def read_words(activity_id: int) -> WordsIn:
    """Show what an activity says in other languages to its organisers."""
    return _words_out(queries.find_organised_activity(db_session(), current_actor(), activity_id))


@api.operation("POST /activities/<int:activity_id>/words", WordsIn, body=WordsIn, scope="organise")
def write_words(activity_id: int, body: WordsIn) -> WordsIn:
    """Write what an activity says in other languages; dates to come and calendars follow."""
    actor = current_actor()
    found = queries.find_organised_activity(db_session(), actor, activity_id)
    texts = {name: text for name in TEXTS if (text := getattr(body, name)) is not None}
    reword(db_session(), found, Wording(texts, body.parts), actor.person_id, clock.now())
    db_session().commit()
    return _words_out(found)
