"""The page of a body's offices, and the sheet for whoever takes over."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, words
from scheduler.offices import actions, queries
from scheduler.offices.forms import EndForm, OfficeForm
from scheduler.offices.queries import Holder
from scheduler.parties.access import Actor
from scheduler.parties.login import current_actor
from scheduler.parties.models import Organization
from scheduler.web import Form, db_session, go

pages = Blueprint("offices", __name__)


def _by(actor: Actor) -> actions.By:
    return actions.By(actor.person_id, actor.today, clock.now())


@pages.route("/organizations/<slug>/offices", methods=["GET", "POST"])
def offices(slug: str) -> ResponseReturnValue:
    """Show who holds which office, and give somebody one."""
    actor, session = current_actor(), db_session()
    body = queries.find_kept_body(session, actor, slug)
    form = OfficeForm(data={"starts_on": actor.today}).fit(queries.bodies_kept(session, body))
    if form.validate_on_submit() and form.attempt(
        lambda: actions.appoint(session, form.chosen(), form.facts(), form.term(), _by(actor))
    ):
        session.commit()
        flash(gettext("%(name)sさんに役をお願いし、メールで知らせました。", name=form.name.data), "success")
        return go(f"/organizations/{slug}/offices")
    return _page(form, body, actor)


def _page(form: OfficeForm, body: Organization, actor: Actor) -> ResponseReturnValue:
    kept = queries.holders_of(db_session(), queries.bodies_kept(db_session(), body), actor.today)
    return form.page("offices/offices.html", body=body, kept=kept, today=actor.today)


@pages.route("/offices/<int:office_id>/end", methods=["GET", "POST"])
def end(office_id: int) -> ResponseReturnValue:
    """Ask for the last day of an office, and end it after that."""
    actor, session = current_actor(), db_session()
    holder = queries.find_office(session, actor, office_id)
    form = EndForm(data={"last_on": holder.held.ends_on or actor.today})
    if form.validate_on_submit() and form.attempt(
        lambda: actions.end(session, holder.held, form.day(), _by(actor))
    ):
        session.commit()
        # The page draws this kind with a button that takes it back.
        flash((_ended(holder), f"/offices/{office_id}/undo"), "undo")  # type: ignore[arg-type]
        return _back(holder)
    return form.page("offices/end.html", body=holder.held.organization, holder=holder)


def _ended(holder: Holder) -> str:
    assert holder.held.ends_on is not None
    what = {"name": holder.person.name, "office": words.word(words.OFFICES, holder.held.office or "")}
    day = words.date_text(holder.held.ends_on)
    return str(gettext("%(name)sさんの%(office)sは、%(day)sまでです。", day=day, **what))


def _back(holder: Holder) -> ResponseReturnValue:
    return go(f"/organizations/{holder.held.organization.slug}/offices")


@pages.post("/offices/<int:office_id>/undo")
def undo(office_id: int) -> ResponseReturnValue:
    """Let an office go on that was ended by mistake."""
    actor = current_actor()
    holder, form = queries.find_office(db_session(), actor, office_id), Form()
    if form.attempt(lambda: actions.take_end_back(db_session(), holder.held, _by(actor))):
        db_session().commit()
        flash(gettext("元にもどしました。"), "success")
    else:
        flash(form.refusal, "error")
    return _back(holder)
