"""Who has a feed already and asks again is told so before anything else is done: by one query and a 304.

What was answered so once is answered so again to the very same question, while nothing was committed and it is the same
day. Only what is public and the same for all is kept; questions with a cookie or a token go on to the app.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from scheduler.db import mark_now

_ANSWERED_BY = (
    "REQUEST_METHOD",
    "wsgi.url_scheme",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_ACCEPT_ENCODING",
)
_WHO = frozenset({"HTTP_COOKIE", "HTTP_AUTHORIZATION"})
# What the feeds say of themselves, and nothing else of ours.
CACHING = "public, no-cache"
_MOST = 2000
_LONGEST = 1000

_Headers = list[tuple[str, str]]
_Seen = tuple[object, date]


@dataclass(frozen=True)
class _Answer:
    seen: _Seen
    status: str
    headers: _Headers


class Unchanged:
    """Stands before the app; for several threads."""

    def __init__(self, app: WSGIApplication, engine: Engine, now: Callable[[], datetime]) -> None:
        self._app = app
        self._engine = engine
        self._now = now
        self._kept: OrderedDict[tuple[Any, ...], _Answer] = OrderedDict()
        self._lock = Lock()

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer what was asked before and has not changed; let the app answer all else."""
        if not _may_be_unchanged(environ):
            return self._app(environ, start_response)
        try:
            whose, mark = mark_now(self._engine)
        except SQLAlchemyError:
            return self._app(environ, start_response)
        # Looked at before the app answers: what it says is as new as this, or newer.
        asked, seen = (whose, *map(environ.get, _ANSWERED_BY)), (mark, self._now().date())
        kept = self._kept.get(asked)
        if kept is not None and kept.seen == seen:
            start_response(kept.status, list(kept.headers))
            return []

        def noting(status: str, headers: _Headers, *more: Any) -> Any:
            if _may_be_kept(status, headers):
                self._keep(asked, _Answer(seen, status, list(headers)))
            return start_response(status, headers, *more)

        return self._app(environ, noting)

    def _keep(self, asked: tuple[Any, ...], answer: _Answer) -> None:
        with self._lock:
            self._kept[asked] = answer
            self._kept.move_to_end(asked)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)


def _may_be_unchanged(environ: WSGIEnvironment) -> bool:
    if "HTTP_IF_NONE_MATCH" not in environ or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return False
    long = sum(len(environ.get(name) or "") for name in _ANSWERED_BY) > _LONGEST
    return not long and _WHO.isdisjoint(environ)


def _may_be_kept(status: str, headers: _Headers) -> bool:
    said = {name.lower(): value for name, value in headers}
    return status.startswith("304 ") and said.get("cache-control") == CACHING and "set-cookie" not in said
