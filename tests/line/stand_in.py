"""A stand-in for LINE: checks every header and field that the real one demands, takes no retry key twice."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.notices.stand_in import Answered, Asked, StandIn

TOKEN = "t" * 40
USER = "U" + "0123456789abcdef" * 2
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Line:
    """What LINE knows: the messages that it took, and the retry keys that it has seen."""

    def __init__(self) -> None:
        self.pushed: list[tuple[str, str]] = []
        self.replied: list[tuple[str, str]] = []
        self.keys: list[str] = []
        self.before: Callable[[Asked], Answered | None] = lambda asked: None

    def __call__(self, asked: Asked) -> Answered:
        """Answer one request as LINE does."""
        return self.before(asked) or _fault(asked) or self._take(asked, json.loads(asked.body))

    def _take(self, asked: Asked, body: dict[str, Any]) -> Answered:
        text = body["messages"][0]["text"]
        if asked.path.endswith("/reply"):
            self.replied.append((body["replyToken"], text))
            return Answered(200, '{"sentMessages": []}')
        key = asked.headers["x-line-retry-key"]
        if key in self.keys:
            return Answered(409, '{"message": "The retry key is already accepted"}')
        if body["to"] != USER:
            return Answered(400, '{"message": "The property, \'to\', in the request body is invalid"}')
        self.keys.append(key)
        self.pushed.append((body["to"], text))
        return Answered(200, '{"sentMessages": []}')


def _fault(asked: Asked) -> Answered | None:
    if asked.method != "POST" or asked.path not in {"/v2/bot/message/push", "/v2/bot/message/reply"}:
        return Answered(404, '{"message": "Not found"}')
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return Answered(401, '{"message": "Authentication failed"}')
    if asked.headers.get("content-type") != "application/json":
        return Answered(415, '{"message": "Unsupported Media Type"}')
    if asked.path.endswith("/push") and not _UUID.fullmatch(asked.headers.get("x-line-retry-key", "")):
        return Answered(400, '{"message": "Invalid retry key"}')
    return _wrong_body(asked.body)


def _wrong_body(content: bytes) -> Answered | None:
    body = json.loads(content)
    messages = body.get("messages")
    good = (
        isinstance(messages, list)
        and 1 <= len(messages) <= 5
        and bool(body.get("to") or body.get("replyToken"))
    )
    if good and all(one["type"] == "text" and 0 < len(one["text"]) <= 5000 for one in messages):
        return None
    return Answered(400, '{"message": "The request body has 1 error(s)"}')


def stand_in(line: Line) -> StandIn:
    """Return the server."""
    return StandIn(line)
