"""Who asks for a feed as somebody did before: answered by one query, and never after anything was committed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import Client, EnvironBuilder

from scheduler.calendars import unchanged
from scheduler.calendars.unchanged import CACHING, Unchanged
from scheduler.db import engine_options, prepare_engine
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

TAG = {"If-None-Match": '"v1"'}


class _App:
    """An app that says of everything that it has not changed, and counts how often it was asked."""

    def __init__(self, **more: str) -> None:
        self.asked = 0
        self.headers = {"ETag": '"v1"', "Cache-Control": CACHING, "Vary": "Accept-Encoding"} | more

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked += 1
        start("304 NOT MODIFIED", list(self.headers.items()))
        return []


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'unchanged.db'}"
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    yield engine
    engine.dispose()


def _asked_again(app: _App, engine: Engine, then: dict[str, Any] | None = None, **first: Any) -> int:
    """Ask twice for a feed, the second time as `then` says; return how often the app was asked."""
    usual: dict[str, Any] = {"path": "/a.ics", "headers": TAG}
    client = Client(Unchanged(app, engine, lambda: NOW).answer, use_cookies=False)
    answers = [client.open(EnvironBuilder(**usual | first | more)) for more in ({}, then or {})]
    assert [(answer.status_code, dict(answer.headers)) for answer in answers] == [(304, app.headers)] * 2
    return app.asked


def test_the_same_question_is_answered_without_the_app(engine: Engine) -> None:
    assert _asked_again(_App(), engine) == 1


@pytest.mark.parametrize(
    "then",
    [
        {"path": "/b.ics"},
        {"query_string": "lang=en"},
        {"base_url": "http://other.example"},
        {"headers": TAG | {"Accept-Encoding": "gzip"}},
        {"headers": {"If-None-Match": '"v0"'}},
        {"method": "HEAD"},
        {"method": "POST"},
        {"headers": {"If-Modified-Since": "Mon, 16 Nov 2026 01:00:00 GMT"}},
        {"headers": TAG | {"Cookie": "tsudoi=x"}},
        {"headers": TAG | {"Authorization": "Bearer x"}},
    ],
    ids=str,
)
def test_any_other_question_is_the_apps(engine: Engine, then: dict[str, Any]) -> None:
    assert _asked_again(_App(), engine, then) == 2


@pytest.mark.parametrize(
    "said",
    [{"Cache-Control": "private, no-cache"}, {"Cache-Control": "public, max-age=5"}, {"Set-Cookie": "x=y"}],
)
def test_what_is_for_one_reader_or_for_some_seconds_is_not_kept(engine: Engine, said: dict[str, str]) -> None:
    assert _asked_again(_App(**said), engine) == 2


def test_after_a_commit_and_on_another_day_the_app_is_asked_anew(engine: Engine) -> None:
    app, days = _App(), [NOW]
    client = Client(Unchanged(app, engine, lambda: days[-1]).answer, use_cookies=False)
    with engine.connect() as other:
        for change in (None, "CREATE TABLE a (b int)", "INSERT INTO a VALUES (1)"):
            if change:
                other.execute(text(change))
                other.commit()
            client.get("/a.ics", headers=TAG)
            client.get("/a.ics", headers=TAG)
    assert app.asked == 3
    days.append(NOW + timedelta(days=1))
    client.get("/a.ics", headers=TAG)
    assert app.asked == 4


def test_where_the_database_is_away_the_app_says_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(engine: Engine) -> None:
        raise OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(unchanged, "mark_now", away)
    assert _asked_again(_App(), engine) == 2


def test_a_feed_of_ours_is_answered_so_until_it_changes(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    date, path = make.occurrence(session, cast.midori, NOW), "/organizations/midori/calendar.ics"
    session.commit()
    stranger = app.test_client(use_cookies=False)
    whole = stranger.get(path)
    tag = {"If-None-Match": whole.headers["ETag"]}
    first = stranger.get(path, headers=tag)
    with monkeypatch.context() as patched:
        patched.setattr(app, "request_context", lambda environ: pytest.fail("the app was asked"))
        again = stranger.get(path, headers=tag)
    assert (first.status_code, again.status_code) == (304, 304)
    assert dict(again.headers) == dict(first.headers)
    # What is known is known by each connection to the database.
    for _ in range(4):
        stranger.get(path)
    with monkeypatch.context() as patched:
        patched.setattr(app, "request_context", lambda environ: pytest.fail("the app was asked"))
        assert (stranger.get(path).text, stranger.get(path).headers["ETag"]) == (
            whole.text,
            whole.headers["ETag"],
        )
    date.revision += 1
    session.commit()
    assert stranger.get(path, headers=tag).status_code == 200
    assert "SEQUENCE:1" in stranger.get(path).text


def test_what_is_kept_is_bounded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "_MOST_BYTES", 1000)

    def feeds(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        start("200 OK", [("Cache-Control", CACHING), ("Content-Length", "200")])
        return [b"x" * 200]

    asked: list[str] = []
    client = Client(Unchanged(feeds, engine, lambda: NOW).answer, use_cookies=False)
    for _ in range(2):
        for name in "abcdef":
            assert client.get(f"/{name}.ics").data == b"x" * 200
    assert len(asked) == 12
    assert [client.get("/f.ics").status_code, len(asked)] == [200, 12]
