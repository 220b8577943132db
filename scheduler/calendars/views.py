"""The feeds' addresses, the page that explains them, and the pages on which secret addresses are made and closed."""

import json
from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from scheduler import clock, words
from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.activities.queries import active_bodies, find_occurrence
from scheduler.activities.tags import find_tag, tags_in_use
from scheduler.activities.wishes import WEEKDAYS
from scheduler.calendars import actions, events, feeds, importing, opendata, queries, scopes
from scheduler.calendars.answering import answer, document
from scheduler.calendars.feeds import InsideFeed, OpenFeed, OwnFeed, PublicFeed
from scheduler.calendars.fetching import fetch
from scheduler.calendars.folder import published_name
from scheduler.calendars.forms import FeedForm, HandInForm, TakeForm
from scheduler.calendars.ics import invitation_file
from scheduler.calendars.importing import Taking
from scheduler.calendars.links import Links, links_of, qr_picture
from scheduler.calendars.models import CalendarImport
from scheduler.calendars.reading import read
from scheduler.calendars.scopes import Scope
from scheduler.db import begin_writing
from scheduler.errors import Invalid, NotFound
from scheduler.parties.access import Actor
from scheduler.parties.login import HOME_ZONE, actor_by_link, current_actor
from scheduler.parties.models import AccessToken
from scheduler.parties.queries import find_body, find_me, find_organised_body
from scheduler.web import db_session, go, secret_address, settings

pages = Blueprint("calendars", __name__)
_FILTERS = {"body", "kind", "place", "weekday", "blocks", "tag"}


@pages.get("/calendars/public.ics")
def public() -> ResponseReturnValue:
    """Give the public dates of all bodies, or those that the address asks for; in English with `?lang=en`."""
    slug = request.args.get("body")
    with force_locale(_asked_language("ja")):
        if slug is not None:
            return _of_body(slug)
        return answer(feeds.everything(_scope()), _published("calendars/public"))


@pages.get("/calendars/tags/<tag>.ics")
def of_tag(tag: str) -> ResponseReturnValue:
    """Give the public dates of one programme; its address stays, also while no activity belongs to it."""
    with force_locale(_asked_language("ja")):
        return answer(feeds.of_tag(find_tag(db_session(), tag)), _published(f"calendars/tags/{tag}"))


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
        tag=_tag(asked.get("tag", "")),
    )


def _tag(typed: str) -> str:
    return find_tag(db_session(), typed).slug if typed else ""


def _plain(typed: str) -> str:
    # PostgreSQL refuses a NUL in any text with an error of its own.
    if "\0" in typed or len(typed) > 200:
        raise NotFound
    return typed


def _weekday(typed: str) -> int:
    if typed not in WEEKDAYS:
        raise NotFound
    return WEEKDAYS.index(typed)


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
    """Give one date as a file to add to a calendar, or one part of it where the address names that."""
    occurrence = find_occurrence(db_session(), current_actor(), occurrence_id)
    wanted = request.args.get("part", "")
    part = next((slot for slot in occurrence.slots if str(slot.id) == wanted), None)
    address = settings().address
    event = events.part_event(part, address) if part else events.public_event(occurrence, address)
    content = invitation_file([event], words.language_tag())
    return Response(content, content_type="text/calendar; charset=utf-8")


@pages.get("/opendata/events.csv")
def events_table() -> ResponseReturnValue:
    """Give the public dates to come as the municipal event list, for spreadsheets."""
    with force_locale("ja"):
        return document(
            feeds.everything(), "csv", "text/csv; charset=utf-8", lambda: opendata.table(_open_rows())
        )


@pages.get("/opendata/events.json")
def events_list() -> ResponseReturnValue:
    """Give the same list as JSON, under the same names."""
    with force_locale("ja"):
        return document(feeds.everything(), "json", "application/json", lambda: _json(_open_rows()))


def _open_rows() -> list[dict[str, str]]:
    given = settings()
    dates = scopes.all_dates(db_session(), Scope(), clock.now())
    return [opendata.row(date, given.address, given.municipality) for date in dates]


def _json(rows: list[dict[str, str]]) -> bytes:
    return json.dumps(rows, ensure_ascii=False).encode()


@pages.get("/calendars/changes.atom")
def changes() -> ResponseReturnValue:
    """Give the dates that are new or changed, for readers of news; in English with `?lang=en`."""
    with force_locale(_asked_language("ja")):
        return document(feeds.everything(), "atom", "application/atom+xml; charset=utf-8", _changes)


def _changes() -> bytes:
    dates = scopes.latest(db_session(), Scope(), clock.now())
    return opendata.atom(dates, settings().address, "/calendars/changes.atom")


@pages.app_template_global("event_data")
def event_data(occurrence: Occurrence) -> dict[str, object]:
    """Return a date as search engines read it."""
    return opendata.schema(occurrence, settings().address)


@pages.get("/subscribe")
def subscribe() -> ResponseReturnValue:
    """Explain how the calendar gets into one's own calendar app, for each feed and each app."""
    bodies = active_bodies(db_session())
    return render_template(
        "calendars/subscribe.html",
        everything=_links("/calendars/public.ics", gettext("つどい：まちの活動")),
        open_parts=_links("/calendars/open.ics", gettext("つどい：人を募集している日")),
        tags=[
            (tag, _links(f"/calendars/tags/{tag.slug}.ics", events.tag_word(tag)))
            for tag in tags_in_use(db_session())
        ],
        bodies=[
            (body, _links(f"/organizations/{body.slug}/calendar.ics", words.said(body, "name")))
            for body in bodies
        ],
    )


