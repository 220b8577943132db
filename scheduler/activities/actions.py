"""What changes of activities: post, correct, publish, and make the dates that the rule gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.activities import reminder_rules
from scheduler.activities.codes import MINORS, WEATHER_RULES
from scheduler.activities.date_lists import MAX_LISTED
from scheduler.activities.map_points import read_point
from scheduler.activities.models import Activity, Occurrence, RuleVersion, SlotTemplate
from scheduler.activities.parts import MAX_MINUTES, SlotFacts, check_needs, make_slots, template
from scheduler.activities.plans import HORIZON, next_starts, spans_of, starts_in
from scheduler.activities.recurrence import BadRule, Rule, parse, starts, to_utc
from scheduler.activities.schedules import ON_REST, Planned, Schedule, on_rest, planned
from scheduler.activities.tags import write_tags
from scheduler.activities.wording import LENGTHS, TEXTS
from scheduler.closures.restdays import RestDays
from scheduler.db import insert_once
from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.history import StateChange, record
from scheduler.parties.access import ORGANISING
from scheduler.parties.models import Organization
from scheduler.parties.queries import office_holders
from scheduler.readings import well_read
from scheduler.text import fitting, outbound_address, text_in

MAX_SLOTS = 200
MAX_DAYS_BEFORE = 3
# What is recorded of one that was thrown away when its calendar has made another in its place.
TAKEN_ANEW = "taken_anew"


@dataclass(frozen=True)
class RepeatFacts:
    """When something takes place, as typed; see ActivityFacts."""

    first_on: date
    first_at: time
    rule: str | None = None
    timezone: str = "Asia/Tokyo"
    dates: tuple[date, ...] = ()
    on_holiday: str = "keep"
    on_closed: str = "skip"


@dataclass(frozen=True)
class ActivityFacts:
    """An activity as typed: local wall-clock times, the rule as RFC 5545 text or None for once."""

    title: str
    place: str
    first_on: date
    first_at: time
    minutes: int
    slots: tuple[SlotFacts, ...]
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
    weather_rule: str = "none"
    reserve_days: int | None = None
    decide_at: time | None = None
    decide_days_before: int = 0
    decider_office: str | None = None
    decider_id: int | None = None
    deputy_office: str | None = None
    deputy_id: int | None = None
    dates: tuple[date, ...] = ()
    on_holiday: str = "keep"
    on_closed: str = "skip"
    minors: str = "consent"
    warn_days: int = 7
    may_call: bool = False
    stays_responsible: bool = True
    reminders: Sequence[Mapping[str, Any]] | None = None
    tags: tuple[str, ...] = ()


_PLAIN = (
    *("weather_rule", "reserve_days", "decide_at", "decide_days_before"),
    *("decider_office", "decider_id", "deputy_office", "deputy_id"),
    *("minors", "warn_days", "may_call", "stays_responsible"),
)
_PLACE = ("place", "place_en", "place_easy", "address", "address_en", "address_easy", "map_point")
_LONG = {"summary", "summary_en", "summary_easy"}
_LENGTHS = {**LENGTHS, **TEXTS, "contact": 200}
_MAX_ADDRESS = 400


def post(
    session: Session, organization_id: int, facts: ActivityFacts, by_id: int | None, now: datetime
) -> Activity:
    """Write a new activity down as a draft; raise Invalid where it cannot be understood."""
    activity = Activity(organization_id=organization_id, created_by_id=by_id, created_at=now, state="draft")
    _write(activity, facts, now)
    session.add(activity)
    session.flush()
    write_tags(session, activity, facts.tags)
    _write_templates(session, activity, facts)
    _record(session, activity, ("post", None, "draft"), by_id, now)
    return activity


def correct(
    session: Session, activity: Activity, facts: ActivityFacts, by_id: int | None, now: datetime
) -> None:
    """Write a draft anew; raise Conflict once people may have signed up for it."""
    if activity.state != "draft":
        raise Conflict("already_published")
    _write(activity, facts, now)
    write_tags(session, activity, facts.tags)
    session.execute(delete(SlotTemplate).where(SlotTemplate.activity_id == activity.id))
    session.expire(activity, ["templates"])
    _write_templates(session, activity, facts)
    _record(session, activity, ("correct", "draft", "draft"), by_id, now)


def _write(activity: Activity, facts: ActivityFacts, now: datetime) -> None:
    _check(facts)
    for name, value in values_of(facts).items():
        setattr(activity, name, value)
    activity.rule = str(parse(facts.rule)) if facts.rule else None
    for name in ("first_on", "first_at", "minutes", "timezone", "on_holiday", "on_closed"):
        setattr(activity, name, getattr(facts, name))
    activity.dates = [day.isoformat() for day in sorted(set(facts.dates))]
    activity.changed_at = now


def values_of(facts: ActivityFacts) -> dict[str, Any]:
    """Return what is typed of an activity, beside when it takes place, as it is stored."""
    texts = {
        name: fitting(getattr(facts, name), length, lines=name in _LONG) for name, length in _LENGTHS.items()
    }
    for name in _LENGTHS:
        if name.endswith("_easy"):
            well_read(texts[name])
    return {
        **texts,
        "website": _website(facts.website),
        "map_point": read_point(facts.map_point),
        "reminders": reminder_rules.stored(reminder_rules.parse(facts.reminders)),
        **{name: getattr(facts, name) for name in _PLAIN},
    }


def change_reminders(
    session: Session, activity: Activity, typed: object, by_id: int | None, now: datetime
) -> None:
    """Say anew when the people of an activity are reminded, on record; raise Invalid for what cannot be used.

    It holds for every date from now on. Whoever has got a reminder already gets none again for an earlier moment.
    """
    rules = reminder_rules.stored(reminder_rules.parse(typed))
    if rules == activity.reminders:
        return
    facts = {"before": activity.reminders, "after": rules}
    activity.reminders, activity.changed_at = rules, now
    change = StateChange(
        at=now, subject="activity", subject_id=activity.id, verb="reminders", by_id=by_id, facts=facts
    )
    record(session, change)


def _website(typed: str) -> str:
    # Too long is refused, not cut: half an address leads elsewhere.
    if len(typed.strip()) > _MAX_ADDRESS:
        raise Invalid("address_unusable")
    return outbound_address(typed) if typed.strip() else ""


def _check(facts: ActivityFacts) -> None:
    if not text_in(facts.title):
        raise Invalid("title_missing")
    if not facts.slots:
        raise Invalid("slots_missing")
    if len(facts.slots) > MAX_SLOTS:
        raise Invalid("too_many_slots", most=MAX_SLOTS)
    if not 0 < facts.minutes <= MAX_MINUTES:
        raise Invalid("length_out_of_range")
    if not 2000 <= facts.first_on.year <= 2100:
        raise Invalid("date_out_of_range")
    if facts.minors not in MINORS or not 0 <= facts.warn_days <= 60:
        raise Invalid("choice_unknown")
    if not {facts.on_holiday, facts.on_closed} <= set(ON_REST):
        raise Invalid("choice_unknown")
    check_needs(dict(enumerate(facts.slots)))
    _check_listed(facts.dates)
    check_weather(facts)
    _check_times(facts)


def _check_listed(dates: tuple[date, ...]) -> None:
    if len(dates) > MAX_LISTED:
        raise Invalid("too_many_dates", most=MAX_LISTED)
    if not all(2000 <= day.year <= 2100 for day in dates):
        raise Invalid("date_out_of_range")


def _check_times(facts: ActivityFacts) -> None:
    # Tried once over a day: a rule and a first date that can never meet are found here, not when the dates are made.
    first = datetime.combine(facts.first_on, facts.first_at)
    try:
        begin = to_utc(first, facts.timezone)
        starts(
            parse(facts.rule) if facts.rule else None,
            first,
            facts.timezone,
            after=begin,
            before=begin + timedelta(days=1),
        )
    except BadRule as error:
        raise Invalid(error.code) from error


def check_weather(facts: ActivityFacts) -> None:
    """Raise Invalid where the weather rule, the reserve date and the time of the decision do not fit together."""
    if facts.weather_rule not in WEATHER_RULES:
        raise Invalid("choice_unknown")
    if facts.weather_rule == "postpone_if_rain" and not facts.reserve_days:
        raise Invalid("reserve_missing")
    if facts.reserve_days is not None and not 1 <= facts.reserve_days <= 60:
        raise Invalid("reserve_out_of_range")
    if not 0 <= facts.decide_days_before <= MAX_DAYS_BEFORE:
        raise Invalid("choice_unknown")
    if facts.decide_at and not facts.decide_days_before and facts.decide_at >= facts.first_at:
        raise Invalid("decided_too_late")


def _write_templates(session: Session, activity: Activity, facts: ActivityFacts) -> None:
    _check_references(session, activity, facts)
    for position, slot in enumerate(facts.slots):
        session.add(template(activity, position, slot))
    session.flush()
    session.expire(activity, ["templates"])


def _check_references(session: Session, activity: Activity, facts: ActivityFacts) -> None:
    check_deciders(session, activity.organization_id, facts)
    for slot in facts.slots:
        briefing = session.get(Activity, slot.briefing_id) if slot.briefing_id is not None else activity
        if briefing is None or briefing.organization_id != activity.organization_id:
            raise Invalid("choice_unknown")
        if any(session.get(Organization, share.organization_id) is None for share in slot.shares):
            raise Invalid("choice_unknown")


def check_deciders(session: Session, organization_id: int, facts: ActivityFacts) -> None:
    """Raise Invalid where somebody shall decide who holds no office of the body."""
    # An office may be vacant today and held when it matters; a person must have one.
    if not {facts.decider_office, facts.deputy_office} <= {None, *ORGANISING}:
        raise Invalid("choice_unknown")
    named = {facts.decider_id, facts.deputy_id} - {None}
    if named and not named <= office_holders(session, organization_id):
        raise Invalid("choice_unknown")


def schedule_from(facts: RepeatFacts, rest_days: RestDays) -> Schedule:
    """Return what says when dates begin, as typed; raise Invalid where it cannot be understood."""
    if not {facts.on_holiday, facts.on_closed} <= set(ON_REST):
        raise Invalid("choice_unknown")
    _check_listed(facts.dates)
    if not 2000 <= facts.first_on.year <= 2100:
        raise Invalid("date_out_of_range")
    try:
        rule = parse(facts.rule) if facts.rule else None
    except BadRule as error:
        raise Invalid(error.code) from error
    return Schedule(
        first=datetime.combine(facts.first_on, facts.first_at),
        zone=facts.timezone,
        rule=rule,
        dates=tuple(sorted(set(facts.dates))),
        on_holiday=on_rest(facts.on_holiday),
        on_closed=on_rest(facts.on_closed),
        rest_days=rest_days,
    )


def plan(facts: RepeatFacts, rest_days: RestDays, now: datetime) -> tuple[Rule | None, list[Planned]]:
    """Return the rule as read and the dates of the horizon that it gives; raise Invalid without sense."""
    schedule = schedule_from(facts, rest_days)
    try:
        return schedule.rule, planned(schedule, now, now + HORIZON)
    except BadRule as error:
        raise Invalid(error.code) from error


def publish(session: Session, activity: Activity, by_id: int | None, now: datetime) -> int:
    """Let everybody see the activity and make its dates; return how many. Publishing twice is the same as once."""
    if lock(session, activity).is_published:
        return 0
    if activity.state == "discarded":
        raise NotFound
    if not next_starts(activity, now, now + HORIZON):
        raise Invalid("no_dates_ahead")
    _record(session, activity, ("publish", activity.state, "published"), by_id, now)
    activity.state = "published"
    activity.changed_at = now
    activity.revision += 1
    return make_dates(session, activity, now)


def lock(session: Session, activity: Activity) -> Activity:
    """Return an activity as it stands now, and let one after the other publish it, take that back or throw it away."""
    session.flush()
    session.refresh(activity, ["state"], with_for_update={"key_share": True})
    return activity


def make_dates(session: Session, activity: Activity, now: datetime) -> int:
    """Make the dates of the horizon that are not there yet and return how many; run twice, it makes none twice."""
    standing = _standing(session, activity.id, now)
    return sum(
        _make_date(session, span.source, _date_values(activity, span.source, start, now))
        for span in spans_of(activity)
        for start in starts_in(activity, span, now, now + HORIZON)
        if start not in standing
    )


def _standing(session: Session, activity_id: int, now: datetime) -> set[datetime | None]:
    wanted = select(Occurrence.planned_at)
    return set(
        session.scalars(wanted.where(Occurrence.activity_id == activity_id, Occurrence.planned_at >= now))
    )


def _make_date(session: Session, source: Activity | RuleVersion, values: dict[str, Any]) -> int:
    # A date that has moved keeps the name of the start that it left. The new one at that start is told apart by a
    # second, which nobody sees; somebody else who makes it at the same time meets the planned start, which is unique.
    for seconds in range(10):
        identity = {"first_starts_at": values["first_starts_at"] + timedelta(seconds=seconds)}
        new_id = insert_once(session, Occurrence, values | identity)
        if new_id is not None:
            make_slots(session, new_id, source.templates)
            return 1
    return 0


def _date_values(
    activity: Activity, source: Activity | RuleVersion, starts_at: datetime, now: datetime
) -> dict[str, Any]:
    elsewhere = isinstance(source, RuleVersion) and source.place is not None
    place = [getattr(source, name) if elsewhere else None for name in _PLACE]
    return {
        "activity_id": activity.id,
        "first_starts_at": starts_at,
        "planned_at": starts_at,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=source.minutes),
        "state": "open",
        "revision": 0,
        "reason": "",
        "by_hand": [],
        **dict(zip((f"own_{name}" for name in _PLACE), place, strict=True)),
        "created_at": now,
        "changed_at": now,
    }


def _record(
    session: Session,
    activity: Activity,
    change: tuple[str, str | None, str],
    by_id: int | None,
    now: datetime,
) -> None:
    verb, before, after = change
    facts = {"verb": verb, "before": before, "after": after}
    record(session, StateChange(at=now, subject="activity", subject_id=activity.id, by_id=by_id, **facts))
