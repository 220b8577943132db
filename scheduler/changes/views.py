"""Changing a date, this and the following, or all: who is touched is shown before it is saved; and the history."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from scheduler import clock
from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.queries import (
    dates_of_activity,
    find_organised_activity,
    find_organised_occurrence,
    who_can_decide,
)
from scheduler.activities.reminder_forms import reminder_words
from scheduler.activities.reminder_rules import parse
from scheduler.activities.repeat_forms import is_of_rule
from scheduler.changes import actions, corrections, drafts, ending, queries, undo
from scheduler.changes.forms import (
    CorrectionForm,
    EndForm,
    OneDateForm,
    SeriesForm,
    values_of_date,
    values_of_facts,
    values_of_series,
)
from scheduler.changes.models import SCOPES, SeriesChange
from scheduler.changes.shown import fit
from scheduler.closures.queries import rest_days
from scheduler.errors import NotFound, Refused
from scheduler.history import UNDO_FOR
from scheduler.parties.access import Actor
from scheduler.parties.login import current_actor
from scheduler.questions import as_asked, ask_at, is_asked
from scheduler.web import Form, db_session, go
from scheduler.words import (
    DECISION_DAYS,
    OFFICES,
    WEATHER,
    clock_text,
    sentence,
    word,
)

pages = Blueprint("changes", __name__)
fit(pages)
_FACTS = {
    "title": _("活動の名前"),
    "summary": _("どんな活動ですか"),
    "address": _("住所"),
    "map_point": _("地図の位置"),
    "bring": _("持ち物・服装"),
    "contact": _("問い合わせ先"),
    "website": _("くわしいページ"),
    "tags": _("分野"),
    "weather_rule": _("雨のとき"),
    "reserve_days": _("予備日"),
    "decide_at": _("決める時刻"),
    "decide_days_before": _("決める日"),
    "decider_office": _("決める人"),
    "decider_id": _("決める人"),
    "deputy_office": _("代わりの人"),
    "deputy_id": _("代わりの人"),
    "reminders": _("参加する人へのお知らせ"),
}
_CODED = {
    "weather_rule": WEATHER,
    "decide_days_before": DECISION_DAYS,
    "decider_office": OFFICES,
    "deputy_office": OFFICES,
}


@pages.app_template_filter("undo_until")
def undo_until(at: datetime) -> datetime:
    """Return until when a change made at this moment may be taken back."""
    return at + UNDO_FOR


@pages.get("/dates/<int:occurrence_id>/change")
def choose(occurrence_id: int) -> ResponseReturnValue:
    """Ask how far a change goes: this date, this and the following, all to come."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    return render_template("changes/choose.html", occurrence=occurrence, now=clock.now())


@pages.route("/dates/<int:occurrence_id>/change/<scope>", methods=["GET", "POST"])
def change(occurrence_id: int, scope: str) -> ResponseReturnValue:
    """Show whom a change touches, and make it once that was seen."""
    actor, now = current_actor(), clock.now()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    form = _form(occurrence, scope, now)
    # Whoever comes from the closed days sees at once whom it touches; nothing is written by looking.
    looks = request.method == "GET" and "look" in request.args and not is_asked()
    asked = form.validate_on_submit() or looks or (is_asked() and form.validate())
    if asked and form.attempt(lambda: _step(form, occurrence, scope, actor)):
        if isinstance(form.done, SeriesChange):
            address = f"/activities/{form.done.activity_id}/changes"
            db_session().commit()
            return go(address)
        if looked := ask_at(request.path, "#impact"):
            return looked
        form.seen.data = form.done[1].seen
    shown = form.done if isinstance(form.done, tuple) else (None, None)
    template = "changes/one.html" if scope == "this" else "changes/series.html"
    facts = _dates_of(form, occurrence, now) | {"occurrence": occurrence, "scope": scope}
    return form.page(template, plan=shown[0], impact=shown[1], **facts)


def _dates_of(form: OneDateForm | SeriesForm, occurrence: Occurrence, now: datetime) -> dict[str, Any]:
    if isinstance(form, OneDateForm):
        return {}
    activity = occurrence.activity
    found = form.preview_or_why(rest_days(db_session(), activity.organization_id, activity.timezone), now)
    why, code = (sentence(found), found.code) if isinstance(found, Refused) else ("", form.refused_by)
    return {"preview": None if why else found, "why_no_dates": why, "rule_is_wrong": is_of_rule(code)}


def _form(occurrence: Occurrence, scope: str, now: datetime) -> OneDateForm | SeriesForm:
    if scope not in SCOPES:
        raise NotFound
    form = OneDateForm if scope == "this" else SeriesForm
    stands = values_of_date(occurrence) if scope == "this" else values_of_series(occurrence, scope, now)
    if request.method != "POST" and not is_asked():
        chosen = {"on_closed": request.args["on_closed"]} if "on_closed" in request.args else {}
        return form(data=stands | chosen)
    # What is typed is held against what stands: only the parts that somebody has touched are unfolded.
    sent = form(data=stands, **as_asked())
    if not sent.parts.entries:
        for row in stands["parts"]:
            sent.parts.append_entry(row)
    return sent


