"""The feeds' addresses: public, of a body, personal; one date as a file. Unchanged feeds cost one query and a 304."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from importlib import metadata

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from werkzeug.http import http_date

from scheduler import clock, words
from scheduler.activities.queries import find_occurrence
from scheduler.calendars import events, queries
from scheduler.calendars.ics import (
    CalendarHead,
    Event,
    calendar_bytes,
    event_bytes,
    fingerprint,
    invitation_file,
)
from scheduler.calendars.queries import Version
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_body
from scheduler.web import db_session, etag_matches, settings

pages = Blueprint("calendars", __name__)
# One rendered VEVENT for each date that has not changed since, whichever feed asks for it.
rendered = lru_cache(maxsize=20_000)(event_bytes)
# Whole feeds as last sent, by their version: most askers get the very bytes that the one before them got.
_sent: dict[str, tuple[str, bytes]] = {}
_SENT_FEEDS = 64
# A newer release of the zones writes other VTIMEZONEs.
_ZONES = metadata.version("tzdata")


@pages.get("/calendars/public.ics")
def public() -> ResponseReturnValue:
    """Give the public dates of all bodies; in English with `?lang=en`."""
    with force_locale(_asked_language("ja")):
        return _public_feed(None, "/", gettext("つどい：まちの活動"))


@pages.get("/organizations/<slug>/calendar.ics")
def of_body(slug: str) -> ResponseReturnValue:
    """Give the public dates of one body; in English with `?lang=en`."""
    body = find_body(db_session(), slug)
    with force_locale(_asked_language("ja")):
        return _public_feed(body.id, f"/organizations/{slug}", words.said(body, "name"))


def _asked_language(otherwise: str) -> str:
    # Never the fetcher's own language: calendar services fetch from servers that speak English.
    asked = request.args.get("lang", "")
    return asked if asked in dict(words.LANGUAGES) else otherwise


def _public_feed(organization_id: int | None, page: str, name: str) -> Response:
    session, now = db_session(), clock.now()
    condition = queries.of_body(organization_id)

    def shown() -> list[Event]:
        dates = queries.public_dates(session, condition, now)
        return [events.public_event(date, settings().address) for date in dates]

    answer = _feed(name, page, queries.public_version(session, condition, now), shown)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@pages.get("/calendars/<token>.ics")
def personal(token: str) -> ResponseReturnValue:
    """Give the own sign-ups to whoever has the secret address, in the person's own language."""
    session, now = db_session(), clock.now()
    person = queries.person_of_feed(session, token)
    with force_locale(_asked_language(person.language)):
        answer = _own_feed(person.id, now)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _own_feed(person_id: int, now: datetime) -> Response:
    session = db_session()

    def shown() -> list[Event]:
        parts = queries.own_parts(session, person_id, now)
        return [events.own_event(part, settings().address) for part in parts]

    return _feed(gettext("つどい：わたしの予定"), "/me", queries.own_version(session, person_id, now), shown)


def _feed(name: str, page: str, version: Version, shown: Callable[[], list[Event]]) -> Response:
    address = settings().address
    tag = fingerprint([(name, address, words.language(), _ZONES), *version.lines])
    if etag_matches(tag):
        return _stamped(Response(status=304), tag, version.changed_at)
    key = f"{request.path}:{words.language()}"
    kept_tag, body = _sent.get(key, ("", b""))
    if kept_tag != tag:
        body = _render(CalendarHead(name, "", f"{address}{page}", words.language()), shown())
        _keep(key, tag, body)
    return _stamped(Response(body, content_type="text/calendar; charset=utf-8"), tag, version.changed_at)


def _render(head: CalendarHead, shown: list[Event]) -> bytes:
    zones = sorted({event.zone for event in shown})
    return calendar_bytes(head, zones, [rendered(event) for event in shown])


def _keep(key: str, tag: str, body: bytes) -> None:
    if len(_sent) >= _SENT_FEEDS:
        _sent.clear()
    _sent[key] = (tag, body)


def _stamped(answer: Response, tag: str, changed_at: datetime | None) -> Response:
    answer.set_etag(tag)
    if changed_at is not None:
        answer.headers["Last-Modified"] = http_date(changed_at)
    return answer


@pages.get("/dates/<int:occurrence_id>/calendar.ics")
def one_date(occurrence_id: int) -> ResponseReturnValue:
    """Give one date as a file to add to a calendar."""
    occurrence = find_occurrence(db_session(), current_actor(), occurrence_id)
    content = invitation_file(events.public_event(occurrence, settings().address), words.language())
    return Response(content, content_type="text/calendar; charset=utf-8")
