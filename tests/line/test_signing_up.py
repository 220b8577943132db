"""Signing up with LINE alone: the place is held until LINE is connected, and everything is told there."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Slot
from scheduler.errors import Conflict
from scheduler.line import views
from scheduler.notices.channels.line import LineApi
from scheduler.notices.models import ContactPoint
from scheduler.participation.actions import prove, withdraw
from scheduler.participation.models import Participation
from scheduler.parties.models import LineAccount
from scheduler.standins.actions import seek
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.line.said import event, hear
from tests.line.stand_in import USER, Line
from tests.program import Program, done, refusal
from tests.visitor import Visitor

pytestmark = pytest.mark.loopback
HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ"}
BY_LINE: dict[str, Any] = HANAKO | {"by_line": True}
CODE = re.compile(r"\w{4}-\w{4}(?=</p>)")


@pytest.fixture(autouse=True)
def replies(api: LineApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the web answer LINE where the stand-in is."""
    monkeypatch.setattr(views, "API", api)


@pytest.fixture
def slot(session: Session, cast: Cast, account: LineAccount) -> Slot:
    """Two places of one of Midori's dates."""
    made = make.slot(session, cast.midori, NOW)
    session.commit()
    return made


def rows(session: Session) -> list[Participation]:
    """Return all sign-ups as they stand."""
    session.rollback()
    return list(session.scalars(select(Participation).order_by(Participation.id)))


def code_on(page: str) -> str:
    """Return the code that a page tells one to send."""
    found = CODE.search(page)
    assert found is not None, page
    return found[0]


@pytest.mark.parametrize("phone", ["", "090-1234-5678"])
def test_whoever_connects_line_in_time_keeps_the_place_and_hears_by_line(
    session: Session, slot: Slot, visitor: Visitor, line: Line, deliver: Callable[[], int], phone: str
) -> None:
    assert "LINE（@midori）" in visitor.text(f"/slots/{slot.id}/join")
    thanks = visitor.submit(f"/slots/{slot.id}/join", **HANAKO, contact="line", phone=phone).location
    page = visitor.text(thanks)
    assert "LINE とつないでください" in page
    assert "/me/" not in page
    held = rows(session)[0]
    assert (held.state, held.slot.taken, held.hold_until) == ("unverified", 1, NOW + timedelta(minutes=30))
    hear(visitor.client, 1, event("message", code_on(page)))
    assert [row.state for row in rows(session)] == ["confirmed"]
    assert deliver() == 1
    assert [to for to, text in line.pushed if "申し込みが決まりました" in text and "/me/" in text] == [USER]
    assert "自分のページを開く" in visitor.text(thanks)


def test_whoever_does_not_loses_it_and_is_told_on_the_page_and_by_line(
    app: Flask, session: Session, slot: Slot, visitor: Visitor, line: Line
) -> None:
    thanks = visitor.submit(f"/slots/{slot.id}/join", **HANAKO, contact="line").location
    code = code_on(visitor.text(thanks))
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        jobs.tick(app)
        assert [(row.state, row.slot.taken) for row in rows(session)] == [("expired", 0)]
        assert "もう一度申し込めます" in visitor.text(thanks)
        hear(visitor.client, 1, event("message", code))
    assert ["もう一度申し込んでください" in text for _, text in line.replied] == [True]
    assert rows(session)[0].state == "expired"


@pytest.mark.parametrize("phone", ["", "090-1234-5678"])
def test_the_same_line_and_reading_are_the_same_person(
    session: Session, slot: Slot, cast: Cast, app: Flask, phone: str
) -> None:
    other = make.slot(session, cast.midori, NOW, title="もちつき")
    session.commit()
    for one in (slot, other):
        made = done(Program(app).post(f"/slots/{one.id}/join", **BY_LINE, phone=phone, clash_ok=True))
        hear(app.test_client(), 1, event("message", made["line"]["code"]))
    first, second = rows(session)
    assert (first.state, second.state) == ("confirmed", "confirmed")
    assert (first.contact_id, first.person_id) == (second.contact_id, second.person_id)


def test_who_turns_out_to_be_known_by_mail_too_keeps_the_place(
    app: Flask, session: Session, slot: Slot, cast: Cast, account: LineAccount
) -> None:
    point = {"channel": "line", "address": USER, "account_id": account.id, "facts": {}, "position": 0}
    session.add(ContactPoint(person_id=cast.ben.id, created_at=NOW, off_reason="", **point))
    session.commit()
    typed: dict[str, Any] = {"name": cast.ben.name, "kana": cast.ben.kana, "by_line": True}
    made = done(Program(app).post(f"/slots/{slot.id}/join", **typed))
    hear(app.test_client(), 1, event("message", made["line"]["code"]))
    assert [(row.contact_id, row.state) for row in rows(session)] == [(cast.ben.id, "confirmed")]


def test_a_stand_in_who_comes_too_late_leaves_everything_as_it_was(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    bens = make.participation(session, slot, cast.ben, NOW)
    seek(session, bens, "open", NOW)
    session.commit()
    visitor = Visitor(app)
    code = code_on(visitor.text(visitor.submit("/stand-ins/open/1", **HANAKO, contact="line").location))
    session.rollback()
    withdraw(session, bens, cast.ben.id, NOW)
    session.commit()
    hear(visitor.client, 1, event("message", code))
    late = rows(session)[-1]
    assert (late.unproven, late.hold_until is None, late.slot.taken) == (True, late.state == "expired", 0)


def test_a_body_without_line_takes_nobody_by_line(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.library, NOW)
    session.commit()
    visitor = Visitor(app)
    assert 'value="line"' not in visitor.text(f"/slots/{slot.id}/join")
    assert visitor.submit(f"/slots/{slot.id}/join", **HANAKO, contact="line").status_code == 422
    assert refusal(Program(app).post(f"/slots/{slot.id}/join", **BY_LINE)) == (422, "line_not_here")
    assert rows(session) == []


@pytest.mark.parametrize("way", ["group", "series", "stand-in"])
def test_every_way_to_sign_up_takes_line(
    app: Flask, session: Session, slot: Slot, cast: Cast, way: str
) -> None:
    path, more = f"/slots/{slot.id}/join/group", {"group_name": "駅前商店会", "people": "2"}
    if way == "series":
        path, more = f"/activities/{slot.occurrence.activity_id}/join/0", {"scope": "every"}
    if way == "stand-in":
        seek(session, make.participation(session, slot, cast.ben, NOW), "open", NOW)
        session.commit()
        path, more = "/stand-ins/open/1", {}
    visitor = Visitor(app)
    thanks = visitor.submit(path, **HANAKO, contact="line", **more).location
    hear(visitor.client, 1, event("message", code_on(visitor.text(thanks))))
    assert "unverified" not in [row.state for row in rows(session)]
    assert rows(session)[-1].is_live


def test_what_is_not_connected_cannot_be_confirmed_otherwise(
    app: Flask, session: Session, slot: Slot
) -> None:
    done(Program(app).post(f"/slots/{slot.id}/join", **BY_LINE))
    with pytest.raises(Conflict, match="connect_first"):
        prove(session, rows(session)[0], NOW)
