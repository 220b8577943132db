"""Plain makers for the outbox's tests: a clock, a channel that remembers, an outlet, a telling."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import begin_writing
from scheduler.notices import actions
from scheduler.notices.delivery import deliver_due
from scheduler.notices.models import Attempt, ContactPoint, Delivery, Notice
from scheduler.notices.outlet import Content, Kind, Letter, OutgoingMessage, Outlet
from tests.notices.conftest import Store

NOON = datetime(2026, 5, 9, 3, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved on."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **length: float) -> None:
        self.at += timedelta(**length)


class Box:
    """A channel that keeps what it gets; `before` runs first, and may raise."""

    def __init__(self, before: Callable[[OutgoingMessage], None] = lambda message: None) -> None:
        self.before = before
        self.taken: list[OutgoingMessage] = []
        self.closed = 0
        self._lock = threading.Lock()

    def deliver(self, message: OutgoingMessage) -> None:
        self.before(message)
        with self._lock:
            self.taken.append(message)

    def close(self) -> None:
        self.closed += 1

    @property
    def addresses(self) -> list[str]:
        return [message.letter.address for message in self.taken]


def letter(session: Session, notice: Notice, delivery: Delivery) -> Letter:
    facts = {"about": notice.subject_id, "version": notice.version}
    return Letter(f"p{delivery.person_id}@example.org", "青木 直", "ja", notice.kind, facts)


def words(letter: Letter) -> Content:
    return Content(f"{letter.template} {letter.facts['version']}", "明日です。")


def true_kind(**changed: Any) -> Kind:
    return Kind(**{"still_true": lambda *_: None, "compose": letter} | changed)


def mailbox(session: Session, person_id: int, now: datetime) -> list[ContactPoint]:
    """The one way to reach anybody: a mailbox of their own, stored nowhere."""
    return [ContactPoint(id=person_id, channel="email", address=f"p{person_id}@example.org", facts={})]


def outlet(store: Store, box: Box, **changed: Any) -> Outlet:
    """An outlet with one channel, one kind and one send at a time, unless changed."""
    usual: dict[str, Any] = {
        "new_session": store.new_session,
        "kinds": {"reminder": true_kind(), "change": true_kind()},
        "render": words,
        "channels": {"email": box},
        "owner": "one",
        "in_flight": 1,
        "points": mailbox,
    }
    return Outlet(**usual | changed)


def telling(**changed: Any) -> actions.Telling:
    """A reminder about occurrence 7, due at noon."""
    usual: dict[str, Any] = {
        "kind": "reminder",
        "subject": "occurrence",
        "subject_id": 7,
        "version": 0,
        "due_at": NOON,
    }
    return actions.Telling(**usual | changed)


def queued(store: Store, people: Iterable[int] = (1,), **changed: Any) -> int:
    """Queue a telling and commit."""
    with store.new_session() as session:
        begin_writing(session)
        new = actions.queue(session, telling(**changed), people, NOON)
        session.commit()
    return new


def deliveries(store: Store) -> list[Delivery]:
    with store.new_session() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def attempts(store: Store) -> list[str]:
    """The outcomes of all tries, in order."""
    with store.new_session() as session:
        return list(session.scalars(select(Attempt.outcome).order_by(Attempt.id)))


def states(store: Store) -> list[tuple[str, str]]:
    return [(delivery.state, delivery.reason) for delivery in deliveries(store)]


def deliver(store: Store, box: Box | None = None, clock: Clock | None = None, **changed: Any) -> int:
    """Let one dispatcher run until nothing is due."""
    return deliver_due(outlet(store, box or Box(), **changed), clock or Clock())
