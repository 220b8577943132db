"""Pages of what is on: the list, a date, an activity, a body; and posting an activity."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from scheduler import clock, sharing, words
from scheduler.activities import actions, months, queries, search, shown
from scheduler.activities.fields import UNSAID
from scheduler.activities.forms import ActivityForm, PlannedFields, WordsForm, typed_of, words_of
from scheduler.activities.models import Activity
from scheduler.activities.parts import kept_terms
from scheduler.activities.passing_on import activity_to_pass_on
from scheduler.activities.recurrence import BadRule
from scheduler.activities.reminder_forms import RemindersForm, reminder_values
from scheduler.activities.repeat_forms import RepeatFields, is_of_rule, preview_of, repeats_of
from scheduler.activities.starters import STARTERS, values_like, values_of
from scheduler.activities.wishes import Wish, section_of
from scheduler.activities.wording import reword
from scheduler.closures.queries import rest_days
from scheduler.errors import Invalid, Refused
from scheduler.history import UNDO_FOR
from scheduler.parties.access import may_organise
from scheduler.parties.login import current_actor
from scheduler.parties.models import Organization
from scheduler.parties.queries import find_body, find_organised_body, organisers_of
from scheduler.web import db_session, etag_matches, go

pages = Blueprint("activities", __name__)
shown.fit(pages)
PAGE = 20
# What a program may have posted and the form does not ask: correcting a draft leaves it as it is.
_NOT_ASKED = ("timezone", "minors", "warn_days", "may_call", "stays_responsible")


def _wish() -> Wish:
    return Wish.read(request.args, request.args.getlist("ease"), request.args.getlist("age"))


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show what is on, the next first, or what of it fits a wish."""
    session, wish, now, today = db_session(), _wish(), clock.now(), shown.today()
    page = min(max(request.args.get("page", 1, int), 1), 1000)
    lines, more = search.dates_for(session, wish, now, page, PAGE)
    groups = [
        (section, list(found))
        for section, found in groupby(lines, lambda line: section_of(line.starts.date(), today))
    ]
    count = search.count_for(session, wish, now) if wish.query else 0
    facts = {"choices": search.choices(session), "groups": groups, "more": more, "count": count}
    return render_template("activities/home.html", wish=wish, page=page, **facts)


@pages.get("/month")
def month() -> ResponseReturnValue:
    """Show a month as a grid, with the same dates as a list under it; another one with `?m=2026-12`."""
    wish, today = _wish(), shown.today()
    next_lines, _ = search.dates_for(db_session(), wish, clock.now(), 1, 1)
    soonest = next((max(line.starts.date(), today) for line in next_lines), today)
    first = months.asked_month(request.args.get("m", ""), today, soonest)
    lines = search.dates_between(db_session(), wish, clock.now(), first, months.last_of(first))
    by_day = {day: list(found) for day, found in groupby(lines, lambda line: line.starts.date())}
    return render_template(
        "activities/month.html",
        wish=wish,
        choices=search.choices(db_session()),
        first=first,
        weeks=months.weeks_of(first),
        by_day=by_day,
        moved=search.moved_away(db_session(), wish, clock.now(), first, months.last_of(first)),
        today=today,
        before=months.before(first, today),
        after=months.after(first, today),
    )


@pages.get("/dates/<int:occurrence_id>")
def date(occurrence_id: int) -> ResponseReturnValue:
    """Show one date: what, when, where, what to bring, and the parts to take; to strangers the same page."""
    now = clock.now()

    def draw() -> str:
        actor = current_actor()
        occurrence = queries.find_occurrence(db_session(), actor, occurrence_id)
        organises = may_organise(db_session(), actor, occurrence.activity.organization_id)
        return render_template("activities/date.html", occurrence=occurrence, organises=organises, now=now)

    return sharing.answer(draw, now)


