"""What changes of activities: post, correct, publish, and make the dates that the rule gives."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from scheduler.activities.models import MINORS, WEATHER_RULES, Activity, Occurrence, SlotTemplate
from scheduler.activities.parts import MAX_MINUTES, SlotFacts, check_needs, make_slots, template
from scheduler.activities.recurrence import BadRule, parse, starts, to_utc
from scheduler.db import insert_once
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.parties.models import Organization
from scheduler.text import outbound_address, text_in

# Dates are made for thirteen months, so that a whole fiscal year is always there to print.
HORIZON = timedelta(days=397)
MAX_SLOTS = 200


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
    summary: str = ""
    summary_en: str = ""
    place_en: str = ""
    address: str = ""
    bring: str = ""
    bring_en: str = ""
    contact: str = ""
    website: str = ""
    weather_rule: str = "none"
    reserve_days: int | None = None
    decide_at: time | None = None
    minors: str = "consent"
    warn_days: int = 7
    may_call: bool = False
    stays_responsible: bool = True


_PLAIN = ("weather_rule", "reserve_days", "decide_at", "minors", "warn_days", "may_call", "stays_responsible")
_LONG = {"summary", "summary_en"}
_LENGTHS = {"title": 120, "title_en": 120, "summary": 4000, "summary_en": 4000, "place": 200, "place_en": 200}
_LENGTHS |= {"address": 200, "bring": 400, "bring_en": 400, "contact": 200}
_MAX_ADDRESS = 400


def post(
    session: Session, organization_id: int, facts: ActivityFacts, by_id: int | None, now: datetime
) -> Activity:
    """Write a new activity down as a draft; raise Invalid where it cannot be understood."""
    activity = Activity(organization_id=organization_id, created_by_id=by_id, created_at=now, state="draft")
    _write(activity, facts, now)
    session.add(activity)
    session.flush()
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
    session.execute(delete(SlotTemplate).where(SlotTemplate.activity_id == activity.id))
    session.expire(activity, ["templates"])
    _write_templates(session, activity, facts)
    _record(session, activity, ("correct", "draft", "draft"), by_id, now)


def _write(activity: Activity, facts: ActivityFacts, now: datetime) -> None:
    _check(facts)
    for name, length in _LENGTHS.items():
        setattr(activity, name, text_in(getattr(facts, name), lines=name in _LONG)[:length])
    activity.website = _website(facts.website)
    activity.rule = str(parse(facts.rule)) if facts.rule else None
    for name in ("first_on", "first_at", "minutes", "timezone"):
        setattr(activity, name, getattr(facts, name))
    for name in _PLAIN:
        setattr(activity, name, getattr(facts, name))
    activity.changed_at = now


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
    check_needs(facts.slots)
    _check_weather(facts)
    _check_times(facts)


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


def _check_weather(facts: ActivityFacts) -> None:
    if facts.weather_rule not in WEATHER_RULES:
        raise Invalid("choice_unknown")
    if facts.weather_rule == "postpone_if_rain" and not facts.reserve_days:
        raise Invalid("reserve_missing")
    if facts.reserve_days is not None and not 1 <= facts.reserve_days <= 60:
        raise Invalid("reserve_out_of_range")


def _write_templates(session: Session, activity: Activity, facts: ActivityFacts) -> None:
    _check_references(session, activity, facts)
    for position, slot in enumerate(facts.slots):
        session.add(template(activity, position, slot))
    session.flush()
    session.expire(activity, ["templates"])


def _check_references(session: Session, activity: Activity, facts: ActivityFacts) -> None:
    for slot in facts.slots:
        briefing = session.get(Activity, slot.briefing_id) if slot.briefing_id is not None else activity
        if briefing is None or briefing.organization_id != activity.organization_id:
            raise Invalid("choice_unknown")
        if any(session.get(Organization, share.organization_id) is None for share in slot.shares):
            raise Invalid("choice_unknown")


def next_starts(activity: Activity, after: datetime, before: datetime) -> list[datetime]:
    """Return the instants at which the rule lets dates begin, without writing anything."""
    first = datetime.combine(activity.first_on, activity.first_at)
    rule = parse(activity.rule) if activity.rule else None
    return starts(rule, first, activity.timezone, after=after, before=before)


def publish(session: Session, activity: Activity, by_id: int | None, now: datetime) -> int:
    """Let everybody see the activity and make its dates; return how many. Publishing twice is the same as once."""
    if activity.is_published:
        return 0
    if not next_starts(activity, now, now + HORIZON):
        raise Invalid("no_dates_ahead")
    _record(session, activity, ("publish", activity.state, "published"), by_id, now)
    activity.state = "published"
    activity.changed_at = now
    activity.revision += 1
    return make_dates(session, activity, now)


def make_dates(session: Session, activity: Activity, now: datetime) -> int:
    """Make the dates of the horizon that are not there yet and return how many; run twice, it makes none twice."""
    made = 0
    for starts_at in next_starts(activity, now, now + HORIZON):
        new_id = insert_once(session, Occurrence, _date_values(activity, starts_at, now))
        if new_id is not None:
            make_slots(session, new_id, activity.templates)
            made += 1
    return made


def _date_values(activity: Activity, starts_at: datetime, now: datetime) -> dict[str, object]:
    return {
        "activity_id": activity.id,
        "first_starts_at": starts_at,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=activity.minutes),
        "state": "open",
        "revision": 0,
        "reason": "",
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
