"""`/healthz` says whether the ticker ticks and what waits."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import bounces, jobs
from scheduler.activities.models import Occurrence, Slot
from scheduler.heartbeat import beat
from scheduler.notices.dsn import signed
from scheduler.notices.models import Delivery
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.notices.test_dsn import report
from tests.signed_in import browser_of
from tests.visitor import Visitor


def test_without_a_ticker_it_is_late(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json() | {"status": "late", "last_tick": None} == answer.get_json()


def test_after_a_tick_all_is_well(app: Flask, client: FlaskClient) -> None:
    jobs.tick(app)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "ok"
    assert answer.get_json()["queue_depth"] == 0


def test_five_silent_minutes_are_a_fault(session: Session, client: FlaskClient) -> None:
    beat(session, "tick", NOW - timedelta(minutes=6))
    session.commit()
    assert client.get("/healthz").status_code == 503


def test_developers_pages_are_closed_elsewhere(client: FlaskClient) -> None:
    assert client.get("/design").status_code == 404


@pytest.fixture
def operator(app: Flask, session: Session, cast: Cast) -> Visitor:
    cast.aiko.is_operator = True
    session.commit()
    return browser_of(app, cast.aiko)


def test_the_operator_reads_the_same_in_words(app: Flask, operator: Visitor) -> None:
    assert "5分以上動いていません" in operator.text("/status")
    jobs.tick(app)
    page = operator.text("/status")
    assert "お知らせは時間どおりに出ています。" not in page
    assert "11月16日（月） 午前10時" in page


def test_mail_that_waits_is_a_fault(app: Flask, session: Session, cast: Cast, operator: Visitor) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW - timedelta(minutes=6))
    beat(session, "tick", NOW)
    session.commit()
    assert "5分以上待っているお知らせがあります" in operator.text("/status")
    assert "お知らせが遅れています" in operator.text("/organizations/midori")


def test_an_activity_that_ran_out_of_dates_shows(
    app: Flask, session: Session, cast: Cast, client: FlaskClient, operator: Visitor
) -> None:
    weekly = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY", title="朝の体操")
    make.activity(
        session, cast.midori, NOW - timedelta(days=30), first_on=date(2026, 10, 25), title="すんだ会"
    )
    session.execute(delete(Slot))
    session.execute(delete(Occurrence).where(Occurrence.activity_id == weekly.id))
    session.commit()
    assert client.get("/healthz").get_json()["activities_without_dates"] == 1
    page = operator.text("/status")
    assert "朝の体操" in page
    assert "すんだ会" not in page


def test_bounces_and_lost_addresses_are_counted_for_a_week(
    app: Flask, session: Session, cast: Cast, client: FlaskClient
) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    jobs.tick(app)
    message_id = session.scalars(select(Delivery.message_id)).one()
    session.rollback()
    bounces.take(app, report(message_id=signed(message_id, app.config["TSUDOI"].secret_key)))
    numbers = client.get("/healthz").get_json()
    named = ("bounces_of_the_week", "addresses_switched_off_this_week", "dead_letters")
    assert [numbers[name] for name in named] == [1, 1, 1]


def test_the_organiser_sees_a_red_line_and_others_do_not(app: Flask, session: Session, cast: Cast) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    jobs.tick(app)
    delivery = session.scalars(select(Delivery)).one()
    delivery.state, delivery.reason = "dead", "bounced"
    session.commit()
    line = "11月22日（日） 資源回収の日：1人にお知らせが届いていません。"
    assert line in browser_of(app, cast.aiko).text("/organizations/midori")
    assert line not in browser_of(app, cast.ben).text("/organizations/midori")
