"""What is read of a program, and the one shape of every refusal."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.parties.models import SignIn
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of


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


def test_a_body_is_json_whatever_it_is_called(session: Session, cast: Cast, client: FlaskClient) -> None:
    # curl says that it sends a form, unless it is told otherwise.
    form = "application/x-www-form-urlencoded"
    answer = client.post("/api/v1/sign-in", data='{"email": "aiko@example.jp"}', content_type=form)
    assert (answer.status_code, len(session.query(SignIn).all())) == (202, 1)
