"""Journey 2: a volunteer joins a slot without an account, gets a mail with a calendar file and a personal link,
and withdraws there."""

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from tests import mailbox
from tests.journeys.conftest import HANAKO, TARO, sign_ups
from tests.moments import at
from tests.program import Program, done, refusal
from tests.visitor import Visitor


def test_she_joins_without_an_account(session: Session, date: Occurrence, visitor: Visitor) -> None:
    join = f"/slots/{date.slots[0].id}/join"
    assert join in visitor.text(f"/dates/{date.id}")
    next_page = visitor.submit(join, **HANAKO).location
    assert "いまは、メールを送れません" in visitor.text(next_page)
    (sign_up,) = sign_ups(session)
    assert (sign_up.party_name, sign_up.state, date.slots[0].taken) == ("山田 花子", "unverified", 1)


def test_the_link_in_the_mail_makes_it_sure_and_looking_at_it_does_not(
    app: Flask, session: Session, date: Occurrence, visitor: Visitor
) -> None:
    visitor.submit(f"/slots/{date.slots[0].id}/join", **HANAKO)
    link = mailbox.path(mailbox.new_mail(app, "hanako@example.jp"), "/me/")
    assert "確かめる" in visitor.text(link)
    assert sign_ups(session)[0].state == "unverified"
    visitor.submit(f"{link}/prove", page=link)
    assert sign_ups(session)[0].state == "confirmed"


def test_she_gets_a_mail_with_a_calendar_file_and_a_personal_link(
    app: Flask, date: Occurrence, visitor: Visitor
) -> None:
    visitor.submit(f"/slots/{date.slots[0].id}/join", **HANAKO)
    mail = mailbox.confirm(app, visitor, "hanako@example.jp")
    assert "11月22日（日）" in mail["Subject"]
    file = mailbox.calendar(mail)
    assert f"UID:{date.uid}" in file.replace("\r\n ", "")
    page = visitor.text(mailbox.path(mail, "/me/"))
    assert "山田 花子" in page
    assert "積込み" in page


def test_she_withdraws_there_and_the_place_is_free_again(
    app: Flask, session: Session, date: Occurrence, visitor: Visitor
) -> None:
    visitor.submit(f"/slots/{date.slots[0].id}/join", **HANAKO)
    own_page = mailbox.path(mailbox.confirm(app, visitor, "hanako@example.jp"), "/me/")
    (sign_up,) = sign_ups(session)
    withdraw = f"{own_page}/participations/{sign_up.id}/withdraw"
    assert withdraw in visitor.text(own_page)
    assert visitor.submit(withdraw).location == own_page
    session.rollback()
    assert (sign_up.state, date.slots[0].taken) == ("cancelled", 0)
    # Some minutes later: whoever takes that back at once is told nothing.
    with at("2026-11-16 10:05"):
        assert "欠席の連絡" in mailbox.new_mail(app, "hanako@example.jp")["Subject"]


def test_whoever_comes_too_late_is_told_that_it_is_full(
    app: Flask, date: Occurrence, signed_up: list[int], visitor: Visitor
) -> None:
    join = f"/slots/{date.slots[0].id}/join"
    assert "補欠で待つ" in visitor.text(f"/dates/{date.id}")
    late = {"name": "鈴木 次郎", "kana": "すずき じろう", "email": "jiro@example.jp"}
    answer = visitor.submit(join, **late)
    assert (answer.status_code, "満員" in answer.text) == (409, True)
    assert refusal(Program(app).post(join, **late)) == (409, "full")


def test_a_second_tap_is_no_second_sign_up(app: Flask, session: Session, date: Occurrence) -> None:
    for _ in range(2):
        Visitor(app).submit(f"/slots/{date.slots[0].id}/join", **HANAKO)
    assert [sign_up.people for sign_up in sign_ups(session)] == [1]
    assert date.slots[0].taken == 1
    assert len(mailbox.new_mails(app, "hanako@example.jp")) == 1


def test_a_program_joins_and_withdraws_with_the_token_of_the_mail(app: Flask, date: Occurrence) -> None:
    program = Program(app)
    joined = done(program.post(f"/slots/{date.slots[0].id}/join", **TARO))
    assert (joined["state"], joined["date"]["uid"]) == ("unverified", date.uid)
    link = mailbox.path(mailbox.new_mail(app, "taro@example.jp"), "/me/")
    program.token, _, sign_up = link.removeprefix("/me/").partition("/")
    assert done(program.post(f"/{sign_up}/prove"))["state"] == "confirmed"
    assert [f"participations/{row['id']}" for row in program.read("/me")["sign_ups"]] == [sign_up]
    assert done(program.post(f"/{sign_up}/withdraw"))["state"] == "cancelled"
    assert program.read("/me")["sign_ups"] == []
    assert Program(app).read(f"/dates/{date.id}")["slots"][0]["left"] == 2


def test_whoever_signs_up_in_english_is_written_to_in_english(
    app: Flask, date: Occurrence, visitor: Visitor
) -> None:
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    join = f"/slots/{date.slots[0].id}/join"
    assert "Loading" in visitor.text(join)
    visitor.submit(join, name="Ann Smith", kana="Ann Smith", email="ann@example.org")
    mail = mailbox.confirm(app, visitor, "ann@example.org")
    assert "Sunday 22 November Resource recovery day" in mail["Subject"]
    assert "Loading" in mailbox.text(mail)
