"""Letters about decisions: one tells what was decided or corrected, one asks the decider to decide."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.facts import DateFacts, date_facts, decision_time, decision_version
from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.decisions import asking
from scheduler.decisions.links import link_token
from scheduler.decisions.models import Decision
from scheduler.notices.crowd import of_person, once
from scheduler.notices.models import BY_HAND, CLAIMED, SENT, ContactPoint, Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation.letters import asking_part, comes
from scheduler.participation.queries import own_at
from scheduler.parties.letters import Sender
from scheduler.parties.models import Person


@dataclass(frozen=True)
class DecisionFacts:
    """What a letter says about a decision: what, when and with which office; of one taken back, what it had been.

    `corrects` is whether this person was told otherwise before. `next` is the date with which it is joined.
    """

    outcome: str
    was: str
    at: datetime
    office: str
    cause: str
    reason: str
    corrects: bool
    next: DateFacts | None
    left: datetime


def decision_kind(sender: Sender) -> Kind:
    """Return the kind of notice that tells a decision; a later decision makes an earlier one untrue."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        occurrence = session.get(Occurrence, notice.subject_id)
        if occurrence is None or occurrence.revision != notice.version:
            return "superseded"
        places = (occurrence.id, occurrence.merged_into_id or occurrence.id)
        return None if any(comes(session, delivery.person_id, place) for place in places) else "left"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        occurrence = session.get_one(Occurrence, notice.subject_id)
        decision = decision_facts(session, occurrence, notice, delivery)
        rows = own_at(session, delivery.person_id, occurrence.merged_into_id or occurrence.id)
        facts: dict[str, Any] = {
            "date": date_facts(occurrence),
            "decision": decision,
            "parts": [asking_part(session, row) for row in rows],
            "waits": any(row.state == "waitlisted" for row in rows),
        }
        return sender.letter(session.get(Person, delivery.person_id), "decision", **facts)

    return Kind(still_true, compose, by_hand=True)


def decision_facts(
    session: Session, occurrence: Occurrence, notice: Notice, delivery: Delivery
) -> DecisionFacts:
    """Return what is said of the decision that a notice tells."""
    made = once(session, ("decision", notice.id), partial(_made, session, notice))
    corrected = session.get(Decision, made.corrects_id) if made.corrects_id is not None else None
    zone, to = occurrence.activity.timezone, occurrence.merged_into
    return DecisionFacts(
        outcome=made.outcome,
        was=corrected.outcome if corrected is not None else "",
        at=to_local(made.at, zone),
        office=made.office,
        cause=made.cause,
        reason=made.reason,
        corrects=corrected is not None and _was_told(session, notice, delivery),
        next=date_facts(to) if to is not None else None,
        left=to_local(made.starts_at, zone),
    )


def _made(session: Session, notice: Notice) -> Decision:
    wanted = select(Decision).where(Decision.occurrence_id == notice.subject_id)
    return session.scalars(wanted.where(Decision.revision == notice.version)).one()


def _was_told(session: Session, notice: Notice, delivery: Delivery) -> bool:
    ask = partial(_told_before, session, notice)
    return of_person(session, ("told_before", notice.id), delivery.person_id, ask) is not None


def _told_before(session: Session, notice: Notice, person_ids: Collection[int]) -> dict[int, int]:
    told = (
        select(Delivery.person_id)
        .join(Delivery.notice)
        .where(Notice.kind == notice.kind, Notice.subject == notice.subject)
        .where(Notice.subject_id == notice.subject_id, Notice.version < notice.version)
        .where(Delivery.person_id.in_(person_ids), Delivery.state.in_((SENT, CLAIMED, BY_HAND)))
    )
    return {person_id: person_id for person_id in session.scalars(told)}


def decide_kind(sender: Sender) -> Kind:
    """Return the kind of notice that asks somebody to decide, by one way each; true while nothing is decided."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        occurrence = session.get(Occurrence, notice.subject_id)
        waits = occurrence is not None and occurrence.state == "awaiting_decision"
        return None if waits and decision_version(occurrence) == notice.version else "superseded"  # type: ignore[arg-type]  # it waits, so it is there

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        occurrence = session.get_one(Occurrence, notice.subject_id)
        person = session.get_one(Person, delivery.person_id)
        token = link_token(session, occurrence, person, notice.version, sender.secret)
        page = (
            f"{sender.address}/decide/{token}"
            if token
            else f"{sender.address}/dates/{occurrence.id}/decision"
        )
        step = asking.step_of(notice.kind)
        facts: dict[str, Any] = {
            "date": date_facts(occurrence),
            "by": decision_time(occurrence),
            "page": page,
            "step": step,
        }
        return sender.letter(person, "decide", **facts)

    def fits(notice: Notice, point: ContactPoint) -> bool:
        return point.id == asking.way_of(notice.kind)

    return Kind(still_true, compose, fits=fits)
