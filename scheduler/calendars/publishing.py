"""Feeds as finished files: which ones, and the steps by which one of many tickers writes each; the caller commits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from scheduler.activities.queries import active_bodies
from scheduler.activities.tags import tags_in_use
from scheduler.calendars import actions, feeds
from scheduler.calendars.feeds import Feed
from scheduler.calendars.folder import Folder, published_name
from scheduler.db import begin_reading


def feeds_to_publish(session: Session, language: str) -> list[tuple[str, Feed]]:
    """Return the feeds that everybody asks for, in the language of the context, by the names of their files."""
    return [(name, feed) for name, feed in _public_feeds(session, language) if name]


def _public_feeds(session: Session, language: str) -> Iterator[tuple[str, Feed]]:
    yield published_name("calendars/public", language), feeds.everything()
    for tag in tags_in_use(session):
        yield published_name(f"calendars/tags/{tag.slug}", language), feeds.of_tag(tag)
    for body in active_bodies(session):
        yield published_name(f"organizations/{body.slug}/calendar", language), feeds.of_body(body)


@dataclass(frozen=True)
class Publication:
    """One feed on its way into the folder."""

    folder: Folder
    name: str
    feed: Feed
    address: str

    def _version(self, session: Session, now: datetime) -> str:
        return feeds.version_of(self.feed, session, self.address, now)

    def is_finished(self, session: Session, now: datetime) -> bool:
        """Say whether the folder has the feed as the database has it now."""
        return self.folder.has(self.name, self._version(session, now))

    def claim(self, session: Session, now: datetime) -> bool:
        """Say whether it is ours to write: nobody else is at it, and nobody was quicker."""
        if not actions.claim_publication(session, self.folder.identity, self.name, now):
            return False
        if self.is_finished(session, now):
            self.record(session, self._version(session, now), now)
            return False
        return True

    def write(self, session: Session, now: datetime) -> str:
        """Render the feed in one snapshot, streamed into the folder; return its version."""
        begin_reading(session)
        version = self._version(session, now)
        pieces = feeds.chunks(self.feed, self.feed.content(session, self.address, now), self.address)
        self.folder.write(self.name, version, pieces, feeds.zipped, now)
        return version

    def record(self, session: Session, version: str, now: datetime) -> None:
        """Write down that the folder has this version, and since when the feed is in it."""
        actions.record_publication(session, self.folder.identity, self.name, version, now)
        actions.note_version(session, self.feed.key, version, now)
