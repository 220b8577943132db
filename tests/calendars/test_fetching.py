"""A calendar is fetched from the open web only, whatever its name says at the moment when the socket opens."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from unittest.mock import patch

import pytest

from scheduler.calendars import fetching
from scheduler.errors import Invalid


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        moved = self.path == "/moved"
        self.send_response(302 if moved else 200)
        self.send_header("Location", "http://10.0.0.1/secret" if moved else "")
        self.end_headers()
        self.wfile.write(b"x" * (fetching.MOST + 10) if self.path == "/long" else b"BEGIN:VCALENDAR")

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("address", "open_web"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:127.0.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  # an address to be refused
    ],
)
def test_only_the_open_web_is_asked(address: str, open_web: bool) -> None:
    assert fetching.is_open(address) is open_web


@pytest.mark.loopback
def test_what_lies_there_is_returned_up_to_a_length(port: int) -> None:
    def anywhere(address: str) -> bool:
        return True

    assert fetching.get("http", "127.0.0.1", "/", port=port, allowed=anywhere) == (b"BEGIN:VCALENDAR", "")
    with pytest.raises(OSError, match="usable length"):
        fetching.get("http", "127.0.0.1", "/long", port=port, allowed=anywhere)


@pytest.mark.loopback
def test_a_name_that_means_a_machine_beside_ours_is_not_asked(port: int) -> None:
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    with (
        patch("socket.getaddrinfo", return_value=inside),
        pytest.raises(Invalid, match="calendar_unreachable"),
    ):
        fetching.fetch("https://calendar.example.org/own.ics")


def test_a_redirect_is_checked_like_the_first_address() -> None:
    answers = iter([(b"", "http://10.0.0.1/secret")])
    asked = patch.object(fetching, "get", side_effect=lambda *_: next(answers))
    with asked, pytest.raises(Invalid, match="address_unusable"):
        fetching.fetch("webcal://calendar.example.org/own.ics")


def test_neither_a_file_nor_an_address_is_asked_for() -> None:
    with pytest.raises(Invalid, match="calendar_missing"):
        fetching.fetch("")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://localhost/x", "https://a.example:8443/x"])
def test_an_address_that_is_none_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(Invalid, match="address_unusable"):
        fetching.fetch(address)