@pages.get("/dates/<int:occurrence_id>/parts")
def parts(occurrence_id: int) -> ResponseReturnValue:
    """Answer the parts of a date as they are now, as a piece of its page; 304 while nothing has changed."""
    occurrence = queries.find_occurrence(db_session(), current_actor(), occurrence_id)
    piece = render_template("activities/date_parts.html", occurrence=occurrence, now=clock.now())
    tag = sha256(piece.encode()).hexdigest()[:20]
    answer = make_response("" if etag_matches(tag) else piece, 304 if etag_matches(tag) else 200)
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@pages.get("/activities/<int:activity_id>")
def activity(activity_id: int) -> ResponseReturnValue:
    """Show an activity and its next dates; its organiser sees a draft's dates before they are made."""
    actor, now = current_actor(), clock.now()
    found = queries.find_activity(db_session(), actor, activity_id)
    preview = None if found.is_published else preview_of(found, now)
    return render_template(
        "activities/activity.html",
        activity=found,
        lines=queries.dates_of_activity(db_session(), found.id, now),
        preview=preview,
        clashes=queries.clashes_with(db_session(), found, preview.starts) if preview else [],
        repeats=repeats_of(found, now),
        organises=may_organise(db_session(), actor, found.organization_id),
    )


@pages.get("/organizations/<slug>")
def body(slug: str) -> ResponseReturnValue:
    """Show a body and what it does; its organisers see their work."""
    session, now = db_session(), clock.now()
    found = find_body(session, slug)
    organises = may_organise(session, current_actor(), found.id)
    return render_template(
        "activities/body.html",
        body=found,
        lines=queries.dates_of_body(session, found.id, now),
        organises=organises,
        activities=queries.activities_of_body(session, found.id) if organises else [],
        recent=queries.recent_dates(session, found.id, now + timedelta(hours=2)) if organises else [],
    )


@pages.get("/organizations/<slug>/activities/start")
def start(slug: str) -> ResponseReturnValue:
    """Ask what a new activity begins with: one of before, one of the usual ones, or an empty page."""
    found = find_organised_body(db_session(), current_actor(), slug)
    before = queries.activities_of_body(db_session(), found.id)
    known = {activity.title for activity in before}
    # What the body has is known by its Japanese title, in every language.
    with force_locale("ja"):
        starters = {code: values for code, values in STARTERS.items() if str(values["title"]) not in known}
    return render_template("activities/start.html", body=found, before=before, starters=starters)


@pages.route("/organizations/<slug>/activities/new", methods=["GET", "POST"])
def new(slug: str) -> ResponseReturnValue:
    """Post a recurring activity: a draft first, which shows its dates before anybody else sees it."""
    actor = current_actor()
    found = find_organised_body(db_session(), actor, slug)
    like = queries.find_to_copy(db_session(), found.id, request.values.get("like", 0, int))
    form = _new_form(found, like)
    form.offer_deciders(organisers_of(db_session(), found.id, actor.today))
    form.fill_first(actor.today)

    def post() -> Activity:
        facts = _facts(form)
        typed = facts if like is None else _with_what_was(like, facts)
        return actions.post(db_session(), found.id, typed, actor.person_id, clock.now())

    if not _only_shows() and form.validate_on_submit() and form.attempt(post):
        db_session().commit()
        return go(f"/activities/{form.done.id}")
    # Whoever goes back in the browser finds the form empty, and would write everything once more.
    before = queries.just_written(db_session(), found.id, actor.person_id, clock.now() - UNDO_FOR)
    facts = {"like": like, "written": before if request.method == "GET" else None}
    return form.page("activities/edit.html", body=found, activity=None, **facts, **_dates_of(form, found.id))


def _new_form(body: Organization, like: Activity | None) -> ActivityForm:
    starter = values_of(request.args.get("starter", ""), current_actor().today)
    starter = {"reminders": reminder_values(None)} | starter
    starter = {"weather_rule": UNSAID} | starter
    values = starter if like is None else values_like(like, clock.now())
    # What the body has published already. Nobody's own number: everybody would see it, and nobody had typed it.
    return ActivityForm(data=values | {"contact": values.get("contact") or body.contact})


def _with_what_was(before: Activity, facts: actions.ActivityFacts) -> actions.ActivityFacts:
    """Let stand what the form does not ask."""
    kept = {name: getattr(before, name) for name in _NOT_ASKED}
    kept |= {"reminders": before.reminders} if facts.reminders is None else {}
    return replace(facts, **kept, slots=kept_terms(before, facts.slots))


def _only_shows() -> bool:
    """Say whether the button was pressed that shows the dates and keeps everything as typed."""
    return "show_dates" in request.form


def _dates_of(form: RepeatFields, organization_id: int, zone: str = "Asia/Tokyo") -> dict[str, Any]:
    form.fill_first(current_actor().today)
    found = form.preview_or_why(rest_days(db_session(), organization_id, zone), clock.now())
    why, code = (words.sentence(found), found.code) if isinstance(found, Refused) else ("", "")
    return {"preview": None if why else found, "why_no_dates": why, "rule_is_wrong": is_of_rule(code)}


