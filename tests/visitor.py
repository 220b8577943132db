"""Somebody with a browser without script: opens pages, fills in forms with their hidden tokens, presses buttons."""

from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from scheduler import clock, guarding
from scheduler.parties import actions
from scheduler.parties.models import Person
from scheduler.parties.tokens import derived


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("type") == "hidden":
            self.hidden[found.get("name") or ""] = found.get("value") or ""


class Visitor:
    """A browser: keeps cookies, sends the hidden fields of the page that it saw."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **options)

    def text(self, path: str) -> str:
        """Open a page that must be there and return its text."""
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.status
        return answer.text

    def submit(self, path: str, page: str | None = None, **typed: Any) -> TestResponse:
        """Open the page (the form's own, unless another is named), fill the form in and send it to `path`."""
        hidden = {name: value for name, value in self.hidden(page or path).items() if name != "next"}
        return self.client.post(path, data={**hidden, "opened": self.opened(path), **typed})

    def asked(self, path: str, **typed: Any) -> TestResponse:
        """Press the button that asks first, and return the page of that question, which has an address of its own."""
        sent = self.submit(path, **typed)
        assert (sent.status_code, sent.location.split("?")[0]) == (303, path.split("?")[0]), sent.text
        return self.client.get(sent.location.split("#")[0])

    def opened(self, path: str) -> str:
        """Return what the form at `path` tells of when it was opened: three seconds ago, as long as one needs."""
        with self.client.application.test_request_context(path):
            return guarding.opened_at(clock.now() - timedelta(seconds=3))

    def hidden(self, path: str) -> dict[str, str]:
        """Open a page and return its hidden fields, the token among them."""
        fields = _Fields()
        fields.feed(self.client.get(path).text)
        return fields.hidden

    def sign_in(self, session: Session, person: Person, secret: str, now: datetime) -> "Visitor":
        """Sign in as a person, with the link's one button."""
        asked = actions.new_sign_in(session, person, secret, now)
        session.commit()
        answer = self.submit(f"/sign-in/{derived(secret, 'sign-in', asked.salt)}")
        assert answer.status_code == 303, answer.text
        return self
