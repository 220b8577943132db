"""Fetch a calendar from an address that somebody typed: from the open web only, checked again when the socket opens."""

import http.client
import socket
import ssl
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from scheduler.errors import Invalid
from scheduler.text import outbound_address

MOST = 900_000
_PATIENCE = 8
_REDIRECTS = 3
Allowed = Callable[[str], bool]


def is_open(address: str) -> bool:
    """Say whether an IP address is one of the open web: no machine beside ours, whatever its name says."""
    ip = ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not ip.is_multicast


def fetch(typed: str) -> bytes:
    """Return what lies at an address; raise Invalid where it may not or cannot be fetched."""
    address = typed.strip()
    if not address:
        raise Invalid("calendar_missing")
    if address.startswith(("webcal://", "webcals://")):
        address = f"https://{address.partition('://')[2]}"
    for _ in range(_REDIRECTS + 1):
        parts = urlsplit(outbound_address(address))
        try:
            body, moved_to = get(
                parts.scheme, parts.hostname or "", parts._replace(scheme="", netloc="").geturl()
            )
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Invalid("calendar_unreachable") from error
        if not moved_to:
            return body
        address = urljoin(address, moved_to)
    raise Invalid("calendar_unreachable")


def get(
    scheme: str, host: str, path: str, *, port: int | None = None, allowed: Allowed = is_open
) -> tuple[bytes, str]:
    """Ask one host once; return what it said, or where else to ask. Raise OSError where it is not to be asked."""
    connection = http.client.HTTPConnection(
        host, port or (443 if scheme == "https" else 80), timeout=_PATIENCE
    )
    connection.sock = _socket(connection.host, connection.port, scheme == "https", allowed)
    try:
        connection.request("GET", path or "/", headers={"Accept": "text/calendar", "User-Agent": "Tsudoi"})
        answer = connection.getresponse()
        if answer.status in {301, 302, 303, 307, 308}:
            return b"", answer.getheader("Location") or ""
        body = answer.read(MOST + 1)
        if answer.status != 200 or len(body) > MOST:
            raise OSError("not a calendar of usable length")
        return body, ""
    finally:
        connection.close()


def _socket(host: str, port: int, secure: bool, allowed: Allowed) -> socket.socket:
    """Open a socket to just the address that was checked: a name may mean another one a moment later."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    target = str(found[4][0])
    if not allowed(target):
        raise OSError("not an address of the open web")
    plain = socket.create_connection((target, port), timeout=_PATIENCE)
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain
