"""Terms: what follows for dates that are there, what stays, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from scheduler.activities import actions as activities
from scheduler.activities.models import Activity, Slot, SlotTemplate
from scheduler.activities.parts import Need, Question, ShareFacts, SlotFacts, facts_of, kept_terms
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.terms import actions
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

LUNCH = Question("lunch", "昼食", kind="choice", choices=("いる", "いらない"), required=True)


@pytest.fixture
def weekly(session: Session, cast: Cast) -> Activity:
    """Three Sundays, two parts: riding and leading."""
    slots = (SlotFacts("乗る", 2), SlotFacts("引く", 4))
    return make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=3", slots=slots)


def slots_of(session: Session, part: SlotTemplate) -> list[Slot]:
    """Return the slots that were made of a part."""
    wanted = session.query(Slot).filter(Slot.position == part.position)
    return wanted.filter(Slot.occurrence.has(activity_id=part.activity_id)).order_by(Slot.id).all()


def test_terms_of_a_part_count_for_the_dates_ahead(session: Session, weekly: Activity) -> None:
    part = weekly.templates[0]
    facts = replace(facts_of(part), closes_before=1440, min_age=15, questions=(LUNCH,))
    assert actions.set_part_terms(session, part, facts, None, NOW) == 3
    slots = slots_of(session, part)
    assert {(slot.closes_before, slot.min_age, slot.questions[0]["key"]) for slot in slots} == {
        (1440, 15, "lunch")
    }
    assert changes_of(session, "activity", weekly.id)[-1].verb == "terms"


def test_how_places_are_given_does_not_change_under_people(
    session: Session, cast: Cast, weekly: Activity
) -> None:
    part = weekly.templates[0]
    make.participation(session, slots_of(session, part)[1], cast.ben, NOW)
    with pytest.raises(Conflict, match="policy_in_use"):
        actions.set_part_terms(session, part, replace(facts_of(part), policy="approval"), None, NOW)
    assert {slot.policy for slot in slots_of(session, part)} == {"first_come"}


def test_a_lottery_gets_its_seed_when_it_becomes_one(session: Session, weekly: Activity) -> None:
    part = weekly.templates[0]
    facts = replace(facts_of(part), policy="lottery", closes_before=2880)
    actions.set_part_terms(session, part, facts, None, NOW)
    seeds = {slot.draw_seed for slot in slots_of(session, part)}
    assert len(seeds) == 3
    assert "" not in seeds


def test_kept_places_are_for_dates_made_later(session: Session, cast: Cast, weekly: Activity) -> None:
    part = weekly.templates[0]
    share = ShareFacts(cast.library.id, 1, 1440)
    actions.set_part_terms(session, part, replace(facts_of(part), shares=(share,)), None, NOW)
    assert {slot.reserved for slot in slots_of(session, part)} == {0}
    assert facts_of(part).shares == (share,)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"policy": "lottery"}, "lottery_needs_deadline"),
        ({"opens_before": 60, "closes_before": 60}, "moments_out_of_range"),
        ({"needs": (Need(0),)}, "needs_unusable"),
        ({"needs": (Need(9),)}, "needs_unusable"),
        ({"first_timers": 3}, "kept_places_out_of_range"),
        ({"target": 3}, "places_out_of_range"),
        ({"briefing_id": 999}, "choice_unknown"),
        ({"questions": (replace(LUNCH, choices=("いる",)),)}, "question_unusable"),
        ({"questions": (replace(LUNCH, key="A b"),)}, "question_unusable"),
    ],
)
def test_terms_that_cannot_be_are_refused(
    session: Session, weekly: Activity, terms: dict[str, object], code: str
) -> None:
    part = weekly.templates[0]
    facts = SlotFacts(**{**vars(facts_of(part)), **terms})
    with pytest.raises(Invalid, match=code):
        actions.set_part_terms(session, part, facts, None, NOW)


def test_a_corrected_draft_keeps_the_terms_of_its_parts(session: Session, cast: Cast) -> None:
    draft = activities.post(session, cast.midori.id, make.facts(first_on=date(2026, 12, 6)), None, NOW)
    part = draft.templates[0]
    actions.set_part_terms(session, part, replace(facts_of(part), min_age=15), None, NOW)
    kept = kept_terms(draft, (SlotFacts("積込み", 5), SlotFacts("受付", 1)))
    assert [(slot.places, slot.min_age) for slot in kept] == [(5, 15), (1, None)]


def test_terms_of_the_activity_count_at_once(session: Session, weekly: Activity) -> None:
    terms = {"minors": "present", "warn_days": 3, "may_call": True, "stays_responsible": False}
    actions.set_activity_terms(session, weekly, terms, None, NOW)
    assert (weekly.minors, weekly.warn_days, weekly.may_call) == ("present", 3, True)
    with pytest.raises(Invalid):
        actions.set_activity_terms(session, weekly, terms | {"minors": "maybe"}, None, NOW)
