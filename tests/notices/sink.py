"""A real mail server on loopback that remembers what it took, and can be told to misbehave."""

import asyncio
import re
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


def free_port() -> int:
    """Return a port on which nobody listens: aiosmtpd cannot choose one by itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Sink:
    """The server. `taken` grows with each message; the rest says how it behaves."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[tuple[str, bytes]] = []
        self.arrived = threading.Event()
        self.rcpt_answer: str | None = None
        self.data_answer: str | None = None
        self.cuts_after_data = False
        self.seconds_a_message = 0.0
        self.connections = 0
        self._controller = Controller(_Handler(self), hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> "Sink":
        self._controller.start()
        self.connections = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, read."""
        return [_read(content) for _, content in self.taken]

    @property
    def recipients(self) -> list[str]:
        """To whom, in the order of arrival."""
        return [recipient for recipient, _ in self.taken]

    @property
    def identities(self) -> set[tuple[str, str]]:
        """The distinct pairs of recipient and Message-ID."""
        return {(recipient, _message_id(content)) for recipient, content in self.taken}


class _Handler:
    """What the library calls: apart, for at each connection it looks at every attribute, and would read all mails."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self._sink.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._sink.rcpt_answer is not None:
            return self._sink.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        sink = self._sink
        if sink.data_answer is not None:
            return sink.data_answer
        await asyncio.sleep(sink.seconds_a_message)
        assert isinstance(envelope.content, bytes)
        sink.taken.append((str(envelope.rcpt_tos[0]), envelope.content))
        sink.arrived.set()
        if sink.cuts_after_data:
            transport: Any = server.transport
            transport.abort()
        return "250 OK"


def _read(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def _message_id(content: bytes) -> str:
    found = re.search(rb"^Message-ID: *(\S+)", content, re.MULTILINE)
    assert found is not None
    return found[1].decode()
