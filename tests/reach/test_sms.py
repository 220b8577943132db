"""Notices by SMS through a gateway: a real end-point on loopback, what it answers, and the way on the own page."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.config import Settings
from scheduler.errors import Invalid
from scheduler.notices.channels.sms import SmsChannel
from scheduler.notices.models import ContactPoint, Delivery
from scheduler.notices.outcomes import Outcome
from scheduler.notices.outlet import ChannelError, Content, Letter, OutgoingMessage
from scheduler.notices.ways import ends_address
from scheduler.parties.names import is_mobile
from scheduler.reach import ways
from tests.cast import Cast
from tests.conftest import NOW
from tests.notices.make import NOON
from tests.notices.stand_in import Answered, StandIn
from tests.signed_in import browser_of

NUMBER = "+819000000000"


def _message(subject: str = "明日です") -> OutgoingMessage:
    letter = Letter(NUMBER, "青木 直", "ja", "", {}, channel="sms")
    content = Content(subject, "八時からです。", link="https://tsudoi.example.jp/dates/7")
    return OutgoingMessage("id1", NOON, letter, content)


def _gateway(server: StandIn) -> str:
    return f"{server.url.replace('http', 'json')}/sms/{{to}}"


@pytest.mark.loopback
def test_the_gateway_is_asked_once_with_the_number_and_a_short_text() -> None:
    with StandIn() as server:
        SmsChannel(_gateway(server)).deliver(_message("長" * 400))
    (asked,) = server.asked
    text = json.loads(asked.body)["message"]
    assert asked.path in {f"/sms/{NUMBER}", "/sms/%2B819000000000"}
    assert len(text) <= 270
    assert text.endswith("\nhttps://tsudoi.example.jp/dates/7")


@pytest.fixture
def own_log(monkeypatch: pytest.MonkeyPatch) -> list[logging.LogRecord]:
    """What reaches the service's own log; numbers must not."""
    heard: list[logging.LogRecord] = []
    handler = logging.Handler(logging.INFO)
    monkeypatch.setattr(handler, "emit", heard.append)
    monkeypatch.setattr(logging.root, "handlers", [handler])
    return heard


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (500, "not_now"),
        (503, "not_now"),
        (429, "not_now"),
        (408, "not_now"),
        (400, "refused"),
        (401, "refused"),
    ],
)
def test_what_the_gateway_answers_decides(
    status: int, trouble: str, own_log: list[logging.LogRecord]
) -> None:
    with StandIn(lambda asked: Answered(status)) as server, pytest.raises(ChannelError) as error:
        SmsChannel(_gateway(server)).deliver(_message())
    assert (error.value.trouble, error.value.code) == (trouble, status)
    assert own_log == []
    # A gateway's refusal says nothing sure about the number.
    assert not ends_address("sms", Outcome("refused", status))


@pytest.mark.loopback
def test_where_nobody_answers_it_is_tried_again() -> None:
    with StandIn() as server:
        address = _gateway(server)
    with pytest.raises(ChannelError) as error:
        SmsChannel(address).deliver(_message())
    assert error.value.trouble == "not_now"


def test_a_number_that_the_library_refuses_is_switched_off() -> None:
    sid = "AC" + "a" * 32
    message = _message()
    letter = Letter("12", "青木 直", "ja", "", {}, channel="sms")
    wrong = OutgoingMessage("id1", NOON, letter, message.content)
    with pytest.raises(ChannelError) as error:
        SmsChannel(f"twilio://{sid}:{'b' * 32}@15551234567/{{to}}").deliver(wrong)
    assert error.value.trouble == "refused"
    assert ends_address("sms", Outcome("refused", error.value.code))


def test_an_address_that_means_nothing_closes_the_way_and_no_message_is_lost() -> None:
    with pytest.raises(ChannelError) as error:
        SmsChannel("no-such-service://{to}").deliver(_message())
    assert error.value.trouble == "nobody_there"


@pytest.mark.parametrize(
    ("phone", "mobile"),
    [("+819012345678", True), ("+816012345678", True), ("+81312345678", False), ("", False), ("090", False)],
)
def test_only_a_mobile_telephone_takes_an_sms(phone: str, mobile: bool) -> None:
    assert is_mobile(phone) is mobile


@pytest.mark.loopback
def test_a_person_chooses_it_and_tries_it(
    app: Flask, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.ben.phone = NUMBER
    session.commit()
    ben = browser_of(app, cast.ben)
    session.rollback()
    assert "SMS で受け取る" not in ben.text("/me/channels")
    assert ben.submit("/me/sms", page="/me/channels").status_code == 404
    with StandIn() as server:
        _use(app, monkeypatch, sms_url=_gateway(server))
        assert "SMS で受け取る（090-0000-0000）" in ben.text("/me/channels")
        for _ in range(2):
            assert ben.submit("/me/sms", page="/me/channels").status_code == 303
        session.rollback()
        point = session.query(ContactPoint).filter_by(channel="sms").one()
        for _ in range(2):
            ben.submit("/me/channels", point=point.key, verb="test")
        jobs.tick(app)
        session.rollback()
        assert [row.state for row in session.query(Delivery).filter_by(channel="sms")] == ["sent"]
    (asked,) = server.asked
    assert "/me" in json.loads(asked.body)["message"]


def _use(app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    settings: Settings = app.config["TSUDOI"]
    monkeypatch.setitem(app.config, "TSUDOI", replace(settings, **changes))


def test_who_has_no_mobile_telephone_cannot_choose_it_and_a_new_number_ends_the_old_way(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(Invalid, match="no_mobile_phone"):
        ways.add_sms(session, cast.ben, NOW)
    cast.ben.phone = NUMBER
    ways.add_sms(session, cast.ben, NOW)
    assert [point.channel for point in ways.points(session, cast.ben.id, NOW)] == ["email", "sms", "phone"]
    cast.ben.phone = "+819011112222"
    assert [point.channel for point in ways.points(session, cast.ben.id, NOW)] == ["email", "phone"]
