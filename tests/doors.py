"""Every place where something can be sent in: forms, JSON, query parameters, addresses; and what is good there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.paper.sent import PAPER_FORMS, PAPER_PROGRAMS

Group = tuple[str, ...]


@dataclass(frozen=True)
class Door:
    """A form or a JSON end-point: who may send what there, and which fields are tried together.

    Everything hostile goes into the first group; the others take turns.
    """

    asker: str
    path: str
    good: Mapping[str, Any]
    groups: tuple[Group, ...]

    def turn(self, number: int) -> list[Group]:
        """Return the groups whose turn it is: the first always, one of the others every third time."""
        first, *others = self.groups
        return [first, others[number // 3 % len(others)]] if others and number % 3 == 0 else [first]

    def __str__(self) -> str:
        return self.path


def _each(*names: str) -> tuple[Group, ...]:
    return tuple((name,) for name in names)


HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
POST = {"title": "清掃", "place": "公園", "first_on": "2026-12-06", "first_at": "08:00"}
TYPED = POST | {"ends_at": "10:00", "slots-0-name": "係", "slots-0-places": "3"}
SENT = POST | {"minutes": 60, "slots": [{"name": "係", "places": 3}]}

HOME = {"name": "山田家", "place": 1}
HOME_GROUPS = (("name", "address"), ("place",), ("releases_contact",))
LIST = {"pasted": "山田 花子,やまだ はなこ", "sure": "1"}
GROUP = HANAKO | {"group_name": "駅前商店会", "people": 2}
NAME = {"name": "池田 泉", "kana": "いけだ いずみ"}
QUIET = {"quiet_from": "21:00", "quiet_until": "07:00"}
LIMITS = ("times_a_month", "max_minutes", "no_heavy", "quiet_until")
TOKEN = {"name": "広報紙", "scopes": "read", "days": "30"}
ASKED = {"name": "広報紙", "scopes": ["read"], "days": 30}

# Free texts are stored as they are, so all are tried at once; what is picky refuses the rest, so it is tried alone.
TEXTS = ("title", "summary", "place", "address", "bring", "contact", "title_en", "summary_en")
CHOICES = ("repeats", "weeks", "weekdays", "season_from", "season_to", "weather_rule", "slots-0-unit")
PICKY = ("website", "first_on", "first_at", "reserve_days", "decide_at")
FORM_TEXTS: tuple[Group, ...] = ((*TEXTS, "slots-0-name"), CHOICES, ("on_holiday", "on_closed"))
FORM_PICKY = _each(*PICKY, "ends_at", "interval", "until", "count", "dates", "month_days", "rrule")
FORM_PICKY += _each("slots-0-places", "slots-0-min_people")
SLOT = ("places", "min_people", "unit", "minutes", "offset_minutes", "competence", "burden")
JSON_PICKY = _each(
    *PICKY,
    "minutes",
    "rule",
    "timezone",
    "weather_rule",
    "dates.0",
    "on_holiday",
    "on_closed",
    *(f"slots.0.{name}" for name in SLOT),
)

# The board of a date with room for everybody; the sign-up is one of the first date.
ROOM, ONE = "/dates/<other_date_id>/board", "/dates/<occurrence_id>/board/<participation_id>"
CALLER = HANAKO | {"slot": "<other_slot_id>", "known": "new"}
FINDING = CALLER | {"find": "1"}
BOARD_FORMS = (
    Door(
        "aiko",
        f"{ROOM}/add",
        CALLER,
        (("name", "note"), *_each("kana", "phone", "known", "people", "child_1")),
    ),
    Door(
        "aiko",
        "/dates/<other_date_id>/enter",
        FINDING,
        (("name", "kana"), *_each("phone", "email", "slot")),
    ),
    Door("aiko", f"{ROOM}/places", {}, (("places", "waits"),)),
    Door("aiko", f"{ROOM}/message", {"text": "雨具", "sure": "1"}, (("text",), *_each("slot"))),
    Door("aiko", f"{ONE}/ask", {}, _each("question")),
    Door("aiko", f"{ONE}/move", {"to": "2"}, (("agreed",), *_each("to"))),
    Door("aiko", f"{ONE}/people", {"people": "1"}, (("people", "without"),)),
    Door("aiko", f"{ONE}/contact", {}, _each("phone", "email")),
    Door("aiko", f"{ONE}/consent", {"how": "paper"}, (("guardian",), *_each("how"))),
    Door("aiko", f"{ONE}/remove", {}, _each("why")),
)
CALLED = HANAKO | {"slot_id": "<other_slot_id>", "is_new": True}
FEWER = {"slot_id": "<other_slot_id>", "places": 5000}
BOARD_PROGRAMS = (
    Door(
        "aiko",
        f"{ROOM}/add",
        CALLED,
        (("name", "note"), *_each("kana", "phone", "people", "children.0.grade")),
    ),
    Door("aiko", f"{ROOM}/find", {}, (("name", "kana"), *_each("email", "phone"))),
    Door(
        "aiko",
        f"{ROOM}/places",
        {"slot_id": "<other_slot_id>", "places": 5000},
        _each("places", "slot_id", "waits.0"),
    ),
    Door("aiko", f"{ROOM}/message", {"text": "雨具", "send": True}, (("text",), *_each("slot_id"))),
    Door("aiko", f"{ONE}/people", {"people": 1}, _each("people", "without.0")),
    Door("aiko", f"{ONE}/contact", {}, _each("phone", "email")),
    Door("aiko", f"{ONE}/move", {"slot_id": 2, "agreed": "電話"}, (("agreed",), *_each("slot_id"))),
)

PART = {"parts-0-was": "積込み", "parts-0-name": "積込み", "parts-0-places": "5000"}
MOVED = PART | {"day": "2026-12-06", "first_at": "08:00", "ends_at": "10:00", "place": "公園", "step": "look"}
PART_GROUPS = _each("parts-0-was", "parts-0-places", "parts-0-min_people", "parts-0-remove", "seen", "step")
MOVED_GROUPS = (
    ("place", "address", "why", "parts-0-name"),
    *_each("day", "first_at", "ends_at"),
    *PART_GROUPS,
)
MOVED_ALL = MOVED | {"first_on": "2026-12-06", "repeats": "weekly", "on_holiday": "keep", "on_closed": "keep"}
MOVED_ALL_GROUPS = (
    *MOVED_GROUPS,
    *_each("first_on", "repeats", "rrule", "dates", "count", "until", "also_by_hand"),
)
SENT_MOVE = {"scope": "all", "first_on": "2026-12-06", "first_at": "08:00", "minutes": 60, "place": "公園"}
SENT_MOVE_GROUPS = (
    ("place", "address", "why"),
    *_each(
        "scope", "first_on", "first_at", "minutes", "rule", "dates.0", "on_holiday", "seen", "parts.0.places"
    ),
    *_each("parts.0.was", "parts.0.name", "parts.0.remove"),
)
CLOSED = {"name": "冬休み", "starts_on": "2026-12-27"}
CLOSED_GROUPS = (("name", "name_en"), *_each("starts_on", "ends_on"))
REPEAT = {"first_on": "2026-12-06", "first_at": "08:00"}
REPEAT_GROUPS = _each("rule", "first_on", "first_at", "timezone", "dates.0", "on_holiday", "on_closed")
TERMS = {"policy": "first_come", "offer_hours": "24", "questions-0-label": "昼食"}
TERMS_PICKY = _each(
    *("policy", "opens_days", "closes_days", "cancel_days", "offer_hours", "target", "first_timers"),
    *(
        "min_age",
        "max_age",
        "min_children",
        "briefing",
        "needs_part",
        "needs_each",
        "questions-0-kind",
        "questions-0-erase_days",
    ),
)

FORMS = (
    Door(
        "aiko",
        "/activities/<draft_id>/terms/0",
        TERMS,
        (("questions-0-label", "questions-0-purpose", "questions-0-choices"), *TERMS_PICKY),
    ),
    Door(
        "aiko",
        "/activities/<draft_id>/terms",
        {"minors": "no", "warn_days": "3"},
        _each("minors", "warn_days"),
    ),
    Door(
        "dan",
        "/activities/<series_activity_id>/join/0",
        HANAKO | {"scope": "every"},
        (("name", "adults"), *_each("kana", "email", "scope", "months_off", "dates")),
    ),
    Door("dan", "/stand-ins/open/<search_id>", HANAKO, (("name",), *_each("kana", "email", "clash"))),
    Door(
        "dan",
        "/slots/<other_slot_id>/join",
        HANAKO,
        (("name", "adults"), *_each("kana", "email"), ("opened", "homepage")),
    ),
    Door(
        "dan",
        "/slots/<other_slot_id>/join/group",
        GROUP,
        (("group_name", "name"), *_each("people", "kana", "email", "comes")),
    ),
    Door("dan", "/names/<names_token>", NAME, (("name",), *_each("kana", "grade"))),
    Door("ben", "/participations/<pledge_id>/names", {}, _each("pasted")),
    Door("ben", "/participations/<pledge_id>/people", {}, _each("people")),
    Door("ben", "/slots/<family_slot_id>/join", {}, (("grown_ups",), ("children-0", "children-7"))),
    Door("aiko", "/organizations/<slug>/activities/new", TYPED, FORM_TEXTS + FORM_PICKY),
    Door("aiko", "/activities/<draft_id>/edit", TYPED, FORM_TEXTS),
    Door(
        "aiko",
        "/activities/<draft_id>/reminders",
        {"asks_reminders": "1", "reminders-0-when": "d1", "reminders-0-at": "19:00"},
        _each("asks_reminders", "reminders-0-when", "reminders-0-at"),
    ),
    *BOARD_FORMS,
    *(Door(*one) for one in PAPER_FORMS),
    Door("aiko", "/dates/<occurrence_id>/decision", {}, _each("reason", "revision", "outcome", "decided_by")),
    Door("aiko", "/organizations/<slug>/closed-days", CLOSED, CLOSED_GROUPS),
    Door("aiko", "/dates/<other_date_id>/change/this", MOVED, MOVED_GROUPS),
    Door("aiko", "/dates/<other_date_id>/change/all", MOVED_ALL, MOVED_ALL_GROUPS),
    Door(
        "aiko",
        "/dates/<occurrence_id>/attendance",
        {"came-<participation_id>": "1"},
        _each("people-<participation_id>", "minutes-<participation_id>"),
    ),
    Door("ben", "/me/limits", QUIET, (("not_before", "not_after"), *_each(*LIMITS))),
    Door("ben", "/me/name", HANAKO, _each("name", "kana")),
    Door("ben", "/me/household/contact", {}, _each("releases")),
    Door("aiko", "/organizations/<slug>/blocks/new", {"names": "1班"}, _each("names")),
    Door(
        "aiko", "/organizations/<slug>/blocks/<block_slug>", {"name": "1班"}, _each("name", "kana", "name_en")
    ),
    Door("aiko", "/organizations/<slug>/households/new", HOME, (("name", "address"), *_each("place"))),
    Door("aiko", "/organizations/<slug>/households/paste", LIST, _each("pasted", "sure")),
    Door("aiko", "/households/<household_id>", HOME, HOME_GROUPS),
    Door("aiko", "/households/<household_id>/members/new", HANAKO, _each("name", "kana", "email", "phone")),
    Door(
        "aiko",
        "/households/<household_id>/members/<member_id>",
        HANAKO,
        _each("name", "kana", "email", "phone"),
    ),
    Door("aiko", "/organizations/<slug>/tokens", TOKEN, _each("name", "scopes", "days")),
    Door("ben", "/me/tokens", TOKEN, _each("name", "scopes", "days")),
    Door("ben", "/me/channels", {"verb": "test"}, _each("point", "verb")),
    Door("ben", "/me/wishes", {}, _each("kinds", "own_minutes")),
    Door("ben", "/dates/<occurrence_id>/coming", {}, _each("verb")),
    Door("ben", "/participations/<participation_id>/again", {}, _each("answer")),
    Door("aiko", "/dates/<occurrence_id>/reached", {}, _each("told")),
    Door("aiko", "/dates/<occurrence_id>/list", {}, _each("told", "only", "mistaken")),
    Door("aiko", "/changes/<edit_id>/list", {}, _each("told")),
    Door(
        "aiko",
        "/organizations/<slug>/line",
        {"basic_id": "@midori", "monthly_limit": "200"},
        _each("basic_id", "monthly_limit", "channel_secret", "access_token"),
    ),
    Door("ben", "/me/push", {}, _each("endpoint", "p256dh", "auth", "device")),
    Door("dan", "/sign-in", {}, _each("email")),
    Door("dan", "/sign-in/code", {}, _each("digits")),
    Door(
        "ben",
        "/me/calendars",
        {"purpose": "feed", "act": "alarm", "alarm": "60"},
        _each("purpose", "act", "alarm"),
    ),
    Door("aiko", "/organizations/<slug>/import", {}, _each("address")),
    Door(
        "aiko",
        "/organizations/<slug>/import/<import_id>",
        {"part": "係", "places": "5"},
        _each("part", "places"),
    ),
    Door("aiko", "/organizations/<slug>/calendars", {"act": "close"}, _each("act", "alarm")),
    Door("ben", "/language", {"language": "ja"}, _each("language", "next")),
)

PROGRAMS = (
    Door(
        "aiko",
        "/activities/<draft_id>/terms/0",
        {"offer_hours": 12},
        _each("policy", "min_people", "closes_before", "offer_hours", "needs.0.position", "questions.0.key"),
    ),
    Door(
        "dan",
        "/activities/<series_activity_id>/join",
        HANAKO | {"position": 0, "every": True},
        _each("name", "position", "every", "months_off.0", "dates.0", "adults.0"),
    ),
    Door("ben", "/participations/<participation_id>/stand-in", {}, _each("way")),
    Door("dan", "/stand-ins/<stand_in_token>", HANAKO, _each("name", "kana", "email", "phone", "clash_ok")),
    Door(
        "dan",
        "/slots/<other_slot_id>/join",
        HANAKO,
        _each("name", "kana", "email", "language", "adults.0", "children_months.0"),
    ),
    Door(
        "aiko",
        "/organizations/<slug>/activities",
        SENT,
        ((*TEXTS, "slots.0.name", "slots.0.name_en"), *JSON_PICKY),
    ),
    *BOARD_PROGRAMS,
    *(Door(*one) for one in PAPER_PROGRAMS),
    Door(
        "dan",
        "/slots/<other_slot_id>/join/group",
        GROUP,
        (
            ("group_name", "name", "note"),
            *_each("people", "organization_id", "share", "as_household", "kana"),
        ),
    ),
    Door("dan", "/names/<names_token>", NAME, _each("name", "kana", "grade")),
    Door(
        "ben", "/participations/<pledge_id>/names", {}, _each("names.0.name", "names.0.kana", "names.0.grade")
    ),
    Door("ben", "/participations/<pledge_id>/people", {}, _each("people")),
    Door("aiko", "/dates/<occurrence_id>/decision", {}, _each("reason", "revision", "outcome", "decided_by")),
    Door("aiko", "/organizations/<slug>/closed-days", CLOSED, CLOSED_GROUPS),
    Door("aiko", "/organizations/<slug>/activities/dates", REPEAT, REPEAT_GROUPS),
    Door("aiko", "/dates/<other_date_id>/changes", SENT_MOVE, SENT_MOVE_GROUPS),
    Door(
        "aiko", "/dates/<occurrence_id>/attendance", {}, _each("ticks.0.participation_id", "ticks.0.people")
    ),
    Door("ben", "/me/limits", QUIET, (("not_before",), *_each("not_after", "quiet_from", *LIMITS))),
    Door("ben", "/me/name", {"name": "山田 花子", "kana": "やまだ はなこ"}, _each("name", "kana")),
    Door("ben", "/me/household/contact", {"releases": True}, _each("releases")),
    Door("aiko", "/organizations/<slug>/households", HOME, (("name", "address"), *_each("place", "block"))),
    Door(
        "aiko",
        "/organizations/<slug>/households/paste",
        {"text": "山田,やまだ"},
        _each("text", "write", "block"),
    ),
    Door("aiko", "/households/<household_id>", HOME, HOME_GROUPS),
    Door("aiko", "/households/<household_id>/members", HANAKO, _each("name", "kana", "email", "phone")),
    Door(
        "aiko",
        "/households/<household_id>/members/<member_id>",
        HANAKO,
        _each("name", "kana", "email", "phone"),
    ),
    Door("aiko", "/organizations/<slug>/tokens", ASKED, _each("name", "scopes.0", "days")),
    Door("ben", "/me/tokens", ASKED, _each("name", "scopes.0", "days")),
    Door("ben", "/me/calendars", {}, _each("purpose", "organization")),
    Door(
        "aiko", "/organizations/<slug>/import", {"calendar": ""}, _each("calendar", "take", "part", "places")
    ),
    Door("ben", "/me/calendars/close", {}, _each("purpose")),
    Door("ben", "/me/calendars/alarm", {"minutes": 60}, _each("minutes")),
    Door("ben", "/me/channels", {"verb": "test"}, _each("point", "verb")),
    Door("ben", "/me/wishes", {}, _each("kinds.0", "own_minutes")),
    Door("ben", "/dates/<occurrence_id>/coming", {}, _each("answer")),
    Door("ben", "/participations/<participation_id>/again", {}, _each("answer")),
    Door("ben", "/participations/<participation_id>/answers", {"answers": {}}, _each("answers.q")),
    Door("aiko", "/dates/<occurrence_id>/reached", {"delivery_ids": []}, _each("delivery_ids.0")),
    Door(
        "aiko",
        "/organizations/<slug>/line",
        {"basic_id": "@midori", "monthly_limit": 200},
        _each("basic_id", "monthly_limit", "channel_secret", "access_token"),
    ),
    Door("ben", "/me/push", {}, _each("endpoint", "p256dh", "auth", "device")),
    Door("dan", "/sign-in", {}, _each("email")),
    Door("dan", "/sign-in/code", HANAKO | {"code": "123456"}, _each("email", "code")),
)


def put(good: Mapping[str, Any], field: str, value: Any) -> dict[str, Any]:
    """Return what is good with one field replaced; `slots.0.name` leads into lists and objects."""
    body: Any = json.loads(json.dumps(good))
    steps = field.split(".")
    inner = body
    for step, after in pairwise(steps):
        inner = _step_into(inner, step, after)
    _set(inner, steps[-1], value)
    assert isinstance(body, dict)
    return body


def _step_into(inner: Any, step: str, after: str) -> Any:
    missing: Any = [] if after.isdecimal() else {}
    if isinstance(inner, dict):
        return inner.setdefault(step, missing)
    inner.extend([missing] * (int(step) + 1 - len(inner)))
    return inner[int(step)]


def _set(inner: Any, last: str, value: Any) -> None:
    if isinstance(inner, dict):
        inner[last] = value
    else:
        inner[int(last) :] = [value]
