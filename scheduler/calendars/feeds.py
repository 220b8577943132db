"""What a feed is: what it calls itself, the version it is in, and its dates as iCalendar, piece by piece.

In the language of the context it is used in; the caller brings the session. Knows nothing of requests.
"""

import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from typing import Protocol, TypeVar

from flask_babel import gettext
from sqlalchemy.orm import Session

from scheduler import words
from scheduler.calendars import events, queries, rendered, scopes
from scheduler.calendars.ics import CalendarHead, Event, calendar_chunks, event_bytes, fingerprint
from scheduler.calendars.scopes import Line, Scope, Version
from scheduler.db import mark
from scheduler.parties.models import Organization

Found = TypeVar("Found")
# A newer release of the zones writes other VTIMEZONEs.
_ZONES = metadata.version("tzdata")
# So many dates are loaded and rendered at a time: a feed of 10,000 never stands in memory as rows.
_BATCH = 250


@dataclass(frozen=True)
class Content:
    """The dates of a feed: the zones they are in, how many they are, and each as bytes, made as they are asked for."""

    zones: set[str]
    count: int
    dates: Iterator[bytes]


class Feed(Protocol):
    """One feed: its name, the page of ours that it belongs to, and what it shows."""

    @property
    def name(self) -> str:
        """What calendars call it."""

    @property
    def page(self) -> str:
        """The path of its page."""

    def version(self, session: Session, now: datetime) -> Version:
        """Return what its bytes depend on."""

    def changed_at(self, session: Session, now: datetime) -> datetime | None:
        """Return when anything in it was last changed."""

    def content(self, session: Session, address: str, now: datetime) -> Content:
        """Return its dates."""


@dataclass(frozen=True)
class PublicFeed:
    """What everybody may see."""

    name: str
    page: str
    scope: Scope

    def version(self, session: Session, now: datetime) -> Version:
        """Return what its bytes depend on."""
        return scopes.version(session, self.scope, now)

    def changed_at(self, session: Session, now: datetime) -> datetime | None:
        """Return when anything in it was last changed."""
        return scopes.changed_at(session, self.scope, now)

    def content(self, session: Session, address: str, now: datetime) -> Content:
        """Return its dates; what was rendered before is not loaded again."""
        lines = scopes.lines(session, self.scope, now)
        return Content({line.zone for line in lines}, len(lines), _public_dates(session, lines, address))


def _public_dates(session: Session, lines: Sequence[Line], address: str) -> Iterator[bytes]:
    said = (words.language(), address)
    for some in (lines[begin : begin + _BATCH] for begin in range(0, len(lines), _BATCH)):
        found = [rendered.dates.get((line.uid, line.version, said)) for line in some]
        missing = [line for line, kept in zip(some, found, strict=True) if kept is None]
        made = dict(_render(session, missing, address)) if missing else {}
        for line in missing:
            rendered.dates.put((line.uid, line.version, said), made[line.id])
        yield b"".join(
            kept if kept is not None else made[line.id] for line, kept in zip(some, found, strict=True)
        )


def _render(session: Session, lines: Sequence[Line], address: str) -> Iterator[tuple[int, bytes]]:
    levels = {line.id: line.level for line in lines}
    for date in scopes.dates(session, list(levels)):
        yield date.id, event_bytes(events.public_event(date, address, levels[date.id]))


def _content(shown: Sequence[Event]) -> Content:
    return Content({event.zone for event in shown}, len(shown), map(rendered.rendered, shown))


