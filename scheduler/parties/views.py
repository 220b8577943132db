"""Pages to sign in and out, to choose a language, to say one's own measure; and the households of a block."""

from flask import Blueprint, flash, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, languages, words
from scheduler.errors import Invalid, Refused
from scheduler.parties import actions, blocks, bodies, by_hand, households, login, member_list, queries
from scheduler.parties.access import Actor, led_blocks, may_see_all, organised_bodies
from scheduler.parties.asking import as_kept, ask_kept, forget_asked
from scheduler.parties.forms import (
    BodyForm,
    CodeForm,
    HomeForm,
    LimitsForm,
    MemberForm,
    MemberListForm,
    NewBlocksForm,
    NewHomeForm,
    RenameForm,
    SignInForm,
)
from scheduler.parties.limits import limits_of
from scheduler.parties.models import Household, Organization, Person
from scheduler.parties.names import phone_text
from scheduler.parties.queries import find_me
from scheduler.web import Form, db_session, go, redirect_target, secret_address, settings

pages = Blueprint("parties", __name__)
_asker = login.asker


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for an address and mail a link and a code to it."""
    form = SignInForm()
    if request.method == "GET" and "next" in request.args:
        session["next"] = redirect_target(request.args["next"], "")
    if form.validate_on_submit():
        email = str(form.email.data)
        actions.ask_to_sign_in(db_session(), email, settings().secret_key, clock.now())
        db_session().commit()
        session["asked_email"] = email[:254]
        return go("/sign-in/code")
    return form.page("parties/sign_in.html")


@pages.route("/sign-in/code", methods=["GET", "POST"])
def sign_in_by_code() -> ResponseReturnValue:
    """Say that a mail is on its way, and take the six digits of it."""
    form, email = CodeForm(), session.get("asked_email")
    if email is None:
        return go("/sign-in")
    if form.validate_on_submit():
        token = actions.sign_in_by_code(db_session(), email, str(form.digits.data), clock.now())
        # Committed also when the digits were wrong: the try counts.
        db_session().commit()
        if token is not None:
            return _signed_in(token)
        form.refuse(Invalid("code_wrong"))
    return form.page("parties/sign_in_code.html", email=email)


@pages.route("/sign-in/<token>", methods=["GET", "POST"])
def sign_in_by_link(token: str) -> ResponseReturnValue:
    """Show one button; only pressing it spends the link, for mail scanners follow links with GET and HEAD."""
    refusal, status = "", 200
    try:
        if request.method == "POST":
            session_token = actions.sign_in_by_link(db_session(), token, clock.now())
            db_session().commit()
            return _signed_in(session_token)
        queries.look_at_link(db_session(), token, clock.now())
    except Refused as refused:
        db_session().rollback()
        refusal, status = words.sentence(refused), refused.status
    page = render_template("parties/sign_in_link.html", token=token, refusal=refusal)
    return secret_address(make_response(page, status))


def _signed_in(token: str) -> ResponseReturnValue:
    goal = session.get("next")
    login.start_session(token)
    return go(goal or _first_page(login.current_actor()))


def _first_page(actor: Actor) -> str:
    """Return where somebody begins who wanted no page: whoever holds an office has things to do."""
    holds_office = organised_bodies(db_session(), actor) or led_blocks(db_session(), actor)
    return "/desk" if holds_office else "/me"


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session here and on the server."""
    token = login.end_session()
    if token:
        actions.sign_out(db_session(), token, clock.now())
        db_session().commit()
    return go("/")


@pages.post("/language")
def choose_language() -> ResponseReturnValue:
    """Change the language of this browser, and of the person's notices; or show and hide readings."""
    back = redirect_target(request.form.get("next", "/"))
    if "readings" in request.form:
        languages.show_readings(request.form["readings"] == "on")
        return go(back)
    chosen = request.form.get("language", "")
    if chosen not in dict(words.LANGUAGES):
        raise Invalid("choice_unknown")
    languages.keep(chosen)
    actor = login.actor_of_page(back)
    if actor.person_id is not None:
        actions.choose_language(db_session(), actor.person_id, chosen)
        db_session().commit()
    return go(back)


@pages.route("/me/limits", methods=["GET", "POST"])
@pages.route("/me/<token>/limits", methods=["GET", "POST"])
def my_limits(token: str | None = None) -> ResponseReturnValue:
    """Let somebody say how often, how long and when they want to be asked."""
    actor, back = _asker(token)
    me = find_me(db_session(), actor)
    form = LimitsForm(data=vars(limits_of(me.limits)))
    if form.validate_on_submit() and form.attempt(lambda: actions.set_limits(me, form.limits())):
        db_session().commit()
        flash(gettext("手伝える回数や時間を書きとめました。"), "success")
        return go(back)
    return secret_address(make_response(form.page("parties/limits.html", back=back)))


