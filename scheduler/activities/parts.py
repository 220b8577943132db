"""A part as an organiser asks for it: check it, write it as a template, and copy that into the slots of a date."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from scheduler.activities.codes import BURDENS, GROWN_UP, POLICIES, UNITS
from scheduler.activities.models import Activity, Slot, SlotShare, SlotTemplate
from scheduler.db import insert_once
from scheduler.errors import Invalid
from scheduler.parties.tokens import new_token
from scheduler.readings import well_read
from scheduler.text import fitting, text_in

# A training is known by a code of its body; words are found for the usual ones.
_CODE = re.compile(r"[a-z0-9_]{1,40}")
MAX_PLACES = 5000
MAX_MINUTES = 14 * 24 * 60
MAX_BEFORE = 400 * 24 * 60
MAX_QUESTIONS = 10
# As many children as whoever telephones can name.
MAX_CHILDREN = 3
QUESTION_KINDS = ("text", "choice", "number", "yes_no")
# Places for first-timers open to all a day before (E5).
FIRST_TIMERS_UNTIL = 24 * 60


@dataclass(frozen=True)
class ShareFacts:
    """Places kept for one body until so many minutes before the part (割当)."""

    organization_id: int
    places: int
    until_before: int


@dataclass(frozen=True)
class Need:
    """A helper slot, by its position, and how many helpers each place needs."""

    position: int
    per_place: int = 1


@dataclass(frozen=True)
class Question:
    """Something asked at the sign-up: why, of which kind, and how many days after the date the answer is erased."""

    key: str
    label: str
    kind: str = "text"
    label_en: str = ""
    label_easy: str = ""
    purpose: str = ""
    purpose_en: str = ""
    purpose_easy: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    erase_days: int = 30


@dataclass(frozen=True)
class SlotFacts:
    """A part as typed; moments are minutes before it begins."""

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
    burden: tuple[str, ...] = ()
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
    needs: tuple[Need, ...] = ()
    shares: tuple[ShareFacts, ...] = ()
    questions: tuple[Question, ...] = ()


_NAMES = ("name", "name_en", "name_easy")
_PLAIN = (
    *("unit", "min_people", "target", "places", "offset_minutes", "competence", "policy", "opens_before"),
    *(
        "closes_before",
        "cancel_before",
        "offer_hours",
        "first_timers",
        "min_age",
        "max_age",
        "min_children",
        "briefing_id",
    ),
)


def template(activity: Activity, position: int, facts: SlotFacts) -> SlotTemplate:
    """Make the template of a part; raise Invalid where it cannot be."""
    minutes = facts.minutes if facts.minutes is not None else activity.minutes - facts.offset_minutes
    _check_names(facts)
    _check_places(facts)
    _check_moments(facts, minutes)
    _check_children(activity, facts)
    return SlotTemplate(
        **{name: getattr(facts, name) for name in _PLAIN},
        activity_id=activity.id,
        position=position,
        name=fitting(facts.name, 120),
        name_en=fitting(facts.name_en, 120),
        name_easy=well_read(fitting(facts.name_easy, 120)),
        minutes=minutes,
        burden=list(dict.fromkeys(facts.burden)),
        needs=[vars(need) for need in facts.needs],
        shares=[vars(share) for share in facts.shares],
        questions=[_question(question) for question in facts.questions],
    )


def check_needs(parts: Mapping[int, SlotFacts]) -> None:
    """Raise Invalid where a part needs a position that is not there, its own, or one that needs others in turn."""
    for position, part in parts.items():
        for need in part.needs:
            there = need.position in parts and need.position != position
            if not there or parts[need.position].needs or not 1 <= need.per_place <= 20:
                raise Invalid("needs_unusable")


def _check_names(facts: SlotFacts) -> None:
    if not text_in(facts.name):
        raise Invalid("slot_name_missing")
    if facts.unit not in UNITS or facts.policy not in POLICIES or not set(facts.burden) <= set(BURDENS):
        raise Invalid("choice_unknown")
    if facts.competence is not None and not _CODE.fullmatch(facts.competence):
        raise Invalid("choice_unknown")


def _check_places(facts: SlotFacts) -> None:
    target = facts.target if facts.target is not None else facts.places
    kept = facts.first_timers + sum(share.places for share in facts.shares)
    in_order = 0 <= facts.min_people <= target <= facts.places
    if not 1 <= facts.places <= MAX_PLACES or not in_order:
        raise Invalid("places_out_of_range")
    if facts.first_timers < 0 or any(share.places < 1 for share in facts.shares) or kept > facts.places:
        raise Invalid("kept_places_out_of_range")
    if len({share.organization_id for share in facts.shares}) < len(facts.shares):
        raise Invalid("kept_places_out_of_range")


def _check_moments(facts: SlotFacts, minutes: int) -> None:
    if minutes <= 0 or minutes > MAX_MINUTES or abs(facts.offset_minutes) > MAX_MINUTES:
        raise Invalid("length_out_of_range")
    before = [facts.closes_before, facts.cancel_before, *(share.until_before for share in facts.shares)]
    if any(not 0 <= moment <= MAX_BEFORE for moment in before) or not 1 <= facts.offer_hours <= 24 * 14:
        raise Invalid("moments_out_of_range")
    if facts.opens_before is not None and not facts.closes_before < facts.opens_before <= MAX_BEFORE:
        raise Invalid("moments_out_of_range")
    if facts.policy == "lottery" and facts.closes_before == 0:
        raise Invalid("lottery_needs_deadline")
    if facts.min_age is not None and not 0 <= facts.min_age <= 100:
        raise Invalid("age_out_of_range")


def _check_children(activity: Activity, facts: SlotFacts) -> None:
    if not 0 <= facts.min_children <= MAX_CHILDREN:
        raise Invalid("children_out_of_range", most=MAX_CHILDREN)
    if facts.max_age is not None and not (facts.min_age or 0) <= facts.max_age < GROWN_UP:
        raise Invalid("oldest_out_of_range")
    adults_only = activity.minors == "no" or (facts.min_age or 0) >= GROWN_UP
    if facts.min_children and adults_only:
        raise Invalid("children_not_let_in", part=facts.name)


_QUESTION_TEXTS = ("label", "label_en", "label_easy", "purpose", "purpose_en", "purpose_easy")


def _question(facts: Question) -> dict[str, Any]:
    choices = [fitting(choice, 80) for choice in facts.choices if text_in(choice)]
    known = facts.kind in QUESTION_KINDS and (facts.kind != "choice" or 2 <= len(choices) <= 20)
    if not known or not _CODE.fullmatch(facts.key) or not text_in(facts.label):
        raise Invalid("question_unusable")
    if not 0 <= facts.erase_days <= 365:
        raise Invalid("question_unusable")
    texts = {name: fitting(getattr(facts, name), 200) for name in _QUESTION_TEXTS}
    for name in ("label_easy", "purpose_easy"):
        well_read(texts[name])
    plain = {"key": facts.key, "kind": facts.kind, "required": facts.required, "erase_days": facts.erase_days}
    return plain | texts | {"choices": choices}


def facts_of(part: SlotTemplate) -> SlotFacts:
    """Return a part as it would be typed."""
    plain: dict[str, Any] = {name: getattr(part, name) for name in (*_NAMES, "minutes", *_PLAIN)}
    return SlotFacts(
        **plain,
        burden=tuple(part.burden),
        needs=tuple(Need(**need) for need in part.needs),
        shares=tuple(ShareFacts(**share) for share in part.shares),
        questions=tuple(
            Question(**{**question, "choices": tuple(question["choices"])}) for question in part.questions
        ),
    )


def kept_terms(activity: Activity, slots: tuple[SlotFacts, ...]) -> tuple[SlotFacts, ...]:
    """Return parts as typed on the short form, with the terms of those that were there under the same name.

    Of two with one name, as those without any have it, the first is taken for the first.
    """
    there: dict[str, list[SlotFacts]] = {}
    for part in activity.templates:
        there.setdefault(part.name, []).append(facts_of(part))
    known = (there.get(slot.name) for slot in slots)
    return tuple(
        _with_terms(slot, same.pop(0) if same else None) for slot, same in zip(slots, known, strict=True)
    )


def _with_terms(slot: SlotFacts, before: SlotFacts | None) -> SlotFacts:
    if before is None:
        return slot
    short = ("places", "min_people", "unit", "competence", "burden")
    # The short form says that families come with children; with how many is for the terms.
    children = before.min_children
    if slot.unit == "family":
        children = max(children, slot.min_children) if slot.min_children else 0
    return replace(before, **{name: getattr(slot, name) for name in short}, min_children=children)


_COPIED = ("position", *_NAMES, "minutes", *_PLAIN)


def make_slots(session: Session, occurrence_id: int, templates: Iterable[SlotTemplate]) -> None:
    """Write the slots of a new date."""
    parts = list(templates)
    linked = {need["position"] for part in parts for need in part.needs}
    rows = [
        _slot_values(occurrence_id, part) | {"linked": bool(part.needs) or part.position in linked}
        for part in parts
    ]
    session.execute(insert(Slot), rows)
    if any(row["reserved"] for row in rows):
        _keep_places(session, occurrence_id, parts)


def _slot_values(occurrence_id: int, part: SlotTemplate) -> dict[str, Any]:
    lists = {name: list(getattr(part, name)) for name in ("burden", "needs", "questions")}
    reserved = part.first_timers + sum(share["places"] for share in part.shares)
    return (
        {name: getattr(part, name) for name in _COPIED}
        | lists
        | {
            "occurrence_id": occurrence_id,
            "taken": 0,
            "reserved": reserved,
            "draw_seed": new_token() if part.policy == "lottery" else "",
        }
    )


def _keep_places(session: Session, occurrence_id: int, parts: list[SlotTemplate]) -> None:
    made = session.execute(select(Slot.position, Slot.id).where(Slot.occurrence_id == occurrence_id))
    slots = dict(made.tuples().all())
    for part in parts:
        for share in _shares(part):
            insert_once(session, SlotShare, {"slot_id": slots[part.position], **share})


def _shares(part: SlotTemplate) -> list[Mapping[str, Any]]:
    kept = [(share["organization_id"], share["places"], share["until_before"]) for share in part.shares]
    if part.first_timers:
        kept.append((None, part.first_timers, FIRST_TIMERS_UNTIL))
    return [
        {"organization_id": body, "places": places, "remaining": places, "until_before": until}
        for body, places, until in kept
    ]
