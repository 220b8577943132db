"""Households of a block: added, put in walking order, filled with people one by one or from a list."""

import pytest
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.parties import households, queries
from scheduler.parties.actions import PersonFacts
from scheduler.parties.households import By, HomeFacts
from scheduler.parties.member_list import read
from scheduler.parties.models import Household, Membership, Organization, Person
from tests import cast as casting
from tests.cast import Cast
from tests.conftest import NOW

SATO = "佐藤 一郎\tさとう いちろう\tみどり町1-1\t090-1234-5678\n佐藤 花子\tさとう はなこ\tみどり町１－１\t\n"


@pytest.fixture
def block(session: Session, cast: Cast) -> Organization:
    return casting.block(session, cast.midori, "midori-1", NOW)


@pytest.fixture
def by(cast: Cast) -> By:
    return By(cast.aiko.id, NOW.date(), NOW)


def _round(session: Session, block: Organization) -> list[tuple[str, int]]:
    seen = queries.households_of(session, block, shows_contacts=True)
    return [(home.name, queries.place_of(session, home)) for home, _people in seen.households]


def test_a_new_household_comes_last_and_belongs_to_the_association(
    session: Session, block: Organization, by: By
) -> None:
    households.add(session, block, HomeFacts("佐藤家"), by)
    home = households.add(session, block, HomeFacts("鈴木家"), by)
    assert _round(session, block) == [("佐藤家", 1), ("鈴木家", 2)]
    member = session.query(Membership).filter_by(household_id=home.id).one()
    assert (member.organization_id, member.starts_on) == (block.parent_id, NOW.date())
    assert [change.verb for change in changes_of(session, "household", home.id)] == ["add"]


PLACES = [(1, "CAB"), (2, "ACB"), (3, "ABC"), (99, "ABC"), (None, "ABC"), (-5, "CAB")]


@pytest.mark.parametrize(("place", "order"), PLACES)
def test_a_household_moves_in_the_round(
    session: Session, block: Organization, by: By, place: int | None, order: str
) -> None:
    homes = {name: households.add(session, block, HomeFacts(name), by) for name in "ABC"}
    households.change(session, homes["C"], HomeFacts("C", place=place), by)
    assert _round(session, block) == [(name, number) for number, name in enumerate(order, 1)]


def test_households_without_any_order_get_one(session: Session, block: Organization, by: By) -> None:
    for name in "AB":
        session.add(Household(name=name, block_id=block.id, created_at=NOW))
    session.flush()
    households.add(session, block, HomeFacts("C", place=2), by)
    assert _round(session, block) == [("A", 1), ("C", 2), ("B", 3)]


def test_a_household_needs_a_name(session: Session, block: Organization, by: By) -> None:
    home = households.add(session, block, HomeFacts(" 佐藤家\0", "みどり町1"), by)
    with pytest.raises(Invalid):
        households.change(session, home, HomeFacts("　"), by)
    assert (home.name, home.address) == ("佐藤家", "みどり町1")


def test_somebody_without_mail_and_telephone_is_on_the_list(
    session: Session, block: Organization, by: By
) -> None:
    home = households.add(session, block, HomeFacts("佐藤家"), by)
    made = households.add_member(session, home, PersonFacts("佐藤 キヨ", "さとう きよ"), by)
    assert (made.email, made.phone, made.household_id) == (None, "", home.id)
    again = households.add_member(session, home, PersonFacts("佐藤キヨ", "サトウ キヨ"), by)
    assert (again.id, again.name) == (made.id, "佐藤 キヨ")


def test_somebody_known_by_mail_joins_the_household(
    session: Session, cast: Cast, block: Organization, by: By
) -> None:
    home = households.add(session, block, HomeFacts("別所家"), by)
    facts = PersonFacts("別所 勉", "べっしょ べん", "ben@example.jp")
    assert households.add_member(session, home, facts, by).id == cast.ben.id
    assert queries.household_of(session, cast.ben) is home
    assert [change.facts for change in changes_of(session, "household", home.id)][1:] == [
        {"person_id": cast.ben.id}
    ]


def test_nobody_is_taken_out_of_another_household(
    session: Session, cast: Cast, block: Organization, by: By
) -> None:
    one, other = (households.add(session, block, HomeFacts(name), by) for name in "AB")
    facts = PersonFacts("別所 勉", "べっしょ べん", "ben@example.jp")
    households.add_member(session, one, facts, by)
    with pytest.raises(Conflict) as refused:
        households.add_member(session, other, facts, by)
    assert (refused.value.code, cast.ben.household_id) == ("lives_elsewhere", one.id)


def test_a_list_makes_households_and_the_same_list_again_makes_nobody(
    session: Session, block: Organization, by: By
) -> None:
    pasted = f"{SATO}鈴木 太郎\tすずき たろう\n"
    assert households.add_list(session, block, read(pasted), by) == 3
    assert households.add_list(session, block, read(pasted), by) == 0
    assert _round(session, block) == [("佐藤家", 1), ("鈴木家", 2)]
    seen = queries.households_of(session, block, shows_contacts=True).households
    assert [[one.name for one in people] for _home, people in seen] == [
        ["佐藤 一郎", "佐藤 花子"],
        ["鈴木 太郎"],
    ]


def test_a_list_adds_to_the_household_at_the_same_address(
    session: Session, block: Organization, by: By
) -> None:
    home = households.add(session, block, HomeFacts("サトウ家", "みどり町 1-1"), by)
    assert households.add_list(session, block, read(SATO), by) == 2
    assert [one.name for one in queries.people_of(session, home)] == ["佐藤 一郎", "佐藤 花子"]
    assert len(_round(session, block)) == 1


def test_a_preview_says_what_will_happen_and_writes_nothing(
    session: Session, block: Organization, by: By
) -> None:
    households.add_list(session, block, read(SATO.splitlines()[0]), by)
    people = session.query(Person).count()
    seen = households.foreseen(session, block, read(f"{SATO}鈴木,すずき"))
    assert [(one.is_known, one.home_is_known) for one in seen] == [
        (True, True),
        (False, True),
        (False, False),
    ]
    assert session.query(Person).count() == people


def test_a_list_with_a_problem_is_not_written_at_all(session: Session, block: Organization, by: By) -> None:
    with pytest.raises(Invalid) as refused:
        households.add_list(session, block, read(f"{SATO}鈴木 太郎"), by)
    assert (refused.value.code, refused.value.facts) == ("list_has_problems", {"line": 3})
    assert _round(session, block) == []


def test_releasing_the_contact_is_written_down_once(session: Session, block: Organization, by: By) -> None:
    home = households.add(session, block, HomeFacts("佐藤家"), by)
    for releases in (True, True, False):
        households.release_contact(session, home, releases, by)
    verbs = [change.verb for change in changes_of(session, "household", home.id)]
    assert verbs == ["add", "release_contact", "keep_contact"]


def test_a_household_is_never_called_by_half_its_name(session: Session, block: Organization, by: By) -> None:
    for facts in (HomeFacts("佐" * 121), HomeFacts("佐藤家", "み" * 201)):
        with pytest.raises(Invalid, match="text_too_long"):
            households.add(session, block, facts, by)
