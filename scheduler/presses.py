"""A form that one page sends twice is acted on once: whoever taps twice gets the answer to the first.

Each page carries a mark in its forms. What somebody known has sent last is kept with its answer: the claim is written
in the transaction that acts, so a refusal, which takes everything back, is looked at anew. Nothing is kept of
strangers, whose forms have keys of their own. Knows nothing of the product.
"""

import hashlib
import json
import secrets
import time
from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, request, session
from flask.json.tag import TaggedJSONSerializer
from sqlalchemy import Update, delete, or_, select, update

from scheduler import clock
from scheduler.db import begin_writing, claim, insert_once
from scheduler.errors import Conflict
from scheduler.retries import KeptAnswer, Sending, sealed, unsealed
from scheduler.web import db_session, settings, wants_json

FIELD = "once"
# Later than that it is no second tap any more.
RECENT = timedelta(minutes=10)
_TRIES, _WAIT = 60, 0.05
_HEADERS = ("Location", "Content-Type", "Cache-Control", "Referrer-Policy", "X-Robots-Tag")
_json = TaggedJSONSerializer()


def init_app(app: Flask) -> None:
    """Answer a second tap as the first one was answered."""
    app.before_request(_answered_before)
    app.after_request(_keep)
    app.add_template_global(page_mark)


def page_mark() -> str:
    """Return what tells this page from any other, and from itself when it is opened anew."""
    if "page_mark" not in g:
        g.page_mark = secrets.token_urlsafe(9)
    mark: str = g.page_mark
    return mark


def _answered_before() -> Response | None:
    sending = _sending()
    if sending is None or _is_first(sending):
        g.press = sending
        return None
    return _answer_of_first(sending)


def _sending() -> Sending | None:
    """Return what somebody known sends: signed in, or by a link of their own; None for all else."""
    if request.method != "POST" or wants_json() or not request.form.get(FIELD):
        return None
    known = session.get("token") or (request.view_args or {}).get("token")
    if not known:
        return None
    sent = json.dumps([request.full_path, list(request.form.items(multi=True))])
    return Sending(hashlib.sha256(str(known).encode()).hexdigest(), "form", sent.encode())


def _is_first(sending: Sending) -> bool:
    # Whoever taps meanwhile waits here until the first has committed.
    now = clock.now()
    facts = {"request_hash": sending.request_hash, "created_at": now, "status": 0, "sealed": ""}
    if insert_once(db_session(), KeptAnswer, {"key_hash": sending.key_hash} | facts) is not None:
        return True
    is_other = or_(KeptAnswer.request_hash != sending.request_hash, KeptAnswer.created_at <= now - RECENT)
    forget = update(KeptAnswer).where(KeptAnswer.key_hash == sending.key_hash, is_other)
    return claim(db_session(), forget.values(**facts))


def _answer_of_first(sending: Sending) -> Response:
    kept = select(KeptAnswer.sealed).where(
        KeptAnswer.key_hash == sending.key_hash,
        KeptAnswer.request_hash == sending.request_hash,
        KeptAnswer.status > 0,
    )
    # Done it is already; what was answered is written down a moment later.
    for _ in range(_TRIES):
        db_session().rollback()
        if text := db_session().scalar(kept):
            return _again(_json.loads(unsealed(sending, settings().secret_key, text).decode()))
        time.sleep(_WAIT)
    raise Conflict("still_running", retry_after=1)


def _again(kept: dict[str, Any]) -> Response:
    # As the first left it: whoever has signed out does not come back by a second tap.
    session.clear()
    session.update(kept["session"])
    return Response(kept["body"], kept["status"], [(name, text) for name, text in kept["headers"]])


def _keep(response: Response) -> Response:
    sending: Sending | None = g.pop("press", None)
    if sending is None or not _stands(sending):
        return response
    begin_writing(db_session())
    ours = KeptAnswer.key_hash == sending.key_hash, KeptAnswer.request_hash == sending.request_hash
    if response.is_streamed or response.status_code >= 500:
        db_session().execute(delete(KeptAnswer).where(*ours))
    else:
        db_session().execute(_answer(update(KeptAnswer).where(*ours), sending, response))
    db_session().commit()
    return response


def _stands(sending: Sending) -> bool:
    """Say whether what was asked for has been done: otherwise the claim was taken back with it."""
    if g.get("no_database"):
        return False
    db_session().rollback()
    kept = select(KeptAnswer.request_hash).where(KeptAnswer.key_hash == sending.key_hash)
    return db_session().scalar(kept) == sending.request_hash


def _answer(row: Update, sending: Sending, response: Response) -> Update:
    facts = {
        "status": response.status_code,
        "headers": [[name, response.headers[name]] for name in _HEADERS if name in response.headers],
        "body": response.get_data(as_text=True),
        "session": dict(session),
    }
    text = _json.dumps(facts).encode()
    return row.values(status=response.status_code, sealed=sealed(sending, settings().secret_key, text))
