"""How Alembic runs our migrations: on an engine of our own making, with SQLite's foreign keys off meanwhile.

A table that is rebuilt in batch mode is dropped on the way; with foreign keys on, that deletes its children.
"""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, create_engine

import scheduler  # noqa: F401  # all tables register with the metadata
from scheduler.db import Base, UtcDateTime, engine_options, prepare_engine


def _plain_types(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    # A migration must still run when the code has moved on, so it names no type of ours.
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_plain_types,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _on_sqlite(connection: Connection) -> None:
    # On the driver's own connection: inside a transaction the pragma is ignored.
    raw = connection.connection
    raw.execute("PRAGMA foreign_keys=OFF")
    _migrate(connection)
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    connection.rollback()
    raw.execute("PRAGMA foreign_keys=ON")
    if orphans:
        raise RuntimeError(f"rows without their parent after migrating: {orphans[:5]}")


url = context.config.attributes["url"]
engine = prepare_engine(create_engine(url, **engine_options(url)))
try:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _on_sqlite(connection)
        else:
            _migrate(connection)
finally:
    engine.dispose()