@pages.app_template_global("opened_in_line")
def opened_in_line() -> bool:
    """Say whether the page is read inside LINE, which hands no address on to a calendar."""
    return "Line/" in request.user_agent.string


pages.add_app_template_global(qr_picture, "qr_picture")


@pages.app_template_global("personal_links")
def personal_links(token: str) -> Links:
    """Return the ways to subscribe to the feed of one person."""
    return _links(f"/calendars/{token}.ics", gettext("つどい"))


def _links(path: str, name: str) -> Links:
    asked = "" if words.language() == "ja" else f"?lang={words.language()}"
    return links_of(f"{settings().address}{path}{asked}", name)


@pages.route("/me/calendars", methods=["GET", "POST"])
@pages.route("/me/<token>/calendars", methods=["GET", "POST"])
def own_calendars(token: str | None = None) -> ResponseReturnValue:
    """Show the own calendars; make an address anew and show it once, close it, choose when it rings."""
    actor, back = _asker(token)
    if actor.person_id is None:
        return go("/sign-in?next=/me/calendars")
    me, form = find_me(db_session(), actor), FeedForm()
    purpose = str(form.purpose.data or "")
    if form.validate_on_submit() and form.attempt(
        lambda: _act(form, me.id, purpose, (queries.OWN, queries.OPEN))
    ):
        db_session().commit()
        return _done(form.done, f"{back}/calendars")
    live = queries.live_feeds(db_session(), me.id)
    alarms = {name: queries.alarm_of(db_session(), row.id) for name, row in live.items()}
    page = form.page("calendars/own.html", base=back, live=live, alarms=alarms, choices=actions.ALARMS)
    return secret_address(make_response(page))


def _asker(token: str | None) -> tuple[Actor, str]:
    return (current_actor(), "/me") if token is None else (actor_by_link(token), f"/me/{token}")


def _act(form: FeedForm, person_id: int, purpose: str, allowed: tuple[str, ...]) -> str | None:
    """Do what a button says; return the new address where one was made."""
    session, act = db_session(), form.act.data
    if purpose not in allowed or act not in {"renew", "close", "alarm"}:
        raise Invalid("choice_unknown")
    if act == "renew":
        return actions.renew(session, person_id, purpose, clock.now())
    if act == "alarm":
        actions.choose_alarm(session, person_id, purpose, form.alarm_minutes)
    else:
        actions.close(session, person_id, purpose, clock.now())
    return None


def _done(token: str | None, back: str) -> ResponseReturnValue:
    if token is None:
        return go(back)
    page = render_template("calendars/address.html", links=personal_links(token), back=back)
    return secret_address(make_response(page))


@pages.route("/organizations/<slug>/calendars", methods=["GET", "POST"])
def body_calendars(slug: str) -> ResponseReturnValue:
    """Let who organises for a body have its inside as a calendar: an address of one's own, made anew or closed here."""
    actor = current_actor()
    body, me, form = find_organised_body(db_session(), actor, slug), find_me(db_session(), actor), FeedForm()
    purpose = f"{queries.BODY}{body.id}"
    if form.validate_on_submit() and form.attempt(lambda: _act(form, me.id, purpose, (purpose,))):
        db_session().commit()
        return _done(form.done, f"/organizations/{slug}/calendars")
    live = queries.live_feeds(db_session(), me.id)
    page = form.page("calendars/body.html", body=body, live=purpose in live, purpose=purpose)
    return secret_address(make_response(page))


@pages.route("/organizations/<slug>/import", methods=["GET", "POST"])
def hand_in(slug: str) -> ResponseReturnValue:
    """Take in a body's own calendar, as a file or from its address, and go on to what would become of it."""
    actor = current_actor()
    form, body = HandInForm(), find_organised_body(db_session(), actor, slug)
    address = str(form.address.data or "").strip()

    def keep() -> CalendarImport:
        content = _handed_in(address)
        # Only now does anybody have to wait for us to write; meanwhile the office may have ended.
        begin_writing(db_session())
        body = find_organised_body(db_session(), actor, slug)
        return actions.hand_in(
            db_session(), body.id, content, by_id=actor.person_id, now=clock.now(), address=address
        )

    if form.validate_on_submit() and form.attempt(keep):
        db_session().commit()
        return go(f"/organizations/{slug}/import/{form.done.id}")
    return form.page("calendars/hand_in.html", body=body)


def _handed_in(address: str) -> bytes:
    file = request.files.get("file")
    content = file.read() if file is not None else b""
    db_session().rollback()
    return content or fetch(address)


@pages.route("/organizations/<slug>/import/<int:import_id>", methods=["GET", "POST"])
def take_over(slug: str, import_id: int) -> ResponseReturnValue:
    """Show what becomes of each entry, and do it."""
    session, now, actor = db_session(), clock.now(), current_actor()
    body = find_organised_body(session, actor, slug)
    kept = queries.find_import(session, body.id, import_id)
    entries = read(kept.content.encode())
    form = TakeForm(data={"part": gettext("参加"), "places": 20}) if request.method == "GET" else TakeForm()

    def take() -> None:
        part = SlotFacts(str(form.part.data), int(form.places.data or 0))
        importing.take(session, Taking(body.id, actor.person_id, now, part), entries)
        kept.taken_at = now

    if form.validate_on_submit() and form.attempt(take):
        session.commit()
        return go(f"/organizations/{slug}")
    steps = importing.plan(session, find_body(session, slug).id, entries, now)
    return form.page("calendars/take_over.html", body=find_body(session, slug), steps=steps)
