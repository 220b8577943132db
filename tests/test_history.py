"""The record of state changes is append-only, and the database itself sees to that."""

import pytest
from sqlalchemy import create_engine, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from scheduler.db import engine_options, prepare_engine
from scheduler.history import StateChange, changes_of, record
from tests.conftest import NOW


@pytest.fixture
def store(migrated_url: str) -> Session:
    session = Session(prepare_engine(create_engine(migrated_url, **engine_options(migrated_url))))
    record(
        session,
        StateChange(at=NOW, subject="occurrence", subject_id=7, verb="decide", after="cancelled", by_id=1),
    )
    session.commit()
    return session


def test_a_change_can_be_read(store: Session) -> None:
    (change,) = changes_of(store, "occurrence", 7)
    assert (change.verb, change.after, change.at) == ("decide", "cancelled", NOW)
    _close(store)


@pytest.mark.parametrize("statement", [update(StateChange).values(after="held"), delete(StateChange)])
def test_a_change_can_be_neither_rewritten_nor_removed(store: Session, statement: object) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        store.execute(statement)  # type: ignore[call-overload]  # an update or a delete
    store.rollback()
    assert store.scalar(select(StateChange.after)) == "cancelled"
    _close(store)


def _close(store: Session) -> None:
    store.close()
    bind = store.get_bind()
    bind.engine.dispose()
