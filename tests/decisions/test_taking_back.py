"""Taking a decision back reaches whoever signed up while it stood: they know no other day."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Occurrence
from scheduler.decisions import actions
from scheduler.decisions.actions import Ruling
from scheduler.notices.queries import people_addressed
from scheduler.participation.models import Participation
from scheduler.parties.actions import PersonFacts, person
from tests import mailbox, make
from tests.cast import Cast, hold_office
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor


def test_who_signed_up_for_the_other_day_is_told_asked_again_and_warned(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    date = slot.occurrence
    actions.postpone(session, date, Ruling(cast.aiko.id, 0), NOW)
    make.participation(session, slot, cast.ben, NOW)
    session.commit()
    by_phone = {"name": "佐藤 梅", "kana": "さとう うめ", "phone": "090-1234-5678", "contact": "phone"}
    by_mail = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
    done = [visitor.submit(f"/slots/{slot.id}/join", **who).status_code for who in (by_phone, by_mail)]
    assert done == [303, 303]
    confirm = mailbox.path(mailbox.new_mail(app, by_mail["email"]), "/me/")
    assert "日時が変わりました" not in visitor.text(confirm)
    mailbox.new_mails(app, "ben@example.jp")
    session.rollback()
    aiko, board = browser_of(app, cast.aiko), f"/dates/{date.id}/board"
    assert "11月29日（日）に順延しました。" in aiko.text(board)
    assert aiko.submit(f"/dates/{date.id}/decision/undo/1", page=board).status_code == 303
    assert "メールを確かめていない方 1人：" in aiko.text(f"/dates/{date.id}/decision")
    back = "「順延」を</span>取り消しました。"
    assert back in aiko.text(board)
    assert "日時が変わりました。前は 11月29日（日）" in visitor.text(confirm)
    assert "予定どおり、11月\u206022日\u2060（日） " in visitor.text(f"/dates/{date.id}")
    mail = mailbox.new_mail(app, "ben@example.jp")
    assert mail["Subject"].startswith("予定どおり、11月22日（日） 午前8時から行います")
    to_ben = mailbox.text(mail)
    assert "「順延」を取り消しました" in to_ben
    assert "/again" in to_ben
    assert f"/dates/{date.id}/reached" in aiko.text(board)
    assert "佐藤 梅" in aiko.text(f"/dates/{date.id}/list")


def test_whoever_decides_is_not_told_and_learns_when_somebody_else_takes_it_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    date = slot.occurrence
    own, _ben = (make.participation(session, slot, one, NOW) for one in (cast.aiko, cast.ben))
    hold_office(session, cast.chie, cast.midori, "vice_chair", NOW)
    session.commit()
    assert "メールで受け取る1人には" in browser_of(app, cast.aiko).text(f"/dates/{date.id}/decision")
    actions.postpone(session, date, Ruling(cast.aiko.id, 0), NOW)
    assert people_addressed(session, "decision", "occurrence", date.id, date.revision) == {cast.ben.id}
    actions.take_back(session, date, Ruling(cast.chie.id, date.revision), NOW)
    told = people_addressed(session, "decision", "occurrence", date.id, date.revision)
    assert cast.aiko.id in told
    assert not own.asked_again


def _told_by_hand(app: Flask, session: Session, cast: Cast) -> tuple[Visitor, Occurrence, Participation]:
    """Return Aiko's browser, a date that was postponed, and the sign-up of somebody who is to be telephoned."""
    slot = make.slot(session, cast.midori, NOW, 5)
    her = person(session, PersonFacts("佐藤 梅", "さとう うめ", phone="090-1234-5678"), NOW)
    row = make.participation(session, slot, her, NOW)
    session.commit()
    actions.postpone(session, slot.occurrence, Ruling(cast.aiko.id, 0), NOW)
    session.commit()
    return browser_of(app, cast.aiko), slot.occurrence, row


def test_whoever_was_not_told_by_hand_yet_need_not_hear_that_it_was_taken_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    needless = "前のお知らせは、伝えた印がありません。"
    aiko, date, _row = _told_by_hand(app, session, cast)
    page = f"/dates/{date.id}/list"
    other = person(session, PersonFacts("小川 キヨ", "おがわ きよ", phone="090-9876-5432"), NOW)
    make.participation(session, date.slots[0], other, NOW)
    session.commit()
    assert needless not in aiko.text(page)
    # The list may have been printed by now, and somebody have rung.
    jobs.tick(app)
    undo = aiko.submit(f"/dates/{date.id}/decision/undo/1", page=f"/dates/{date.id}/board")
    assert undo.status_code == 303
    # Whoever came only after the postponement knows it, and has to hear.
    shown = aiko.text(page)
    assert shown.count(needless) == 1
    assert needless in shown.split("佐藤 梅", 1)[1].split("</li>", 1)[0]


def test_whoever_may_have_heard_of_it_by_telephone_or_letter_hears_that_it_was_taken_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    aiko, date, _row = _told_by_hand(app, session, cast)
    page = f"/dates/{date.id}/list"
    number = re.findall(r'name="told" value="(\d+)"', aiko.text(page))
    assert aiko.submit(page, told=number, answered=[]).status_code == 303
    assert aiko.submit(f"/dates/{date.id}/decision/undo/1", page=f"/dates/{date.id}/board").status_code == 303
    said = _plain(aiko.text(page))
    assert "伝えた印がありません" not in said
    taken_back = "「11月29日（日）に順延」というお知らせは、取り消しになりました。"
    holds = "11月22日（日）の資源回収の日は、予定どおり午前8時からみどり公園前で行います。"
    assert taken_back + holds in said
    number = re.findall(r'name="told" value="(\d+)"', said)
    assert taken_back + holds in _plain(aiko.text(f"{page}?letter={number[0]}"))
    english = _plain(aiko.text(f"{page}?lang=en"))
    assert "” was taken back. Resource recovery day on " in english


def test_whoever_heard_that_it_is_off_hears_that_this_has_changed(
    app: Flask, session: Session, cast: Cast
) -> None:
    aiko, date, _row = _told_by_hand(app, session, cast)
    session.refresh(date)
    actions.cancel(session, date, Ruling(cast.aiko.id, date.revision), NOW)
    actions.confirm(session, date, Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    assert "「中止」というお知らせは、変わりました。" in _plain(aiko.text(f"/dates/{date.id}/list"))


def test_the_page_behind_an_older_letter_says_that_it_was_taken_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    aiko, date, row = _told_by_hand(app, session, cast)
    row.contact_id = cast.ben.id
    session.commit()
    ben, again = browser_of(app, cast.ben), f"/participations/{row.id}/again"
    assert "11月22日（日）から順延になりました" in _plain(ben.text(again))
    assert aiko.submit(f"/dates/{date.id}/decision/undo/1", page=f"/dates/{date.id}/board").status_code == 303
    assert "「順延」は取り消しになりました。11月22日（日） 午前8時から行います。" in _plain(ben.text(again))


def _plain(page: str) -> str:
    return (
        page.replace('<span class="whole">', "")
        .replace('<span class="in-one">', "")
        .replace("</span>", "")
        .replace("\u2060", "")
    )
