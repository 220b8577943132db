"""One request to an address that somebody else chose: never into our own network, never on to another address."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from scheduler.notices.outlet import ChannelError
from scheduler.text import is_public_address

_SECONDS = 10
# For all of it: a limit for each answer alone lets a slow server drip, and hold up one of few senders.
_ALTOGETHER = 40
_MOST_BYTES = 65536


@dataclass(frozen=True)
class Answer:
    """What the other side answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def retry_after(self) -> int:
        """How many seconds we are asked to wait, a day at most; 0 where nothing is said that we understand."""
        said = self.headers.get("retry-after", "")
        return min(int(said), 86400) if said.isascii() and said.isdecimal() and len(said) < 8 else 0


@dataclass(frozen=True)
class Web:
    """How to go out: which addresses may be reached, and whether unencrypted ones may; tests of ours allow loopback."""

    allows: Callable[[str], bool] = is_public_address
    plain: bool = False

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one POST and return what was answered; a redirect is an answer like any other.

        The address that the name stands for is looked at when the socket opens, since names can change what they stand
        for from one look to the next. Raise ChannelError("refused") for an address that may not be reached,
        ("not_now") where nobody answers.
        """
        return self._ask("POST", url, headers, body)

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Send one GET; else as `post`."""
        return self._ask("GET", url, headers, None)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        parts = urlsplit(url)
        if parts.scheme not in ({"https", "http"} if self.plain else {"https"}) or not parts.hostname:
            raise ChannelError("refused", "no address that may be reached")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection = self._connection(parts.scheme, parts.hostname, parts.port)
            with contextlib.closing(connection), _hung_up_after(connection.sock, _ALTOGETHER):
                connection.request(method, path or "/", body, dict(headers))
                return _answer(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            raise ChannelError("not_now", f"{type(error).__name__}: {error}") from error

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        # Made by hand: the library would look the name up a second time, after our check.
        number = port or (443 if scheme == "https" else 80)
        connection = http.client.HTTPConnection(host, number, timeout=_SECONDS)
        opened = self._opened(host, number)
        if scheme == "https":
            opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
        connection.sock = opened
        return connection

    def _opened(self, host: str, port: int) -> socket.socket:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        allowed = [place for place in found if self.allows(str(place[4][0]))]
        if not allowed:
            raise ChannelError("refused", "the address is not on the public net")
        last: OSError | None = None
        for _, _, _, _, place in allowed:
            try:
                return socket.create_connection((str(place[0]), port), _SECONDS)
            except OSError as error:
                last = error
        assert last is not None
        raise last


@contextlib.contextmanager
def _hung_up_after(opened: socket.socket, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, _hang_up, [opened])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(opened: socket.socket) -> None:
    with contextlib.suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)


def _answer(response: http.client.HTTPResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read(_MOST_BYTES).decode("utf-8", "replace"))
