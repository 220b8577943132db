"""Terms on pages and as JSON."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, SlotTemplate
from scheduler.activities.parts import SlotFacts
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

ASKED = {
    "policy": "approval",
    "opens_days": "30",
    "closes_days": "2",
    "cancel_days": "1",
    "offer_hours": "12",
    "min_age": "15",
    "needs_part": "1",
    "needs_each": "2",
    "questions-0-label": "昼食",
    "questions-0-kind": "choice",
    "questions-0-choices": "いる、いらない",
    "questions-0-purpose": "数をそろえます",
    "questions-0-required": "y",
    "questions-0-erase_days": "7",
}


@pytest.fixture
def riding(session: Session, cast: Cast) -> Activity:
    """One date, two parts."""
    made = make.activity(session, cast.midori, NOW, slots=(SlotFacts("乗る", 2), SlotFacts("引く", 4)))
    session.commit()
    return made


def part(session: Session) -> SlotTemplate:
    """Return the first part as it is now."""
    session.rollback()
    return session.query(SlotTemplate).order_by(SlotTemplate.position).first() or pytest.fail("no part")


def test_an_organiser_sets_the_terms_of_a_part(
    app: Flask, session: Session, cast: Cast, riding: Activity
) -> None:
    aiko = browser_of(app, cast.aiko)
    path = f"/activities/{riding.id}/terms/0"
    assert path in aiko.text(f"/activities/{riding.id}/terms")
    assert aiko.submit(path, **ASKED).status_code == 303
    kept = part(session)
    assert (kept.policy, kept.opens_before, kept.closes_before) == ("approval", 43200, 2880)
    assert kept.needs == [{"position": 1, "per_place": 2}]
    assert kept.questions[0]["choices"] == ["いる", "いらない"]


def test_the_form_shows_what_was_set(app: Flask, cast: Cast, riding: Activity) -> None:
    aiko = browser_of(app, cast.aiko)
    path = f"/activities/{riding.id}/terms/0"
    aiko.submit(path, **ASKED)
    page = aiko.text(path)
    assert 'value="いる、いらない"' in page
    assert 'value="30"' in page


def test_what_cannot_be_is_said_and_kept(app: Flask, cast: Cast, riding: Activity) -> None:
    path = f"/activities/{riding.id}/terms/0"
    answer = browser_of(app, cast.aiko).submit(path, **ASKED | {"opens_days": "1"})
    assert (answer.status_code, "始まりは締切より前" in answer.text) == (422, True)
    assert 'value="数をそろえます"' in answer.text


def test_whoever_signs_up_meets_the_terms(app: Flask, cast: Cast, riding: Activity, visitor: Visitor) -> None:
    browser_of(app, cast.aiko).submit(f"/activities/{riding.id}/terms/0", **ASKED)
    page = visitor.text("/slots/1/join")
    assert "数をそろえます" in page
    assert "世話人が確かめて、お返事します" in page
    hanako = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
    assert visitor.submit("/slots/1/join", **hanako).status_code == 422
    assert visitor.submit("/slots/1/join", **hanako, **{"q-q1": "いる"}).status_code == 303


def test_the_activity_as_a_whole(app: Flask, session: Session, cast: Cast, riding: Activity) -> None:
    aiko, path = browser_of(app, cast.aiko), f"/activities/{riding.id}/terms"
    assert aiko.submit(path, minors="present", warn_days="3", may_call="y").status_code == 303
    session.rollback()
    assert (riding.minors, riding.warn_days, riding.may_call) == ("present", 3, True)
    assert aiko.submit(path, minors="maybe", warn_days="3").status_code == 422


@pytest.mark.parametrize("form", ["", "/0"])
def test_what_must_be_there_is_not_called_optional(
    app: Flask, cast: Cast, riding: Activity, form: str
) -> None:
    page = (
        browser_of(app, cast.aiko)
        .submit(f"/activities/{riding.id}/terms{form}", warn_days="", offer_hours="")
        .text
    )
    wrong = re.findall(r"data-error>\s*<(?:label|legend).*?</(?:label|legend)>", page)
    assert "必須" in "".join(wrong)
    assert "任意" not in "".join(wrong)


def test_a_program_changes_only_what_it_sends(
    app: Flask, session: Session, cast: Cast, riding: Activity
) -> None:
    browser_of(app, cast.aiko).submit(f"/activities/{riding.id}/terms/0", **ASKED)
    program, path = program_of(app, cast.aiko), f"/activities/{riding.id}/terms/0"
    changed = done(program.post(path, min_age=18, shares=[], needs=[{"position": 1}]))
    assert (changed["terms"]["min_age"], changed["dates"]) == (18, 1)
    assert (part(session).policy, part(session).min_age) == ("approval", 18)
    assert refusal(program.post(path, min_age=4, max_age=3)) == (422, "oldest_out_of_range")
    assert done(program.post(path, min_age=None, max_age=3))["terms"]["max_age"] == 3
    assert refusal(program.post(path, needs=[{"where": 1}])) == (422, "json_unreadable")
    assert refusal(program.post(path, policy="who knows")) == (422, "choice_unknown")
