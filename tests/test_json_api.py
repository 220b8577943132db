"""The OpenAPI document, and the one shape of every refusal."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator
from sqlalchemy.orm import Session

from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return found


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


def test_every_end_point_is_in_the_document(app: Flask, document: dict[str, Any]) -> None:
    described = {
        (path.count("{"), method.upper(), path.split("{")[0])
        for path, verbs in document["paths"].items()
        for method in verbs
    }
    for rule in app.url_map.iter_rules():
        path = rule.rule.removeprefix("/api/v1")
        if path == rule.rule or path == "/openapi.json":
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert (path.count("<"), method, path.split("<")[0]) in described, rule


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    operations = [operation for verbs in document["paths"].values() for operation in verbs.values()]
    names = [operation["operationId"] for operation in operations]
    assert all(operation["summary"].endswith(".") for operation in operations)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"name": 5}', 422),
        (b"\xff\xfe", 422),
        (b"", 422),
        (b'{"name": "\\ud800"}', 422),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_shape(
    session: Session, cast: Cast, client: FlaskClient, body: bytes, status: int
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    session.commit()
    answer = client.post(f"/api/v1/slots/{slot.id}/join", data=body)
    assert answer.status_code == status, answer.text
    assert answer.get_json().keys() == {"error", "message"}


def test_a_cookie_opens_nothing_here(session: Session, cast: Cast, app: Flask) -> None:
    visitor = browser_of(app, cast.aiko)
    assert visitor.get("/api/v1/me").status_code == 401


def test_refusals_speak_the_askers_language(client: FlaskClient) -> None:
    asked = {"email": "nobody", "code": "1"}
    answer = client.post("/api/v1/sign-in/code", json=asked, headers={"Accept-Language": "en"})
    assert answer.get_json()["error"] == "code_wrong"
    assert answer.status_code == 422
