"""When the database is busy or away, or something of ours is broken, every answer says so calmly."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler import create_app
from scheduler.config import Settings
from scheduler.web import db
from tests.cast import Cast
from tests.program import Program, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


@pytest.fixture
def impatient(app: Flask) -> Flask:
    """The application whose one connection waits a moment only for another writer."""
    with app.app_context():
        db.engine.dispose()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=20")
    return app


@pytest.fixture
def locked(cast: Cast, impatient: Flask, instance: Path) -> Iterator[None]:
    """Another program writes to the database and does not come to an end."""
    with closing(sqlite3.connect(instance / "tsudoi.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.fixture
def broken(instance: Path) -> FlaskClient:
    """A client of an application in which two addresses have a fault."""
    app = create_app(Settings(instance=str(instance), base_url="http://localhost", secret="s" * 40))
    for number, path in enumerate(["/broken", "/api/v1/broken"]):
        app.add_url_rule(path, f"broken{number}", lambda: str(1 // 0))
    return app.test_client()


def lose(instance: Path, table: str) -> None:
    """Take a table away."""
    with closing(sqlite3.connect(instance / "tsudoi.db")) as other:
        other.execute(f"DROP TABLE {table}")
        other.commit()


def test_while_the_database_is_busy_one_is_asked_to_wait_and_not_told_full(
    locked: None, visitor: Visitor
) -> None:
    answer = visitor.submit("/sign-in", email="aiko@example.jp")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "混み合っています" in answer.text
    assert "満員" not in answer.text


def test_while_the_database_is_busy_pages_can_be_read(locked: None, visitor: Visitor) -> None:
    assert visitor.get("/").status_code == 200


def test_a_program_is_asked_to_wait_too(locked: None, app: Flask) -> None:
    answer = Program(app).post("/sign-in", email="aiko@example.jp")
    assert refusal(answer) == (503, "busy")
    assert answer.headers["Retry-After"] == "5"


def test_when_the_database_is_away_the_page_that_says_so_does_not_need_it(
    app: Flask, cast: Cast, instance: Path
) -> None:
    browser, program = browser_of(app, cast.aiko), program_of(app, cast.aiko)
    lose(instance, "signed_in")
    answer = browser.get("/")
    assert (answer.status_code, "混み合っています" in answer.text) == (503, True)
    assert refusal(program.get("/me")) == (503, "busy")


def test_the_health_page_answers_programs_also_when_the_database_is_away(
    client: FlaskClient, instance: Path
) -> None:
    lose(instance, "heartbeat")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()["error"]) == (503, "busy")


@pytest.mark.parametrize("path", ["/broken", "/api/v1/broken"])
def test_a_fault_of_ours_tells_nothing_of_itself(broken: FlaskClient, path: str) -> None:
    answer = broken.get(path)
    assert answer.status_code == 500
    assert "こちらの不具合です" in answer.text
    assert not [word for word in ("ZeroDivision", "Traceback", "scheduler/") if word in answer.text]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
