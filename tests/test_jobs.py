"""What the clock asks for, done once and done twice; and the letters, as they go out."""

import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import time as wall
from datetime import timedelta
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from scheduler import jobs, reminders
from scheduler.activities import actions as activities
from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.parts import SlotFacts
from scheduler.board.actions import send_message
from scheduler.decisions import actions as decisions
from scheduler.heartbeat import last_beat
from scheduler.notices.actions import wish
from scheduler.notices.channels.email import EmailChannel
from scheduler.notices.channels.outbox import OutboxChannel
from scheduler.notices.models import Delivery, Notice
from scheduler.offices.actions import GRACE, By, Term, appoint
from scheduler.participation import standing
from scheduler.participation.actions import join, withdraw
from scheduler.participation.letters import TRUE_WHILE, WITH_CALENDAR
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties import actions as parties
from scheduler.parties.letters import Sender
from scheduler.parties.models import Allowance, SignedIn, SignIn
from scheduler.reach import coming, ways
from scheduler.series import actions as series
from scheduler.series.letters import TRUE_WHILE as TRUE_OF_SERIES
from scheduler.standins import actions as standins
from tests import mailbox, make
from tests.cast import Cast, hold_office
from tests.changes.wanting import make_change, one
from tests.conftest import NOW
from tests.moments import at

BEN = "ben@example.jp"
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
DAY = re.compile(r"\d+月\d+日（.）")


def test_a_tick_sends_what_is_due_and_the_next_one_nothing_more(
    app: Flask, session: Session, cast: Cast
) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    session.commit()
    assert [jobs.tick(app), jobs.tick(app)] == [1, 0]
    session.rollback()
    assert last_beat(session, "tick") == NOW


def test_a_tick_makes_the_dates_that_have_come_into_the_horizon(
    app: Flask, session: Session, cast: Cast
) -> None:
    for body in (cast.midori, cast.library):
        make.activity(session, body, NOW, rule="FREQ=WEEKLY")
    activities.post(session, cast.midori.id, make.facts(rule="FREQ=WEEKLY"), None, NOW)
    session.commit()
    before = session.query(Occurrence).count()
    session.rollback()
    with at("2026-11-30 10:00"):
        jobs.tick(app)
        jobs.tick(app)
    assert session.query(Occurrence).count() == before + 2 * 2


def test_what_ended_long_ago_is_deleted_and_nothing_else(app: Flask, session: Session, cast: Cast) -> None:
    for days in (-300, -40, 0):
        asked = NOW + timedelta(days=days)
        sign_in = parties.ask_to_sign_in(session, BEN, "s", asked)
        assert sign_in is not None
        session.add(_session_of(cast.ben.id, str(days), asked))
    session.commit()
    jobs.tick(app)
    assert [row.created_at for row in session.query(SignIn)] == [NOW]
    assert [row.token_hash for row in session.query(SignedIn).order_by(SignedIn.id)] == ["-40", "0"]
    assert {row.ends_at > NOW for row in session.query(Allowance)} == {True}


def _session_of(person_id: int, name: str, since: object) -> SignedIn:
    assert isinstance(since, type(NOW))
    return SignedIn(
        person_id=person_id,
        token_hash=name,
        created_at=since,
        seen_at=since,
        expires_at=since + timedelta(days=180),
    )


GORO = parties.PersonFacts("後藤 五郎", "ごとう ごろう", "goro@example.jp")
# What everybody reads whom it is enough to read: see the fixture `letters`.
_LETTERS: list[EmailMessage] = []


def test_every_kind_that_is_told_has_its_letter(app: Flask, session: Session, cast: Cast) -> None:
    _tell_everything(app, session, cast)
    # Told some minutes later, for it may be taken back.
    early = NOW - GRACE
    appoint(session, cast.midori, GORO, Term("treasurer", NOW.date()), By(cast.aiko.id, NOW.date(), early))
    _commit_and_tick(app, session)
    told = {kind.partition(":")[0] for (kind,) in session.query(Notice.kind).distinct()}
    assert told == jobs.kinds(Sender("http://localhost", "s")).keys()
    assert {(row.state, row.reason) for row in session.query(Delivery)} <= {
        ("sent", ""),
        ("dropped", "left"),
        ("dropped", "superseded"),
    }


