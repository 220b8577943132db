"""What changes of households: one is added, its people, its place in the walking order, what it releases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, record
from scheduler.parties.actions import PersonFacts, enrol, person, unreachable_person
from scheduler.parties.member_list import MAX_ADDRESS, Line, address_key, homes
from scheduler.parties.models import Household, Membership, Organization, Person
from scheduler.parties.names import MAX_NAME, kana_key
from scheduler.text import fitting, text_in


@dataclass(frozen=True)
class HomeFacts:
    """What is asked of a household; its place counts from 1, and None is the end of the round."""

    name: str
    address: str = ""
    place: int | None = None


@dataclass(frozen=True)
class By:
    """Who writes it down, on which day and when."""

    person_id: int | None
    today: date
    now: datetime


def add(session: Session, block: Organization, facts: HomeFacts, by: By) -> Household:
    """Add a household to a block's round and enrol it with the association; raise Invalid without a name."""
    home = Household(block_id=block.id, name=_name(facts), address=fitting(facts.address, MAX_ADDRESS))
    home.created_at, home.position = by.now, 1 + _last_position(session, block)
    session.add(home)
    session.flush()
    _record(session, home, "add", by)
    member = Membership(
        organization_id=block.parent_id or block.id,
        household_id=home.id,
        starts_on=by.today,
        created_at=by.now,
    )
    enrol(session, member, by.person_id, by.now)
    _move(session, home, facts.place)
    return home


def _name(facts: HomeFacts) -> str:
    name = fitting(facts.name, MAX_NAME)
    if not name:
        raise Invalid("household_name_missing")
    return name


def _last_position(session: Session, block: Organization) -> int:
    wanted = select(func.max(Household.position)).where(Household.block_id == block.id)
    return session.scalar(wanted) or 0


def change(session: Session, home: Household, facts: HomeFacts, by: By) -> None:
    """Correct a household's name, address or place in the round; raise Invalid without a name."""
    home.name, home.address = _name(facts), fitting(facts.address, MAX_ADDRESS)
    _move(session, home, facts.place)
    _record(session, home, "change", by)


def _move(session: Session, home: Household, place: int | None) -> None:
    # The whole round is counted anew, so that it has neither gaps nor two at one place.
    if place is None:
        return
    wanted = select(Household).where(Household.block_id == home.block_id, Household.id != home.id)
    others = list(session.scalars(wanted.order_by(Household.position, Household.id)))
    others.insert(min(max(place - 1, 0), len(others)), home)
    for position, one in enumerate(others, 1):
        one.position = position


def release_contact(session: Session, home: Household, releases: bool, by: By) -> None:
    """Let the block leader see how the household is reached, or not any more."""
    if home.releases_contact != releases:
        home.releases_contact = releases
        _record(session, home, "release_contact" if releases else "keep_contact", by)


def add_member(session: Session, home: Household, facts: PersonFacts, by: By) -> Person:
    """Add somebody to a household; the same reading there again is the same person.

    Who has neither address nor telephone is reached on paper. Raise Conflict for somebody who lives elsewhere.
    """
    # Whoever adds people to this household waits here: two taps must not make two people.
    session.get_one(Household, home.id, with_for_update=True)
    key = kana_key(text_in(facts.kana))
    there = select(Person).where(Person.household_id == home.id, Person.kana_key == key)
    known = session.scalar(there.limit(1)) if key else None
    if known is not None:
        return known
    reachable = facts.email.strip() or facts.phone.strip()
    member = (person if reachable else unreachable_person)(session, facts, by.now)
    if member.household_id not in {None, home.id}:
        raise Conflict("lives_elsewhere")
    member.household_id = home.id
    _record(session, home, "add_member", by, person_id=member.id)
    return member


def add_list(session: Session, block: Organization, lines: Iterable[Line], by: By) -> int:
    """Write a member list into a block's round and return how many people were new; the same list again adds nobody.

    A household at the same address gets the people that it has not. Raise Invalid while any line has a problem.
    """
    kept = list(lines)
    broken = next((line for line in kept if line.problem), None)
    if broken is not None:
        raise Invalid("list_has_problems", line=broken.number)
    before = _count_people(session, block)
    for listed in homes(kept):
        home = _known_home(session, block, listed.lines) or add(
            session, block, HomeFacts(listed.name, listed.address), by
        )
        for line in listed.lines:
            add_member(session, home, PersonFacts(line.name, line.kana, phone=line.phone), by)
    session.flush()
    return _count_people(session, block) - before


@dataclass(frozen=True)
class Foreseen:
    """What writing a line of a list would do: is the person there already, and is the household?"""

    line: Line
    is_known: bool
    home_is_known: bool


def foreseen(session: Session, block: Organization, lines: Iterable[Line]) -> list[Foreseen]:
    """Say for each line what writing it would do; write nothing."""
    found = []
    for listed in homes(list(lines)):
        home = _known_home(session, block, listed.lines)
        keys = set() if home is None else _readings_at(session, home)
        found += [Foreseen(line, kana_key(line.kana) in keys, home is not None) for line in listed.lines]
    return sorted(found, key=lambda one: one.line.number)


def _readings_at(session: Session, home: Household) -> set[str]:
    return set(session.scalars(select(Person.kana_key).where(Person.household_id == home.id)))


def _count_people(session: Session, block: Organization) -> int:
    wanted = select(func.count(Person.id)).join(Household, Household.id == Person.household_id)
    return session.scalar(wanted.where(Household.block_id == block.id)) or 0


def _known_home(session: Session, block: Organization, lines: list[Line]) -> Household | None:
    # By the address; without one, by its people: the first of the list lives there already.
    at_home = session.scalars(select(Household).where(Household.block_id == block.id)).all()
    key = lines[0].home_key
    if key:
        return next((home for home in at_home if address_key(home.address) == key), None)
    first = select(Household).join(Person, Person.household_id == Household.id)
    same = first.where(Household.block_id == block.id, Person.kana_key == kana_key(lines[0].kana))
    return session.scalar(same.where(Household.address == "").limit(1))


def _record(session: Session, home: Household, verb: str, by: By, **facts: object) -> None:
    record(
        session,
        StateChange(
            at=by.now, subject="household", subject_id=home.id, verb=verb, by_id=by.person_id, facts=facts
        ),
    )
