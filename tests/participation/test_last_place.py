"""The race for the last places: threads and processes, on SQLite and on PostgreSQL, and once through real HTTP.

The positive control stands beside it: without our guard the same race must overbook, or it proves nothing.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session

from scheduler import migrating
from scheduler.activities.models import Slot
from scheduler.checking import wrong_counters
from scheduler.db import engine_options, prepare_engine
from scheduler.participation.models import Participation
from scheduler.parties.models import Organization
from tests import cast, make, postgres
from tests.conftest import NOW
from tests.participation.race import Answer, Client, Crowd
from tests.participation.served import served, sign_up_all_at_once, stalled_lines

pytestmark = pytest.mark.slow
PLACES = 10
PEOPLE = 200
ROUNDS = 2


@dataclass
class Looks:
    """What somebody sees who looks at the slot all the while: how often, and what was wrong."""

    times: int = 0
    wrong: list[tuple[int, ...]] = field(default_factory=list)


@dataclass(frozen=True)
class Arena:
    """A database full of people, and the crowd that races in it."""

    url: str
    engine: Engine
    crowd: Crowd
    people: tuple[int, ...]

    def slot(self, places: int = PLACES, now: datetime = NOW) -> int:
        """Make a slot of a new date, in the week after."""
        with Session(self.engine) as session:
            day = now.date() + timedelta(days=7)
            made = make.slot(session, session.get_one(Organization, 1), now, places, first_on=day)
            session.commit()
            return made.id

    def seen(self, slot_id: int) -> tuple[int, int, int]:
        """Return the counter, what the rows say, and the places, in one look."""
        rows = select(func.coalesce(func.sum(Participation.places), 0))
        held = rows.where(Participation.slot_id == slot_id, Participation.holds).scalar_subquery()
        with Session(self.engine) as session:
            taken, by_rows, places = session.execute(
                select(Slot.taken, held, Slot.places).where(Slot.id == slot_id)
            ).one()
            return taken, by_rows, places

    @contextmanager
    def watched(self, slot_id: int) -> Iterator[Looks]:
        """Look at the slot again and again as long as the block lasts."""
        looks, over = Looks(), threading.Event()

        def watch() -> None:
            while not over.is_set():
                taken, by_rows, places = self.seen(slot_id)
                looks.times += 1
                looks.wrong += [] if taken == by_rows <= places else [(taken, by_rows, places)]
                over.wait(0.005)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield looks
        finally:
            over.set()
            watcher.join()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def arena(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('race') / 'race.db'}"
    else:
        url = postgres.new_database(request.getfixturevalue("postgres_server"), f"race_{os.getpid()}")
    migrating.upgrade(url)
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    with Session(engine) as session:
        cast.make(session, NOW)
        people = tuple(make.person(session, number, NOW).id for number in range(PEOPLE))
        session.commit()
    with Crowd(url) as crowd:
        yield Arena(url, engine, crowd, people)
    engine.dispose()


def _said(answers: Sequence[Answer]) -> set[str]:
    return {answer.said for answer in answers}


def _kept(answers: Sequence[Answer]) -> int:
    """Add up everybody whose last word was yes."""
    last = {answer.client.person_id: answer for answer in answers}
    return sum(answer.client.people for answer in last.values() if answer.said == "joined")


def _parties(people: Sequence[int]) -> list[Client]:
    return [Client(person, 1 + number % 3, wavers=number % 2 == 0) for number, person in enumerate(people)]


def test_two_hundred_people_on_ten_places_are_ten_at_every_moment(arena: Arena) -> None:
    for _ in range(ROUNDS):
        slot_id = arena.slot()
        with arena.watched(slot_id) as looks:
            answers = arena.crowd.press(slot_id, _parties(arena.people[:150]))
            answers += arena.crowd.press(slot_id, [Client(person) for person in arena.people[150:]])
        assert (looks.wrong, looks.times > 20) == ([], True)
        assert _said(answers) <= {"joined", "withdrawn", "full"}
        assert {*arena.seen(slot_id), _kept(answers)} == {PLACES}
    with Session(arena.engine) as session:
        assert wrong_counters(session) == []


def test_eight_presses_of_one_person_are_one_sign_up_and_eight_equal_answers(arena: Arena) -> None:
    for person in arena.people[:ROUNDS]:
        slot_id = arena.slot()
        answers = arena.crowd.press(slot_id, [Client(person)] * 8)
        assert len(answers) == 8
        assert len({(answer.said, answer.sign_up_id) for answer in answers}) == 1
        assert arena.seen(slot_id)[:2] == (1, 1)


def test_one_person_who_presses_and_withdraws_on_many_screens_gets_true_answers(arena: Arena) -> None:
    slot_id = arena.slot()
    answers = arena.crowd.press(slot_id, [Client(arena.people[0], wavers=True)] * 60)
    assert _said(answers) == {"joined", "withdrawn"}
    assert arena.seen(slot_id)[:2] in {(0, 0), (1, 1)}


@pytest.mark.loopback
def test_sixty_four_people_who_send_the_form_at_once_get_twenty_places(arena: Arena, tmp_path: Path) -> None:
    slot_id = arena.slot(places=20, now=datetime.now(UTC))
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
            slot_id = arena.slot()
            arena.crowd.press(slot_id, [Client(person) for person in arena.people[:48]], guarded=False)
            over.append(arena.seen(slot_id)[0] - PLACES)
    assert any(over), f"void: these races overbook nothing even without a guard: {over}"
