"""Who asks for a feed as somebody has asked before is answered before anything else is done: by one query.

With a 304 where it is there already, else with its bytes. What was answered once is answered again to the very same
question, while nothing was committed and it is the same day. Only what is public and the same for all is kept;
questions with a cookie or a token go on to the app.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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
_MOST_BYTES = 32_000_000
_LONGEST = 1000

_Headers = list[tuple[str, str]]
_Seen = tuple[object, date]


@dataclass(frozen=True)
class _Answer:
    seen: _Seen
    status: str
    headers: _Headers
    body: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        return sum(map(len, self.body))

    @property
    def said_size(self) -> int | None:
        """What its head says of its size; None for a stream, which is not kept."""
        said = next((value for name, value in self.headers if name.lower() == "content-length"), "")
        return int(said) if said.isdecimal() else None


class Unchanged:
    """Stands before the app; for several threads."""

    def __init__(self, app: WSGIApplication, engine: Engine, now: Callable[[], datetime]) -> None:
        self._app = app
        self._engine = engine
        self._now = now
        self._kept: OrderedDict[tuple[Any, ...], _Answer] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer what was asked before and has not changed; let the app answer all else."""
        if not _may_be_known(environ):
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
            return kept.body
        return self._noted(environ, start_response, asked, seen)

    def _noted(
        self, environ: WSGIEnvironment, start_response: StartResponse, asked: tuple[Any, ...], seen: _Seen
    ) -> Iterable[bytes]:
        answers: list[_Answer] = []

        def noting(status: str, headers: _Headers, *more: Any) -> Any:
            answers[:] = [_Answer(seen, status, list(headers))]
            return start_response(status, headers, *more)

        body = self._app(environ, noting)
        if not answers or not _may_be_kept(answers[0]):
            return body
        # It is there in one piece: nothing is copied.
        pieces = tuple(body)
        if hasattr(body, "close"):
            body.close()
        whole = replace(answers[0], body=pieces)
        if environ["REQUEST_METHOD"] == "HEAD" or whole.size == (whole.said_size or 0):
            self._keep(asked, whole)
        return pieces

    def _keep(self, asked: tuple[Any, ...], answer: _Answer) -> None:
        with self._lock:
            before = self._kept.pop(asked, None)
            self._kept[asked] = answer
            self._bytes += answer.size - (before.size if before else 0)
            while len(self._kept) > _MOST or self._bytes > _MOST_BYTES:
                self._bytes -= self._kept.popitem(last=False)[1].size


def _may_be_known(environ: WSGIEnvironment) -> bool:
    is_feed = environ.get("PATH_INFO", "").endswith(".ics") or "HTTP_IF_NONE_MATCH" in environ
    if not is_feed or environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not _WHO.isdisjoint(environ):
        return False
    return sum(len(environ.get(name) or "") for name in _ANSWERED_BY) <= _LONGEST


def _may_be_kept(answer: _Answer) -> bool:
    said = {name.lower(): value for name, value in answer.headers}
    if said.get("cache-control") != CACHING or "set-cookie" in said:
        return False
    whole = answer.status.startswith("200 ") and (answer.said_size or _MOST_BYTES) < _MOST_BYTES // 4
    return whole or answer.status.startswith("304 ")
