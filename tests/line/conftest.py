"""LINE on loopback, and a body whose account is there."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import clock, jobs
from scheduler.line import actions
from scheduler.notices.channels.line import LineApi, LineChannel
from scheduler.notices.channels.web import Web
from scheduler.notices.delivery import deliver_due
from scheduler.parties.models import LineAccount
from tests.cast import Cast
from tests.conftest import NOW
from tests.line.stand_in import TOKEN, Line, stand_in

SECRET = "s" * 32


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def api(line: Line) -> Iterator[LineApi]:
    """LINE's interface, where the stand-in is."""
    with stand_in(line) as server:
        yield LineApi(server.url, Web(allows=lambda address: True, plain=True))


@pytest.fixture
def account(app: Flask, session: Session, cast: Cast) -> LineAccount:
    """Midori's account."""
    facts = actions.AccountFacts("@midori", 200, SECRET, TOKEN)
    made = actions.set_up(session, cast.midori.id, facts, app.config["TSUDOI"].secret_key, NOW)
    session.commit()
    return made


@pytest.fixture
def deliver(app: Flask, api: LineApi) -> Callable[[], int]:
    """Let one dispatcher send all that is due, LINE's by the stand-in."""

    def run() -> int:
        with app.app_context():
            outlet = jobs.outlet(app)
            channels = {**outlet.channels, "line": LineChannel(api)}
            return deliver_due(replace(outlet, channels=channels), clock.now)

    return run
