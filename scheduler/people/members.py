"""Correcting somebody of a household who was put on its list by others: name, reading, telephone and mail."""

from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.errors import Conflict, NotFound
from scheduler.history import StateChange, record
from scheduler.notices.actions import send_anew
from scheduler.participation.contacting import write
from scheduler.participation.own_words import has_own_words, is_known_elsewhere
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Organization, Person
from scheduler.parties.names import email_in, email_key, kana_key, names_in, phones_in


def find_member(session: Session, home: Household, person_id: int) -> Person:
    """Return somebody of a household; raise NotFound for anybody else."""
    member = session.get(Person, person_id)
    if member is None or member.household_id != home.id:
        raise NotFound
    return member


def may_correct(session: Session, member: Person, block: Organization) -> bool:
    """Say whether those who keep a block's list may correct what stands of somebody: who is known nowhere else."""
    keepers = {block.id, block.parent_id or block.id}
    return not has_own_words(session, member) and not is_known_elsewhere(session, member, keepers)


def correct(
    session: Session,
    block: Organization,
    member: Person,
    facts: PersonFacts,
    by: tuple[int | None, datetime],
    *,
    sends: bool = True,
) -> int:
    """Write a member of a household down anew, and return how many letters that never came go to a new address.

    What was typed stays out of the record.

    Raise Invalid for what cannot be used, Conflict where it is for the person to say, or where somebody else has that
    address and that reading.
    """
    if not may_correct(session, member, block):
        raise Conflict("contact_known")
    name, kana = names_in(facts.name, facts.kana)
    # What stays as it is need not be a number: 呼び出し 佐藤.
    number, key = (member.phone, member.phone_key) if facts.phone == member.phone else phones_in(facts.phone)
    email = email_in(facts.email) if facts.email.strip() else None
    is_new = bool(email) and email != member.email
    write(
        session,
        member,
        {
            "name": name,
            "kana": kana,
            "kana_key": kana_key(kana),
            "phone": number,
            "phone_key": key,
            "email": email,
            "email_key": email_key(email) if email else None,
        },
        by[1],
    )
    sent = send_anew(session, member.id, by[1]) if is_new and sends else 0
    about = {"subject": "household", "subject_id": member.household_id, "facts": {"person_id": member.id}}
    record(session, StateChange(at=by[1], by_id=by[0], verb="correct_member", **about))
    return sent
