"""Pages to sign in and out, to choose a language, and to make tokens for programs."""

from datetime import datetime

from flask import Blueprint, flash, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock, words
from scheduler.errors import Invalid, Refused
from scheduler.parties import actions, api_tokens, login
from scheduler.parties.api_tokens import Owner
from scheduler.parties.forms import CodeForm, SignInForm, TokenForm
from scheduler.parties.queries import find_me, find_organised_body
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


@pages.route("/me/tokens", methods=["GET", "POST"])
def own_tokens() -> ResponseReturnValue:
    """Show the own tokens for programs, and make one."""
    actor = login.current_actor()
    if not actor.is_signed_in:
        return go("/sign-in?next=/me/tokens")
    return _tokens(Owner(find_me(db_session(), actor).id), base="/me", back="/me")


@pages.route("/organizations/<slug>/tokens", methods=["GET", "POST"])
def tokens_of_body(slug: str) -> ResponseReturnValue:
    """Show a body's tokens for programs, and make one."""
    owner, page = _owner_of_body(slug), f"/organizations/{slug}"
    return _tokens(owner, base=page, back=page)


def _owner_of_body(slug: str) -> Owner:
    actor = login.current_actor()
    body = find_organised_body(db_session(), actor, slug)
    return Owner(find_me(db_session(), actor).id, body.id)


@pages.app_template_filter("home_time")
def home_time(at: datetime) -> datetime:
    """Return an instant on the wall clock here."""
    return at.astimezone(login.HOME_ZONE)


def _tokens(owner: Owner, base: str, back: str) -> ResponseReturnValue:
    form = TokenForm().offer(owner.scopes)
    if form.validate_on_submit() and form.attempt(
        lambda: api_tokens.make(db_session(), owner, form.wish(), clock.now())
    ):
        db_session().commit()
        row, token = form.done
        page = render_template("parties/token_made.html", row=row, token=token, base=base)
        return secret_address(make_response(page))
    rows = api_tokens.tokens_of(db_session(), owner, clock.now())
    return form.page("parties/tokens.html", rows=rows, base=base, back=back, of_body=owner.organization_id)


@pages.post("/me/tokens/<int:token_id>/revoke")
def revoke_own_token(token_id: int) -> ResponseReturnValue:
    """Close one of the own tokens."""
    me = find_me(db_session(), login.current_actor())
    return _revoked(Owner(me.id), token_id, "/me/tokens")


@pages.post("/organizations/<slug>/tokens/<int:token_id>/revoke")
def revoke_token_of_body(slug: str, token_id: int) -> ResponseReturnValue:
    """Close one of a body's tokens."""
    return _revoked(_owner_of_body(slug), token_id, f"/organizations/{slug}/tokens")


def _revoked(owner: Owner, token_id: int, back: str) -> ResponseReturnValue:
    row = api_tokens.find_token_of(db_session(), owner, token_id)
    api_tokens.revoke(db_session(), row, owner.person_id, clock.now())
    db_session().commit()
    flash(gettext("「%(name)s」を閉じました。このトークンは、もう使えません。", name=row.name), "success")
    return go(back)
