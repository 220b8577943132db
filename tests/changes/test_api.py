"""Changing dates by program."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity
from tests.cast import Cast
from tests.changes.wanting import dates_of, days
from tests.program import Program, done, refusal
from tests.signed_in import program_of

ONE: dict[str, Any] = {"first_on": "2026-11-21", "first_at": "13:00", "minutes": 60, "place": "公民館"}


@pytest.fixture
def aiko(app: Flask, cast: Cast, weekly: Activity) -> Program:
    """Aiko's program."""
    return program_of(app, cast.aiko)


def test_a_program_looks_changes_and_takes_back(session: Session, aiko: Program, weekly: Activity) -> None:
    first = dates_of(session, weekly.id)[0]
    looked = done(aiko.post(f"/dates/{first.id}/changes", **ONE))
    assert (looked["id"], looked["impact"]["keep"], looked["impact"]["told"]) == (None, 1, 1)
    made = done(aiko.post(f"/dates/{first.id}/changes", **ONE | {"seen": looked["seen"]}))
    assert days(dates_of(session, weekly.id))[0] == "11-21 13:00"
    assert aiko.read(f"/activities/{weekly.id}/changes")["changes"][0]["id"] == made["id"]
    assert aiko.read(f"/dates/{first.id}")["place"] == "公民館"
    assert done(aiko.post(f"/changes/{made['id']}/undo"))["undone_at"] is not None
    assert days(dates_of(session, weekly.id))[0] == "11-22 08:00"


def test_a_program_changes_the_following(session: Session, aiko: Program, weekly: Activity) -> None:
    third = dates_of(session, weekly.id)[2]
    body: dict[str, Any] = {
        "scope": "following",
        "first_on": "2026-12-06",
        "first_at": "08:00",
        "minutes": 120,
    }
    body |= {"place": "みどり公園前", "rule": "FREQ=WEEKLY;INTERVAL=2;COUNT=2"}
    looked = done(aiko.post(f"/dates/{third.id}/changes", **body))
    assert looked["impact"]["vanish_dates"] == 2
    done(aiko.post(f"/dates/{third.id}/changes", **body | {"seen": looked["seen"]}))
    assert len(dates_of(session, weekly.id)) == 4
    assert len(Program(aiko.client.application).read("/dates")["dates"]) == 4


def test_a_program_is_refused_with_a_code(session: Session, aiko: Program, weekly: Activity) -> None:
    first = dates_of(session, weekly.id)[0]
    path = f"/dates/{first.id}/changes"
    assert refusal(aiko.post(path, **ONE | {"seen": "0" * 24})) == (409, "impact_changed")
    assert refusal(aiko.post(path, **ONE | {"first_at": "13:00+09:00"})) == (422, "json_unreadable")
    assert refusal(aiko.post(path, **ONE | {"scope": "all", "rule": "FREQ=DAILY;COUNT=1000000000"})) == (
        422,
        "rule_out_of_range",
    )
