"""What changes of sign-ups by those who sign up: join, prove an address, give consent, withdraw.

Every path that takes a place goes through `places.take_places`; a state follows from what is still missing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.db import insert_once
from scheduler.errors import Conflict, Invalid
from scheduler.notices.queries import points_of
from scheduler.participation import guards, mending, places
from scheduler.participation.answering import answer_of
from scheduler.participation.grades import years_of
from scheduler.participation.models import GONE, Companion, Participation
from scheduler.participation.signing import Named, SignUp
from scheduler.participation.standing import Change, hold_places, remark, settle, stood, tell_again
from scheduler.participation.waiting import leave, offer_next, take_over, trade_places, would_overtake
from scheduler.parties.actions import PersonFacts, Yes, give_consent, verify_email
from scheduler.parties.actions import person as register
from scheduler.parties.models import Organization, Person
from scheduler.parties.names import MAX_NAME, kana_in, mailbox_key, name_in, phone_key
from scheduler.parties.tokens import new_token
from scheduler.text import fitting, shortened, text_in


def join(session: Session, slot: Slot, sign_up: SignUp, now: datetime) -> Participation:
    """Sign a party up for a slot, all of it or nobody.

    The same party again gets the sign-up that it has. Raise Conflict when the slot is full and the party does not want
    to wait, and whatever `guards.check` raises. The row is written before the place is taken, so that a second tap can
    never take a second place; the edge rolls both back.
    """
    places.lock(session, slot)
    sent_before = _sent_before(session, slot, sign_up)
    if sent_before is not None:
        return _same(sent_before, sign_up)
    return _join(session, slot, sign_up, now)


def _join(session: Session, slot: Slot, sign_up: SignUp, now: datetime) -> Participation:
    there = _there_already(session, slot, sign_up)
    if there is not None:
        return _same(there, sign_up)
    guards.check(session, slot, sign_up, now)
    if places.is_full(slot) and not _may_come_later(slot, sign_up):
        raise Conflict("full", slot=slot.name, left=0)
    new_id = insert_once(session, Participation, _values(slot, sign_up, now))
    if new_id is None:
        raise Conflict("already_signed_up")
    _write_details(session, slot, new_id, sign_up)
    made = session.get_one(Participation, new_id)
    if text_in(sign_up.guardian):
        _write_consent(session, made, sign_up.guardian, sign_up.contact_id, now)
    _give_place(session, made, sign_up, now)
    quiet = sign_up.series_id is not None
    # For whoever confirms it later: the day may be another one by then.
    facts = {"starts": slot.starts_at.isoformat()}
    settle(session, made, Change("join", sign_up.entered_by_id, quiet=quiet, facts=facts), now)
    if made.state == "waitlisted":
        offer_next(session, slot, now)
    return made


@dataclass(frozen=True)
class Stranger:
    """Somebody who is not signed in: who it is, and whom to ask where that is somebody under age."""

    person: PersonFacts
    guardian: PersonFacts | None = None

    @property
    def contacts(self) -> tuple[str, ...]:
        """What they give for being told, as it is compared: anybody may type anybody's."""
        who = (self.person, self.guardian) if self.guardian else (self.person,)
        mailboxes = [mailbox_key(one.email) for one in who if one.email.strip()]
        return (*mailboxes, *(phone for one in who if (phone := phone_key(one.phone))))

    @property
    def contact_typed(self) -> str:
        """What they gave for being told, as they typed it."""
        return self.person.email.strip() or self.person.phone.strip()

    @property
    def is_proven(self) -> bool:
        """Whether nothing has to be confirmed: nobody can prove a telephone."""
        return not (self.person.by_line or self.person.email.strip())


def join_as_stranger(
    session: Session, slot: Slot, stranger: Stranger, sign_up: SignUp, now: datetime
) -> Participation:
    """Sign up somebody who is not signed in; an e-mail address must be confirmed before it is sure.

    The same form sent twice is one sign-up, also by telephone, where everybody is a new person. Who types somebody
    else's address gets no other answer than who types a new one, also where that is a refusal: how things stand goes
    to the mailbox. Raise Forbidden for a part that needs training, whoever it is.
    """
    guards.check_stranger_of([slot])
    places.lock(session, slot)
    sent_before = _sent_before(session, slot, sign_up)
    if sent_before is not None:
        return sent_before
    contact = registered(session, slot.occurrence.activity.organization, stranger, now)
    guardian = register(session, stranger.guardian, now) if stranger.guardian else None
    yes = replace(
        sign_up,
        contact_id=contact.id,
        guardian_id=guardian.id if guardian else None,
        # A parent who sends the children has said yes for them; who speaks for a group has not.
        guardian="" if sign_up.contact_comes or sign_up.pledged is not None else contact.name,
        proven=stranger.is_proven,
    )
    there = None if stranger.is_proven else _there_already(session, slot, yes)
    if there is not None and there.contact_id == contact.id:
        _check_as_new(session, there, yes, now)
        tell_again(session, there, now)
        return there
    return _join(session, slot, yes, now)


