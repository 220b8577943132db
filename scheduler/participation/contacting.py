"""How somebody is reached who was entered by others: written down later, corrected, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.db import claim
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, changes_of, record
from scheduler.notices.actions import send_anew
from scheduler.participation.models import Participation
from scheduler.participation.own_words import has_own_words, is_known_elsewhere
from scheduler.parties.models import Organization, Person, SignIn
from scheduler.parties.names import email_in, email_key, phones_in
from scheduler.parties.queries import kept_as_blocks
from scheduler.parties.tokens import new_token

# The first time can be taken back; a correction is corrected again.
GIVEN, CORRECTED, TAKEN_BACK = "contact", "mend_contact", "take_back_contact"


@dataclass(frozen=True)
class Allowed:
    """Whether the organiser may write down how a contact is reached: what is missing, or all of it anew."""

    gives: bool
    corrects: bool


def allowed(session: Session, row: Participation) -> Allowed:
    """Return what may be written down: nobody's own words are overwritten, nor what others knew of them before."""
    said = [one.verb for one in _written(session, row)][-1:]
    is_ours = said not in ([], [TAKEN_BACK]) or _was_entered_with_it(row)
    corrects = is_ours and _may_have_a_key(session, row)
    return Allowed(row.is_live and (corrects or not row.contact.phone), corrects)


def _was_entered_with_it(row: Participation) -> bool:
    # What stands on a list of homes is corrected there.
    return bool(row.contact.phone or row.contact.email) and row.contact.household_id is None


def _is_known_here_alone(session: Session, row: Participation) -> bool:
    body = row.slot.occurrence.activity.organization
    family = {body.id} | {one.id for one in kept_as_blocks(session, body)}
    above = session.get(Organization, body.parent_id) if body.parent_id is not None else None
    # Not every body under another is a block of it: a club has lists of its own.
    blocks = {one.id for one in kept_as_blocks(session, above)} if above is not None else set()
    if above is not None and body.id in blocks:
        family |= {above.id} | blocks
    return not is_known_elsewhere(session, row.contact, family)


def _may_have_a_key(session: Session, row: Participation) -> bool:
    # Letters bear the link to the own page, where stands what other bodies know of them, too.
    return _is_known_here_alone(session, row) and not has_own_words(session, row.contact)


def _written(session: Session, row: Participation) -> list[StateChange]:
    # What was written of somebody who is one with somebody else by now says nothing about that one.
    verbs, whom = (GIVEN, CORRECTED, TAKEN_BACK), f"person:{row.contact_id}"
    said = changes_of(session, "participation", row.id)
    return [one for one in said if one.verb in verbs and one.on_behalf_of == whom]


@dataclass(frozen=True)
class Given:
    """Whether something was corrected rather than added, and how many letters go to the new address now."""

    corrected: bool
    sent_anew: int


def give(
    session: Session,
    row: Participation,
    phone: str,
    email: str,
    by: tuple[int, datetime],
    *,
    sends: bool = True,
) -> Given:
    """Write down a telephone number or a mail address, or correct what was written down so.

    What never reached them goes to a new address, where mail leaves at all (`sends`). Raise Invalid for what cannot be
    used, Conflict where it is for the person to say. What was typed stays out of the record, which is never erased.
    """
    typed, (number, key) = email_in(email) if email.strip() else None, phones_in(phone)
    if not typed and not key:
        raise Invalid("contact_missing")
    person, corrects = row.contact, allowed(session, row).corrects
    values: dict[str, object] = {}
    if corrects or key:
        values |= {"phone": number, "phone_key": key}
    if corrects or typed:
        values |= {"email": typed, "email_key": email_key(typed) if typed else None}
    if not row.is_live or any(getattr(person, name) for name in values if not corrects):
        raise Conflict("contact_known")
    if typed and typed != person.email and not _may_have_a_key(session, row):
        raise Conflict("mail_not_given")
    is_new = bool(typed) and typed != person.email
    write(session, person, values, by[1])
    given = {"given": sorted({"phone", "email"} & set(values))}
    _record(session, row, CORRECTED if corrects else GIVEN, by, given)
    return Given(corrects, send_anew(session, person.id, by[1]) if is_new and sends else 0)


def take_back(
    session: Session, row: Participation, by_id: int, now: datetime, undo: Mapping[str, Any]
) -> None:
    """Undo that it was written down; raise Conflict where the person has used the address since, or is another now."""
    if undo["undoes"] not in {one.id for one in _written(session, row)}:
        raise Conflict("undo_over")
    values: dict[str, object] = {}
    if "phone" in undo["given"]:
        values |= {"phone": "", "phone_key": None}
    if "email" in undo["given"]:
        values |= {"email": None, "email_key": None}
    write(session, row.contact, values, now)
    _record(session, row, TAKEN_BACK, (by_id, now), undo)


def write(session: Session, person: Person, values: Mapping[str, object], now: datetime) -> None:
    """Give somebody these values, columns by name, while nobody else gave them other contacts since they were read.

    Raise Conflict where another organiser or the person was quicker, and for an address that is somebody else's.
    """
    same = (Person.phone == person.phone, Person.email_key.is_not_distinct_from(person.email_key))
    unchanged = update(Person).where(Person.id == person.id, *same)
    if "email" in values:
        unchanged = unchanged.where(Person.email_verified_at.is_(None))
    if "email" in values and person.email not in {None, values["email"]}:
        # Whoever has that mailbox, maybe a stranger, has the link to the person's own page in a letter, or to sign in.
        values = {**values, "link_salt": new_token()}
        mailed = update(SignIn).where(SignIn.person_id == person.id, SignIn.spent_at.is_(None))
        by_mail = (SignIn.by_hand.is_(False), SignIn.printed_by_id.is_(None))
        session.execute(mailed.where(*by_mail).values(spent_at=now))
    try:
        with session.begin_nested():
            if not claim(session, unchanged.values(**values)):
                raise Conflict("contact_known")
    except IntegrityError as error:
        raise Conflict("mail_not_given") from error
    session.refresh(person)


def _record(
    session: Session,
    row: Participation,
    verb: str,
    by: tuple[int, datetime],
    facts: Mapping[str, Any],
) -> None:
    about = {"subject": "participation", "subject_id": row.id, "on_behalf_of": f"person:{row.contact_id}"}
    record(session, StateChange(at=by[1], by_id=by[0], verb=verb, facts=dict(facts), **about))
