"""The decision on one screen: large buttons, and who will be told; by sign-in, or by the link of a message."""

from flask import Blueprint, flash, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.queries import find_organised_occurrence
from scheduler.decisions import actions, links, queries
from scheduler.decisions.actions import Ruling
from scheduler.decisions.again import AskedAgain, asked_again
from scheduler.decisions.asking import days_early
from scheduler.decisions.forms import DecisionFields, DecisionForm, LinkForm, UndoForm
from scheduler.decisions.models import Decision
from scheduler.decisions.proxies import ruling_for, who_may_decide
from scheduler.decisions.screens import JustDecided, just_decided, screen_of
from scheduler.parties.access import Actor
from scheduler.parties.login import current_actor
from scheduler.questions import ask_at, with_typed
from scheduler.web import csrf, db_session, go, secret_address, settings

pages = Blueprint("decisions", __name__)
OUTCOMES = {
    "confirm": actions.confirm,
    "postpone": actions.postpone,
    "merge": actions.merge,
    "cancel": actions.cancel,
    "stop": actions.stop,
    "take_back": actions.take_back,
}


@pages.route("/dates/<int:occurrence_id>/decision", methods=["GET", "POST"])
def decide(occurrence_id: int) -> ResponseReturnValue:
    """Ask what becomes of a date, and do it."""
    actor, session, now = current_actor(), db_session(), clock.now()
    occurrence = find_organised_occurrence(session, actor, occurrence_id)
    people = who_may_decide(session, occurrence.activity, now)
    form = (DecisionForm() if request.method == "POST" else DecisionForm.in_address()).offer(
        people, actor.person_id
    )
    if form.asks_once_more(days_early(occurrence, now), occurrence.revision):
        asked = ask_at(f"/dates/{occurrence_id}/decision/{form.outcome.data}")
        return asked or _sure(occurrence, form, actor)
    if form.validate_on_submit() and form.attempt(lambda: _rule(occurrence, form, actor)):
        session.commit()
        return go(f"/dates/{occurrence_id}/board")
    screen = screen_of(session, occurrence, actor.person_id, now)
    early = days_early(occurrence, now) > 0
    facts = {"has_links": links.has_links(session, occurrence_id, now), "is_early": early}
    return form.page("decisions/decide.html", screen=screen, occurrence=occurrence, **facts)


@pages.get("/dates/<int:occurrence_id>/decision/<outcome>")
def sure(occurrence_id: int, outcome: str) -> ResponseReturnValue:
    """Ask once more, long before there is anything to decide; once it is decided, show how it stands."""
    actor, session, now = current_actor(), db_session(), clock.now()
    occurrence = find_organised_occurrence(session, actor, occurrence_id)
    form = DecisionForm.in_address(outcome=outcome)
    form.offer(who_may_decide(session, occurrence.activity, now), actor.person_id)
    still = form.validate() and form.revision.data == str(occurrence.revision)
    if still and days_early(occurrence, now) > 0 and outcome in queries.possible(session, occurrence, now):
        return _sure(occurrence, form, actor)
    return go(f"/dates/{occurrence_id}/decision")


def _sure(occurrence: Occurrence, form: DecisionForm, actor: Actor) -> ResponseReturnValue:
    now = clock.now()
    return form.page(
        "decisions/sure.html",
        screen=screen_of(db_session(), occurrence, actor.person_id, now),
        occurrence=occurrence,
        days=days_early(occurrence, now),
        back=with_typed(f"/dates/{occurrence.id}/decision", ("cause", "reason", "decided_by")),
    )


@pages.post("/dates/<int:occurrence_id>/decision/undo/<int:revision>")
def undo(occurrence_id: int, revision: int) -> ResponseReturnValue:
    """Take back what was just decided, as the bar on the board offers it."""
    actor, session, form = current_actor(), db_session(), UndoForm()
    occurrence = find_organised_occurrence(session, actor, occurrence_id)
    assert actor.person_id is not None
    ruling = Ruling(actor.person_id, revision)
    if form.validate_on_submit() and form.attempt(
        lambda: actions.take_back(session, occurrence, ruling, clock.now())
    ):
        session.commit()
    else:
        flash(form.refusal, "error")
    return go(f"/dates/{occurrence_id}/board")


