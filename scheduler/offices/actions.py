"""What changes of offices: appoint, end, hand over, take that back. A body is never left without an officer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid
from scheduler.history import UNDO_FOR, StateChange, changes_of, record
from scheduler.notices.actions import Telling, drop, queue
from scheduler.notices.queries import first_channels, people_told
from scheduler.offices.queries import OFFICES, is_passed_on, known_by_phone
from scheduler.parties.access import BLOCK_LEADER, ORGANISING, has_other_officer, live
from scheduler.parties.actions import PersonFacts, enrol, unreachable_person
from scheduler.parties.actions import person as register
from scheduler.parties.models import Membership, Organization, Person, SignedIn, SignIn
from scheduler.parties.names import kana_key, phone_key

LONGEST_TERM = timedelta(days=20 * 366)
# What a block by itself is asked to choose from.
_OF_BLOCKS = (BLOCK_LEADER, "organiser")
# Who takes it back at once troubles nobody.
GRACE = timedelta(minutes=3)


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


def appoint(
    session: Session,
    body: Organization,
    who: PersonFacts | Person,
    term: Term,
    by: By,
    *,
    told_after: timedelta = GRACE,
) -> Membership:
    """Give somebody an office of a body, and tell them where they can be written to, once it may have been mended.

    Who is known by reading and address, or to the body by reading and telephone, is that person; a mail address is not
    needed, a key card will do. Raise Invalid for an unknown office or a term that nobody can mean; Conflict where they
    hold that office already in those days.
    """
    _check(term, by.today)
    if term.office not in offices_for(body):
        raise Invalid("office_unknown")
    person = who if isinstance(who, Person) else _person(session, body, who, by.now)
    if _holds_already(session, body, person.id, term):
        raise Conflict("office_held")
    held = Membership(organization_id=body.id, person_id=person.id, created_at=by.now, **vars(term))
    enrol(session, held, by.person_id, by.now)
    _end_key_cards(session, person, by.now)
    _tell(session, held, by, by.now + told_after)
    return held


def _person(session: Session, body: Organization, facts: PersonFacts, now: datetime) -> Person:
    if facts.email.strip():
        return register(session, facts, now)
    phone = phone_key(facts.phone)
    known = known_by_phone(session, body, kana_key(facts.kana), phone) if phone else None
    if known is not None:
        return known
    return register(session, facts, now) if facts.phone.strip() else unreachable_person(session, facts, now)


def _end_key_cards(session: Session, person: Person, now: datetime) -> None:
    # One that somebody else has printed would open the office, too; they sign in by mail from here on.
    printed = (SignIn.person_id == person.id) & (SignIn.printed_by_id != person.id)
    unspent = printed & SignIn.spent_at.is_(None) & (SignIn.expires_at > now)
    session.execute(update(SignIn).where(unspent).values(expires_at=now))
    # And so would a telephone that such a card has signed in: the card was spent when that session began. Cards are
    # forgotten before sessions are; but who signed in without having proved a mailbox came by one.
    spent = select(SignIn.spent_at).where(printed, SignIn.spent_at.is_not(None))
    unproved = SignedIn.created_at < (person.email_verified_at or now)
    opened = (SignedIn.person_id == person.id) & or_(SignedIn.created_at.in_(spent), unproved)
    session.execute(update(SignedIn).where(opened, SignedIn.ended_at.is_(None)).values(ended_at=now))


def offices_for(body: Organization) -> tuple[str, ...]:
    """Return the offices that a body can have: only a block has a leader."""
    return tuple(office for office in OFFICES if office != BLOCK_LEADER or body.parent_id is not None)


def offices_offered(bodies: Sequence[Organization], is_block: bool) -> tuple[str, ...]:
    """Return the offices to choose from for one of these bodies; a block by itself has no chair and no counter."""
    if is_block:
        return _OF_BLOCKS
    return tuple(dict.fromkeys(office for body in bodies for office in offices_for(body)))


def _check(term: Term, today: date) -> None:
    last = term.ends_on or term.starts_on
    if last < term.starts_on:
        raise Invalid("term_ends_first")
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


def _tell(session: Session, held: Membership, by: By, due_at: datetime, version: int = 0) -> None:
    if held.person_id is None or held.person_id == by.person_id:
        return
    until = by.now + timedelta(days=30)
    telling = Telling("appointed", "membership", held.id, version, due_at, until, by_id=by.person_id)
    # Who has no way to be written to is told by whoever brings the key card.
    if session.get_one(Person, held.person_id).email or first_channels(session, [held.person_id]):
        queue(session, telling, [held.person_id], by.now)


def hand_over(
    session: Session, held: Membership, who: PersonFacts | Person, term: Term, by: By
) -> Membership:
    """Give an office to whoever is next, and end that of the one before on the day before: both or neither.

    Return the new office. A term that ends earlier stays as it is. Raise Conflict where a leader has handed the block
    over already: one leader makes one, not many; and where from today on nobody could sign in.
    """
    if (
        held.office == BLOCK_LEADER
        and held.person_id == by.person_id
        and is_passed_on(session, held, by.today)
    ):
        raise Conflict("passed_on_already")
    if term.starts_on < held.starts_on:
        raise Invalid("next_too_early", first=held.starts_on)
    new = appoint(session, held.organization, who, replace(term, office=held.office or ""), by)
    if new.person_id == held.person_id:
        raise Conflict("office_held")
    last, before = term.starts_on - timedelta(days=1), held.ends_on
    ends = before is None or before > last
    if ends:
        end(session, held, last, by)
    if held.office in ORGANISING and not _is_open(session, held.organization, by):
        raise Conflict("next_cannot_enter")
    facts = {"from": held.id, "ends_on": before.isoformat() if before else None, "ended": ends}
    _record(session, new, "hand_over", by, facts=facts)
    return new


def _is_open(session: Session, body: Organization, by: By) -> bool:
    """Say whether somebody who organises today can sign in, and print a key card for the others."""
    session.flush()
    signed_in = select(SignedIn.person_id).where(SignedIn.ended_at.is_(None), SignedIn.expires_at > by.now)
    found = select(Membership.id).join(Person, Person.id == Membership.person_id)
    found = found.where(
        Membership.organization_id.in_([body.id, body.parent_id or body.id]),
        Membership.office.in_(ORGANISING),
        live(by.today),
        or_(Person.email.is_not(None), Person.id.in_(signed_in)),
    )
    return session.scalar(found.limit(1)) is not None


def end(session: Session, held: Membership, last_on: date, by: By) -> None:
    """End an office after its last day; yesterday ends it at once.

    Raise Invalid for a day before it began or after its term, Conflict where nobody would be left to organise.
    """
    if last_on < held.starts_on - timedelta(days=1):
        raise Invalid("end_too_early", first=held.starts_on)
    if held.ends_on and last_on > held.ends_on:
        raise Invalid("end_too_late", last=held.ends_on)
    if last_on > by.today + LONGEST_TERM:
        raise Invalid("term_unusable")
    if held.office in ORGANISING and not _is_followed(session, held, last_on):
        raise Conflict("last_officer")
    before, held.ends_on = held.ends_on, last_on
    _record(session, held, "end", by, facts={"ends_on": before.isoformat() if before else None})


def _is_followed(session: Session, held: Membership, last_on: date) -> bool:
    """Say whether somebody else, or the same person by another office, organises on the day after."""
    day = last_on + timedelta(days=1)
    return has_other_officer(session, held.organization_id, day, Membership.id == held.id)


def take_back(session: Session, held: Membership, by: By) -> None:
    """Take back what was done last about an office within half an hour: an end, an appointment, a handing over.

    Raise Conflict when it is too late, or something else has happened since.
    """
    latest = _latest(session, held)
    if latest is None or latest.verb not in _BACK or latest.at < by.now - UNDO_FOR:
        raise Conflict("undo_over")
    _BACK[latest.verb](session, held, latest.facts, by)


def _latest(session: Session, held: Membership) -> StateChange | None:
    return max(changes_of(session, "membership", held.id), key=lambda one: one.id, default=None)


def _go_on(session: Session, held: Membership, facts: Mapping[str, Any], by: By) -> None:
    before = facts["ends_on"]
    held.ends_on = date.fromisoformat(before) if before else None
    _record(session, held, "undo", by)


def _call_off(session: Session, held: Membership, facts: Mapping[str, Any], by: By) -> None:
    """Let an office never have been given: it counts on no day to come, and who was told of it is told."""
    if held.office in ORGANISING and not _is_followed(session, held, by.today):
        raise Conflict("last_officer")
    drop(session, "membership", held.id, ("appointed",), "undone")
    was = {"starts_on": held.starts_on.isoformat()}
    held.starts_on = held.ends_on = by.today - timedelta(days=1)
    _record(session, held, "call_off", by, facts=was)
    if people_told(session, "membership", held.id, ("appointed",)):
        _tell(session, held, by, by.now, version=1)


def _hand_back(session: Session, held: Membership, facts: Mapping[str, Any], by: By) -> None:
    former = session.get_one(Membership, facts["from"])
    if facts["ended"]:
        latest = _latest(session, former)
        if latest is None or latest.verb != "end":
            raise Conflict("undo_over")
        _go_on(session, former, facts, by)
    session.flush()
    _call_off(session, held, facts, by)


_BACK = {"end": _go_on, "enrol": _call_off, "hand_over": _hand_back}


def _record(session: Session, held: Membership, verb: str, by: By, **more: Any) -> None:
    states = ("ended", "active") if verb == "undo" else ("active", "ended")
    states = ("active", "active") if verb == "hand_over" else states
    change = {"subject": "membership", "subject_id": held.id, "verb": verb, "why": held.office or ""}
    record(
        session,
        StateChange(at=by.now, before=states[0], after=states[1], by_id=by.person_id, **change, **more),
    )
