"""The OpenAPI document: valid, complete, and true to what the end-points do."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from scheduler import words
from tests import schemas
from tests.program import Program


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """The document as programs read it."""
    return schemas.document(app)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Go through all operations: method, path, and what is said of them."""
    for path, verbs in document["paths"].items():
        for method, operation in verbs.items():
            yield method, path, operation


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


def test_every_end_point_is_in_the_document(app: Flask, document: dict[str, Any]) -> None:
    described = {
        (path.count("{"), method.upper(), path.split("{")[0]) for method, path, _said in operations(document)
    }
    for rule in app.url_map.iter_rules():
        path = rule.rule.removeprefix("/api/v1")
        if path == rule.rule or path == "/openapi.json":
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (path.count("<"), method, path.split("<")[0]) in described, rule


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    said = [operation for _method, _path, operation in operations(document)]
    names = [operation["operationId"] for operation in said]
    assert all(operation["summary"].endswith(".") for operation in said)
    assert len(names) == len(set(names))


def test_whatever_writes_takes_a_key_and_nothing_else_does(document: dict[str, Any]) -> None:
    key = {"$ref": "#/components/parameters/IdempotencyKey"}
    for method, path, operation in operations(document):
        assert (key in operation["parameters"]) is (method != "get"), path


def test_every_operation_says_who_has_to_wait_and_how_long(document: dict[str, Any]) -> None:
    for _method, path, operation in operations(document):
        for status in ("429", "503"):
            assert operation["responses"][status]["headers"]["Retry-After"]["schema"]["type"] == "integer", (
                path
            )


SCOPES = [
    ("get", "/dates", [{}]),
    ("get", "/dates/{occurrence_id}", [{}, {"bearer": ["read"]}]),
    ("get", "/me", [{"bearer": ["read"]}]),
    ("post", "/slots/{slot_id}/join", [{}, {"bearer": ["sign_up"]}]),
    ("get", "/dates/{occurrence_id}/roster", [{"bearer": ["organise"]}]),
    ("post", "/dates/{occurrence_id}/decision", [{"bearer": ["organise"]}]),
    ("put", "/dates/{occurrence_id}/attendance", [{"bearer": ["organise"]}]),
    ("get", "/organizations/{slug}/hours/{year}", [{"bearer": ["report"]}]),
    ("post", "/me/tokens", [{"bearer": ["session"]}]),
    ("post", "/sign-in", [{}]),
]


@pytest.mark.parametrize(("method", "path", "security"), SCOPES)
def test_the_scope_that_is_needed_is_said(
    document: dict[str, Any], method: str, path: str, security: list[dict[str, list[str]]]
) -> None:
    assert document["paths"][path][method]["security"] == security


def test_every_code_of_a_refusal_is_listed(document: dict[str, Any]) -> None:
    listed = set(document["components"]["schemas"]["Error"]["properties"]["error"]["examples"])
    assert words.codes() | {"sign_in_needed", "not_found", "busy"} <= listed


def test_an_answer_that_the_document_does_not_know_would_be_seen(app: Flask) -> None:
    answer = Program(app).get("/dates")
    assert schemas.faults(app, "get", "/dates", answer) == []
    assert schemas.faults(app, "get", "/me", answer) != []
    answer.status_code = 418
    assert schemas.faults(app, "get", "/dates", answer) == ["get /dates: 418 is not in the document"]
