"""What changes of offices: appoint, end, take the end back. A body is never left without an officer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, changes_of, record
from scheduler.notices.actions import Telling, queue
from scheduler.parties.access import BLOCK_LEADER, COUNTER, ORGANISING
from scheduler.parties.actions import PersonFacts, enrol
from scheduler.parties.actions import person as register
from scheduler.parties.models import Membership, Organization, SignIn

OFFICES = (*ORGANISING, BLOCK_LEADER, COUNTER)
LONGEST_TERM = timedelta(days=20 * 366)
UNDO_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Term:
    """An office from its first to its last day; without `ends_on`, until somebody ends it."""

    office: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class By:
    """Who does it, on which day and at which moment."""

    person_id: int | None
    today: date
    now: datetime


def appoint(session: Session, body: Organization, facts: PersonFacts, term: Term, by: By) -> Membership:
    """Give somebody an office of a body, and tell them.

    Who is known by reading and address is that person. Raise Invalid for an unknown office, a term that nobody can
    mean or somebody without an address; Conflict where they hold that office already in those days.
    """
    _check(term, by.today)
    if term.office not in offices_for(body):
        raise Invalid("office_unknown")
    if not facts.email.strip():
        raise Invalid("office_needs_email")
    person = register(session, facts, by.now)
    if _holds_already(session, body, person.id, term):
        raise Conflict("office_held")
    held = Membership(organization_id=body.id, person_id=person.id, created_at=by.now, **vars(term))
    enrol(session, held, by.person_id, by.now)
    _end_key_cards(session, person.id, by.now)
    _tell(session, held, by)
    return held


def _end_key_cards(session: Session, person_id: int, now: datetime) -> None:
    # One that somebody else has printed would open the office, too; they sign in by mail from here on.
    unspent = (SignIn.person_id == person_id) & SignIn.spent_at.is_(None) & (SignIn.expires_at > now)
    session.execute(update(SignIn).where(unspent, SignIn.printed_by_id != person_id).values(expires_at=now))


def offices_for(body: Organization) -> tuple[str, ...]:
    """Return the offices that a body can have: only a block has a leader."""
    return tuple(office for office in OFFICES if office != BLOCK_LEADER or body.parent_id is not None)


def _check(term: Term, today: date) -> None:
    last = term.ends_on or term.starts_on
    if not today - LONGEST_TERM <= term.starts_on <= last <= today + LONGEST_TERM:
        raise Invalid("term_unusable")


def _holds_already(session: Session, body: Organization, person_id: int, term: Term) -> bool:
    wanted = select(Membership.id).where(
        Membership.organization_id == body.id,
        Membership.person_id == person_id,
        Membership.office == term.office,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= term.starts_on),
    )
    if term.ends_on is not None:
        wanted = wanted.where(Membership.starts_on <= term.ends_on)
    return session.scalar(wanted.limit(1)) is not None


def _tell(session: Session, held: Membership, by: By) -> None:
    telling = Telling(
        "appointed",
        "membership",
        held.id,
        0,
        due_at=by.now,
        deadline_at=by.now + timedelta(days=30),
        by_id=by.person_id,
    )
    if held.person_id is not None and held.person_id != by.person_id:
        queue(session, telling, [held.person_id], by.now)


def end(session: Session, held: Membership, last_on: date, by: By) -> None:
    """End an office after its last day; yesterday ends it at once.

    Raise Invalid for a day before it began or after its term, Conflict where nobody would be left to organise.
    """
    if not held.starts_on - timedelta(days=1) <= last_on <= (held.ends_on or by.today + LONGEST_TERM):
        raise Invalid("term_unusable")
    if held.office in ORGANISING and not _others_after(session, held, last_on):
        raise Conflict("last_officer")
    before, held.ends_on = held.ends_on, last_on
    _record(session, held, "end", by, facts={"ends_on": before.isoformat() if before else None})


def _others_after(session: Session, held: Membership, last_on: date) -> int:
    """Count who else organises on the day after: who is in office then."""
    # Of two who end each other's at one time, the second comes after the first.
    session.get_one(Organization, held.organization_id, with_for_update={"key_share": True})
    day = last_on + timedelta(days=1)
    wanted = (
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.organization_id == held.organization_id,
            Membership.id != held.id,
            Membership.person_id.is_not(None),
            Membership.office.in_(ORGANISING),
            Membership.starts_on <= day,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
        )
    )
    return session.scalar(wanted) or 0


def take_end_back(session: Session, held: Membership, by: By) -> None:
    """Let an office go on that was ended within the last half hour; raise Conflict when it is too late."""
    latest = max(changes_of(session, "membership", held.id), key=lambda one: one.id, default=None)
    if latest is None or latest.verb != "end" or latest.at < by.now - UNDO_FOR:
        raise Conflict("undo_over")
    before = latest.facts["ends_on"]
    held.ends_on = date.fromisoformat(before) if before else None
    _record(session, held, "undo", by)


def _record(session: Session, held: Membership, verb: str, by: By, **more: Any) -> None:
    states = ("active", "ended") if verb == "end" else ("ended", "active")
    change = {"subject": "membership", "subject_id": held.id, "verb": verb, "why": held.office or ""}
    record(
        session,
        StateChange(at=by.now, before=states[0], after=states[1], by_id=by.person_id, **change, **more),
    )
