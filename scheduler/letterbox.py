"""`/outbox`: the mail of an installation without a mail server, for its operator; while people try it out, for them."""

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_operator
from scheduler.reach import outbox
from scheduler.web import db_session, secret_address, settings

pages = Blueprint("letterbox", __name__)

# What a proxy or a tunnel adds, whose reader is on another machine though the address is this one's.
_PASSED_ON = ("Forwarded", "X-Forwarded-For", "Via")


@pages.get("/outbox")
def list_letters() -> ResponseReturnValue:
    """Show what was written, the newest first."""
    _find_reader()
    mails = outbox.newest(settings().folder / "outbox")
    return render_template("reach/outbox.html", mails=mails, has_server=bool(settings().smtp_url))


@pages.get("/outbox/<name>")
def read_letter(name: str) -> ResponseReturnValue:
    """Show one mail as text."""
    _find_reader()
    mail = outbox.find_mail(settings().folder / "outbox", name)
    return secret_address(make_response(render_template("reach/mail.html", mail=mail)))


@pages.app_template_global("is_practice")
def is_practice() -> bool:
    """Say whether people on this machine try the service out, who then read all mail here."""
    return settings().is_practice and not any(name in request.headers for name in _PASSED_ON)


def _find_reader() -> None:
    if not is_practice():
        find_operator(db_session(), current_actor())
