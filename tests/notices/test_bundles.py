"""What comes due together for one person goes out as one message, whatever dies, refuses or is called off meanwhile."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from scheduler.db import begin_writing
from scheduler.notices.delivery import deliver_due
from scheduler.notices.dsn import Report, Returned
from scheduler.notices.models import ContactPoint, Delivery, Notice
from scheduler.notices.outlet import ChannelError, Letter, OutgoingMessage
from scheduler.notices.queries import points_of
from scheduler.notices.ways import bounced
from tests.notices import make
from tests.notices.conftest import Store
from tests.notices.make import NOON, Box, Clock


def _gather(session: Session, letters: Sequence[Letter]) -> Letter:
    return replace(letters[0], facts={"about": [one.facts["about"] for one in letters], "version": 0})


def _kinds(over: set[int] | None = None) -> dict[str, Any]:
    """One kind that is bundled; what is about a subject in `over` is called off."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: object) -> str | None:
        return "cancelled" if notice.subject_id in (over or ()) else None

    return {"reminder": make.true_kind(still_true=still_true, gather=_gather)}


def _queued(store: Store, *dates: int, people: Sequence[int] = (1,), **changed: Any) -> None:
    for date in dates:
        make.queued(store, people, subject_id=date, bundle="reminder", **changed)


def _about(box: Box) -> list[Any]:
    return [message.letter.facts["about"] for message in box.taken]


def _dies(box: Box) -> Box:
    def dies(message: OutgoingMessage) -> None:
        box.taken.append(message)
        raise SystemExit

    return Box(dies)


def test_what_is_due_together_is_one_message_made_of_all_the_keys(store: Store) -> None:
    box = Box()
    _queued(store, 7, 8, people=[1, 2])
    _queued(store, 9)
    assert make.deliver(store, box, kinds=_kinds()) == 2
    assert _about(box) == [[7, 8, 9], [7, 8]]
    assert set(make.states(store)) == {("sent", "")}
    keys = {delivery.message_id for delivery in make.deliveries(store)}
    assert keys.isdisjoint({message.message_id for message in box.taken})


def test_one_alone_keeps_its_own_name(store: Store) -> None:
    box = Box()
    _queued(store, 7)
    make.deliver(store, box, kinds=_kinds())
    assert [make.deliveries(store)[0].message_id] == [message.message_id for message in box.taken]


def test_after_a_crash_the_same_message_goes_out_without_what_was_called_off_and_nothing_new_joins_it(
    store: Store,
) -> None:
    clock, first, second = Clock(), Box(), Box()
    _queued(store, 7, 8, 9)
    with pytest.raises(SystemExit):
        make.deliver(store, _dies(first), clock, kinds=_kinds())
    _queued(store, 10)
    clock.advance(minutes=4)
    assert make.deliver(store, second, clock, kinds=_kinds(over={7})) == 2
    assert _about(second) == [[8, 9], 10]
    assert second.taken[0].message_id == first.taken[0].message_id != second.taken[1].message_id
    assert make.states(store) == [("dropped", "cancelled")] + [("sent", "")] * 3


def test_what_was_put_off_is_due_again_together(store: Store) -> None:
    clock, box = Clock(), Box()

    def later(message: OutgoingMessage) -> None:
        raise ChannelError("not_now")

    _queued(store, 7, 8)
    make.deliver(store, Box(later), clock, kinds=_kinds())
    (due_at,) = {delivery.due_at for delivery in make.deliveries(store)}
    clock.at = due_at
    assert make.deliver(store, box, clock, kinds=_kinds()) == 1
    assert _about(box) == [[7, 8]]


def _reach(store: Store, *channels: str) -> None:
    with store.new_session() as session:
        for position, channel in enumerate(channels):
            session.add(
                ContactPoint(
                    person_id=1, channel=channel, address=channel, position=position, created_at=NOON
                )
            )
        session.commit()


def test_what_one_way_refuses_goes_on_by_the_next_together(store: Store) -> None:
    _reach(store, "line", "email")

    def refuses(message: OutgoingMessage) -> None:
        raise ChannelError("refused", "", 400)

    mail = Box()
    _queued(store, 7, 8)
    ways: dict[str, Any] = {"channels": {"line": Box(refuses), "email": mail}, "points": points_of}
    assert make.deliver(store, kinds=_kinds(), **ways) == 1
    assert _about(mail) == [[7, 8]]


def test_a_mail_that_comes_back_has_told_none_of_its_dates(store: Store) -> None:
    box = Box()
    _queued(store, 7, 8)
    make.deliver(store, box, kinds=_kinds())
    returned = Returned(box.taken[0].message_id, Report("failed", "5.1.1", "no such mailbox"))
    with store.new_session() as session:
        begin_writing(session)
        assert bounced(session, make.outlet(store, box, kinds=_kinds()), returned, NOON)
        session.commit()
    assert make.states(store) == [("dead", "bounced")] * 2


def test_two_dispatchers_share_no_message_out(store: Store) -> None:
    boxes = [Box(), Box()]
    _queued(store, 7, 8, 9, people=range(40))
    outlets = [make.outlet(store, box, owner=str(box), in_flight=4, kinds=_kinds()) for box in boxes]
    threads = [threading.Thread(target=deliver_due, args=(outlet, Clock())) for outlet in outlets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sorted(about) for box in boxes for about in _about(box)] == [[7, 8, 9]] * 40
