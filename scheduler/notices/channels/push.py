"""Notices on a phone's or computer's own screen: web push, sealed for the one browser that subscribed."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from scheduler.notices.channels.encryption import MOST_BYTES, Keys, Vapid, sealed
from scheduler.notices.channels.web import Answer, Web
from scheduler.notices.outlet import ChannelError, OutgoingMessage

_TAKEN = range(200, 300)
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 429})
# A day: what is told later than that is told by the page.
_KEPT_SECONDS = 86400
_TOPIC = 32


class PushChannel:
    """Send to the push service of whichever browser a person uses."""

    def __init__(self, vapid: Vapid, now: Callable[[], datetime], web: Web | None = None) -> None:
        self._vapid = vapid
        self._now = now
        self._web = web or Web()

    def deliver(self, message: OutgoingMessage) -> None:
        """Hand one message to the push service; raise ChannelError if it was not taken.

        `Topic` and the notification's tag are the same each time, so that a repeat replaces the first one.
        """
        way, endpoint = message.letter.way, message.letter.address
        try:
            body = sealed(_content(message), Keys.of(str(way["p256dh"]), str(way["auth"])))
        except (KeyError, ValueError) as error:
            raise ChannelError("refused", "the subscription has no keys", 410) from error
        headers = {
            "Authorization": self._vapid.authorization(endpoint, self._now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_KEPT_SECONDS),
            "Topic": message.message_id[:_TOPIC],
            "Urgency": "high",
        }
        _check(self._web.post(endpoint, headers, body))

    def close(self) -> None:
        """Have nothing to let go of."""


def _content(message: OutgoingMessage) -> bytes:
    said: dict[str, Any] = {
        "title": message.content.subject,
        "body": message.content.text.strip(),
        "tag": message.message_id[:_TOPIC],
        "url": message.content.link,
        "language": message.letter.language.partition("@")[0],
    }
    written = json.dumps(said, ensure_ascii=False).encode()
    while len(written) > MOST_BYTES:
        said["body"] = said["body"][: len(said["body"]) * 3 // 4]
        said["title"] = said["title"][:200]
        written = json.dumps(said, ensure_ascii=False).encode()
    return written


def _check(answer: Answer) -> None:
    if answer.status in _TAKEN:
        return
    if answer.status in _LATER or answer.status >= 500:
        raise ChannelError("not_now", answer.text, answer.status, answer.retry_after)
    # 404 and 410: there is no such subscription any more. All others concern what we sent, not whom.
    text = "the subscription is gone" if answer.status in _GONE else answer.text
    raise ChannelError("refused", text, answer.status)
