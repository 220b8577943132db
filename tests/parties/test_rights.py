"""Who may enter a yes or a no for whom, and who sees which household: the table of rights."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.errors import NotFound
from scheduler.parties import actions, queries
from scheduler.parties.access import Actor, led_blocks, may_enter_for, may_see_all
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Organization, Person
from tests import cast as casting
from tests.cast import Cast
from tests.conftest import NOW

TODAY = NOW.date()


@dataclass(frozen=True)
class Quarter:
    """Midori has two blocks with a household each; the library has neither."""

    bodies: dict[str, Organization]
    homes: dict[str, Household | None]
    people: dict[str, Person]
    actors: dict[str, Actor]


@pytest.fixture
def quarter(session: Session, cast: Cast) -> Quarter:
    blocks = [casting.block(session, cast.midori, f"midori-{number}", NOW) for number in (1, 2)]
    one, two, alone = (_person(session, name) for name in ("いち", "に", "そと"))
    homes = [
        actions.add_household(
            session, Household(name=person.name, block_id=block.id, created_at=NOW), [person]
        )
        for block, person in zip(blocks, (one, two), strict=True)
    ]
    offices = {
        "chair": (cast.midori, "chair"),
        "leader": (blocks[0], "block_leader"),
        "head of a block": (blocks[0], "chair"),
        "leader without block": (cast.midori, "block_leader"),
        "counter": (cast.midori, "counter"),
        "auditor": (cast.midori, "auditor"),
        "library staff": (cast.library, "staff"),
    }
    actors = {name: _officer(session, *office) for name, office in offices.items()}
    actors |= {"neighbour": Actor(TODAY, one.id), "stranger": Actor(TODAY)}
    actors["leader by link"] = Actor(TODAY, actors["leader"].person_id, by_link=True)
    bodies = {"midori": cast.midori, "library": cast.library, "block": blocks[0]}
    return Quarter(
        bodies,
        {"home 1": homes[0], "home 2": homes[1], "no home": None},
        {"one": one, "two": two, "alone": alone},
        actors,
    )


def _person(session: Session, kana: str) -> Person:
    return actions.person(session, PersonFacts(kana, kana, f"{ord(kana[0])}@example.jp"), NOW)


def _officer(session: Session, body: Organization, office: str) -> Actor:
    number = session.scalars(select(Person.id).order_by(Person.id.desc()).limit(1)).one() + 1
    officer = actions.person(session, PersonFacts("役", "やく", f"officer{number}@example.jp"), NOW)
    casting.hold_office(session, officer, body, office, NOW)
    return Actor(TODAY, officer.id)


ALL = {"home 1", "home 2", "no home"}
# Who asks, at whose dates, and for whom they may enter something.
RIGHTS = [
    ("chair", "midori", ALL),
    ("chair", "block", ALL),
    ("chair", "library", set()),
    ("leader", "midori", {"home 1"}),
    ("leader", "block", {"home 1"}),
    ("leader", "library", {"home 1"}),
    ("head of a block", "block", ALL),
    ("head of a block", "midori", set()),
    ("leader without block", "midori", set()),
    ("counter", "midori", ALL),
    ("counter", "block", set()),
    ("counter", "library", set()),
    ("auditor", "midori", set()),
    ("library staff", "library", ALL),
    ("library staff", "midori", set()),
    ("neighbour", "midori", set()),
    ("stranger", "midori", set()),
    ("leader by link", "midori", set()),
]


@pytest.mark.parametrize(("who", "body", "for_whom"), RIGHTS)
def test_one_enters_for_those_that_the_office_is_for(
    session: Session, quarter: Quarter, who: str, body: str, for_whom: set[str]
) -> None:
    actor, at = quarter.actors[who], quarter.bodies[body]
    assert {
        name for name, home in quarter.homes.items() if may_enter_for(session, actor, at, home)
    } == for_whom


# The same as lists: an officer is shown who belongs to the body, not everybody there is.
LISTS = [
    ("chair", "midori", {"one", "two"}),
    ("counter", "midori", {"one", "two"}),
    ("leader", "midori", {"one"}),
    ("leader", "library", {"one"}),
    ("head of a block", "block", {"one"}),
    ("library staff", "library", set()),
    ("auditor", "midori", set()),
    ("stranger", "midori", set()),
]


@pytest.mark.parametrize(("who", "body", "whom"), LISTS)
def test_one_finds_those_for_whom_one_may_enter(
    session: Session, quarter: Quarter, who: str, body: str, whom: set[str]
) -> None:
    actor, at = quarter.actors[who], quarter.bodies[body]
    own = {name: one for name, one in quarter.people.items() if _finds(session, actor, at, one)}
    assert set(own) == whom
    listed = queries.enterable_people(session, actor, at)
    assert {one.id for one in own.values()} == {one.id for one in listed} & set(_ids(quarter))
    homes = {home.id for home in queries.enterable_households(session, actor, at)}
    assert homes == {one.household_id for one in own.values()}


def _ids(quarter: Quarter) -> list[int]:
    return [one.id for one in quarter.people.values()]


def _finds(session: Session, actor: Actor, body: Organization, person: Person) -> bool:
    try:
        assert queries.find_enterable_person(session, actor, body, person.id) is person
    except NotFound:
        return False
    return True


def test_people_whom_the_body_knows_are_found_by_its_officers_alone(
    session: Session, quarter: Quarter
) -> None:
    known = select(Person.id).where(Person.id == quarter.people["alone"].id)
    midori, alone = quarter.bodies["midori"], quarter.people["alone"]
    chair, leader = quarter.actors["chair"], quarter.actors["leader"]
    assert queries.find_enterable_person(session, chair, midori, alone.id, known=known) is alone
    with pytest.raises(NotFound):
        queries.find_enterable_person(session, leader, midori, alone.id, known=known)


def test_a_household_that_is_not_ones_own_to_enter_is_not_there(session: Session, quarter: Quarter) -> None:
    leader, midori = quarter.actors["leader"], quarter.bodies["midori"]
    home, other = quarter.homes["home 1"], quarter.homes["home 2"]
    assert home is not None
    assert other is not None
    assert queries.find_enterable_household(session, leader, midori, home.id) is home
    with pytest.raises(NotFound):
        queries.find_enterable_household(session, leader, midori, other.id)


KEPT = [
    ("chair", "midori", ["midori-1", "midori-2"], True),
    ("chair", "midori-1", ["midori-1"], True),
    ("leader", "midori", ["midori-1"], False),
    ("leader", "midori-1", ["midori-1"], False),
    ("leader", "midori-2", [], False),
    ("head of a block", "midori-1", ["midori-1"], True),
    ("head of a block", "midori", [], False),
    ("counter", "midori", [], False),
    ("library staff", "library", ["library"], True),
    ("leader by link", "midori", [], False),
]


@pytest.mark.parametrize(("who", "slug", "blocks", "all_of_it"), KEPT)
def test_one_keeps_the_households_of_the_own_block_and_officers_all(
    session: Session, quarter: Quarter, who: str, slug: str, blocks: list[str], all_of_it: bool
) -> None:
    actor = quarter.actors[who]
    try:
        body, kept = queries.find_kept_blocks(session, actor, slug)
    except NotFound:
        body, kept = queries.find_body(session, slug), []
    assert [block.slug for block in kept] == blocks
    assert may_see_all(session, actor, body) is all_of_it


def test_leading_ends_with_the_term(session: Session, quarter: Quarter) -> None:
    leader = quarter.actors["leader"]
    assert [block.slug for block in led_blocks(session, leader)] == ["midori-1"]
    assert led_blocks(session, Actor(TODAY.replace(year=2025), leader.person_id)) == []
