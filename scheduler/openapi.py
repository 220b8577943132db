"""The OpenAPI 3.1 document of all end-points: what they take and answer, which scope they need, how they refuse."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, jsonify
from pydantic.json_schema import models_json_schema

from scheduler import words
from scheduler.json_api import OPEN, PREFIX, Api, ApiModel, Error, Operation

_REFUSALS = {
    "401": "no such token: unknown, ended or closed",
    "403": "not yours to change, or the token lacks the scope",
    "404": "no such thing, or not for you",
    "409": "not possible any more: full, already decided; or a request with this key is still running",
    "422": "cannot be understood, or the Idempotency-Key went with another request",
    "429": "too often from here, or for this contact",
    "503": "busy, try again",
}
# What is refused for no reason of the product's.
_GENERAL_CODES = ("sign_in_needed", "not_found", "gone", "busy", "fault")
_SECONDS = {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}
_WAIT = {"headers": {"Retry-After": _SECONDS}}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "any text of yours for this one request, such as a UUID; sent again within 24 hours it has no "
    "second effect and gets the same answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
_REPLAYED = {"description": "true when this answer was given before", "schema": {"const": "true"}}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token of a session, which is good for everything; one made at /me/tokens or "
    "/organizations/<slug>/tokens, good for the scopes ticked there; or that of a personal link, good for one's own "
    "things. The roles that an operation lists are the scopes that it needs.",
}
# Scopes that say who asks; without them, a stranger may ask too.
_KNOWN_ONLY = ("organise", "report", "households", "session")
_WALL = r"^\d\d:\d\d(:\d\d(\.\d+)?)?$"
_PLAIN = str.maketrans({"/": "_", "<": "", ">": "", ":": "_", "-": "_"})


def openapi_document(operations: Iterable[Operation], version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all end-points."""
    kept = list(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in kept:
        paths.setdefault(_openapi_path(operation.path), {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tsudoi", "version": version},
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "schemas": _schemas(kept),
            "parameters": {"IdempotencyKey": _KEY},
            "securitySchemes": {"bearer": _BEARER},
        },
    }


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    models = {model for operation in operations for model in (operation.body, operation.answer) if model}
    ordered = sorted(models | {Error}, key=lambda model: model.__name__)
    _, schema = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    found: dict[str, Any] = schema["$defs"]
    # Told as examples and not as the only ones: a new rule must not make old programs fail.
    found["Error"]["properties"]["error"]["examples"] = [*_GENERAL_CODES, *sorted(words.codes())]
    return _with_wall_clocks(found)  # type: ignore[no-any-return]  # a mapping stays one


def _with_wall_clocks(schema: Any) -> Any:
    """Say of times of day that they have no offset, as the format `time` (RFC 3339) would want."""
    if isinstance(schema, list):
        return [_with_wall_clocks(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _with_wall_clocks(one) for name, one in schema.items()}
    return {**inner, "format": "wall-clock", "pattern": _WALL} if schema.get("format") == "time" else inner


def _parts(path: str) -> list[str]:
    return path.replace("<", "\0<").replace(">", ">\0").split("\0")


def _openapi_path(path: str) -> str:
    return "".join(
        "{" + part.strip("<>").split(":")[-1] + "}" if part.startswith("<") else part for part in _parts(path)
    )


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parts = [part.strip("<>") for part in _parts(operation.path) if part.startswith("<")]
    in_path: list[dict[str, Any]] = [
        {
            "name": part.split(":")[-1],
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if part.startswith("int:") else "string"},
        }
        for part in parts
    ]
    return in_path + ([{"$ref": "#/components/parameters/IdempotencyKey"}] if operation.writes else [])


def _content(model: type[ApiModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.scope == OPEN:
        return [{}]
    needed = {"bearer": [operation.scope]}
    is_own = operation.path.startswith("/me") or operation.scope in _KNOWN_ONLY
    return [needed] if is_own else [{}, needed]


def _answers(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {
        code: {"description": text, "content": _content(Error)} for code, text in _REFUSALS.items()
    }
    for code in ("429", "503"):
        answers[code] |= _WAIT
    done: dict[str, Any] = {"description": "done", "content": _content(operation.answer)}
    if operation.writes:
        done["headers"] = {"Idempotency-Replayed": _REPLAYED}
    return answers | {str(operation.status): done}


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": f"{operation.method}_{operation.path.strip('/').translate(_PLAIN)}",
        "parameters": _parameters(operation),
        "security": _security(operation),
        "responses": _answers(operation),
    }
    if operation.scope != OPEN:
        described["description"] = f"Scope of the token: `{operation.scope}`."
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    return described


def serve_document(app: Flask, apis: Iterable[Api], version: str) -> None:
    """Answer GET /api/v1/openapi.json with the document of these end-points."""
    document = openapi_document([operation for api in apis for operation in api.operations], version)
    app.add_url_rule(f"{PREFIX}/openapi.json", "openapi", lambda: jsonify(document))
