"""What a stranger has typed, kept while its mail is waited for, so that it can be mended.

It goes with the sign-up's confirmation, and is never shown but on request.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.history import changes_of
from scheduler.participation import places
from scheduler.participation.models import Participation
from scheduler.participation.standing import Change
from scheduler.participation.waiting import leave
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import KeptForm, Membership
from scheduler.parties.names import email_key, kana_key, names_in


def forget_sent(session: Session, request_key: str | None) -> None:
    """Forget what was typed for a sign-up that stands now."""
    if request_key is not None:
        session.execute(delete(KeptForm).where(KeptForm.request_key == request_key))


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
