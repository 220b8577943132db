"""What came back by pipe, Maildir or mbox: the address is left, the next way tried, the organiser told."""

import mailbox as boxes
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import bounces, jobs
from scheduler.notices.dsn import signed
from scheduler.notices.models import Attempt, ContactPoint, Delivery
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.notices.test_dsn import report


@pytest.fixture
def sent(app: Flask, session: Session, cast: Cast) -> Delivery:
    """Ben's mail, which the mail server has taken."""
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    jobs.tick(app)
    delivery = session.scalars(select(Delivery)).one()
    session.expunge(delivery)
    session.rollback()
    return delivery


def _report(app: Flask, sent: Delivery, **changes: str) -> bytes:
    return report(message_id=signed(sent.message_id, app.config["TSUDOI"].secret_key), **changes)


def _states(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(select(Delivery.state, Delivery.reason).order_by(Delivery.id))
    return [(state, reason) for state, reason in rows]


def test_a_mail_that_came_back_is_not_told_and_its_address_is_left(
    app: Flask, session: Session, sent: Delivery
) -> None:
    assert bounces.take(app, _report(app, sent))
    assert _states(session) == [("dead", "bounced")]
    point = session.scalars(select(ContactPoint)).one()
    assert (point.off_at, point.off_reason) == (NOW, "bounced")


def test_the_next_way_is_tried_once_however_often_the_report_comes(
    app: Flask, session: Session, cast: Cast, sent: Delivery
) -> None:
    cast.ben.phone = "0467-00-0000"
    session.commit()
    for _ in range(3):
        assert bounces.take(app, _report(app, sent))
    assert _states(session) == [("dead", "bounced"), ("planned", "")]


def test_a_delay_changes_nothing_but_is_written_down(app: Flask, session: Session, sent: Delivery) -> None:
    assert bounces.take(app, _report(app, sent, action="delayed", status="4.4.1"))
    assert _states(session) == [("sent", "")]
    assert session.scalars(select(Attempt.outcome).order_by(Attempt.id)).all() == ["sent", "delayed"]


def test_a_full_mailbox_leaves_the_address(app: Flask, session: Session, sent: Delivery) -> None:
    bounces.take(app, _report(app, sent, status="5.2.2", diagnostic="552 5.2.2 over quota"))
    assert _states(session) == [("dead", "bounced")]
    assert session.scalars(select(ContactPoint)).one().is_live


def test_what_is_not_ours_changes_nothing(app: Flask, session: Session, sent: Delivery) -> None:
    forged = report(message_id=signed(sent.message_id, "another secret"))
    unknown = report(message_id=signed("f" * 40, app.config["TSUDOI"].secret_key))
    assert [bounces.take(app, mail) for mail in (forged, unknown, b"hello")] == [False] * 3
    assert _states(session) == [("sent", "")]


@pytest.mark.parametrize("kind", ["Maildir", "mbox"])
def test_a_mailbox_is_read_once_and_keeps_its_mails(
    app: Flask, session: Session, sent: Delivery, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "box"
    box = getattr(boxes, kind)(path)
    for content in (_report(app, sent), b"Subject: hello\n\nhello"):
        box.add(content)
    box.close()
    assert [bounces.take_all(app, path) for _ in range(2)] == [(1, 1), (0, 0)]
    box = getattr(boxes, kind)(path, create=False)
    assert len(box) == 2
    box.close()
    assert _states(session) == [("dead", "bounced")]
