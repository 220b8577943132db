"""A page that is the same for all strangers: drawn once for each state of the database, and good for caches.

A thousand people look at one page on a rainy morning. What they get is never older than the last commit; a cache on the
way may be some seconds behind, and asks again with the tag.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock

from flask import Flask, Response, current_app, g, request, session

from scheduler import words
from scheduler.compression import packed
from scheduler.db import mark
from scheduler.web import db_session, etag_matches

# What a browser may carry and be a stranger all the same: a language, and the token of a form it has seen.
_SAYS_NOTHING = {"language", "csrf_token", "_permanent"}
_CACHING = "max-age=5, stale-while-revalidate=25"
# The page says what is open at this moment, too.
_SECONDS = 10
_MOST = 400


@dataclass(frozen=True)
class _Page:
    """A page as drawn for one state of the database and one moment, plain and packed, and the address of its sheet."""

    state: object
    plain: bytes
    packed: bytes
    tag: str
    sheet: str | None


_pages: OrderedDict[Hashable, _Page] = OrderedDict()
_lock = Lock()


def init_app(app: Flask) -> None:
    """Let templates know that a page is for all strangers: it then has no form with a token."""
    app.context_processor(lambda: {"is_shared": g.get("is_shared", False)})


def vary_by(app: Flask, said: Callable[[], Hashable]) -> None:
    """Keep a page of its own for each of the few answers to this."""
    app.extensions.setdefault("shared_by", []).append(said)


def answer(draw: Callable[[], str], now: datetime) -> Response | str:
    """Return a page as it is for whoever asks: to strangers the one that is kept, to all others one of their own."""
    if not _is_for_strangers():
        return draw()
    page = _current(draw, now)
    response = Response(status=304) if etag_matches(page.tag) else _whole(page)
    response.set_etag(page.tag, weak=True)
    # The cookie of a language goes out again with every answer: that one is for its browser alone.
    response.headers["Cache-Control"] = f"{'private' if session else 'public'}, {_CACHING}"
    response.vary.update(("Cookie", "Accept-Language", "Accept-Encoding"))
    return response


def _is_for_strangers() -> bool:
    # Easy Japanese has a switch for its readings, which is a form; an address with a question may set a cookie.
    plain = words.language() != words.EASY and not request.query_string
    return plain and not set(session) - _SAYS_NOTHING


def _current(draw: Callable[[], str], now: datetime) -> _Page:
    whose, state = mark(db_session())
    moment = int(now.timestamp() // _SECONDS)
    looks = tuple(said() for said in current_app.extensions.get("shared_by", ()))
    key = (whose, request.host_url, request.path, words.language(), looks)
    kept = _pages.get(key)
    if kept is not None and kept.state == (state, moment):
        return kept
    g.is_shared = True
    plain = draw().encode()
    page = _Page((state, moment), plain, packed(plain), sha256(plain).hexdigest()[:32], g.get("sheet"))
    with _lock:
        _pages[key] = page
        _pages.move_to_end(key)
        while len(_pages) > _MOST:
            _pages.popitem(last=False)
    return page


def _whole(page: _Page) -> Response:
    g.sheet = page.sheet
    # It holds no secret that its length could tell: so it may be packed once for all.
    if not request.accept_encodings.quality("gzip"):
        return Response(page.plain, mimetype="text/html")
    response = Response(page.packed, mimetype="text/html")
    response.headers["Content-Encoding"] = "gzip"
    return response
