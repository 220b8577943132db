"""The codes with which people connect LINE to a body's account: sent to it once, it knows who they are."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scheduler.parties.models import LineAccount, LineCode, Organization, Person
from scheduler.parties.tokens import hashed

CODE_LASTS = timedelta(minutes=30)
# No sign that is easily taken for another; forty bits, which nobody guesses within half an hour.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8


@dataclass(frozen=True)
class Step:
    """What somebody sends from LINE to which account, to be known there."""

    basic_id: str
    code: str


def new_code(session: Session, account: LineAccount, person: Person, now: datetime) -> str:
    """Make a code for one person; sent to the account from LINE, it connects the two. Older ones end."""
    session.query(LineCode).filter_by(person_id=person.id).delete()
    code = "".join(secrets.choice(_SIGNS) for _ in range(_CODE_LENGTH))
    session.add(
        LineCode(
            account_id=account.id, person_id=person.id, code_hash=hashed(code), expires_at=now + CODE_LASTS
        )
    )
    return f"{code[:4]}-{code[4:]}"


def next_step(
    session: Session, person: Person, body: Organization, now: datetime, *, unproven: bool
) -> Step | None:
    """Return what somebody has to do who is told by LINE, to keep an `unproven` sign-up; None for who has a mailbox.

    Whoever gave a telephone alone has nothing to prove; beside LINE it is there for the organiser to call.
    """
    account = body.line_account
    if account is None or person.email or not unproven:
        return None
    return Step(account.basic_id, new_code(session, account, person, now))
