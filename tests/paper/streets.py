"""A block of households for the tests of paper, and the sheet that goes round in it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.paper.actions import Field, KeyedLine
from scheduler.paper.models import PrintedSheet
from scheduler.paper.printing import Wanted, print_sheet
from scheduler.parties import actions as parties
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Organization, Person
from tests import cast as casting
from tests import make
from tests.board.people import actor
from tests.cast import Cast
from tests.conftest import NOW

NAMES = (
    "青山",
    "池田",
    "上野",
    "江口",
    "岡本",
    "加藤",
    "木村",
    "工藤",
    "近藤",
    "佐藤",
    "清水",
    "鈴木",
    "関",
    "田村",
    "髙橋",
)


@dataclass(frozen=True)
class Street:
    """A block in walking order, its leader, the people who speak for the homes."""

    block: Organization
    leader: Person
    homes: list[Household]
    speakers: list[Person]


def street(session: Session, cast: Cast, homes: int = 15, slug: str = "midori-1") -> Street:
    """Found a block of Midori with so many households of one person each."""
    block = casting.block(session, cast.midori, slug, NOW)
    leader = parties.person(session, PersonFacts("班長", "はんちょう", f"{slug}@example.jp"), NOW)
    casting.hold_office(session, leader, block, "block_leader", NOW)
    made, speakers = [], []
    for number, name in enumerate(NAMES[:homes], 1):
        speaker = parties.person(
            session, PersonFacts(f"{name} 一", f"やまだ {number}", f"{slug}-{number}@example.jp"), NOW
        )
        home = Household(name=f"{name}家", block_id=block.id, position=number, created_at=NOW)
        made.append(parties.add_household(session, home, [speaker]))
        speakers.append(speaker)
    return Street(block, leader, made, speakers)


def date(session: Session, cast: Cast, *places: int) -> Occurrence:
    """Return a date of Midori with parts of so many places."""
    slots = tuple(
        SlotFacts(name, many) for name, many in zip(("積込み", "受付"), places or (20, 20), strict=False)
    )
    return make.occurrence(session, cast.midori, NOW, slots=slots)


def sheet(
    session: Session, cast: Cast, street: Street, date: Occurrence, kind: str = "sign_up"
) -> PrintedSheet:
    """Print a sheet for the block."""
    return print_sheet(session, date, Wanted(kind, street.block.id), actor(cast.aiko), NOW)


def line(sheet: PrintedSheet, number: int, *people: int | None, was: int = 0) -> KeyedLine:
    """Return a line as it is keyed in: how many people for each part."""
    slots = sheet.occurrence.slots
    return KeyedLine(number, {slot.id: Field(many, was) for slot, many in zip(slots, people, strict=False)})
