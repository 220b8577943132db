"""Pages to look for a stand-in, and to be one."""

from dataclasses import replace

from flask import Blueprint, flash, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, words
from scheduler.activities.recurrence import to_local
from scheduler.guarding import guard
from scheduler.participation import visits
from scheduler.participation.actions import Stranger
from scheduler.participation.models import Participation
from scheduler.participation.queries import find_own
from scheduler.participation.signing import SignUp
from scheduler.parties.access import Actor
from scheduler.parties.login import actor_by_link, begin_connecting, current_actor
from scheduler.parties.queries import find_me
from scheduler.standins import actions, queries
from scheduler.standins.forms import TakeOverForm, WayForm
from scheduler.standins.models import StandIn
from scheduler.text import without_readings
from scheduler.web import db_session, go, secret_address, settings

pages = Blueprint("standins", __name__)


def _asker(token: str | None) -> tuple[Actor, str]:
    """Return who acts and the page to go back to, by session or by personal link."""
    return (current_actor(), "/me") if token is None else (actor_by_link(token), f"/me/{token}")


@pages.route("/participations/<int:participation_id>/stand-in", methods=["GET", "POST"])
@pages.route("/me/<token>/participations/<int:participation_id>/stand-in", methods=["GET", "POST"])
def seek(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Choose how to look for a stand-in, and see how far that has come."""
    actor, back = _asker(token)
    row = find_own(db_session(), actor, participation_id)
    form = WayForm()
    way = request.form.get("way", "")
    if form.validate_on_submit() and form.attempt(lambda: actions.seek(db_session(), row, way, clock.now())):
        db_session().commit()
    search = queries.search_for(db_session(), row.id)
    link = f"/stand-ins/{queries.token_of(search, settings().secret_key)}" if search else ""
    page = form.page(
        "standins/seek.html",
        row=row,
        occurrence=row.slot.occurrence,
        search=search,
        passed_on=_to_pass_on(row, f"{settings().address}{link}"),
        somebody_waits=actions.somebody_waits(db_session(), row, clock.now()),
        back=back,
    )
    return secret_address(make_response(page))


def _to_pass_on(row: Participation, link: str) -> str:
    """Return what is sent to whom one asks: what it is about, when, where, for how many, and the link."""
    slot, activity = row.slot, row.slot.occurrence.activity
    start, end = (to_local(at, activity.timezone) for at in (slot.starts_at, slot.ends_at))
    lines = (
        gettext("代わりに行っていただけますか。"),
        words.said(activity, "title") + words.dot() + words.said(slot, "name"),
        f"{words.date_text(start)} {words.span_text(start, end)}",
        words.said(slot.occurrence, "place"),
        "" if slot.min_children else gettext("お願いするのは1人です。"),
        link,
    )
    # It is sent on as plain text: no readings over the words, whoever reads this page.
    return without_readings("\n".join(line for line in lines if line))


@pages.post("/participations/<int:participation_id>/stand-in/stop")
@pages.post("/me/<token>/participations/<int:participation_id>/stand-in/stop")
def stop(participation_id: int, token: str | None = None) -> ResponseReturnValue:
    """Come after all."""
    actor, back = _asker(token)
    actions.stop(db_session(), find_own(db_session(), actor, participation_id), clock.now())
    db_session().commit()
    flash(gettext("さがすのをやめました。お待ちしています。"), "success")
    return go(back)


@pages.route("/stand-ins/<token>", methods=["GET", "POST"])
def take_by_link(token: str) -> ResponseReturnValue:
    """Take over by the link that somebody passed on."""
    search = queries.find_search_by_token(db_session(), token, settings().secret_key)
    return secret_address(make_response(_take(search)))


@pages.route("/stand-ins/open/<int:search_id>", methods=["GET", "POST"])
def take_open(search_id: int) -> ResponseReturnValue:
    """Take over where everybody was asked."""
    page = _take(queries.find_open_search(db_session(), current_actor(), search_id))
    return secret_address(make_response(page)) if "mend" in request.args else page


def _take(search: StandIn) -> ResponseReturnValue:
    actor, slot = current_actor(), search.participation.slot
    form = TakeOverForm.asking(slot, known=actor.is_signed_in, typed=visits.typed_before())
    if form.validate_on_submit() and form.attempt(lambda: _take_over(search, form, actor)):
        visits.remember(form.done, _stranger(form, actor))
        db_session().commit()
        return go(f"/slots/{slot.id}/joined")
    return form.page(
        "standins/take.html", slot=slot, occurrence=slot.occurrence, search=search, now=clock.now()
    )


def _stranger(form: TakeOverForm, actor: Actor) -> Stranger | None:
    return None if actor.is_signed_in else Stranger(form.person())


def _take_over(search: StandIn, form: TakeOverForm, actor: Actor) -> Participation:
    sign_up = SignUp(
        0,
        company=form.company(),
        clash_ok=bool(form.clash.data),
        request_key=form.request_key.data or None,
    )
    if not actor.is_signed_in:
        stranger = Stranger(form.person())
        guard("join", *stranger.contacts)
        visits.let_go(search.participation.slot, stranger.person)
        row = actions.take_as_stranger(db_session(), search, stranger, sign_up, clock.now())
        form.tell_what_is_left_out()
        begin_connecting(row.contact, row.slot.occurrence.activity.organization, unproven=row.unproven)
        return row
    known = replace(sign_up, contact_id=find_me(db_session(), actor).id)
    return actions.take(db_session(), search, known, clock.now())


@pages.route("/stand-ins/asked/<int:asked_search_id>", methods=["GET", "POST"])
@pages.route("/me/<token>/stand-ins/asked/<int:asked_search_id>", methods=["GET", "POST"])
def answer(asked_search_id: int, token: str | None = None) -> ResponseReturnValue:
    """Say yes or no as somebody who waits and was asked to take over."""
    actor, back = _asker(token)
    search, row = queries.find_asked(db_session(), actor, asked_search_id)
    form = WayForm()
    act = actions.accept if request.form.get("answer") == "yes" else actions.pass_on
    if form.validate_on_submit() and form.attempt(lambda: act(db_session(), search, row, clock.now())):
        db_session().commit()
        return go(f"{back.removesuffix('/me')}/participations/{row.id}")
    page = form.page(
        "standins/answer.html", search=search, row=row, occurrence=row.slot.occurrence, back=back
    )
    return secret_address(make_response(page))


@pages.app_template_global("open_stand_ins")
def open_stand_ins(occurrence_id: int) -> dict[int, int]:
    """Return the open searches of a date that everybody may answer, by slot."""
    return {one.participation.slot_id: one.id for one in queries.open_searches(db_session(), occurrence_id)}


@pages.app_template_global("stand_in_links")
def stand_in_links(rows: list[Participation]) -> dict[int, str]:
    """Return, by waiting sign-up, the end of the address where its party answers that it was asked to take over."""
    waiting = [row.id for row in rows if row.state == "waitlisted"]
    asked = queries.asked_of(db_session(), waiting) if waiting else {}
    return {row_id: f"/stand-ins/asked/{search.id}" for row_id, search in asked.items()}


@pages.app_template_global("looks_for_stand_in")
def looks_for_stand_in(row: Participation) -> bool:
    """Say whether a sign-up looks for somebody who takes over."""
    return queries.search_for(db_session(), row.id) is not None
