"""The tables' common base, the types, and the two statements that make things right under a race.

The only module that knows the dialects. It knows neither Flask nor the product.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import ColumnDefault, DateTime, Engine, Integer, MetaData, Update, bindparam, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.selectable import TextualSelect
from sqlalchemy.types import TypeDecorator

_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Store an instant; refuse one without a zone, give it back in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring the instant to UTC before it is stored; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back with its zone, which SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all tables: constraint names that migrations can rely on, instants in UTC."""

    registry = registry(
        metadata=MetaData(naming_convention=_NAMES), type_annotation_map={datetime: UtcDateTime}
    )


def claim(session: Session, statement: Update) -> bool:
    """Run a conditional UPDATE and say whether it changed its one row: then what it claims is yours."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def insert_once(session: Session, table: type[Base], values: Mapping[str, Any]) -> int | None:
    """Insert a row unless one of its unique keys is there already; return the new id, or None.

    Only what was really inserted may then take a place: both in one statement would leak places.
    """
    session.flush()
    row = _defaults(table) | dict(values)
    new_id: int | None = session.scalar(_insert_unless_there(table, tuple(row)), row)
    return new_id


def insert_many_once(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose unique keys are not there yet, in few statements; return how many were new."""
    if not rows:
        return 0
    builder = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = builder(table).on_conflict_do_nothing().returning(table.__table__.c.id)
    return len(session.connection().execute(statement, rows).all())


@lru_cache
def _defaults(table: type[Base]) -> dict[str, Any]:
    defaults = {column.name: column.default for column in table.__table__.c}
    return {
        name: one.arg for name, one in defaults.items() if isinstance(one, ColumnDefault) and one.is_scalar
    }


@lru_cache
def _insert_unless_there(table: type[Base], columns: tuple[str, ...]) -> TextualSelect:
    # As text, which both databases read alike: the library compiles its own ON CONFLICT anew at each call.
    row = f"({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"
    insert = text(
        f"INSERT INTO {table.__tablename__} {row} ON CONFLICT DO NOTHING RETURNING id"
    )  # names are ours
    typed = [bindparam(name, type_=table.__table__.c[name].type) for name in columns]
    return insert.bindparams(*typed).columns(id=Integer)


# SQLite's busy wait is no queue: of eight writers one waited over a second. A lock in the process makes it fair.
_writers = threading.Lock()


def begin_writing(session: Session) -> None:
    """Begin the transaction in which this session will write.

    Anything read before is forgotten, so that nothing is decided on an old snapshot. On SQLite the transaction begins
    IMMEDIATE: one that reads first and writes later would fail at once (SQLITE_BUSY_SNAPSHOT), whatever the timeout.
    """
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        _writers.acquire()
        session.info["holds_writers"] = True
        try:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        except BaseException:
            _release_writers(session)
            raise


def begin_reading(session: Session) -> None:
    """Begin a transaction that sees one state: on SQLite each does, PostgreSQL has to be told."""
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@contextmanager
def rows_held(session: Session) -> Iterator[None]:
    """Hold, in the block, all rows that are loaded: the session forgets what nobody holds, and reads it once more."""
    held: list[object] = []

    def hold(_session: Session, row: object) -> None:
        held.append(row)

    event.listen(session, "loaded_as_persistent", hold)
    try:
        yield
    finally:
        event.remove(session, "loaded_as_persistent", hold)


_connections = count(1)


def mark(session: Session) -> tuple[int, object]:
    """Return whose mark it is, and a mark of the state that this transaction reads.

    While two marks are equal, nothing was committed between them: what was computed under one holds under the other. It
    costs less than any query on a table. SQLite counts the commits of others for each connection, so a mark is that of
    one connection, with what this one wrote itself.
    """
    if "mark" not in session.info:
        session.info["mark"] = _mark(session)
    found: tuple[int, object] = session.info["mark"]
    return found


def _mark(session: Session) -> tuple[int, object]:
    # One statement needs no BEGIN and no ROLLBACK, and is asked of the driver itself: this is all that most requests
    # for a calendar cost.
    is_postgres = session.get_bind().dialect.name == "postgresql"
    alone = {"isolation_level": "AUTOCOMMIT"} if is_postgres else {"sqlite_begin": ""}
    if session.in_transaction():
        alone = {}
    return _mark_of(session.connection(execution_options=alone))


def mark_now(engine: Engine) -> tuple[int, object]:
    """Return a mark of the state at this moment, as `mark` does, where there is no session and need be none."""
    alone = {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {"sqlite_begin": ""}
    with engine.connect().execution_options(**alone) as connection:
        return _mark_of(connection)


def _mark_of(connection: Connection) -> tuple[int, object]:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        return 0, driver.execute("SELECT pg_current_snapshot()::text").fetchone()[0]
    serial = connection.info.get("serial") or connection.info.setdefault("serial", next(_connections))
    return serial, (driver.execute("PRAGMA data_version").fetchone()[0], driver.total_changes)


def _release_writers(session: Session) -> None:
    if session.info.pop("holds_writers", False):
        _writers.release()


@event.listens_for(Session, "after_transaction_end")
def _transaction_ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("mark", None)
        _release_writers(session)


def _sqlite_connected(connection: Any, record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: it would begin them late and deferred.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begins(connection: Connection) -> None:
    if kind := connection.get_execution_options().get("sqlite_begin", "DEFERRED"):
        connection.exec_driver_sql(f"BEGIN {kind}")


def prepare_engine(engine: Engine) -> Engine:
    """Set an engine up for its dialect: WAL, FULL, foreign keys and explicit BEGIN on SQLite."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
    return engine


def engine_options(url: str) -> dict[str, Any]:
    """Return the options with which SQLAlchemy's create_engine opens this address.

    PostgreSQL: a lock waits three seconds at most, and connections are tested before use, so that a restart of the
    server needs none of ours. What people typed stands in no error, hence in no log.
    """
    if url.startswith("postgresql"):
        options = "-c lock_timeout=3000 -c timezone=UTC"
        return {"pool_pre_ping": True, "hide_parameters": True, "connect_args": {"options": options}}
    return {"hide_parameters": True, "connect_args": {"check_same_thread": False}}
