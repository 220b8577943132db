"""What can be done about somebody whose telephone is not known and whom no mail reaches."""

import re
from collections import Counter
from dataclasses import replace
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Occurrence
from scheduler.board.actions import send_message
from scheduler.decisions import actions as decisions
from scheduler.notices.dsn import Report, Returned
from scheduler.notices.models import DEAD, SENT, ContactPoint, Delivery
from scheduler.notices.ways import bounced
from scheduler.participation.models import Participation
from scheduler.parties import actions as parties
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Organization, Person
from scheduler.reach import reached
from scheduler.reach.told import told_about
from tests import cast as casting
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.notices.sink import Sink
from tests.participation.test_actions import statements
from tests.reach import test_reached
from tests.signed_in import browser_of

pytestmark = pytest.mark.loopback
# The same date and neighbours as there.
block, date, sink = test_reached.block, test_reached.date, test_reached.sink


def test_who_has_no_telephone_is_written_to_by_mail_or_letter_and_is_not_counted_as_told(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink, block: Organization
) -> None:
    casting.hold_office(session, cast.chie, block, "block_leader", NOW)
    session.commit()
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    session.rollback()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}"
    assert "まだ届いていない人 4人" in aiko.text(f"{page}/reached")
    aiko.submit(f"{page}/reached", kept="1")
    news, found = aiko.text(f"{page}/reached"), aiko.text(f"{page}/list")
    # The same people, counted the same way: only that their mail did not leave is not said any more.
    assert ("まだ届いていない人 4人" in news, "メールを送れません" in news) == (True, False)
    assert "まだ伝わっていません" in aiko.text(f"{page}/board")
    assert f"mailto:{cast.ben.email}?subject=" in found
    assert found.count(f"班長（{cast.chie.name}）") == 1
    letters = re.findall(r"\?letter=(\d+)", found)
    shown = aiko.text(f"{page}/list?letter={letters[-1]}")
    assert (shown.count("様</h1>"), "順延します" in shown, "別所 勉様" in shown) == (1, True, True)
    seen = re.search(r'href="(/dates/1/board/\d+\?from=list)"', found)
    assert seen is not None
    sign_up = aiko.text(seen[1])
    assert f'class="back-link" href="{page}/list"' in sign_up
    assert "日時が変わり、来られるかを聞くことに" in sign_up
    assert aiko.submit(seen[1].replace("?", "/again?"), page=seen[1]).location == seen[1]
    chie = browser_of(app, cast.chie)
    assert str(cast.ben.email) not in chie.text(f"{page}/list")
    assert chie.get(f"{page}/list?letter={letters[-1]}").status_code == 404


