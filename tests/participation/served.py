"""The service as an installation runs it, in a process of its own, and people at its door with plain HTTP."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

_HIDDEN = re.compile(r'name="(csrf_token|opened)"[^>]*value="([^"]+)"')
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE = 30
# As where the public comes: whoever sends a form faster is asked to press again.
FORM_SECONDS = 2


@contextmanager
def served(folder: Path, database_url: str) -> Iterator[int]:
    """Run `tsudoi serve` on this database as long as the block lasts; yield its port."""
    port = _free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "TSUDOI_INSTANCE": str(folder),
        "TSUDOI_DATABASE_URL": database_url,
        "TSUDOI_BASE_URL": f"http://127.0.0.1:{port}",
        "TSUDOI_FORM_SECONDS": str(FORM_SECONDS),
    }
    server = subprocess.Popen([sys.executable, "-m", "scheduler.cli", "serve"], env=environment)
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and server.poll() is None:
        try:
            _ask(HTTPConnection("127.0.0.1", port, PATIENCE), "GET", "/healthz", "")
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the service did not start")


@contextmanager
def stalled_lines(port: int, number: int) -> Iterator[None]:
    """Keep requests open whose second half does not come, as of a phone in a tunnel."""
    half = b"POST /api/v1/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{"
    with ExitStack() as lines:
        for _ in range(number):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            line.sendall(half)
        yield


def sign_up_all_at_once(port: int, path: str, people: int) -> list[int]:
    """Let people without an account open a form, and send it at the same moment; return what each was answered."""
    # The last to open it keeps all waiting, as long as nobody needs less for filling it in.
    ready = Barrier(people, lambda: time.sleep(FORM_SECONDS))
    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(partial(_sign_up, port, path, ready), range(people)))


def _sign_up(port: int, path: str, ready: Barrier, number: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, PATIENCE)
    cookie, page = _ask(connection, "GET", path, "")[1:]
    hidden = dict(_HIDDEN.findall(page))
    assert hidden.keys() == {"csrf_token", "opened"}, page
    typed = {"name": f"参加 {number}", "kana": f"さんか {number}", "email": f"p{number}@example.jp"}
    ready.wait(PATIENCE)
    return _ask(connection, "POST", path, cookie, urlencode(typed | hidden))[0]


def _ask(
    connection: HTTPConnection, method: str, path: str, cookie: str, body: str | None = None
) -> tuple[int, str, str]:
    connection.request(method, path, body, {"Cookie": cookie, **(_FORM if body else {})})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, (answer.getheader("Set-Cookie") or "").partition(";")[0], text
