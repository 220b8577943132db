"""Signing somebody up who telephones or hands in a slip of paper: who may be meant, and writing it down."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.board.queries import came_before
from scheduler.errors import Conflict, Forbidden
from scheduler.participation import places
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties import actions as parties
from scheduler.parties import households
from scheduler.parties.access import Actor, may_enter_for_all, may_organise
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Organization, Person
from scheduler.parties.names import email_key, kana_key, phone_key
from scheduler.parties.queries import (
    enterable_households,
    enterable_people,
    find_enterable_household,
    find_enterable_person,
    people_of,
)
from scheduler.text import text_in

MOST_FOUND = 20
# No name and no address is longer.
_LONGEST = 400
_GROWN_UP = Named()


@dataclass(frozen=True)
class Entry:
    """A sign-up as somebody enters it for another.

    The party is a known person, a household (one of its people is the contact), or somebody new by `facts`, with whom
    nobody who looks alike is meant once `is_new` says so. `people` counts all heads, the children among them.
    """

    facts: PersonFacts
    person_id: int | None = None
    household_id: int | None = None
    is_new: bool = False
    people: int = 1
    children: tuple[Named, ...] = ()
    contact_grade: str = ""
    note: str = ""
    or_wait: bool = False
    clash_ok: bool = False
    request_key: str | None = None


@dataclass(frozen=True)
class Found:
    """Known people and households that may be meant."""

    people: list[Person]
    households: list[Household]

    def __bool__(self) -> bool:
        return bool(self.people or self.households)


def find(session: Session, actor: Actor, body: Organization, typed: PersonFacts) -> Found:
    """Return the known people and households that fit what was typed so far; a part of a name is enough."""
    sought = _sought(typed)
    people = enterable_people(session, actor, body, came_before(body))
    homes = enterable_households(session, actor, body)
    fitting = [one for one in people if sought.fits(one)]
    at_home = [one for one in homes if sought.fits_home(one)]
    known_homes = {one.household_id for one in fitting}
    more = [one for one in homes if one.id in known_homes and one not in at_home]
    return Found(fitting[:MOST_FOUND], [*at_home, *more][:MOST_FOUND])


@dataclass(frozen=True)
class _Sought:
    """What was typed, folded once for all whom it is compared with."""

    name: str
    kana: str
    phone: str | None
    email: str

    def fits(self, one: Person) -> bool:
        by_name = bool(self.name) and self.name in _tight(one.name)
        by_kana = bool(self.kana) and self.kana in one.kana_key
        # Whoever types only a reading may have put it where the name goes.
        in_kana = bool(self.name) and not self.kana and kana_key(self.name) in one.kana_key
        return by_name or by_kana or in_kana or self.reaches(one)

    def fits_home(self, home: Household) -> bool:
        name = _tight(home.name)
        return bool(self.name) and (self.name in name or name in self.name)

    def reaches(self, one: Person) -> bool:
        by_phone = self.phone is not None and one.phone_key == self.phone
        return by_phone or (bool(self.email) and one.email_key == self.email)


def _sought(typed: PersonFacts) -> _Sought:
    kana = kana_key(text_in(typed.kana[:_LONGEST]))
    return _Sought(
        _tight(typed.name[:_LONGEST]), kana, phone_key(typed.phone), email_key(typed.email[:_LONGEST])
    )


def _tight(name: str) -> str:
    return "".join(text_in(name).split())


def look_alikes(session: Session, actor: Actor, body: Organization, typed: PersonFacts) -> list[Person]:
    """Return the known people with the same reading or the same contact."""
    sought = _sought(typed)
    people = enterable_people(session, actor, body, came_before(body))
    return [one for one in people if one.kana_key == sought.kana or sought.reaches(one)]


def enter(session: Session, slot: Slot, entry: Entry, actor: Actor, now: datetime) -> Participation:
    """Sign somebody up by telephone or paper; the record says who entered it for whom.

    The same form sent twice is one sign-up. Raise Conflict where somebody known looks alike and nobody has said that
    this is another, Forbidden for somebody new where the actor may enter only for known households.
    """
    places.lock(session, slot)
    sent_before = _sent_before(session, slot, entry.request_key)
    if sent_before is not None:
        return sent_before
    contact, home = _party(session, slot, entry, actor, now)
    organises = may_organise(session, actor, slot.occurrence.activity.organization_id)
    # What only the organiser gives stays with the organiser; opening times do not bind a slip of paper.
    by_organiser = organises or slot.policy in {"first_come", "lottery"}
    sign_up = replace(
        _sign_up(entry),
        contact_id=contact.id,
        household_id=home.id if home is not None else None,
        entered_by_id=actor.person_id,
        by_organiser=by_organiser,
    )
    return join(session, slot, sign_up, now)


def _sent_before(session: Session, slot: Slot, key: str | None) -> Participation | None:
    if not key:
        return None
    wanted = select(Participation).where(Participation.request_key == key, Participation.slot_id == slot.id)
    return session.scalar(wanted)


def _party(
    session: Session, slot: Slot, entry: Entry, actor: Actor, now: datetime
) -> tuple[Person, Household | None]:
    body = slot.occurrence.activity.organization
    if entry.person_id is not None:
        known = came_before(body)
        return find_enterable_person(session, actor, body, entry.person_id, known=known), None
    if entry.household_id is not None:
        home = find_enterable_household(session, actor, body, entry.household_id)
        return _speaker(session, home, entry.facts, actor, now), home
    return _newcomer(session, body, entry, actor, now), None


def _speaker(session: Session, home: Household, facts: PersonFacts, actor: Actor, now: datetime) -> Person:
    """Return who speaks for a household: the one who was named, else the longest known; its first person if none."""
    members = people_of(session, home)
    key = kana_key(text_in(facts.kana))
    named = [one for one in members if key and one.kana_key == key]
    if named or members:
        return (named or members)[0]
    return households.add_member(session, home, facts, households.By(actor.person_id, actor.today, now))


def _newcomer(session: Session, body: Organization, entry: Entry, actor: Actor, now: datetime) -> Person:
    if not may_enter_for_all(session, actor, body):
        raise Forbidden("not_on_your_list")
    alike = [] if entry.is_new else look_alikes(session, actor, body, entry.facts)
    if alike:
        raise Conflict("looks_alike", names="、".join(one.name for one in alike[:3]))
    reachable = entry.facts.email.strip() or entry.facts.phone.strip()
    register = parties.person if reachable else parties.unreachable_person
    return register(session, entry.facts, now)


def _sign_up(entry: Entry) -> SignUp:
    grown_ups = max(entry.people - 1 - len(entry.children), 0)
    return SignUp(
        0,
        contact_grade=entry.contact_grade,
        company=Company(others=(_GROWN_UP,) * grown_ups + entry.children),
        or_wait=entry.or_wait,
        clash_ok=entry.clash_ok,
        note=entry.note,
        request_key=entry.request_key or None,
    )
