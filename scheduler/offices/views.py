"""The page of a body's offices, and the sheet for whoever takes over."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, words
from scheduler.offices import actions, queries
from scheduler.offices.forms import EndForm, HandOverForm, OfficeForm
from scheduler.offices.queries import Holder
from scheduler.parties.access import ORGANISING, Actor, may_see_all
from scheduler.parties.login import current_actor
from scheduler.parties.models import Membership, Organization
from scheduler.web import Form, db_session, go

pages = Blueprint("offices", __name__)
_DAY = timedelta(days=1)


def _by(actor: Actor) -> actions.By:
    return actions.By(actor.person_id, actor.today, clock.now())


@pages.route("/organizations/<slug>/offices", methods=["GET", "POST"])
def offices(slug: str) -> ResponseReturnValue:
    """Show who holds which office, and give somebody one."""
    actor, session = current_actor(), db_session()
    body = queries.find_kept_body(session, actor, slug)
    bodies = queries.bodies_kept(session, body)
    form = OfficeForm(data=_preset({"starts_on": actor.today})).fit(bodies, queries.is_block(session, body))
    form.offer(queries.known_people(session, bodies, _sought()))

    def appoint() -> Membership:
        term = form.term(str(form.office.data))
        return actions.appoint(session, form.chosen(), form.who(), term, _by(actor))

    if form.validate_on_submit() and form.attempt(appoint):
        session.commit()
        holder = queries.holder_of(session, form.done)
        _flash(_asked(holder), holder.held.id, holder)
        return go(f"/organizations/{slug}/offices")
    return _page(form, body, actor)


def _sought() -> str:
    """Return the part of a name that the address asks for; it stays there while the form is filled in."""
    return request.args.get("who", "")


def _flash(text: str, office_id: int, new: Holder | None = None) -> None:
    """Say what was done, with a button that takes it back."""
    flash(_bar(text, office_id, new), "undo")  # type: ignore[arg-type]


def _bar(text: str, office_id: int, new: Holder | None = None) -> tuple[str, ...]:
    """Return what was done, where it is taken back, and how the new officer gets in who has no mail."""
    text, *leads = (text,) if new is None or new.person.email else _with_card(text, new)
    return text, f"/offices/{office_id}/undo", *leads


def _with_card(said: str, new: Holder) -> tuple[str, ...]:
    # The page asks the same: paper stands above the offices, so it is not imported.
    may_have_card: Any = current_app.jinja_env.globals["may_have_card"]
    if not may_have_card(new.person):
        return (said + str(gettext("メールがないので、役員に鍵カードを印刷してもらってください。")),)
    href = url_for("paper.key_card", card_person_id=new.person.id)
    return said, href, gettext("鍵カードを印刷して渡してください")


def _asked(holder: Holder) -> str:
    name = holder.person.name
    if holder.person.email:
        return str(gettext("%(name)sさんに役をお願いしました。メールで知らせます。", name=name))
    return str(gettext("%(name)sさんに役をお願いしました。", name=name))


@pages.route("/offices/<int:office_id>/hand-over", methods=["GET", "POST"])
def hand_over(office_id: int) -> ResponseReturnValue:
    """Hand an office over: the next one begins, and the one before ends on the day before, in one step."""
    actor, session = current_actor(), db_session()
    holder = queries.find_office_to_pass_on(session, actor, office_id)
    body = holder.held.organization
    bodies = queries.bodies_known(session, actor, body)
    known = queries.known_people(session, bodies, _sought(), holder.person.id)
    form = HandOverForm(data=_preset(_next_term(holder, actor.today))).offer(known)
    _say_why(form, holder, actor.today)
    if form.validate_on_submit() and form.attempt(
        lambda: actions.hand_over(session, holder.held, form.who(), form.term(""), _by(actor))
    ):
        session.commit()
        goes_to, new = _after(actor, holder), queries.holder_of(session, form.done)
        # The desk says so by itself for half an hour.
        if goes_to != "/desk":
            _flash(_handed_over(holder, new), form.done.id, new)
        return go(goes_to)
    back = "/desk" if request.args.get("at") == "desk" else _after(actor, holder)
    facts = {"body": body, "holder": holder, "is_organising": _organises(holder), "back": back}
    return form.page("offices/hand_over.html", **facts)


def _organises(holder: Holder) -> bool:
    return holder.held.office in ORGANISING


@pages.app_template_global("handed_over_lately")
def handed_over_lately() -> list[tuple[str, ...]]:
    """Return what the reader has just handed over: a sentence, where it is taken back, and what comes next."""
    made = queries.handed_over_lately(db_session(), current_actor(), clock.now())
    return [_bar(_handed_over(before, after), after.held.id, after) for before, after in made]


def _next_term(holder: Holder, today: date) -> dict[str, date | None]:
    """Return the days that are offered: after a term that has an end as long again, else from tomorrow on.

    Whoever is next for what has not begun yet serves all of it.
    """
    held = holder.held
    if held.starts_on > today:
        return {"starts_on": held.starts_on, "ends_on": held.ends_on}
    if held.ends_on is None:
        return {"starts_on": today + _DAY, "ends_on": None}
    starts_on = max(held.ends_on, today) + _DAY
    return {"starts_on": starts_on, "ends_on": starts_on + (held.ends_on - held.starts_on)}


def _preset(days: dict[str, Any]) -> dict[str, Any]:
    """Return the days that a new form offers; what was sent without a day shows none, as its error says."""
    return {} if request.method == "POST" else days


def _unbroken(day: date) -> str:
    # No line ends between a day and its weekday.
    return words.date_text(day).replace("（", "\u2060（")


def _say_why(form: HandOverForm, holder: Holder, today: date) -> None:
    """Say beside the days which are preset, and why; nothing where no day stands there."""
    if form.starts_on.data is None:
        return
    # A name is not broken at its gap.
    held, facts = holder.held, {"name": holder.person.name.replace(" ", "\u00a0")}
    if held.starts_on > today:
        said = gettext(
            "この役は%(first)sに始まるので、その日を入れてあります。", first=_unbroken(held.starts_on)
        )
    elif held.ends_on is None:
        said = gettext(
            "%(name)sさんの役には終わりの日がないので、明日を入れてあります。このままなら、%(name)sさんの役は今日、%(today)sで終わります。",
            today=_unbroken(today),
            **facts,
        )
    else:
        said = gettext(
            "%(name)sさんの役は%(last)sまでなので、その次の日を入れてあります。早く交代するときは、直してください。%(name)sさんの役は、その前の日で終わります。",
            last=_unbroken(held.ends_on),
            **facts,
        )
        form.ends_on.description = gettext(
            "前の方と同じ長さで入れてあります。決まっていなければ、空けておいてください。"
        )
    form.starts_on.description = said


def _handed_over(before: Holder, after: Holder) -> str:
    facts = {
        "office": words.word(words.OFFICES, after.held.office or ""),
        "next": after.person.name,
        "first": words.date_text(after.held.starts_on),
        "name": before.person.name,
        "last": words.date_text(before.held.ends_on) if before.held.ends_on else "",
    }
    return str(
        gettext("%(office)sは、%(first)sから%(next)sさんです。%(name)sさんは%(last)sまでです。", **facts)
    )


def _after(actor: Actor, holder: Holder) -> str:
    """Return where one goes on: a leader of a block has no page of offices, nor has whoever has just left one."""
    if may_see_all(db_session(), actor, holder.held.organization):
        return f"/organizations/{holder.held.organization.slug}/offices"
    return "/desk"


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
        _flash(_ended(holder), office_id)
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
    """Take back what was done about an office by mistake: an end, an appointment, a handing over."""
    actor = current_actor()
    holder, form = queries.find_office_to_undo(db_session(), actor, office_id), Form()
    if form.attempt(lambda: actions.take_back(db_session(), holder.held, _by(actor))):
        db_session().commit()
        flash(gettext("元にもどしました。"), "success")
    else:
        flash(form.refusal, "error")
    return go(_after(actor, holder))