def _check_as_new(session: Session, there: Participation, sign_up: SignUp, now: datetime) -> None:
    """Raise what anybody else would be told who sends the same: no answer says who is there already."""
    slot = there.slot
    guards.check(session, slot, sign_up, now)
    if _may_come_later(slot, sign_up):
        return
    share = places.share_for(session, slot, None, first_time=True)
    wanted = (1 if slot.unit == "family" else sign_up.people) - (share.remaining if share is not None else 0)
    overtakes = would_overtake(session, there, now)
    if overtakes or wanted > slot.left:
        raise Conflict("full", slot=slot.name, left=0 if overtakes else max(slot.left, 0))


def is_told_by_mail(stranger: Stranger) -> bool:
    """Say whether a stranger's mailbox is told how a sign-up stands, and nobody else: anybody may type anybody's."""
    return not stranger.is_proven and not stranger.person.by_line


def registered(session: Session, body: Organization, stranger: Stranger, now: datetime) -> Person:
    """Register a stranger; raise Invalid where that one wants to be told by LINE and the body has no account there."""
    if stranger.person.by_line and body.line_account is None:
        raise Invalid("line_not_here")
    return register(session, stranger.person, now)


def _sent_before(session: Session, slot: Slot, sign_up: SignUp) -> Participation | None:
    if sign_up.request_key is None:
        return None
    wanted = select(Participation).where(Participation.request_key == sign_up.request_key)
    return session.scalar(wanted.where(Participation.slot_id == slot.id))


def _there_already(session: Session, slot: Slot, sign_up: SignUp) -> Participation | None:
    wanted = select(Participation).where(Participation.slot_id == slot.id, Participation.state.not_in(GONE))
    for column, value in sign_up.party_values.items():
        if value is not None:
            wanted = wanted.where(getattr(Participation, column) == value)
    return session.scalars(wanted).one_or_none()


def _same(there: Participation, sign_up: SignUp) -> Participation:
    # A second tap is the same answer; another number of people is another question.
    if there.people != sign_up.people:
        raise Conflict("already_with_another_number", people=there.people)
    return there


def _values(slot: Slot, sign_up: SignUp, now: datetime) -> dict[str, object]:
    named = sum(bool(text_in(one.name)) for one in sign_up.company.named) + int(sign_up.contact_comes)
    return sign_up.party_values | {
        "slot_id": slot.id,
        "contact_id": sign_up.contact_id,
        "entered_by_id": sign_up.entered_by_id,
        "group_name": name_in(sign_up.group_name),
        "contact_comes": sign_up.contact_comes,
        "contact_grade": sign_up.contact_grade,
        "people": sign_up.people,
        "named": min(named, sign_up.people),
        "is_pledge": sign_up.pledged is not None,
        "places": 1 if slot.unit == "family" else sign_up.people,
        "unproven": not sign_up.proven,
        "guardian_id": sign_up.guardian_id,
        "state": "applied",
        "note": fitting(sign_up.note, 400),
        "request_key": sign_up.request_key,
        "replaces_id": sign_up.replaces_id,
        "series_id": sign_up.series_id,
        "names_salt": new_token() if sign_up.pledged is not None else "",
        "created_at": now,
        "changed_at": now,
    }


def _write_details(session: Session, slot: Slot, participation_id: int, sign_up: SignUp) -> None:
    session.add_all(companion_of(participation_id, one) for one in sign_up.company.named)
    for question in slot.questions:
        value = text_in(sign_up.answers.get(question["key"], ""))
        session.add_all([answer_of(slot, participation_id, question, value)] if value else [])
    session.flush()


def companion_of(participation_id: int, one: Named) -> Companion:
    """Return the row of somebody who comes along."""
    return Companion(
        participation_id=participation_id,
        name=name_in(one.name),
        kana=kana_in(one.kana),
        age_months=one.age_months,
        grade=one.grade,
    )


def _may_come_later(slot: Slot, sign_up: SignUp) -> bool:
    # Asked before anything is written: when a slot is full, this is what most people are told.
    # A stand-in takes a place that is not free until then.
    return sign_up.or_wait or sign_up.replaces_id is not None or _is_asked_first(slot, sign_up)


def _is_asked_first(slot: Slot, sign_up: SignUp) -> bool:
    return slot.is_lottery or (slot.policy == "approval" and not sign_up.by_organiser)


