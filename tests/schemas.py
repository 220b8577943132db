"""Every answer that a test is given as JSON, held against what the OpenAPI document says of it."""

import re
from functools import cache
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

# What answers before any end-point is reached.
UNDOCUMENTED = {400, 405, 413, 500}


@cache
def document(app: Flask) -> dict[str, Any]:
    """Return the document of this application."""
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return found


@cache
def _paths(app: Flask) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [
        (re.compile(re.sub(r"{\w+}", "[^/]+", path)), verbs) for path, verbs in document(app)["paths"].items()
    ]


@cache
def _validator(app: Flask, model: str) -> Draft202012Validator:
    whole = {"$ref": f"#/components/schemas/{model}", "components": document(app)["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def faults(app: Flask, method: str, path: str, answer: TestResponse) -> list[str]:
    """Name everything in an answer that the document does not say."""
    verbs = [verbs[method] for pattern, verbs in _paths(app) if pattern.fullmatch(path.partition("?")[0])]
    if not verbs or answer.status_code in UNDOCUMENTED:
        return []
    said = verbs[0]["responses"].get(str(answer.status_code))
    if said is None:
        return [f"{method} {path}: {answer.status_code} is not in the document"]
    model = said["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    missing = [
        name for name in said.get("headers", {}) if name == "Retry-After" and name not in answer.headers
    ]
    return missing + [error.message for error in _validator(app, model).iter_errors(answer.get_json())]
