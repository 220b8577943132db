"""Joining and withdrawing: what is refused, what is counted, what is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict, Forbidden, Invalid, Refused
from scheduler.history import changes_of
from scheduler.notices.models import Delivery
from scheduler.participation.actions import join, withdraw
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, SignUp
from tests import make
from tests.cast import Cast, be_trained
from tests.conftest import NOW


def _deliveries(session: Session) -> int:
    return len(session.scalars(select(Delivery.id)).all())


def test_joining_takes_a_place_and_tells_once(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 2)
    joined = make.participation(session, slot, cast.ben, NOW)
    session.refresh(slot)
    assert (joined.state, slot.taken, _deliveries(session)) == ("confirmed", 1, 1)


def test_a_second_tap_is_the_same_answer(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 2)
    one, other = (make.participation(session, slot, cast.ben, NOW) for _ in range(2))
    session.refresh(slot)
    assert one.id == other.id
    assert (slot.taken, _deliveries(session)) == (1, 1)


def test_another_number_of_people_is_not_the_same_tap(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    make.participation(session, slot, cast.ben, NOW)
    with pytest.raises(Conflict, match="another_number"):
        join(session, slot, SignUp(cast.ben.id, company=Company(adults=("妹",))), NOW)


def test_a_party_comes_whole_or_not_at_all(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 3)
    session.commit()
    with pytest.raises(Conflict):
        join(session, slot, SignUp(cast.ben.id, company=Company(adults=("父", "母", "兄"))), NOW)
    session.rollback()
    assert slot.taken == 0
    assert session.scalars(select(Participation)).all() == []


def test_people_are_counted_in_people_and_families_in_families(session: Session, cast: Cast) -> None:
    slots = (SlotFacts("親子", 8, unit="family"), SlotFacts("積込み", 8))
    family_slot, people_slot = make.occurrence(session, cast.midori, NOW, slots=slots).slots
    company = Company(adults=("",), children_months=(9, 40))
    for slot in (family_slot, people_slot):
        assert join(session, slot, SignUp(cast.ben.id, company=company, clash_ok=True), NOW).people == 4
        session.refresh(slot)
    assert (family_slot.taken, people_slot.taken) == (1, 4)


def test_a_body_pledges_a_number(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 20)
    pledged = join(session, slot, SignUp(cast.chie.id, organization_id=cast.library.id, pledged=12), NOW)
    session.refresh(slot)
    assert (pledged.state, pledged.party_name, slot.taken) == ("pledged", "市立図書館", 12)


@pytest.mark.parametrize(
    ("company", "pledged"),
    [
        (Company(adults=("x",) * 60), None),
        (Company(), 0),
        (Company(), 61),
        (Company(children_months=(-1,)), None),
    ],
)
def test_impossible_numbers_are_refused(
    session: Session, cast: Cast, company: Company, pledged: int | None
) -> None:
    slot = make.slot(session, cast.midori, NOW, 100)
    with pytest.raises(Invalid):
        join(session, slot, SignUp(cast.ben.id, company=company, pledged=pledged), NOW)


@pytest.mark.parametrize("state", ["cancelled", "planned", "closed"])
def test_a_date_that_takes_no_sign_ups_says_so(session: Session, cast: Cast, state: str) -> None:
    slot = make.slot(session, cast.midori, NOW)
    slot.occurrence.state = state
    # Joining reads the date anew, under its lock.
    session.flush()
    with pytest.raises(Refused, match="takes_no_sign_ups"):
        make.participation(session, slot, cast.ben, NOW)


def test_what_has_begun_can_be_neither_joined_nor_left(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    joined = make.participation(session, slot, cast.ben, NOW)
    with pytest.raises(Conflict):
        make.participation(session, slot, cast.chie, slot.starts_at)
    with pytest.raises(Conflict):
        withdraw(session, joined, cast.ben.id, slot.starts_at)


def test_a_machine_needs_a_trained_person(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("草刈り", 3, competence="mower"),))
    with pytest.raises(Forbidden):
        make.participation(session, slot, cast.ben, NOW)
    be_trained(session, cast.ben, cast.midori, "mower", NOW)
    assert make.participation(session, slot, cast.ben, NOW).is_live


def test_withdrawing_gives_all_places_back_once(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    joined = join(session, slot, SignUp(cast.ben.id, company=Company(adults=("弟",))), NOW)
    for _ in range(2):
        withdraw(session, joined, cast.ben.id, NOW)
    session.refresh(slot)
    assert (joined.state, slot.taken) == ("cancelled", 0)
    assert wrong_counters(session) == []


def test_who_has_left_may_come_again_as_a_new_sign_up(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    first = make.participation(session, slot, cast.ben, NOW)
    withdraw(session, first, cast.ben.id, NOW)
    again = make.participation(session, slot, cast.ben, NOW + timedelta(minutes=1))
    assert again.id != first.id
    assert again.state == "confirmed"


def test_the_record_says_who_did_it_for_whom(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    joined = join(session, slot, SignUp(cast.ben.id, entered_by_id=cast.aiko.id), NOW)
    withdraw(session, joined, cast.ben.id, NOW)
    session.flush()
    entered, left = changes_of(session, "participation", joined.id)
    assert (entered.by_id, entered.on_behalf_of) == (cast.aiko.id, f"person:{cast.ben.id}")
    assert (left.by_id, left.on_behalf_of, left.after) == (cast.ben.id, None, "cancelled")


def test_a_wrong_counter_is_named_and_not_repaired(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    slot.taken = 3
    session.flush()
    assert wrong_counters(session) == [f"slot {slot.id}: counter says 3, rows say 0"]
    assert slot.taken == 3


def test_a_plain_sign_up_takes_fewer_than_twenty_five_statements(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    session.commit()
    with statements(session) as made:
        make.participation(session, session.get_one(Slot, slot.id), cast.ben, NOW)
        session.commit()
    assert 10 < len(made) < 25, made


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Collect the statements of a block."""
    made: list[str] = []
    engine = session.get_bind()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        made.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield made
    event.remove(engine, "before_cursor_execute", note)
