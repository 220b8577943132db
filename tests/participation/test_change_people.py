"""A party becomes larger or smaller: through the counters, never past the places, never below who is named."""

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot, SlotShare
from scheduler.activities.parts import ShareFacts, SlotFacts
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict, Invalid
from scheduler.notices.models import Notice
from scheduler.participation.actions import join
from scheduler.participation.capacity import change_people
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from tests import make
from tests.cast import Cast
from tests.conftest import NOW


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """Twenty places; six of them are kept for the library."""
    part = SlotFacts("沿道", 20, shares=(ShareFacts(cast.library.id, 6, 60),), closes_before=60)
    return make.slot(session, cast.midori, NOW, slots=(part,))


@pytest.fixture
def pledge(session: Session, cast: Cast, slot: Slot) -> Participation:
    """The library comes with eight: its six, and two of the others."""
    return join(session, slot, SignUp(cast.chie.id, organization_id=cast.library.id, pledged=8), NOW)


def _remaining(session: Session) -> int:
    return session.query(SlotShare).populate_existing().one().remaining


def test_a_larger_party_takes_more_places(
    session: Session, cast: Cast, slot: Slot, pledge: Participation
) -> None:
    change_people(session, pledge, 12, cast.chie.id, NOW)
    assert (pledge.people, pledge.places, pledge.kept_places, slot.taken) == (12, 12, 6, 12)
    assert wrong_counters(session) == []


def test_a_smaller_party_gives_free_places_back_before_those_of_its_share(
    session: Session, cast: Cast, slot: Slot, pledge: Participation
) -> None:
    change_people(session, pledge, 6, cast.chie.id, NOW)
    assert (slot.taken, slot.reserved, _remaining(session)) == (6, 0, 0)
    change_people(session, pledge, 4, cast.chie.id, NOW)
    assert (slot.taken, slot.reserved, _remaining(session)) == (4, 2, 2)
    change_people(session, pledge, 7, cast.chie.id, NOW)
    assert (slot.taken, slot.reserved, pledge.kept_places) == (7, 0, 6)


def test_what_it_gives_back_is_offered_to_who_waits(
    session: Session, cast: Cast, slot: Slot, pledge: Participation
) -> None:
    crowd = SignUp(cast.ben.id, company=Company(adults=("",) * 12), or_wait=True)
    waits = join(session, slot, crowd, NOW)
    assert waits.state == "waitlisted"
    change_people(session, pledge, 7, cast.chie.id, NOW)
    assert waits.state == "offered"


def test_it_does_not_grow_past_the_places(
    session: Session, cast: Cast, slot: Slot, pledge: Participation
) -> None:
    session.commit()
    with pytest.raises(Conflict, match="full"):
        change_people(session, pledge, 21, cast.chie.id, NOW)
    session.rollback()
    assert (pledge.people, slot.taken) == (8, 8)


def test_it_does_not_shrink_below_who_is_named(session: Session, cast: Cast, slot: Slot) -> None:
    named = Company(others=(Named("池田 泉", "いけだ いずみ"),))
    row = join(session, slot, SignUp(cast.ben.id, pledged=5, company=named), NOW)
    with pytest.raises(Invalid, match="more_named_than_people"):
        change_people(session, row, 1, cast.ben.id, NOW)
    change_people(session, row, 2, cast.ben.id, NOW)
    assert (row.state, slot.taken) == ("confirmed", 2)


def test_a_party_that_waits_changes_its_number_and_keeps_its_turn(
    session: Session, cast: Cast, slot: Slot, pledge: Participation
) -> None:
    waits = join(session, slot, SignUp(cast.ben.id, pledged=13, or_wait=True), NOW)
    change_people(session, waits, 15, cast.ben.id, NOW)
    assert (waits.people, waits.places, waits.queue_no, slot.taken) == (15, 15, 1, 8)
    change_people(session, waits, 12, cast.ben.id, NOW)
    assert waits.state == "pledged"


@pytest.mark.parametrize("people", [0, 61])
def test_impossible_numbers_are_refused(
    session: Session, cast: Cast, slot: Slot, pledge: Participation, people: int
) -> None:
    with pytest.raises(Invalid):
        change_people(session, pledge, people, cast.chie.id, NOW)
    assert (pledge.people, slot.taken) == (8, 8)


def test_a_party_is_told_when_somebody_else_changes_its_number(
    session: Session, cast: Cast, pledge: Participation
) -> None:
    for by in (cast.chie, cast.aiko):
        change_people(session, pledge, pledge.people - 1, by.id, NOW)
    letters = session.query(Notice.kind).filter_by(subject_id=pledge.id).order_by(Notice.id)
    assert [kind for (kind,) in letters] == ["joined", "joined"]
