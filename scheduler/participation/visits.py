"""What a browser keeps of the sign-up that it has just made: where it stands, and until when its mail is waited for."""

from dataclasses import dataclass
from datetime import datetime

from flask import session

from scheduler import clock
from scheduler.errors import NotFound
from scheduler.participation.actions import Stranger, is_told_by_mail
from scheduler.participation.models import Participation
from scheduler.participation.standing import hold_ends


@dataclass(frozen=True)
class Visit:
    """A sign-up just made; `by_mail` where how it stands is for the mailbox alone, whether or not that is known.

    Then nothing that is shown may come from what is stored: it is what was typed, and the moment until which any new
    sign-up would be held.
    """

    slot_id: int
    row_id: int
    by_mail: bool = False
    typed: str = ""
    until: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether the time to confirm is over."""
        return self.until is not None and self.until <= clock.now()


def remember(row: Participation, stranger: Stranger | None) -> None:
    """Keep in this browser that it has just made this sign-up; `stranger` is who typed it without signing in."""
    by_mail, until = stranger is not None and is_told_by_mail(stranger), hold_ends(row.slot, clock.now())
    _keep(Visit(row.slot_id, row.id, by_mail, stranger.contact_typed if stranger else "", until))


def _keep(visit: Visit) -> None:
    until = visit.until.isoformat() if visit.until else ""
    session["joined"] = [visit.slot_id, visit.row_id, visit.by_mail, visit.typed, until]


def visit_to(slot_id: int) -> Visit:
    """Return what this browser has just made at a slot; raise NotFound where that is nothing."""
    visit = _last()
    if visit is None or visit.slot_id != slot_id:
        raise NotFound
    return visit


def _last() -> Visit | None:
    kept = session.get("joined")
    # An older version of the service kept less.
    if not isinstance(kept, list) or len(kept) != 5:
        return None
    slot_id, row_id, by_mail, typed, until = kept
    return Visit(slot_id, row_id, by_mail, typed, datetime.fromisoformat(until) if until else None)


def just_joined() -> int | None:
    """Return the slot that this browser has just signed up for."""
    visit = _last()
    return visit.slot_id if visit is not None else None


def proved(row: Participation) -> None:
    """Let this browser see how a sign-up stands from now on: whoever has confirmed it here reads its mailbox."""
    visit = _last()
    if visit is not None and visit.row_id == row.id:
        _keep(Visit(row.slot_id, row.id))
