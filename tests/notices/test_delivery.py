"""Taking deliveries out of the outbox: each once, and only while they are true."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import begin_writing
from scheduler.notices import delivery
from scheduler.notices.actions import wish
from scheduler.notices.delivery import deliver_due
from scheduler.notices.models import Attempt, ContactPoint, Delivery, Notice
from scheduler.notices.outlet import ChannelError, Letter, OutgoingMessage, Trouble
from tests.notices import make
from tests.notices.conftest import Store
from tests.notices.make import Box, Clock


def _fails(trouble: Trouble, text: str = "", code: int = 0) -> Box:
    def before(message: OutgoingMessage) -> None:
        raise ChannelError(trouble, text, code)

    return Box(before)


def _on_screen(session: Session, person_id: int, now: datetime) -> list[ContactPoint]:
    return [ContactPoint(id=person_id, channel="push", address=f"p{person_id}", facts={})]


def test_what_is_due_is_sent_once(store: Store) -> None:
    box, clock = Box(), Clock()
    make.queued(store, [1, 2])
    assert make.deliver(store, box, clock) == 2
    assert make.deliver(store, box, clock) == 0
    assert box.addresses == ["p1@example.org", "p2@example.org"]
    assert make.states(store) == [("sent", ""), ("sent", "")]


def test_what_is_due_later_waits(store: Store) -> None:
    box, clock = Box(), Clock()
    make.queued(store, due_at=make.NOON + timedelta(minutes=1))
    assert make.deliver(store, box, clock) == 0
    clock.advance(minutes=1)
    assert make.deliver(store, box, clock) == 1


def test_sign_in_mails_overtake_everything(store: Store) -> None:
    box = Box()
    make.queued(store, [1, 2, 3])
    make.queued(store, [9], subject="sign_in", priority=0)
    make.deliver(store, box)
    assert box.addresses[0] == "p9@example.org"


def test_the_channel_is_left_at_the_end_of_a_round(store: Store) -> None:
    box = Box()
    make.deliver(store, box)
    assert box.closed == 1


@pytest.mark.parametrize(
    ("trouble", "state"),
    [("refused", "dead"), ("not_now", "planned"), ("nobody_there", "planned"), ("perhaps_sent", "planned")],
)
def test_each_trouble_leads_to_its_state(store: Store, trouble: Trouble, state: str) -> None:
    make.queued(store)
    assert make.deliver(store, _fails(trouble, "no", 500)) == 0
    assert make.states(store) == [(state, trouble)]
    assert make.attempts(store) == [trouble]


def test_a_try_keeps_the_words_of_the_other_side(store: Store, session: Session) -> None:
    make.queued(store)
    make.deliver(store, _fails("refused", "5.1.1 no such\r\nmailbox" + "x" * 500, 550))
    attempt = session.scalars(select(Attempt)).one()
    assert (attempt.code, attempt.owner) == (550, "one")
    assert attempt.text.startswith("5.1.1 no such mailbox")


def test_a_greylisted_mail_is_through_after_a_quarter_of_an_hour(store: Store) -> None:
    clock = Clock()
    box = Box()
    make.queued(store)
    for _ in range(3):
        make.deliver(store, _fails("not_now", "greylisted", 451), clock)
        clock.at = make.deliveries(store)[0].due_at
    assert make.deliver(store, box, clock) == 1
    assert clock.at - make.NOON < timedelta(minutes=26)


def test_a_closed_way_is_probed_but_not_stormed(store: Store) -> None:
    clock, box = Clock(), _fails("nobody_there")
    make.queued(store, range(20))
    for _ in range(15):
        make.deliver(store, box, clock)
        clock.advance(seconds=2)
    assert make.attempts(store) == ["nobody_there"]


def test_when_the_way_is_open_again_all_goes_out(store: Store) -> None:
    clock, box = Clock(), Box()
    make.queued(store, range(20))
    make.deliver(store, _fails("nobody_there"), clock)
    clock.advance(seconds=31)
    assert make.deliver(store, box, clock) == 20
    assert {delivery.tries for delivery in make.deliveries(store)} == {0}


def test_after_its_deadline_nothing_is_sent(store: Store) -> None:
    make.queued(store, deadline_at=make.NOON)
    assert make.deliver(store) == 0
    assert make.states(store) == [("dropped", "too_late")]


def test_retries_end_at_the_deadline(store: Store) -> None:
    clock = Clock()
    make.queued(store, deadline_at=make.NOON + timedelta(hours=3))
    for _ in range(12):
        make.deliver(store, _fails("not_now"), clock)
        clock.at = max(clock.at, make.deliveries(store)[0].due_at)
    assert make.states(store) == [("dropped", "too_late")]
    assert clock.at == make.NOON + timedelta(hours=3)


def test_without_a_deadline_they_end_after_five_days(store: Store) -> None:
    clock = Clock()
    make.queued(store)
    make.deliver(store, _fails("nobody_there"), clock)
    clock.advance(days=5)
    make.deliver(store, _fails("not_now"), clock)
    assert make.states(store) == [("dead", "gave_up")]


def test_what_is_not_true_any_more_is_dropped(store: Store) -> None:
    box, over = Box(), make.true_kind(still_true=lambda *_: "cancelled")
    make.queued(store)
    assert make.deliver(store, box, kinds={"reminder": over}) == 0
    assert make.states(store) == [("dropped", "cancelled")]
    assert box.taken == []


def test_the_truth_is_asked_again_at_each_try(store: Store) -> None:
    clock, true = Clock(), [None, "left"]
    kinds = {"reminder": make.true_kind(still_true=lambda *_: true.pop(0))}
    make.queued(store)
    make.deliver(store, _fails("not_now"), clock, kinds=kinds)
    clock.advance(hours=1)
    make.deliver(store, clock=clock, kinds=kinds)
    assert make.states(store) == [("dropped", "left")]


def test_who_has_no_address_is_not_told(store: Store) -> None:
    make.queued(store)
    make.deliver(store, kinds={"reminder": make.true_kind(compose=lambda *_: None)})
    assert make.states(store) == [("dead", "no_address")]


def test_what_nobody_knows_is_dead(store: Store) -> None:
    make.queued(store, kind="unheard_of")
    make.queued(store)
    make.deliver(store, kinds={"reminder": make.true_kind()}, channels={})
    assert make.states(store) == [("dead", "unknown_kind"), ("dead", "no_address")]


def _no_second_person(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
    if delivery.person_id == 2:
        raise LookupError("gone")
    return make.letter(session, notice, delivery)


def test_one_letter_that_cannot_be_made_holds_up_no_other(store: Store) -> None:
    make.queued(store, [1, 2, 3])
    box = Box()
    make.deliver(store, box, kinds={"reminder": make.true_kind(compose=_no_second_person)})
    assert box.addresses == ["p1@example.org", "p3@example.org"]
    assert make.states(store)[1] == ("planned", "fault")
    assert "fault" in make.attempts(store)


def _broken_query(session: Session, *_: object) -> Letter | None:
    session.scalar(select(Notice.id).where(Notice.id == select(Delivery.id, Delivery.person_id)))
    return None


def test_a_query_that_fails_holds_up_no_other(store: Store) -> None:
    make.queued(store, [1], kind="change")
    make.queued(store, [2])
    broken = {"change": make.true_kind(compose=_broken_query), "reminder": make.true_kind()}
    assert make.deliver(store, kinds=broken) == 1
    assert make.states(store) == [("planned", "fault"), ("sent", "")]


def test_a_template_that_fails_is_tried_again(store: Store) -> None:
    def broken(letter: Letter) -> None:
        raise KeyError("place")

    make.queued(store)
    make.deliver(store, render=broken)
    assert make.states(store) == [("planned", "fault")]
    assert make.deliveries(store)[0].tries == 1


def test_the_database_is_free_while_a_message_is_under_way(store: Store) -> None:
    def writes(message: OutgoingMessage) -> None:
        make.queued(store, [5], kind="change", due_at=make.NOON + timedelta(hours=1))

    make.queued(store)
    assert make.deliver(store, Box(writes)) == 1
    assert len(make.deliveries(store)) == 2


def test_a_dispatcher_that_overslept_its_lease_changes_nothing(store: Store) -> None:
    clock, second = Clock(), Box()

    def sleeps(message: OutgoingMessage) -> None:
        clock.advance(minutes=4)
        make.deliver(store, second, clock, owner="two")
        raise ChannelError("refused")

    make.queued(store)
    assert make.deliver(store, Box(sleeps), clock) == 0
    assert make.states(store) == [("sent", "")]
    assert make.attempts(store) == ["perhaps_sent", "sent", "refused"]


def test_what_a_dead_dispatcher_held_goes_out_after_its_lease_under_the_same_name(store: Store) -> None:
    clock, first, second = Clock(), Box(), Box()

    def dies(message: OutgoingMessage) -> None:
        first.taken.append(message)
        raise SystemExit

    make.queued(store)
    with pytest.raises(SystemExit):
        make.deliver(store, Box(dies), clock)
    assert make.deliver(store, second, clock) == 0
    clock.advance(minutes=3)
    assert make.deliver(store, second, clock) == 1
    assert [(m.message_id, m.date) for m in first.taken] == [(m.message_id, m.date) for m in second.taken]


def test_two_dispatchers_share_nothing(store: Store) -> None:
    boxes = [Box(), Box()]
    make.queued(store, range(60))
    outlets = [make.outlet(store, box, owner=str(box), in_flight=4) for box in boxes]
    threads = [threading.Thread(target=deliver_due, args=(outlet, Clock())) for outlet in outlets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = boxes[0].addresses + boxes[1].addresses
    assert sorted(told) == sorted(f"p{person}@example.org" for person in range(60))


def test_one_slow_recipient_does_not_hold_up_the_others(store: Store) -> None:
    rest_is_out = threading.Event()

    def slow(message: OutgoingMessage) -> None:
        if message.letter.address == "p0@example.org":
            assert rest_is_out.wait(10)
        elif message.letter.address == "p19@example.org":
            rest_is_out.set()

    make.queued(store, range(20))
    assert make.deliver(store, Box(slow), in_flight=2) == 20


def test_what_comes_due_meanwhile_need_not_wait_for_the_slow_one(store: Store) -> None:
    urgent_is_out = threading.Event()

    def slow(message: OutgoingMessage) -> None:
        if message.letter.address == "p9@example.org":
            return urgent_is_out.set()
        make.queued(store, [9], subject="sign_in", priority=0)
        assert urgent_is_out.wait(10)

    make.queued(store, [1])
    assert make.deliver(store, Box(slow), in_flight=2) == 2


def test_who_is_asked_to_stop_brings_home_what_is_under_way(store: Store) -> None:
    stop, box = threading.Event(), Box()
    # By then more are claimed than are under way.
    box.before = lambda message: stop.set() if len(box.taken) == 4 else None
    make.queued(store, range(20))
    assert make.deliver(store, box, in_flight=1, stopping=stop.is_set) == 5
    assert [state for state, _ in make.states(store)] == ["sent"] * 5 + ["planned"] * 15


def test_what_was_claimed_ahead_and_had_to_wait_is_asked_about_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_TRUE_FOR_SECONDS", -1)
    over: list[str] = []
    box = Box()
    box.before = lambda message: over.append("cancelled") if len(box.taken) == 2 else None
    kinds = {"reminder": make.true_kind(still_true=lambda *_: over[0] if over else None)}
    make.queued(store, range(6))
    assert make.deliver(store, box, kinds=kinds) == 3
    assert make.states(store) == [("sent", "")] * 3 + [("dropped", "cancelled")] * 3


def test_a_way_that_closes_is_not_tried_by_what_was_claimed_ahead(store: Store) -> None:
    def closes(message: OutgoingMessage) -> None:
        if len(box.taken) == 4:
            raise ChannelError("nobody_there")

    box = Box(closes)
    make.queued(store, range(20))
    assert make.deliver(store, box) == 4
    assert make.attempts(store) == ["sent"] * 4 + ["nobody_there"]
    assert {state for state, _ in make.states(store)} == {"sent", "planned"}


def test_a_correction_waits_for_the_word_that_is_under_way(store: Store) -> None:
    other = Box()

    def moves_the_date(message: OutgoingMessage) -> None:
        make.queued(store, [1], kind="change", version=1, priority=0)
        make.deliver(store, other, owner="two")

    box = Box(moves_the_date)
    make.queued(store, [1])
    assert make.deliver(store, box) == 2
    assert [message.content.subject for message in box.taken] == ["reminder 0", "change 1"]
    assert other.taken == []


@pytest.mark.parametrize(("priority", "overtakes"), [(1, True), (5, False)])
def test_an_urgent_word_does_not_wait_for_an_older_one_whose_way_is_closed(
    store: Store, priority: int, overtakes: bool
) -> None:
    clock, push = Clock(), Box()
    make.queued(store, [9], subject_id=1)
    make.deliver(store, _fails("nobody_there"), clock)
    make.queued(store, [1])
    make.queued(store, [1], kind="change", version=1, priority=priority)
    with store.new_session() as session:
        begin_writing(session)
        newest = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
        newest.channel = "push"
        session.commit()
    # Since the older one was written down, the person is reached on a telephone's screen first.
    ways: dict[str, Any] = {"points": _on_screen, "channels": {"email": Box(), "push": push}}
    make.deliver(store, clock=clock, **ways)
    assert [message.content.subject for message in push.taken] == (["change 1"] if overtakes else [])
    clock.advance(seconds=31)
    make.deliver(store, clock=clock, **ways)
    mine = [message.content.subject for message in push.taken]
    assert sorted(mine) == ["change 1", "reminder 0", "reminder 0"]


def test_two_words_about_one_thing_are_never_under_way_together(store: Store) -> None:
    box = Box()
    make.queued(store, [1, 2])
    make.queued(store, [1, 2], kind="change", version=1, priority=0)
    assert make.deliver(store, box, in_flight=4) == 4
    mine = [m.content.subject for m in box.taken if m.letter.address == "p1@example.org"]
    assert mine == ["reminder 0", "change 1"]


def test_what_a_person_does_not_want_is_not_told_and_the_rest_is(store: Store) -> None:
    with store.new_session() as session:
        wish(session, 1, "reminders", off_at=make.NOON)
        wish(session, 2, "reminders", off_at=None)
        session.commit()
    make.queued(store, [1, 2])
    make.queued(store, [1], kind="change", subject_id=8)
    kinds = {"reminder": make.true_kind(group="reminders"), "change": make.true_kind()}
    assert make.deliver(store, kinds=kinds) == 2
    assert make.states(store) == [("dropped", "unsubscribed"), ("sent", ""), ("sent", "")]
