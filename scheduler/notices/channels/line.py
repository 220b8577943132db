"""Notices by LINE's Messaging API: one text to one person, never twice, since the retry key follows from the notice."""

import hmac
import json
from base64 import b64encode
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from scheduler.notices.channels.web import Answer, Web
from scheduler.notices.outlet import ChannelError, OutgoingMessage

API = "https://api.line.me"
_MOST_SIGNS = 4900
# The same retry key was taken before: the message is with them already.
_TAKEN_BEFORE = 409
_TOO_MANY = 429


class LineApi:
    """LINE's address and the two things that we ask of it."""

    def __init__(self, address: str = API, web: Web | None = None) -> None:
        self._address = address
        self._web = web or Web()

    def push(self, token: str, to: str, text: str, key: str) -> None:
        """Send a text to one person; raise ChannelError if it was not taken. Each counts against the month's quota."""
        messages = [{"type": "text", "text": text[:_MOST_SIGNS]}]
        answer = self._post(token, "push", {"to": to, "messages": messages}, {"X-Line-Retry-Key": key})
        if answer.status not in {200, _TAKEN_BEFORE}:
            raise _error(answer)

    def reply(self, token: str, reply_token: str, text: str) -> None:
        """Answer what somebody has just written; it counts against nothing. Raise ChannelError if it was not taken."""
        messages = [{"type": "text", "text": text}]
        answer = self._post(token, "reply", {"replyToken": reply_token, "messages": messages}, {})
        if answer.status != 200:
            raise _error(answer)

    def _post(self, token: str, verb: str, body: dict[str, Any], more: dict[str, str]) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **more}
        url = f"{self._address}/v2/bot/message/{verb}"
        return self._web.post(url, headers, json.dumps(body, ensure_ascii=False).encode())


def _error(answer: Answer) -> ChannelError:
    if answer.status >= 500 or (answer.status == _TOO_MANY and "monthly limit" not in answer.text):
        return ChannelError("not_now", answer.text, answer.status, answer.retry_after)
    # The quota is used up, the token is wrong, or there is no such person: another channel is quicker than waiting.
    return ChannelError("refused", answer.text, answer.status)


class LineChannel:
    """Send by the account to which the person has connected."""

    def __init__(self, api: LineApi | None = None) -> None:
        self._api = api or LineApi()

    def deliver(self, message: OutgoingMessage) -> None:
        """Hand one message to LINE; raise ChannelError if it was not taken."""
        letter, content = message.letter, message.content
        token = str(letter.way.get("access_token") or "")
        if not token:
            raise ChannelError("refused", "the account is not connected any more", 401)
        text = f"{content.subject}\n\n{content.text}".strip()
        self._api.push(token, letter.address, text, retry_key(message.message_id))

    def close(self) -> None:
        """Have nothing to let go of."""


def retry_key(message_id: str) -> str:
    """Return the key by which LINE knows a message that it has taken before: a UUID, the same at each try."""
    return str(uuid5(NAMESPACE_URL, message_id))


def is_signed(body: bytes, signature: str, channel_secret: str) -> bool:
    """Say whether what came in was sent by LINE, compared in constant time."""
    expected = b64encode(hmac.digest(channel_secret.encode(), body, "sha256"))
    return hmac.compare_digest(expected, signature.encode(errors="surrogateescape"))
