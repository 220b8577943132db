"""Whether people are still coming: asked by the organiser, answered with one press; silence shows on the board."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.facts import time_version
from scheduler.activities.models import Occurrence
from scheduler.activities.queries import find_occurrence
from scheduler.db import insert_once
from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import DROPPED, Delivery, Notice
from scheduler.participation.actions import withdraw
from scheduler.participation.models import Participation
from scheduler.participation.queries import comes_to, own_at, who_comes
from scheduler.parties.access import Actor
from scheduler.parties.models import Person
from scheduler.reach.models import ANSWERS, ComingAnswer

KIND = "still_coming"
# So long people may take to answer before their silence means anything.
PATIENCE = timedelta(hours=12)


def ask(session: Session, occurrence: Occurrence, by_id: int | None, now: datetime) -> int:
    """Ask everybody who comes, once for each time of the date; return how many were not asked before.

    Raise Conflict when the date is off or has begun.
    """
    if not occurrence.takes_place or occurrence.starts_at <= now:
        raise Conflict("already_begun" if occurrence.takes_place else "takes_no_sign_ups")
    telling = Telling(
        KIND,
        "occurrence",
        occurrence.id,
        time_version(occurrence),
        due_at=now,
        deadline_at=occurrence.starts_at,
        by_id=by_id,
    )
    return queue(session, telling, who_comes(session, occurrence.id), now)


def left_to_ask(session: Session, occurrence: Occurrence) -> int:
    """Return how many come to the date and were not asked yet about its present time."""
    asked = (
        select(Delivery.person_id)
        .join(Delivery.notice)
        .where(Notice.kind == KIND, Notice.subject == "occurrence", Notice.subject_id == occurrence.id)
        .where(Notice.version == time_version(occurrence))
    )
    return len(set(who_comes(session, occurrence.id)) - set(session.scalars(asked)))


def find_own_date(session: Session, actor: Actor, occurrence_id: int) -> Occurrence:
    """Return a date to which the actor comes."""
    occurrence = find_occurrence(session, actor, occurrence_id)
    if actor.own_id is None or not comes_to(session, actor.own_id, occurrence.id):
        raise NotFound
    return occurrence


def answer(session: Session, occurrence: Occurrence, person_id: int, said: str, now: datetime) -> None:
    """Write an answer down, the last one counts; who cannot come has withdrawn by that.

    Raise Invalid for an answer that there is not, Conflict once the part has begun.
    """
    if said not in ANSWERS:
        raise Invalid("choice_unknown")
    if said == "cannot":
        for row in own_at(session, person_id, occurrence.id):
            withdraw(session, row, person_id, now)
    key = {"occurrence_id": occurrence.id, "person_id": person_id, "version": time_version(occurrence)}
    insert_once(session, ComingAnswer, {**key, "answer": said, "at": now})
    mine = update(ComingAnswer).filter_by(**key)
    session.execute(mine.values(answer=said, at=now).execution_options(synchronize_session=False))


def parties(session: Session, occurrence: Occurrence, person_id: int, now: datetime) -> list[Participation]:
    """Return the sign-ups of a person for a date of which some can stay away by now while the others come."""
    mine = own_at(session, person_id, occurrence.id)
    several = [row for row in mine if row.companions and row.comes and not row.is_pledge]
    return [row for row in several if row.is_asked_again or now < row.slot.cancel_until]


def answers(session: Session, occurrence: Occurrence) -> dict[int, str]:
    """Return what each person has answered about a date at its present time."""
    wanted = select(ComingAnswer.person_id, ComingAnswer.answer).where(
        ComingAnswer.occurrence_id == occurrence.id, ComingAnswer.version == time_version(occurrence)
    )
    return {row.person_id: row.answer for row in session.execute(wanted)}


@dataclass(frozen=True)
class AtRisk:
    """Somebody who was asked and has said nothing, or comes late."""

    person: Person
    answer: str


def at_risk(session: Session, occurrence: Occurrence, now: datetime) -> list[AtRisk]:
    """Return who comes late, and who was asked half a day ago and is silent, by reading: for the date's organisers."""
    said = answers(session, occurrence)
    asked = (
        select(Delivery.person_id)
        .join(Delivery.notice)
        .where(Notice.kind == KIND, Notice.subject == "occurrence", Notice.subject_id == occurrence.id)
        .where(Notice.version == time_version(occurrence), Delivery.state != DROPPED)
        .where(Delivery.wanted_at <= now - PATIENCE)
    )
    silent = set(session.scalars(asked)) - said.keys()
    late = {person_id for person_id, word in said.items() if word == "late"}
    if not silent and not late:
        return []
    risky = (silent | late) & set(who_comes(session, occurrence.id))
    people = session.scalars(select(Person).where(Person.id.in_(risky)).order_by(Person.kana_key))
    return [AtRisk(person, said.get(person.id, "")) for person in people]