def _tell_everything(app: Flask, session: Session, cast: Cast) -> list[EmailMessage]:
    """Let Ben be told everything that anybody can be told, and return his mails."""
    early = NOW - timedelta(days=10)
    english: dict[str, Any] = {"place_en": "Park gate", "bring": "軍手", "bring_en": "Gloves"}
    slot = make.slot(session, cast.midori, early, contact="0467-00-0000", **english)
    row = make.participation(session, slot, cast.ben, early)
    parties.verify_email(session, cast.ben, early)
    parties.ask_to_sign_in(session, BEN, "s", NOW)
    wish(session, cast.ben.id, reminders.OWN, minutes_before=25 * 60)
    coming.ask(session, slot.occurrence, cast.aiko.id, NOW)
    ways.change(session, cast.ben, ways.points(session, cast.ben.id, NOW)[0].key, "test", NOW)
    _commit_and_tick(app, session)
    with at("2026-11-21 07:00"):
        jobs.tick(app)
    with at("2026-11-21 19:00"):
        jobs.tick(app)
    with at("2026-11-21 19:30"):
        make_change(session, slot.occurrence, one(slot.occurrence, minutes=90), now=NOW + timedelta(days=5))
        _commit_and_tick(app, session)
    for minute, decide in enumerate((decisions.confirm, decisions.postpone, decisions.cancel)):
        with at(f"2026-11-21 20:0{minute}"):
            ruling = decisions.Ruling(cast.aiko.id, slot.occurrence.revision, "Rain")
            decide(session, slot.occurrence, ruling, NOW + timedelta(days=5))
            _commit_and_tick(app, session)
    withdraw(session, row, cast.ben.id, NOW)
    _commit_and_tick(app, session)
    _tell_of_sign_ups(app, session, cast)
    _ask_to_decide(app, session, cast)
    _ask_to_stand_in(app, session, cast)
    _join_many(app, session, cast)
    return [mail for mail in mailbox.mails(app) if mailbox.is_to(mail, BEN)]


def _tell_of_sign_ups(app: Flask, session: Session, cast: Cast) -> None:
    slots = tuple(SlotFacts(f"役割{number}", 1) for number, _ in enumerate(TRUE_WHILE))
    date = make.occurrence(session, cast.midori, NOW, slots=slots, place_en="Park gate", bring="")
    for slot, (kind, states) in zip(date.slots, TRUE_WHILE.items(), strict=True):
        slot.name_en = "Part"
        row = make.participation(session, slot, cast.ben, NOW)
        row.state, row.hold_until = min(states), NOW + timedelta(hours=30)
        standing.tell(session, row, kind, NOW, body="Which size?")
    # All of these states were set by hand: what `join` itself has queued is not what is looked at here.
    _commit_and_tick(app, session)
    _tell_of_the_board(app, session, cast)


def _tell_of_the_board(app: Flask, session: Session, cast: Cast) -> None:
    """Let Ben, who is an organiser now, be told that a slot is short or left, be called, and get a message."""
    hold_office(session, cast.ben, cast.midori, "organiser", NOW)
    session.query(Participation).filter_by(contact_id=cast.ben.id, state="absent").update({"state": "done"})
    part = SlotFacts("役割", 2, name_en="Part", min_people=2)
    slot = make.slot(session, cast.midori, NOW, slots=(part,), may_call=True, place_en="Park gate", bring="")
    _commit_and_tick(app, session)
    make.participation(session, slot, cast.ben, NOW)
    send_message(session, slot.occurrence, "Bring a hat", cast.aiko.id, NOW)
    left, hour_ago = make.slot(session, cast.midori, NOW, place_en="Park gate", bring=""), timedelta(hours=1)
    gone = make.participation(session, left, cast.chie, NOW - hour_ago)
    withdraw(session, gone, cast.chie.id, NOW - hour_ago)
    _commit_and_tick(app, session)


def _ask_to_decide(app: Flask, session: Session, cast: Cast) -> None:
    when: dict[str, Any] = {"decider_id": cast.ben.id, "decide_at": wall(17), "decide_days_before": 1}
    make.occurrence(session, cast.midori, NOW, **when, place_en="Park gate", bring="")
    session.commit()
    with at("2026-11-21 16:45"):
        jobs.tick(app)


def _ask_to_stand_in(app: Flask, session: Session, cast: Cast) -> None:
    english: dict[str, Any] = {"place_en": "Park gate", "bring": ""}
    slot = make.slot(session, cast.midori, NOW, places=1, **english)
    first = make.participation(session, slot, cast.chie, NOW)
    join(session, slot, SignUp(cast.ben.id, or_wait=True, clash_ok=True), NOW)
    standins.seek(session, first, "waiting", NOW)
    _commit_and_tick(app, session)


def _join_many(app: Flask, session: Session, cast: Cast) -> None:
    weekly = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=3", place_en="Park gate")
    for slot in session.query(Slot).where(Slot.occurrence.has(activity_id=weekly.id)):
        slot.name_en = "Part"
    made = series.join(
        session, weekly, series.Wish(0, every=True), SignUp(cast.ben.id, clash_ok=True), NOW
    ).series
    for kind, (unproven, live) in TRUE_OF_SERIES.items():
        made.unproven, made.ended_at = unproven, None if live else NOW
        made.revision += 1
        series.tell(session, made, kind, NOW)
        _commit_and_tick(app, session)


def _commit_and_tick(app: Flask, session: Session) -> None:
    session.commit()
    jobs.tick(app)