@dataclass(frozen=True)
class OwnFeed:
    """What a person has taken on, and what the person has to decide."""

    name: str
    page: str
    person_id: int
    alarm_minutes: int | None = None

    def version(self, session: Session, now: datetime) -> Version:
        """Return what its bytes depend on."""
        own = queries.own_version(session, self.person_id, now)
        bodies = queries.decided_by(session, self.person_id, now.date())
        decided = queries.decisions_version(session, bodies, now).lines if bodies else ()
        return Version(((self.alarm_minutes,), *own.lines, *decided))

    def changed_at(self, session: Session, now: datetime) -> datetime | None:
        """Return when anything in it was last changed."""
        bodies = queries.decided_by(session, self.person_id, now.date())
        decided = [scopes.changed_at(session, Scope(body), now) for body in bodies]
        found = [queries.own_changed_at(session, self.person_id), *decided]
        return max((at for at in found if at), default=None)

    def content(self, session: Session, address: str, now: datetime) -> Content:
        """Return its dates; each rings as it was chosen."""
        parts = queries.own_parts(session, self.person_id, now)
        bodies = queries.decided_by(session, self.person_id, now.date())
        dates = queries.decisions(session, bodies, now) if bodies else []
        decisions = (events.decision_event(date, address, self.alarm_minutes) for date in dates)
        own = [events.own_event(part, address, self.alarm_minutes) for part in parts]
        return _content([*own, *(event for event in decisions if event)])


@dataclass(frozen=True)
class OpenFeed:
    """The parts that still have places: for anybody, or those that one person could take."""

    name: str
    page: str
    person_id: int | None = None

    def version(self, session: Session, now: datetime) -> Version:
        """Return what its bytes depend on."""
        return queries.open_version(session, self.person_id, now)

    def changed_at(self, session: Session, now: datetime) -> datetime | None:
        """Return when anything in it was last changed."""
        return scopes.changed_at(session, Scope(), now)

    def content(self, session: Session, address: str, now: datetime) -> Content:
        """Return its dates, each with the parts that are open."""
        return _content(list(events.open_events(queries.open_slots(session, self.person_id, now), address)))


@dataclass(frozen=True)
class InsideFeed:
    """A body's dates for those who organise it: with numbers, without names."""

    name: str
    page: str
    organization_id: int

    def version(self, session: Session, now: datetime) -> Version:
        """Return what its bytes depend on."""
        return queries.inside_version(session, self.organization_id, now)

    def changed_at(self, session: Session, now: datetime) -> datetime | None:
        """Return when anything in it was last changed."""
        return scopes.changed_at(session, Scope(self.organization_id), now)

    def content(self, session: Session, address: str, now: datetime) -> Content:
        """Return its dates."""
        dates = queries.inside_dates(session, self.organization_id, now)
        return _content([events.inside_event(date, address) for date in dates])


def everything(scope: Scope | None = None) -> PublicFeed:
    """Return the feed of all bodies, or of what was asked for of it."""
    return PublicFeed(gettext("つどい：まちの活動"), "/", scope or Scope())


def of_body(body: Organization, scope: Scope | None = None) -> PublicFeed:
    """Return the feed of one body."""
    return PublicFeed(words.said(body, "name"), f"/organizations/{body.slug}", scope or Scope(body.id))


def version_of(feed: Feed, session: Session, address: str, now: datetime) -> str:
    """Return the version of a feed's bytes as 32 hex digits, the same in every process."""
    head = (type(feed).__name__, feed.name, feed.page, address, words.language(), _ZONES)
    return known((feed, head), session, now, lambda: fingerprint([head, *feed.version(session, now).lines]))


def changed_at(feed: Feed, session: Session, now: datetime) -> datetime | None:
    """Return when anything in a feed was last changed."""
    return known((feed, "changed"), session, now, lambda: feed.changed_at(session, now))


def known(what: Hashable, session: Session, now: datetime, ask: Callable[[], Found]) -> Found:
    """Return what was found out last; where something was committed since, or it is another day, ask anew."""
    whose, at = mark(session)
    seen = at, now.date()
    fact = rendered.facts.get((what, whose))
    if fact is None or fact[0] != seen:
        fact = seen, ask()
        rendered.facts.put((what, whose), fact)
    found: Found = fact[1]
    return found


def chunks(feed: Feed, content: Content, address: str) -> Iterator[bytes]:
    """Yield the feed as iCalendar, piece by piece."""
    head = CalendarHead(feed.name, "", f"{address}{feed.page}", words.language_tag())
    return calendar_chunks(head, content.zones, content.dates)


def zipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Compress a feed (RFC 1952) as it comes; the same bytes give the same bytes, however they are cut."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
