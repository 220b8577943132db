"""What changes of terms: of the activity at once, of a part for its dates to come.

Places that are kept for somebody are counters of a slot; they change for the dates that are made from now on.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.codes import MINORS
from scheduler.activities.models import Activity, Occurrence, Slot, SlotTemplate
from scheduler.activities.parts import SlotFacts, check_needs, facts_of, template
from scheduler.activities.plans import latest_parts, sources_ahead
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.parties.tokens import new_token

_KEPT = {"id", "activity_id", "version_id", "position"}
# What a part is in each version of the rule, whatever its terms.
_OWN = ("name", "name_en", "name_easy", "unit", "places", "min_people", "offset_minutes", "minutes")
# What a change of terms writes into the slots that are there already: nothing that anybody counts on.
_FOR_DATES = (
    *("target", "opens_before", "closes_before", "cancel_before", "offer_hours", "min_age", "max_age"),
    *("min_children", "briefing_id", "competence", "burden", "questions", "min_people"),
)


def set_part_terms(
    session: Session, part: SlotTemplate, facts: SlotFacts, by_id: int | None, now: datetime
) -> int:
    """Give a part other terms, in all versions of the rule that hold now or later; return how many dates follow.

    Raise Invalid where the terms cannot be, Conflict where places would be given in another way although people have
    signed up already.
    """
    activity = part.activity
    _check_references(session, activity, facts)
    checked = [pair for one in sources_ahead(activity, now) for pair in _checked(one.templates, part, facts)]
    slots = _slots_ahead(session, part, now)
    if facts.policy != part.policy and any(slot.taken for slot in slots):
        raise Conflict("policy_in_use")
    for one, terms in checked:
        for name in {column.name for column in SlotTemplate.__table__.columns} - _KEPT:
            setattr(one, name, getattr(terms, name))
    _follow(slots, part)
    _record(session, activity, {"part": part.position}, by_id, now)
    return len(slots)


def _checked(
    parts: list[SlotTemplate], changed: SlotTemplate, facts: SlotFacts
) -> list[tuple[SlotTemplate, SlotTemplate]]:
    # The part as it is in one version of the rule, if it is there, beside what it becomes.
    here = {one.position: facts_of(one) for one in parts}
    mine = [one for one in parts if one.position == changed.position]
    for one in mine:
        here[one.position] = facts if one is changed else _as_here(facts, here[one.position])
    check_needs(here)
    return [(one, template(changed.activity, one.position, here[one.position])) for one in mine]


def _as_here(facts: SlotFacts, here: SlotFacts) -> SlotFacts:
    target = facts.target if facts.target is None else min(max(facts.target, here.min_people), here.places)
    return replace(facts, **{name: getattr(here, name) for name in _OWN}, target=target)


def _check_references(session: Session, activity: Activity, facts: SlotFacts) -> None:
    briefing = session.get(Activity, facts.briefing_id) if facts.briefing_id is not None else None
    if facts.briefing_id is None:
        return
    known = briefing is not None and briefing.state != "discarded" and briefing.id != activity.id
    if briefing is None or not known or briefing.organization_id != activity.organization_id:
        raise Invalid("choice_unknown")


def _slots_ahead(session: Session, part: SlotTemplate, now: datetime) -> list[Slot]:
    wanted = (
        select(Slot)
        .join(Slot.occurrence)
        .where(
            Occurrence.activity_id == part.activity_id,
            Occurrence.starts_at > now,
            Slot.position == part.position,
        )
    )
    return list(session.scalars(wanted.order_by(Slot.id)))


def _follow(slots: list[Slot], part: SlotTemplate) -> None:
    for slot in slots:
        for name in _FOR_DATES:
            setattr(slot, name, getattr(part, name))
        slot.min_people = min(part.min_people, slot.places)
        if slot.policy != part.policy:
            slot.policy, slot.drawn_at = part.policy, None
            slot.draw_seed = new_token() if part.policy == "lottery" else ""


def set_activity_terms(
    session: Session, activity: Activity, terms: dict[str, Any], by_id: int | None, now: datetime
) -> None:
    """Say who may come under age, when to warn and call, and who stays responsible; it counts at once."""
    if terms["minors"] not in MINORS or not 0 <= terms["warn_days"] <= 60:
        raise Invalid("choice_unknown")
    with_children = [part.name for part in latest_parts(activity) if part.min_children]
    if terms["minors"] == "no" and with_children:
        raise Invalid("children_not_let_in", part=with_children[0])
    for name in ("minors", "warn_days", "may_call", "stays_responsible"):
        setattr(activity, name, terms[name])
    activity.changed_at = now
    _record(session, activity, terms, by_id, now)


def _record(
    session: Session, activity: Activity, facts: dict[str, Any], by_id: int | None, now: datetime
) -> None:
    change = StateChange(
        at=now, subject="activity", subject_id=activity.id, verb="terms", by_id=by_id, facts=facts
    )
    record(session, change)
