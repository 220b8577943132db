"""How pages show dates and activities: what templates call to say when, where and in which state."""

from collections.abc import Callable, Sequence
from datetime import date as Day
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, request
from flask_babel import lazy_gettext as _

from scheduler import clock, words
from scheduler.activities import rules
from scheduler.activities.contacts import contact_texts
from scheduler.activities.facts import announced_reserve, decision_time
from scheduler.activities.holiday_words import holiday_word
from scheduler.activities.left_words import capacity_of, left_in, left_on, parts_left
from scheduler.activities.map_points import MapLinks, links_to
from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot, SlotTemplate, Tag
from scheduler.activities.passing_on import activity_to_pass_on, date_to_pass_on
from scheduler.activities.queries import DateLine, next_with_room
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.activities.reminder_forms import reminder_words
from scheduler.activities.reminder_rules import parse
from scheduler.activities.rule_words import repeat_text
from scheduler.activities.search import HOME_ZONE
from scheduler.activities.weather_words import weather_words
from scheduler.activities.wishes import ages_in
from scheduler.closures.restdays import Rest, holiday_name
from scheduler.eras import era_text
from scheduler.web import db_session

_SOON = {0: _("今日"), 1: _("あした"), 2: _("あさって")}


def fit(pages: Blueprint) -> None:
    """Let the templates of an app, once it has these pages, call all of this by name."""
    for name, function in _FILTERS.items():
        pages.add_app_template_filter(function, name)
    for name, function in _GLOBALS.items():
        pages.add_app_template_global(function, name)


def today() -> Day:
    """Return which day it is at home."""
    return clock.now().astimezone(HOME_ZONE).date()


def asked_ages() -> tuple[str, ...]:
    """Return the ages of children that were searched for: they go along from the list to the form."""
    return ages_in(request.args.getlist("age"))


def local_start(thing: Occurrence | Slot) -> datetime:
    """Return when a date or a slot begins on the wall clock of its activity."""
    return to_local(thing.starts_at, _zone(thing))


def local_end(thing: Occurrence | Slot) -> datetime:
    """Return when a date or a slot ends on the wall clock of its activity."""
    return to_local(thing.ends_at, _zone(thing))


def _zone(thing: Occurrence | Slot) -> str:
    occurrence = thing.occurrence if isinstance(thing, Slot) else thing
    return occurrence.activity.timezone


def on_wall(at: datetime, zone: str) -> datetime:
    """Return an instant on the wall clock of a zone."""
    return to_local(at, zone)


def holiday_in(day: datetime, zone: str) -> str | None:
    """Return the word for the public holiday of a local day, None for any other."""
    name = holiday_name(day, zone)
    return holiday_word(name) if name else None


def soon_word(starts: datetime) -> str:
    """Return the word for a day that is near, to stand beside its date; nothing for a later one."""
    return str(_SOON.get((starts.date() - today()).days, ""))


def until_text(at: datetime) -> str:
    """Return a local moment until which something lasts: the time of day, with its day where that is not today."""
    if at.date() == today():
        return words.clock_text(at)
    return day_and_clock(at)


def day_and_clock(at: datetime) -> str:
    """Return a local moment with its day, for what is read later."""
    return f"{words.date_text(at)}{'' if words.in_japanese() else ','} {words.clock_text(at)}"


def rest_word(rest: Rest) -> str:
    """Return why nothing takes place on a day, in a word."""
    return holiday_word(rest.name) if rest.kind == "holiday" else words.said(rest, "name")


def local_in(at: datetime, activity: Activity) -> datetime:
    """Return an instant on the wall clock of an activity."""
    return to_local(at, activity.timezone)


def early_time(at: time) -> str:
    """Return a time of day as it is said of a morning."""
    return words.early_text(datetime.combine(today(), at))


def activity_span(activity: Activity) -> str:
    """Return from when to when an activity takes place on its usual day."""
    begins = datetime.combine(activity.first_on, activity.first_at)
    return words.span_text(begins, begins + timedelta(minutes=activity.minutes))


def title_and_part(slot: Slot) -> str:
    """Return what an activity and a part of it are called; once, where the one ends with the other."""
    return with_part(words.said(slot.occurrence.activity, "title"), words.said(slot, "name"))


def with_part(title: str, part: str) -> str:
    """Return a title and what a part of it is called; once, where the one ends with the other."""
    return title if names_part(title, part) else f"{title}{words.dot()}{part}"


def names_part(title: str, part: str) -> bool:
    """Say whether a title says already what a part of it is called."""
    return title.endswith(part)


def as_cards(lines: Sequence[DateLine], once: bool) -> list[tuple[DateLine, list[DateLine]]]:
    """Return the dates that are cards of their own, each with the further ones of its activity that say the same."""
    cards: dict[tuple[object, ...], tuple[DateLine, list[DateLine]]] = {}
    for line in lines:
        key = _card_key(line) if once else (line.occurrence.id,)
        if key in cards:
            cards[key][1].append(line)
        else:
            cards[key] = (line, [])
    return list(cards.values())


