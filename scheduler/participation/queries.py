"""What is shown of sign-ups; read-only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from scheduler.activities.models import ON, Activity, Occurrence, Slot
from scheduler.errors import NotFound
from scheduler.history import StateChange, changes_of
from scheduler.notices.crowd import of_person
from scheduler.participation.lottery import ticket
from scheduler.participation.models import COMING, GONE, WAITING, Participation
from scheduler.parties.access import Actor, may_organise
from scheduler.parties.names import kana_key

_TALK = ("ask", "reply")
# A part may begin and end so far from its date.
_LONGEST = timedelta(days=15)
# Who is not told what happens to a date: who is gone, and whose address nobody has confirmed.
UNTOLD = (*GONE, "unverified")


def _whole() -> Select[tuple[Participation]]:
    path = (
        contains_eager(Participation.slot).contains_eager(Slot.occurrence).contains_eager(Occurrence.activity)
    )
    return (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .options(path.joinedload(Activity.organization), joinedload(Participation.contact))
    )


def find_own(session: Session, actor: Actor, participation_id: int) -> Participation:
    """Return a sign-up for which the actor is the contact."""
    found = session.scalar(_whole().where(Participation.id == participation_id))
    if found is None or actor.own_id is None or found.contact_id != actor.own_id:
        raise NotFound
    return found


def others_with_room(slot: Slot, people: int, now: datetime) -> list[Slot]:
    """Return the other parts of a date for which so many can sign up now, and that ask for no training or briefing."""
    return [one for one in slot.occurrence.slots if one.id != slot.id and _takes(one, people, now)]


def _takes(slot: Slot, people: int, now: datetime) -> bool:
    is_open = (slot.opens_at is None or slot.opens_at <= now) and now < min(slot.closes_at, slot.starts_at)
    has_room = slot.is_lottery or slot.left >= (1 if slot.unit == "family" else people)
    asks_nothing = not slot.competence and slot.briefing_id is None
    return is_open and has_room and slot.policy != "assigned" and asks_nothing


def find_for_guardian(session: Session, actor: Actor, participation_id: int) -> Participation:
    """Return a sign-up for which the actor is asked to consent as guardian."""
    found = session.scalar(_whole().where(Participation.id == participation_id))
    if found is None or actor.own_id is None or found.guardian_id != actor.own_id:
        raise NotFound
    return found


def find_organised(session: Session, actor: Actor, participation_id: int) -> Participation:
    """Return a sign-up of a date that the actor organises, gone or not."""
    found = session.scalar(_whole().where(Participation.id == participation_id))
    if found is None or not may_organise(session, actor, found.slot.occurrence.activity.organization_id):
        raise NotFound
    return found


def find_participation(session: Session, actor: Actor, participation_id: int) -> Participation:
    """Return a sign-up that is the actor's own, or of a date that the actor organises."""
    found = session.scalar(_whole().where(Participation.id == participation_id))
    if found is None:
        raise NotFound
    own = actor.own_id is not None and found.contact_id == actor.own_id
    if not own and not may_organise(session, actor, found.slot.occurrence.activity.organization_id):
        raise NotFound
    return found


def to_consent(session: Session, person_id: int, now: datetime) -> list[Participation]:
    """Return the sign-ups of children for which this person has not said yes or no as guardian."""
    wanted = _whole().where(
        Participation.guardian_id == person_id,
        Participation.state.in_(("unverified", "awaiting_guardian")),
        Participation.consent_id.is_(None),
        Occurrence.ends_at >= now,
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at)))


def unconfirmed_of(session: Session, person_id: int) -> list[Participation]:
    """Return the sign-ups for single dates that wait for their contact to be confirmed."""
    wanted = _whole().where(Participation.contact_id == person_id, Participation.state == "unverified")
    return list(session.scalars(wanted.where(Participation.series_id.is_(None)).order_by(Slot.id)))


def waited_in_vain(session: Session, person_id: int) -> bool:
    """Say whether a person has a sign-up whose contact was not confirmed, and will not be any more."""
    late = select(Participation.id).where(Participation.contact_id == person_id, Participation.unproven)
    return session.scalar(late.limit(1)) is not None


def just_made(session: Session, slot_id: int, participation_id: int) -> Participation:
    """Return the sign-up that this browser has just made; the caller knows that it has."""
    row = session.scalar(_whole().where(Participation.id == participation_id))
    if row is None or row.slot_id != slot_id:
        raise NotFound
    return row


@dataclass(frozen=True)
class LotteryEntry:
    """One entry of a lottery as everybody may see it: a number, how many places, its lot, and what came of it."""

    number: int
    places: int
    ticket: str
    drawn: bool


