"""Everybody puts the ways on which they are told in order, tries them, and leaves one out."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.errors import Invalid, NotFound
from scheduler.notices.models import ContactPoint, Delivery
from scheduler.parties import actions as parties
from scheduler.parties.models import Household, Person
from scheduler.parties.tokens import personal
from scheduler.reach import ways
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


def _keys(session: Session, person: Person) -> dict[str, str]:
    return {point.channel: point.key for point in ways.points(session, person.id, NOW)}


def _order(session: Session, person: Person) -> list[str]:
    return [point.channel for point in ways.points(session, person.id, NOW) if point.is_live]


@pytest.fixture
def ben(session: Session, cast: Cast) -> Person:
    """Ben, who has a telephone too."""
    cast.ben.phone = "090-0000-0000"
    session.commit()
    return cast.ben


def test_the_ways_follow_from_what_is_known(session: Session, cast: Cast, ben: Person) -> None:
    assert _order(session, ben) == ["email", "phone"]
    parties.add_household(session, Household(name="別所", created_at=NOW), [ben])
    assert _order(session, ben) == ["email", "phone", "paper"]
    ben.phone = ""
    assert _order(session, ben) == ["email", "paper"]


def test_who_has_neither_mail_nor_telephone_is_walked_to(session: Session, cast: Cast) -> None:
    grandma = parties.unreachable_person(session, parties.PersonFacts("祖母", "そぼ"), NOW)
    assert _order(session, grandma) == ["paper"]


def test_a_new_address_is_a_new_way_and_the_old_one_is_left(session: Session, ben: Person) -> None:
    ways.points(session, ben.id, NOW)
    ben.email = "new@example.jp"
    found = ways.points(session, ben.id, NOW)
    assert [point.address for point in found] == ["new@example.jp", "090-0000-0000"]


def test_looking_writes_nothing(session: Session, ben: Person) -> None:
    assert [point.channel for point in ways.current_points(session, ben, NOW)] == ["email", "phone"]
    assert session.query(ContactPoint).count() == 0


def test_what_is_put_first_is_used_first(session: Session, ben: Person) -> None:
    ways.change(session, ben, _keys(session, ben)["phone"], "first", NOW)
    assert _order(session, ben) == ["phone", "email"]


def test_one_way_at_least_stays(session: Session, ben: Person) -> None:
    keys = _keys(session, ben)
    ways.change(session, ben, keys["email"], "off", NOW)
    with pytest.raises(Invalid, match="last_way"):
        ways.change(session, ben, keys["phone"], "off", NOW)
    ways.change(session, ben, keys["email"], "on", NOW)
    assert _order(session, ben) == ["email", "phone"]


@pytest.mark.parametrize(("key", "verb", "error"), [("email-0", "off", NotFound), ("", "burn", Invalid)])
def test_only_what_is_mine_and_only_what_there_is(
    session: Session, ben: Person, key: str, verb: str, error: Any
) -> None:
    with pytest.raises(error):
        ways.change(session, ben, key or _keys(session, ben)["email"], verb, NOW)


def test_a_test_arrives_once_a_minute(app: Flask, session: Session, ben: Person) -> None:
    browser, key = browser_of(app, ben), _keys(session, ben)["email"]
    session.rollback()
    for _ in range(3):
        assert browser.submit("/me/channels", point=key, verb="test").status_code == 303
    assert mailbox.new_mail(app, "ben@example.jp")["Subject"] == "お知らせの受け取りのテスト"


def test_a_mail_without_links_has_none(app: Flask, session: Session, cast: Cast, ben: Person) -> None:
    ways.change(session, ben, _keys(session, ben)["email"], "plain", NOW)
    slot = make.slot(session, cast.midori, NOW, place="https://evil.example/ 前", contact="0467-00-0000")
    make.participation(session, slot, ben, NOW)
    session.commit()
    mailbox.new_mail(app, "ben@example.jp")
    with at("2026-11-21 19:00"):
        mail = mailbox.new_mail(app, "ben@example.jp")
    assert re.search("https?://", mail.as_string() + mailbox.text(mail)) is None
    assert "0467-00-0000" in mailbox.text(mail)
    assert [part.get_content_type() for part in mail.walk()] == ["text/plain"]


def test_a_sign_in_mail_without_links_has_its_digits(app: Flask, session: Session, ben: Person) -> None:
    ways.change(session, ben, _keys(session, ben)["email"], "plain", NOW)
    parties.ask_to_sign_in(session, "ben@example.jp", "s", NOW)
    session.commit()
    mail = mailbox.new_mail(app, "ben@example.jp")
    assert mailbox.code(mail) in mail["Subject"]
    assert "http" not in mailbox.text(mail)


def test_a_sign_in_mail_goes_to_the_mailbox_that_was_asked_for(
    app: Flask, session: Session, ben: Person
) -> None:
    ways.change(session, ben, _keys(session, ben)["email"], "off", NOW)
    parties.ask_to_sign_in(session, "ben@example.jp", "s", NOW)
    session.commit()
    assert mailbox.code(mailbox.new_mail(app, "ben@example.jp"))


def test_who_has_no_mailbox_is_on_nobodys_list_for_a_mere_receipt(
    app: Flask, session: Session, cast: Cast
) -> None:
    grandma = parties.person(session, parties.PersonFacts("祖母", "そぼ", phone="0467-00-0000"), NOW)
    make.participation(session, make.slot(session, cast.midori, NOW), grandma, NOW)
    session.commit()
    jobs.tick(app)
    with at("2026-11-21 19:00"):
        jobs.tick(app)
    rows = session.query(Delivery).order_by(Delivery.id)
    assert [(row.channel, row.state) for row in rows] == [("phone", "dropped"), ("phone", "by_hand")]


def test_the_page_works_with_the_personal_link_and_says_what_is_wrong(
    app: Flask, session: Session, ben: Person, visitor: Visitor
) -> None:
    keys = _keys(session, ben)
    session.commit()
    link = f"/me/{personal(app.config['TSUDOI'].secret_key, ben.id, ben.link_salt)}"
    session.rollback()
    page = f"{link}/channels"
    assert visitor.submit(page, point=keys["email"], verb="off").status_code == 303
    assert "いま使っていないもの" in visitor.text(page)
    answer = visitor.submit(page, point=keys["phone"], verb="off")
    assert (answer.status_code, "どこにもお知らせが届きません" in answer.text) == (422, True)


def test_programs_do_the_same(app: Flask, session: Session, ben: Person) -> None:
    program = program_of(app, ben)
    listed = program.get("/me/channels").get_json()["channels"]
    assert [(one["channel"], one["is_on"]) for one in listed] == [("email", True), ("phone", True)]
    after = program.post("/me/channels", point=listed[1]["key"], verb="first").get_json()["channels"]
    assert [one["channel"] for one in after] == ["phone", "email"]


def test_the_page_says_the_persons_own_quiet_hours(app: Flask, session: Session, ben: Person) -> None:
    said = '<span class="whole">午後9時</span>から<span class="whole">午前7時</span>まで'
    assert said in browser_of(app, ben).text("/me/channels")
    ben.limits = {"quiet_from": "22:30"}
    session.commit()
    assert said.replace("午後9時", "午後\u206010時\u206030分") in browser_of(app, ben).text("/me/channels")
