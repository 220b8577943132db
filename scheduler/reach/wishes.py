"""What a person wants of reminders: which of them, and one more at a time of their own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.errors import Invalid
from scheduler.notices.actions import wish
from scheduler.notices.models import Wish
from scheduler.notices.queries import wishes_of

# What can be switched off one by one; the group is what one press in a mail program switches off.
KINDS = ("reminder_week", "reminder_evening", "still_coming")
GROUP = "reminder"
OWN = "reminder_own"
OWN_MINUTES = (60, 120, 180, 24 * 60, 3 * 24 * 60)


@dataclass(frozen=True)
class Wishes:
    """The kinds that are wanted, and how many minutes before a date one more."""

    kinds: tuple[str, ...]
    own_minutes: int | None = None


def wishes(session: Session, person_id: int) -> Wishes:
    """Return what a person wants; without a word, everything that is usual."""
    said = wishes_of(session, person_id)
    own = said[OWN].minutes_before if OWN in said and not _is_off(said, GROUP) else None
    return Wishes(tuple(kind for kind in KINDS if not _is_off(said, kind)), own)


def _is_off(said: dict[str, Wish], kind: str) -> bool:
    named = (kind, GROUP) if kind.startswith(GROUP) else (kind,)
    return any(name in said and said[name].off_at is not None for name in named)


def want(
    session: Session, person_id: int, kinds: Collection[str], own_minutes: int | None, now: datetime
) -> None:
    """Write down what a person wants from now on; raise Invalid for what cannot be chosen."""
    if not set(kinds) <= set(KINDS) or own_minutes not in {None, *OWN_MINUTES}:
        raise Invalid("choice_unknown")
    wish(session, person_id, GROUP, off_at=None)
    wish(session, person_id, OWN, minutes_before=own_minutes)
    for kind in KINDS:
        wish(session, person_id, kind, off_at=None if kind in kinds else now)