def entries_of(session: Session, slot_id: int) -> list[LotteryEntry]:
    """Return the entries of a drawn lottery in the drawn order; nothing before it is drawn."""
    drawn = select(StateChange.subject_id).where(
        StateChange.subject == "participation", StateChange.verb == "draw"
    )
    wanted = select(Participation, Slot).join(Participation.slot)
    rows = session.execute(wanted.where(Slot.id == slot_id, Participation.id.in_(drawn))).all()
    won = set(session.scalars(drawn.where(StateChange.after.not_in(WAITING))))
    entries = [
        LotteryEntry(row.id, row.places, ticket(slot.draw_seed, row.id), row.id in won) for row, slot in rows
    ]
    return sorted(entries, key=lambda entry: entry.ticket)


def question_to(session: Session, row: Participation) -> str:
    """Return what the organiser asked a party that has no answer yet; empty when nothing is open."""
    if row.state not in WAITING:
        return ""
    asked = [change for change in changes_of(session, "participation", row.id) if change.verb in _TALK]
    return asked[-1].why if asked and asked[-1].verb == "ask" else ""


def waiting_before(session: Session, row: Participation) -> int:
    """Return how many parties wait before this one."""
    if row.queue_no is None:
        return 0
    wanted = select(func.count()).where(
        Participation.slot_id == row.slot_id,
        Participation.state == "waitlisted",
        Participation.queue_no < row.queue_no,
    )
    return session.scalar(wanted) or 0


def waiting_at(session: Session, slot_ids: Collection[int]) -> dict[int, int]:
    """Return how many parties wait for a place of each of these slots; nothing of those for which nobody does."""
    wanted = select(Participation.slot_id, func.count()).where(
        Participation.slot_id.in_(slot_ids), Participation.state == "waitlisted"
    )
    return dict(session.execute(wanted.group_by(Participation.slot_id)).tuples().all())


def coming_of(session: Session, person_id: int, now: datetime) -> list[Participation]:
    """Return a person's live sign-ups for dates that have not ended, the next first."""
    wanted = _whole().where(
        Participation.contact_id == person_id, Participation.state.not_in(GONE), Occurrence.ends_at >= now
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at, Slot.position)))


def cancelled_since(session: Session, person_id: int, since: datetime) -> list[Participation]:
    """Return a person's sign-ups that were ended after a moment, the next date first."""
    wanted = _whole().where(
        Participation.contact_id == person_id,
        Participation.state == "cancelled",
        Participation.changed_at > since,
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at, Slot.position)))


def past_of(session: Session, person_id: int, now: datetime, limit: int = 20) -> list[Participation]:
    """Return a person's latest sign-ups for dates that are over."""
    wanted = _whole().where(
        Participation.contact_id == person_id, Participation.state.not_in(GONE), Occurrence.ends_at < now
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at.desc()).limit(limit)))


def feed_of(session: Session, person_id: int, since: datetime) -> list[Participation]:
    """Return a person's live sign-ups for dates from `since` on, as the personal feed shows them."""
    wanted = _whole().where(
        Participation.contact_id == person_id, Participation.state.not_in(GONE), Occurrence.ends_at >= since
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at, Participation.id)))


def roster(session: Session, occurrence_id: int) -> list[Participation]:
    """Return the live sign-ups of a date, by slot and reading: for its organisers only."""
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .where(Slot.occurrence_id == occurrence_id, Participation.state.not_in(GONE))
        .options(
            contains_eager(Participation.slot),
            joinedload(Participation.contact),
            joinedload(Participation.person),
            joinedload(Participation.organization),
            joinedload(Participation.household),
            selectinload(Participation.companions),
            selectinload(Participation.answers),
        )
    )
    rows = session.scalars(wanted.order_by(Slot.position, Participation.id))
    return sorted(rows, key=lambda row: (row.slot.position, row.contact.kana_key))


def people_to_tell(session: Session, occurrence_id: int) -> Sequence[int]:
    """Return the ids of all people who are told what happens to a date: not whose address nobody has confirmed."""
    wanted = (
        select(Participation.contact_id)
        .join(Participation.slot)
        .where(Slot.occurrence_id == occurrence_id, Participation.state.not_in(UNTOLD))
    )
    return session.scalars(wanted.distinct().order_by(Participation.contact_id)).all()


def unconfirmed_at(session: Session, occurrence_id: int) -> int:
    """Return how many people have signed up for a date and not yet confirmed their address: no notice goes there."""
    wanted = select(func.count(Participation.contact_id.distinct())).join(Participation.slot)
    wanted = wanted.where(Slot.occurrence_id == occurrence_id, Participation.state == "unverified")
    return session.scalar(wanted) or 0


