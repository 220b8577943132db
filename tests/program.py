"""Somebody's program: speaks JSON with the service, signed in by a token or not at all."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests import schemas

PREFIX = "/api/v1"


class Program:
    """A client of /api/v1: sends its token along, keeps no cookies, and believes the OpenAPI document."""

    def __init__(self, app: Flask, token: str = "") -> None:
        self.client = app.test_client(use_cookies=False)
        self.token = token

    def get(self, path: str, key: str | None = None) -> TestResponse:
        """Ask for something."""
        return self._send("get", path, key)

    def post(self, path: str, key: str | None = None, **body: Any) -> TestResponse:
        """Have something done, under an Idempotency-Key where one is given."""
        return self._send("post", path, key, json=body)

    def put(self, path: str, key: str | None = None, **body: Any) -> TestResponse:
        """Have something written."""
        return self._send("put", path, key, json=body)

    def _send(self, method: str, path: str, key: str | None, **sent: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {} if key is None else {"Idempotency-Key": key}
        answer = self.client.open(f"{PREFIX}{path}", method=method.upper(), headers=headers, **sent)
        assert schemas.faults(self.client.application, method, path, answer) == []
        return answer

    def read(self, path: str) -> Any:
        """Ask for something that must be there and return it."""
        return done(self.get(path))


def done(answer: TestResponse) -> Any:
    """Return what was answered to something that must have worked."""
    assert answer.status_code in {200, 201, 202}, answer.text
    return answer.json


def refusal(answer: TestResponse) -> tuple[int, str]:
    """Return status and code of a refusal, whose shape is the same everywhere."""
    body = answer.get_json()
    assert set(body) == {"error", "message"}, body
    assert body["message"]
    return answer.status_code, body["error"]
