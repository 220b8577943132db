"""What a body says of itself: how its name is read, what it is called in English, what it does, whom to ask."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.history import StateChange, record
from scheduler.parties.models import Organization
from scheduler.readings import well_read
from scheduler.text import fitting

LENGTHS = {"kana": 120, "name_en": 120, "contact": 200, "about": 2000, "about_en": 2000}
_LONG = ("about", "about_en")


@dataclass(frozen=True)
class BodyFacts:
    """What can be said of a body; its name stays the one that it was founded with."""

    kana: str = ""
    name_en: str = ""
    contact: str = ""
    about: str = ""
    about_en: str = ""


def describe(
    session: Session, body: Organization, facts: BodyFacts, by_id: int | None, now: datetime
) -> Organization:
    """Write down what a body says of itself, on record; raise Invalid for a reading with brackets in it."""
    well_read(facts.kana)
    for name, length in LENGTHS.items():
        setattr(body, name, fitting(getattr(facts, name), length, lines=name in _LONG))
    record(
        session, StateChange(at=now, subject="organization", subject_id=body.id, verb="describe", by_id=by_id)
    )
    session.flush()
    return body
