"""An organiser's words: to whoever has a place, once, out of the night, and only while they come."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.board.actions import send_message
from scheduler.errors import Conflict, Invalid
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.actions import join, withdraw
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from tests import mailbox, make
from tests.board.people import two_slots
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import tokyo

WORDS = "雨具をお持ちください。\n駐車場は使えません。"


@pytest.fixture
def slots(session: Session, cast: Cast) -> list[Slot]:
    """Two slots of one date: Ben comes to one, Chie to the other; a third waits, a fourth has not confirmed."""
    made = two_slots(session, cast, first=1)
    make.participation(session, made[0], cast.ben, NOW)
    make.participation(session, made[1], cast.chie, NOW)
    join(session, made[0], SignUp(make.person(session, 1, NOW).id, or_wait=True), NOW)
    join(session, made[1], SignUp(make.person(session, 2, NOW).id, proven=False), NOW)
    return made


def _told(session: Session) -> set[int]:
    wanted = select(Delivery.person_id).join(Delivery.notice).where(Notice.kind == "message")
    return set(session.scalars(wanted))


def test_everybody_with_a_place_is_told_and_nobody_else(
    session: Session, cast: Cast, slots: list[Slot]
) -> None:
    assert send_message(session, slots[0].occurrence, WORDS, cast.aiko.id, NOW) == 2
    assert _told(session) == {cast.ben.id, cast.chie.id}


def test_one_slot_can_be_told_alone(session: Session, cast: Cast, slots: list[Slot]) -> None:
    assert send_message(session, slots[0].occurrence, WORDS, cast.aiko.id, NOW, slot=slots[0]) == 1
    assert _told(session) == {cast.ben.id}


def test_a_second_tap_tells_nobody_twice_and_other_words_are_another_message(
    session: Session, cast: Cast, slots: list[Slot]
) -> None:
    for words in (WORDS, WORDS, "集合は7時です。"):
        send_message(session, slots[0].occurrence, words, cast.aiko.id, NOW)
    wanted = select(Delivery.id).join(Delivery.notice).where(Notice.kind == "message")
    assert len(session.scalars(wanted).all()) == 4


def test_at_night_it_waits_for_the_morning_but_never_until_it_is_too_late(
    session: Session, cast: Cast, slots: list[Slot]
) -> None:
    night, last_night = tokyo("2026-11-18 23:00"), tokyo("2026-11-22 06:50")
    slots[0].offset_minutes = slots[1].offset_minutes = -65
    send_message(session, slots[0].occurrence, WORDS, cast.aiko.id, night)
    send_message(session, slots[0].occurrence, "集合は6時55分です。", cast.aiko.id, last_night)
    wanted = select(Delivery.due_at).join(Delivery.notice).where(Notice.kind == "message")
    assert set(session.scalars(wanted)) == {tokyo("2026-11-19 07:00"), last_night}


@pytest.mark.parametrize("words", ["", " \n ", "\x00"])
def test_no_words_are_no_message(session: Session, cast: Cast, slots: list[Slot], words: str) -> None:
    with pytest.raises(Invalid, match="message_missing"):
        send_message(session, slots[0].occurrence, words, cast.aiko.id, NOW)


def test_where_nobody_comes_nobody_can_be_told(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    with pytest.raises(Conflict, match="nobody_to_tell"):
        send_message(session, slot.occurrence, WORDS, cast.aiko.id, NOW)


def test_the_letter_holds_the_words_the_date_and_the_own_part(
    app: Flask, session: Session, cast: Cast, slots: list[Slot]
) -> None:
    send_message(session, slots[0].occurrence, WORDS, cast.aiko.id, NOW)
    session.commit()
    mails = mailbox.new_mails(app, "ben@example.jp")
    text = mailbox.text(next(mail for mail in mails if "世話人からのお知らせ" in mail["Subject"]))
    assert WORDS in text
    assert "積込み" in text
    assert "受付" not in text


def test_whoever_has_left_meanwhile_is_not_told(
    app: Flask, session: Session, cast: Cast, slots: list[Slot]
) -> None:
    send_message(session, slots[0].occurrence, WORDS, cast.aiko.id, NOW)
    row = session.scalars(select(Participation).where(Participation.contact_id == cast.ben.id)).one()
    withdraw(session, row, cast.ben.id, NOW)
    session.commit()
    subjects = [mail["Subject"] for mail in mailbox.new_mails(app, "ben@example.jp")]
    assert not [subject for subject in subjects if "世話人からのお知らせ" in subject]
