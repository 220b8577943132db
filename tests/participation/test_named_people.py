"""Who may stand on an insurance list: people with a name who come, and nobody who is only a number."""

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.participation.actions import join, withdraw
from scheduler.participation.queries import named_people_at
from scheduler.participation.signing import Company, Named, SignUp
from tests import make
from tests.cast import Cast
from tests.conftest import NOW


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """Twenty places, one more slot before it."""
    slots = (SlotFacts("受付", 3), SlotFacts("沿道", 20))
    return make.occurrence(session, cast.midori, NOW, slots=slots).slots[1]


def test_a_pledge_of_twelve_has_only_its_named_people_on_the_list(
    session: Session, cast: Cast, slot: Slot
) -> None:
    company = Company(others=(Named("池田 泉", "いけだ いずみ"), Named("上野 海", "うえの うみ", grade="h1")))
    join(session, slot, SignUp(cast.ben.id, pledged=12, group_name="駅前商店会", company=company), NOW)
    listed = named_people_at(session, slot.occurrence_id)
    assert [(one.name, one.kana, one.grade) for one in listed] == [
        ("池田 泉", "いけだ いずみ", ""),
        ("上野 海", "うえの うみ", "h1"),
        ("別所 勉", "べっしょ べん", ""),
    ]
    assert {one.party for one in listed} == {"駅前商店会"}


def test_a_representative_who_stays_at_home_is_not_on_the_list(
    session: Session, cast: Cast, slot: Slot
) -> None:
    join(session, slot, SignUp(cast.ben.id, pledged=12, contact_comes=False), NOW)
    assert named_people_at(session, slot.occurrence_id) == []


def test_the_list_goes_by_slot_and_leaves_out_who_withdrew_or_waits(
    session: Session, cast: Cast, slot: Slot
) -> None:
    first = slot.occurrence.slots[0]
    for person, at in ((cast.ben, slot), (cast.chie, first), (cast.aiko, first)):
        make.participation(session, at, person, NOW)
    waits = SignUp(make.person(session, 1, NOW).id, pledged=20, or_wait=True)
    gone = make.participation(session, slot, make.person(session, 2, NOW), NOW)
    join(session, slot, waits, NOW)
    withdraw(session, gone, None, NOW)
    listed = named_people_at(session, slot.occurrence_id)
    assert [(one.slot.name, one.name) for one in listed] == [
        ("受付", "青木 愛子"),
        ("受付", "千田 知恵"),
        ("沿道", "別所 勉"),
    ]
