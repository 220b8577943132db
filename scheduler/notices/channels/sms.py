"""Notices as SMS, or by whatever else the operator's gateway is: one of apprise's addresses with `{to}` in it.

apprise says only whether it worked; why not stands in what it logs, from which the trouble is read. A gateway knows no
retry key: after a crash at the very moment of sending, one SMS may arrive twice.
"""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from scheduler.notices.outlet import ChannelError, OutgoingMessage

PLACE = "{to}"
# Four parts of 70 signs each, at most; what more there is stands on the page.
_MOST_SIGNS = 268
_STATUS = re.compile(r"\berror=(\d{3})\b")
_LATER = frozenset({408, 425, 429})
# The library sends nothing to what can be no number.
_NO_NUMBER = re.compile(r"invalid phone|no valid|no .{0,20}targets", re.IGNORECASE)
_log = logging.getLogger("apprise")


class SmsChannel:
    """Send through the operator's gateway; `address` is the setting, with its secret."""

    def __init__(self, address: str) -> None:
        self._address = address

    def deliver(self, message: OutgoingMessage) -> None:
        """Hand one message to the gateway; raise ChannelError if it was not taken."""
        # Here and not above: it takes a third of a second and 35 MB, which no start without an SMS should pay.
        import apprise

        address = self._address.replace(PLACE, quote(message.letter.address, safe=""))
        with _heard() as lines:
            gateway = apprise.Apprise.instantiate(address, suppress_exceptions=True)
            if gateway is None:
                raise ChannelError("nobody_there", "the gateway's address cannot be used")
            # Some gateways of the library write to the sender where the number is none.
            if _NO_NUMBER.search(" ".join(lines)):
                raise ChannelError("refused", "this can be no number")
            taken = gateway.notify(body=text_of(message), title="")
        if not taken:
            raise _error(" ".join(lines))

    def close(self) -> None:
        """Have nothing to let go of."""


def text_of(message: OutgoingMessage) -> str:
    """Return what fits into a few parts: the subject, and the page on which the rest stands."""
    link = message.content.link
    room = _MOST_SIGNS - len(link) - 1
    return f"{message.content.subject[:room]}\n{link}".strip()


def _error(said: str) -> ChannelError:
    found = _STATUS.search(said)
    code = int(found[1]) if found else 0
    # Whatever is wrong, with the number or with our account: another way is quicker than waiting.
    if 400 <= code < 500 and code not in _LATER:
        return ChannelError("refused", said, code)
    return ChannelError("not_now", said, code)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Listen to what the library logs in this thread; nothing of it, numbers among it, reaches our own log."""
    listener = _Listener(threading.get_ident())
    _log.propagate = False
    _log.addHandler(listener)
    try:
        yield listener.lines
    finally:
        _log.removeHandler(listener)


class _Listener(logging.Handler):
    def __init__(self, thread: int) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._thread = thread

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line of this thread; others may be sending at the same time."""
        if record.thread == self._thread:
            self.lines.append(record.getMessage()[:400])
