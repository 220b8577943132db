"""A feed over HTTP: who has it is told so by one query; who has not gets it from memory, the folder, or rendered.

The answer never shows an older state than the last commit: its version is that of the rows at this moment, and what
lies finished somewhere is taken only when it is of just this version.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from flask import Response, current_app, request
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.http import http_date

from scheduler import clock, words
from scheduler.calendars import feeds, rendered
from scheduler.calendars.actions import note_version
from scheduler.calendars.feeds import Feed
from scheduler.calendars.folder import Folder
from scheduler.calendars.unchanged import CACHING
from scheduler.db import begin_reading, begin_writing
from scheduler.web import db, db_session, etag_matches, settings

# Feeds up to this many dates are sent in one piece and kept; longer ones are streamed while they are rendered.
_IN_ONE_PIECE = 2500
_GZIP = "-gzip"


def answer(feed: Feed, published: str = "") -> Response:
    """Answer with a feed; `published` is the name under which its finished bytes may lie in the folder."""
    session, now = db_session(), clock.now()
    version, zipped = feeds.version_of(feed, session, settings().address, now), _takes_gzip()
    tag = _tag(version, zipped)
    if etag_matches(tag):
        return _stamped(Response(status=304), tag)
    changed_at = _changed_at(feed.whole, session, now)
    if _unmodified_since(changed_at):
        return _stamped(Response(status=304), tag)
    body = _finished(version, published, zipped)
    return _sent(body, tag, changed_at) if body is not None else _rendered(feed, changed_at, zipped, now)


def document(feed: Feed, kind: str, content_type: str, build: Callable[[], bytes]) -> Response:
    """Answer with another form of what a feed shows, built once for each version of it."""
    version = feeds.version_of(feed, db_session(), settings().address, clock.now())
    tag = f"{version}-{kind}"
    if etag_matches(tag):
        return _stamped(Response(status=304), tag)
    body = rendered.bodies.get((version, kind))
    if body is None:
        body = build()
        rendered.bodies.put((version, kind), body)
    return _stamped(Response(body, content_type=content_type), tag)


def _tag(version: str, zipped: bool) -> str:
    return f"{version}{_GZIP}" if zipped else version


def _takes_gzip() -> bool:
    accepted = request.accept_encodings
    return accepted.quality("gzip") > 0 and accepted.quality("gzip") >= accepted.quality("identity")


def _changed_at(feed: Feed, session: Session, now: datetime) -> datetime | None:
    """Return since when a feed is in its version; whoever asks first after a change writes it down.

    None where others write just now: then no time is told, and nobody is kept waiting.
    """
    version = feeds.version_of(feed, session, settings().address, now)
    noted = feeds.since(feed, version, session, now)
    return noted or _note(feed.key, version, now)


def _note(key: str, version: str, now: datetime) -> datetime | None:
    with Session(db.engine) as session:
        try:
            begin_writing(session)
            changed_at = note_version(session, key, version, now)
            session.commit()
        except OperationalError:
            return None
    return changed_at


def _unmodified_since(changed_at: datetime | None) -> bool:
    since = request.if_modified_since
    # Who sends a tag is answered by the tag alone (RFC 9110 13.1.3).
    if since is None or changed_at is None or "If-None-Match" in request.headers:
        return False
    return changed_at <= since


def _finished(version: str, published: str, zipped: bool) -> bytes | None:
    kept = rendered.bodies.get((version, zipped))
    if kept is None and published:
        kept = Folder(settings().published_folder).read(published, version, zipped)
    if kept is None and zipped and (plain := rendered.bodies.get((version, False))):
        kept = b"".join(feeds.zipped([plain]))
    if kept is not None:
        rendered.bodies.put((version, zipped), kept)
    return kept


def _rendered(feed: Feed, changed_at: datetime | None, zipped: bool, now: datetime) -> Response:
    # A session of its own, which outlives the request while a long feed is streamed. The rows may have moved on since
    # the version was looked at: here both are read in one snapshot.
    session, address = Session(db.engine), settings().address
    begin_reading(session)
    version = feeds.version_of(feed, session, address, now)
    content = feed.content(session, address, now)
    pieces = feeds.chunks(feed, content, address)
    if content.count > _IN_ONE_PIECE:
        response = _sent(
            _streamed(feeds.zipped(pieces) if zipped else pieces), _tag(version, zipped), changed_at
        )
        response.call_on_close(session.close)
        return response
    plain = b"".join(pieces)
    session.close()
    rendered.bodies.put((version, False), plain)
    packed = b"".join(feeds.zipped([plain])) if zipped else plain
    rendered.bodies.put((version, zipped), packed)
    return _sent(packed, _tag(version, zipped), changed_at)


def _streamed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    app, language = current_app._get_current_object(), words.language()  # type: ignore[attr-defined]  # a proxy's method

    def stream() -> Iterator[bytes]:
        with app.app_context(), force_locale(language):
            yield from pieces

    return stream()


def _sent(body: bytes | Iterator[bytes], tag: str, changed_at: datetime | None) -> Response:
    response = Response(body, content_type="text/calendar; charset=utf-8")
    if tag.endswith(_GZIP):
        response.headers["Content-Encoding"] = "gzip"
    if changed_at is not None:
        response.headers["Last-Modified"] = http_date(changed_at)
    return _stamped(response, tag)


def _stamped(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Vary"] = "Accept-Encoding"
    # Asking again costs little, a decision at dawn cannot wait: whoever keeps it asks each time whether it is true.
    response.headers["Cache-Control"] = CACHING
    return response
