"""Pages on which an organiser reads and adapts what letters and messages say beside the facts."""

from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.activities.facts import DateFacts, date_facts
from scheduler.activities.queries import dates_of_body
from scheduler.errors import NotFound
from scheduler.parties.login import current_actor
from scheduler.parties.models import Organization
from scheduler.parties.queries import find_organised_body
from scheduler.web import db_session, go
from scheduler.wordings import actions, queries
from scheduler.wordings.forms import WordsForm
from scheduler.wordings.kinds import KINDS, LETTERS, MESSAGES, Texts
from scheduler.wordings.saying import ON_SCREEN, TITLES, beginnings, blank_names, on_screen, own_words

pages = Blueprint("wordings", __name__)
pages.add_app_template_global(own_words, "own_words")
pages.add_app_template_global(on_screen, "own_on_screen")


@pages.get("/organizations/<slug>/wordings")
def wordings(slug: str) -> ResponseReturnValue:
    """List the letters and messages that may carry a body's own words, and which do."""
    body = find_organised_body(db_session(), current_actor(), slug)
    own = queries.adapted(db_session(), body.id)
    groups = {"letters": LETTERS, "messages": tuple(MESSAGES)}
    return render_template("wordings/list.html", body=body, adapted=own, titles=TITLES, **groups)


@pages.route("/organizations/<slug>/wordings/<kind>", methods=["GET", "POST"])
def wording(slug: str, kind: str) -> ResponseReturnValue:
    """Adapt what one kind of letter or message says, with a preview at the body's next date; or reset it."""
    actor = current_actor()
    body = find_organised_body(db_session(), actor, slug)
    if kind not in KINDS:
        raise NotFound
    stored = queries.words_of(db_session(), body.id)[kind]
    form = WordsForm(data=vars(stored))
    if form.validate_on_submit() and form.attempt(lambda: _step(body, kind, form.texts(), actor.person_id)):
        if form.done:
            db_session().commit()
            flash(form.done, "success")
            return go(f"/organizations/{slug}/wordings")
        stored = form.texts()
    date = _next_date(body)
    facts: dict[str, Any] = {"date": date, "shown": stored, "blanks": blank_names(date), "most": ON_SCREEN}
    facts |= {"body": body, "kind": kind, "title": TITLES[kind], "is_letter": kind in LETTERS}
    return form.page("wordings/edit.html", **facts)


def _step(body: Organization, kind: str, texts: Texts, by_id: int | None) -> str:
    """Save or reset, as the button says, and say so; else only see whether it can be saved."""
    now, step = clock.now(), request.form.get("step")
    if step == "reset":
        actions.reset(db_session(), body, kind, by_id, now)
        return str(gettext("はじめの文面にもどしました。"))
    if step == "save":
        actions.write(db_session(), body, kind, texts, now, by_id=by_id)
        return str(gettext("文面を書きとめました。これから送るお知らせに入ります。"))
    actions.cleaned(texts)
    return ""


def _next_date(body: Organization) -> DateFacts | None:
    lines = dates_of_body(db_session(), body.id, clock.now(), limit=1)
    return date_facts(lines[0].occurrence) if lines else None


@pages.app_template_global("message_beginnings")
def message_beginnings(occurrence: Any) -> Any:
    """Return what a message to those who come to a date may begin with."""
    return beginnings(db_session(), occurrence)
