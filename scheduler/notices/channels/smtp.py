"""The conversation with one mail server: connections, time limits, and what its answers mean. Knows no headers."""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from scheduler.notices.outlet import ChannelError, Trouble

Security = Literal["none", "starttls", "tls"]

_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_CONNECT_SECONDS = 10
_GREETING_SECONDS = 30
_COMMAND_SECONDS = 30
_MESSAGE_SECONDS = 60
# Many servers hang up after a number of messages.
_MESSAGES_A_CONNECTION = 50

_OK = 250
_WILL_FORWARD = 251
_CLOSING = 421
_TOO_BIG = 552
_PERMANENT = 500


@dataclass(frozen=True)
class SmtpSettings:
    """Where the mail server is, and how to talk to it."""

    host: str
    port: int = 25
    user: str = ""
    password: str = ""
    security: Security = "none"

    @classmethod
    def from_url(cls, url: str) -> "SmtpSettings":
        """Read smtp://, smtp+starttls:// or smtps://, with user:password@ (percent-encoded) and :port where needed.

        Raises ValueError for anything else.
        """
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError("a mail server is smtp://host, smtp+starttls://host or smtps://host")
        security, port = _SCHEMES[parts.scheme]
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, parts.port or port, user, password, security)


class MailServer:
    """A mail server with the connections that are kept from one message to the next; for several threads."""

    def __init__(self, settings: SmtpSettings, own_name: str) -> None:
        self._settings = settings
        self._own_name = own_name
        self._kept: list[_Connection] = []
        self._lock = threading.Lock()

    def send(self, sender: str, recipient: str, content: bytes) -> None:
        """Hand one message over for one recipient, within two minutes; raise ChannelError if it was not taken."""
        connection = self._ready(sender, len(content))
        try:
            with _hung_up_after(connection.smtp, _MESSAGE_SECONDS):
                _hand_over(connection.smtp, recipient, content)
        except BaseException:
            connection.smtp.close()
            raise
        self._keep(connection)

    def close(self) -> None:
        """Take leave on all kept connections."""
        while connection := self._take_kept():
            connection.quit()

    def _ready(self, sender: str, size: int) -> "_Connection":
        # A kept connection may have been closed at the other end meanwhile: that is no reason to come back later.
        if connection := self._take_kept():
            with contextlib.suppress(ChannelError):
                return connection.announced(sender, size)
        return _connect(self._settings, self._own_name).announced(sender, size)

    def _take_kept(self) -> "_Connection | None":
        with self._lock:
            return self._kept.pop() if self._kept else None

    def _keep(self, connection: "_Connection") -> None:
        connection.messages += 1
        if connection.messages >= _MESSAGES_A_CONNECTION:
            return connection.quit()
        with self._lock:
            self._kept.append(connection)


@dataclass
class _Connection:
    smtp: smtplib.SMTP
    messages: int = 0

    def announced(self, sender: str, size: int) -> "_Connection":
        """Begin a message; whatever goes wrong here concerns the way or the sender, never the recipient."""
        try:
            with _trouble_is("nobody_there"):
                _begin(self.smtp, sender, size)
        except BaseException:
            self.smtp.close()
            raise
        return self

    def quit(self) -> None:
        with contextlib.suppress(OSError):
            self.smtp.quit()
        self.smtp.close()


def _connect(settings: SmtpSettings, own_name: str) -> _Connection:
    with _trouble_is("nobody_there"):
        smtp = _open(settings, own_name)
        try:
            with _hung_up_after(smtp, _GREETING_SECONDS):
                _greet(smtp, settings)
        except BaseException:
            smtp.close()
            raise
    return _Connection(smtp)


def _open(settings: SmtpSettings, own_name: str) -> smtplib.SMTP:
    where = (settings.host, settings.port, own_name)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=_CONNECT_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(*where, timeout=_CONNECT_SECONDS)


def _greet(smtp: smtplib.SMTP, settings: SmtpSettings) -> None:
    assert smtp.sock is not None
    smtp.sock.settimeout(_COMMAND_SECONDS)
    if settings.security == "starttls":
        smtp.starttls(context=ssl.create_default_context())
    smtp.ehlo_or_helo_if_needed()
    if settings.user:
        smtp.login(settings.user, settings.password)


def _begin(smtp: smtplib.SMTP, sender: str, size: int) -> None:
    options = [f"size={size}"] if smtp.has_extn("size") else []
    code, text = smtp.mail(sender, options)
    if code == _TOO_BIG:
        raise ChannelError("refused", _words(text), code)
    if code != _OK:
        # Our own address is refused: a fault of the set-up that must not cost any recipient their mail.
        raise ChannelError("nobody_there" if code == _CLOSING else "not_now", _words(text), code)


def _hand_over(smtp: smtplib.SMTP, recipient: str, content: bytes) -> None:
    with _trouble_is("not_now"):
        _check(*smtp.rcpt(recipient))
    with _trouble_is("perhaps_sent"):
        _check(*smtp.data(content))


def _check(code: int, text: bytes) -> None:
    if code not in {_OK, _WILL_FORWARD}:
        raise ChannelError(_meaning(code), _words(text), code)


def _meaning(code: int) -> Trouble:
    if code == _CLOSING:
        return "nobody_there"
    return "refused" if code >= _PERMANENT else "not_now"


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


@contextlib.contextmanager
def _trouble_is(broken: Trouble) -> Iterator[None]:
    """Make a ChannelError of what the library raises: `broken` if the line broke, else what the answer means."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        trouble = broken if broken == "nobody_there" else _meaning(error.smtp_code)
        raise ChannelError(trouble, _words(error.smtp_error), error.smtp_code) from error
    except OSError as error:
        raise ChannelError(broken, f"{type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _hung_up_after(smtp: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Cut the connection when the whole takes too long: a limit for each answer alone lets a slow server drip."""
    timer = threading.Timer(seconds, _hang_up, [smtp])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(smtp: smtplib.SMTP) -> None:
    # Not close(): that would not wake the thread which is waiting for an answer.
    with contextlib.suppress(OSError):
        if smtp.sock is not None:
            smtp.sock.shutdown(socket.SHUT_RDWR)
