"""JSON end-points: typed in, typed out, each one sent twice done once. Knows nothing of the product."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, request
from pydantic import BaseModel, ValidationError

from scheduler import clock, retries
from scheduler.errors import Invalid, Refused
from scheduler.faults import refusal_answer
from scheduler.request_session import commit_put_off
from scheduler.retries import Answer, Sending
from scheduler.web import db_session, settings

PREFIX = "/api/v1"
# What a token must be good for where the end-point says nothing; an empty scope: open to all, whatever they send along.
_SCOPES = {"GET": "read"}
_OTHER_SCOPE = "sign_up"
OPEN = ""
_GATE = "tsudoi-gate"
Gate = Callable[[str], None]


class ApiModel(BaseModel):
    """The base of everything that goes in or out; unknown fields are refused by nobody and used by nobody."""


class Error(ApiModel):
    """A refusal: a code for programs and a sentence for people."""

    error: str
    message: str


@dataclass(frozen=True)
class Operation:
    """One end-point as the document describes it."""

    method: str
    path: str
    summary: str
    body: type[ApiModel] | None
    answer: type[ApiModel]
    status: int
    scope: str

    @property
    def writes(self) -> bool:
        """Whether it changes something, so that a key may go with it."""
        return self.method != "get"


class Api(Blueprint):
    """A feature's end-points under /api/v1."""

    def __init__(self, name: str, import_name: str) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX)
        self.operations: list[Operation] = []

    def operation(
        self,
        rule: str,
        answer: type[ApiModel],
        *,
        body: type[ApiModel] | None = None,
        status: int = 200,
        scope: str | None = None,
    ) -> Callable[[Callable[..., ApiModel]], Callable[..., ApiModel]]:
        """Register a function as an end-point; `rule` is "METHOD /path", the docstring's first line its summary.

        `scope` is what a token must be good for: `read` for GET and `sign_up` for the others, unless something else
        is said. The function asks for its commit as a page does; where an Idempotency-Key came along, that commit
        waits until the answer is kept beside the effect.
        """
        method, path = rule.split(" ", 1)
        needed = _SCOPES.get(method, _OTHER_SCOPE) if scope is None else scope

        def register(act: Callable[..., ApiModel]) -> Callable[..., ApiModel]:
            summary = (act.__doc__ or "").strip().split("\n")[0]
            made = Operation(method.lower(), path, summary, body, answer, status, needed)
            self.add_url_rule(
                path, act.__name__, lambda **where: _answered(made, act, where), methods=[method]
            )
            self.operations.append(made)
            return act

        return register


def set_gate(extensions: dict[str, Any], gate: Gate) -> None:
    """Let this function look at every asker before an end-point acts; it raises what refuses them."""
    extensions[_GATE] = gate


def _answered(operation: Operation, act: Callable[..., ApiModel], where: dict[str, Any]) -> Response:
    if operation.scope != OPEN:
        current_app.extensions[_GATE](operation.scope)
    header = request.headers.get("Idempotency-Key") if operation.writes else None
    if header is None:
        return _acted(operation, act, where)
    return _acted_once(_sending(header), lambda: _acted(operation, act, where))


def _acted(operation: Operation, act: Callable[..., ApiModel], where: dict[str, Any]) -> Response:
    typed = {"body": _read(operation.body)} if operation.body is not None else {}
    return _written(act(**where, **typed).model_dump_json(), operation.status)


def _sending(header: str) -> Sending:
    # Strangers are told apart by their address: all of them behind one router share their keys, which are random.
    asker = request.headers.get("Authorization") or f"stranger {request.remote_addr}"
    asked = f"{request.method} {request.full_path}\n".encode() + request.get_data()
    return Sending(hashlib.sha256(asker.encode()).hexdigest(), retries.key_in(header), asked)


def _acted_once(sending: Sending, act: Callable[[], Response]) -> Response:
    session, secret = db_session(), settings().secret_key
    kept = retries.claim_key(session, sending, secret, clock.now())
    if kept is not None:
        replayed = _written(kept.body, kept.status)
        replayed.headers["Idempotency-Replayed"] = "true"
        return replayed
    with commit_put_off(session) as waiting:
        try:
            answer = act()
        except Refused as refused:
            # What was committed before, such as a counted try, stays; so the same request must not count again.
            if not waiting.asked:
                raise
            answer = refusal_answer(refused)
    if waiting.asked:
        retries.keep(session, sending, secret, Answer(answer.status_code, answer.get_data()))
        session.commit()
    return answer


def _read(body: type[ApiModel]) -> ApiModel:
    try:
        return body.model_validate_json(request.get_data() or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Invalid("json_unreadable", detail=f"{where}: {first['msg']}") from error


def _written(body: str | bytes, status: int) -> Response:
    return Response(body, status, mimetype="application/json")
