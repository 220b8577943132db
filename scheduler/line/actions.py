"""What changes with LINE: a body sets its account up, people connect theirs to it and leave it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from unicodedata import normalize

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.db import claim, insert_once
from scheduler.errors import Invalid
from scheduler.line.models import LineAccount, LineCode
from scheduler.notices.actions import switch_off
from scheduler.notices.models import ContactPoint
from scheduler.parties.models import Person
from scheduler.parties.sealing import sealed
from scheduler.parties.tokens import hashed
from scheduler.reach import ways
from scheduler.text import text_in

CODE_LASTS = timedelta(minutes=30)
# No sign that is easily taken for another; forty bits, which nobody guesses within half an hour.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8
MOST_A_MONTH = 1_000_000


@dataclass(frozen=True)
class AccountFacts:
    """What an organiser copies from LINE's own pages; secret and token may be left out when they are there already."""

    basic_id: str
    monthly_limit: int
    channel_secret: str = ""
    access_token: str = ""


def set_up(
    session: Session, organization_id: int, facts: AccountFacts, secret: str, now: datetime
) -> LineAccount:
    """Write a body's account down, new or changed; raise Invalid for what cannot be one."""
    basic_id = "@" + normalize("NFKC", text_in(facts.basic_id)).lstrip("@")
    given = {"channel_secret": facts.channel_secret.strip(), "access_token": facts.access_token.strip()}
    account = session.scalar(select(LineAccount).where(LineAccount.organization_id == organization_id))
    usable = all(value.isascii() and " " not in value for value in given.values())
    if not usable or not basic_id.isascii() or not 1 < len(basic_id) <= 40:
        raise Invalid("line_unusable")
    if not 0 <= facts.monthly_limit <= MOST_A_MONTH or (account is None and not all(given.values())):
        raise Invalid("line_unusable")
    if account is None:
        account = LineAccount(organization_id=organization_id, created_at=now)
        session.add(account)
    for name, value in given.items():
        if value:
            setattr(account, name, sealed(secret, value))
    account.basic_id, account.monthly_limit, account.changed_at = basic_id, facts.monthly_limit, now
    session.flush()
    return account


def take_down(session: Session, account: LineAccount, now: datetime) -> None:
    """Forget a body's account; who was told by it is told by the next of their ways."""
    points = select(ContactPoint.id).where(ContactPoint.account_id == account.id)
    for point_id in session.scalars(points):
        switch_off(session, point_id, "account_gone", now)
    session.query(LineCode).filter_by(account_id=account.id).delete()
    session.delete(account)


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


def connect(session: Session, account: LineAccount, user: str, typed: str, now: datetime) -> bool:
    """Connect whoever has written to the account to the person whose code it was; return whether it was one."""
    code = "".join(sign for sign in normalize("NFKC", typed).upper() if sign.isalnum())
    live = update(LineCode).where(
        LineCode.account_id == account.id,
        LineCode.code_hash == hashed(code),
        LineCode.spent_at.is_(None),
        LineCode.expires_at > now,
    )
    if not claim(session, live.values(spent_at=now)):
        return False
    person_id = session.scalars(select(LineCode.person_id).where(LineCode.code_hash == hashed(code))).one()
    _add_point(session, account, person_id, user, now)
    return True


def _add_point(session: Session, account: LineAccount, person_id: int, user: str, now: datetime) -> None:
    first = min((point.position for point in ways.points(session, person_id, now)), default=0) - 1
    values = {"person_id": person_id, "channel": "line", "address": user, "account_id": account.id}
    others = {"facts": {}, "position": first, "off_reason": "", "verified_at": now, "created_at": now}
    insert_once(session, ContactPoint, values | others)
    again = update(ContactPoint).where(
        ContactPoint.person_id == person_id, ContactPoint.channel == "line", ContactPoint.address == user
    )
    session.execute(again.values(account_id=account.id, off_at=None, off_reason=""))


def leave(session: Session, account: LineAccount, user: str, now: datetime) -> None:
    """Stop writing to somebody who has blocked the account."""
    points = select(ContactPoint.id).where(
        ContactPoint.account_id == account.id, ContactPoint.address == user
    )
    for point_id in session.scalars(points):
        switch_off(session, point_id, "blocked", now)
