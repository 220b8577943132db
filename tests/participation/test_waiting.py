"""The waiting list: who is asked next, until when, and who never is (invariants 2 and 18)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.parts import SlotFacts
from scheduler.errors import Conflict
from scheduler.history import changes_of
from scheduler.participation.actions import withdraw
from scheduler.participation.giving import approve, remove
from scheduler.participation.waiting import accept, fill, held_too_long, lapse, slots_to_fill
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.participation.signing import people, states, told, yes

DAY = timedelta(days=1)


def test_invariant_2_a_freed_place_is_offered_to_the_first_and_sure_only_after_a_yes(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, first, second = (yes(session, slot, one) for one in people(session, 3))
    withdraw(session, has, None, NOW)
    assert states(session, first, second) == ["offered", "waitlisted"]
    assert (slot.taken, first.hold_until) == (1, NOW + DAY)
    accept(session, first, NOW + DAY - timedelta(seconds=1))
    assert states(session, first, second) == ["confirmed", "waitlisted"]


def test_invariant_2_who_does_not_answer_in_time_is_passed_over_for_the_next(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, first, second = (yes(session, slot, one) for one in people(session, 3))
    withdraw(session, has, None, NOW)
    assert held_too_long(session, NOW + DAY) == [first.id]
    with pytest.raises(Conflict, match="offer_over"):
        accept(session, first, NOW + DAY)
    told(session)
    assert [lapse(session, first, NOW + DAY) for _ in range(2)] == [True, False]
    assert states(session, first, second) == ["expired", "offered"]


def test_nobody_loses_an_offer_that_could_not_be_told_because_the_service_stood_still(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, first, second = (yes(session, slot, one) for one in people(session, 3))
    withdraw(session, has, None, NOW)
    session.commit()
    with at("2026-11-18 10:00"):
        sent = mailbox.new_mails(app, "p1@example.jp")
    (offer,) = [mail for mail in sent if "空きました" in mail["Subject"]]
    session.rollback()
    assert states(session, first, second) == ["offered", "waitlisted"]
    assert first.hold_until == NOW + 3 * DAY
    assert "11月19日" in mailbox.text(offer)


def test_an_offer_that_nobody_heard_of_until_it_was_too_late_is_told_as_our_fault(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, first = (yes(session, slot, one) for one in people(session, 2))
    withdraw(session, has, None, NOW)
    session.commit()
    with at("2026-11-22 08:30"):
        told_now = mailbox.new_mails(app, "p1@example.jp")
    session.rollback()
    assert states(session, first) == ["expired"]
    assert ["こちらの都合で" in mailbox.text(mail) for mail in told_now].count(True) == 1
    assert not [mail for mail in told_now if "空きました" in mail["Subject"]]


def test_a_no_to_an_offer_is_passed_on_at_once(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, first, second = (yes(session, slot, one) for one in people(session, 3))
    withdraw(session, has, None, NOW)
    withdraw(session, first, None, NOW)
    assert states(session, first, second) == ["cancelled", "offered"]


def test_invariant_2_the_first_whose_size_fits_is_asked(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 4)
    ben, chie, aiko, *others = people(session, 5)
    pair, three = yes(session, slot, ben, 2), yes(session, slot, chie, 2)
    family, single, late = (
        yes(session, slot, aiko, 3),
        yes(session, slot, others[0]),
        yes(session, slot, others[1]),
    )
    withdraw(session, pair, None, NOW)
    assert states(session, family, single, late) == ["waitlisted", "offered", "offered"]
    withdraw(session, three, None, NOW)
    assert states(session, family) == ["waitlisted"]
    assert slot.left == 2


def test_a_newcomer_takes_what_nobody_who_waits_can_use(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 3)
    ben, chie, dan = people(session, 3)
    yes(session, slot, ben, 2)
    family = yes(session, slot, chie, 3)
    assert states(session, yes(session, slot, dan), family) == ["confirmed", "waitlisted"]


def test_after_the_cut_off_nobody_is_asked_and_nobody_overtakes(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("積込み", 1, cancel_before=24 * 60),)
    slot = make.slot(session, cast.midori, NOW, slots=parts)
    ben, chie, dan = people(session, 3)
    has, waits = yes(session, slot, ben), yes(session, slot, chie)
    with pytest.raises(Conflict, match="too_late_to_withdraw"):
        withdraw(session, has, None, slot.cancel_until)
    remove(session, has, "電話で連絡", cast.aiko.id, slot.cancel_until)
    assert (states(session, waits), slot.taken) == (["waitlisted"], 0)
    with pytest.raises(Conflict, match="full"):
        yes(session, slot, dan, now=slot.cancel_until, or_wait=False)
    approve(session, waits, cast.aiko.id, slot.cancel_until)
    assert states(session, waits) == ["confirmed"]


def test_an_offer_ends_at_the_cut_off_at_the_latest(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("積込み", 1, cancel_before=60, offer_hours=48),)
    slot = make.slot(session, cast.midori, NOW, slots=parts)
    has, waits = (yes(session, slot, one) for one in people(session, 2))
    withdraw(session, has, None, slot.cancel_until - DAY)
    assert waits.hold_until == slot.cancel_until


def test_who_has_just_left_is_not_asked_for_another_party_in_the_same_breath(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    own = yes(session, slot, cast.chie)
    body = yes(session, slot, cast.chie, organization_id=cast.library.id, pledged=1)
    withdraw(session, own, None, NOW)
    assert states(session, own, body) == ["cancelled", "waitlisted"]


def test_saying_yes_twice_is_the_same_also_where_more_is_missing(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    ben, chie = people(session, 2)
    has, teen = yes(session, slot, ben), yes(session, slot, chie, contact_grade="j2")
    withdraw(session, has, None, NOW)
    for _ in range(2):
        accept(session, teen, NOW)
    assert states(session, teen) == ["awaiting_guardian"]
    assert [change.verb for change in changes_of(session, "participation", teen.id)] == [
        "join",
        "offer",
        "accept",
    ]


def test_a_place_that_the_tick_finds_free_is_offered(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    ben, chie = people(session, 2)
    chie.limits = {"max_minutes": 60}
    has, waits = yes(session, slot, ben), yes(session, slot, chie)
    withdraw(session, has, None, NOW)
    assert (states(session, waits), waits.reason) == (["waitlisted"], "too_long")
    chie.limits = {}
    session.flush()
    assert slots_to_fill(session, NOW) == [slot.id]
    assert fill(session, slot, NOW) == 1
    assert (states(session, waits), slots_to_fill(session, NOW)) == (["offered"], [])


def test_the_tick_finds_nothing_where_it_is_too_late_or_called_off(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    ben, chie = people(session, 2)
    chie.limits = {"max_minutes": 60}
    has = yes(session, slot, ben)
    yes(session, slot, chie)
    withdraw(session, has, None, NOW)
    assert slots_to_fill(session, NOW) == [slot.id]
    assert slots_to_fill(session, slot.cancel_until) == []
    slot.occurrence.state = "cancelled"
    session.flush()
    assert slots_to_fill(session, NOW) == []


def test_who_came_is_not_put_out_by_a_time_to_answer_that_runs_out(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    teen = yes(session, slot, cast.ben, contact_grade="j2")
    assert teen.hold_until is not None
    teen.state = "done"
    session.flush()
    assert held_too_long(session, slot.ends_at) == []
    assert not lapse(session, teen, slot.ends_at)
