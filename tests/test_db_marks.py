"""While two marks of the database's state are equal, nothing was committed between them; on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from scheduler.db import begin_reading, begin_writing, engine_options, mark, prepare_engine


def one_connection(url: str) -> Engine:
    """Return an engine that has one connection: a mark is that of one."""
    return prepare_engine(create_engine(url, **engine_options(url), pool_size=1, max_overflow=0))


@pytest.fixture
def sessions(database_url: str) -> Iterator[tuple[Session, Session]]:
    """The sessions of two who work at the same time."""
    engines = [one_connection(database_url) for _ in range(2)]
    with engines[0].begin() as connection:
        connection.execute(text("CREATE TABLE counter (number INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    with Session(engines[0]) as session, Session(engines[1]) as other:
        yield session, other
    for engine in engines:
        engine.dispose()


def count(session: Session) -> None:
    begin_writing(session)
    session.execute(text("UPDATE counter SET number = number + 1"))
    session.commit()


def seen(session: Session) -> tuple[int, object]:
    session.rollback()
    return mark(session)


def test_a_mark_stays_while_people_only_read(sessions: tuple[Session, Session]) -> None:
    session, other = sessions
    before = seen(session)
    other.execute(text("SELECT number FROM counter")).all()
    other.rollback()
    assert seen(session) == before


def test_every_commit_makes_another_mark_ones_own_too(sessions: tuple[Session, Session]) -> None:
    session, other = sessions
    marks = [seen(session)]
    for writer in (other, session, other, session):
        count(writer)
        marks.append(seen(session))
    assert len({whose for whose, _ in marks}) == 1
    assert len({state for _, state in marks}) == 5


def test_a_snapshot_shows_one_state_whatever_is_committed_meanwhile(
    sessions: tuple[Session, Session],
) -> None:
    session, other = sessions
    begin_reading(session)
    number = session.scalar(text("SELECT number FROM counter"))
    count(other)
    assert session.scalar(text("SELECT number FROM counter")) == number == 0
    session.rollback()
    assert session.scalar(text("SELECT number FROM counter")) == 1
