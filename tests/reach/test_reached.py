"""Whom the newest word about a date has reached, whom a neighbour tells, and who ticks that off."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import clock, jobs
from scheduler.activities.models import Occurrence
from scheduler.decisions import actions as decisions
from scheduler.errors import NotFound
from scheduler.notices.channels.email import EmailChannel, Sender
from scheduler.notices.channels.smtp import SmtpSettings
from scheduler.notices.delivery import deliver_due
from scheduler.notices.models import Delivery
from scheduler.participation.actions import Stranger, join_as_stranger
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties import actions as parties
from scheduler.parties.access import Actor
from scheduler.parties.models import Household, Organization, Person
from scheduler.reach import reached
from scheduler.reach.news import news_about
from scheduler.reach.told import told_about
from scheduler.reach.troubles import troubles_of
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.notices.sink import Sink
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

pytestmark = pytest.mark.loopback


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


def _neighbour(session: Session, name: str, home: Household | None = None, phone: str = "") -> Person:
    register = parties.person if phone else parties.unreachable_person
    person = register(session, parties.PersonFacts(name, name, phone=phone), NOW)
    person.household_id = home.id if home else None
    return person


@pytest.fixture
def block(session: Session, cast: Cast) -> Organization:
    return parties.found_body(
        session, Organization(slug="b1", name="1班", parent_id=cast.midori.id, created_at=NOW)
    )


@pytest.fixture
def date(session: Session, cast: Cast, block: Organization) -> Occurrence:
    """A date with Ben, who has a mailbox, and three neighbours without one: two at home in the block."""
    slot = make.slot(session, cast.midori, NOW, places=9)
    homes = [Household(block_id=block.id, name=f"家{n}", position=n, created_at=NOW) for n in (2, 1)]
    for home in homes:
        parties.add_household(session, home, [])
    people = [_neighbour(session, f"となり{n}", home) for n, home in enumerate(homes)]
    for person in [cast.ben, *people, _neighbour(session, "でんわ", phone="0467-11-1111")]:
        make.participation(session, slot, person, NOW)
    session.commit()
    return slot.occurrence


def _decide(session: Session, date: Occurrence, cast: Cast) -> None:
    session.rollback()
    ruling = decisions.Ruling(cast.aiko.id, date.revision, "大雨のため")
    decisions.cancel(session, date, ruling, NOW)
    session.commit()


def _deliver(app: Flask, sink: Sink) -> None:
    mail = EmailChannel(
        SmtpSettings("127.0.0.1", sink.port), Sender("t@example.org", "つどい", "example.org")
    )
    with app.app_context():
        outlet = jobs.outlet(app)
        deliver_due(replace(outlet, channels={**outlet.channels, "email": mail}), clock.now)


def _groups(session: Session, date: Occurrence) -> dict[str, str]:
    session.rollback()
    return {row.person.name: row.group for row in told_about(session, date.id)}


def test_the_newest_word_counts(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    _deliver(app, sink)
    assert _groups(session, date) == {"別所 勉": "reached"}
    _decide(session, date, cast)
    by_hand = dict.fromkeys(("となり0", "となり1", "でんわ"), "by_hand")
    assert _groups(session, date) == {"別所 勉": "waiting", **by_hand}
    _deliver(app, sink)
    assert _groups(session, date) == {"別所 勉": "reached", **by_hand}


def test_the_page_speaks_of_one_piece_of_news_and_of_whom_it_concerns(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    aiko = browser_of(app, cast.aiko)
    assert "まだ送っていません" in aiko.text(f"/dates/{date.id}/reached")
    stranger = SignUp(0, proven=False)
    hanako = parties.PersonFacts("山田 花子", "やまだ はなこ", "hanako@example.jp")
    join_as_stranger(session, date.slots[0], Stranger(hanako), stranger, NOW)
    session.commit()
    _decide(session, date, cast)
    _deliver(app, sink)
    session.rollback()
    news = news_about(session, date, has_mail_server=True)
    assert news is not None
    by_hand = [("となり1", "by_hand"), ("となり0", "by_hand"), ("でんわ", "by_hand")]
    assert sorted((row.person.name, row.group) for row in news.rows) == sorted(
        [("別所 勉", "reached"), *by_hand]
    )
    # This service has no mail server: its page does not say that anybody has the mail.
    page = aiko.text(f"/dates/{date.id}/reached")
    assert "<h2>中止</h2>" in page
    assert ("メールを送れません。" in page, "まだ届いていない人 4人" in page) == (True, True)
    # Whoever has a telephone comes first.
    assert page.index("でんわ") < page.index("となり1") < page.index("となり0")
    assert "メールを確かめていない方 1人：お知らせは出ません。" in page


def test_nobody_goes_home_while_one_is_without_the_news_whichever_page_they_look_at(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    _decide(session, date, cast)
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/list"
    missing, leads = (
        "まだ届いていない方が1人います。",
        rf'data-kind="primary" href="/dates/{date.id}/reached(\?news=\d+)?"',
    )
    # Before a dispatcher has looked at it as well as after.
    # The board counts all who are without it; the list those who are not on it.
    assert (missing in aiko.text(page), "届いていない人 4人" in _board(aiko, date)) == (True, True)
    _deliver(app, sink)
    assert re.search(leads, _board(aiko, date))
    session.rollback()
    aiko.submit(page, told=[str(row.delivery_id) for row in told_about(session, date.id) if row.is_left])
    assert re.search(f"人は、いまはいません。.*{missing}.*{leads}", aiko.text(page), re.S)
    board = _board(aiko, date)
    assert (bool(re.search(leads, board)), page in board) == (True, False)
    aiko.submit(f"/dates/{date.id}/reached", kept="1")
    session.rollback()
    left = [str(row.delivery_id) for row in told_about(session, date.id) if row.is_left]
    aiko.submit(page, told=left, mistaken=[])
    assert missing not in aiko.text(page) + _board(aiko, date)
    assert f'data-kind="primary" href="/dates/{date.id}/board"' in aiko.text(page)


def _board(aiko: Visitor, date: Occurrence) -> str:
    return aiko.text(f"/dates/{date.id}/board")


def test_whose_mail_never_left_is_put_on_the_list_and_the_desk_counts_them(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    cast.ben.phone = "+81467222222"
    session.commit()
    _decide(session, date, cast)
    _deliver(app, sink)
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/reached"
    assert "tel:+81467222222" in aiko.text(page)
    assert sum(trouble.people for trouble in troubles_of(session, [cast.midori.id], NOW)) == 3
    assert aiko.submit(page, kept="1").location == f"/dates/{date.id}/list"
    session.rollback()
    assert sum(trouble.people for trouble in troubles_of(session, [cast.midori.id], NOW)) == 4
    assert "1人を、この一覧に入れました。" in aiko.text(f"/dates/{date.id}/list")
    row = next(row for row in told_about(session, date.id) if row.person.id == cast.ben.id)
    aiko.submit(f"/dates/{date.id}/list", told=str(row.delivery_id))
    assert _groups(session, date)["別所 勉"] == "reached"
    aiko.submit(page, kept="1")
    assert _groups(session, date)["別所 勉"] == "reached"


def test_whose_mailbox_is_gone_is_to_be_telephoned(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    sink.rcpt_answer = "550 5.1.1 no such mailbox"
    cast.ben.phone = ""
    _decide(session, date, cast)
    _deliver(app, sink)
    assert _groups(session, date)["別所 勉"] == "missed"
    page = browser_of(app, cast.aiko).text(f"/dates/{date.id}/reached")
    assert "まだ届いていない人 4人" in page
    assert "このアドレスには届きません。" in page


def test_whoever_has_a_telephone_beside_the_dead_mailbox_is_on_the_list(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    sink.rcpt_answer = "550 5.1.1 no such mailbox"
    session.refresh(cast.ben)
    cast.ben.phone = "0467-22-2222"
    session.commit()
    _decide(session, date, cast)
    _deliver(app, sink)
    assert _groups(session, date)["別所 勉"] == "by_hand"
    page = browser_of(app, cast.aiko).text(f"/dates/{date.id}/list")
    assert "tel:0467-22-2222" in page
    # As people dial it, and with what to say, to be read out.
    assert ('href="tel:+81467111111"' in page, "0467-11-1111</a>" in page) == (True, True)
    assert (
        'みどり町内会です。<span class="whole">11月22日（日）</span>\u2060の資源回収の日は中止です。' in page
    )


def test_the_list_is_in_walking_order(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    _decide(session, date, cast)
    _deliver(app, sink)
    session.rollback()
    found = reached.find_round(session, Actor(NOW.date(), cast.aiko.id), date.id)
    assert [row.person.name for row in found.rows] == ["となり1", "となり0", "でんわ"]
    page = browser_of(app, cast.aiko).text(f"/dates/{date.id}/list")
    # What can be done without a telephone is said once, and whoever has one comes first.
    assert (page.count("電話番号がわからない方には"), "data-print" in page) == (1, True)
    assert page.index("でんわ") < page.index("となり1") < page.index("となり0")


def test_what_is_ticked_off_is_told_and_by_whom(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    _decide(session, date, cast)
    _deliver(app, sink)
    session.rollback()
    numbers = [row.id for row in session.query(Delivery).filter_by(state="by_hand").order_by(Delivery.id)]
    aiko = browser_of(app, cast.aiko)
    page = f"/dates/{date.id}/list"
    session.rollback()
    assert aiko.submit(page, told=[str(number) for number in numbers[:2]]).status_code == 303
    assert "伝えた方を2人、一覧から外しました" in aiko.text(page)
    # With script these were sent as they were made; the button counts them all the same.
    aiko.submit(page, told=[str(number) for number in numbers[:2]], mistaken=[])
    assert "伝えた方を2人、一覧から外しました" in aiko.text(page)
    aiko.submit(page, mistaken=[])
    assert "伝えた人のところに印をつけてから" in (nobody := aiko.text(page))
    assert "人、一覧から外しました" not in nobody
    session.rollback()
    told = session.query(Delivery).filter(Delivery.by_id == cast.aiko.id).all()
    assert [(row.id, row.state, row.sent_at) for row in told] == [(n, "sent", NOW) for n in numbers[:2]]
    aiko_told = f"{cast.aiko.name}さんが伝えました"
    assert aiko.text(f"/dates/{date.id}/reached").count(aiko_told) == 2


def test_a_block_leader_has_the_own_homes_and_no_telephone_numbers(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink, block: Organization
) -> None:
    casting.hold_office(session, cast.chie, block, "block_leader", NOW)
    session.commit()
    _decide(session, date, cast)
    _deliver(app, sink)
    session.rollback()
    found = reached.find_round(session, Actor(NOW.date(), cast.chie.id), date.id)
    assert ([row.person.name for row in found.rows], found.whole) == (["となり1", "となり0"], False)
    page = browser_of(app, cast.chie).text(f"/dates/{date.id}/list")
    assert "でんわ" not in page
    assert "0467-11-1111" not in page


def test_who_is_asked_whether_they_come_is_asked_on_the_list_and_answered_for_right_there(
    app: Flask, session: Session, cast: Cast, date: Occurrence, block: Organization
) -> None:
    casting.hold_office(session, cast.chie, block, "block_leader", NOW)
    session.commit()
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    aiko, chie, page = browser_of(app, cast.aiko), browser_of(app, cast.chie), f"/dates/{date.id}/list"
    assert ("来られますか。" in (shown := chie.text(page)), "たずねたときや電話で" in shown) == (True, True)
    assert "電話では、このまま読んでください" in aiko.text(page)
    near, far, called = reached.find_round(session, Actor(NOW.date(), cast.aiko.id), date.id).rows
    for row, said in ((near, "yes"), (far, "cannot")):
        chie.submit(page, answered=str(row.delivery_id), answer=said, mistaken=[])
    # Not of the own block.
    chie.submit(page, answered=str(called.delivery_id), answer="cannot", mistaken=[])
    assert "この方は、もう一覧にいません" in chie.text(page)
    session.rollback()
    rows = {row.party_name: (row.state, row.asked_again) for row in session.query(Participation)}
    assert rows["となり1"] == ("confirmed", "")
    assert rows["となり0"][0] == "cancelled"
    assert rows["でんわ"] == ("confirmed", "postponed")


def test_an_answer_entered_by_mistake_is_taken_back_and_asked_for_again(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/list"
    near, far, _called = reached.find_round(session, Actor(NOW.date(), cast.aiko.id), date.id).rows
    people = (near.person.id, far.person.id)
    for row, said in ((near, "yes"), (far, "cannot")):
        aiko.submit(page, answered=str(row.delivery_id), answer=said, unsaid=[])
    for person_id in people:
        aiko.submit(page, unsaid=str(person_id), answered=[], mistaken=[])
    shown = aiko.text(page)
    assert ("来られるか、もう一度たずねてください" in shown, "あなたが入れた返事" in shown) == (True, False)
    session.rollback()
    rows = {row.party_name: (row.state, row.asked_again) for row in session.query(Participation)}
    assert [rows[name] for name in ("となり0", "となり1")] == [("confirmed", "postponed")] * 2
    left = reached.find_round(session, Actor(NOW.date(), cast.aiko.id), date.id).rows
    assert {row.person.id for row in left} >= set(people)
    # Once the way back is over, the answer stands.
    aiko.submit(page, answered=str(near.delivery_id), answer="cannot", unsaid=[], mistaken=[])
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert "あなたが入れた返事" not in aiko.text(page)
        aiko.submit(page, unsaid=str(people[0]), answered=[], mistaken=[])
        assert "もう元にもどせません" in aiko.text(page)


def test_a_leader_ticks_nothing_of_others(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink, block: Organization
) -> None:
    casting.hold_office(session, cast.chie, block, "block_leader", NOW)
    session.commit()
    _decide(session, date, cast)
    _deliver(app, sink)
    session.rollback()
    found = reached.find_round(session, Actor(NOW.date(), cast.chie.id), date.id)
    everything = [row.id for row in session.query(Delivery)]
    assert reached.tick_off(session, found, everything, cast.chie.id, NOW) == 2


def test_a_tick_by_mistake_is_taken_back_for_half_an_hour_by_whoever_made_it(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    _decide(session, date, cast)
    session.rollback()
    aiko, page = browser_of(app, cast.aiko), f"/dates/{date.id}/list"
    one = reached.find_round(session, Actor(NOW.date(), cast.aiko.id), date.id).rows[0].delivery_id

    def send(told: int | None = None) -> tuple[int, bool]:
        answer = aiko.submit(page, only=one, told=told or [])
        return answer.status_code, f'name="told" value="{one}"' in aiko.text(page)

    assert [send(one), send(one), send(), send()] == [(204, False)] * 2 + [(204, True)] * 2
    send(one)
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert send() == (409, False)
        # It cannot be put back any more, but is still seen to be done.
        assert ("伝え終わった人 1人" in (later := aiko.text(page)), "元にもどす" in later) == (True, False)


@pytest.mark.parametrize("who", ["ben", None])
def test_nobody_else_sees_the_list(session: Session, cast: Cast, date: Occurrence, who: str | None) -> None:
    person_id = getattr(cast, who).id if who else None
    with pytest.raises(NotFound):
        reached.find_round(session, Actor(NOW.date(), person_id), date.id)


def test_the_body_learns_of_its_troubles_until_they_are_ticked_off(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    sink.rcpt_answer = "550 5.1.1 no such mailbox"
    _decide(session, date, cast)
    _deliver(app, sink)
    session.rollback()
    (trouble,) = troubles_of(session, [cast.midori.id], NOW)
    assert (trouble.occurrence.id, trouble.missed) == (date.id, 1)
    assert troubles_of(session, [cast.library.id], NOW) == []
    found = reached.find_round(session, Actor(NOW.date(), cast.aiko.id), date.id)
    reached.tick_off(session, found, [row.delivery_id for row in found.rows], cast.aiko.id, NOW)
    assert troubles_of(session, [cast.midori.id], NOW) == []


def test_programs_read_and_tick_too(
    app: Flask, session: Session, cast: Cast, date: Occurrence, sink: Sink
) -> None:
    _decide(session, date, cast)
    _deliver(app, sink)
    program = program_of(app, cast.aiko)
    session.rollback()
    listed = program.read(f"/dates/{date.id}/reached")["people"]
    open_ones = [one["delivery_id"] for one in listed if one["group"] == "by_hand"]
    left = program.post(f"/dates/{date.id}/reached", delivery_ids=open_ones).get_json()
    assert (len(open_ones), left) == (3, {"people": []})
