"""What changes of feeds: secret addresses are made anew and closed, alarms chosen, versions claimed for publishing."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from scheduler.calendars.models import CalendarImport, FeedChoice, FeedState, PublishedFeed
from scheduler.calendars.queries import alarm_of, live_feeds
from scheduler.calendars.reading import read
from scheduler.db import claim, insert_once
from scheduler.errors import Invalid, NotFound
from scheduler.parties.models import AccessToken
from scheduler.parties.tokens import hashed, new_token

# Minutes before a date at which an own feed may ring.
ALARMS = (60, 180, 1440)
# Whoever claimed a version and was not heard of for so long has died with it.
LEASE = timedelta(minutes=2)
_SECOND = timedelta(seconds=1)


def renew(session: Session, person_id: int, purpose: str, now: datetime) -> str:
    """Make a new secret address and close the old one; it is shown once, only its hash is kept. The alarm stays."""
    before = live_feeds(session, person_id).get(purpose)
    alarm = alarm_of(session, before.id) if before is not None else None
    close(session, person_id, purpose, now)
    token = new_token()
    row = AccessToken(person_id=person_id, purpose=purpose, token_hash=hashed(token), created_at=now)
    session.add(row)
    session.flush()
    if alarm is not None:
        session.add(FeedChoice(token_id=row.id, alarm_minutes=alarm))
    return token


def close(session: Session, person_id: int, purpose: str, now: datetime) -> None:
    """Close a person's secret address: whoever asks there is told that it is gone."""
    live = update(AccessToken).where(AccessToken.person_id == person_id, AccessToken.purpose == purpose)
    session.execute(live.where(AccessToken.revoked_at.is_(None)).values(revoked_at=now))


def choose_alarm(session: Session, person_id: int, purpose: str, minutes: int | None) -> None:
    """Let a feed ring so long before each date, or not at all; raise NotFound where there is no such feed."""
    feed = live_feeds(session, person_id).get(purpose)
    if feed is None:
        raise NotFound
    if minutes is not None and minutes not in ALARMS:
        raise Invalid("choice_unknown")
    session.execute(delete(FeedChoice).where(FeedChoice.token_id == feed.id))
    if minutes is not None:
        session.add(FeedChoice(token_id=feed.id, alarm_minutes=minutes))


def hand_in(
    session: Session,
    organization_id: int,
    content: bytes,
    *,
    by_id: int | None,
    now: datetime,
    address: str = "",
) -> CalendarImport:
    """Keep a calendar that a body wants to take over; raise Invalid where it is none."""
    try:
        text = content.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        raise Invalid("calendar_unreadable") from error
    read(text.encode())
    kept = CalendarImport(organization_id=organization_id, by_id=by_id, content=text, created_at=now)
    kept.address = address[:400]
    session.add(kept)
    session.flush()
    return kept


def note_version(session: Session, key: str, version: str, now: datetime) -> datetime:
    """Write down that a feed is in this version now, and return since when; noted twice, it is the first time.

    In whole seconds, as HTTP tells them, and each version in a later one: two within a second are told apart.
    """
    at = now.replace(microsecond=0)
    insert_once(session, FeedState, {"key": key, "version": "", "changed_at": at - _SECOND})
    row = session.scalars(select(FeedState).where(FeedState.key == key).with_for_update()).one()
    if row.version != version:
        row.version, row.changed_at = version, max(at, row.changed_at + _SECOND)
    return row.changed_at


def claim_publication(session: Session, folder: str, name: str, now: datetime) -> bool:
    """Say whether this feed is ours to write into this folder now: of all who tick, one at a time."""
    insert_once(session, PublishedFeed, {"folder": folder, "name": name})
    free = or_(PublishedFeed.claimed_until.is_(None), PublishedFeed.claimed_until < now)
    mine = update(PublishedFeed).where(PublishedFeed.folder == folder, PublishedFeed.name == name, free)
    return claim(session, mine.values(claimed_until=now + LEASE))


def record_publication(session: Session, folder: str, name: str, version: str, now: datetime) -> None:
    """Write down which version lies in the folder, and let go of the claim."""
    mine = update(PublishedFeed).where(PublishedFeed.folder == folder, PublishedFeed.name == name)
    session.execute(mine.values(version=version, published_at=now, claimed_until=None))


def published_version(session: Session, folder: str, name: str) -> str:
    """Return the version that was last written into this folder; empty for none."""
    wanted = select(PublishedFeed.version).where(PublishedFeed.folder == folder, PublishedFeed.name == name)
    return session.scalar(wanted) or ""
