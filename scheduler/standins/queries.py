"""What is shown of searches for a stand-in; read-only."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.models import Slot
from scheduler.activities.queries import find_occurrence
from scheduler.errors import NotFound
from scheduler.participation.models import COMING, Participation
from scheduler.participation.queries import find_own
from scheduler.parties.access import Actor
from scheduler.parties.tokens import derived, same
from scheduler.standins.models import StandIn


def find_search_by_token(session: Session, token: str, secret: str) -> StandIn:
    """Return the search whose link somebody has, open or not; unknown and malformed links look the same."""
    search = search_named_by(session, token, secret)
    if search is None:
        raise NotFound
    return search


def find_open_search(session: Session, actor: Actor, search_id: int) -> StandIn:
    """Return a search that everybody may answer."""
    search = session.get(StandIn, search_id)
    if search is None or search.way != "open":
        raise NotFound
    find_occurrence(session, actor, search.participation.slot.occurrence_id)
    return search


def find_asked(session: Session, actor: Actor, search_id: int) -> tuple[StandIn, Participation]:
    """Return the search in which the actor is or was asked, and the actor's own waiting sign-up."""
    search = session.get(StandIn, search_id)
    if search is None or search.asked_id is None:
        raise NotFound
    return search, find_own(session, actor, search.asked_id)


def open_searches(session: Session, occurrence_id: int) -> list[StandIn]:
    """Return the searches of a date that everybody may answer, by slot."""
    wanted = (
        select(StandIn)
        .join(StandIn.participation)
        .join(Participation.slot)
        .where(
            Slot.occurrence_id == occurrence_id,
            StandIn.way == "open",
            StandIn.ended_at.is_(None),
            Participation.state.in_(COMING),
        )
        .options(contains_eager(StandIn.participation).contains_eager(Participation.slot))
    )
    return list(session.scalars(wanted.order_by(Slot.position, StandIn.id)))


def asked_of(session: Session, participation_ids: list[int]) -> dict[int, StandIn]:
    """Return the searches in which these waiting sign-ups are asked now, by sign-up."""
    wanted = select(StandIn).where(StandIn.asked_id.in_(participation_ids), StandIn.ended_at.is_(None))
    return {search.asked_id: search for search in session.scalars(wanted) if search.asked_id is not None}


def search_for(session: Session, participation_id: int) -> StandIn | None:
    """Return the search that runs for a sign-up."""
    wanted = select(StandIn).where(StandIn.participation_id == participation_id, StandIn.ended_at.is_(None))
    return session.scalar(wanted)


def unproven_stand_ins(session: Session, participation_id: int) -> list[Participation]:
    """Return who wants to take over from a sign-up and has not confirmed the address yet."""
    wanted = select(Participation).where(
        Participation.replaces_id == participation_id, Participation.state == "unverified"
    )
    return list(session.scalars(wanted.order_by(Participation.id)))


def unanswered(session: Session, now: datetime) -> list[int]:
    """Return the ids of searches whose asked party has let the time pass."""
    wanted = select(StandIn.id).where(StandIn.asked_until <= now, StandIn.ended_at.is_(None))
    return list(session.scalars(wanted.order_by(StandIn.id)))


def token_of(search: StandIn, secret: str) -> str:
    """Return what the link to pass on carries: which search it is, and the proof."""
    return f"{search.id}.{derived(secret, f'stand-in:{search.id}', search.salt)}"


def search_named_by(session: Session, token: str, secret: str) -> StandIn | None:
    """Return the search whose link this is; None for any other."""
    number = token.partition(".")[0]
    known = number.isascii() and number.isdecimal() and len(number) < 10
    search = session.get(StandIn, int(number)) if known else None
    return search if search is not None and same(token, token_of(search, secret)) else None
