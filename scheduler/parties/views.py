"""Pages to sign in and out, to choose a language, and to say one's own measure."""

from flask import Blueprint, flash, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, words
from scheduler.errors import Invalid, Refused
from scheduler.parties import actions, login
from scheduler.parties.access import Actor
from scheduler.parties.forms import CodeForm, LimitsForm, SignInForm
from scheduler.parties.limits import limits_of
from scheduler.parties.queries import find_me
from scheduler.web import db_session, go, redirect_target, secret_address, settings

pages = Blueprint("parties", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for an address and mail a link and a code to it."""
    form = SignInForm()
    if request.method == "GET" and "next" in request.args:
        session["next"] = redirect_target(request.args["next"], "/me")
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
        form.refusal, form.status = words.sentence(Invalid("code_wrong")), 422
    return form.page("parties/sign_in_code.html", email=email)


@pages.route("/sign-in/<token>", methods=["GET", "POST"])
def sign_in_by_link(token: str) -> ResponseReturnValue:
    """Show one button; only pressing it spends the link, for mail scanners follow links with GET and HEAD."""
    refusal, status = "", 200
    if request.method == "POST":
        try:
            session_token = actions.sign_in_by_link(db_session(), token, clock.now())
            db_session().commit()
            return _signed_in(session_token)
        except Refused as refused:
            db_session().rollback()
            refusal, status = words.sentence(refused), refused.status
    page = render_template("parties/sign_in_link.html", token=token, refusal=refusal)
    return secret_address(make_response(page, status))


def _signed_in(token: str) -> ResponseReturnValue:
    goal = session.get("next", "/me")
    login.start_session(token)
    return go(goal)


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
    """Change the language of this browser, and of a signed-in person's notices."""
    chosen = request.form.get("language", "")
    if chosen not in dict(words.LANGUAGES):
        raise Invalid("choice_unknown")
    session["language"] = chosen
    actor = login.current_actor()
    if actor.is_signed_in and actor.person_id is not None:
        actions.choose_language(db_session(), actor.person_id, chosen)
        db_session().commit()
    return go(redirect_target(request.form.get("next", "/")))


def _asker(token: str | None) -> tuple[Actor, str]:
    """Return who acts and the page to go back to, by session or by personal link."""
    return (login.current_actor(), "/me") if token is None else (login.actor_by_link(token), f"/me/{token}")


@pages.route("/me/limits", methods=["GET", "POST"])
@pages.route("/me/<token>/limits", methods=["GET", "POST"])
def my_limits(token: str | None = None) -> ResponseReturnValue:
    """Let somebody say how often, how long and when they want to be asked."""
    actor, back = _asker(token)
    me = find_me(db_session(), actor)
    form = LimitsForm(data=vars(limits_of(me.limits)))
    if form.validate_on_submit() and form.attempt(lambda: actions.set_limits(me, form.limits())):
        db_session().commit()
        flash(gettext("わたしのペースを書きとめました。"), "success")
        return go(back)
    return secret_address(make_response(form.page("parties/limits.html", back=back)))
