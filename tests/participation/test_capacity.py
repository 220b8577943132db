"""How many places there are, and moving to another slot."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.parts import Need, ShareFacts, SlotFacts
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict, Invalid, Refused
from scheduler.history import changes_of
from scheduler.participation.actions import withdraw
from scheduler.participation.capacity import change_places, move
from scheduler.participation.queries import waiting_before
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.signing import children, people, states, yes


def test_more_places_are_offered_to_those_who_wait(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, first, second = (yes(session, slot, one) for one in people(session, 3))
    assert change_places(session, slot, 2, cast.aiko.id, NOW) == []
    assert states(session, has, first, second) == ["confirmed", "offered", "waitlisted"]
    session.flush()
    (change,) = changes_of(session, "slot", slot.id)
    assert (change.by_id, change.facts) == (cast.aiko.id, {"from": 1, "to": 2})


def test_fewer_places_than_taken_are_refused_with_the_names_of_the_latest(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 3)
    for one in people(session, 3):
        yes(session, slot, one)
    with pytest.raises(Conflict) as refused:
        change_places(session, slot, 1, cast.aiko.id, NOW)
    assert (refused.value.code, refused.value.facts) == ("places_taken", {"names": "参加 1、参加 2"})


def test_who_loses_a_place_waits_before_everybody_else_in_the_order_of_signing_up(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 3)
    rows = [yes(session, slot, one) for one in people(session, 4)]
    for wanted in (2, 1):
        change_places(session, slot, wanted, cast.aiko.id, NOW, demote=True)
    assert states(session, *rows) == ["confirmed", *["waitlisted"] * 3]
    assert [waiting_before(session, row) for row in rows[1:]] == [0, 1, 2]
    withdraw(session, rows[0], None, NOW)
    assert states(session, *rows[1:]) == ["offered", "waitlisted", "waitlisted"]


def test_room_that_a_large_party_leaves_goes_to_the_first_who_fits(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 4)
    ben, chie, dan = people(session, 3)
    rows = [yes(session, slot, ben), yes(session, slot, chie, 3), yes(session, slot, dan)]
    assert change_places(session, slot, 3, cast.aiko.id, NOW, demote=True) == [rows[1]]
    assert states(session, *rows) == ["confirmed", "waitlisted", "offered"]
    assert wrong_counters(session) == []


def test_places_that_stay_kept_for_a_body_are_not_won_by_sending_it_away(
    session: Session, cast: Cast
) -> None:
    share = ShareFacts(cast.library.id, 2, until_before=60)
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("積込み", 4, shares=(share,)),))
    ben, chie = (yes(session, slot, one) for one in people(session, 2))
    body = yes(session, slot, cast.chie, organization_id=cast.library.id, pledged=2)
    assert change_places(session, slot, 3, cast.aiko.id, NOW, demote=True) == [chie]
    assert states(session, ben, body) == ["confirmed", "pledged"]
    with pytest.raises(Conflict, match="places_kept"):
        change_places(session, slot, 1, cast.aiko.id, NOW, demote=True)


@pytest.mark.parametrize("wanted", [0, -1, 5001])
def test_impossible_numbers_of_places_are_refused(session: Session, cast: Cast, wanted: int) -> None:
    slot = make.slot(session, cast.midori, NOW)
    with pytest.raises(Invalid, match="places_out_of_range"):
        change_places(session, slot, wanted, cast.aiko.id, NOW)


def test_a_move_takes_the_new_place_gives_the_old_one_back_and_notes_the_consent(
    session: Session, cast: Cast
) -> None:
    parts = (SlotFacts("積込み", 1), SlotFacts("親子", 1, unit="family"))
    old, new = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    ben, chie = people(session, 2)
    row, waits = yes(session, old, ben), yes(session, old, chie)
    move(session, row, new, NOW, agreed="電話で承知", by_id=cast.aiko.id)
    assert (row.slot_id, *states(session, row, waits)) == (new.id, "confirmed", "offered")
    assert (old.taken, new.taken) == (1, 1)
    last = changes_of(session, "participation", row.id)[-1]
    assert (last.verb, last.why, last.on_behalf_of) == ("move", "電話で承知", f"person:{ben.id}")


def test_a_move_to_where_it_is_full_changes_nothing(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("積込み", 1), SlotFacts("受付", 1))
    old, new = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    ben, chie = people(session, 2)
    row = yes(session, old, ben)
    yes(session, new, chie)
    session.commit()
    with pytest.raises(Conflict, match="full"):
        move(session, row, new, NOW, agreed="はい", by_id=cast.aiko.id)
    session.rollback()
    assert (row.slot_id, old.taken, new.taken) == (old.id, 1, 1)


def test_who_waits_can_be_moved_to_where_there_is_room(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("積込み", 1), SlotFacts("受付", 1))
    old, new = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    ben, chie = people(session, 2)
    yes(session, old, ben)
    waits = yes(session, old, chie)
    move(session, waits, new, NOW, agreed="はい", by_id=cast.aiko.id)
    assert (states(session, waits), waits.queue_no, old.taken, new.taken) == (["confirmed"], None, 1, 1)


CLOSED: list[tuple[dict[str, Any], str]] = [
    ({"competence": "mower"}, "competence_missing"),
    ({"min_age": 15}, "too_young"),
]


@pytest.mark.parametrize(("facts", "code"), CLOSED)
def test_a_move_leads_nobody_where_it_may_not_be(
    session: Session, cast: Cast, facts: dict[str, Any], code: str
) -> None:
    parts = (SlotFacts("積込み", 5), SlotFacts("草刈り", 5, **facts))
    old, new = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    row = yes(session, old, cast.ben, **children("e3", adults=1))
    with pytest.raises(Refused, match=code):
        move(session, row, new, NOW, agreed="はい", by_id=cast.aiko.id)


def test_a_move_needs_a_word_of_consent_and_another_slot(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("積込み", 5), SlotFacts("受付", 5))
    old, new = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    row = yes(session, old, cast.ben)
    with pytest.raises(Invalid, match="agreement_missing"):
        move(session, row, new, NOW, agreed=" ", by_id=cast.aiko.id)
    with pytest.raises(Conflict, match="already_answered"):
        move(session, row, old, NOW, agreed="はい", by_id=cast.aiko.id)


def test_invariant_3_a_body_is_not_moved_to_where_it_is_already(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("積込み", 9), SlotFacts("受付", 9))
    old, new = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    asked: dict[str, Any] = {"organization_id": cast.library.id, "pledged": 2}
    row = yes(session, old, cast.chie, **asked)
    yes(session, new, cast.ben, **asked)
    with pytest.raises(Conflict, match="already_signed_up"):
        move(session, row, new, NOW, agreed="はい", by_id=cast.aiko.id)


def test_invariant_7_a_helper_who_loses_a_place_takes_the_seat_along(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("乗馬", 2, needs=(Need(1),)), SlotFacts("手綱", 2))
    seats, handlers = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    ben, chie, dan, eve = people(session, 4)
    helpers = [yes(session, handlers, one) for one in (ben, chie)]
    riders = [yes(session, seats, one) for one in (dan, eve)]
    assert states(session, *riders) == ["confirmed", "confirmed"]
    change_places(session, handlers, 1, cast.aiko.id, NOW, demote=True)
    assert states(session, *helpers, *riders) == ["confirmed", "waitlisted", "confirmed", "awaiting_helpers"]
