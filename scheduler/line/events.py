"""What LINE tells an account: read leniently, for LINE may add to it at any time. Pure."""

import json
from dataclasses import dataclass
from typing import Any

KINDS = ("message", "follow", "unfollow")
# So many in one request at most; LINE sends a handful.
_MOST = 100


@dataclass(frozen=True)
class Event:
    """One thing that somebody did: wrote a text, befriended the account, blocked it."""

    kind: str
    user: str
    text: str
    reply_token: str


def events_in(body: bytes) -> list[Event]:
    """Return the events that concern us; what cannot be read holds none."""
    try:
        said = json.loads(body)
    except ValueError:
        return []
    events = said.get("events") if isinstance(said, dict) else None
    found = [_event(event) for event in events[:_MOST]] if isinstance(events, list) else []
    return [event for event in found if event is not None]


def _event(said: Any) -> Event | None:
    if not isinstance(said, dict) or said.get("type") not in KINDS:
        return None
    source, message = said.get("source"), said.get("message")
    user = source.get("userId") if isinstance(source, dict) and source.get("type") == "user" else None
    text = message.get("text") if isinstance(message, dict) else ""
    if not isinstance(user, str) or not 0 < len(user) <= 100:
        return None
    return Event(said["type"], user, text if isinstance(text, str) else "", str(said.get("replyToken") or ""))
