"""Letters about sign-ups and to everybody who comes to a date: are they still true, and what do they say."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.activities.facts import date_facts
from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation.models import Participation
from scheduler.participation.queries import own_at
from scheduler.parties.letters import Sender
from scheduler.parties.models import Person


@dataclass(frozen=True)
class PartFacts:
    """What a letter says about one part taken: its name, its local times, how many people come."""

    name: str
    name_en: str
    starts: datetime
    ends: datetime
    people: int


def part_facts(row: Participation) -> PartFacts:
    """Return the facts of one part taken."""
    zone = row.slot.occurrence.activity.timezone
    return PartFacts(
        name=row.slot.name,
        name_en=row.slot.name_en,
        starts=to_local(row.slot.starts_at, zone),
        ends=to_local(row.slot.ends_at, zone),
        people=row.people,
    )


def sign_up_kind(sender: Sender, template: str, *, live: bool) -> Kind:
    """Return a kind of notice about one sign-up, true while that is live, or while it is not."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        row = session.get(Participation, notice.subject_id)
        return None if row is not None and row.is_live is live else "superseded"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        row = session.get_one(Participation, notice.subject_id)
        facts = date_facts(row.slot.occurrence)
        return sender.letter(row.contact, template, date=facts, parts=[part_facts(row)])

    return Kind(still_true, compose)


def comes(session: Session, person_id: int, occurrence_id: int) -> bool:
    """Say whether a person has a live sign-up for a date."""
    return bool(own_at(session, person_id, occurrence_id))


def date_letter(
    sender: Sender, template: str, session: Session, notice: Notice, delivery: Delivery
) -> Letter | None:
    """Return a letter about a date with all the parts that the person has there."""
    occurrence = session.get_one(Occurrence, notice.subject_id)
    parts = [part_facts(row) for row in own_at(session, delivery.person_id, occurrence.id)]
    person = session.get(Person, delivery.person_id)
    return sender.letter(person, template, date=date_facts(occurrence), parts=parts)