def _step(form: OneDateForm | SeriesForm, occurrence: Occurrence, scope: str, actor: Actor) -> Any:
    """Make the change when the button was pressed that says so, under the eyes of who saw it; else only look."""
    session, now = db_session(), clock.now()
    zone = occurrence.activity.timezone
    wanted = form.wanted() if isinstance(form, OneDateForm) else form.wanted(zone)
    if request.form.get("step") != "save":
        return actions.look(session, occurrence, scope, wanted, now, by_id=actor.person_id)
    order = actions.Order(scope, wanted, form.seen.data or "", actor.person_id)
    return actions.change(session, occurrence, order, now)


@pages.get("/activities/<int:activity_id>/changes")
def history(activity_id: int) -> ResponseReturnValue:
    """Show what happened to an activity and its dates: who, when, why; the latest may be taken back."""
    session = db_session()
    activity = find_organised_activity(session, current_actor(), activity_id)
    return render_template(
        "changes/history.html",
        activity=activity,
        lines=queries.history(session, activity.id),
        undoable=queries.latest_undoable(session, activity.id, clock.now()),
    )


@pages.route("/activities/<int:activity_id>/correct", methods=["GET", "POST"])
def correct(activity_id: int) -> ResponseReturnValue:
    """Correct what a published activity says; where people have planned by it, whom it touches is shown first."""
    actor, session, now = current_actor(), db_session(), clock.now()
    activity = find_organised_activity(session, actor, activity_id)
    if not activity.is_published:
        return go(f"/activities/{activity_id}/edit")
    form = CorrectionForm(data=_as_shown(activity), **as_asked())
    form.fit(activity, who_can_decide(session, activity, actor.today), now)
    asked = form.validate_on_submit() or (is_asked() and form.validate())
    if asked and form.attempt(lambda: _correct(form, activity, actor)):
        if isinstance(form.done, SeriesChange):
            session.commit()
            flash(gettext("活動の内容を直しました。"), "success")
            return go(f"/activities/{activity_id}/changes")
        if looked := ask_at(request.path, "#impact"):
            return looked
        form.seen.data = form.done.seen
    # Whoever comes back to it once it is corrected sees how it stands.
    effect = form.done if isinstance(form.done, corrections.Effect) and form.done.after else None
    ahead = dates_of_activity(session, activity.id, now, limit=1)
    return form.page("changes/correct.html", activity=activity, effect=effect, ahead=ahead)


def _as_shown(activity: Activity) -> dict[str, Any]:
    # What is typed is held against what stands there; which revision somebody has seen their page alone says.
    return values_of_facts(activity) | ({"was": ""} if request.method == "POST" or is_asked() else {})


def _correct(form: CorrectionForm, activity: Activity, actor: Actor) -> corrections.Effect | SeriesChange:
    """Correct at once what nobody is told of and nobody else has touched meanwhile; else show first what it does."""
    session, now = db_session(), clock.now()
    wanted = replace(form.wanted(), by_id=actor.person_id)
    effect = corrections.look(session, activity, wanted, now)
    if not form.seen.data and effect.mends_letters:
        # The old number stands in their letters: telling them is proposed, and may be unticked.
        form.tell.data = True
        return corrections.look(session, activity, replace(wanted, tell=True), now)
    was_shown = form.seen.data == effect.seen and request.form.get("step") == "save"
    nobody = not effect.told_ids and form.was.data == str(activity.revision)
    form.was.data = str(activity.revision)
    if is_asked() or (effect.after and not (was_shown or nobody)):
        return effect
    order = replace(wanted, seen=effect.seen)
    return corrections.correct(session, activity, order, now)


@pages.app_template_filter("fact_word")
def fact_word(name: str) -> str:
    """Return what one of an activity's facts is called."""
    return word(_FACTS, name)


@pages.app_template_filter("fact_text")
def fact_text(kept: dict[str, Any], name: str) -> str:
    """Say a fact of an activity, as it was kept, in words; empty for none."""
    value = kept.get(name)
    if name in _CODED:
        return word(_CODED[name], str(value)) if value is not None else ""
    if name == "decide_at":
        return clock_text(datetime.combine(date.min, time.fromisoformat(value))) if value else ""
    if name == "reserve_days":
        return ngettext("%(days)s日後", "%(days)s日後", value, days=value) if value else ""
    if name == "reminders":
        return reminder_words(parse(value))
    return "、".join(value) if isinstance(value, list) else str(value or "")


@pages.app_template_global("change_of")
def change_of(change_id: int) -> SeriesChange:
    """Return a change that somebody is being told of."""
    return queries.change_told(db_session(), change_id)


