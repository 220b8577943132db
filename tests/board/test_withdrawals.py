"""Who withdraws stands on the board; a gap left by it is told to the organisers together, and shows at the desk."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Slot
from scheduler.board.withdrawals import GAP, dates_with_gaps, tell_gap, withdrawals_from
from scheduler.desk.queries import find_desk
from scheduler.notices.models import Delivery, Notice
from scheduler.participation import giving
from scheduler.participation.actions import join, withdraw
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from tests import mailbox, make
from tests.board.people import actor, two_slots
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.program import done
from tests.signed_in import browser_of, program_of

CHILDREN = (Named(grade="e3"), Named(age_months=30))
LATER = NOW + timedelta(minutes=40)


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """Two parts for two next Sunday; Ben and Chie come to the first."""
    first = two_slots(session, cast)[0]
    for person in (cast.ben, cast.chie):
        make.participation(session, first, person, NOW)
    session.commit()
    return first


def _row(session: Session, slot: Slot, person_id: int) -> Participation:
    wanted = select(Participation).filter_by(slot_id=slot.id, contact_id=person_id)
    return session.scalars(wanted.order_by(Participation.id.desc()).limit(1)).one()


def _warn(session: Session, now: datetime) -> None:
    for occurrence_id in dates_with_gaps(session, now):
        tell_gap(session, occurrence_id, now)
    session.commit()


def test_the_board_shows_who_withdrew_when_and_why(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    withdraw(session, _row(session, slot, cast.ben.id), cast.ben.id, NOW)
    giving.remove(session, _row(session, slot, cast.chie.id), "係が変わりました", cast.aiko.id, NOW)
    session.commit()
    date_id = slot.occurrence_id
    aiko = browser_of(app, cast.aiko)
    page = aiko.text(f"/dates/{date_id}/board").split('id="withdrawn"', 1)[1]
    assert page.index("千田 知恵") < page.index("別所 勉")
    assert "青木 愛子さんが外しました" in page
    assert "理由：係が変わりました" in page
    assert "本人が取りやめました" in page
    own = aiko.text(f"/dates/{date_id}/board/{_row(session, slot, cast.ben.id).id}")
    assert "<strong>参加</strong> → 取りやめ" in own
    (removed, withdrew) = done(program_of(app, cast.aiko).get(f"/dates/{date_id}/board"))["withdrawn"]
    assert (removed["by"], withdrew["by"], withdrew["undo"]) == ("青木 愛子", "", None)
    assert aiko.submit(f"/board/undo/{removed['undo']}", f"/dates/{date_id}/board").status_code == 303
    assert "千田 知恵" not in aiko.text(f"/dates/{date_id}/board").split('id="withdrawn"', 1)[1]


def test_who_signs_up_again_is_marked(session: Session, cast: Cast, slot: Slot) -> None:
    withdraw(session, _row(session, slot, cast.ben.id), cast.ben.id, NOW)
    make.participation(session, slot, cast.ben, NOW)
    (one,) = withdrawals_from(session, slot.occurrence, NOW)
    assert one.comes_again


def test_who_withdraws_twice_from_a_part_is_named_once(session: Session, cast: Cast, slot: Slot) -> None:
    withdraw(session, _row(session, slot, cast.ben.id), cast.ben.id, NOW)
    again = make.participation(session, slot, cast.ben, NOW)
    withdraw(session, again, cast.ben.id, NOW)
    (one,) = withdrawals_from(session, slot.occurrence, NOW)
    assert one.row is again


def test_two_withdrawals_are_one_letter_and_one_thing_to_do(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    mailbox.new_mails(app, "aiko@example.jp")
    for person in (cast.ben, cast.chie):
        withdraw(session, _row(session, slot, person.id), person.id, NOW)
    session.commit()
    _warn(session, NOW)
    assert session.scalars(select(Notice).filter_by(kind=GAP)).all() == []
    with at("2026-11-16 10:40"):
        with app.app_context():
            jobs.warn(LATER)
            jobs.warn(LATER)
        mail = mailbox.new_mail(app, "aiko@example.jp")
    assert "取りやめがあり、あと2人です" in mail["Subject"]
    text = mailbox.text(mail)
    assert "2組が、取りやめたか、人数を減らしました。" in text
    assert "別所" not in text
    assert f"/dates/{slot.occurrence_id}/board#withdrawn" in text
    tasks = find_desk(session, actor(cast.aiko), LATER).tasks
    assert [(task.what, task.count, task.missing) for task in tasks] == [("withdrawn", 2, 2)]


def test_a_third_waits_for_four_hours_and_nobody_hears_of_a_gap_that_is_filled(
    session: Session, cast: Cast, slot: Slot
) -> None:
    withdraw(session, _row(session, slot, cast.ben.id), cast.ben.id, NOW)
    session.commit()
    _warn(session, LATER)
    withdraw(session, _row(session, slot, cast.chie.id), cast.chie.id, LATER)
    session.commit()
    _warn(session, LATER + timedelta(hours=3))
    session.commit()
    assert len(session.scalars(select(Notice).filter_by(kind=GAP)).all()) == 1
    for number in range(2):
        make.participation(session, slot, make.person(session, number, NOW), LATER)
    session.commit()
    _warn(session, LATER + timedelta(hours=5))
    session.commit()
    assert len(session.scalars(select(Notice).filter_by(kind=GAP)).all()) == 1
    assert find_desk(session, actor(cast.aiko), LATER).tasks == []


def test_weeks_before_and_with_somebody_on_the_waiting_list_nobody_is_told(
    session: Session, cast: Cast, slot: Slot
) -> None:
    far = make.slot(session, cast.midori, NOW, first_on=NOW.date() + timedelta(days=40))
    withdraw(session, make.participation(session, far, cast.ben, NOW), cast.ben.id, NOW)
    session.commit()
    _warn(session, LATER)
    assert session.scalars(select(Delivery).join(Delivery.notice).filter_by(kind=GAP)).all() == []


def test_a_party_that_takes_one_of_it_out_is_told_of_like_a_withdrawal(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    slot.places = 5
    row = join(session, slot, SignUp(cast.aiko.id, company=Company(others=CHILDREN)), NOW)
    session.commit()
    path = f"/participations/{row.id}"
    aiko = browser_of(app, cast.aiko)
    assert "お子さん（小学3年）、お子さん（2歳6か月）" in aiko.text(path)
    assert aiko.submit(f"{path}/fewer", f"{path}/company", without=str(row.companions[0].id)).location == path
    session.rollback()
    session.refresh(row)
    assert (row.people, slot.taken, [one.age_months for one in row.companions]) == (2, 4, [30])
    (said,) = withdrawals_from(session, slot.occurrence, NOW)
    assert (said.row, said.comes_again, said.may_be_undone) == (row, False, True)
    assert "3人から2人に" in aiko.text(f"/dates/{slot.occurrence_id}/board")
    _warn(session, LATER)
    assert session.query(Notice).filter_by(kind=GAP).count() == 1
    assert aiko.submit(f"{path}/fewer/back", page=path).location == path
    session.rollback()
    session.refresh(row)
    assert (row.people, withdrawals_from(session, slot.occurrence, NOW)) == (3, [])


def test_nobody_is_left_is_said_on_another_page(app: Flask, session: Session, cast: Cast, slot: Slot) -> None:
    row = _row(session, slot, cast.ben.id)
    answer = browser_of(app, cast.ben).submit(
        f"/participations/{row.id}/fewer", f"/participations/{row.id}/company"
    )
    assert (answer.status_code, "来なくなった方を選んでください。" in answer.text) == (422, True)
