"""Taking back what an organiser has just done, and saying so where it is not possible any more."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.board import entering
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict
from scheduler.history import StateChange
from scheduler.notices.models import Notice
from scheduler.participation import capacity, giving, undoing
from scheduler.participation.actions import join
from scheduler.participation.models import Companion, Participation
from scheduler.participation.signing import Company, Named, SignUp
from tests import make
from tests.board.people import PHONE, actor, two_slots
from tests.cast import Cast
from tests.conftest import NOW


def _undo_last(session: Session, cast: Cast, minutes: int = 1) -> Participation | Slot:
    last = select(StateChange).where(StateChange.verb.in_(undoing.CAN_BE_UNDONE))
    change = session.scalars(last.where(StateChange.by_id == cast.aiko.id).order_by(StateChange.id)).all()[-1]
    return undoing.undo(session, change, cast.aiko.id, NOW + timedelta(minutes=minutes))


def _states(session: Session) -> list[str]:
    session.flush()
    assert wrong_counters(session) == []
    return list(session.scalars(select(Participation.state).order_by(Participation.id)))


def test_whoever_was_removed_has_the_place_again(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    row = make.participation(session, slot, cast.ben, NOW)
    giving.remove(session, row, "間違い", cast.aiko.id, NOW)
    assert (_states(session), slot.taken) == (["declined"], 0)
    _undo_last(session, cast)
    assert (_states(session), slot.taken) == (["confirmed"], 1)


def test_whose_place_is_taken_meanwhile_waits_before_all_others(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    row = make.participation(session, slot, cast.ben, NOW)
    giving.remove(session, row, "間違い", cast.aiko.id, NOW)
    make.participation(session, slot, cast.chie, NOW)
    assert _undo_last(session, cast) is row
    assert (_states(session), row.queue_no) == (["waitlisted", "confirmed"], -1)


def test_a_declined_party_waits_for_its_answer_again_and_takes_no_place(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("係", 3, policy="approval"),))
    row = make.participation(session, slot, cast.ben, NOW)
    giving.decline(session, row, "定員です", cast.aiko.id, NOW)
    _undo_last(session, cast)
    assert (_states(session), slot.taken) == (["applied"], 0)


def test_a_yes_can_be_taken_back(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("係", 3, policy="approval"),))
    row = make.participation(session, slot, cast.ben, NOW)
    giving.approve(session, row, cast.aiko.id, NOW)
    assert _states(session) == ["confirmed"]
    _undo_last(session, cast)
    assert (_states(session), slot.taken) == (["applied"], 0)


def test_a_move_is_taken_back_while_the_old_place_is_free(session: Session, cast: Cast) -> None:
    old, new = two_slots(session, cast)
    row = make.participation(session, old, cast.ben, NOW)
    capacity.move(session, row, new, NOW, agreed="電話", by_id=cast.aiko.id)
    _undo_last(session, cast)
    assert (row.slot_id, old.taken, new.taken, _states(session)) == (old.id, 1, 0, ["confirmed"])


def test_a_move_stays_where_the_old_place_is_taken(session: Session, cast: Cast) -> None:
    old, new = two_slots(session, cast, first=1)
    row = make.participation(session, old, cast.ben, NOW)
    capacity.move(session, row, new, NOW, agreed="電話", by_id=cast.aiko.id)
    make.participation(session, old, cast.chie, NOW)
    session.commit()
    with pytest.raises(Conflict, match="full"):
        _undo_last(session, cast)
    session.rollback()
    assert (row.slot_id, _states(session)) == (new.id, ["confirmed", "confirmed"])


def test_whoever_waited_before_a_move_waits_again_at_the_same_place(session: Session, cast: Cast) -> None:
    old, new = two_slots(session, cast, first=1)
    make.participation(session, old, cast.chie, NOW)
    row = _waiting(session, old, cast)
    number = row.queue_no
    capacity.move(session, row, new, NOW, agreed="電話", by_id=cast.aiko.id)
    assert row.state == "confirmed"
    _undo_last(session, cast)
    assert (row.state, row.slot_id, row.queue_no) == ("waitlisted", old.id, number)


def _waiting(session: Session, slot: Slot, cast: Cast) -> Participation:
    """Let Ben wait for a full slot."""
    return join(session, slot, SignUp(cast.ben.id, or_wait=True), NOW)


def test_fewer_places_are_taken_back_before_anybody_else_is_asked(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("係", 2, min_people=2, target=2),))
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    capacity.change_places(session, slot, 1, cast.aiko.id, NOW, demote=True)
    assert (_states(session), slot.min_people, slot.target) == (["confirmed", "waitlisted"], 1, 1)
    assert _undo_last(session, cast) is slot
    assert (_states(session), slot.places, slot.min_people, slot.target) == (["confirmed"] * 2, 2, 2, 2)


def test_more_places_stay_once_they_are_taken(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    make.participation(session, slot, cast.ben, NOW)
    capacity.change_places(session, slot, 2, cast.aiko.id, NOW)
    make.participation(session, slot, cast.chie, NOW)
    with pytest.raises(Conflict, match="places_taken"):
        _undo_last(session, cast)
    assert slot.places == 2


def test_who_was_entered_by_mistake_is_told_that_nobody_expects_them(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    row = entering.enter(session, slot, entering.Entry(PHONE), actor(cast.aiko), NOW)
    _undo_last(session, cast)
    assert (row.state, slot.taken) == ("cancelled", 0)
    assert "taken_out" in set(session.scalars(select(Notice.kind)))


def test_a_corrected_number_is_corrected_back(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    row = make.participation(session, slot, cast.ben, NOW)
    capacity.change_people(session, row, 4, cast.aiko.id, NOW)
    _undo_last(session, cast)
    assert (row.people, row.places, slot.taken, len(row.companions)) == (1, 1, 1, 0)


def test_a_second_tap_on_undo_changes_nothing_more(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    row = make.participation(session, slot, cast.ben, NOW)
    giving.remove(session, row, "間違い", cast.aiko.id, NOW)
    revisions = []
    for _ in range(2):
        _undo_last(session, cast)
        revisions.append(row.revision)
    assert revisions[0] == revisions[1]


def test_half_an_hour_later_it_is_over(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    row = make.participation(session, slot, cast.ben, NOW)
    giving.remove(session, row, "間違い", cast.aiko.id, NOW)
    with pytest.raises(Conflict, match="undo_over"):
        _undo_last(session, cast, minutes=30)


def test_what_something_else_has_happened_to_is_not_taken_back(session: Session, cast: Cast) -> None:
    old, new = two_slots(session, cast)
    row = make.participation(session, old, cast.ben, NOW)
    capacity.move(session, row, new, NOW, agreed="電話", by_id=cast.aiko.id)
    moved = session.scalars(select(StateChange).where(StateChange.verb == "move")).one()
    giving.remove(session, row, "都合", cast.aiko.id, NOW)
    with pytest.raises(Conflict, match="undo_over"):
        undoing.undo(session, moved, cast.aiko.id, NOW)


def test_whoever_was_left_out_by_a_correction_is_back_by_name_and_is_forgotten_later(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    hana = Named("別所 花", "べっしょ はな", grade="e3")
    row = join(session, slot, SignUp(cast.ben.id, company=Company(("別所 一郎",), others=(hana,))), NOW)
    capacity.change_people(session, row, 1, cast.aiko.id, NOW, without=[one.id for one in row.companions])
    assert row.companions == []
    _undo_last(session, cast)
    assert [(one.name, one.grade) for one in row.companions] == [("別所 一郎", ""), ("別所 花", "e3")]
    assert (row.people, row.named, slot.taken) == (3, 3, 3)
    undoing.forget_names(session, NOW + timedelta(hours=1))
    assert len(row.companions) == 2
    everybody = [one.id for one in row.companions]
    capacity.change_people(session, row, 1, cast.aiko.id, NOW, without=everybody)
    undoing.forget_names(session, NOW + timedelta(hours=1))
    assert session.scalars(select(Companion.id)).all() == []
