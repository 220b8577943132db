"""A form that one page sends twice, as by a double tap: done once, and both times answered alike."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from scheduler.parties.models import Membership, Organization
from scheduler.presses import RECENT
from scheduler.retries import KeptAnswer
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

NEXT = {"name": "後藤 五郎", "kana": "ごとう ごろう", "email": "goro@example.jp", "starts_on": "2027-04-01"}
BODY = {"slug": "aoba", "kind": "neighbourhood", "officer": "後藤 五郎", "kana": "ごとう ごろう"}


@pytest.fixture
def aiko(app: Flask, cast: Cast) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def tap_twice(visitor: Visitor, path: str, **typed: str) -> list[TestResponse]:
    """Send the form of one page twice."""
    sent = visitor.hidden(path) | typed
    return [visitor.client.post(path, data=sent) for _ in range(2)]


def test_each_officers_form_tapped_twice_is_answered_twice_as_done(
    session: Session, cast: Cast, aiko: Visitor
) -> None:
    cast.aiko.is_operator = True
    slot = make.slot(session, cast.midori, NOW)
    held = session.scalars(select(Membership.id).where(Membership.person_id == cast.aiko.id)).one()
    date_id, activity_id = slot.occurrence_id, slot.occurrence.activity_id
    session.commit()
    forms = {
        f"/activities/{activity_id}/correct": {"title": "川そうじ", "place": "みどり橋のたもと"},
        f"/dates/{date_id}/decision": {"outcome": "confirm", "early": "1"},
        f"/offices/{held}/hand-over": NEXT,
        "/town": BODY | {"name": "あおば自治会", "email": "goro@example.jp"},
    }
    for path, typed in forms.items():
        first, second = tap_twice(aiko, path, **typed)
        assert (path, first.status_code, second.status_code) == (path, 303, 303), second.text
        assert first.location == second.location
    assert "「あおば自治会」を作り" in aiko.text("/town")
    assert session.scalar(select(func.count()).where(Organization.slug == "aoba")) == 1


def test_the_second_answer_offers_the_same_way_back(session: Session, cast: Cast, aiko: Visitor) -> None:
    held = session.scalars(select(Membership.id).where(Membership.person_id == cast.aiko.id)).one()
    _, second = tap_twice(aiko, f"/offices/{held}/hand-over", **NEXT)
    page = aiko.text(second.location or "")
    assert page.count('class="undo-bar"') == 1


def test_two_taps_at_the_very_same_time_found_one_body(
    app: Flask, session: Session, cast: Cast, aiko: Visitor
) -> None:
    cast.aiko.is_operator = True
    session.commit()
    sent = aiko.hidden("/town") | BODY | {"name": "あおば自治会", "email": "goro@example.jp"}
    cookie = aiko.client.get_cookie("tsudoi")
    assert cookie is not None
    session.rollback()

    def tap(_number: int) -> int:
        client = app.test_client()
        client.set_cookie("tsudoi", cookie.value)
        return client.post("/town", data=sent).status_code

    with ThreadPoolExecutor(4) as taps:
        assert list(taps.map(tap, range(4))) == [303] * 4


def test_whoever_taps_sign_out_twice_is_signed_out(app: Flask, aiko: Visitor) -> None:
    sent, cookie = aiko.hidden("/me"), aiko.client.get_cookie("tsudoi")
    assert cookie is not None
    left = []
    for _ in range(2):
        client = app.test_client()
        client.set_cookie("tsudoi", cookie.value)
        assert client.post("/sign-out", data=sent).status_code == 303
        left.append(client.get_cookie("tsudoi"))
    assert left == [None, None]


def test_what_was_refused_taken_back_or_sent_long_ago_is_looked_at_anew(
    session: Session, cast: Cast, aiko: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    path = f"/dates/{slot.occurrence_id}/decision"
    session.commit()
    sent = aiko.hidden(path)
    said = sent | {"outcome": "cancel", "reason": "雨のため", "early": "1"}
    old = said | {"revision": "7"}
    assert [aiko.client.post(path, data=old).status_code for _ in range(2)] == [409, 409]
    assert session.scalar(select(func.count(KeptAnswer.id))) == 0
    assert [aiko.client.post(path, data=said).status_code for _ in range(2)] == [303, 303]
    with time_machine.travel(NOW + RECENT + timedelta(minutes=1), tick=False):
        assert aiko.client.post(path, data=said).status_code == 409
    assert aiko.submit(f"{path}/undo/2", path).status_code == 303
    assert aiko.client.post(path, data=said).status_code == 409


def test_nothing_is_kept_of_strangers(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    session.commit()
    typed = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
    assert Visitor(app).submit(f"/slots/{slot.id}/join", **typed).status_code == 303
    assert session.scalar(select(func.count(KeptAnswer.id))) == 0
