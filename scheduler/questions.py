"""A question before something is done has an address of its own, so that whoever goes back meets no form to send anew.

What was typed stands in that address. Knows nothing of the product.
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from scheduler.web import go

# What belongs to the page that was sent, and not to what was typed there.
OF_THE_PAGE = {"csrf_token", "once", "opened", "step"}
# The press that asks what would become of it, and the page that answers.
_LOOKS = ("step", "look")
# No server reads more than some four thousand letters of an address.
_LONGEST = 3_900


def ask_at(path: str, fragment: str = "", keep: Collection[str] = ()) -> ResponseReturnValue | None:
    """Lead to the page that asks, with what was typed; None on that page, and where it is too long for an address.

    `keep` names what of the form's own address says what it is about.
    """
    own = [one for one in request.args.items(multi=True) if one[0] in keep]
    sent = [one for one in request.form.items(multi=True) if one[0] not in OF_THE_PAGE]
    typed = urlencode([*own, *sent, _LOOKS])
    if request.method == "GET":
        return None
    return go(f"{path}?{typed}{fragment}") if len(path) + len(typed) < _LONGEST else None


def with_typed(path: str, names: Collection[str]) -> str:
    """Return the address of a form with what was typed into these of its fields."""
    typed = urlencode([one for one in request.args.items(multi=True) if one[0] in names and one[1]])
    return f"{path}?{typed}" if typed else path


def is_asked() -> bool:
    """Say whether this is the page that asks, with what was typed in its address."""
    return request.method == "GET" and _LOOKS in request.args.items(multi=True)


def as_asked() -> dict[str, Any]:
    """Return what a form is made with on the page that asks: what stands in the address, and no token."""
    return {"formdata": request.args, "meta": {"csrf": False}} if is_asked() else {}
