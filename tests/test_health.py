"""`/healthz` says whether the ticker ticks and what waits."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.heartbeat import beat
from tests.conftest import NOW


def test_without_a_ticker_it_is_late(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json() | {"status": "late", "last_tick": None} == answer.get_json()


def test_after_a_tick_all_is_well(app: Flask, client: FlaskClient) -> None:
    jobs.tick(app)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "ok"
    assert answer.get_json()["queue_depth"] == 0


def test_five_silent_minutes_are_a_fault(session: Session, client: FlaskClient) -> None:
    beat(session, "tick", NOW - timedelta(minutes=6))
    session.commit()
    assert client.get("/healthz").status_code == 503


def test_developers_pages_are_closed_elsewhere(client: FlaskClient) -> None:
    assert client.get("/design").status_code == 404
    assert client.get("/empty").status_code == 404
