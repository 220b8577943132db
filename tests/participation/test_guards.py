"""What is looked at before a party may sign up, as tables (invariants 3 and 6)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.parts import Question, SlotFacts
from scheduler.errors import Refused
from scheduler.participation import guards
from scheduler.participation.actions import join, withdraw
from scheduler.participation.models import Answer
from scheduler.participation.signing import Company, Named, SignUp
from tests import make
from tests.cast import Cast, be_trained
from tests.conftest import NOW
from tests.participation.signing import yes

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def _code(check: Any) -> str | None:
    """Return the code of the refusal, None where there is none."""
    try:
        check()
    except Refused as refused:
        return refused.code
    return None


# (facts of the part, hours before it begins, seconds after that) -> code
WINDOWS: list[tuple[dict[str, Any], timedelta, str | None]] = [
    ({}, SECOND, None),
    ({"closes_before": 60}, HOUR + SECOND, None),
    ({"closes_before": 60}, HOUR, "sign_up_closed"),
    ({"opens_before": 120}, 2 * HOUR + SECOND, "not_open_yet"),
    ({"opens_before": 120}, 2 * HOUR, None),
    ({"opens_before": 120, "closes_before": 60}, HOUR, "sign_up_closed"),
    ({"policy": "assigned"}, HOUR, "assigned_by_organiser"),
]


@pytest.mark.parametrize(("facts", "before", "code"), WINDOWS)
def test_signing_up_has_its_window(
    session: Session, cast: Cast, facts: dict[str, Any], before: timedelta, code: str | None
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("積込み", 2, **facts),))
    assert _code(lambda: guards.check_window(slot, slot.starts_at - before)) == code


def test_the_organiser_enters_people_outside_the_window_but_not_after_the_start(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("積込み", 2, closes_before=60),))
    proxy = SignUp(cast.ben.id, entered_by_id=cast.aiko.id, by_organiser=True)
    assert _code(lambda: guards.check(session, slot, proxy, slot.starts_at)) == "already_begun"
    assert join(session, slot, proxy, slot.starts_at - SECOND).state == "confirmed"


def _children(*ages: int | str, contact: bool = False, grade: str = "") -> SignUp:
    named = tuple(Named(age_months=one) if isinstance(one, int) else Named(grade=one) for one in ages)
    return SignUp(1, contact_comes=contact, contact_grade=grade, company=Company(others=named))


# (who comes, rule of the activity, youngest age of the part) -> code
AGES: list[tuple[SignUp, str, int | None, str | None]] = [
    (_children("e1", contact=True), "consent", None, None),
    (_children("e1"), "consent", None, None),
    (_children(0), "consent", None, None),
    (_children(-1), "consent", None, "age_out_of_range"),
    (_children(12 * 18), "consent", None, None),
    (_children(12 * 18 + 1), "consent", None, "age_out_of_range"),
    (_children("e7"), "consent", None, "age_out_of_range"),
    (_children(contact=True, grade="k9"), "consent", None, "age_out_of_range"),
    (_children("e1"), "present", None, "guardian_must_come"),
    (_children("e1", contact=True), "present", None, None),
    (_children("e1", contact=True, grade="h3"), "present", None, "guardian_must_come"),
    (_children("h3", contact=True), "no", None, "too_young"),
    (_children(contact=True), "no", None, None),
    (_children(contact=True, grade="j3"), "consent", 15, "too_young"),
    (_children(contact=True, grade="h1"), "consent", 15, None),
    (_children("h1", "j3", contact=True), "consent", 15, "too_young"),
    (_children(12 * 15), "consent", 15, None),
    (_children(12 * 15 - 1), "consent", 15, "too_young"),
]


@pytest.mark.parametrize(("sign_up", "minors", "min_age", "code"), AGES)
def test_ages_and_the_rule_for_minors(
    session: Session, cast: Cast, sign_up: SignUp, minors: str, min_age: int | None, code: str | None
) -> None:
    parts = (SlotFacts("積込み", 9, min_age=min_age),)
    slot = make.slot(session, cast.midori, NOW, slots=parts, minors=minors)
    assert _code(lambda: guards.check_ages(slot, sign_up)) == code


NUMBERS: list[tuple[SignUp, str | None]] = [
    (SignUp(1), None),
    (SignUp(1, contact_comes=False), "people_out_of_range"),
    (SignUp(1, company=Company(adults=("",) * 59)), None),
    (SignUp(1, company=Company(adults=("",) * 60)), "people_out_of_range"),
    (SignUp(1, pledged=60), None),
    (SignUp(1, pledged=61), "people_out_of_range"),
    (SignUp(1, pledged=0), "people_out_of_range"),
    (SignUp(1, pledged=2, company=Company(adults=("", ""))), None),
    (SignUp(1, pledged=2, company=Company(adults=("", "", ""))), "more_named_than_pledged"),
]


@pytest.mark.parametrize(("sign_up", "code"), NUMBERS)
def test_invariant_4_numbers_that_can_be(
    session: Session, cast: Cast, sign_up: SignUp, code: str | None
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    assert _code(lambda: guards.check_party(slot, sign_up)) == code


# (days from which and until which the competence holds, whose body) -> code
COMPETENCE: list[tuple[int, int | None, str, str | None]] = [
    (-9, None, "midori", None),
    (-9, 0, "midori", None),
    (-9, -1, "midori", "competence_missing"),
    (0, None, "midori", None),
    (1, None, "midori", "competence_missing"),
    (-9, None, "library", "competence_missing"),
]


@pytest.mark.parametrize(("since", "until", "body", "code"), COMPETENCE)
def test_invariant_6_a_competence_must_be_live_and_of_this_body(
    session: Session, cast: Cast, since: int, until: int | None, body: str, code: str | None
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("草刈り", 2, competence="mower"),))
    held = be_trained(session, cast.ben, getattr(cast, body), "mower", NOW)
    held.starts_on = (NOW + timedelta(days=since)).date()
    held.ends_on = None if until is None else (NOW + timedelta(days=until)).date()
    session.flush()
    assert _code(lambda: guards.check_training_of(session, slot, cast.ben.id, NOW)) == code


def test_a_part_with_a_briefing_takes_who_was_there_or_goes_there_first(session: Session, cast: Cast) -> None:
    day = NOW.date() + timedelta(days=3)
    briefing = make.slot(session, cast.midori, NOW, 9, title="説明会", first_on=day)
    late = make.slot(session, cast.midori, NOW, 9, title="あとの会", first_on=day + timedelta(days=30))
    parts = (SlotFacts("給水", 9, briefing_id=briefing.occurrence.activity_id),)
    slot = make.slot(session, cast.midori, NOW, slots=parts)
    yes(session, late, cast.ben)
    with pytest.raises(Refused) as refused:
        yes(session, slot, cast.ben)
    assert (refused.value.code, refused.value.facts) == ("briefing_missing", {"briefing": "説明会"})
    heard = yes(session, briefing, cast.ben)
    heard.contact_comes = False
    session.flush()
    assert not guards.is_briefed(session, slot, cast.ben.id), "another went there in place of Ben"
    heard.contact_comes = True
    assert yes(session, slot, cast.ben).state == "confirmed"
    heard.state = "absent"
    session.flush()
    assert not guards.is_briefed(session, slot, cast.ben.id)


QUESTIONS = (
    Question("size", "シャツ", "choice", choices=("S", "M"), required=True, erase_days=7),
    Question("car", "車", "yes_no"),
    Question("years", "何年目", "number"),
    Question("wish", "希望"),
)
ANSWERS: list[tuple[dict[str, str], str | None]] = [
    ({"size": "M"}, None),
    ({"size": "M", "car": "yes", "years": "12", "wish": "あ" * 400, "other": "x"}, None),
    ({}, "answer_missing"),
    ({"size": " \u3000"}, "answer_missing"),
    ({"size": "L"}, "answer_unusable"),
    ({"size": "M", "car": "maybe"}, "answer_unusable"),
    ({"size": "M", "years": "-1"}, "answer_unusable"),
    ({"size": "M", "years": "1234567"}, "answer_unusable"),
    ({"size": "M", "wish": "あ" * 401}, "answer_unusable"),
]


@pytest.mark.parametrize(("answers", "code"), ANSWERS)
def test_questions_are_answered_as_they_are_asked(
    session: Session, cast: Cast, answers: dict[str, str], code: str | None
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("給水", 9, questions=QUESTIONS),))
    assert _code(lambda: guards.check_answers(slot, SignUp(1, answers=answers))) == code


def test_the_organiser_need_not_answer_for_others_but_not_wrongly(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("給水", 9, questions=QUESTIONS),))
    assert _code(lambda: guards.check_answers(slot, SignUp(1, by_organiser=True))) is None
    wrong = SignUp(1, by_organiser=True, answers={"size": "L"})
    assert _code(lambda: guards.check_answers(slot, wrong)) == "answer_unusable"


def test_answers_are_kept_until_their_day(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("給水", 9, questions=QUESTIONS),))
    row = yes(session, slot, cast.ben, answers={"size": "M", "wish": "", "other": "x"})
    kept = session.query(Answer).filter_by(participation_id=row.id).one()
    assert (kept.key, kept.value) == ("size", "M")
    assert kept.erase_on == slot.ends_at.date() + timedelta(days=7)


# (minutes after the start of the first part, minutes) of another part of the same day -> clash or not
TIMES: list[tuple[int, int, str | None]] = [
    (0, 120, "clash"),
    (119, 60, "clash"),
    (120, 60, None),
    (-60, 60, None),
    (-60, 61, "clash"),
    (30, 10, "clash"),
]


@pytest.mark.parametrize(("offset", "minutes", "code"), TIMES)
def test_invariant_3_two_parts_at_once_need_a_second_tap(
    session: Session, cast: Cast, offset: int, minutes: int, code: str | None
) -> None:
    parts = (SlotFacts("積込み", 2), SlotFacts("ほか", 2, offset_minutes=offset, minutes=minutes))
    one, other = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    yes(session, one, cast.ben)
    assert _code(lambda: guards.check_clash(session, other, cast.ben.id)) == code
    assert yes(session, other, cast.ben, clash_ok=True).state == "confirmed"


@pytest.mark.parametrize("state", ["cancelled", "waitlisted", "applied", "absent", "declined"])
def test_what_is_not_sure_is_no_clash(session: Session, cast: Cast, state: str) -> None:
    one, other = (make.slot(session, cast.midori, NOW) for _ in range(2))
    yes(session, one, cast.ben).state = state
    session.flush()
    assert guards.clash(session, other, cast.ben.id) is None


def test_who_only_speaks_for_others_has_no_clash(session: Session, cast: Cast) -> None:
    one, other = (make.slot(session, cast.midori, NOW, 9) for _ in range(2))
    yes(session, one, cast.ben, contact_comes=False, company=Company(("妹",)))
    assert yes(session, other, cast.ben, clash_ok=False).state == "confirmed"


def test_a_date_that_is_off_or_left_is_no_clash(session: Session, cast: Cast) -> None:
    one, two, other = (make.slot(session, cast.midori, NOW) for _ in range(3))
    yes(session, one, cast.ben)
    one.occurrence.state = "cancelled"
    withdraw(session, yes(session, two, cast.ben), None, NOW)
    assert yes(session, other, cast.ben, clash_ok=False).state == "confirmed"
