"""The race for the last places: threads and processes, on SQLite and on PostgreSQL, and once through real HTTP.

The positive control stands beside it: without our guard the same race must overbook, or it proves nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from scheduler.checking import wrong_counters
from tests.participation import presses
from tests.participation.arena import PEOPLE, Arena
from tests.participation.race import DONE, Answer, Client
from tests.participation.served import served, sign_up_all_at_once, stalled_lines

pytestmark = pytest.mark.slow
EVERYBODY = range(4, PEOPLE + 1)
# How people come to a place, in turn; a pledge is of the body with the number of the person.
WAYS = (
    presses.join,
    presses.join,
    presses.send_children,
    presses.pledge,
    presses.join_unproven,
    presses.enter,
    presses.join,
)


def _said(answers: Sequence[Answer]) -> set[str]:
    return {answer.said for answer in answers}


def _kept(answers: Sequence[Answer]) -> int:
    """Add up everybody whose last word was yes."""
    last = {answer.client: answer for answer in answers}
    return sum(answer.client.people for answer in last.values() if answer.said == DONE)


def _yeses(answers: Sequence[Answer]) -> dict[Client, list[Answer]]:
    """Return the answers to those who tap again after a yes."""
    twice: dict[Client, list[Answer]] = {}
    for answer in answers:
        if answer.client.taps_again and answer.said != "full":
            twice.setdefault(answer.client, []).append(answer)
    return twice


def _parties(slot_id: int, people: Sequence[int]) -> list[Client]:
    """Return parties of one to six in every way; every third wavers, and all others tap again after a yes."""
    return [
        Client(
            WAYS[number % len(WAYS)],
            slot_id,
            person,
            people=1 + number * 5 % 6,
            wavers=number % 3 == 0,
            taps_again=number % 3 != 0,
        )
        for number, person in enumerate(people)
    ]


def test_three_hundred_parties_on_twenty_places_are_twenty_at_every_moment(arena: Arena) -> None:
    slot_id = arena.slot(20)
    with arena.watched(slot_id) as looks:
        answers = arena.crowd.press(_parties(slot_id, EVERYBODY[:300]))
        # What those who wavered have left over is still there for people who are alone.
        answers += arena.crowd.press([Client(presses.join, slot_id, person) for person in EVERYBODY[300:]])
    assert (looks.wrong, looks.times > 10) == ([], True)
    assert _said(answers) <= {DONE, "withdrawn", "full"}
    assert {*arena.seen(slot_id), _kept(answers)} == {20}
    assert [taps for taps in _yeses(answers).values() if len(taps) != 2 or taps[0] != taps[1]] == []
    with Session(arena.engine) as session:
        assert wrong_counters(session) == []


def test_eight_presses_of_one_person_are_one_sign_up_and_eight_equal_answers(arena: Arena) -> None:
    slot_id = arena.slot(10)
    answers = arena.crowd.press([Client(presses.join, slot_id, EVERYBODY[0])] * 8)
    assert len(answers) == 8
    assert len({(answer.said, answer.sign_up_id) for answer in answers}) == 1
    assert arena.seen(slot_id)[:2] == (1, 1)


def test_one_person_who_presses_and_withdraws_on_many_screens_gets_true_answers(arena: Arena) -> None:
    slot_id = arena.slot(10)
    answers = arena.crowd.press([Client(presses.join, slot_id, EVERYBODY[0], wavers=True)] * 30)
    assert _said(answers) == {DONE, "withdrawn"}
    assert arena.seen(slot_id)[:2] in {(0, 0), (1, 1)}


@pytest.mark.loopback
def test_sixty_four_people_who_send_the_form_at_once_get_twenty_places(arena: Arena, tmp_path: Path) -> None:
    slot_id = arena.slot(20, now=datetime.now(UTC))
    # Whoever stalls in the middle of a request keeps nobody else from writing.
    with served(tmp_path, arena.url) as port, stalled_lines(port, 3):
        answers = Counter(sign_up_all_at_once(port, f"/slots/{slot_id}/join", people=64))
    assert answers == {303: 20, 409: 44}
    assert arena.seen(slot_id) == (20, 20, 20)


@contextmanager
def _without_the_check(engine: Engine) -> Iterator[None]:
    # The crowd's own connections do without it on SQLite.
    if engine.dialect.name == "sqlite":
        yield
        return
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE slot DROP CONSTRAINT ck_slot_taken_within_places"))
    yield
    with engine.begin() as connection:
        rule = "taken >= 0 AND reserved >= 0 AND taken + reserved <= places"
        check = f"ADD CONSTRAINT ck_slot_taken_within_places CHECK ({rule}) NOT VALID"
        connection.execute(text(f"ALTER TABLE slot {check}"))


def test_without_the_guard_the_same_race_overbooks(arena: Arena) -> None:
    over: list[int] = []
    with _without_the_check(arena.engine):
        while len(over) < 10 and not any(over):
            slot_id = arena.slot(10)
            alone = [Client(presses.join, slot_id, person) for person in EVERYBODY[:48]]
            arena.crowd.press(alone, guarded=False)
            over.append(arena.seen(slot_id)[0] - 10)
    assert any(over), f"void: these races overbook nothing even without a guard: {over}"
