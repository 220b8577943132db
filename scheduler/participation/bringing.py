"""One more who comes along with a party that is there already, counted against the places that are free."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.errors import Conflict, Invalid
from scheduler.participation import guards, places
from scheduler.participation.actions import companion_of
from scheduler.participation.capacity import as_asked, change_people
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named
from scheduler.participation.standing import kept_for
from scheduler.participation.waiting import would_overtake
from scheduler.text import text_in

# Who is asked something first answers that.
_ASKED = ("unverified", "offered")


def may_bring(row: Participation, now: datetime) -> bool:
    """Say whether a party can bring one more by itself; a body changes its number instead."""
    is_open = row.is_live and not row.is_pledge and row.state not in _ASKED
    return is_open and not _is_chosen(row) and now < row.slot.closes_at


def _is_chosen(row: Participation) -> bool:
    """Say whether the organiser decides who comes."""
    return row.slot.policy == "assigned" or (row.slot.policy == "approval" and row.holds)


def bring_along(session: Session, row: Participation, one: Named, now: datetime) -> None:
    """Let a party bring one more, by name or as a child by age; it is told the new number. Locks the slot.

    Raise Conflict once it is too late for that, where no place is free or others wait for it, and where the organiser
    decides who comes; Invalid where nobody is named; and whatever `capacity.change_people` raises.
    """
    places.lock_of(session, row)
    session.expire(row, ["companions"])
    if not text_in(one.name) and one.years is None:
        raise Invalid("nobody_to_bring")
    _check(row, one, now)
    if row.holds and grows_past_others(session, row, _more_places(row), now):
        raise Conflict("full_to_bring")
    added = companion_of(row.id, one)
    session.add(added)
    session.flush()
    session.expire(row, ["companions"])
    try:
        change_people(session, row, row.people + 1, row.contact_id, now, undo={"added": [added.id]})
    except Conflict as refused:
        raise Conflict("full_to_bring") if refused.code == "full" else refused from refused


def _check(row: Participation, one: Named, now: datetime) -> None:
    guards.check_date(row.slot, now)
    if now >= row.slot.closes_at:
        raise Conflict("closed_to_bring")
    if _is_chosen(row):
        raise Conflict("ask_to_bring")
    if not may_bring(row, now):
        raise Conflict("already_answered")
    there = as_asked(row)
    company = Company(others=(*there.company.others, one))
    youngest = row.slot.min_age or 0
    if one.years is not None and one.years < youngest:
        raise Conflict("too_young_to_bring", age=youngest)
    guards.check_ages(row.slot, replace(there, company=company))
    # Nobody under age says yes for another.
    if row.contact_grade and one.years is not None and not row.has_grown_up:
        raise Conflict("ask_to_bring")


def _more_places(row: Participation) -> int:
    return 0 if row.slot.unit == "family" else 1


def grows_past_others(session: Session, row: Participation, more: int, now: datetime) -> bool:
    """Say whether a party that takes more places would take one for which somebody waits."""
    share = kept_for(session, row)
    from_all = more - (share.remaining if share is not None else 0)
    return from_all > 0 and would_overtake(session, row, now)
