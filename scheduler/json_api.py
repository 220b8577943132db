"""JSON end-points: typed in, typed out, described in one OpenAPI 3.1 document. Knows nothing of the product."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

from scheduler.errors import Invalid

PREFIX = "/api/v1"
_REFUSALS = {
    "401": "no such session",
    "403": "not yours to change",
    "404": "no such thing, or not for you",
    "409": "not possible any more: full, already decided",
    "422": "cannot be understood",
    "503": "busy, try again",
}


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


class Api(Blueprint):
    """A feature's end-points under /api/v1."""

    def __init__(self, name: str, import_name: str) -> None:
        super().__init__(name, import_name, url_prefix=PREFIX)
        self.operations: list[Operation] = []

    def operation(
        self, rule: str, answer: type[ApiModel], *, body: type[ApiModel] | None = None, status: int = 200
    ) -> Callable[[Callable[..., ApiModel]], Callable[..., ApiModel]]:
        """Register a function as an end-point; `rule` is "METHOD /path", the docstring's first line its summary."""
        method, path = rule.split(" ", 1)

        def register(act: Callable[..., ApiModel]) -> Callable[..., ApiModel]:
            def answered(**arguments: Any) -> Response:
                typed = {"body": _read(body)} if body is not None else {}
                return _write(act(**arguments, **typed), status)

            summary = (act.__doc__ or "").strip().split("\n")[0]
            self.add_url_rule(path, act.__name__, answered, methods=[method])
            self.operations.append(Operation(method.lower(), path, summary, body, answer, status))
            return act

        return register


def _read(body: type[ApiModel]) -> ApiModel:
    try:
        return body.model_validate_json(request.get_data(cache=False) or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Invalid("json_unreadable", detail=f"{where}: {first['msg']}") from error


def _write(answer: ApiModel, status: int) -> Response:
    return Response(answer.model_dump_json(), status, mimetype="application/json")


def openapi_document(operations: Iterable[Operation], version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all end-points."""
    kept = list(operations)
    models = {model for operation in kept for model in (operation.body, operation.answer) if model} | {Error}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schema = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in kept:
        paths.setdefault(_openapi_path(operation.path), {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tsudoi", "version": version},
        "servers": [{"url": PREFIX}],
        "security": [{}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schema.get("$defs", {}),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _openapi_path(path: str) -> str:
    return "".join(_openapi_part(part) for part in path.replace("<", "\0<").replace(">", ">\0").split("\0"))


def _openapi_part(part: str) -> str:
    return "{" + part.strip("<>").split(":")[-1] + "}" if part.startswith("<") else part


def _parameters(path: str) -> list[dict[str, Any]]:
    parts = [
        part.strip("<>")
        for part in path.replace("<", "\0<").replace(">", ">\0").split("\0")
        if part.startswith("<")
    ]
    return [
        {
            "name": part.split(":")[-1],
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if part.startswith("int:") else "string"},
        }
        for part in parts
    ]


def _content(model: type[ApiModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def _described(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {
        code: {"description": text, "content": _content(Error)} for code, text in _REFUSALS.items()
    }
    answers[str(operation.status)] = {"description": "done", "content": _content(operation.answer)}
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": f"{operation.method}_{operation.path.strip('/').translate(_PLAIN)}",
        "parameters": _parameters(operation.path),
        "responses": answers,
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    return described


_PLAIN = str.maketrans({"/": "_", "<": "", ">": "", ":": "_", "-": "_"})


def serve_document(app: Flask, apis: Iterable[Api], version: str) -> None:
    """Answer GET /api/v1/openapi.json with the document of these end-points."""
    document = openapi_document([operation for api in apis for operation in api.operations], version)
    app.add_url_rule(f"{PREFIX}/openapi.json", "openapi", lambda: jsonify(document))
