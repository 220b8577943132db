"""Whom the tests of the board know: a block with a household, its leader, the counter, and who came before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.parties import actions as parties
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Organization, Person
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

PHONE = PersonFacts("佐藤 花子", "さとう はなこ", phone="090-1234-5678")


def actor(person: Person) -> Actor:
    """Return somebody who is signed in, today."""
    return Actor((NOW + timedelta(hours=9)).date(), person.id)


@dataclass(frozen=True)
class Block:
    """A block of Midori: its leader, and a household with one person."""

    body: Organization
    leader: Person
    home: Household
    member: Person


def block(session: Session, cast: Cast, number: int = 1) -> Block:
    """Found a block with a leader and a household."""
    body = casting.block(session, cast.midori, f"midori-{number}", NOW)
    leader = parties.person(
        session, PersonFacts(f"班長 {number}", f"はんちょう {number}", f"leader{number}@example.jp"), NOW
    )
    casting.hold_office(session, leader, body, "block_leader", NOW)
    member = parties.unreachable_person(session, PersonFacts(f"田中 {number}", f"たなか {number}"), NOW)
    home = Household(name=f"田中家{number}", block_id=body.id, created_at=NOW)
    parties.add_household(session, home, [member])
    return Block(body, leader, home, member)


def counter(session: Session, cast: Cast) -> Person:
    """Return somebody who sits at Midori's counter."""
    person = parties.person(session, PersonFacts("受付 恵", "うけつけ めぐみ", "counter@example.jp"), NOW)
    casting.hold_office(session, person, cast.midori, "counter", NOW)
    return person


def two_slots(session: Session, cast: Cast, first: int = 2, second: int = 2, **facts: object) -> list[Slot]:
    """Return two slots of one date."""
    slots = (SlotFacts("積込み", first, **facts), SlotFacts("受付", second))  # type: ignore[arg-type]  # facts
    return make.occurrence(session, cast.midori, NOW, slots=slots).slots


def came(session: Session, slot: Slot, person: Person, now: datetime) -> None:
    """Let a person have come to a slot."""
    row = make.participation(session, slot, person, now)
    row.state = "done"
    session.flush()
