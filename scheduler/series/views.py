"""Pages to sign up for many dates, to leave single ones, and to end it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, make_response, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, words
from scheduler.activities.models import Activity
from scheduler.activities.queries import find_activity
from scheduler.activities.recurrence import to_local
from scheduler.activities.repeat_forms import repeats_of
from scheduler.errors import NotFound
from scheduler.guarding import guard
from scheduler.participation import visits
from scheduler.participation.actions import Stranger, is_told_by_mail
from scheduler.participation.fields import ProveForm
from scheduler.participation.queries import find_own
from scheduler.participation.standing import UNPROVEN_HOLDS
from scheduler.parties import actions as parties
from scheduler.parties import keeping
from scheduler.parties.access import Actor
from scheduler.parties.login import actor_by_link, begin_connecting, current_actor, step_to_connect
from scheduler.parties.queries import find_me
from scheduler.series import actions, queries
from scheduler.series.actions import Joined
from scheduler.series.forms import ButtonForm, MonthsForm, SeriesForm
from scheduler.series.models import Series
from scheduler.web import db_session, go, secret_address, settings

pages = Blueprint("series", __name__)

# How much a browser keeps: the activity, the part, the row, the key of the request, until when, the key to the form,
# and whether all dates were full before.
_KEPT = 7


def _asker(token: str | None) -> tuple[Actor, str]:
    """Return who acts and the page to go back to, by session or by personal link."""
    return (current_actor(), "/me") if token is None else (actor_by_link(token), f"/me/{token}")


@pages.route("/activities/<int:activity_id>/join/<int:position>", methods=["GET", "POST"])
def join(activity_id: int, position: int) -> ResponseReturnValue:
    """Sign up for many dates of an activity at once."""
    actor, now = current_actor(), clock.now()
    activity = find_activity(db_session(), actor, activity_id)
    slots = queries.slots_ahead(db_session(), activity.id, position, now)
    if not slots:
        raise NotFound
    typed, mends = _typed_before(activity_id, position), "mend" in request.args
    shown = visits.as_form(typed) if typed and mends and request.method == "GET" else None
    form = SeriesForm.for_slots(slots, known=actor.is_signed_in, typed=shown)
    # As everybody sees it, whoever signs up.
    full = all(slot.is_waited_for for slot in slots)
    if form.validate_on_submit() and form.attempt(lambda: _join(activity, position, form, actor)):
        _remember(form, actor, now, full=full)
        db_session().commit()
        _say_what_was_left_out(form.done, by_mail=session["series"][2] == 0)
        return go(f"/activities/{activity.id}/join/{position}/joined")
    part = {"part": slots[0], "others": queries.other_parts(slots[0])}
    page = form.page("series/join.html", activity=activity, slots=slots, **part, is_kept=typed is not None)
    return secret_address(make_response(page)) if mends else page


def _join(activity: Activity, position: int, form: SeriesForm, actor: Actor) -> Joined:
    sign_up, wish, now = form.sign_up(), form.wish(position), clock.now()
    if actor.is_signed_in:
        known = replace(sign_up, contact_id=find_me(db_session(), actor).id)
        return actions.join(db_session(), activity, wish, known, now)
    stranger = Stranger(form.person())
    guard("join", *stranger.contacts)
    typed = _typed_before(activity.id, position)
    if typed is not None and "mend" in request.args:
        actions.let_go(db_session(), activity, typed.request_key, stranger.person, now)
    done = actions.join_as_stranger(db_session(), activity, wish, sign_up, now, stranger=stranger)
    form.tell_what_is_left_out()
    begin_connecting(done.series.contact, activity.organization, unproven=done.series.unproven)
    return done


def _typed_before(activity_id: int, position: int) -> keeping.Kept | None:
    """Return what this browser has typed there, while its mail is waited for."""
    kept = session.get("series")
    if not isinstance(kept, list) or kept[:2] != [activity_id, position] or len(kept) != _KEPT or not kept[5]:
        return None
    return visits.opened(kept[5])


def _remember(form: SeriesForm, actor: Actor, now: datetime, *, full: bool) -> None:
    """Keep in this browser what it has just made, and the key to what was typed; the caller commits.

    Where that is told to the mailbox alone, nothing of what is stored goes into the cookie, which can be read.
    """
    _forget_typed()
    made: Series = form.done.series
    by_mail = not actor.is_signed_in and is_told_by_mail(Stranger(form.person()))
    sent, until = form.request_key.data or "", (now + UNPROVEN_HOLDS).isoformat()
    key = visits.keep_typed(now) if by_mail else ""
    session["series"] = [made.activity_id, made.position, 0 if by_mail else made.id, sent, until, key, full]


def _forget_typed() -> None:
    kept = session.get("series")
    if isinstance(kept, list) and len(kept) == _KEPT and kept[5]:
        keeping.forget(db_session(), kept[5])


def _say_what_was_left_out(joined: Joined, *, by_mail: bool) -> None:
    days: dict[str, list[str]] = {}
    # Whoever typed an address learns nothing of whose it is.
    for one in (one for one in joined.not_joined if one.is_for_anybody or not by_mail):
        starts = to_local(one.slot.starts_at, one.slot.occurrence.activity.timezone)
        days.setdefault(words.sentence(one.refused), []).append(words.date_text(starts))
    for why, those in days.items():
        which = ("、" if words.in_japanese() else "; ").join(those)
        flash(gettext("申し込めなかった日：%(days)s。%(why)s", days=which, why=why), "warning")


@pages.get("/activities/<int:activity_id>/join/<int:position>/joined")
def joined(activity_id: int, position: int) -> ResponseReturnValue:
    """Say what comes next; only to the browser that has just signed up."""
    kept = _kept(activity_id, position)
    activity = find_activity(db_session(), current_actor(), activity_id)
    made = queries.just_joined_by_id(db_session(), kept[2]) if kept[2] else None
    page = ButtonForm().page(
        "series/joined.html",
        activity=activity,
        series=made,
        position=position,
        may_mend=_typed_before(activity_id, position) is not None,
        **(_waiting(kept[4], waits=kept[6]) if made is None else _standing(made)),
        **_when_and_where(activity, position),
    )
    return secret_address(make_response(page))


def _kept(activity_id: int, position: int) -> list[Any]:
    """Return what this browser has just made there; raise NotFound where that is nothing."""
    kept = session.get("series")
    # An older version of the service kept less.
    if not isinstance(kept, list) or kept[:2] != [activity_id, position] or len(kept) != _KEPT:
        raise NotFound
    return kept


@pages.post("/activities/<int:activity_id>/join/<int:position>/joined/forget")
def forget_joined(activity_id: int, position: int) -> ResponseReturnValue:
    """Let a browser that others use too forget what was typed into it; the sign-up stays."""
    activity = find_activity(db_session(), current_actor(), activity_id)
    _forget_typed()
    session.pop("series", None)
    db_session().commit()
    flash(gettext("この端末から消しました。申し込みは、そのままです。"), "success")
    return go(f"/activities/{activity.id}")


@pages.post("/activities/<int:activity_id>/join/<int:position>/joined/undo")
def undo(activity_id: int, position: int) -> ResponseReturnValue:
    """Take back all dates that this browser has just signed up for in one go, for half an hour."""
    kept = _kept(activity_id, position)
    found = queries.just_joined_by_id(db_session(), kept[2])
    left = actions.undo(db_session(), found, clock.now())
    db_session().commit()
    flash(gettext("元にもどしました。%(left)s回の申し込みを取り消しました。", left=left), "success")
    return go(f"/activities/{activity_id}")


def _waiting(until: str, *, waits: bool) -> dict[str, object]:
    """Return what is said to whoever typed an address: the same whether or not that one is known."""
    moment = datetime.fromisoformat(until)
    is_over = moment <= clock.now()
    return {
        "by_mail": True,
        "asked": True,
        "is_over": is_over,
        "until": moment,
        "rows": [],
        "waits": waits,
    }


def _standing(made: Series) -> dict[str, object]:
    told_here = not made.contact.email and not made.unproven
    step = step_to_connect(made.contact, made.activity.organization) if made.unproven else None
    return {
        "by_mail": False,
        "asked": made.unproven,
        "is_over": not made.is_live,
        "until": made.created_at + UNPROVEN_HOLDS,
        "rows": [] if made.unproven else queries.rows_of(db_session(), made.id, clock.now()),
        "link": parties.personal_link(made.contact, settings().secret_key) if told_here else "",
        "step": step,
        "may_be_undone": actions.may_be_undone(made, clock.now()),
    }


def _when_and_where(activity: Activity, position: int) -> dict[str, object]:
    """Return what a page says of a series whoever reads it: the part on its next date, and how the activity repeats."""
    now = clock.now()
    ahead = queries.slots_ahead(db_session(), activity.id, position, now)
    return {"part": ahead[0] if ahead else None, "repeats": repeats_of(activity, now)}


@pages.get("/series/<int:series_id>")
@pages.get("/me/<token>/series/<int:series_id>")
def series(series_id: int, token: str | None = None) -> ResponseReturnValue:
    """Show a sign-up for many dates: each date, the months off, and the way to end it."""
    actor, back = _asker(token)
    found = queries.find_own_series(db_session(), actor, series_id)
    form = MonthsForm(months_off=[str(month) for month in found.months_off])
    rows = queries.rows_of(db_session(), found.id, clock.now())
    page = form.page(
        "series/series.html",
        series=found,
        rows=rows,
        back=back,
        now=clock.now(),
        clashes=queries.clashes_of(db_session(), found, clock.now()),
        until=found.created_at + UNPROVEN_HOLDS,
    )
    return secret_address(make_response(page))


def _changed(found: Series, back: str, said: str) -> ResponseReturnValue:
    db_session().commit()
    flash(said, "success")
    return go(f"{back.removesuffix('/me')}/series/{found.id}")


@pages.post("/series/<int:series_id>/prove")
@pages.post("/me/<token>/series/<int:series_id>/prove")
def prove(series_id: int, token: str | None = None) -> ResponseReturnValue:
    """Confirm the address for all dates: only pressing the button does it."""
    actor, back = _asker(token)
    found = queries.find_own_series(db_session(), actor, series_id)
    sure = bool(ProveForm().clash.data)
    if queries.clashes_of(db_session(), found, clock.now()) and not sure:
        # The page says with what, and asks for the second tap.
        return go(f"{back.removesuffix('/me')}/series/{found.id}")
    actions.prove(db_session(), found, clock.now(), clash_ok=sure)
    kept = session.get("series")
    if isinstance(kept, list) and len(kept) == _KEPT and kept[3] and kept[3] == found.request_key:
        # Whoever has confirmed it here reads its mailbox.
        session["series"] = [*kept[:2], found.id, *kept[3:5], "", kept[6]]
    return _changed(found, back, gettext("確かめました。"))


@pages.post("/series/<int:series_id>/months")
@pages.post("/me/<token>/series/<int:series_id>/months")
def months(series_id: int, token: str | None = None) -> ResponseReturnValue:
    """Say in which months one does not come."""
    actor, back = _asker(token)
    found = queries.find_own_series(db_session(), actor, series_id)
    form = MonthsForm()
    chosen = form.months() if form.validate_on_submit() else found.months_off
    actions.set_months_off(db_session(), found, chosen, clock.now())
    return _changed(found, back, gettext("休む月を書きとめました。"))


@pages.post("/series/<int:series_id>/end")
@pages.post("/me/<token>/series/<int:series_id>/end")
def end(series_id: int, token: str | None = None) -> ResponseReturnValue:
    """End it: the dates ahead are left."""
    actor, back = _asker(token)
    found = queries.find_own_series(db_session(), actor, series_id)
    left = actions.end(db_session(), found, actor.person_id, clock.now())
    return _changed(found, back, gettext("やめました。%(left)s日の申し込みを取り消しました。", left=left))


@pages.post("/participations/<int:series_row_id>/come")
@pages.post("/me/<token>/participations/<int:series_row_id>/come")
def come_after_all(series_row_id: int, token: str | None = None) -> ResponseReturnValue:
    """Come to a date of a series that was left before."""
    actor, back = _asker(token)
    row = find_own(db_session(), actor, series_row_id)
    if row.series_id is None:
        raise NotFound
    actions.come_after_all(db_session(), row, clock.now())
    db_session().commit()
    return go(f"{back.removesuffix('/me')}/series/{row.series_id}")


@pages.app_template_global("series_of_person")
def series_of_person(person_id: int) -> list[object]:
    """Return a person's live sign-ups for many dates, for the own page."""
    return list(queries.series_of(db_session(), person_id))
