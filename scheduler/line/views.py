"""Pages of a body's LINE account, of connecting to it, and the address to which LINE itself writes."""

import logging

from flask import Blueprint, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.line import actions, queries
from scheduler.line.events import Event, events_in
from scheduler.line.forms import AccountForm
from scheduler.notices.channels.line import LineApi
from scheduler.notices.outlet import ChannelError
from scheduler.parties.connecting import Step, new_code
from scheduler.parties.login import actor_by_link, current_actor
from scheduler.parties.models import LineAccount
from scheduler.parties.queries import find_me, find_organised_body
from scheduler.parties.sealing import opened
from scheduler.web import csrf, db_session, go, secret_address, settings

pages = Blueprint("line", __name__)
log = logging.getLogger(__name__)
API = LineApi()


@pages.route("/organizations/<slug>/line", methods=["GET", "POST"])
def account(slug: str) -> ResponseReturnValue:
    """Set up the account of a body, and show what it has sent this month."""
    session, now = db_session(), clock.now()
    body = find_organised_body(session, current_actor(), slug)
    found, form = queries.account_of(session, body.id), AccountForm()
    if form.validate_on_submit() and form.attempt(
        lambda: actions.set_up(session, body.id, form.facts(), settings().secret_key, now)
    ):
        session.commit()
        flash(gettext("LINE の設定を保存しました。"), "success")
        return go(f"/organizations/{slug}/line")
    if not form.is_submitted():
        form.show(found)
    form.fit(found)
    return form.page(
        "line/account.html",
        body=find_organised_body(session, current_actor(), slug),
        account=queries.account_of(session, body.id),
        address=settings().address,
    )


@pages.post("/organizations/<slug>/line/remove")
def remove(slug: str) -> ResponseReturnValue:
    """Forget the account of a body."""
    body = find_organised_body(db_session(), current_actor(), slug)
    found = queries.account_of(db_session(), body.id)
    if found is not None:
        actions.take_down(db_session(), found, clock.now())
        db_session().commit()
    return go(f"/organizations/{slug}/line")


@pages.post("/me/line/<int:account_id>")
@pages.post("/me/<token>/line/<int:account_id>")
def connect(account_id: int, token: str | None = None) -> ResponseReturnValue:
    """Show the code that the person sends to the account, once."""
    actor, base = (current_actor(), "/me") if token is None else (actor_by_link(token), f"/me/{token}")
    me = find_me(db_session(), actor)
    found = queries.find_account(db_session(), account_id)
    code = new_code(db_session(), found, me, clock.now())
    db_session().commit()
    page = render_template("line/connect.html", step=Step(found.basic_id, code), base=base)
    return secret_address(make_response(page))


@pages.post("/line/<int:account_id>")
def webhook(account_id: int) -> ResponseReturnValue:
    """Hear from LINE what somebody has written to an account; what LINE has not signed is not there."""
    body, signature = request.get_data(), request.headers.get("X-Line-Signature", "")
    secret = settings().secret_key
    found = queries.find_signed_account(db_session(), account_id, body, signature, secret)
    answers = [_heard(found, event) for event in events_in(body)]
    token = opened(secret, found.access_token)
    db_session().commit()
    # After the commit, so that nobody has to wait for LINE to write.
    for reply_token, text in filter(None, answers):
        _reply(token, reply_token, text)
    return "", 200


csrf.exempt(webhook)


def _heard(found: LineAccount, event: Event) -> tuple[str, str] | None:
    session, now = db_session(), clock.now()
    if event.kind == "unfollow":
        actions.leave(session, found, event.user, now)
        return None
    if event.kind == "follow":
        return event.reply_token, gettext(
            "申し込みのあと、または「お知らせの受け取り方」のページに出た番号を、ここに送ってください。"
        )
    return event.reply_token, _answer_to(actions.connect(session, found, event.user, event.text, now))


def _answer_to(outcome: str) -> str:
    answers: dict[str, str] = {
        "connected": gettext("つながりました。これからのお知らせは、ここに届きます。"),
        "late": gettext(
            "時間が過ぎたので、取っておいた場所はほかの方に開きました。お手数ですが、もう一度申し込んでください。"
        ),
        "unknown": gettext(
            "ここは、お知らせを届けるところです。つなぐときは、「お知らせの受け取り方」のページで新しい番号を出してください。"
        ),
    }
    return answers[outcome]


def _reply(token: str, reply_token: str, text: str) -> None:
    try:
        API.reply(token, reply_token, text)
    except ChannelError as error:
        log.warning("LINE took no reply: %s", error)


@pages.app_template_global("line_accounts")
def line_accounts() -> list[LineAccount]:
    """Return the accounts that one can connect to."""
    return queries.accounts(db_session())


@pages.app_template_global("line_quota")
def line_quota(found: LineAccount) -> queries.Quota:
    """Return what an account has sent this month."""
    return queries.quota(db_session(), found, clock.now())


@pages.app_template_global("line_forecast")
def line_forecast(person_ids: list[int]) -> list[queries.Forecast]:
    """Say what telling these people once would cost each account."""
    return queries.forecast(db_session(), person_ids, clock.now())
