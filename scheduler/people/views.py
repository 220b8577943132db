"""Pages to merge two rows of a body's lists, to correct one, and to take or erase what is stored of oneself."""

from datetime import datetime

from flask import Blueprint, flash, jsonify, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, words
from scheduler.errors import NotFound
from scheduler.participation.shown import sent_anew_word
from scheduler.parties.access import may_see_all
from scheduler.parties.login import HOME_ZONE, asker, current_actor, end_session
from scheduler.parties.models import Person
from scheduler.parties.names import phone_text
from scheduler.parties.queries import find_kept_household, find_me
from scheduler.people import erasing, members, merging, naming
from scheduler.people.exporting import export_of, shown_of
from scheduler.people.forms import EraseForm, MemberForm, NameForm
from scheduler.web import Form, db_session, go, secret_address, settings

pages = Blueprint("people", __name__)


@pages.app_template_filter("home_time")
def home_time(at: datetime) -> datetime:
    """Return an instant on the wall clock here, where it belongs to no activity."""
    return at.astimezone(HOME_ZONE)


@pages.get("/organizations/<slug>/people/duplicates")
def duplicates(slug: str) -> ResponseReturnValue:
    """Show the pairs among a body's people that may be one person each."""
    body, pairs = merging.find_pairs(db_session(), current_actor(), slug)
    ids = {one.id for pair in pairs for one in pair}
    counts = merging.sign_ups_at(db_session(), body.id, ids)
    return render_template("people/duplicates.html", body=body, pairs=pairs, counts=counts)


@pages.route("/organizations/<slug>/people/<int:keep_id>/merge/<int:drop_id>", methods=["GET", "POST"])
def merge(slug: str, keep_id: int, drop_id: int) -> ResponseReturnValue:
    """Ask once more, since it cannot be undone, then make two rows one."""
    actor, now = current_actor(), clock.now()
    body, keep, drop = merging.find_pair(db_session(), actor, slug, keep_id=keep_id, drop_id=drop_id)
    form = Form()
    if form.validate_on_submit() and form.attempt(
        lambda: merging.merge(db_session(), keep, drop, actor.person_id, now)
    ):
        db_session().commit()
        flash(gettext("%(name)sさんを1人にまとめました。", name=keep.name), "success")
        return go(f"/organizations/{slug}/people/duplicates")
    counts = merging.sign_ups_at(db_session(), body.id, {keep_id, drop_id})
    return form.page("people/merge.html", body=body, keep=keep, drop=drop, counts=counts)


@pages.route("/households/<int:household_id>/members/<int:member_id>", methods=["GET", "POST"])
def member(household_id: int, member_id: int) -> ResponseReturnValue:
    """Correct somebody whom others have put on the list of a household."""
    actor = current_actor()
    home, block = find_kept_household(db_session(), actor, household_id)
    one = members.find_member(db_session(), home, member_id)
    stands = {"name": one.name, "kana": one.kana, "email": one.email, "phone": phone_text(one.phone)}
    form = MemberForm(data=stands)
    if not home.releases_contact and not may_see_all(db_session(), actor, block):
        del form.phone, form.email
    by = (actor.person_id, clock.now())
    if form.validate_on_submit() and form.attempt(
        lambda: members.correct(db_session(), block, one, form.facts(one), by, sends=settings().mail_leaves)
    ):
        db_session().commit()
        said = gettext("%(name)sさんを直しました。", name=one.name), sent_anew_word(form.done)
        flash(("" if words.in_japanese() else " ").join(said).strip(), "success")
        return go(f"/households/{household_id}")
    return form.page("people/member.html", home=home, one=one)


@pages.app_template_global("member_page")
def member_page(person: Person) -> str:
    """Return where the reader corrects somebody of a household; empty where it is not for them."""
    try:
        home, block = find_kept_household(db_session(), current_actor(), person.household_id or 0)
    except NotFound:
        return ""
    if not members.may_correct(db_session(), person, block):
        return ""
    return url_for("people.member", household_id=home.id, member_id=person.id)


@pages.get("/me/data")
@pages.get("/me/<token>/data")
def own_data(token: str | None = None) -> ResponseReturnValue:
    """Show somebody what is stored of them; who has signed in can take it along and erase it."""
    actor, base = asker(token)
    return _data_page(EraseForm(), find_me(db_session(), actor), base)


def _data_page(form: EraseForm, me: Person, base: str) -> ResponseReturnValue:
    page = form.page("people/own_data.html", me=me, base=base, **shown_of(db_session(), me))
    return secret_address(make_response(page))


@pages.get("/me/data.json")
def own_data_file() -> ResponseReturnValue:
    """Give somebody all that is stored of them, as a file."""
    me = find_me(db_session(), current_actor())
    answer = jsonify(export_of(db_session(), me))
    answer.headers["Content-Disposition"] = 'attachment; filename="tsudoi.json"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@pages.route("/me/name", methods=["GET", "POST"])
def own_name() -> ResponseReturnValue:
    """Let somebody who is signed in correct their name and its reading."""
    me = find_me(db_session(), current_actor())
    form = NameForm(obj=me)
    if form.validate_on_submit() and form.attempt(lambda: naming.rename(db_session(), me, *form.names())):
        db_session().commit()
        flash(gettext("お名前を%(name)sに直しました。", name=me.name), "success")
        return go("/me/data")
    return secret_address(make_response(form.page("people/own_name.html")))


@pages.post("/me/erase")
def erase_me() -> ResponseReturnValue:
    """Erase somebody for good, when they have said that they are sure, and sign this browser out."""
    actor = current_actor()
    me, form = find_me(db_session(), actor), EraseForm()
    if form.validate_on_submit() and form.attempt(
        lambda: erasing.erase(db_session(), me, actor, clock.now())
    ):
        db_session().commit()
        end_session()
        flash(gettext("お名前と連絡先を消しました。ありがとうございました。"), "success")
        return go("/")
    return _data_page(form, me, "/me")