def _rule(occurrence: Occurrence, form: DecisionForm, actor: Actor) -> None:
    assert actor.person_id is not None
    session, now = db_session(), clock.now()
    ruling = ruling_for(session, occurrence, _ruling(form, actor.person_id, "page"), form.decider(), now)
    OUTCOMES[str(form.outcome.data)](session, occurrence, ruling, now)


def _ruling(form: DecisionFields, person_id: int, how: str) -> Ruling:
    return Ruling(
        person_id, int(str(form.revision.data)), form.reason.data or "", form.cause.data or "", how=how
    )


@pages.route("/decide/<token>", methods=["GET", "POST"])
def decide_by_link(token: str) -> ResponseReturnValue:
    """Ask the same of whoever has the link from a decider's message, without signing in; a small page, no script.

    Only pressing a button acts: the scanners of mail servers follow links.
    """
    session, now, form = db_session(), clock.now(), LinkForm()
    found = links.find_link(session, token, settings().secret_key, now)

    def rule() -> None:
        ruling = _ruling(form, found.person.id, "link")
        OUTCOMES[str(form.outcome.data)](session, found.occurrence, ruling, now)

    if form.validate_on_submit() and form.attempt(rule):
        session.commit()
        return secret_address(make_response(go(f"/decide/{token}")))
    screen = screen_of(session, found.occurrence, found.person.id, now)
    facts = {"occurrence": found.occurrence, "person_name": found.person.name}
    return secret_address(make_response(form.page("decisions/link.html", screen=screen, **facts)))


csrf.exempt(decide_by_link)


@pages.post("/dates/<int:occurrence_id>/decision/links/close")
def close_links(occurrence_id: int) -> ResponseReturnValue:
    """Close the links to this decision that went out, as when a message was passed on."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    links.close_links(db_session(), occurrence, clock.now())
    db_session().commit()
    flash(gettext("送ったリンクを閉じました。もう使えません。"), "success")
    return go(f"/dates/{occurrence_id}/decision")


@pages.app_template_global("decision_on")
def decision_on(occurrence: Occurrence) -> Decision | None:
    """Return the decision about a date that holds, for the word that everybody sees."""
    stands = queries.standing_of(db_session(), occurrence.id)
    return stands if stands is not None and queries.is_untouched(occurrence, stands) else None


@pages.app_template_global("just_decided")
def just_decided_about(occurrence: Occurrence) -> JustDecided | None:
    """Return what was decided about a date in the last half hour, for the bar on its board."""
    return just_decided(db_session(), occurrence, clock.now())


@pages.app_template_global("decision_of")
def decision_of(occurrence: Occurrence, revision: int) -> Decision | None:
    """Return what was decided about a date at one revision of it."""
    made = queries.decisions_of(db_session(), occurrence.id)
    return next((one for one in made if one.revision == revision), None)


@pages.app_template_global("correction_on")
def correction_on(occurrence: Occurrence) -> Decision | None:
    """Return the latest decision about a date where that took another one back, or made it untrue."""
    made = queries.decisions_of(db_session(), occurrence.id)
    return made[-1] if made and made[-1].corrects_id is not None else None


@pages.app_template_global("verdicts_on")
def verdicts_on(occurrence: Occurrence) -> tuple[Decision | None, Decision | None]:
    """Return what was decided about a date and holds, and what took a decision back or corrected it as the newest word.

    Of both only what nothing has changed since.
    """
    made = queries.decisions_of(db_session(), occurrence.id)
    stands, newest = queries.standing(made), made[-1] if made else None
    corrects = newest is not None and newest.corrects_id is not None
    return (
        stands if stands is not None and queries.is_untouched(occurrence, stands) else None,
        newest if newest is not None and corrects and newest.revision == occurrence.revision else None,
    )


@pages.app_template_global("asked_again")
def asked_again_at(occurrence: Occurrence) -> AskedAgain | None:
    """Return who was asked again since a date was postponed or joined, and what they said."""
    return asked_again(db_session(), occurrence)


@pages.app_template_global("deciders_for")
def deciders_for(activity: Activity) -> queries.Deciders:
    """Return who is asked today to decide about the dates of an activity, and who in their place."""
    return queries.deciders_of(db_session(), activity, queries.today_of(activity, clock.now()))
