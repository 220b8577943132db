"""Rows with sensible defaults, made through the actions; the caller commits."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities import actions
from scheduler.activities.actions import ActivityFacts
from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.activities.parts import SlotFacts
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.actions import PersonFacts
from scheduler.parties.actions import person as register
from scheduler.parties.models import Organization, Person

SECOND_SUNDAY = "FREQ=MONTHLY;BYDAY=2SU"


def facts(**changes: Any) -> ActivityFacts:
    """Return the resource-recovery day: second Sunday 8 to 10, reserve date a week later, loading for two."""
    typed: dict[str, Any] = {
        "title": "資源回収の日",
        "title_en": "Resource recovery day",
        "place": "みどり公園前",
        "first_on": date(2026, 11, 22),
        "first_at": time(8, 0),
        "minutes": 120,
        "weather_rule": "postpone_if_rain",
        "reserve_days": 7,
        "decide_at": time(6, 30),
        "slots": (SlotFacts("積込み", 2, name_en="Loading"),),
    }
    return ActivityFacts(**typed | changes)


def activity(session: Session, body: Organization, now: datetime, **changes: Any) -> Activity:
    """Post and publish an activity: one date, Sunday 22 November 2026, unless told otherwise."""
    made = actions.post(session, body.id, facts(**changes), None, now)
    actions.publish(session, made, None, now)
    return made


def occurrence(session: Session, body: Organization, now: datetime, **changes: Any) -> Occurrence:
    """Post and publish an activity and return its first date."""
    made = activity(session, body, now, **changes)
    wanted = select(Occurrence).where(Occurrence.activity_id == made.id).order_by(Occurrence.starts_at)
    return session.scalars(wanted.limit(1)).one()


def slot(session: Session, body: Organization, now: datetime, places: int = 2, **changes: Any) -> Slot:
    """Return the one slot of a new date."""
    changes.setdefault("slots", (SlotFacts("積込み", places, name_en="Loading"),))
    return occurrence(session, body, now, **changes).slots[0]


def person(session: Session, number: int, now: datetime) -> Person:
    """Register one of any number of people."""
    return register(session, PersonFacts(f"参加 {number}", f"さんか {number}", f"p{number}@example.jp"), now)


def participation(session: Session, slot: Slot, person: Person, now: datetime) -> Participation:
    """Sign a person up."""
    return join(session, slot, SignUp(person.id, clash_ok=True), now)
