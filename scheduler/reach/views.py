"""Pages about reaching people: ending one kind of notice, and the operator's view of the mail."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from scheduler import clock
from scheduler.notices.actions import wish
from scheduler.notices.queries import is_off
from scheduler.parties.login import current_actor
from scheduler.reach import outbox, queries
from scheduler.web import csrf, db_session, secret_address, settings

pages = Blueprint("reach", __name__)


@pages.route("/unsubscribe/<token>", methods=["GET", "POST"])
def unsubscribe(token: str) -> ResponseReturnValue:
    """Show one button that ends a kind of notice; a mail program presses it by itself (RFC 8058), with POST only.

    It has no session, so no token of a form is asked for: the address is the key, and opens nothing else. RFC 8058
    forbids to answer with a redirect.
    """
    person, group = queries.find_unsubscriber(db_session(), token, settings().secret_key)
    if request.method == "POST":
        wish(db_session(), person.id, group, off_at=None if "again" in request.form else clock.now())
        db_session().commit()
    off = is_off(db_session(), person.id, {group})
    page = render_template("reach/unsubscribe.html", group=group, off=off)
    return secret_address(make_response(page))


csrf.exempt(unsubscribe)


@pages.get("/outbox")
def list_outbox() -> ResponseReturnValue:
    """Show the operator of an installation without a mail server what was written."""
    queries.find_operator(db_session(), current_actor())
    mails = outbox.newest(settings().folder / "outbox")
    return render_template("reach/outbox.html", mails=mails, has_server=bool(settings().smtp_url))


@pages.get("/outbox/<name>")
def read_mail(name: str) -> ResponseReturnValue:
    """Show the operator one mail as text."""
    queries.find_operator(db_session(), current_actor())
    mail = outbox.find_mail(settings().folder / "outbox", name)
    return secret_address(make_response(render_template("reach/mail.html", mail=mail)))
