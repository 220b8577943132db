"""People who press at once: threads in several processes, each press a transaction such as a request makes.

Also what a service without our guard would do, to prove that these races can overbook at all.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from unittest.mock import patch

from sqlalchemy import Engine, create_engine, event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.db import begin_writing, engine_options, prepare_engine
from scheduler.errors import Conflict, Refused
from scheduler.participation import actions, places
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, SignUp
from tests.conftest import NOW

PROCESSES = 3
THREADS = 8


@dataclass(frozen=True)
class Client:
    """Somebody who presses: for whom, with how many in all; who wavers withdraws and presses again."""

    person_id: int
    people: int = 1
    wavers: bool = False


@dataclass(frozen=True)
class Orders:
    """What one process is to do: all its clients, from a moment of the wall clock on."""

    url: str
    slot_id: int
    clients: tuple[Client, ...]
    starts_at: float
    guarded: bool = True


@dataclass(frozen=True)
class Answer:
    """What a client was told: `joined`, `withdrawn`, the code of a refusal, or the name of a fault."""

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
        self.press(0, [])

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()

    def press(self, slot_id: int, clients: Sequence[Client], *, guarded: bool = True) -> list[Answer]:
        """Let all clients press at once, dealt out to all processes; return every answer, in order per client."""
        starts_at = time.time() + 0.05
        hands = [tuple(clients[number::PROCESSES]) for number in range(PROCESSES)]
        orders = [Orders(self._url, slot_id, hand, starts_at, guarded) for hand in hands]
        return [answer for answers in self._pool.map(run, orders) for answer in answers]


def run(orders: Orders) -> list[Answer]:
    """Do as ordered, in a process of its own."""
    visit = _visit if orders.guarded else _visit_unguarded
    with _opened(orders) as engine, ThreadPoolExecutor(THREADS) as pool:
        time.sleep(max(0.0, orders.starts_at - time.time()))
        return [
            answer
            for answers in pool.map(partial(visit, engine, orders), orders.clients)
            for answer in answers
        ]


@contextmanager
def _opened(orders: Orders) -> Iterator[Engine]:
    engine = prepare_engine(create_engine(orders.url, pool_size=THREADS, **engine_options(orders.url)))
    if not orders.guarded and engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA ignore_check_constraints=ON"))
    guard = nullcontext() if orders.guarded else patch.object(places, "take_places", _take_anyway)
    with guard:
        yield engine
    engine.dispose()


def _visit(engine: Engine, orders: Orders, client: Client) -> list[Answer]:
    answers = [_press(engine, client, partial(_join, slot_id=orders.slot_id))]
    if client.wavers and answers[0].sign_up_id is not None:
        answers.append(_press(engine, client, partial(_withdraw, sign_up_id=answers[0].sign_up_id)))
        answers += _visit(engine, orders, replace(client, wavers=False))
    return answers


def _press(engine: Engine, client: Client, act: Callable[[Session, Client], Answer]) -> Answer:
    # As the web does it: a busy database is no answer, the person presses again.
    for _ in range(20):
        with Session(engine) as session:
            try:
                begin_writing(session)
                answer = act(session, client)
                session.commit()
            except Refused as refused:
                return Answer(client, refused.code)
            except OperationalError:
                continue
            except Exception as error:
                return Answer(client, repr(error))
            return answer
    return Answer(client, "busy")


def _join(session: Session, client: Client, slot_id: int) -> Answer:
    company = Company(adults=("",) * (client.people - 1))
    sign_up = SignUp(client.person_id, company=company, clash_ok=True)
    joined = actions.join(session, session.get_one(Slot, slot_id), sign_up, NOW)
    return Answer(client, "joined", joined.id)


def _withdraw(session: Session, client: Client, sign_up_id: int) -> Answer:
    actions.withdraw(session, session.get_one(Participation, sign_up_id), client.person_id, NOW)
    return Answer(client, "withdrawn", sign_up_id)


def _visit_unguarded(engine: Engine, orders: Orders, client: Client) -> list[Answer]:
    """Look first, then take: the order in which services overbook."""
    # Looked at before the write begins: on SQLite, where writes come one after the other, that is the only way.
    with Session(engine) as session:
        if session.get_one(Slot, orders.slot_id).left < client.people:
            return [Answer(client, Conflict("full").code)]
    return [_press(engine, client, partial(_join, slot_id=orders.slot_id))]


def _take_anyway(session: Session, slot_id: int, wanted: int, kept: int = 0) -> bool:
    session.execute(update(Slot).where(Slot.id == slot_id).values(taken=Slot.taken + wanted))
    return True
