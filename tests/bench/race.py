"""Sign-ups in a rush: many clients who all want the last places, beside the least that any service must do for each."""

import http.client
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from sqlalchemy import Engine, create_engine, text

from scheduler.db import engine_options, prepare_engine
from tests.bench.load import Measured, place_of

CLIENTS = 64
PLACES = 100
# Each client signs up so many different people, one after the other.
ROUNDS = 2
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TAKE = text("UPDATE slot SET taken = taken + 1 WHERE id = :id AND taken + 1 <= places")


@dataclass(frozen=True)
class Form:
    """A form that somebody has open: the session's cookie and the token in the page."""

    connection: http.client.HTTPConnection
    path: str
    cookie: str
    token: str

    def send(self, number: int) -> int:
        """Sign a new person up and return the status of the answer."""
        person = {"name": f"計測 {number}", "kana": f"けいそく {number}", "email": f"r{number}@example.jp"}
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        headers |= place_of(number)
        typed = urlencode({"csrf_token": self.token, **person})
        self.connection.request("POST", self.path, typed, headers)
        answer = self.connection.getresponse()
        answer.read()
        # Each time a connection of its own: the server ends one that is silent while others open their forms.
        self.connection.close()
        return answer.status


def race(port: int, slot_id: int) -> Measured:
    """Let all clients open the form and then sign up at once; the time is that of all answers."""
    forms = [_opened(port, f"/slots/{slot_id}/join") for _ in range(CLIENTS)]
    measured = Measured(f"{CLIENTS} clients, {PLACES} places", 0)
    ready, lock = threading.Barrier(CLIENTS + 1), threading.Lock()
    with ThreadPoolExecutor(CLIENTS) as pool:
        waiting = [pool.submit(_rush, form, n, ready, lock, measured) for n, form in enumerate(forms)]
        ready.wait()
        begin = time.perf_counter()
        for client in waiting:
            client.result()
        measured.seconds = time.perf_counter() - begin
    return measured


def _opened(port: int, path: str) -> Form:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    page = connection.getresponse()
    token = _TOKEN.search(page.read().decode())
    assert token is not None
    connection.close()
    return Form(connection, path, (page.getheader("Set-Cookie") or "").partition(";")[0], token[1])


def _rush(
    form: Form, client: int, ready: threading.Barrier, lock: threading.Lock, measured: Measured
) -> None:
    ready.wait()
    for turn in range(ROUNDS):
        begin = time.perf_counter()
        status = form.send(client * ROUNDS + turn)
        took = time.perf_counter() - begin
        with lock:
            measured.times.append(took)
            measured.statuses[status] = measured.statuses.get(status, 0) + 1


def bare_updates(url: str, slot_id: int, *, seconds: float = 3, clients: int = 8) -> Measured:
    """Take places with nothing but the one conditional UPDATE, each in a transaction of its own."""
    engine = prepare_engine(create_engine(url, pool_size=clients, **engine_options(url)))
    measured = Measured("bare conditional UPDATE", seconds)
    until = time.perf_counter() + seconds
    with ThreadPoolExecutor(clients) as pool:
        take = partial(_take_until, engine, slot_id, until)
        for times in pool.map(lambda _: take(), range(clients)):
            measured.times += times
    engine.dispose()
    return measured


def _take_until(engine: Engine, slot_id: int, until: float) -> list[float]:
    times: list[float] = []
    with engine.connect() as connection:
        connection = connection.execution_options(sqlite_begin="IMMEDIATE")
        while (begin := time.perf_counter()) < until:
            with connection.begin():
                connection.execute(_TAKE, {"id": slot_id})
            times.append(time.perf_counter() - begin)
    return times
