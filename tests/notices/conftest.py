"""A database with the outbox's tables alone, on both kinds of server; a mail server of our own."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import create_engine, delete
from sqlalchemy.orm import Session

from scheduler.db import Base, engine_options, prepare_engine
from scheduler.notices.models import Attempt, ContactPoint, Delivery, Notice, Wish
from tests import postgres
from tests.notices.sink import Sink

_TABLES = [
    Base.metadata.tables[model.__tablename__] for model in (Notice, Delivery, Attempt, ContactPoint, Wish)
]


@dataclass(frozen=True)
class Store:
    """A database: its address, and how to open a session on it."""

    url: str
    new_session: Callable[[], Session]


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Open a database with the outbox's tables."""
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    Base.metadata.create_all(engine, tables=_TABLES)
    yield Store(url, partial(Session, engine))
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(f"sqlite:///{tmp_path_factory.mktemp('notices') / 'notices.db'}") as store:
        yield store


@pytest.fixture(scope="session")
def postgres_store(postgres_server: str) -> Iterator[Store]:
    with opened(postgres.new_database(postgres_server, f"notices_{os.getpid()}")) as store:
        yield store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A database that is empty again after the test."""
    store: Store = request.getfixturevalue(f"{request.param}_store")
    yield store
    with store.new_session() as session:
        for table in reversed(_TABLES):
            session.execute(delete(table))
        session.commit()


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.new_session() as session:
        yield session


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink
