"""Claiming: quick however long the queue is, and safe while the database has its own troubles."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.notices import make
from tests.notices.conftest import Store


def test_a_claim_reads_the_queue_in_its_order_and_sorts_nothing(sqlite_store: Store) -> None:
    asked: list[tuple[str, Any]] = []

    def listens(*call: Any) -> None:
        asked.append((call[2], call[3]))

    with sqlite_store.new_session() as session:
        connection = session.connection()
        event.listen(
            connection.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3]))
        )
        make.deliver(sqlite_store)
        statement, values = next(one for one in asked if "ORDER BY delivery.priority" in one[0])
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert "ix_delivery_open" in plan[0]
    assert not any("TEMP B-TREE" in step for step in plan)


def test_an_outcome_is_kept_until_the_database_takes_it(store: Store) -> None:
    calls: list[int] = []

    def away_at_the_second_call() -> Session:
        calls.append(1)
        if len(calls) == 2:
            raise OperationalError("", {}, Exception("the server restarts"))
        return store.new_session()

    make.queued(store)
    assert make.deliver(store, new_session=away_at_the_second_call) == 1
    assert make.states(store) == [("sent", "")]
