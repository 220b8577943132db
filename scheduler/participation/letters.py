"""Letters about sign-ups and to everybody who comes to a date: are they still true, and what do they say."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.facts import date_facts
from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.history import changes_of
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation import answering, measure
from scheduler.participation.models import COMING, PENDING, WAITING, Companion, Participation
from scheduler.participation.queries import own_at, own_clash, waiting_before
from scheduler.participation.signing import Named
from scheduler.participation.waiting import once_proven
from scheduler.parties.letters import Sender, to_mailbox
from scheduler.parties.models import Person

_STANDING = set(COMING) | {*PENDING, *WAITING} - {"unverified", "offered"}
# Letters about one sign-up, and the states in which what they say is true.
TRUE_WHILE = {
    "verify": {"unverified"},
    "awaiting_guardian": {"awaiting_guardian"},
    "guardian": {"awaiting_guardian"},
    "awaiting_helpers": {"awaiting_helpers"},
    "applied": {"applied"},
    "asked": {"applied", "waitlisted"},
    "waiting": {"waitlisted"},
    "offer": {"offered"},
    "joined": set(COMING),
    "already": _STANDING,
    "number": _STANDING,
    "named": set(COMING) - {"pledged"},
    "moved": set(COMING) | set(PENDING),
    "withdrawn": {"cancelled"},
    "taken_out": {"cancelled"},
    "declined": {"declined"},
    "removed": {"declined"},
    "expired": {"expired"},
    "swapped": {"swapped"},
    answering.KIND: {*COMING, *PENDING, *WAITING},
}
# These prove a mailbox, or a guardian's, so they go to that very one; these a neighbour brings to who has none.
_TO_MAILBOX = ("verify", "guardian")
_BY_HAND = ("offer", "moved", answering.KIND)
# These wait for the end of the quiet hours of the one who is told.
_IN_THE_MORNING = ("offer", answering.KIND)
_NEXT_MOMENT = timedelta(minutes=1)
# With these the date comes along as a file that every calendar offers to add.
WITH_CALENDAR = ("joined", "moved", "number")


@dataclass(frozen=True)
class PartFacts:
    """What a letter says about one part: its name, its local times, how many people come, and how that stands.

    `company` is who comes along, with the contact unless `without_contact`. `asked` is why the party of this `sign_up`
    is asked whether it comes after all; `clash` what else it has then.
    """

    name: str
    name_en: str
    starts: datetime
    ends: datetime
    people: int
    state: str
    sign_up: int = 0
    has_place: bool = True
    asked: str = ""
    clash: str = ""
    name_easy: str = ""
    company: tuple[Named, ...] = ()
    without_contact: bool = False


@dataclass(frozen=True)
class StandingFacts:
    """What a letter says about how a sign-up stands: why, until when it is held (local), how many wait before it.

    `then` is how it will stand once the address is confirmed, where that is without a place (`waiting.once_proven`);
    `unnamed` are the people of a group whose names are still missing.
    """

    id: int
    state: str
    reason: str
    hold_until: datetime | None
    before: int
    is_lottery: bool
    draws: datetime
    is_group: bool
    unnamed: int
    then: str = ""


def part_facts(row: Participation) -> PartFacts:
    """Return the facts of one part taken."""
    zone = row.slot.occurrence.activity.timezone
    return PartFacts(
        name=row.slot.name,
        name_en=row.slot.name_en,
        name_easy=row.slot.name_easy,
        starts=to_local(row.slot.starts_at, zone),
        ends=to_local(row.slot.ends_at, zone),
        people=row.people,
        state=row.state,
    )


def _with_company(row: Participation, *, by_name: bool) -> PartFacts:
    """Return the facts of one part with who comes along; without `by_name`, as ages and numbers alone."""
    company = _named(row.companions, by_name=by_name)
    return replace(part_facts(row), company=company, without_contact=not row.contact_comes)


def _named(people: Iterable[Companion], *, by_name: bool) -> tuple[Named, ...]:
    return tuple(
        Named(one.name if by_name else "", age_months=one.age_months, grade=one.grade) for one in people
    )


def _left_out(session: Session, row: Participation, *, by_name: bool) -> tuple[Named, ...]:
    """Return who was left out when the number was changed last, for as long as that is kept."""
    said = [one for one in changes_of(session, "participation", row.id) if one.verb == "people"][-1:]
    gone = [number for one in said for number in one.facts.get("gone", ())]
    wanted = select(Companion).where(Companion.participation_id == row.id, Companion.id.in_(gone))
    return _named(session.scalars(wanted.where(Companion.gone_at.is_not(None))), by_name=by_name)


def _standing_facts(session: Session, row: Participation) -> StandingFacts:
    zone = row.slot.occurrence.activity.timezone
    return StandingFacts(
        id=row.id,
        state=row.state,
        reason=row.reason,
        hold_until=to_local(row.hold_until, zone) if row.hold_until else None,
        before=waiting_before(session, row),
        is_lottery=row.slot.policy == "lottery",
        draws=to_local(row.slot.closes_at, zone),
        is_group=row.is_pledge,
        unnamed=row.people - row.named if row.is_pledge else 0,
        then=once_proven(session, row) if row.unproven else "",
    )


def sign_up_kinds(sender: Sender) -> dict[str, Kind]:
    """Return all kinds of notice about one sign-up, each true while the sign-up stands as it says."""
    return {kind: _sign_up_kind(sender, kind, states) for kind, states in TRUE_WHILE.items()}


def _sign_up_kind(sender: Sender, template: str, states: set[str]) -> Kind:
    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        row = session.get(Participation, notice.subject_id)
        if template == answering.KIND and row is not None and not row.missing_answers:
            return "superseded"
        return None if row is not None and row.state in states else "superseded"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        row = session.get_one(Participation, notice.subject_id)
        # A stranger may have typed anybody's address: nothing else that was typed goes there.
        typed_by_stranger = row.unproven or delivery.person_id != row.contact_id
        facts = {
            "date": date_facts(row.slot.occurrence),
            "parts": [_with_company(row, by_name=not typed_by_stranger)],
            "standing": _standing_facts(session, row),
            "body": notice.body,
            "left_out": _left_out(session, row, by_name=not typed_by_stranger)
            if template == "number"
            else (),
            "by_another": template == "withdrawn" and _is_by_another(session, row),
        }
        person = session.get(Person, delivery.person_id)
        return sender.letter(person, template, known=not typed_by_stranger, **facts)

    kind = Kind(still_true, compose, by_hand=template in _BY_HAND)
    if template in _IN_THE_MORNING:
        kind = replace(kind, not_before=_awake)
    return replace(kind, fits=to_mailbox) if template in _TO_MAILBOX else kind


def _is_by_another(session: Session, row: Participation) -> bool:
    """Say whether somebody else has written down that this party does not come, from a sheet or a call."""
    said = [one for one in changes_of(session, "participation", row.id) if one.verb == "withdraw"][-1:]
    return bool(said) and said[0].by_id not in {None, row.contact_id}


def _awake(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> datetime:
    row = session.get_one(Participation, notice.subject_id)
    if row.state == "offered" and row.hold_until is not None and row.hold_until <= now:
        # Its time ran out before anybody heard of it: it is offered anew, or ended, in the next moment.
        return now + _NEXT_MOMENT
    return measure.awake_to_be_told(session, delivery.person_id, row.slot, now)


def asking_part(session: Session, row: Participation) -> PartFacts:
    """Return the facts of one part taken, with the question whether its party comes after all where that is open."""
    facts = part_facts(row)
    if not row.is_asked_again:
        return facts
    open_ = replace(facts, sign_up=row.id, asked=row.asked_again, has_place=row.has_place)
    return replace(open_, clash=own_clash(session, row))


def comes(session: Session, person_id: int, occurrence_id: int) -> bool:
    """Say whether a person has a live sign-up for a date."""
    return bool(own_at(session, person_id, occurrence_id))


def date_letter(
    sender: Sender,
    template: str,
    session: Session,
    notice: Notice,
    delivery: Delivery,
    *,
    coming: bool = False,
) -> Letter | None:
    """Return a letter about a date with all the parts that the person has there, or those they are `coming` to."""
    occurrence = session.get_one(Occurrence, notice.subject_id)
    rows = own_at(session, delivery.person_id, occurrence.id)
    parts = [asking_part(session, row) for row in rows if row.comes or not coming]
    person = session.get(Person, delivery.person_id)
    return sender.letter(person, template, date=date_facts(occurrence), parts=parts)
