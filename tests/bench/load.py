"""A load generator small enough to read: some connections that ask again and again, and what they saw."""

import http.client
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from statistics import quantiles

Ask = Callable[[http.client.HTTPConnection, int], int]


@dataclass
class Measured:
    """What one kind of request cost."""

    name: str
    seconds: float
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.times) / self.seconds

    def percentile(self, part: int) -> float:
        """Return the time in milliseconds below which `part` of a hundred requests stayed."""
        return quantiles(self.times, n=100)[part - 1] * 1000

    def line(self, base: "Measured") -> str:
        """Return a line for the table, with the ratio to the base."""
        seen = " ".join(f"{status}×{count}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.name:<28}{self.per_second:>9.0f}{self.percentile(50):>9.1f}{self.percentile(99):>9.1f}"
            f"{self.per_second / base.per_second:>9.2f}   {seen}"
        )


def get(path: str, headers: Mapping[str, str] | None = None) -> Ask:
    """Return a request for a page."""

    def ask(connection: http.client.HTTPConnection, number: int) -> int:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return ask


def place_of(number: int) -> dict[str, str]:
    """Return what our proxy says of where somebody is: so many from one address would be asked to wait."""
    return {"X-Forwarded-For": str(ip_address(0x0A00_0000 + number))}


def measure(name: str, port: int, ask: Ask, *, seconds: float = 4, clients: int = 8) -> Measured:
    """Let some clients ask for a while, each on a connection of its own."""
    measured = Measured(name, seconds)
    lock = threading.Lock()
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_client, args=(port, ask, until, measured, lock, n)) for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return measured


def _client(port: int, ask: Ask, until: float, measured: Measured, lock: threading.Lock, client: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times: list[float] = []
    statuses: dict[int, int] = {}
    while (begin := time.perf_counter()) < until:
        status = ask(connection, client * 1_000_000 + len(times))
        times.append(time.perf_counter() - begin)
        statuses[status] = statuses.get(status, 0) + 1
    connection.close()
    with lock:
        measured.times += times
        for status, count in statuses.items():
            measured.statuses[status] = measured.statuses.get(status, 0) + count
