"""The application once, its database fresh for each test, the clock at a Monday morning; sockets are off."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import QueuePool
from sqlalchemy.orm import Session

from scheduler import create_app, guarding, migrating
from scheduler.calendars import rendered
from scheduler.config import Settings
from scheduler.web import db
from tests import cast as casting
from tests import postgres, turns
from tests.cast import Cast
from tests.visitor import Visitor

# Monday, 16 November 2026, ten in the morning in Tokyo.
NOW = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
_BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Compile one's share of all tests first: all processes would compile the same file at the same moment.

    Of what is read and collected nearly all stays: nobody need look for what may go.
    """
    gc.disable()
    worker = getattr(session.config, "workerinput", None)
    if worker and [Path(asked).name for asked in session.config.args] == ["tests"]:
        for name in turns.share(int(worker["workerid"][2:]), worker["workercount"]):
            import_module(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that say so talk to this machine, and to nothing else; let those begin that take long."""
    items.sort(key=lambda item: turns.turn_of(item.nodeid))
    for item in items:
        if item.get_closest_marker("loopback") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "localhost", "::1"]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Deal the tests out to the processes by our groups, where groups are asked for."""
    return turns.Turns(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: some tests wait for a clock, a letter, another process."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Leave alone what is there to stay: the garbage collector would look through all of it again and again."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_configure(config: pytest.Config) -> None:
    """Keep what tests write in memory where the machine offers that: every commit waits for the disk."""
    if config.option.basetemp is None and os.access("/dev/shm", os.W_OK):  # noqa: S108  # one folder of our own in it
        config.option.basetemp = tempfile.mkdtemp(prefix="tsudoi-tests-", dir="/dev/shm")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the folder in memory away again."""
    made = str(config.option.basetemp or "")
    if "tsudoi-tests-" in made and not hasattr(config, "workerinput"):
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder, with an empty, migrated database to copy from."""
    folder = tmp_path_factory.mktemp("instance")
    migrating.upgrade(f"sqlite:///{folder / 'empty.db'}")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def migrated(postgres_server: str) -> str:
    """The name of an empty, migrated database on PostgreSQL, to copy from."""
    name = f"migrated_{os.getpid()}"
    migrating.upgrade(postgres.new_database(postgres_server, name))
    return name


@pytest.fixture(params=_BOTH)
def migrated_url(request: pytest.FixtureRequest, instance: Path, tmp_path: Path) -> str:
    """The address of an empty, migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copyfile(instance / 'empty.db', tmp_path / 'own.db')}"
    like, server = request.getfixturevalue("migrated"), request.getfixturevalue("postgres_server")
    return postgres.new_database(server, f"own_{os.getpid()}", like)


@pytest.fixture(params=_BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'own.db'}"
    return postgres.new_database(request.getfixturevalue("postgres_server"), f"own_{os.getpid()}")


@pytest.fixture(scope="session")
def whole_app(instance: Path) -> Flask:
    """The application, made once: making it for each test would cost more than the tests."""
    return create_app(
        Settings(
            instance=str(instance),
            base_url="http://localhost",
            secret="a secret of the tests",
            form_seconds="2",
        )
    )


@pytest.fixture
def app(whole_app: Flask, instance: Path) -> Iterator[Flask]:
    """The application with an empty database, at NOW.

    No context of it is open: requests would share it, and with it who is asking.
    """
    _empty(instance)
    with time_machine.travel(NOW, tick=False):
        yield whole_app
    with whole_app.app_context():
        db.engine.dispose()


def _empty(instance: Path) -> None:
    for leftover in ("tsudoi.db-wal", "tsudoi.db-shm"):
        (instance / leftover).unlink(missing_ok=True)
    shutil.copyfile(instance / "empty.db", instance / "tsudoi.db")
    shutil.rmtree(instance / "outbox", ignore_errors=True)
    # The feeds that this process keeps, and those that lie finished, are those of another database now.
    rendered.clear()
    shutil.rmtree(instance / "published", ignore_errors=True)
    guarding.forget()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database session that tests prepare rows with; commit before a page is asked for."""
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A bare client, for what no browser would send."""
    return app.test_client()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody with a browser who is not signed in."""
    return Visitor(app)


@pytest.fixture(scope="session")
def with_cast(whole_app: Flask, instance: Path) -> Path:
    """The empty database with the people everybody knows in it, to copy from."""
    _empty(instance)
    with whole_app.app_context(), Session(db.engine) as session:
        casting.make(session, NOW)
        session.commit()
        session.close()
        db.engine.dispose()
    return shutil.copyfile(instance / "tsudoi.db", instance / "cast.db")


@pytest.fixture
def cast(with_cast: Path, app: Flask, session: Session) -> Cast:
    """The people everybody knows; already in the database."""
    with app.app_context():
        pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    if pool.checkedin() + pool.checkedout() == 0:
        shutil.copyfile(with_cast, with_cast.with_name("tsudoi.db"))
        made = casting.meet(session)
        # What others write from now on is seen.
        session.commit()
        return made
    made = casting.make(session, NOW)
    session.commit()
    return made