def test_what_is_written_to_them_is_plain_text_and_the_database_is_not_asked_for_each(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    cast.ben.name = "Ben O'Brien"
    date.activity.title = "お茶 & お菓子"
    decisions.cancel(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/list"
    aiko.submit(f"/dates/{date.id}/reached", kept="1")
    with statements(session) as asked:
        shown = aiko.text(page)
    written = re.search(r'href="mailto:[^"]+&amp;body=([^"]+)"', shown)
    assert written is not None
    assert unquote(written[1]).startswith("Ben O'Brien様\n\n11月22日（日）のお茶 & お菓子は中止です")
    often = [one for one, count in Counter(asked).items() if count >= shown.count("?letter=") == 3]
    assert often == []


def test_a_message_is_written_to_them_as_it_was_typed_and_older_news_are_one_step_away(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    send_message(session, date, "軍手は <2枚> です。", cast.aiko.id, NOW)
    decisions.cancel(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/reached"
    latest = aiko.text(page)
    assert "<h2>中止</h2>" in latest
    older = re.search(rf'href="({page}\?news=\d+)">世話人からの連絡：届いていない人', latest)
    assert older is not None
    assert ">中止：届いていない人" in aiko.text(older[1])
    # Whoever takes a tick back there stays with what they were reading.
    assert aiko.submit(older[1], mistaken="0", kept=[]).location == older[1]
    aiko.submit(older[1], kept="1")
    shown = aiko.text(f"/dates/{date.id}/list")
    assert "軍手は &lt;2枚&gt; です。" in shown
    written = [unquote(one) for one in re.findall(r'href="mailto:[^"]+&amp;body=([^"]+)"', shown)]
    assert any(one.endswith("のことで、お伝えします。\n\n軍手は <2枚> です。") for one in written)


def test_what_one_person_was_told_is_what_stands_of_them_among_all(
    session: Session, cast: Cast, date: Occurrence
) -> None:
    send_message(session, date, "軍手は2枚です。", cast.aiko.id, NOW)
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    everything = told_about(session, date.id)
    people = {one.person.id for one in everything}
    assert len(people) > 1
    for number in people:
        own = told_about(session, date.id, number)
        assert own == [one for one in everything if one.person.id == number]


def test_who_reads_another_language_is_written_to_in_it_and_a_home_has_one_letter(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    homes = session.query(Household).order_by(Household.position).all()
    cast.ben.household_id = homes[0].id
    for person in session.query(Person).filter_by(household_id=homes[0].id):
        person.language = "en"
    date.activity.contact, cast.aiko.name, cast.aiko.kana = "会長 秋川", "秋川 愛子", "あきかわ あいこ"
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/list"
    aiko.submit(f"/dates/{date.id}/reached", kept="1")
    shown = aiko.text(page)
    written = re.search(r'href="mailto:[^"]+&amp;body=([^"]+)"', shown)
    assert written is not None
    assert "is postponed to" in unquote(written[1])
    letters = re.findall(r"\?letter=(\d+)", shown)
    together = [aiko.text(f"{page}?letter={number}") for number in letters]
    assert [one.count("Dear ") for one in together] == [1, 0]
    assert any('class="letter" lang="en"' in one for one in together)
    # Whom to ask is in its language, too.
    assert "Akikawa 秋川" in together[0].replace("\u00a0", " ")


def test_a_tick_by_mistake_is_taken_back_wherever_it_is_seen_and_the_history_knows_of_it(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    decisions.cancel(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}"
    row = reached.find_round(session, Actor(NOW.date(), cast.aiko.id), date.id).rows[0]
    sign_up = session.query(Participation).filter_by(contact_id=row.person.id).one().id
    session.rollback()
    number = row.delivery_id
    label = re.search(rf'<label for="told-{number}">(.*?)</label>', aiko.text(f"{page}/list"), re.S)
    # A thumb that stops beside the name ticks nobody.
    assert label is not None
    assert (row.person.name in label[1], "tick-row-note" in label[1]) == (True, False)
    aiko.submit(f"{page}/list", only=number, told=number)
    button = f'name="mistaken" value="{number}"'
    assert [button in aiko.text(f"{page}/{one}") for one in ("list", "reached", f"board/{sign_up}")] == [
        True
    ] * 3
    assert re.search(
        rf"伝えた</strong>：中止.*<span>{cast.aiko.name}</span>", aiko.text(f"{page}/board/{sign_up}"), re.S
    )
    # The way back from its letter is the list, not a page that is not there.
    assert aiko.get(f"{page}/list?letter={number}").location == f"{page}/list"
    aiko.submit(f"{page}/reached", mistaken=number, kept=[])
    assert [button in aiko.text(f"{page}/{one}") for one in ("list", "reached", f"board/{sign_up}")] == [
        False
    ] * 3
    assert f'name="told" value="{number}"' in aiko.text(f"{page}/list")


def test_the_desk_says_of_which_office_each_errand_is_and_a_leader_has_those_of_the_own_block_alone(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink, block: Organization
) -> None:
    casting.hold_office(session, cast.aiko, block, "block_leader", NOW)
    casting.hold_office(session, cast.chie, block, "block_leader", NOW)
    decisions.cancel(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    # The date that is off asks for no answers; the next one does.
    make.slot(session, cast.midori, NOW)
    session.commit()
    test_reached._deliver(app, sink)
    both, leader = (browser_of(app, one).text("/desk") for one in (cast.aiko, cast.chie))
    assert re.search(r"世話人の仕事</h2>.*まだ届いていない方が4人います.*1班の仕事</h2>", both, re.S)
    assert ("世話人の仕事" in leader, "2軒に伝える" in leader, "4人" in leader) == (False, True, False)


def test_nobody_is_written_to_at_an_address_from_which_mail_has_come_back(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.participation(session, date.slots[0], make.person(session, 1, NOW), NOW)
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    session.rollback()
    mailed = session.query(Delivery).filter_by(person_id=cast.ben.id).order_by(Delivery.id.desc()).first()
    assert mailed is not None
    mailed.state, mailed.reason, mailed.by_id = DEAD, "bounced", None
    session.commit()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}"
    # With a server from here on, for this test alone.
    monkeypatch.setitem(app.config, "TSUDOI", replace(app.config["TSUDOI"], smtp_url="smtp://127.0.0.1"))
    told = re.search(r"知らせる先は(\d+)人です。そのうち(\d+)人には、電話や紙", aiko.text(f"{page}/board"))
    point = session.query(ContactPoint).filter_by(person_id=cast.ben.id, channel="email").one()
    point.off_at, point.off_reason = NOW, "bounced"
    session.commit()
    # Whom mail does not reach is told by hand: nobody leaves the number that was said.
    assert told is not None
    one_more = f"知らせる先は{told[1]}人です。そのうち{int(told[2]) + 1}人には"
    assert one_more in aiko.text(f"{page}/board")
    found = aiko.text(f"{page}/list")
    assert ("メールが戻ってきました。" in found, f"mailto:{cast.ben.email}" in found) == (True, False)
    assert "メールが戻ってきました。" in aiko.text(f"{page}/reached")
    (row,) = session.query(Participation).filter_by(contact_id=cast.ben.id)
    own = aiko.text(f"{page}/board/{row.id}")
    assert ("電話番号を入れる" in own, 'name="email"' in own) == (True, False)
    aiko.submit(f"{page}/board/{row.id}/again", answer="cannot")
    session.rollback()
    assert session.get_one(Participation, row.id).state == "cancelled"
    # The other button stands beside it: whoever has pressed the wrong one takes it back where it was pressed.
    assert "聞いた返事を元にもどす" in aiko.text(f"{page}/board/{row.id}")
    aiko.submit(f"{page}/list", unsaid=cast.ben.id, answered=[], mistaken=[])
    assert "行けないと聞きました" in aiko.text(f"{page}/board/{row.id}")


def test_what_came_back_goes_to_the_corrected_address_and_nobody_need_bring_it(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    who = parties.person(session, PersonFacts("山田 ハル", "やまだ はる", "horu@example.jp"), NOW)
    row = make.participation(session, date.slots[0], who, NOW)
    row.entered_by_id = cast.aiko.id
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    test_reached._deliver(app, sink)
    session.rollback()
    sent = (
        session.query(Delivery).filter_by(person_id=who.id, state=SENT).order_by(Delivery.id.desc()).first()
    )
    assert sent is not None
    returned = Returned(str(sent.letter_id), Report("failed", "5.1.1", "no such mailbox"))
    assert bounced(session, jobs.outlet(app), returned, NOW)
    session.commit()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}"
    assert "山田 ハル" in aiko.text(f"{page}/list")
    own = f"{page}/board/{row.id}"
    assert "メールが届きません" in aiko.text(own)
    with mailbox.server(app):
        aiko.submit(f"{own}/contact", own, email="haru@example.jp")
        shown = aiko.text(own)
    said = "連絡先を直しました。まだ届いていなかったお知らせがあれば、新しいアドレスに送ります。"
    assert (said in shown, "メールが届きません" in shown) == (True, False)
    assert "山田 ハル" not in aiko.text(f"{page}/list")
    before = len(sink.recipients)
    test_reached._deliver(app, sink)
    assert sink.recipients[before:] == ["haru@example.jp"]
    # The same address again sends nothing more.
    aiko.submit(f"{own}/contact", own, email="haru@example.jp", phone="090-8888-1111")
    assert "まだ届いていなかった" not in aiko.text(own)
