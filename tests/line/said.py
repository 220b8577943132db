"""What LINE tells an account, as LINE says it."""

import json
from base64 import b64encode
from hashlib import sha256
from hmac import digest
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.line.conftest import SECRET
from tests.line.stand_in import USER


def hear(client: FlaskClient, account_id: int, *events: dict[str, Any], secret: str = SECRET) -> TestResponse:
    """Let LINE tell an account what happened, signed."""
    body = json.dumps({"destination": "U1", "events": list(events)}).encode()
    signature = b64encode(digest(secret.encode(), body, sha256)).decode()
    return client.post(f"/line/{account_id}", data=body, headers={"X-Line-Signature": signature})


def event(kind: str, text: str = "", reply: str = "r1") -> dict[str, Any]:
    """Return one thing that somebody did."""
    said = {"type": kind, "source": {"type": "user", "userId": USER}, "replyToken": reply}
    return said | ({"message": {"type": "text", "text": text}} if text else {})
