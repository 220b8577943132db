"""Ticking who came, for programs."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.participation.models import Participation
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.program import Program, done, refusal
from tests.signed_in import program_of

LIST = "/dates/1/attendance"


@pytest.fixture
def rows(session: Session, cast: Cast) -> list[Participation]:
    """Ben and Chie come."""
    slot = make.slot(session, cast.midori, NOW)
    made = [make.participation(session, slot, person, NOW) for person in (cast.ben, cast.chie)]
    session.commit()
    return made


@pytest.fixture
def leader(app: Flask, cast: Cast, rows: list[Participation]) -> Iterator[Program]:
    """Aiko's program on the morning of the day."""
    with at("2026-11-22 08:30"):
        yield program_of(app, cast.aiko)


def test_who_is_not_named_stays_as_it_was(
    leader: Program, session: Session, rows: list[Participation]
) -> None:
    ticks = [{"participation_id": rows[0].id, "people": 1, "minutes": 45}]
    assert done(leader.put(LIST, ticks=ticks)) == {"changed": 1, "came": 1}
    session.rollback()
    assert [(row.state, row.minutes_served) for row in rows] == [("done", 45), ("confirmed", None)]


def test_the_same_again_changes_nothing(leader: Program, rows: list[Participation]) -> None:
    ticks = [{"participation_id": row.id, "people": 1} for row in rows]
    answers = [done(leader.put(LIST, ticks=ticks)) for _ in range(2)]
    assert answers == [{"changed": 2, "came": 2}, {"changed": 0, "came": 2}]


IMPOSSIBLE: list[tuple[dict[str, Any], int, str]] = [
    ({"people": -1}, 422, "numbers_out_of_range"),
    ({"people": 10**30}, 422, "numbers_out_of_range"),
    ({"people": 1, "minutes": -1}, 422, "numbers_out_of_range"),
    ({"people": 1, "minutes": 1441}, 422, "numbers_out_of_range"),
    ({"people": "many"}, 422, "json_unreadable"),
    ({}, 422, "json_unreadable"),
]


@pytest.mark.parametrize(("tick", "status", "code"), IMPOSSIBLE, ids=str)
def test_one_impossible_tick_takes_all_back(
    leader: Program, session: Session, rows: list[Participation], tick: dict[str, Any], status: int, code: str
) -> None:
    ticks = [{"participation_id": rows[0].id, "people": 1}, {"participation_id": rows[1].id, **tick}]
    assert refusal(leader.put(LIST, ticks=ticks)) == (status, code)
    session.rollback()
    assert [row.state for row in rows] == ["confirmed", "confirmed"]


@pytest.mark.parametrize("stranger", [0, -1, 999, 10**30])
def test_a_sign_up_of_another_date_is_not_there(
    leader: Program, session: Session, rows: list[Participation], stranger: int
) -> None:
    ticks = [{"participation_id": id_, "people": 1} for id_ in (rows[0].id, stranger)]
    assert refusal(leader.put(LIST, ticks=ticks)) == (404, "not_found")
    session.rollback()
    assert rows[0].state == "confirmed"


def test_nobody_is_ticked_the_day_before(app: Flask, cast: Cast, rows: list[Participation]) -> None:
    ticks = [{"participation_id": rows[0].id, "people": 1}]
    assert refusal(program_of(app, cast.aiko).put(LIST, ticks=ticks)) == (409, "not_begun")


def test_only_the_organiser_ticks(app: Flask, cast: Cast, rows: list[Participation]) -> None:
    for program in (Program(app), program_of(app, cast.ben), program_of(app, cast.chie)):
        assert refusal(program.put(LIST, ticks=[])) == (404, "not_found")
