"""Correcting how many a party is: all or none, the named are never lost by accident, the counters stay true."""

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict, Invalid
from scheduler.participation.actions import join
from scheduler.participation.capacity import change_people
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from tests import make
from tests.cast import Cast
from tests.conftest import NOW


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """A slot of five places."""
    return make.slot(session, cast.midori, NOW, 5)


def _family(session: Session, slot: Slot, cast: Cast) -> Participation:
    company = Company(("別所 一郎", ""), others=(Named("別所 花", "べっしょ はな", grade="e3"),))
    return join(session, slot, SignUp(cast.ben.id, company=company), NOW)


def test_fewer_leave_the_unnamed_out_first(session: Session, slot: Slot, cast: Cast) -> None:
    row = _family(session, slot, cast)
    change_people(session, row, 3, cast.aiko.id, NOW)
    assert [one.name for one in row.companions] == ["別所 一郎", "別所 花"]
    assert (row.people, slot.taken, row.named, wrong_counters(session)) == (3, 3, 3, [])


def test_the_named_are_left_out_only_by_name(session: Session, slot: Slot, cast: Cast) -> None:
    row = _family(session, slot, cast)
    with pytest.raises(Invalid, match="more_named_than_people"):
        change_people(session, row, 2, cast.aiko.id, NOW)
    ichiro = next(one.id for one in row.companions if one.name == "別所 一郎")
    change_people(session, row, 2, cast.aiko.id, NOW, without=[ichiro])
    assert [one.name for one in row.companions] == ["別所 花"]


def test_more_than_there_is_room_for_changes_nothing(session: Session, slot: Slot, cast: Cast) -> None:
    row = _family(session, slot, cast)
    session.commit()
    with pytest.raises(Conflict, match="full"):
        change_people(session, row, 6, cast.aiko.id, NOW)
    session.rollback()
    assert (row.people, slot.taken, len(row.companions)) == (4, 4, 3)


@pytest.mark.parametrize("people", [0, -1, 61])
def test_an_impossible_number_is_refused(session: Session, slot: Slot, cast: Cast, people: int) -> None:
    with pytest.raises(Invalid, match="people_out_of_range"):
        change_people(session, _family(session, slot, cast), people, cast.aiko.id, NOW)


def test_whoever_waits_and_is_fewer_now_comes_without_being_asked(
    session: Session, slot: Slot, cast: Cast
) -> None:
    _family(session, slot, cast)
    pair = SignUp(cast.chie.id, company=Company(("",)), or_wait=True)
    row = join(session, slot, pair, NOW)
    assert row.state == "waitlisted"
    change_people(session, row, 1, cast.aiko.id, NOW)
    assert (row.state, slot.taken, wrong_counters(session)) == ("confirmed", 5, [])


def test_a_family_takes_one_place_however_many_they_are(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 2, unit="family"),))
    row = _family(session, slot, cast)
    change_people(session, row, 5, cast.aiko.id, NOW)
    assert (row.people, row.places, slot.taken) == (5, 1, 1)


def test_a_bodys_pledge_has_no_unnamed_rows(session: Session, slot: Slot, cast: Cast) -> None:
    pledge = SignUp(cast.ben.id, organization_id=cast.library.id, pledged=3, contact_comes=False)
    row = join(session, slot, pledge, NOW)
    change_people(session, row, 5, cast.aiko.id, NOW)
    assert (row.people, row.companions, row.state, slot.taken) == (5, [], "pledged", 5)
