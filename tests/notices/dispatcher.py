"""A dispatcher in a process of its own, to be killed: the product's, with short leases and simple letters."""

import multiprocessing
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.context import ForkServerProcess
from types import TracebackType

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, configure_mappers

from scheduler.db import engine_options, prepare_engine
from scheduler.notices.channels.email import EmailChannel, Sender
from scheduler.notices.channels.smtp import SmtpSettings
from scheduler.notices.delivery import deliver_due
from scheduler.notices.outlet import Channel, Content, Kind, Letter, OutgoingMessage, Outlet
from tests.notices.make import mailbox

# Once, before any fork.
configure_mappers()

IN_FLIGHT = 4

_SENDER = Sender("tsudoi@example.org", "桜台町内会", "example.org")
_KIND = Kind(
    still_true=lambda *_: None,
    compose=lambda session, notice, delivery: Letter(
        f"p{delivery.person_id}@example.net", "青木 直", "ja", "", {}
    ),
)


@dataclass(frozen=True)
class Orders:
    """What a dispatcher is to do; `hangs` makes it hang `before` or `after` each send."""

    url: str
    port: int
    owner: str
    lease: float
    hangs: str = ""


@dataclass(frozen=True)
class _Hanging:
    channel: Channel
    when: str

    def deliver(self, message: OutgoingMessage) -> None:
        if self.when == "after":
            self.channel.deliver(message)
        time.sleep(60)

    def close(self) -> None:
        self.channel.close()


def run(orders: Orders) -> None:
    """Deliver what is due, again and again, until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    outlet = _outlet(orders, stop)
    while not stop.is_set():
        # As the clockwork does: a round that a busy database has ended is followed by another.
        with suppress(DBAPIError):
            deliver_due(outlet, lambda: datetime.now(UTC))
        stop.wait(0.02)


def _outlet(orders: Orders, stop: threading.Event) -> Outlet:
    engine = prepare_engine(create_engine(orders.url, **engine_options(orders.url)))
    mail: Channel = EmailChannel(SmtpSettings("127.0.0.1", orders.port), _SENDER)
    return Outlet(
        new_session=partial(Session, engine),
        kinds={"reminder": _KIND},
        render=lambda letter: Content("明日です", "八時からです。"),
        channels={"email": _Hanging(mail, orders.hangs) if orders.hangs else mail},
        owner=orders.owner,
        in_flight=IN_FLIGHT,
        lease=timedelta(seconds=orders.lease),
        stopping=stop.is_set,
        points=mailbox,
    )


class Fleet:
    """Dispatchers for one database and one mail server; none survives the block."""

    def __init__(self, url: str, port: int) -> None:
        self._url = url
        self._port = port
        self._started: list[ForkServerProcess] = []
        # One process imports everything and forks the others: a start takes some milliseconds.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["pytest", __name__])

    def __enter__(self) -> "Fleet":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            self.kill(process)
            process.close()

    def start(self, lease: float, hangs: str = "") -> ForkServerProcess:
        """Start one more dispatcher."""
        orders = Orders(self._url, self._port, f"d{len(self._started)}", lease, hangs)
        process = self._context.Process(target=run, args=(orders,))
        process.start()
        self._started.append(process)
        return process

    def kill(self, process: ForkServerProcess) -> None:
        """Kill it as the kernel would; it cannot say goodbye."""
        process.kill()
        process.join()
