"""The feeds' addresses, the page that explains them, and the pages on which secret addresses are made and closed."""

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from scheduler import clock, words
from scheduler.activities.queries import find_occurrence
from scheduler.calendars import events, feeds, queries
from scheduler.calendars.answering import answer
from scheduler.calendars.feeds import InsideFeed, OpenFeed, OwnFeed, PublicFeed
from scheduler.calendars.folder import published_name
from scheduler.calendars.ics import invitation_file
from scheduler.calendars.scopes import Scope
from scheduler.errors import NotFound
from scheduler.parties.login import HOME_ZONE, current_actor
from scheduler.parties.models import AccessToken
from scheduler.parties.queries import find_body
from scheduler.web import db_session, settings

pages = Blueprint("calendars", __name__)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FILTERS = {"body", "kind", "place", "weekday", "blocks"}


@pages.get("/calendars/public.ics")
def public() -> ResponseReturnValue:
    """Give the public dates of all bodies, or those that the address asks for; in English with `?lang=en`."""
    slug = request.args.get("body")
    with force_locale(_asked_language("ja")):
        if slug is not None:
            return _of_body(slug)
        return answer(feeds.everything(_scope()), _published("calendars/public"))


@pages.get("/organizations/<slug>/calendar.ics")
def of_body(slug: str) -> ResponseReturnValue:
    """Give the public dates of one body, with those of its blocks where `?blocks=1` asks for them."""
    with force_locale(_asked_language("ja")):
        return _of_body(slug)


def _of_body(slug: str) -> Response:
    session, now = db_session(), clock.now()

    def find() -> PublicFeed:
        return feeds.of_body(find_body(session, slug))

    feed = feeds.known(("body", slug, words.language()), session, now, find)
    scope = _scope(feed.scope.organization_id)
    return answer(replace(feed, scope=scope), _published(f"organizations/{slug}/calendar"))


@pages.get("/activities/<int:activity_id>/calendar.ics")
def of_activity(activity_id: int) -> ResponseReturnValue:
    """Give the public dates of one activity."""
    activity = queries.find_public_activity(db_session(), activity_id)
    with force_locale(_asked_language("ja")):
        title, page = words.said(activity, "title"), f"/activities/{activity_id}"
        return answer(PublicFeed(title, page, Scope(activity_id=activity_id)))


@pages.get("/calendars/open.ics")
def open_parts() -> ResponseReturnValue:
    """Give the dates of the next month that still need people, with the parts that anybody can take."""
    with force_locale(_asked_language("ja")):
        return answer(OpenFeed(gettext("つどい：人を募集している日"), "/"))


def _asked_language(otherwise: str) -> str:
    # Never the fetcher's own language: calendar services fetch from servers that speak English.
    asked = request.args.get("lang", "")
    return asked if asked in dict(words.LANGUAGES) else otherwise


def _published(name: str) -> str:
    """Return the name under which the feed lies finished; nothing where the address asks for a part of it."""
    return "" if _FILTERS & set(request.args) else published_name(name, words.language())


def _scope(organization_id: int | None = None) -> Scope:
    asked = request.args
    return Scope(
        organization_id,
        with_blocks=asked.get("blocks") == "1",
        kind=_plain(asked.get("kind", "")),
        place=_plain(asked.get("place", "")),
        weekdays=frozenset(map(_weekday, asked.getlist("weekday"))),
    )


def _plain(typed: str) -> str:
    # PostgreSQL refuses a NUL in any text with an error of its own.
    if "\0" in typed or len(typed) > 200:
        raise NotFound
    return typed


def _weekday(typed: str) -> int:
    if typed not in _WEEKDAYS:
        raise NotFound
    return _WEEKDAYS.index(typed)


@pages.get("/calendars/<token>.ics")
def personal(token: str) -> ResponseReturnValue:
    """Give what a secret address opens to whoever has it, in the language of the person that it belongs to."""
    row = queries.find_feed(db_session(), token, _today())
    person = queries.owner(db_session(), row)
    with force_locale(_asked_language(person.language)):
        response = answer(_secret_feed(row))
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _today() -> date:
    return clock.now().astimezone(HOME_ZONE).date()


def _secret_feed(row: AccessToken) -> OwnFeed | OpenFeed | InsideFeed:
    if row.purpose == queries.OWN:
        alarm = queries.alarm_of(db_session(), row.id)
        return OwnFeed(gettext("つどい：わたしの予定"), "/me", row.person_id, alarm)
    if row.purpose == queries.OPEN:
        return OpenFeed(gettext("つどい：わたしが手伝える日"), "/me", row.person_id)
    body = queries.body_of_feed(db_session(), row)
    name = gettext("%(body)s：世話人用", body=words.said(body, "name"))
    return InsideFeed(name, f"/organizations/{body.slug}", body.id)


@pages.get("/dates/<int:occurrence_id>/calendar.ics")
def one_date(occurrence_id: int) -> ResponseReturnValue:
    """Give one date as a file to add to a calendar."""
    occurrence = find_occurrence(db_session(), current_actor(), occurrence_id)
    content = invitation_file(events.public_event(occurrence, settings().address), words.language())
    return Response(content, content_type="text/calendar; charset=utf-8")
