"""What a stranger has typed, kept while its mail is waited for, so that it can be mended.

It is sealed with a key that only that browser has: neither the database nor the device alone can show it. It lasts half
an hour, goes with the sign-up's confirmation, and is never shown but on request.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.history import changes_of
from scheduler.participation import places
from scheduler.participation.models import KeptForm, Participation
from scheduler.participation.standing import Change
from scheduler.participation.waiting import leave
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Membership
from scheduler.parties.names import email_key, kana_key, names_in
from scheduler.parties.sealing import opened, sealed
from scheduler.parties.tokens import hashed, new_token

KEPT_FOR = timedelta(minutes=30)
Typed = Mapping[str, list[str]]


@dataclass(frozen=True)
class Kept:
    """What was typed, by the names of the fields, and the key of the request with which it was sent."""

    typed: Typed
    request_key: str


def keep(session: Session, typed: Typed, request_key: str, secret: str, now: datetime) -> str:
    """Keep what was typed and return the key that opens it; the caller gives that to the browser and nobody else."""
    key = new_token()
    text = sealed(secret + key, json.dumps(dict(typed), ensure_ascii=False))
    row = KeptForm(key_hash=hashed(key), request_key=request_key, sealed=text, until=now + KEPT_FOR)
    session.add(row)
    session.flush()
    return key


def kept(session: Session, key: str, secret: str, now: datetime) -> Kept | None:
    """Return what was typed, as long as it is kept."""
    row = session.scalar(select(KeptForm).where(KeptForm.key_hash == hashed(key), KeptForm.until > now))
    if row is None:
        return None
    try:
        return Kept(json.loads(opened(secret + key, row.sealed)), row.request_key)
    except InvalidTag:
        # The service has another secret by now.
        return None


def forget(session: Session, key: str) -> None:
    """Forget what was typed, for whoever has its key. Twice is the same as once."""
    session.execute(delete(KeptForm).where(KeptForm.key_hash == hashed(key)))


def forget_sent(session: Session, request_key: str | None) -> None:
    """Forget what was typed for a sign-up that stands now."""
    if request_key is not None:
        session.execute(delete(KeptForm).where(KeptForm.request_key == request_key))


def purge(session: Session, now: datetime) -> None:
    """Forget whatever was kept long enough."""
    session.execute(delete(KeptForm).where(KeptForm.until <= now))


def let_go(session: Session, request_key: str, slot: Slot, typed: PersonFacts, now: datetime) -> None:
    """End the sign-up that is mended, before it is made anew for `slot` by the person `typed` now; locks both slots.

    Only one that this very form has made and nobody has confirmed: whoever typed somebody else's address can undo
    nothing of theirs. Raise Invalid for a name that cannot be used.
    """
    wanted = select(Participation).where(Participation.request_key == request_key, Participation.unproven)
    row = session.scalar(wanted)
    if row is None:
        return
    places.lock_of(session, row, slot)
    if row.is_live and row.unproven:
        end(session, row, typed, now)


def end(session: Session, row: Participation, typed: PersonFacts, now: datetime) -> None:
    """End a sign-up that is written anew by the person `typed` now, without a word. The slot must be locked."""
    leave(session, row, "expired", Change("mend", quiet=True), now)
    _mend_name(session, row, typed)


def was_mended(session: Session, row: Participation) -> bool:
    """Say whether a sign-up ended because whoever made it wrote it anew."""
    return not row.is_live and any(
        change.verb == "mend" for change in changes_of(session, "participation", row.id)
    )


def _mend_name(session: Session, row: Participation, typed: PersonFacts) -> None:
    # By reading and address the same person is signed up anew, whose own words are left alone. Here there are none yet.
    contact = row.contact
    is_same = (contact.email_key, contact.kana_key) == (email_key(typed.email), kana_key(typed.kana))
    is_new = contact.email_verified_at is None and contact.household_id is None
    if is_same and is_new and not _is_known_elsewhere(session, row):
        contact.name, contact.kana = names_in(typed.name, typed.kana)


def _is_known_elsewhere(session: Session, row: Participation) -> bool:
    other = Participation.contact_id == row.contact_id, Participation.id != row.id
    stands = select(Participation.id).where(*other, Participation.unproven.is_(False))
    holds = select(Membership.id).where(Membership.person_id == row.contact_id)
    return any(session.scalar(wanted.limit(1)) is not None for wanted in (stands, holds))
