"""Pages to make, list and close tokens for programs."""

from datetime import datetime

from flask import Blueprint, flash, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.keys.forms import TokenForm
from scheduler.parties import api_tokens
from scheduler.parties.api_tokens import Owner
from scheduler.parties.login import HOME_ZONE, current_actor
from scheduler.parties.queries import find_me, find_organised_body
from scheduler.web import db_session, go, secret_address

pages = Blueprint("keys", __name__)


@pages.route("/me/tokens", methods=["GET", "POST"])
def own_tokens() -> ResponseReturnValue:
    """Show the own tokens for programs, and make one."""
    actor = current_actor()
    if not actor.is_signed_in:
        return go("/sign-in?next=/me/tokens")
    return _tokens(Owner(find_me(db_session(), actor).id), base="/me", back="/me")


@pages.route("/organizations/<slug>/tokens", methods=["GET", "POST"])
def tokens_of_body(slug: str) -> ResponseReturnValue:
    """Show a body's tokens for programs, and make one."""
    owner, page = _owner_of_body(slug), f"/organizations/{slug}"
    return _tokens(owner, base=page, back=page)


def _owner_of_body(slug: str) -> Owner:
    actor = current_actor()
    body = find_organised_body(db_session(), actor, slug)
    return Owner(find_me(db_session(), actor).id, body.id)


@pages.app_template_filter("home_time")
def home_time(at: datetime) -> datetime:
    """Return an instant on the wall clock here."""
    return at.astimezone(HOME_ZONE)


def _tokens(owner: Owner, base: str, back: str) -> ResponseReturnValue:
    form = TokenForm().offer(owner.scopes)
    if form.validate_on_submit() and form.attempt(
        lambda: api_tokens.make(db_session(), owner, form.wish(), clock.now())
    ):
        db_session().commit()
        row, token = form.done
        page = render_template("keys/made.html", row=row, token=token, base=base)
        return secret_address(make_response(page))
    rows = api_tokens.tokens_of(db_session(), owner, clock.now())
    return form.page("keys/tokens.html", rows=rows, base=base, back=back, of_body=owner.organization_id)


@pages.post("/me/tokens/<int:token_id>/revoke")
def revoke_own_token(token_id: int) -> ResponseReturnValue:
    """Close one of the own tokens."""
    me = find_me(db_session(), current_actor())
    return _revoked(Owner(me.id), token_id, "/me/tokens")


@pages.post("/organizations/<slug>/tokens/<int:token_id>/revoke")
def revoke_token_of_body(slug: str, token_id: int) -> ResponseReturnValue:
    """Close one of a body's tokens."""
    return _revoked(_owner_of_body(slug), token_id, f"/organizations/{slug}/tokens")


def _revoked(owner: Owner, token_id: int, back: str) -> ResponseReturnValue:
    row = api_tokens.find_token_of(db_session(), owner, token_id)
    api_tokens.revoke(db_session(), row, owner.person_id, clock.now())
    db_session().commit()
    flash(
        gettext("「%(name)s」を使えなくしました。このトークンでは、もう何もできません。", name=row.name),
        "success",
    )
    return go(back)
