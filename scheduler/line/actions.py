"""What changes with LINE: a body sets its account up, people connect theirs to it and leave it."""

from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.db import claim, insert_once
from scheduler.errors import Conflict, Invalid
from scheduler.notices.actions import switch_off
from scheduler.notices.models import ContactPoint
from scheduler.participation.actions import prove
from scheduler.participation.models import Participation
from scheduler.participation.queries import unconfirmed_of, waited_in_vain
from scheduler.parties.models import LineAccount, LineCode, Person
from scheduler.parties.sealing import sealed
from scheduler.parties.tokens import hashed
from scheduler.people.merging import merge
from scheduler.reach import ways
from scheduler.series.actions import prove as prove_series
from scheduler.series.models import Series
from scheduler.series.queries import series_of
from scheduler.text import text_in

MOST_A_MONTH = 1_000_000
LONGEST = {"channel_secret": 200, "access_token": 400}


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
    usable = all(
        value.isascii() and " " not in value and len(value) <= LONGEST[name] for name, value in given.items()
    )
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


def connect(session: Session, account: LineAccount, user: str, typed: str, now: datetime) -> str:
    """Connect whoever has written to the account to the person whose code it was; return how that went.

    `connected`, or `unknown` for what is no code that works; `late` where a place was held until then and is not any
    more. Whoever signed up with LINE alone has confirmed it by this: the places are kept.
    """
    code = "".join(sign for sign in normalize("NFKC", typed).upper() if sign.isalnum())
    wanted = select(LineCode).where(LineCode.account_id == account.id, LineCode.code_hash == hashed(code))
    found = session.scalar(wanted.where(LineCode.spent_at.is_(None)))
    if found is None:
        return "unknown"
    person, unspent = (
        session.get_one(Person, found.person_id),
        update(LineCode).where(LineCode.id == found.id),
    )
    live = unspent.where(LineCode.spent_at.is_(None), LineCode.expires_at > now)
    if not claim(session, live.values(spent_at=now)):
        return "late" if waited_in_vain(session, person.id) else "unknown"
    held = [] if person.email else _held(session, person)
    one = _same_person(session, person, user, now)
    _add_point(session, account, one.id, user, now)
    in_time = [_prove(session, thing, now) for thing in held]
    return "connected" if all(in_time) and (one.email or not waited_in_vain(session, one.id)) else "late"


def _same_person(session: Session, new: Person, user: str, now: datetime) -> Person:
    """Return whom somebody new turns out to be: the same reading and the same LINE are the same person.

    Whoever has typed a telephone beside it is no other; an address may be proved and then is a door of its own.
    """
    if new.email:
        return new
    theirs = select(ContactPoint.person_id).where(
        ContactPoint.channel == "line", ContactPoint.address == user, ContactPoint.off_at.is_(None)
    )
    same = select(Person).where(Person.id.in_(theirs), Person.id != new.id, Person.kana_key == new.kana_key)
    known = session.scalars(same.where(Person.merged_into_id.is_(None)).order_by(Person.id)).first()
    if known is None:
        return new
    merge(session, known, new, None, now)
    return known


def _held(session: Session, person: Person) -> list[Series | Participation]:
    """Return what somebody whom LINE alone reaches has to confirm, before that one may turn out to be another."""
    return [*series_of(session, person.id), *unconfirmed_of(session, person.id)]


def _prove(session: Session, held: Series | Participation, now: datetime) -> bool:
    """Confirm what was held until LINE is connected; say whether it was in time."""
    if not held.is_live:
        return True
    try:
        # Refused half-way, nothing of it is left.
        with session.begin_nested():
            if isinstance(held, Series):
                prove_series(session, held, now, clash_ok=True)
            else:
                prove(session, held, now, clash_ok=True)
    except Conflict:
        # Its time is over: the tick frees it.
        return False
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
