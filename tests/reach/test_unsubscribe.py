"""Ending one kind of notice: one press in the mail program, one button on the page, and nothing else ends."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.decisions import actions as decisions
from scheduler.parties.tokens import unsubscribing
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.visitor import Visitor

EVENING = "2026-11-21 19:00"


def _address(app: Flask, person_id: int) -> str:
    return f"/unsubscribe/{unsubscribing(app.config['TSUDOI'].secret_key, person_id, 'reminder')}"


def _reminded(app: Flask) -> list[str]:
    with at(EVENING):
        return [mail["Subject"] for mail in mailbox.new_mails(app, "ben@example.jp")]


def test_a_mail_program_ends_reminders_with_one_post_and_without_a_page(
    app: Flask, session: Session, cast: Cast, client: FlaskClient
) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    answer = client.post(_address(app, cast.ben.id), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert _reminded(app) == []


def test_looking_at_the_page_ends_nothing(
    app: Flask, session: Session, cast: Cast, client: FlaskClient
) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    assert "このお知らせを止める" in client.get(_address(app, cast.ben.id)).text
    assert len(_reminded(app)) == 1


def test_who_has_second_thoughts_is_reminded_again(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    page = _address(app, cast.ben.id)
    assert "また受け取る" in visitor.submit(page).text
    visitor.client.post(page, data={"again": "1"})
    assert len(_reminded(app)) == 1


def test_a_decision_arrives_all_the_same(
    app: Flask, session: Session, cast: Cast, client: FlaskClient
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    make.participation(session, slot, cast.ben, NOW)
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    client.post(_address(app, cast.ben.id))
    session.rollback()
    decisions.cancel(session, slot.occurrence, decisions.Ruling(cast.aiko.id, 0), NOW)
    session.commit()
    assert "中止" in mailbox.new_mail(app, "ben@example.jp")["Subject"]


def test_the_letter_says_where_and_only_letters_that_can_be_ended_do(
    app: Flask, session: Session, cast: Cast
) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    joined = mailbox.new_mail(app, "ben@example.jp")
    with at(EVENING):
        reminder = mailbox.new_mail(app, "ben@example.jp")
    assert joined["List-Unsubscribe"] is None
    assert reminder["List-Unsubscribe"] == f"<http://localhost{_address(app, cast.ben.id)}>"
    assert mailbox.path(reminder, "/unsubscribe/") == _address(app, cast.ben.id)