def test_every_letter_to_an_english_reader_is_english(app: Flask, session: Session, cast: Cast) -> None:
    cast.ben.language = "en"
    mails = _tell_everything(app, session, cast)
    assert len(mails) >= 11 + len(TRUE_WHILE)
    for mail in mails:
        words = mail["Subject"] + mailbox.text(mail)
        assert set(JAPANESE.findall(words)) <= set("別所勉"), words


@pytest.fixture
def letters(app: Flask, session: Session, cast: Cast) -> list[EmailMessage]:
    """All that Ben can be told, in Japanese; sent for the first who reads it, since nobody alters it."""
    if not _LETTERS:
        _LETTERS.extend(_tell_everything(app, session, cast))
    return _LETTERS


def test_every_letter_says_who_it_is_for_and_how_to_leave(letters: list[EmailMessage], cast: Cast) -> None:
    for mail in letters:
        body = mailbox.text(mail)
        # Whether the address is Ben's is only known once it is confirmed: until then no typed word goes there.
        assert ("別所 勉さん" in body) is ("まとめた申し込み" not in mail["Subject"])
        assert "\n\n\n\n" not in body
        if "サインイン" not in mail["Subject"] and "テスト" not in mail["Subject"]:
            assert re.search(r"http://localhost/(dates|activities)/\d+\b|/series/\d+\b", body)
            assert f"/me/{cast.ben.id}." in body


def test_every_letter_says_as_html_what_it_says_as_text(letters: list[EmailMessage]) -> None:
    assert letters
    for mail in letters:
        page = mail.get_body(("html",))
        assert page is not None, mail["Subject"]
        links = re.findall(r'href="(http[^"]+)"', page.get_content())
        assert links == re.findall(r"^http\S+$", mailbox.text(mail), re.MULTILINE), mail["Subject"]
        words = " ".join(re.sub(r"<[^>]+>", " ", unescape(page.get_content())).split())
        assert [day for day in DAY.findall(mailbox.text(mail)) if day not in words] == [], mail["Subject"]


def test_letters_about_a_date_carry_it_as_a_file(letters: list[EmailMessage]) -> None:
    files = [len(mailbox.attached(mail)) for mail in letters]
    assert (set(files), sum(files) > 6 + len(WITH_CALENDAR)) == ({0, 1}, True)
    sequences = [
        re.findall(r"SEQUENCE:(\d)", mailbox.calendar(mail)) for mail in letters if mailbox.attached(mail)
    ]
    assert [sequence for sequence in sorted(sequences) if set(sequence) != {"0"}] == [
        ["1"],
        ["2"],
        ["3"],
        ["4"],
    ]


def test_a_title_adds_no_header_and_no_recipient(app: Flask, session: Session, cast: Cast) -> None:
    hostile = "=?utf-8?q?=0D=0ABcc=3A_eve=40example.com?=\r\nBcc: eve@example.com\u2028X: y"
    slot = make.slot(session, cast.midori, NOW, title=hostile, place=hostile)
    person = parties.person(session, parties.PersonFacts(hostile, "いぶ", "eve@example.jp"), NOW)
    make.participation(session, slot, person, NOW)
    session.commit()
    mail = mailbox.new_mail(app, "eve@example.jp")
    assert {"bcc", "x"}.isdisjoint(name.lower() for name in mail)
    assert [one.addr_spec for one in mail["To"].addresses] == ["eve@example.jp"]
    assert len(str(mail["Subject"]).splitlines()) == 1


def test_without_a_server_mail_goes_into_files_and_with_one_there(app: Flask) -> None:
    settings = app.config["TSUDOI"]
    assert isinstance(jobs.channel(settings), OutboxChannel)
    assert isinstance(jobs.channel(replace(settings, smtp_url="smtp://127.0.0.1:25")), EmailChannel)
    with pytest.raises(ValueError, match="smtp"):
        jobs.channel(replace(settings, smtp_url="http://127.0.0.1"))


def test_two_dispatchers_have_different_names(app: Flask) -> None:
    with app.app_context():
        owners = {jobs.outlet(app).owner for _ in range(2)}
    assert len(owners) == 2
    assert max(len(owner) for owner in owners) <= 80


def test_a_ticker_ticks_by_itself_and_stops_when_it_is_asked_to(app: Flask, instance: Path) -> None:
    environment = {"TSUDOI_INSTANCE": str(instance), "TSUDOI_SECRET_KEY": "s" * 40, "PATH": "/usr/bin"}
    command = [sys.executable, "-m", "scheduler.cli", "ticker"]
    with subprocess.Popen(command, env=environment, cwd=Path(__file__).parent.parent) as ticker:
        give_up = time.monotonic() + 30
        while not _has_ticked(instance):
            assert time.monotonic() < give_up, "it never ticked"
            time.sleep(0.1)
        ticker.send_signal(signal.SIGTERM)
        assert ticker.wait(20) == 0


def _has_ticked(instance: Path) -> bool:
    engine = create_engine(f"sqlite:///{instance / 'tsudoi.db'}")
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT count(*) FROM heartbeat"))
    engine.dispose()
    return bool(found)