def _give_place(session: Session, made: Participation, sign_up: SignUp, now: datetime) -> None:
    slot = made.slot
    if sign_up.replaces_id is not None:
        return take_over(session, made, now) if sign_up.proven else None
    if _is_asked_first(slot, sign_up):
        return
    # Whoever comes later does not overtake somebody who waits and for whom there is room.
    overtakes = not sign_up.by_organiser and would_overtake(session, made, now)
    if not overtakes and hold_places(session, made):
        return
    if not sign_up.or_wait:
        # Where others wait for what is free, none of it is left for whoever comes now.
        raise Conflict("full", slot=slot.name, left=0 if overtakes else max(slot.left, 0))
    made.queue_no = places.next_in_queue(session, slot.id)


def prove(session: Session, row: Participation, now: datetime, *, clash_ok: bool = False) -> None:
    """Confirm the address of a sign-up: whoever does it reads that mailbox. Twice is the same as once.

    Places for first-timers that it holds are its own only where it is one; else it waits where nothing else is free.
    Raise Conflict when its time was over; the place is free for others then; before LINE is connected where that is the
    only way to the contact; and where the person comes to something else at the same time, until the second tap.
    """
    places.lock_of(session, row)
    if not row.is_live or (row.hold_until is not None and row.hold_until <= now and row.unproven):
        raise Conflict("hold_over")
    if not row.unproven:
        return
    _check_reached(session, row.contact)
    if row.contact_comes and not clash_ok:
        guards.check_clash(session, row.slot, row.contact_id)
    row.unproven, row.hold_until = False, None
    mending.forget_sent(session, row.request_key)
    if row.contact.email is not None:
        verify_email(session, row.contact, now)
    has_traded = trade_places(session, row, now)
    if row.replaces_id is not None:
        take_over(session, row, now)
    if not row.holds and row.queue_no is None and row.slot.policy == "lottery" and not row.slot.is_lottery:
        row.queue_no = places.next_in_queue(session, row.slot_id)
    settle(session, row, Change("prove", quiet=row.series_id is not None), now)
    # A place may have become free while nobody knew whether this party is real, or who it is.
    if has_traded or row.state == "waitlisted":
        offer_next(session, row.slot, now)


def _check_reached(session: Session, contact: Person) -> None:
    by_line = any(point.channel == "line" and point.is_live for point in points_of(session, contact.id))
    if contact.email is None and not by_line:
        raise Conflict("connect_first")


def consent(
    session: Session,
    row: Participation,
    guardian: str,
    by_id: int | None,
    now: datetime,
    *,
    how: str = "page",
) -> None:
    """Write down that a guardian has said yes for the children of a sign-up (invariant 5). The first yes counts.

    On a page it is the guardian who does it, otherwise whoever has it on paper or by telephone.
    """
    places.lock_of(session, row)
    name = fitting(guardian, MAX_NAME)
    if not name:
        raise Invalid("guardian_missing")
    if not row.is_live:
        raise Conflict("hold_over")
    if row.consent_id is not None:
        return
    _write_consent(session, row, name, by_id, now, how=how)
    before, change = row.state, Change("consent", by_id)
    settle(session, row, change, now)
    if row.state == before:
        remark(session, row, change, now, before=before)


def _write_consent(
    session: Session,
    row: Participation,
    guardian: str,
    by_id: int | None,
    now: datetime,
    *,
    how: str = "page",
) -> None:
    by_page, minor_contact = how == "page", row.contact_comes and row.contact_grade
    yes = Yes(
        "take_part",
        how,
        person_id=by_id if by_page else None,
        name=guardian,
        for_person_id=row.contact_id if minor_contact else None,
        for_name="" if minor_contact else _minors_of(row),
        # For this date and no other: where there are several, each has its own.
        ends_at=row.slot.ends_at if row.slot.ends_at > now else None,
        entered_by_id=None if by_page else by_id,
    )
    row.consent = give_consent(session, yes, now)
    row.consent_id = row.consent.id


def _minors_of(row: Participation) -> str:
    minors = [(one.name, years_of(one.grade, one.age_months)) for one in row.companions if one.is_minor]
    return shortened("、".join(name or f"{years}歳" for name, years in minors) or row.party_name, MAX_NAME)


def withdraw(
    session: Session, row: Participation, by_id: int | None, now: datetime, *, quiet: bool = False
) -> None:
    """Free a party's place. Withdrawing twice is the same as once; a `quiet` one is told by the caller.

    Raise Conflict once the part has begun, and after the cut-off, when the organiser must know by telephone.
    """
    places.lock_of(session, row)
    if not row.is_live:
        return
    if row.slot.starts_at <= now:
        raise Conflict("already_begun")
    if row.comes and now >= row.slot.cancel_until:
        raise Conflict("too_late_to_withdraw")
    leave(session, row, "cancelled", Change("withdraw", by_id, quiet=quiet, facts=stood(row)), now)
