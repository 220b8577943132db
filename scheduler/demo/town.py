"""Settle the neighbourhood: people, bodies, households, who is what. Signs nobody up for anything."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from scheduler.activities.recurrence import to_local, to_utc
from scheduler.demo import entries
from scheduler.parties import actions as parties
from scheduler.parties.models import Household, Membership, Organization, Person
from scheduler.reports.hours import fiscal_year_days

ZONE = "Asia/Tokyo"


@dataclass(frozen=True)
class Town:
    """Everybody by the key of the files."""

    people: dict[str, Person]
    bodies: dict[str, Organization]
    speakers: dict[str, Person]
    households: dict[str, Household]
    members: dict[str, tuple[str, ...]]


def settle(session: Session, entry: entries.TownEntry, year: int) -> Town:
    """Let everybody of the files be there since the beginning of a fiscal year."""
    since = to_utc(datetime.combine(fiscal_year_days(year)[0], datetime.min.time()), ZONE)
    people = {key: _register(session, key, person, since) for key, person in entries.people().items()}
    bodies = _found_bodies(session, entry, since)
    speakers = {body.slug: people[body.speaker] for body in entry.bodies}
    households = _house(session, entry, people, bodies, since)
    town = Town(
        people, bodies, speakers, households, {key: home.members for key, home in entry.households.items()}
    )
    for membership in _memberships(entry, town, since):
        parties.enrol(session, membership, None, since)
    return town


def _register(session: Session, key: str, entry: entries.PersonEntry, since: datetime) -> Person:
    facts = parties.PersonFacts(entry.name, entry.kana, entry.email(key), entry.phone, entry.language)
    return parties.person(session, facts, since)


def _found_bodies(session: Session, entry: entries.TownEntry, since: datetime) -> dict[str, Organization]:
    found: dict[str, Organization] = {}
    for body in entry.bodies:
        values = body.model_dump(exclude={"parent", "members", "speaker"})
        parent_id = found[body.parent].id if body.parent else None
        new = Organization(**values, parent_id=parent_id, created_at=since)
        found[body.slug] = parties.found_body(session, new)
    return found


def _house(
    session: Session,
    entry: entries.TownEntry,
    people: dict[str, Person],
    bodies: dict[str, Organization],
    since: datetime,
) -> dict[str, Household]:
    housed: dict[str, Household] = {}
    for position, (key, home) in enumerate(entry.households.items()):
        values = home.model_dump(include={"name", "address"})
        new = Household(**values, block_id=bodies[home.block].id, position=position, created_at=since)
        housed[key] = parties.add_household(session, new, [people[member] for member in home.members])
    return housed


def _memberships(entry: entries.TownEntry, town: Town, since: datetime) -> list[Membership]:
    # The files' terms never run out while somebody tries the service: the last one ends years ahead.
    starts_on = to_local(since, ZONE).date()
    named = [
        Membership(
            organization_id=town.bodies[row.body].id,
            person_id=town.people[person].id,
            office=row.office,
            competence=row.competence,
        )
        for row in entry.memberships
        for person in row.people
    ]
    rows = [*named, *_of_households(entry, town), *_of_bodies(entry, town)]
    for row in rows:
        row.starts_on, row.created_at = starts_on, since
        row.ends_on = _end_of_term(starts_on) if row.office else None
    return rows


def _end_of_term(starts_on: date) -> date:
    return date(starts_on.year + 4, 4, 1) - timedelta(days=1)


def _of_households(entry: entries.TownEntry, town: Town) -> list[Membership]:
    # A household belongs to the association; its block is where the association goes with the circular.
    return [
        Membership(
            organization_id=town.bodies[home.block].parent_id or town.bodies[home.block].id,
            household_id=town.households[key].id,
        )
        for key, home in entry.households.items()
    ]


def _of_bodies(entry: entries.TownEntry, town: Town) -> list[Membership]:
    return [
        Membership(organization_id=town.bodies[body.slug].id, member_id=town.bodies[member].id)
        for body in entry.bodies
        for member in body.members
    ]
