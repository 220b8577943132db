"""The decision, for programs."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.program import Program, done, refusal
from tests.signed_in import program_of


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    """The date to decide about."""
    made = make.occurrence(session, cast.midori, NOW)
    session.commit()
    return made


@pytest.fixture
def aiko(app: Flask, cast: Cast, date: Occurrence) -> Program:
    """Aiko's program."""
    return program_of(app, cast.aiko)


@pytest.mark.parametrize(
    ("outcome", "state"), [("confirm", "confirmed"), ("postpone", "postponed"), ("cancel", "cancelled")]
)
def test_each_outcome_has_its_state(aiko: Program, outcome: str, state: str) -> None:
    decided = done(aiko.post("/dates/1/decision", outcome=outcome, revision=0, reason="雨のため"))
    assert (decided["state"], decided["revision"], decided["reason"]) == (state, 1, "雨のため")


WRONG: list[dict[str, Any]] = [
    {"outcome": "explode", "revision": 0},
    {"outcome": "cancel"},
    {"outcome": "cancel", "revision": -1},
    {"outcome": "cancel", "revision": 10**30},
    {"outcome": "cancel", "revision": "x"},
    {"revision": 0},
]


@pytest.mark.parametrize("body", WRONG, ids=str)
def test_what_cannot_be_read_decides_nothing(aiko: Program, body: dict[str, Any]) -> None:
    assert refusal(aiko.post("/dates/1/decision", **body)) == (422, "json_unreadable")
    assert aiko.read("/dates/1")["state"] == "open"


def test_an_old_revision_is_told_that_it_is_decided(aiko: Program) -> None:
    done(aiko.post("/dates/1/decision", outcome="confirm", revision=0))
    answer = aiko.post("/dates/1/decision", outcome="cancel", revision=0)
    assert refusal(answer) == (409, "already_decided")
    assert aiko.read("/dates/1")["state"] == "confirmed"


def test_what_is_over_is_over(app: Flask, cast: Cast, date: Occurrence) -> None:
    with at("2026-11-22 10:00"):
        answer = program_of(app, cast.aiko).post("/dates/1/decision", outcome="cancel", revision=0)
    assert refusal(answer) == (409, "already_over")


def test_a_reason_is_cleaned_and_never_cut(aiko: Program) -> None:
    typed: dict[str, Any] = {"outcome": "cancel", "revision": 0}
    long = aiko.post("/dates/1/decision", **typed, reason="雨\0\r\n" + "あ" * 399)
    assert refusal(long) == (422, "text_too_long")
    decided = done(aiko.post("/dates/1/decision", **typed, reason="雨\0\r\n" + "あ" * 398))
    assert decided["reason"] == "雨 " + "あ" * 398


def test_only_the_organiser_decides(app: Flask, cast: Cast, date: Occurrence) -> None:
    for program in (Program(app), program_of(app, cast.ben), program_of(app, cast.chie)):
        answer = program.post("/dates/1/decision", outcome="cancel", revision=0)
        assert refusal(answer) == (404, "not_found")
