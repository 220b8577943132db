"""The history of an activity: each line says what became of it, and the newest change says so beside its undoing."""

import re
from datetime import date, datetime, time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity
from scheduler.changes.moves import Place
from scheduler.decisions import actions
from scheduler.decisions.actions import Ruling
from tests.cast import Cast
from tests.changes.wanting import WEEKLY, dates_of, make_change, one, series
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

SATURDAY = date(2026, 11, 28)


@pytest.fixture
def aiko(app: Flask, cast: Cast) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def _lines(page: str) -> list[str]:
    return re.findall(r"<li>\s*<p><strong>(.*?)</strong>", page)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"starts": datetime.combine(SATURDAY, time(8))}, "11月22日（日） → 11月28日（土）に変えました"),
        (
            {"starts": datetime.combine(SATURDAY, time(10))},
            "11月22日（日） → 11月28日（土） 午前10時〜午後0時に変えました",
        ),
        ({"minutes": 60}, "11月22日（日）：午前8時〜10時 → 午前8時〜9時に変えました"),
        ({"place": Place("川原")}, "11月22日（日）：場所を「川原」に変えました"),
    ],
)
def test_a_change_of_one_date_says_what_became_of_it(
    session: Session, aiko: Visitor, weekly: Activity, wanted: dict[str, Any], said: str
) -> None:
    first = dates_of(session, weekly.id)[0]
    make_change(session, first, one(first, **wanted))
    session.commit()
    page = aiko.text(f"/activities/{weekly.id}/changes")
    assert (_lines(page)[0], re.search(f"{said}。[^<]*まで、元にもどせます。", page) is not None) == (
        said,
        True,
    )


def test_a_change_of_all_names_its_first_dates_and_those_that_are_gone(
    session: Session, aiko: Visitor, weekly: Activity
) -> None:
    first = dates_of(session, weekly.id)[0]
    make_change(session, first, series(first, f"{WEEKLY};COUNT=1", first_at=time(10)), "all")
    session.commit()
    page = aiko.text(f"/activities/{weekly.id}/changes")
    assert "<li>11月22日（日）：午前8時〜10時 → 午前10時〜午後0時に変えました</li>" in page
    assert "<li>11月29日（日）：なくなりました</li>" in page


def test_what_was_taken_back_of_a_decision_is_called_so(
    session: Session, cast: Cast, aiko: Visitor, weekly: Activity
) -> None:
    first = dates_of(session, weekly.id)[0]
    actions.cancel(session, first, Ruling(cast.aiko.id, first.revision), NOW)
    session.commit()
    aiko.submit(f"/dates/{first.id}/decision", outcome="take_back", revision=str(first.revision), early="1")
    lines = _lines(aiko.text(f"/activities/{weekly.id}/changes"))
    assert lines[:2] == ["11月22日（日）：「中止」は取り消しました", "11月22日（日）：中止"]
