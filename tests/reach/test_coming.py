"""Are you still coming? Asked once, answered with one press, and silence shows on the board."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.access import Actor
from scheduler.reach import coming
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    """A date to which Ben and Chie come."""
    slot = make.slot(session, cast.midori, NOW)
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    session.commit()
    return slot.occurrence


def _risky(session: Session, date: Occurrence) -> list[tuple[str, str]]:
    return [(one.person.name, one.answer) for one in coming.at_risk(session, date, NOW + coming.PATIENCE)]


def test_the_mail_leads_to_three_buttons_and_looking_answers_nothing(
    app: Flask, session: Session, cast: Cast, date: Occurrence, visitor: Visitor
) -> None:
    coming.ask(session, date, cast.aiko.id, NOW)
    session.commit()
    mail = next(
        mail for mail in mailbox.new_mails(app, "ben@example.jp") if "来られますか" in mail["Subject"]
    )
    path = mailbox.path(mail, f"/me/{cast.ben.id}.")
    session.rollback()
    assert visitor.text(path).count('name="verb"') == 3
    assert len(_risky(session, date)) == 2
    session.rollback()
    assert visitor.submit(path, verb="yes").status_code == 303
    session.rollback()
    assert _risky(session, date) == [("千田 知恵", "")]


def test_everybody_is_asked_once_for_each_time_of_the_date(
    session: Session, cast: Cast, date: Occurrence
) -> None:
    assert [coming.ask(session, date, None, NOW) for _ in range(2)] == [2, 0]
    date.starts_at += timedelta(hours=1)
    date.ends_at += timedelta(hours=1)
    assert coming.ask(session, date, None, NOW) == 2


def test_nobody_is_at_risk_who_was_not_asked(session: Session, date: Occurrence) -> None:
    assert _risky(session, date) == []


def test_who_is_late_is_named_and_the_last_answer_counts(
    session: Session, cast: Cast, date: Occurrence
) -> None:
    coming.ask(session, date, None, NOW)
    for said in ("yes", "late"):
        coming.answer(session, date, cast.ben.id, said, NOW)
    assert _risky(session, date) == [("千田 知恵", ""), ("別所 勉", "late")]


def test_who_cannot_come_has_withdrawn_by_that(session: Session, cast: Cast, date: Occurrence) -> None:
    coming.ask(session, date, None, NOW)
    coming.answer(session, date, cast.ben.id, "cannot", NOW)
    session.refresh(date.slots[0])
    assert date.slots[0].taken == 1
    assert _risky(session, date) == [("千田 知恵", "")]


def test_an_old_answer_says_nothing_about_a_new_time(session: Session, cast: Cast, date: Occurrence) -> None:
    coming.answer(session, date, cast.ben.id, "yes", NOW)
    date.starts_at += timedelta(days=7)
    date.ends_at += timedelta(days=7)
    coming.ask(session, date, None, NOW)
    assert ("別所 勉", "") in _risky(session, date)


def test_who_has_answered_already_is_not_asked(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    coming.answer(session, date, cast.ben.id, "yes", NOW)
    coming.ask(session, date, None, NOW)
    session.commit()
    subjects = [mail["Subject"] for mail in mailbox.new_mails(app, "ben@example.jp")]
    assert not [subject for subject in subjects if "来られますか" in subject]


def test_nobody_is_asked_at_night(app: Flask, session: Session, date: Occurrence) -> None:
    with at("2026-11-20 22:00"):
        mailbox.new_mails(app, "ben@example.jp")
        session.rollback()
        coming.ask(session, date, None, NOW)
        session.commit()
        assert mailbox.new_mails(app, "ben@example.jp") == []
    with at("2026-11-21 07:00"):
        assert len(mailbox.new_mails(app, "ben@example.jp")) == 1


@pytest.mark.parametrize("state", ["cancelled", "open"])
def test_of_a_date_that_is_off_or_has_begun_nobody_is_asked(
    session: Session, date: Occurrence, state: str
) -> None:
    date.state = state
    with pytest.raises(Conflict):
        coming.ask(session, date, None, date.starts_at)


def test_there_are_three_answers(session: Session, cast: Cast, date: Occurrence) -> None:
    with pytest.raises(Invalid):
        coming.answer(session, date, cast.ben.id, "perhaps", NOW)


def test_the_organiser_asks_from_the_board_and_sees_who_is_silent(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    aiko, board = browser_of(app, cast.aiko), f"/dates/{date.id}/board"
    session.rollback()
    asks = "「来られますか」と2人にたずねる"
    assert (asks in aiko.text(board), "来る予定の2人に" in aiko.text(f"/dates/{date.id}/ask")) == (True, True)
    assert aiko.submit(f"/dates/{date.id}/ask").status_code == 303
    page = aiko.text(board)
    assert ("2人にたずねます" in page, asks in page) == (True, False)
    assert "いま、たずねる人はいません。" in aiko.text(f"/dates/{date.id}/ask")
    assert "まだわからない人" not in page
    with at("2026-11-17 10:00"):
        assert "来られるか、まだわからない人 2人" in aiko.text(board)


def test_programs_ask_and_answer_too(app: Flask, session: Session, cast: Cast, date: Occurrence) -> None:
    aiko, ben = program_of(app, cast.aiko), program_of(app, cast.ben)
    session.rollback()
    assert aiko.post(f"/dates/{date.id}/ask").get_json() == {"asked": 2}
    assert ben.post(f"/dates/{date.id}/coming", answer="late").get_json() == {"answer": "late"}


def test_who_waits_is_neither_asked_nor_may_answer(session: Session, cast: Cast, date: Occurrence) -> None:
    row = session.query(Participation).filter_by(contact_id=cast.ben.id).one()
    row.state = "waitlisted"
    assert coming.ask(session, date, None, NOW) == 1
    with pytest.raises(NotFound):
        coming.find_own_date(session, Actor(NOW.date(), cast.ben.id), date.id)


def test_a_party_says_that_it_comes_and_goes_on_to_who_of_it_does_not(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    others = Company(others=(Named("山田 一郎", "やまだ いちろう"),))
    date.slots[0].places = 4
    join(session, date.slots[0], SignUp(cast.aiko.id, clash_ok=True, company=others), NOW)
    session.commit()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/coming"
    assert "人数を減らす" not in browser_of(app, cast.ben).text(page)
    assert aiko.text(page).count("人数を減らす") == 1
    session.rollback()
    second = make.slot(session, cast.midori, NOW, 4, first_on=NOW.date() + timedelta(days=20))
    second.occurrence_id = date.id
    also = join(session, second, SignUp(cast.aiko.id, clash_ok=True, company=others), NOW)
    session.commit()
    assert aiko.text(page).count("人数を減らす") == 2
    assert aiko.submit(page, verb=f"fewer-{also.id}").location == f"/participations/{also.id}/company"
    session.rollback()
    assert coming.answers(session, date) == {cast.aiko.id: "yes"}
    assert aiko.submit(page, verb="fewer-999").status_code == 422


def test_once_it_is_too_late_to_leave_somebody_out_that_is_not_offered(
    session: Session, cast: Cast, date: Occurrence
) -> None:
    date.slots[0].places = 4
    others = Company(others=(Named("山田 一郎"),))
    row = join(session, date.slots[0], SignUp(cast.aiko.id, company=others), NOW)
    too_late = row.slot.cancel_until
    assert coming.parties(session, date, cast.aiko.id, too_late - timedelta(minutes=1)) == [row]
    assert coming.parties(session, date, cast.aiko.id, too_late) == []
    row.asked_again = "moved"
    assert coming.parties(session, date, cast.aiko.id, too_late) == [row]
