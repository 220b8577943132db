"""Kill -9 again and again while reminders go out by a real mail server: what is lost, and what is repeated."""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from scheduler.notices.models import Delivery
from tests import postgres
from tests.notices import make
from tests.notices.conftest import Store, opened
from tests.notices.dispatcher import IN_FLIGHT, Fleet
from tests.notices.sink import Sink

PEOPLE, KILLS = 5000, 200
# Short, so that what a victim held is free again soon; much longer than a send.
LEASE_SECONDS = 3.0
# So that they outlast the kills, on a fast machine too.
SECONDS_A_MESSAGE = 0.03
PATIENCE_SECONDS = 600


def _open(store: Store) -> int:
    with store.new_session() as session:
        waiting = select(func.count(Delivery.id)).where(Delivery.state.in_(("planned", "claimed")))
        return session.scalar(waiting) or 0


def _kill_in_mid_work(fleet: Fleet, sink: Sink) -> None:
    victim = fleet.start(LEASE_SECONDS)
    sink.arrived.clear()
    sink.arrived.wait(10)
    time.sleep(random.uniform(0, 0.1))
    fleet.kill(victim)


def _run(store: Store) -> str:
    """Queue, kill, let two dispatchers bring the rest home, and say what came of it."""
    make.queued(store, range(PEOPLE), due_at=datetime.now(UTC))
    kills = 0
    with Sink() as sink, Fleet(store.url, sink.port) as fleet:
        sink.seconds_a_message = SECONDS_A_MESSAGE
        while kills < KILLS and _open(store):
            _kill_in_mid_work(fleet, sink)
            kills += 1
        last_kill, left = time.monotonic(), _open(store)
        sink.seconds_a_message = 0
        for _ in range(2):
            fleet.start(lease=30)
        while _open(store) and time.monotonic() - last_kill < PATIENCE_SECONDS:
            time.sleep(0.2)
        return _figures(sink, kills, left, time.monotonic() - last_kill)


def _figures(sink: Sink, kills: int, left: int, seconds: float) -> str:
    arrived = Counter(recipient for recipient, _ in sink.taken)
    repeated = len(sink.taken) - len(sink.identities)
    return (
        f"{kills} kills, {PEOPLE} reminders: {PEOPLE - len(arrived)} lost, {repeated} repeated "
        f"({repeated / max(1, kills):.2f} a kill, at most {IN_FLIGHT} allowed), "
        f"{len(sink.identities) - len(arrived)} under another Message-ID; "
        f"the last {left} were out {seconds:.0f} s after the last kill"
    )


@contextmanager
def _stores() -> Iterator[list[tuple[str, Store]]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres.server() as server,
        opened(f"sqlite:///{Path(folder) / 'kills.db'}") as sqlite_store,
        opened(postgres.new_database(server, "kills")) as postgres_store,
    ):
        yield [("SQLite", sqlite_store), ("PostgreSQL", postgres_store)]


def main() -> None:
    """Print the figures of both databases."""
    print("\nkill -9 of the dispatcher while reminders go out")
    with _stores() as stores:
        for name, store in stores:
            print(f"{name:<12}{_run(store)}", flush=True)


if __name__ == "__main__":
    main()
