"""All else that gives places, raced: the waiting list, the draw, moves, sizes, linked slots, decisions."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.parts import Need, SlotFacts
from scheduler.checking import wrong_counters
from scheduler.db import begin_writing
from scheduler.decisions.actions import Ruling, merge, take_back
from scheduler.history import StateChange
from scheduler.notices.models import SENT, Delivery
from scheduler.participation import places
from scheduler.participation.actions import withdraw
from scheduler.participation.models import Participation
from scheduler.participation.standing import standing_now
from scheduler.parties.models import Organization, Person
from tests import make
from tests.conftest import NOW
from tests.participation import presses
from tests.participation.arena import Arena
from tests.participation.race import DONE, Answer, Client

pytestmark = pytest.mark.slow
DAY = 24 * 60
# What somebody may be told who comes too late, or not first.
REFUSALS = {"full", "already_answered", "offer_over", "hold_over", "already_signed_up", "places_kept"}


def _said(answers: Sequence[Answer]) -> set[str]:
    return {answer.said for answer in answers}


def _offered(session: Session, slot_id: int) -> list[int]:
    """Return the sign-ups of a slot to which a place was offered, in the order of the offers."""
    wanted = (
        select(StateChange.subject_id)
        .join(Participation, Participation.id == StateChange.subject_id)
        .where(StateChange.verb == "offer", Participation.slot_id == slot_id)
    )
    return list(session.scalars(wanted.order_by(StateChange.id)))


def _is_whole(session: Session, *slot_ids: int) -> None:
    """Check counters, states and records of slots after a race."""
    assert wrong_counters(session) == []
    for row in session.scalars(select(Participation).where(Participation.slot_id.in_(slot_ids))):
        assert not row.is_live or row.state == standing_now(session, row), (row.id, row.state)
    parties = select(func.count()).where(
        Participation.slot_id.in_(slot_ids), Participation.queue_no.is_not(None)
    )
    numbers = parties.group_by(Participation.slot_id, Participation.queue_no).having(func.count() > 1)
    assert session.scalars(numbers).all() == []


def test_fifty_who_leave_and_fifty_who_come_keep_the_order_of_those_who_wait(arena: Arena) -> None:
    slot_id = arena.slot(50)
    coming = arena.rows(slot_id, range(4, 54), "confirmed")
    waiting = arena.rows(slot_id, range(54, 134), "waitlisted")
    leave = [Client(presses.withdraw, row, 4 + number) for number, row in enumerate(coming)]
    come = [Client(presses.wait, slot_id, person) for person in range(134, 184)]
    answers = arena.crowd.press([one for pair in zip(leave, come, strict=True) for one in pair])
    assert _said(answers) == {DONE}
    assert arena.seen(slot_id) == (50, 50, 50)
    with Session(arena.engine) as session:
        # In order, each once, nobody between them, and the newcomers behind those who wait on.
        assert _offered(session, slot_id) == waiting[:50]
        _is_whole(session, slot_id)
        queue = session.execute(
            select(Participation.id, Participation.person_id)
            .where(Participation.slot_id == slot_id, Participation.state == "waitlisted")
            .order_by(Participation.queue_no)
        ).all()
    assert [row_id for row_id, _ in queue[:30]] == waiting[50:]
    assert {person for _, person in queue[30:]} == set(range(134, 184))


def test_a_yes_and_the_end_of_its_time_and_a_no_at_once_are_one_of_them(arena: Arena) -> None:
    slot_id = arena.slot(12)
    coming = arena.rows(slot_id, range(4, 16), "confirmed")
    waiting = arena.rows(slot_id, range(16, 40), "waitlisted")
    arena.crowd.press([Client(presses.withdraw, row, 4 + number) for number, row in enumerate(coming)])
    with Session(arena.engine) as session:
        # Everybody has heard of the offer: one of which nobody has would begin anew instead of ending.
        session.execute(update(Delivery).values(state=SENT))
        session.commit()
    verbs = (presses.accept, presses.lapse, presses.withdraw, presses.accept)
    at_once = [Client(verb, row, 16 + number) for number, row in enumerate(waiting[:12]) for verb in verbs]
    assert _said(arena.crowd.press(at_once)) <= {DONE} | REFUSALS
    assert arena.seen(slot_id) == (12, 12, 12)
    with Session(arena.engine) as session:
        assert _offered(session, slot_id) == waiting[: len(_offered(session, slot_id))]
        _is_whole(session, slot_id)


def test_a_draw_among_people_who_come_leave_and_are_approved_is_one_draw(arena: Arena) -> None:
    (slot_id,) = arena.date(SlotFacts("抽選の席", 10, policy="lottery", closes_before=DAY))
    applied = arena.rows(slot_id, range(4, 44), "applied")
    clients = [Client(presses.join, slot_id, person, people=2) for person in range(44, 64)]
    clients += [Client(presses.withdraw, row, 4 + number) for number, row in enumerate(applied[:10])]
    clients += [Client(presses.approve, row, 0) for row in applied[10:14]]
    for place in (10, 20, 30):
        clients.insert(place, Client(presses.draw, slot_id, 0))
    assert _said(arena.crowd.press(clients)) <= {DONE} | REFUSALS
    assert arena.seen(slot_id) == (10, 10, 10)
    with Session(arena.engine) as session:
        drawn = select(StateChange.subject_id).join(Participation, Participation.id == StateChange.subject_id)
        drawn = drawn.where(StateChange.verb == "draw", Participation.slot_id == slot_id)
        ids = session.scalars(drawn).all()
        assert 0 < len(ids) == len(set(ids))
        _is_whole(session, slot_id)


def test_all_verbs_at_once_on_linked_slots_of_two_dates_lock_in_one_order(arena: Arena) -> None:
    parts = (
        SlotFacts("先着", 20),
        SlotFacts("乗馬", 5, needs=(Need(2), Need(3, 2))),
        SlotFacts("手綱", 6),
        SlotFacts("付き添い", 12),
    )
    one, other = arena.date(*parts), arena.date(*parts)
    rows = {slot_id: arena.rows(slot_id, range(4, 16), "confirmed") for slot_id in (one[0], other[0])}
    clients: list[Client] = []
    for number in range(8):
        person = 20 + number * 10
        for slots, there in ((one, other), (other, one)):
            clients += [
                Client(presses.join, slots[1], person),
                Client(presses.join, slots[3], person + 1, people=2),
                Client(presses.join, slots[2], person + 2, wavers=number % 2 == 0),
                Client(presses.move, rows[slots[0]][number], (there[0], there[2], slots[3])[number % 3]),
                Client(presses.wait, slots[0], person + 3, people=1 + number % 6, wavers=number % 3 == 0),
                Client(presses.change_places, slots[number % 4], 0, people=4 + number),
                Client(presses.remove, rows[slots[0]][number], 0),
                Client(presses.fill, slots[number % 4], 0),
            ]
        if number % 4 == 0:
            clients.append(Client(presses.decide, one[0], 0))
    answers = arena.crowd.press(clients)
    assert _said(answers) <= {DONE, "withdrawn", "already_decided", "places_taken"} | REFUSALS
    assert [answer.said for answer in answers if answer.client.press is presses.decide].count(DONE) >= 1
    with Session(arena.engine) as session:
        _is_whole(session, *one, *other)
        for slot in session.scalars(select(Slot).where(Slot.id.in_([*one, *other]))):
            assert slot.taken <= slot.places


def _joined_dates(arena: Arena) -> tuple[int, int]:
    """Join a date that somebody comes to with the next; return the date, and the sign-up."""
    with Session(arena.engine) as session:
        begin_writing(session)
        made = make.activity(session, session.get_one(Organization, 1), NOW, rule="FREQ=WEEKLY;COUNT=2")
        wanted = select(Occurrence).where(Occurrence.activity_id == made.id)
        date = session.scalars(wanted.order_by(Occurrence.starts_at)).all()[0]
        row = make.participation(session, date.slots[0], session.get_one(Person, 4), NOW)
        merge(session, date, Ruling(5, date.revision, "雨のため"), NOW)
        session.commit()
        return date.id, row.id


def _take_back(arena: Arena, date_id: int) -> str:
    with Session(arena.engine) as session:
        begin_writing(session)
        date = session.get_one(Occurrence, date_id)
        take_back(session, date, Ruling(5, date.revision, "晴れました"), NOW)
        session.commit()
        return date.state


def _wait_until_somebody_waits(arena: Arena) -> None:
    # On SQLite whoever comes second waits before the first word.
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    until = time.monotonic() + 20
    with arena.engine.connect() as connection:
        while arena.engine.dialect.name == "postgresql" and not connection.scalar(waiting):
            assert time.monotonic() < until
            connection.rollback()


def test_who_leaves_a_joined_date_and_who_takes_the_joining_back_do_not_wait_for_each_other(
    arena: Arena,
) -> None:
    date_id, row_id = _joined_dates(arena)
    with Session(arena.engine) as leaving, ThreadPoolExecutor(1) as pool:
        begin_writing(leaving)
        row = leaving.get_one(Participation, row_id)
        slot = places.lock_of(leaving, row)
        taken_back = pool.submit(_take_back, arena, date_id)
        _wait_until_somebody_waits(arena)
        withdraw(leaving, row, None, NOW)
        leaving.commit()
        assert (row.state, slot.taken) == ("cancelled", 0)
        assert taken_back.result(20) == "open"
        _is_whole(leaving, slot.id)
