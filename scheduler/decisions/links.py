"""The link in a decider's message: it opens the decision about one date for one person, and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.facts import decision_version
from scheduler.activities.models import Occurrence
from scheduler.db import insert_once
from scheduler.decisions.models import DecisionLink
from scheduler.decisions.queries import deciders_of, today_of
from scheduler.errors import Gone, NotFound
from scheduler.parties.models import Person
from scheduler.parties.tokens import derived, new_token, person_named_by, same


@dataclass(frozen=True)
class Opened:
    """What a link opens: the date, and for whom."""

    occurrence: Occurrence
    person: Person


def make_links(session: Session, occurrence: Occurrence, person_ids: set[int], now: datetime) -> None:
    """Make a link for each of these people to this date at its present time, once."""
    for person_id in sorted(person_ids):
        key = {
            "occurrence_id": occurrence.id,
            "person_id": person_id,
            "version": decision_version(occurrence),
        }
        values = {"salt": new_token(), "created_at": now, "expires_at": occurrence.ends_at}
        insert_once(session, DecisionLink, {**key, **values})


def link_token(session: Session, occurrence: Occurrence, person: Person, version: int, secret: str) -> str:
    """Return the token of a person's link to a date at one time of it; empty where there is none that opens."""
    wanted = select(DecisionLink).filter_by(
        occurrence_id=occurrence.id, person_id=person.id, version=version, revoked_at=None
    )
    link = session.scalar(wanted)
    return _token(link, person, secret) if link is not None else ""


def _token(link: DecisionLink, person: Person, secret: str) -> str:
    # Whoever gets a new personal link, because somebody else had the old one, closes these with it.
    proof = derived(secret, f"decide:{link.id}:{person.link_salt}", link.salt)
    return f"{link.id}.{proof}"


def find_link(session: Session, token: str, secret: str, now: datetime) -> Opened:
    """Return what a link opens; raise NotFound for any that is not ours or whose person decides nothing here any more.

    Raise Gone for one that has ended or was closed.
    """
    number = person_named_by(token)
    link = session.get(DecisionLink, number) if number is not None else None
    person = session.get(Person, link.person_id) if link is not None else None
    if link is None or person is None or not same(token, _token(link, person, secret)):
        raise NotFound
    if link.revoked_at is not None or link.expires_at <= now:
        raise Gone
    activity = link.occurrence.activity
    if person.id not in deciders_of(session, activity, today_of(activity, now)).ids:
        raise NotFound
    return Opened(link.occurrence, person)


def close_links(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """Close every link to the decision about a date."""
    open_ones = update(DecisionLink).where(
        DecisionLink.occurrence_id == occurrence.id, DecisionLink.revoked_at.is_(None)
    )
    session.execute(open_ones.values(revoked_at=now).execution_options(synchronize_session=False))


def has_links(session: Session, occurrence_id: int, now: datetime) -> bool:
    """Say whether a link to the decision about a date is open."""
    wanted = select(DecisionLink.id).where(
        DecisionLink.occurrence_id == occurrence_id,
        DecisionLink.revoked_at.is_(None),
        DecisionLink.expires_at > now,
    )
    return session.scalar(wanted.limit(1)) is not None
