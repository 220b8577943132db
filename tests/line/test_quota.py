"""Two dispatchers on PostgreSQL, one message left in the month: the second counts what the first is sending."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from scheduler.db import Base, engine_options, prepare_engine
from scheduler.line.queries import exhausted
from scheduler.notices.models import CLAIMED, ContactPoint, Delivery, Notice
from scheduler.parties.models import LineAccount, Organization
from tests import postgres
from tests.notices.conftest import Store
from tests.notices.make import NOON

pytestmark = pytest.mark.postgres


@pytest.fixture
def store(postgres_server: str) -> Iterator[Store]:
    """An account that may send one message a month, and one that is ready; it was due last month."""
    url = postgres.new_database(postgres_server, f"quota_{os.getpid()}")
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Organization(id=1, slug="midori", name="みどり町会", created_at=NOON))
        session.flush()
        sealed = {"channel_secret": "", "access_token": "", "basic_id": "@midori"}
        session.add(
            LineAccount(id=1, organization_id=1, monthly_limit=1, created_at=NOON, changed_at=NOON, **sealed)
        )
        point = {"channel": "line", "address": "U1", "account_id": 1, "position": 0, "created_at": NOON}
        session.add(ContactPoint(id=1, person_id=1, facts={}, **point))
        session.add(
            Notice(id=1, kind="reminder", subject="occurrence", subject_id=1, version=0, created_at=NOON)
        )
        session.flush()
        due = NOON - timedelta(days=40)
        delivery = {
            "notice_id": 1,
            "person_id": 1,
            "channel": "line",
            "contact_point_id": 1,
            "message_id": "m1",
            "letter_id": "m1",
        }
        session.add(Delivery(id=1, wanted_at=due, due_at=due, state="planned", **delivery))
        session.commit()
    yield Store(url, partial(Session, engine))
    engine.dispose()


def test_the_month_is_never_overdrawn(store: Store) -> None:
    with store.new_session() as first, store.new_session() as second, ThreadPoolExecutor(1) as pool:
        assert exhausted(first, {1}, NOON) == set()
        waiting = pool.submit(exhausted, second, {1}, NOON)
        first.get_one(Delivery, 1).state = CLAIMED
        first.flush()
        assert not waiting.done()
        first.commit()
        assert waiting.result(10) == {1}
