"""A browser subscribes to its person's notices, gets them first, and is forgotten when it is gone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock, jobs
from scheduler.errors import Invalid
from scheduler.notices.channels.push import PushChannel
from scheduler.notices.channels.web import Web
from scheduler.notices.delivery import deliver_due
from scheduler.notices.models import ContactPoint, Delivery
from scheduler.parties.models import Person
from scheduler.reach.subscriptions import Subscription, subscribe, vapid
from scheduler.wordings.actions import write
from scheduler.wordings.kinds import Texts
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.notices.stand_in import Answered, StandIn
from tests.notices.test_push import Browser
from tests.signed_in import browser_of

pytestmark = pytest.mark.loopback


@pytest.fixture
def service() -> Iterator[StandIn]:
    with StandIn(lambda asked: Answered(201)) as service:
        yield service


def _subscribed(session: Session, person: Person, url: str = "https://push.example.com/1") -> Browser:
    browser = Browser()
    subscribe(session, person, Subscription(url, **browser.way, device="Android"), NOW)
    return browser


def _moved_to(session: Session, service: StandIn) -> None:
    # A public address is wanted when one subscribes; the stand-in has none.
    point = session.scalars(select(ContactPoint).where(ContactPoint.channel == "push")).one()
    point.address = f"{service.url}/1"
    session.commit()


def _deliver(app: Flask) -> int:
    settings = app.config["TSUDOI"]
    push = PushChannel(vapid(settings), clock.now, Web(allows=lambda address: True, plain=True))
    with app.app_context():
        outlet = jobs.outlet(app)
        return deliver_due(replace(outlet, channels={**outlet.channels, "push": push}), clock.now)


def test_the_browser_is_told_first_and_the_mailbox_not_at_all(
    app: Flask, session: Session, cast: Cast, service: StandIn
) -> None:
    browser = _subscribed(session, cast.ben)
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    _moved_to(session, service)
    assert _deliver(app) == 1
    said = browser.read(service.asked[0])
    assert said["title"].startswith("申し込みが決まりました：11月22日（日）")
    assert (said["body"][:5], said["url"]) == ("ありがとう", "http://localhost/dates/1")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("［場所］の門の前です。\n軍手をどうぞ。", "みどり公園前の門の前です。\n軍手をどうぞ。"),
        ("門の前です。" + "長" * 120 + "。", "門の前です。"),
        ("長" * 120 + "。", None),
    ],
)
def test_a_bodys_own_words_stand_on_the_screen_as_far_as_whole_sentences_fit(
    app: Flask, session: Session, cast: Cast, service: StandIn, typed: str, shown: str | None
) -> None:
    browser = _subscribed(session, cast.ben)
    write(session, cast.midori, "joined", Texts(typed), NOW, by_id=None)
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    _moved_to(session, service)
    _deliver(app)
    body = browser.read(service.asked[0])["body"]
    assert (body.partition("\n")[2] or None, "長" in body) == (shown, False)


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_a_mail_goes_out(
    app: Flask, session: Session, cast: Cast, service: StandIn, status: int
) -> None:
    _subscribed(session, cast.ben)
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    _moved_to(session, service)
    service.answer = lambda asked: Answered(status)
    assert _deliver(app) == 1
    assert session.query(ContactPoint).filter_by(channel="push").count() == 0
    assert [row.channel for row in session.query(Delivery).filter_by(state="sent")] == ["email"]


def test_the_same_browser_again_changes_its_keys_only(session: Session, cast: Cast) -> None:
    _subscribed(session, cast.ben)
    again = _subscribed(session, cast.ben)
    point = session.scalars(select(ContactPoint).where(ContactPoint.channel == "push")).one()
    assert point.facts["p256dh"] == again.way["p256dh"]


def test_of_many_browsers_the_oldest_are_forgotten(session: Session, cast: Cast) -> None:
    for number in range(8):
        _subscribed(session, cast.ben, f"https://push.example.com/{number}")
    addresses = session.scalars(select(ContactPoint.address).where(ContactPoint.channel == "push"))
    assert sorted(addresses) == [f"https://push.example.com/{number}" for number in range(3, 8)]


WRONG: list[dict[str, Any]] = [
    {"endpoint": "http://push.example.com/1"},
    {"endpoint": "https://127.0.0.1/1"},
    {"endpoint": "https://[::1]/1"},
    {"endpoint": "https://169.254.169.254/latest"},
    {"endpoint": "https://localhost/1"},
    {"endpoint": "https://push.example.com:8443/1"},
    {"endpoint": "https://push.example.com/" + "x" * 1000},
    {"endpoint": ""},
    {"p256dh": "AAAA"},
    {"p256dh": "B" + "A" * 86},
    {"auth": "AAAA"},
    {"auth": "日本"},
]


@pytest.mark.parametrize("changed", WRONG, ids=str)
def test_what_could_do_harm_is_refused(session: Session, cast: Cast, changed: dict[str, Any]) -> None:
    good = {"endpoint": "https://push.example.com/1", **Browser().way}
    with pytest.raises(Invalid):
        subscribe(session, cast.ben, Subscription(**good | changed), NOW)


def test_the_page_gives_the_key_and_takes_the_subscription(app: Flask, cast: Cast) -> None:
    ben = browser_of(app, cast.ben)
    page = ben.text("/me/channels")
    assert f'data-push-key="{vapid(app.config["TSUDOI"]).public}" hidden' in page
    typed = {"endpoint": "https://push.example.com/1", **Browser().way, "device": "Android"}
    assert ben.submit("/me/push", page="/me/channels", **typed).status_code == 303
    assert "Android" in ben.text("/me/channels")


def test_a_browser_that_is_refused_says_what_to_do_and_leaves_the_ticks(app: Flask, cast: Cast) -> None:
    ben = browser_of(app, cast.ben)
    page = ben.text("/me/channels")
    answer = ben.submit("/me/push", page="/me/channels", endpoint="", p256dh="", auth="")
    assert "この端末の通知を登録できませんでした。" in answer.text
    assert answer.text.count("<input checked") == page.count("<input checked") == 3


def test_the_service_worker_may_act_for_the_whole_site(app: Flask) -> None:
    answer = app.test_client().get("/sw.js", buffered=True)
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