def _card_key(line: DateLine) -> tuple[object, ...]:
    one = line.occurrence
    if not one.takes_place or line.is_full:
        return (one.id,)
    return one.activity_id, one.state, line.starts.time(), line.ends.time(), one.place


def takes_children(slot: Slot) -> bool:
    """Say whether anybody may bring a child to a part of which that is not said otherwise, nor unlikely."""
    return _takes(slot, slot.occurrence.activity)


def will_take_children(activity: Activity) -> bool:
    """Say the same of every part that the dates of an activity will have."""
    return bool(activity.templates) and all(_takes(part, activity) for part in activity.templates)


def _takes(part: Slot | SlotTemplate, activity: Activity) -> bool:
    asks = part.min_age is not None or part.max_age is not None or bool(part.min_children)
    trained = bool(part.competence) or "powered_tool" in part.burden
    return activity.minors != "no" and not asks and not trained


def part_span(activity: Activity, slot: SlotTemplate) -> str:
    """Return from when to when a part of an activity takes place on its usual day."""
    begins = datetime.combine(activity.first_on, activity.first_at) + timedelta(minutes=slot.offset_minutes)
    return words.span_text(begins, begins + timedelta(minutes=slot.minutes))


def decision_due(occurrence: Occurrence) -> datetime | None:
    """Return the moment by which a date is decided about; None where nothing is decided."""
    local = decision_time(occurrence)
    return None if local is None else to_utc(local, occurrence.activity.timezone)


def reserve_day(occurrence: Occurrence) -> datetime | None:
    """Return when the reserve date begins on the wall clock; None where there is none, or it would be over."""
    reserve = announced_reserve(occurrence)
    return None if reserve is None or reserve <= clock.now() else to_local(reserve, _zone(occurrence))


def tag_name(tag: Tag) -> str:
    """Return what a programme is called in the reader's language."""
    return words.word(words.TAGS, tag.slug) if tag.slug in words.TAGS else tag.name


def repeats_words(activity: Activity) -> str:
    """Return how an activity repeats; the day of one that takes place once."""
    if not activity.rule and not activity.dates:
        return words.date_text(activity.first_on)
    rule = rules.parse(activity.rule) if activity.rule else None
    return repeat_text(rule, activity.first_on, len(activity.dates))


def map_links(thing: Occurrence | Activity) -> MapLinks:
    """Return where the place can be seen on a map."""
    return links_to(thing.map_point, thing.address)


def whom_to_ask(activity: Activity) -> str:
    """Return whom to ask; the names that the service knows as easy Japanese reads them, or in Latin letters beside."""
    if not activity.contact or (words.in_japanese() and not words.is_easy()):
        return activity.contact
    texts = contact_texts(db_session(), activity)
    return words.said_of(texts | {"contact": activity.contact}, "contact")


def shown_state(occurrence: Occurrence, full: bool) -> str:
    """Return the state in which people see a date: over when it is over, full when no place is left."""
    if occurrence.takes_place and occurrence.ends_at <= clock.now():
        return "held"
    return "full" if full and occurrence.state == "open" else occurrence.state


def next_open(occurrence: Occurrence) -> Occurrence | None:
    """Return the next other date of the same activity that has room."""
    return next_with_room(db_session(), occurrence, clock.now())


def can_wait(line: DateLine) -> bool:
    """Say whether one can wait for a place at a date of a list whose places are all taken."""
    takes = line.occurrence.state in TAKES_SIGN_UPS
    return takes and line.waits_until is not None and clock.now() < line.waits_until


_FILTERS: dict[str, Callable[..., Any]] = {
    "local_start": local_start,
    "local_end": local_end,
    "on_wall": on_wall,
    "holiday_in": holiday_in,
    "soon_word": soon_word,
    "rest_word": rest_word,
    "local_in": local_in,
    "early_time": early_time,
    "decision_due": decision_due,
    "early_text": words.early_text,
    "until_text": until_text,
    "day_and_clock": day_and_clock,
    "era_text": era_text,
    "reminder_rules": parse,
    "reminder_words": reminder_words,
    "repeats_words": repeats_words,
}
_GLOBALS: dict[str, Callable[..., Any]] = {
    "asked_ages": asked_ages,
    "activity_span": activity_span,
    "part_span": part_span,
    "title_and_part": title_and_part,
    "as_cards": as_cards,
    "takes_children": takes_children,
    "will_take_children": will_take_children,
    "with_part": with_part,
    "names_part": names_part,
    "reserve_day": reserve_day,
    "weather_words": weather_words,
    "tag_name": tag_name,
    "map_links": map_links,
    "shown_state": shown_state,
    "whom_to_ask": whom_to_ask,
    "can_wait": can_wait,
    "capacity_of": capacity_of,
    "left_in": left_in,
    "left_on": left_on,
    "parts_left": parts_left,
    "next_open": next_open,
    "decision_time": decision_time,
    "date_to_pass_on": date_to_pass_on,
    "activity_to_pass_on": activity_to_pass_on,
}
