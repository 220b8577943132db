"""A date that goes to another day: who comes is asked again; before and after it is said who is told how and when."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence
from scheduler.changes.actions import Order, change, look
from scheduler.changes.models import SeriesChange
from scheduler.changes.undo import undo
from scheduler.notices.queries import people_addressed
from scheduler.participation.models import Participation
from scheduler.participation.reconfirming import answer
from scheduler.parties.actions import PersonFacts, person
from tests import mailbox, make
from tests.cast import Cast
from tests.changes.wanting import WEEKLY, dates_of, looked, one, series
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of

OTHER_DAY = datetime.fromisoformat("2026-12-05 08:00")


@pytest.fixture
def unlike_others() -> dict[str, Any]:
    """No weather can call them off."""
    return {"weather_rule": "none"}


@pytest.fixture
def bens_dates() -> tuple[int, ...]:
    """The first."""
    return (0,)


@pytest.fixture
def date(session: Session, cast: Cast, weekly: Activity) -> Occurrence:
    """The first date, to which Ben comes with somebody, Aiko, who organises it, and a neighbour with a telephone."""
    date = dates_of(session, weekly.id)[0]
    date.slots[0].places = 9
    her = person(session, PersonFacts("佐藤 梅", "さとう うめ", phone="090-1234-5678"), NOW)
    for one_ in (cast.aiko, her):
        make.participation(session, date.slots[0], one_, NOW)
    session.commit()
    return date


def _moved(session: Session, cast: Cast, date: Occurrence) -> SeriesChange:
    wanted = one(date, starts=OTHER_DAY)
    _, impact = look(session, date, "this", wanted, NOW, by_id=cast.aiko.id)
    made = change(session, date, Order("this", wanted, impact.seen, cast.aiko.id), NOW)
    session.commit()
    return made


def _asked(session: Session, date: Occurrence) -> dict[str, str]:
    session.expire_all()
    rows = session.query(Participation).filter_by(slot_id=date.slots[0].id)
    return {row.contact.name: row.asked_again for row in rows if row.is_live}


def _plain(page: str) -> str:
    return re.sub(r"</?(span|strong|br)[^>]*>|\u2060", "", page)


def test_who_comes_is_asked_again_but_not_whoever_makes_the_change(
    session: Session, cast: Cast, date: Occurrence
) -> None:
    made = _moved(session, cast, date)
    assert _asked(session, date) == {"別所 勉": "moved", "青木 愛子": "", "佐藤 梅": "moved"}
    told = people_addressed(session, "changed", "change", made.id, 0)
    assert (cast.aiko.id in told, len(told), made.impact["other_day"]) == (False, 2, 2)


def test_another_hour_or_place_of_the_same_day_asks_nobody(
    session: Session, cast: Cast, weekly: Activity, date: Occurrence
) -> None:
    later = series(date, WEEKLY + ";COUNT=6", minutes=180)
    _, impact = look(session, date, "all", later, NOW, by_id=cast.aiko.id)
    assert (impact.moved, impact.other_day, impact.told) == ((), 0, 2)


def test_taking_it_back_asks_no_more_and_whoever_made_it_learns_of_it_from_another(
    session: Session, cast: Cast, date: Occurrence
) -> None:
    made = _moved(session, cast, date)
    undo(session, made, cast.chie.id, NOW + timedelta(minutes=1))
    session.commit()
    assert set(_asked(session, date).values()) == {""}
    assert people_addressed(session, "changed", "change", made.id, 1) == {cast.aiko.id}


def test_before_and_after_it_is_said_who_is_told_how_and_when(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    aiko, path = browser_of(app, cast.aiko), f"/dates/{date.id}/change/this"
    typed: dict[str, Any] = {"day": "2026-12-05", "first_at": "08:00", "ends_at": "10:00"}
    typed |= {"place": date.place, "parts-0-was": "積込み", "parts-0-name": "積込み", "parts-0-places": "9"}
    with mailbox.server(app):
        shown = _plain(looked(aiko, path, step="look", **typed).text)
        assert "別の日になるので、2人に、来られるかをたずねます。" in shown
        told = "メール 1人、電話や紙で伝える方 1人"
        assert f"知らせる先（いっしょに来る方とあなたをのぞく）：{told}。" in shown
        assert "押すと決まり、3分後に知らせます。30分以内なら元にもどせます。" in re.sub(
            r"\s+", "", shown
        ).replace("&nbsp;", "")
        seen = re.findall(r'name="seen"[^>]*value="(\w+)"', shown)[0]
        done = aiko.submit(path, **typed | {"step": "save", "seen": seen})
        after = _plain(aiko.text(done.location))
        assert ("人に知らせました" in after, f"知らせる先 2人（{told}）" in after) == (False, True)
        goes = "午前10時3分ごろに送ります。それまでに元にもどせば、送りません。"
        assert goes in after
        news = _plain(aiko.text("/changes/1/reached"))
        assert (goes in news, "これから送る人 1人" in news, "送っている人" in news) == (True, True, False)
        assert "知らせたご本人は入っていません" in news
        desk = _plain(aiko.text("/desk"))
        assert "資源回収の日：変更を、午前10時3分ごろに知らせます。" in desk
        # Whoever telephones need not wait.
        assert "資源回収の日：変更を1人に電話や紙で伝える" in desk


def test_the_list_the_letter_and_the_mail_ask_and_the_answers_stand_on_the_board(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    made = _moved(session, cast, date)
    aiko, page = browser_of(app, cast.aiko), f"/changes/{made.id}/list"
    listed = aiko.text(page)
    assert ("来られますか。" in listed, "聞いた返事を入れる" in listed) == (True, True)
    number = re.findall(r'name="answered" value="(\d+)"', listed)
    assert "□ 行けません" in aiko.text(f"{page}?letter={number[0]}")
    aiko.submit(page, answered=number, answer="yes")
    board = _plain(aiko.text(f"/dates/{date.id}/board"))
    assert "日時が変わったので、来られるかをたずねています" in board
    assert "来る 1人、来られない 0人、返事なし 1人" in board
    with at("2026-11-16 10:04"):
        mails = mailbox.new_mails(app, "ben@example.jp")
    text = next(mailbox.text(mail) for mail in mails if "日程が変わりました" in mail["Subject"])
    assert ("/again" in text, "申し込みはそのまま残っています。" in text) == (True, True)


def test_the_page_behind_the_letter_says_from_which_day_and_that_it_was_taken_back(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    made = _moved(session, cast, date)
    row = session.query(Participation).filter_by(contact_id=cast.ben.id, slot_id=date.slots[0].id).one()
    ben, again = browser_of(app, cast.ben), f"/participations/{row.id}/again"
    assert "11月22日（日）から、日が変わりました。" in _plain(ben.text(again))
    session.rollback()
    undo(session, made, cast.aiko.id, NOW)
    session.commit()
    back = "日程の変更は取り消しになりました。11月22日（日） 午前8時から行います。"
    assert back in _plain(ben.text(again))


def test_what_was_asked_before_is_still_asked_when_a_second_move_is_taken_back(
    session: Session, cast: Cast, date: Occurrence
) -> None:
    _moved(session, cast, date)
    ben = session.query(Participation).filter_by(contact_id=cast.ben.id, slot_id=date.slots[0].id).one()
    answer(session, ben, "yes", cast.ben.id, NOW + timedelta(minutes=1))
    asked_at, later = ben.asked_again_at, NOW + timedelta(minutes=2)
    wanted = one(date, starts=OTHER_DAY + timedelta(days=2))
    _, impact = look(session, date, "this", wanted, later, by_id=cast.aiko.id)
    made = change(session, date, Order("this", wanted, impact.seen, cast.aiko.id), later)
    session.commit()
    assert _asked(session, date)["別所 勉"] == "moved"
    undo(session, made, cast.aiko.id, later)
    session.commit()
    assert _asked(session, date) == {"別所 勉": "", "青木 愛子": "", "佐藤 梅": "moved"}
    assert ben.asked_again_at == asked_at


def test_who_waits_is_promised_no_place_for_saying_nothing(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    row = session.query(Participation).filter_by(contact_id=cast.ben.id, slot_id=date.slots[0].id).one()
    row.state, row.slot.places = "waitlisted", row.slot.taken
    _moved(session, cast, date)
    with at("2026-11-16 10:04"):
        mails = mailbox.new_mails(app, "ben@example.jp")
    text = next(mailbox.text(mail) for mail in mails if "日程が変わりました" in mail["Subject"])
    page = _plain(browser_of(app, cast.ben).text(f"/participations/{row.id}/again"))
    for said in (text, page):
        assert ("場所を取っておきます" in said, "申し込みをそのままにしておきます。" in said) == (False, True)