@pages.app_template_global("change_taken_back")
def change_taken_back(occurrence: Occurrence) -> SeriesChange | None:
    """Return the change of a date that was taken back, while the date stands as that has left it."""
    return queries.taken_back(db_session(), occurrence)


@pages.post("/changes/<int:edit_id>/undo")
def take_back(edit_id: int) -> ResponseReturnValue:
    """Take a change back."""
    actor = current_actor()
    found = queries.find_change(db_session(), actor, edit_id)
    undo.undo(db_session(), found, actor.person_id, clock.now())
    address = f"/activities/{found.activity_id}/changes"
    db_session().commit()
    flash(gettext("変更を元にもどしました。"), "success")
    return go(address)


@pages.app_template_global("back_to_draft")
def back_to_draft(activity: Activity) -> dict[str, str]:
    """Say until when what was just published may be a draft again, or why not; nothing for what is published long."""
    session, now = db_session(), clock.now()
    if not activity.is_published or not drafts.is_new(session, activity, now):
        return {}
    try:
        drafts.check_new(session, activity, now)
    except Refused as refused:
        return {"why": sentence(refused)}
    return {"why": ""}


@pages.post("/activities/<int:activity_id>/unpublish")
def unpublish(activity_id: int) -> ResponseReturnValue:
    """Make a draft again of what was just published, before anybody has planned by it."""
    actor, session = current_actor(), db_session()
    found = find_organised_activity(session, actor, activity_id)
    drafts.unpublish(session, found, actor.person_id, clock.now())
    session.commit()
    flash(gettext("下書きにもどしました。ほかの人には、もう見えません。"), "success")
    return go(f"/activities/{activity_id}")


@pages.route("/activities/<int:activity_id>/discard", methods=["GET", "POST"])
def discard(activity_id: int) -> ResponseReturnValue:
    """Ask whether a draft shall be thrown away, and do so."""
    actor, session = current_actor(), db_session()
    found, form = find_organised_activity(session, actor, activity_id), Form()
    if found.is_published and request.method == "GET":
        return go(f"/activities/{activity_id}")
    if form.validate_on_submit() and form.attempt(
        lambda: drafts.discard(session, found, actor.person_id, clock.now())
    ):
        session.commit()
        said = gettext("下書き「%(title)s」を捨てました。", title=found.title)
        flash((said, f"/activities/{activity_id}/restore"), "undo")  # type: ignore[arg-type]
        return go(f"/organizations/{found.organization.slug}")
    return form.page("changes/discard.html", activity=found)


@pages.post("/activities/<int:activity_id>/restore")
def restore(activity_id: int) -> ResponseReturnValue:
    """Take a draft out of the bin again."""
    actor, session = current_actor(), db_session()
    found = drafts.find_discarded(session, actor, activity_id)
    drafts.restore(session, found, actor.person_id, clock.now())
    session.commit()
    flash(gettext("下書きを元にもどしました。"), "success")
    return go(f"/activities/{activity_id}")


@pages.app_template_test("to_end")
def to_end(activity: Activity) -> bool:
    """Say whether an activity has more than one date to end."""
    return ending.may_end(activity)


@pages.route("/activities/<int:activity_id>/end", methods=["GET", "POST"])
def end(activity_id: int) -> ResponseReturnValue:
    """Ask for the last day of an activity, show whom that touches, and end it there."""
    actor, session = current_actor(), db_session()
    found = find_organised_activity(session, actor, activity_id)
    form = EndForm(data={"last_on": actor.today}, **as_asked())
    asked = form.validate_on_submit() or (is_asked() and form.validate())
    if asked and form.attempt(lambda: _end_step(form, found, actor)):
        if isinstance(form.done, SeriesChange):
            session.commit()
            return go(f"/activities/{activity_id}/changes")
        if looked := ask_at(request.path, "#impact"):
            return looked
        form.seen.data = form.done[1].seen
    shown = form.done if isinstance(form.done, tuple) else (None, None)
    return form.page("changes/end.html", activity=found, plan=shown[0], impact=shown[1])


def _end_step(form: EndForm, activity: Activity, actor: Actor) -> Any:
    session, now = db_session(), clock.now()
    assert form.last_on.data is not None, "the form was validated"
    first, wanted = ending.ending(session, activity, form.last_on.data, form.why.data or "", now)
    if request.form.get("step") != "save":
        return actions.look(session, first, ending.SCOPE, wanted, now, by_id=actor.person_id)
    order = actions.Order(ending.SCOPE, wanted, form.seen.data or "", actor.person_id)
    return actions.change(session, first, order, now)


@pages.app_template_global("dates_on_rest")
def dates_on_rest(organization_id: int) -> list[queries.OnRest]:
    """Return a body's dates to come that fall on its closed days, by activity."""
    return queries.dates_on_rest(db_session(), organization_id, clock.now())
