"""Merging and member lists on both databases: the locks and the statements that the two read differently."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from scheduler.checking import wrong_counters
from scheduler.db import begin_writing, engine_options, prepare_engine
from scheduler.parties import actions, households
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts
from scheduler.parties.member_list import read
from scheduler.parties.queries import enterable_people, find_kept_blocks
from scheduler.people import merging
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW


@pytest.fixture
def own(migrated_url: str) -> Iterator[tuple[Session, Cast]]:
    """A database of our own, with the cast in it, in a transaction that writes."""
    engine = prepare_engine(create_engine(migrated_url, **engine_options(migrated_url)))
    with Session(engine) as session:
        begin_writing(session)
        yield session, casting.make(session, NOW)
        session.commit()
    engine.dispose()


def test_two_rows_become_one_person(own: tuple[Session, Cast]) -> None:
    session, cast = own
    facts = PersonFacts("田中 実", "たなか みのる", phone="090-1234-5678")
    slot = make.slot(session, cast.midori, NOW)
    keep, drop = (actions.person(session, facts, NOW) for _ in range(2))
    rows = [make.participation(session, slot, person, NOW) for person in (keep, drop)]
    chair = Actor(NOW.date(), cast.aiko.id)
    merging.find_pair(session, chair, "midori", keep_id=keep.id, drop_id=drop.id)
    merging.merge(session, keep, drop, cast.aiko.id, NOW)
    assert [row.state for row in rows] == ["confirmed", "cancelled"]
    assert (wrong_counters(session), merging.sign_ups_at(session, cast.midori.id, [keep.id])) == (
        [],
        {keep.id: 1},
    )


def test_a_list_is_written_and_its_people_are_found(own: tuple[Session, Cast]) -> None:
    session, cast = own
    block = casting.block(session, cast.midori, "midori-1", NOW)
    by = households.By(cast.aiko.id, NOW.date(), NOW)
    pasted = read("佐藤 一郎,さとう いちろう,みどり町1-1,090-1234-5678\n佐藤 花子,さとう はなこ,みどり町1-1,")
    assert [households.add_list(session, block, pasted, by) for _ in range(2)] == [2, 0]
    chair = Actor(NOW.date(), cast.aiko.id)
    assert {"佐藤 一郎", "佐藤 花子"} <= {one.name for one in enterable_people(session, chair, cast.midori)}
    assert find_kept_blocks(session, chair, "midori")[1] == [block]
