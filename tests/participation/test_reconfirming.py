"""Whoever's date has moved is asked again: the place is kept, silence means yes, one press answers, a look does not."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.board.risks import risks_at
from scheduler.changes.undo import undo
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.participation.models import Participation
from scheduler.participation.reconfirming import answer, ask_again, asked_at
from tests import mailbox, make
from tests.cast import Cast
from tests.changes.wanting import TEN, make_change, one
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


@pytest.fixture
def row(session: Session, cast: Cast) -> Participation:
    """Ben's sign-up for a Sunday at eight; at ten of that day he goes to the library."""
    other = make.occurrence(session, cast.library, NOW, first_at=TEN, weather_rule="none")
    make.participation(session, other.slots[0], cast.ben, NOW)
    mine = make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    return mine


@pytest.fixture
def asked(session: Session, row: Participation) -> Participation:
    """The same, moved to ten."""
    wanted = one(row.slot.occurrence, starts=row_start(row).replace(hour=10))
    make_change(session, row.slot.occurrence, wanted)
    session.commit()
    session.expire_all()
    return row


def row_start(row: Participation) -> datetime:
    return one(row.slot.occurrence).starts


def test_a_change_that_clashes_asks_again_and_the_place_is_kept(
    session: Session, cast: Cast, asked: Participation
) -> None:
    assert (asked.asked_again, asked.state, asked.slot.taken) == ("clash", "confirmed", 1)
    assert asked_at(session, asked.slot.occurrence_id) == [asked]
    assert changes_of(session, "participation", asked.id)[-1].verb == "ask_again"


def test_the_letter_leads_to_two_buttons_and_looking_answers_nothing(
    app: Flask, session: Session, cast: Cast, asked: Participation, visitor: Visitor
) -> None:
    session.rollback()
    with at("2026-11-16 10:05"):
        mail = next(
            one for one in mailbox.new_mails(app, "ben@example.jp") if "変わりました" in one["Subject"]
        )
        path = mailbox.path(mail, f"/me/{cast.ben.id}.").split("/participations")[0]
        again = f"{path}/participations/{asked.id}/again"
        assert again in mailbox.text(mail)
        assert "にも</span>申し込んでいます" in visitor.text(again)
        assert "来られるか返事をする" in visitor.text(path)
        session.rollback()
        assert visitor.submit(again, answer="yes").status_code == 303
        assert "来られるか返事をする" not in visitor.text(path)
    session.expire_all()
    assert (asked.asked_again, asked.is_asked_again, asked.state) == ("", False, "confirmed")


def test_who_cannot_leaves_the_place_even_after_the_cut_off(
    session: Session, cast: Cast, asked: Participation
) -> None:
    asked.slot.cancel_before = 60
    late = asked.slot.cancel_until
    answer(session, asked, "cannot", cast.ben.id, late)
    answer(session, asked, "cannot", cast.ben.id, late)
    session.refresh(asked.slot)
    assert (asked.state, asked.slot.taken, asked_at(session, asked.slot.occurrence_id)) == (
        "cancelled",
        0,
        [],
    )
    with pytest.raises(Conflict, match="sign_up_over"):
        answer(session, asked, "yes", cast.ben.id, late)


def test_yes_twice_is_the_same_as_once_and_on_record(
    session: Session, cast: Cast, asked: Participation
) -> None:
    for _ in range(2):
        answer(session, asked, "yes", cast.ben.id, NOW)
    verbs = [change.verb for change in changes_of(session, "participation", asked.id)]
    assert verbs.count("reconfirm") == 1


def test_nothing_is_answered_once_it_has_begun_and_nothing_else_is_an_answer(
    session: Session, asked: Participation
) -> None:
    with pytest.raises(Conflict, match="already_begun"):
        answer(session, asked, "cannot", None, asked.slot.starts_at)
    with pytest.raises(Invalid):
        answer(session, asked, "perhaps", None, NOW)


def test_a_change_that_is_taken_back_asks_nobody_any_more(session: Session, row: Participation) -> None:
    made = make_change(
        session, row.slot.occurrence, one(row.slot.occurrence, starts=row_start(row).replace(hour=10))
    )
    session.commit()
    assert row.is_asked_again
    undo(session, made, None, NOW)
    session.expire_all()
    assert not row.is_asked_again


def test_who_is_gone_or_unproven_is_not_asked(session: Session, row: Participation) -> None:
    for state in ("cancelled", "unverified"):
        row.state = state
        assert ask_again(session, [row], "postponed", None, NOW) == set()
    row.state = "confirmed"
    assert ask_again(session, [row], "merged", None, NOW) == {row.contact_id}


def test_the_organiser_sees_who_is_asked_and_writes_down_a_yes_by_telephone(
    app: Flask, session: Session, cast: Cast, asked: Participation
) -> None:
    aiko, board = browser_of(app, cast.aiko), f"/dates/{asked.slot.occurrence_id}/board"
    session.rollback()
    assert "返事なし 1人" in aiko.text(board)
    # The page has two buttons; that for "no" carries the answer.
    said = aiko.submit(f"{board}/{asked.id}/again", page=f"{board}/{asked.id}", answer="")
    assert said.status_code == 303
    assert "来る 1人、来られない 0人、返事なし 0人" in aiko.text(board)
    assert "「行きます」の返事" in aiko.text(f"{board}/{asked.id}")


def test_programs_see_the_question_and_answer_it(
    app: Flask, session: Session, cast: Cast, asked: Participation
) -> None:
    ben = program_of(app, cast.ben)
    session.rollback()
    path = f"/participations/{asked.id}"
    assert ben.get(path).get_json()["asked_again"] == "clash"
    assert ben.post(f"{path}/again", answer="yes").get_json()["asked_again"] == ""


def test_the_reminder_asks_whoever_has_not_answered(
    app: Flask, session: Session, asked: Participation
) -> None:
    session.rollback()
    with at("2026-11-21 19:01"):
        mails = mailbox.new_mails(app, "ben@example.jp")
    assert [
        mail
        for mail in mails
        if f"/participations/{asked.id}/again" in mailbox.text(mail) and "予定は2件" in mail["Subject"]
    ]


def test_silence_is_a_worry_only_after_half_a_day(session: Session, asked: Participation) -> None:
    risks = [risks_at(session, [asked], NOW + timedelta(hours=hours)).of(asked) for hours in (11, 12)]
    assert risks == [("just_asked",), ("asked_again",)]


def test_a_date_that_was_called_off_is_not_told_as_taken_part_in(
    app: Flask, session: Session, cast: Cast, row: Participation
) -> None:
    row.slot.occurrence.state = "cancelled"
    session.commit()
    with at("2026-11-23 10:00"):
        page = browser_of(app, cast.ben).text("/me").split("これまで")[1]
    assert "積込み</span>・中止" in page
