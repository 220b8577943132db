"""Dispatchers that die, sleep, stop or meet: nothing is lost, and what is repeated has the same Message-ID."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from scheduler.notices.models import Delivery
from tests.notices import make
from tests.notices.conftest import Store
from tests.notices.dispatcher import IN_FLIGHT, Fleet
from tests.notices.sink import Sink

pytestmark = pytest.mark.loopback
PEOPLE = 40
KILLS = 6
STOPS = 4
PATIENCE = 60  # seconds, for a machine that does much else


@pytest.fixture
def fleet(store: Store, sink: Sink) -> Iterator[Fleet]:
    with Fleet(store.url, sink.port) as fleet:
        yield fleet


def _queued(store: Store, people: int = PEOPLE) -> None:
    make.queued(store, range(people), due_at=datetime.now(UTC))


def _wait_until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < give_up, "it takes too long"
        time.sleep(0.05)


def _wait_in_mid_work(sink: Sink) -> None:
    sink.arrived.clear()
    assert sink.arrived.wait(PATIENCE)
    time.sleep(random.uniform(0, 0.05))


def _states(store: Store) -> set[str]:
    with store.new_session() as session:
        return set(session.scalars(select(Delivery.state).distinct()))


def _all_sent(store: Store) -> bool:
    return _states(store) == {"sent"}


def _any_claimed(store: Store) -> bool:
    return "claimed" in _states(store)


def test_killed_between_claim_and_send_a_dispatcher_loses_nothing(
    store: Store, sink: Sink, fleet: Fleet
) -> None:
    _queued(store, 8)
    first = fleet.start(lease=0.5, hangs="before")
    _wait_until(lambda: _any_claimed(store))
    fleet.kill(first)
    fleet.start(lease=30)
    _wait_until(lambda: _all_sent(store))
    assert len(sink.taken) == len(sink.identities) == 8


def test_killed_after_the_send_it_repeats_only_under_the_same_name(
    store: Store, sink: Sink, fleet: Fleet
) -> None:
    _queued(store, 8)
    first = fleet.start(lease=0.5, hangs="after")
    _wait_until(lambda: len(sink.taken) == IN_FLIGHT)
    fleet.kill(first)
    fleet.start(lease=30)
    _wait_until(lambda: _all_sent(store))
    assert (len(sink.taken), len(sink.identities)) == (8 + IN_FLIGHT, 8)


def test_killed_again_and_again_dispatchers_lose_nothing(store: Store, sink: Sink, fleet: Fleet) -> None:
    sink.seconds_a_message = 0.01
    _queued(store)
    for _ in range(KILLS):
        victim = fleet.start(lease=0.5)
        _wait_in_mid_work(sink)
        fleet.kill(victim)
    fleet.start(lease=30)
    _wait_until(lambda: _all_sent(store))
    assert len(sink.identities) == PEOPLE
    assert len(sink.taken) - PEOPLE <= KILLS * IN_FLIGHT


def test_two_dispatchers_at_once_repeat_nothing(store: Store, sink: Sink, fleet: Fleet) -> None:
    _queued(store)
    fleet.start(lease=30)
    fleet.start(lease=30)
    _wait_until(lambda: _all_sent(store))
    assert len(sink.taken) == len(sink.identities) == PEOPLE


def test_without_leases_the_same_two_repeat_themselves(store: Store, sink: Sink, fleet: Fleet) -> None:
    # The control: if no repeat were seen here, the tests above would prove nothing.
    sink.seconds_a_message = 0.05
    _queued(store)
    fleet.start(lease=0)
    fleet.start(lease=0)
    _wait_until(lambda: len(sink.taken) > len(sink.identities))


def test_asked_to_stop_dispatchers_leave_nothing_half_done(store: Store, sink: Sink, fleet: Fleet) -> None:
    sink.seconds_a_message = 0.01
    _queued(store)
    for _ in range(STOPS):
        asked = fleet.start(lease=600)
        _wait_in_mid_work(sink)
        asked.terminate()
        asked.join()
        assert asked.exitcode == 0
        assert not _any_claimed(store)
    fleet.start(lease=600)
    _wait_until(lambda: _all_sent(store))
    assert len(sink.taken) == len(sink.identities) == PEOPLE
