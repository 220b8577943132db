"""Signing somebody up who telephones: known people are found, look-alikes offered, nobody beyond one's block."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.board.entering import Entry, enter, find
from scheduler.errors import Conflict, Forbidden, Invalid, NotFound
from scheduler.history import changes_of
from scheduler.participation.models import Participation
from scheduler.participation.signing import Named
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Person
from tests import make
from tests.board.people import PHONE, actor, block, counter
from tests.cast import Cast
from tests.conftest import NOW


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """A slot of four places."""
    return make.slot(session, cast.midori, NOW, 4)


def test_the_record_says_who_entered_it_for_whom(session: Session, slot: Slot, cast: Cast) -> None:
    row = enter(session, slot, Entry(PHONE, people=3, note="車で来ます"), actor(cast.aiko), NOW)
    (change,) = changes_of(session, "participation", row.id)
    assert (row.state, row.people, slot.taken, row.note) == ("confirmed", 3, 3, "車で来ます")
    assert (change.by_id, change.on_behalf_of) == (cast.aiko.id, f"person:{row.contact_id}")
    assert (row.entered_by_id, row.contact.phone, row.named) == (cast.aiko.id, "+819012345678", 1)


def test_whoever_has_neither_telephone_nor_mail_can_be_entered(
    session: Session, slot: Slot, cast: Cast
) -> None:
    row = enter(session, slot, Entry(PersonFacts("野田 清", "のだ きよし")), actor(cast.aiko), NOW)
    assert (row.state, row.contact.email, row.contact.phone) == ("confirmed", None, "")


def test_a_typed_address_needs_no_proof_for_somebody_whom_the_organiser_spoke_to(
    session: Session, slot: Slot, cast: Cast
) -> None:
    typed = PersonFacts("野田 清", "のだ きよし", "noda@example.jp")
    assert enter(session, slot, Entry(typed), actor(cast.aiko), NOW).state == "confirmed"


def test_the_same_form_twice_is_one_sign_up_of_one_person(session: Session, slot: Slot, cast: Cast) -> None:
    entry = Entry(PHONE, request_key="once")
    rows = [enter(session, slot, entry, actor(cast.aiko), NOW) for _ in range(2)]
    assert rows[0] is rows[1]
    assert len(session.scalars(select(Person).where(Person.phone_key == "+819012345678")).all()) == 1


FITTING = [
    PersonFacts("別所", ""),
    PersonFacts("", "べっし"),
    PersonFacts("ベッショ", ""),
    PersonFacts("", "", "BEN@example.jp"),
]


@pytest.mark.parametrize("typed", FITTING, ids=lambda facts: facts.name or facts.kana or facts.email)
def test_who_came_before_is_found_by_a_part_of_the_name(
    session: Session, slot: Slot, cast: Cast, typed: PersonFacts
) -> None:
    make.participation(session, slot, cast.ben, NOW)
    found = find(session, actor(cast.aiko), cast.midori, typed)
    assert [one.id for one in found.people] == [cast.ben.id]
    assert not find(session, actor(cast.aiko), cast.midori, PersonFacts("", ""))


def test_a_household_is_found_by_its_name_and_signs_up_through_its_first_person(
    session: Session, slot: Slot, cast: Cast
) -> None:
    tanaka = block(session, cast)
    found = find(session, actor(cast.aiko), cast.midori, PersonFacts("田中", ""))
    assert [home.id for home in found.households] == [tanaka.home.id]
    entry = Entry(PersonFacts("", ""), household_id=tanaka.home.id, people=2)
    row = enter(session, slot, entry, actor(cast.aiko), NOW)
    assert (row.household_id, row.contact_id, row.people) == (tanaka.home.id, tanaka.member.id, 2)


def test_who_looks_alike_is_offered_and_another_one_is_another_one(
    session: Session, slot: Slot, cast: Cast
) -> None:
    make.participation(session, slot, cast.ben, NOW)
    alike = PersonFacts("別所 弁", "ベッショ ベン", phone="090-8888-7777")
    with pytest.raises(Conflict, match="looks_alike"):
        enter(session, slot, Entry(alike), actor(cast.aiko), NOW)
    other = enter(session, slot, Entry(alike, is_new=True), actor(cast.aiko), NOW)
    assert other.contact_id != cast.ben.id


def test_a_known_person_is_not_registered_again(session: Session, slot: Slot, cast: Cast) -> None:
    other = make.slot(session, cast.midori, NOW)
    make.participation(session, other, cast.ben, NOW)
    entry = Entry(PersonFacts("", ""), person_id=cast.ben.id, clash_ok=True)
    assert enter(session, slot, entry, actor(cast.aiko), NOW).contact_id == cast.ben.id


def test_somebody_whom_the_body_does_not_know_cannot_be_named_by_number(
    session: Session, slot: Slot, cast: Cast
) -> None:
    with pytest.raises(NotFound):
        enter(session, slot, Entry(PersonFacts("", ""), person_id=cast.chie.id), actor(cast.aiko), NOW)


def test_a_block_leader_enters_the_own_block_and_nobody_else(
    session: Session, slot: Slot, cast: Cast
) -> None:
    own, other = block(session, cast, 1), block(session, cast, 2)
    leader = actor(own.leader)
    row = enter(session, slot, Entry(PersonFacts("", ""), person_id=own.member.id), leader, NOW)
    assert row.entered_by_id == own.leader.id
    assert [one.id for one in find(session, leader, cast.midori, PersonFacts("田中", "")).people] == [
        own.member.id
    ]
    for entry in (
        Entry(PersonFacts("", ""), person_id=other.member.id),
        Entry(PersonFacts("", ""), household_id=other.home.id),
    ):
        with pytest.raises(NotFound):
            enter(session, slot, entry, leader, NOW)
    with pytest.raises(Forbidden, match="not_on_your_list"):
        enter(session, slot, Entry(PHONE), leader, NOW)


def test_the_counter_enters_anybody_and_gives_no_place_that_is_the_organisers(
    session: Session, cast: Cast
) -> None:
    slots = (
        SlotFacts("係", 2),
        SlotFacts("司会", 1, policy="assigned"),
        SlotFacts("監視", 1, policy="approval"),
    )
    free, assigned, approval = make.occurrence(session, cast.midori, NOW, slots=slots).slots
    clerk = actor(counter(session, cast))
    assert enter(session, free, Entry(PHONE), clerk, NOW).state == "confirmed"
    with pytest.raises(Conflict, match="assigned_by_organiser"):
        enter(session, assigned, Entry(PHONE, is_new=True), clerk, NOW)
    row = enter(session, approval, Entry(PHONE, is_new=True, clash_ok=True), clerk, NOW)
    assert row.state == "applied"


def test_the_organiser_assigns_and_enters_after_the_closing_time(session: Session, cast: Cast) -> None:
    slots = (SlotFacts("司会", 1, policy="assigned"), SlotFacts("係", 1, closes_before=60 * 24 * 30))
    assigned, closed = make.occurrence(session, cast.midori, NOW, slots=slots).slots
    first = enter(session, assigned, Entry(PHONE), actor(cast.aiko), NOW)
    other = enter(session, closed, Entry(PHONE, is_new=True), actor(cast.aiko), NOW)
    assert (first.state, other.state) == ("confirmed", "confirmed")


def test_a_full_slot_says_so_and_takes_a_waiting_one(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    make.participation(session, slot, cast.ben, NOW)
    with pytest.raises(Conflict, match="full"):
        enter(session, slot, Entry(PHONE), actor(cast.aiko), NOW)
    session.rollback()


def test_children_are_entered_by_grade_and_a_child_alone_waits_for_consent(
    session: Session, slot: Slot, cast: Cast
) -> None:
    row = enter(session, slot, Entry(PHONE, people=3, children=(Named(grade="e3"),)), actor(cast.aiko), NOW)
    assert (row.people, [one.grade for one in row.companions]) == (3, ["", "e3"])
    alone = Entry(PersonFacts("野田 光", "のだ ひかる"), contact_grade="j2")
    assert enter(session, slot, alone, actor(cast.aiko), NOW).state == "awaiting_guardian"


def test_nobody_is_entered_without_a_name(session: Session, slot: Slot, cast: Cast) -> None:
    with pytest.raises(Invalid, match="name_missing"):
        enter(session, slot, Entry(PersonFacts("", "", phone="090-1234-5678")), actor(cast.aiko), NOW)
    assert session.scalars(select(Participation)).all() == []