@pages.get("/organizations/<slug>/activities/dates")
def dates(slug: str) -> ResponseReturnValue:
    """Answer the next dates that the fields of a form give, as a piece of a page; the form asks while one types."""
    found = find_organised_body(db_session(), current_actor(), slug)
    form = PlannedFields(formdata=request.args)
    shown_dates = _dates_of(form, found.id)
    return render_template("activities/dates.html", first_day=form.proposed, **shown_dates)


def _facts(form: ActivityForm) -> actions.ActivityFacts:
    try:
        return form.facts()
    except BadRule as error:
        raise Invalid(error.code) from error


@pages.route("/activities/<int:activity_id>/edit", methods=["GET", "POST"])
def edit(activity_id: int) -> ResponseReturnValue:
    """Correct a draft; what is published already is corrected on a page of its own."""
    actor = current_actor()
    found = queries.find_organised_activity(db_session(), actor, activity_id)
    if found.is_published and request.method == "GET":
        return go(f"/activities/{activity_id}/correct")
    form = ActivityForm(data=typed_of(found))
    form.offer_deciders(queries.who_can_decide(db_session(), found, actor.today))
    form.fill_first(actor.today)

    def correct() -> None:
        typed = _with_what_was(found, _facts(form))
        actions.correct(db_session(), found, typed, actor.person_id, clock.now())

    if not _only_shows() and form.validate_on_submit() and form.attempt(correct):
        db_session().commit()
        return go(f"/activities/{activity_id}")
    shown = _dates_of(form, found.organization_id, found.timezone)
    return form.page("activities/edit.html", body=found.organization, activity=found, **shown)


@pages.route("/activities/<int:activity_id>/reminders", methods=["GET", "POST"])
def reminders(activity_id: int) -> ResponseReturnValue:
    """Say when the people of an activity are reminded; for what is published, too."""
    actor = current_actor()
    found = queries.find_organised_activity(db_session(), actor, activity_id)
    form = RemindersForm(data={"reminders": reminder_values(found.reminders)})

    def change() -> None:
        actions.change_reminders(db_session(), found, form.typed_reminders(), actor.person_id, clock.now())

    if form.validate_on_submit() and form.attempt(change):
        db_session().commit()
        return go(f"/activities/{activity_id}")
    return form.page("activities/reminders.html", activity=found)


@pages.post("/activities/<int:activity_id>/publish")
def publish(activity_id: int) -> ResponseReturnValue:
    """Let everybody see the activity, and make its dates."""
    actor = current_actor()
    found = queries.find_organised_activity(db_session(), actor, activity_id)
    actions.publish(db_session(), found, actor.person_id, clock.now())
    db_session().commit()
    flash((gettext("公開しました。だれでも申し込めます。"), *_ways_to_tell(found)), "success")  # type: ignore[arg-type]
    if not found.title_en:
        said = gettext("英語で読む方もいます。英語の名前や説明を書いておけます。")
        flash((said, f"/activities/{activity_id}/words", gettext("ほかのことば")), "info")  # type: ignore[arg-type]
    return go(f"/activities/{activity_id}")


def _ways_to_tell(activity: Activity) -> list[str]:
    """Return how the neighbours hear of what was just published, each an address and its words."""
    ways = [f"https://line.me/R/share?text={quote(activity_to_pass_on(activity))}", gettext("LINE で送る")]
    for line in queries.dates_of_activity(db_session(), activity.id, clock.now())[:1]:
        ways += [
            url_for("paper.date_poster", occurrence_id=line.occurrence.id),
            gettext("ポスター") + words.aside("PDF"),
        ]
    return ways


@pages.route("/activities/<int:activity_id>/words", methods=["GET", "POST"])
def other_words(activity_id: int) -> ResponseReturnValue:
    """Write what an activity says in easy Japanese and in English, before and after it is published."""
    actor = current_actor()
    found = queries.find_organised_activity(db_session(), actor, activity_id)
    form = WordsForm(data=words_of(found))
    if form.validate_on_submit() and form.attempt(
        lambda: reword(db_session(), found, form.wording(), actor.person_id, clock.now())
    ):
        db_session().commit()
        flash(gettext("ほかのことばを書きとめました。"), "success")
        return go(f"/activities/{activity_id}")
    return form.page("activities/words.html", activity=found)
