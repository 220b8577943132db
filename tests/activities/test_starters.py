"""What a new activity begins with: the usual ones, and those of before with all that the form does not ask."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities import actions
from scheduler.activities.forms import ActivityForm
from scheduler.activities.models import Activity
from scheduler.activities.parts import Question, SlotFacts
from scheduler.activities.starters import STARTERS, values_like, values_of
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of

START, NEW = "/organizations/midori/activities/start", "/organizations/midori/activities/new"


POSTED = {
    "title": "資源回収の日",
    "place": "公民館",
    "first_on": "2027-01-10",
    "first_at": "08:00",
    "ends_at": "10:00",
}


@pytest.mark.parametrize("code", STARTERS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_of_the_usual_activities_can_be_posted_as_it_stands_with_a_place(
    app: Flask, session: Session, cast: Cast, code: str, language: str
) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        form = ActivityForm(data=values_of(code, NOW.date()), formdata=None)
        form.place.data = "みどり公園"
        made = actions.post(session, cast.midori.id, form.facts(), None, NOW)
        assert made.first_on >= NOW.date()
        assert len(made.templates) == len(STARTERS[code]["slots"])
        assert actions.publish(session, made, None, NOW) >= 1


def test_a_fold_opens_for_what_is_wrong_in_it_alone(app: Flask, cast: Cast) -> None:
    aiko, folds = browser_of(app, cast.aiko), r'<details( open)? data-for="weekly'
    wrong: list[dict[str, str]] = [{"place": ""}, {"interval": "x"}]
    opened = [re.findall(folds, aiko.submit(NEW, **POSTED | one).text) for one in wrong]
    assert opened == [[""], [" open"]]


def test_an_unknown_one_is_an_empty_page(app: Flask, cast: Cast) -> None:
    assert values_of("x", NOW.date()) == {}
    for number in (999999, 10**30, -1):
        assert browser_of(app, cast.aiko).get(f"{NEW}?starter=x&like={number}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "first_on"),
    [
        ({"rule": make.SECOND_SUNDAY}, date(2026, 12, 13)),
        ({"rule": "FREQ=WEEKLY;COUNT=2"}, date(2026, 11, 22)),
        ({"first_on": date(2025, 11, 30)}, date(2026, 11, 29)),
        ({"first_on": date(2026, 11, 30)}, date(2026, 11, 30)),
    ],
)
def test_an_activity_of_before_is_dated_from_now_on(
    app: Flask, session: Session, cast: Cast, changes: dict[str, Any], first_on: date
) -> None:
    before = actions.post(session, cast.midori.id, make.facts(**changes), None, NOW - timedelta(days=400))
    with app.test_request_context():
        assert values_like(before, NOW)["first_on"] == first_on


def test_the_terms_of_before_come_along_although_the_form_does_not_ask_them(
    app: Flask, session: Session, cast: Cast
) -> None:
    asked = SlotFacts("積込み", 4, policy="approval", questions=(Question("van", "軽トラはありますか"),))
    before = make.activity(session, cast.midori, NOW, slots=(asked,), warn_days=3, decide_at=time(5))
    session.commit()
    aiko = browser_of(app, cast.aiko)
    assert f"like={before.id}" in aiko.text(START)
    typed = POSTED | {"slots-0-name": "積込み", "slots-0-places": "6"}
    answer = aiko.submit(NEW, page=f"{NEW}?like={before.id}", **typed)
    assert answer.status_code == 303, answer.text
    session.commit()
    made = session.scalars(select(Activity).where(Activity.place == "公民館")).one()
    (part,) = made.templates
    assert (part.places, part.policy, part.questions[0]["key"], made.warn_days) == (6, "approval", "van", 3)
    assert not made.is_published


def test_another_bodys_activity_is_not_copied(app: Flask, session: Session, cast: Cast) -> None:
    theirs = make.activity(session, cast.library, NOW, title="図書館だけの話")
    session.commit()
    assert "図書館だけの話" not in browser_of(app, cast.aiko).text(f"{NEW}?like={theirs.id}")