@pages.post("/me/household/contact")
@pages.post("/me/<token>/household/contact")
def release_own_contact(token: str | None = None) -> ResponseReturnValue:
    """Let the block leader see how the own household is reached, or not any more."""
    actor, back = _asker(token)
    home = queries.find_my_household(db_session(), actor)
    releases = request.form.get("releases") == "1"
    households.release_contact(db_session(), home, releases, _by(actor))
    db_session().commit()
    return go(back)


def _by(actor: Actor) -> households.By:
    return households.By(actor.person_id, actor.today, clock.now())


@pages.get("/organizations/<slug>/households")
def household_list(slug: str) -> ResponseReturnValue:
    """Show the households of the blocks that somebody keeps, in walking order."""
    actor, session_ = login.current_actor(), db_session()
    body, kept = queries.find_kept_blocks(session_, actor, slug)
    rounds = [
        queries.households_of(session_, block, shows_contacts=may_see_all(session_, actor, block))
        for block in kept
    ]
    found = [by_hand.only_by_hand(one) for one in rounds]
    count = by_hand.count(found)
    is_narrowed = count > 0 and "paper" in request.args
    divides = body.parent_id is None and may_see_all(session_, actor, body)
    return render_template(
        "parties/households.html",
        body=body,
        rounds=[one for one in found if one.households] if is_narrowed else rounds,
        on_paper=count,
        is_narrowed=is_narrowed,
        divides=divides,
    )


@pages.route("/organizations/<slug>/about", methods=["GET", "POST"])
def about_body(slug: str) -> ResponseReturnValue:
    """Let an organiser say how the body's name is read and what it does."""
    actor = login.current_actor()
    body = queries.find_organised_body(db_session(), actor, slug)
    form = BodyForm(data={name: getattr(body, name) for name in bodies.LENGTHS})
    if form.validate_on_submit() and form.attempt(
        lambda: bodies.describe(db_session(), body, form.facts(), actor.person_id, clock.now())
    ):
        db_session().commit()
        flash(gettext("団体のことを書きかえました。"), "success")
        return go(f"/organizations/{slug}")
    divides = body.parent_id is None and body.kind == "neighbourhood"
    return form.page(
        "parties/body.html", body=body, divides=divides, blocks=blocks.blocks_of(db_session(), body)
    )


@pages.route("/organizations/<slug>/blocks/new", methods=["GET", "POST"])
def new_blocks(slug: str) -> ResponseReturnValue:
    """Make the blocks of an association, and go on to its households."""
    actor = login.current_actor()
    body = blocks.find_body_to_divide(db_session(), actor, slug)
    form = NewBlocksForm()
    if form.validate_on_submit() and form.attempt(
        lambda: blocks.add_blocks(db_session(), body, str(form.names.data), _by(actor))
    ):
        db_session().commit()
        flash(
            gettext(
                "班を%(count)s班作りました。次に、世帯を加え、班長をお願いします。", count=len(form.done)
            ),
            "success",
        )
        return go(f"/organizations/{slug}/households")
    return form.page("parties/block_new.html", body=body)


@pages.route("/organizations/<slug>/blocks/<block_slug>", methods=["GET", "POST"])
def rename_block(slug: str, block_slug: str) -> ResponseReturnValue:
    """Let an officer call a block otherwise."""
    actor = login.current_actor()
    body, block = blocks.find_block_to_rename(db_session(), actor, slug, block_slug)
    form = RenameForm(name=blocks.short_name(body, block), kana=block.kana, name_en=block.name_en)
    if form.validate_on_submit() and form.attempt(
        lambda: blocks.rename(db_session(), body, block, form.names(), _by(actor))
    ):
        db_session().commit()
        flash(gettext("班の名前を「%(name)s」にしました。", name=block.name), "success")
        return go(f"/organizations/{slug}/households")
    return form.page("parties/block.html", body=body, block=block)


@pages.post("/organizations/<slug>/blocks/drop")
def drop_block(slug: str) -> ResponseReturnValue:
    """Take away a block that was made by mistake."""
    actor, form = login.current_actor(), Form()
    body, block = blocks.find_block_to_drop(db_session(), actor, slug)
    name = block.name
    if form.attempt(lambda: blocks.drop(db_session(), body, block, _by(actor))):
        db_session().commit()
        flash(gettext("%(name)sを消しました。", name=name), "success")
    else:
        flash(form.refusal, "error")
    return go(f"/organizations/{body.slug}/households")


