"""A question whose form holds what may stand in no address, names or a long text: that is kept sealed meanwhile."""

from typing import Any
from urllib.parse import urlencode

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from scheduler import clock
from scheduler.parties import keeping
from scheduler.parties.login import current_actor
from scheduler.parties.tokens import new_token
from scheduler.questions import OF_THE_PAGE
from scheduler.web import db_session, go, settings

_ASKED = "asked"


def ask_kept(fragment: str) -> ResponseReturnValue:
    """Keep what was typed and lead to the page that asks, which has an address of its own; the caller commits."""
    typed = {name: request.form.getlist(name) for name in request.form if name not in OF_THE_PAGE}
    key = keeping.keep(db_session(), typed, new_token(), _secret(), clock.now())
    others = [one for one in request.args.items(multi=True) if one[0] != _ASKED]
    return go(f"{request.path}?{urlencode([*others, (_ASKED, key)])}{fragment}")


def as_kept() -> dict[str, Any]:
    """Return what a form is made with on the page that asks; nothing elsewhere.

    Where it is kept no more the page says so, for its form is empty then.
    """
    key = request.args.get(_ASKED, "") if request.method == "GET" else ""
    kept = keeping.kept(db_session(), key, _secret(), clock.now()) if key else None
    if kept is None:
        if key:
            said = gettext(
                "ここに書いたことは、もう残っていません。まだ終わっていないときは、もう一度入れてください。"
            )
            flash(said, "info")
        return {}
    typed = MultiDict((name, text) for name, texts in kept.typed.items() for text in texts)
    return {"formdata": typed, "meta": {"csrf": False}}


def forget_asked() -> None:
    """Forget what was kept for the question that is answered now; the caller commits."""
    keeping.forget(db_session(), request.args.get(_ASKED, ""))


def _secret() -> str:
    # What was typed on one page opens no other, and for nobody but whoever typed it: addresses are passed on.
    return f"{settings().secret_key}{request.path}#{current_actor().person_id}"
