"""People who press at once: threads in several processes, each press a transaction such as a request makes.

Also what a service without our guard would do, to prove that these races can overbook at all.
"""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, create_engine, event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.db import begin_writing, engine_options, prepare_engine
from scheduler.errors import Conflict, Refused
from scheduler.participation import places
from tests.participation import presses
from tests.participation.presses import Press

PROCESSES = 3
THREADS = 8
# What a press that was done is answered.
DONE = "done"


@dataclass(frozen=True)
class Client:
    """Somebody who presses something about a slot or a sign-up, for so many people.

    Who wavers withdraws and presses again; who taps again after a yes must hear the same.
    """

    press: Press
    about: int
    person: int
    people: int = 1
    wavers: bool = False
    taps_again: bool = False


@dataclass(frozen=True)
class Orders:
    """What one process is to do: all its clients, from a moment of the wall clock on."""

    url: str
    clients: tuple[Client, ...]
    starts_at: float
    guarded: bool = True


@dataclass(frozen=True)
class Answer:
    """What a client was told: `done`, `withdrawn`, the code of a refusal, or the name of a fault."""

    client: Client
    said: str
    sign_up_id: int | None = None


class Crowd:
    """Processes that wait for a race; one imports everything and forks the others."""

    def __init__(self, url: str) -> None:
        self._url = url
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pytest", __name__])
        self._pool = ProcessPoolExecutor(PROCESSES, context)
        self.press([])

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()

    def press(self, clients: Sequence[Client], *, guarded: bool = True) -> list[Answer]:
        """Let all clients press at once, dealt out to all processes; return every answer, in order per client."""
        starts_at = time.time() + 0.02
        hands = [tuple(clients[number::PROCESSES]) for number in range(PROCESSES)]
        orders = [Orders(self._url, hand, starts_at, guarded) for hand in hands]
        return [answer for answers in self._pool.map(run, orders) for answer in answers]


def run(orders: Orders) -> list[Answer]:
    """Do as ordered, in a process of its own."""
    visit = _visit if orders.guarded else _visit_unguarded
    with _opened(orders) as engine, ThreadPoolExecutor(THREADS) as pool:
        time.sleep(max(0.0, orders.starts_at - time.time()))
        return [answer for answers in pool.map(partial(visit, engine), orders.clients) for answer in answers]


@contextmanager
def _opened(orders: Orders) -> Iterator[Engine]:
    engine = prepare_engine(create_engine(orders.url, pool_size=THREADS, **engine_options(orders.url)))
    if not orders.guarded and engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA ignore_check_constraints=ON"))
    with ExitStack() as guards:
        if not orders.guarded:
            guards.enter_context(patch.object(places, "take_places", _take_anyway))
            guards.enter_context(patch.object(places, "is_full", lambda slot: False))
        yield engine
    engine.dispose()


def _visit(engine: Engine, client: Client) -> list[Answer]:
    answers = [_press(engine, client, client.press, client.about)]
    if client.taps_again and answers[0].said == DONE:
        answers.append(_press(engine, client, client.press, client.about))
    if client.wavers and answers[0].sign_up_id is not None:
        left = _press(engine, client, presses.withdraw, answers[0].sign_up_id)
        answers.append(Answer(client, "withdrawn", left.sign_up_id) if left.said == DONE else left)
        answers.append(_press(engine, client, client.press, client.about))
    return answers


def _press(engine: Engine, client: Client, press: Press, about: int) -> Answer:
    # As the web does it: a busy database is no answer, the person presses again. A deadlock is a fault of ours.
    for _ in range(20):
        with Session(engine) as session:
            try:
                begin_writing(session)
                sign_up_id = press(session, about, client.person, client.people)
                session.commit()
            except Refused as refused:
                return Answer(client, refused.code)
            except OperationalError as busy:
                if isinstance(busy.orig, DeadlockDetected):
                    return Answer(client, f"deadlock: {busy.orig}")
                continue
            except Exception as error:
                return Answer(client, repr(error))
            return Answer(client, DONE, sign_up_id)
    return Answer(client, "busy")


def _visit_unguarded(engine: Engine, client: Client) -> list[Answer]:
    """Look first, then take: the order in which services overbook."""
    # Looked at before the write begins: on SQLite, where writes come one after the other, that is the only way.
    with Session(engine) as session:
        if session.get_one(Slot, client.about).left < client.people:
            return [Answer(client, Conflict("full").code)]
    return [_press(engine, client, client.press, client.about)]


def _take_anyway(session: Session, slot_id: int, wanted: int, kept: int = 0) -> bool:
    session.execute(update(Slot).where(Slot.id == slot_id).values(taken=Slot.taken + wanted))
    return True
