"""Somebody's program: speaks JSON with the service, signed in by a token or not at all."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

PREFIX = "/api/v1"


class Program:
    """A client of /api/v1: sends its token along, keeps no cookies."""

    def __init__(self, app: Flask, token: str = "") -> None:
        self.client = app.test_client(use_cookies=False)
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        """What goes with each request."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def get(self, path: str) -> TestResponse:
        """Ask for something."""
        return self.client.get(f"{PREFIX}{path}", headers=self.headers)

    def post(self, path: str, **body: Any) -> TestResponse:
        """Have something done."""
        return self.client.post(f"{PREFIX}{path}", json=body, headers=self.headers)

    def put(self, path: str, **body: Any) -> TestResponse:
        """Have something written."""
        return self.client.put(f"{PREFIX}{path}", json=body, headers=self.headers)

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