@pages.route("/organizations/<slug>/households/new", methods=["GET", "POST"])
def new_household(slug: str) -> ResponseReturnValue:
    """Add a household to a block, and go on to its people."""
    actor = login.current_actor()
    body, kept = queries.find_kept_blocks(db_session(), actor, slug)
    form = NewHomeForm().fit(kept)
    if form.validate_on_submit() and form.attempt(
        lambda: households.add(db_session(), form.chosen(), form.facts(), _by(actor))
    ):
        db_session().commit()
        return go(f"/households/{form.done.id}/members/new")
    return form.page("parties/household_new.html", body=body)


@pages.route("/organizations/<slug>/households/paste", methods=["GET", "POST"])
def paste_households(slug: str) -> ResponseReturnValue:
    """Take a pasted member list: show what would be written first, write it when that was seen."""
    actor = login.current_actor()
    body, blocks_kept = queries.find_kept_blocks(db_session(), actor, slug)
    kept = as_kept()
    form = MemberListForm(**kept).fit(blocks_kept)
    if form.validate_on_submit() and form.attempt(lambda: _pasted(form, actor)):
        if not form.sure.data:
            asked = ask_kept("")
            db_session().commit()
            return asked
        forget_asked()
        db_session().commit()
        flash(gettext("%(count)s人を名簿に加えました。", count=form.done), "success")
        return go(f"/organizations/{slug}/households")
    if kept and form.validate():
        form.attempt(lambda: _foreseen(form))
    return form.page("parties/household_paste.html", body=body, lines=form.done or [])


def _pasted(form: MemberListForm, actor: Actor) -> int | list[households.Foreseen]:
    if not form.sure.data:
        return _foreseen(form)
    lines = member_list.read(str(form.pasted.data))
    return households.add_list(db_session(), form.chosen(), lines, _by(actor))


def _foreseen(form: MemberListForm) -> list[households.Foreseen]:
    return households.foreseen(db_session(), form.chosen(), member_list.read(str(form.pasted.data)))


@pages.route("/households/<int:household_id>", methods=["GET", "POST"])
def household(household_id: int) -> ResponseReturnValue:
    """Show a household and its people, and correct it."""
    actor = login.current_actor()
    home, block = queries.find_kept_household(db_session(), actor, household_id)
    officer = may_see_all(db_session(), actor, block)
    form = HomeForm(data=vars(home) | {"place": queries.place_of(db_session(), home)})
    if not officer:
        del form.releases_contact
    if form.validate_on_submit() and form.attempt(lambda: _change(home, form, actor)):
        db_session().commit()
        return go(f"/organizations/{block.slug}/households")
    people = queries.people_of(db_session(), home)
    shown = officer or home.releases_contact
    return form.page("parties/household.html", home=home, block=block, people=people, shows_contacts=shown)


def _change(home: Household, form: HomeForm, actor: Actor) -> None:
    households.change(db_session(), home, form.facts(), _by(actor))
    if "releases_contact" in form:
        households.release_contact(db_session(), home, form.releases_contact.data, _by(actor))


@pages.route("/households/<int:household_id>/members/new", methods=["GET", "POST"])
def new_member(household_id: int) -> ResponseReturnValue:
    """Add somebody to a household."""
    actor = login.current_actor()
    home, block = queries.find_kept_household(db_session(), actor, household_id)
    form = MemberForm()
    if form.validate_on_submit() and form.attempt(
        lambda: households.add_member(db_session(), home, form.facts(), _by(actor))
    ):
        db_session().commit()
        return go(f"/households/{household_id}")
    return form.page("parties/member_new.html", home=home, block=block)


pages.add_app_template_filter(phone_text, "phone_text")


@pages.app_template_filter("sentence_of")
def sentence_of(code: str) -> str:
    """Return the sentence of a refusal's code."""
    return words.sentence(Invalid(code))


@pages.app_template_global("home_of")
def home_of(person: Person) -> Household | None:
    """Return a person's own household, if it is on a list."""
    return queries.household_of(db_session(), person)


@pages.app_template_global("own_blocks")
def own_blocks() -> list[Organization]:
    """Return the blocks that the signed-in person leads."""
    return led_blocks(db_session(), login.current_actor())
