"""Writing down what is to be told."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import delete
from sqlalchemy.orm import Session

from scheduler.db import begin_writing
from scheduler.notices import actions
from scheduler.notices.models import Delivery, Notice
from tests.notices import make
from tests.notices.conftest import Store


def test_a_telling_queued_twice_reaches_everybody_once(store: Store) -> None:
    assert make.queued(store, [1, 2, 2]) == 2
    assert make.queued(store, [1, 2, 3]) == 1
    assert [delivery.person_id for delivery in make.deliveries(store)] == [1, 2, 3]


def test_a_new_version_is_told_again(store: Store) -> None:
    assert make.queued(store, [1], version=0) == 1
    assert make.queued(store, [1], version=1) == 1
    assert len({delivery.message_id for delivery in make.deliveries(store)}) == 2


def test_nobody_to_tell_is_no_fault(store: Store) -> None:
    assert make.queued(store, []) == 0


def test_a_city_marathon_is_queued_in_one_go(store: Store) -> None:
    assert make.queued(store, range(1500)) == 1500
    assert make.queued(store, range(1501)) == 1


def test_two_who_queue_at_once_tell_everybody_once(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        new = list(pool.map(lambda _: make.queued(store, range(50)), range(4)))
    assert sum(new) == 50
    assert len(make.deliveries(store)) == 50


def test_after_a_restore_the_same_telling_has_the_same_message_id(store: Store) -> None:
    make.queued(store, [1])
    before = make.deliveries(store)[0].message_id
    with store.new_session() as session:
        session.execute(delete(Delivery))
        session.execute(delete(Notice))
        session.commit()
    make.queued(store, [9, 1], due_at=make.NOON.replace(hour=5))
    assert make.deliveries(store)[1].message_id == before


def _drop(session: Session, *kinds: str, **limits: object) -> int:
    begin_writing(session)
    count = actions.drop(session, "occurrence", 7, kinds, "superseded", **limits)  # type: ignore[arg-type]
    session.commit()
    return count


def test_what_is_planned_is_taken_back_with_its_reason(store: Store, session: Session) -> None:
    make.queued(store, [1, 2])
    make.queued(store, [1], subject_id=8)
    assert _drop(session, "reminder", "change") == 2
    assert make.states(store) == [("dropped", "superseded"), ("dropped", "superseded"), ("planned", "")]


def test_what_was_sent_cannot_be_taken_back(store: Store, session: Session) -> None:
    make.queued(store, [1])
    make.deliver(store)
    assert _drop(session, "reminder") == 0
    assert make.states(store) == [("sent", "")]


def test_only_older_versions_are_taken_back_where_asked(store: Store, session: Session) -> None:
    make.queued(store, [1], version=0)
    make.queued(store, [1], version=1)
    assert _drop(session, "reminder", before_version=1) == 1
    assert [state for state, _ in make.states(store)] == ["dropped", "planned"]


def test_only_the_named_people_are_taken_off_where_asked(store: Store, session: Session) -> None:
    make.queued(store, [1, 2, 3])
    assert _drop(session, "reminder", person_ids=[2]) == 1
    assert [state for state, _ in make.states(store)] == ["planned", "dropped", "planned"]