def who_comes(session: Session, occurrence_id: int) -> Sequence[int]:
    """Return the ids of all people who come to a date, as far as is known: nobody who waits or owes an answer."""
    wanted = (
        select(Participation.contact_id)
        .join(Participation.slot)
        .where(Slot.occurrence_id == occurrence_id, Participation.state.in_(COMING))
    )
    return session.scalars(wanted.distinct().order_by(Participation.contact_id)).all()


def comes_to(session: Session, person_id: int, occurrence_id: int) -> bool:
    """Say whether a person comes to a date, as far as is known."""
    return any(row.comes for row in own_at(session, person_id, occurrence_id))


def own_by_slot(session: Session, actor: Actor, occurrence_id: int) -> dict[int, Participation]:
    """Return the sign-ups at a date of whoever is signed in, by slot."""
    if not actor.is_signed_in or actor.person_id is None:
        return {}
    return {row.slot_id: row for row in own_at(session, actor.person_id, occurrence_id)}


def own_at(session: Session, person_id: int, occurrence_id: int) -> list[Participation]:
    """Return what a person has taken at one date."""
    ask = partial(_own_at, session, occurrence_id)
    return of_person(session, ("own_at", occurrence_id), person_id, ask) or []


def _own_at(
    session: Session, occurrence_id: int, person_ids: Collection[int]
) -> dict[int, list[Participation]]:
    wanted = _whole().where(
        Participation.contact_id.in_(person_ids),
        Participation.state.not_in(GONE),
        Slot.occurrence_id == occurrence_id,
    )
    found = defaultdict(list)
    for row in session.scalars(wanted.order_by(Slot.position)):
        found[row.contact_id].append(row)
    return found


def own_clash(session: Session, row: Participation) -> str:
    """Return the title of something else that the contact of a sign-up has taken on at its time; else nothing."""
    opening, closing = row.slot.starts_at, row.slot.ends_at
    ask = partial(_around, session, opening, closing)
    others = of_person(session, ("around", opening, closing), row.contact_id, ask) or []
    clashing = (one for one in others if one.slot.occurrence_id != row.slot.occurrence_id)
    return next((one.slot.occurrence.activity.title for one in clashing), "")


def _around(
    session: Session, opening: datetime, closing: datetime, person_ids: Collection[int]
) -> dict[int, list[Participation]]:
    found = defaultdict(list)
    wanted = _whole().where(
        Participation.contact_id.in_(person_ids),
        Participation.state.not_in(GONE),
        Occurrence.state.in_(ON),
        Occurrence.starts_at.between(opening - _LONGEST, closing + _LONGEST),
    )
    for one in session.scalars(wanted.order_by(Occurrence.starts_at)):
        if one.slot.starts_at < closing and opening < one.slot.ends_at:
            found[one.contact_id].append(one)
    return found


def starts_when_made(session: Session, row: Participation) -> datetime:
    """Return when the part was to start as its party signed up: their mail may say so still."""
    joined = (one for one in changes_of(session, "participation", row.id) if one.verb == "join")
    starts = next((one.facts["starts"] for one in joined if "starts" in one.facts), None)
    return datetime.fromisoformat(starts) if starts else row.slot.starts_at


@dataclass(frozen=True)
class NamedPerson:
    """Somebody who comes to a date and is known by name; children by school grade or age in months."""

    slot: Slot
    party: str
    name: str
    kana: str
    grade: str
    age_months: int | None


def named_people_at(session: Session, occurrence_id: int) -> list[NamedPerson]:
    """Return everybody who comes to a date and is named, by slot and reading: these may stand on an insurance list.

    Whoever is only a number of a pledge is not among them (invariant 4), nor is who waits or has stayed away.
    """
    sure = set(COMING) - {"absent"}
    return named_of(row for row in roster(session, occurrence_id) if row.state in sure)


def named_of(rows: Iterable[Participation]) -> list[NamedPerson]:
    """Return everybody of these sign-ups who is named, by slot and reading; who is only counted is not among them."""
    people = [person for row in rows for person in _named_of(row)]
    return sorted(people, key=lambda one: (one.slot.position, kana_key(one.kana or one.name), one.name))


def _named_of(row: Participation) -> Iterator[NamedPerson]:
    if row.contact_comes:
        contact = row.contact
        yield NamedPerson(row.slot, row.party_name, contact.name, contact.kana, row.contact_grade, None)
    for one in row.companions:
        if one.name:
            yield NamedPerson(row.slot, row.party_name, one.name, one.kana, one.grade, one.age_months)


def was_removed(session: Session, row: Participation) -> bool:
    """Say whether an organiser's word took a party out of its part, rather than said no to what it asked for."""
    ended = [one.verb for one in changes_of(session, "participation", row.id) if one.after == "declined"]
    return ended[-1:] == ["remove"]
