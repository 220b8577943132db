"""What a feed is: what it calls itself, the version it is in, and its dates as iCalendar, piece by piece.

In the language of the context it is used in; the caller brings the session. Knows nothing of requests.
"""

import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Protocol, TypeVar

from flask_babel import gettext
from sqlalchemy.orm import Session

from scheduler import words
from scheduler.activities.models import Tag
from scheduler.calendars import events, queries, rendered, scopes
from scheduler.calendars.ics import CalendarHead, Event, calendar_chunks, event_bytes, fingerprint
from scheduler.calendars.scopes import Line, Scope, Version
from scheduler.db import mark
from scheduler.parties.models import Organization

Found = TypeVar("Found")
# A newer release of the zones writes other VTIMEZONEs.
_ZONES = metadata.version("tzdata")
# What the bytes are made by: a release that says something in other words is another version of every feed.
_MAKERS = ("calendars/*.py", "words.py", "text.py", "translations/*/LC_MESSAGES/*.po")
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

    @property
    def key(self) -> str:
        """The name under which is written down since when it is in its version: one for each address.

        The language is part of it where the address says so; a secret address follows its owner's language.
        """

    @property
    def whole(self) -> "Feed":
        """The feed that it is a part of, whose changes are written down; else itself."""

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

    @property
    def key(self) -> str:
        """What it is told apart by."""
        scope = self.scope
        asked = f"{scope.organization_id}/{scope.with_blocks:d}/{scope.activity_id}/{scope.tag}"
        return f"public/{asked}/{words.language()}"

    @property
    def whole(self) -> "PublicFeed":
        """What it is a part of: a change of the part is one of the whole."""
        return replace(self, scope=self.scope.whole)

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

    @property
    def key(self) -> str:
        """What it is told apart by."""
        return f"own/{self.person_id}"

    @property
    def whole(self) -> "OwnFeed":
        """Itself: nothing of it can be asked for."""
        return self

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

    @property
    def key(self) -> str:
        """What it is told apart by."""
        return f"open/{self.person_id or words.language()}"

    @property
    def whole(self) -> "OpenFeed":
        """Itself: nothing of it can be asked for."""
        return self

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

    @property
    def key(self) -> str:
        """What it is told apart by."""
        return f"inside/{self.organization_id}"

    @property
    def whole(self) -> "InsideFeed":
        """Itself: nothing of it can be asked for."""
        return self

    def content(self, session: Session, address: str, now: datetime) -> Content:
        """Return its dates."""
        dates = queries.inside_dates(session, self.organization_id, now)
        return _content([events.inside_event(date, address) for date in dates])


def everything(scope: Scope | None = None) -> PublicFeed:
    """Return the feed of all bodies, or of what was asked for of it."""
    return PublicFeed(gettext("つどい：まちの活動"), "/", scope or Scope())


def of_tag(tag: Tag) -> PublicFeed:
    """Return the feed of one programme, of whichever body."""
    name = gettext("つどい：%(what)s", what=events.tag_word(tag))
    return PublicFeed(name, f"/?tag={tag.slug}", Scope(tag=tag.slug))


def of_body(body: Organization, scope: Scope | None = None) -> PublicFeed:
    """Return the feed of one body."""
    return PublicFeed(words.said(body, "name"), f"/organizations/{body.slug}", scope or Scope(body.id))


@cache
def _written_by() -> str:
    here = Path(__file__).parent.parent
    files = sorted(file for pattern in _MAKERS for file in here.glob(pattern))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def version_of(feed: Feed, session: Session, address: str, now: datetime) -> str:
    """Return the version of a feed's bytes as 32 hex digits, the same in every process."""
    head = (type(feed).__name__, feed.name, feed.page, address, words.language(), _ZONES, _written_by())
    return known((feed, head), session, now, lambda: fingerprint([head, *feed.version(session, now).lines]))


def since(feed: Feed, version: str, session: Session, now: datetime) -> datetime | None:
    """Return since when a feed is in this version; None where that is not written down yet."""
    key = feed.key
    noted = known(("state", key), session, now, lambda: queries.feed_state(session, key))
    return noted[1] if noted is not None and noted[0] == version else None


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
