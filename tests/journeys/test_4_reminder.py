"""Journey 4: the evening before, the reminder arrives, once, through a real mail server."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time as clock_time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.db import begin_writing
from scheduler.decisions import actions as decisions
from scheduler.notices.models import Delivery
from scheduler.parties.models import Person
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.journeys.conftest import HANAKO
from tests.journeys.tickers import Tickers
from tests.moments import at, tokyo
from tests.notices.sink import Sink
from tests.program import Program, done
from tests.visitor import Visitor

pytestmark = pytest.mark.loopback
EVENING = tokyo("2026-11-21 19:00")
# A claim lasts three minutes; then another may send what the first one did not.
LATER = EVENING + timedelta(minutes=4)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server on this machine."""
    with Sink() as sink:
        yield sink


@pytest.fixture
def tickers(app: Flask, signed_up: list[int], sink: Sink) -> Iterator[Tickers]:
    """Tickers that send by the mail server; the mails about the sign-ups are out already."""
    mailbox.new_mails(app, HANAKO["email"])
    settings = replace(app.config["TSUDOI"], smtp_url=f"smtp://127.0.0.1:{sink.port}")
    with Tickers(settings) as tickers:
        yield tickers


def reminders(session: Session) -> list[Delivery]:
    """Return the deliveries of the reminder as they are now."""
    session.rollback()
    return session.query(Delivery).filter(Delivery.notice.has(kind="reminder_evening")).all()


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    give_up = time.monotonic() + 30
    while not true():
        assert time.monotonic() < give_up, "it takes too long"
        time.sleep(0.05)


def test_the_evening_before_the_reminder_arrives_once(tickers: Tickers, sink: Sink) -> None:
    tickers.run(EVENING - timedelta(minutes=1))
    assert sink.taken == []
    tickers.run(EVENING)
    assert sorted(sink.recipients) == ["hanako@example.jp", "taro@example.jp"]
    assert "お知らせ：11月22日（日） 資源回収の日" in sink.mails[0]["Subject"]
    tickers.run(LATER)
    assert len(sink.taken) == 2


def test_it_says_when_and_where_and_has_the_file_and_the_personal_link(
    app: Flask, tickers: Tickers, sink: Sink, date: Occurrence
) -> None:
    tickers.run(EVENING)
    (mail,) = [mail for mail in sink.mails if mailbox.is_to(mail, HANAKO["email"])]
    text = mailbox.text(mail)
    assert "午前8時〜10時" in text
    assert "みどり公園前" in text
    assert f"UID:{date.uid}" in mailbox.calendar(mail).replace("\r\n ", "")
    assert "山田 花子" in Visitor(app).text(mailbox.path(mail, "/me/"))


def _hanako(session: Session) -> Person:
    return session.query(Person).filter_by(email=HANAKO["email"]).one()


@pytest.fixture
def patrol(session: Session, cast: Cast, signed_up: list[int]) -> Occurrence:
    """A patrol on the evening of that day, to which Hanako comes, too."""
    begin_writing(session)
    slot = make.slot(
        session, cast.midori, NOW, title="夜の見回り", title_en="Patrol", first_at=clock_time(18, 0)
    )
    make.participation(session, slot, _hanako(session), NOW)
    session.commit()
    return slot.occurrence


def test_of_two_dates_on_one_day_a_single_mail_reminds(
    app: Flask, patrol: Occurrence, tickers: Tickers, sink: Sink, date: Occurrence
) -> None:
    tickers.run(EVENING)
    assert sorted(sink.recipients) == ["hanako@example.jp", "taro@example.jp"]
    (mail,) = [mail for mail in sink.mails if mailbox.is_to(mail, HANAKO["email"])]
    text, file = mailbox.text(mail), mailbox.calendar(mail).replace("\r\n ", "")
    assert mail["Subject"] == "お知らせ：11月22日（日） ほか、予定は2件です"
    assert text.index("資源回収の日") < text.index("夜の見回り")
    assert mail["List-Unsubscribe"]
    own = mailbox.path(mail, "/me/").partition("/dates/")[0]
    for one in (date, patrol):
        assert f"UID:{one.uid}" in file
        assert f"http://localhost{own}/dates/{one.id}/coming" in text
        assert "行けなくなりました" in Visitor(app).text(f"{own}/dates/{one.id}/coming")


def test_killed_with_both_in_hand_a_ticker_loses_neither_and_what_is_called_off_meanwhile_drops_out(
    session: Session, patrol: Occurrence, tickers: Tickers, sink: Sink, cast: Cast
) -> None:
    sink.seconds_a_message = 60
    victim = tickers.start(EVENING)
    wait_until(lambda: [row.state for row in reminders(session)] == ["claimed"] * 3)
    victim.kill()
    victim.join()
    sink.seconds_a_message = 0
    held = {row.letter_id for row in reminders(session) if row.person_id == _hanako(session).id}
    begin_writing(session)
    decisions.cancel(session, patrol, decisions.Ruling(cast.aiko.id, patrol.revision, "雨"), EVENING)
    session.commit()
    tickers.run(LATER)
    (mail,) = [
        one for one in sink.mails if mailbox.is_to(one, HANAKO["email"]) and "お知らせ" in one["Subject"]
    ]
    assert "資源回収の日" in mail["Subject"]
    assert "夜の見回り" not in mailbox.text(mail)
    assert {mail["Message-ID"].strip("<>").partition(".")[0]} == held


def test_two_tickers_at_once_change_nothing(tickers: Tickers, sink: Sink) -> None:
    sink.seconds_a_message = 0.2
    tickers.run(EVENING, EVENING)
    assert len(sink.taken) == len(sink.identities) == 2


def test_killed_between_claim_and_send_a_ticker_loses_nothing(
    session: Session, tickers: Tickers, sink: Sink
) -> None:
    sink.seconds_a_message = 60
    victim = tickers.start(EVENING)
    wait_until(lambda: [row.state for row in reminders(session)] == ["claimed", "claimed"])
    victim.kill()
    victim.join()
    assert sink.taken == []
    sink.seconds_a_message = 0
    tickers.run(EVENING)
    assert sink.taken == []
    tickers.run(LATER)
    assert len(sink.taken) == len(sink.identities) == 2


def test_what_may_have_arrived_is_repeated_under_the_same_name_only(
    session: Session, tickers: Tickers, sink: Sink
) -> None:
    sink.cuts_after_data = True
    tickers.run(EVENING)
    sink.cuts_after_data = False
    tickers.run(EVENING + timedelta(hours=1))
    assert {row.state for row in reminders(session)} == {"sent"}
    assert len(sink.taken) > len(sink.identities) == 2


def _own_page(app: Flask, address: str) -> str:
    asked = next(mail for mail in mailbox.mails(app) if mailbox.is_to(mail, address))
    return mailbox.path(asked, "/me/").partition("/participations/")[0]


def test_whoever_withdraws_before_the_evening_is_not_reminded(
    app: Flask, tickers: Tickers, sink: Sink, signed_up: list[int]
) -> None:
    own_page = _own_page(app, HANAKO["email"])
    Visitor(app).submit(f"{own_page}/participations/{signed_up[0]}/withdraw")
    tickers.run(EVENING)
    reminded = [mail for mail in sink.mails if "お知らせ" in mail["Subject"]]
    assert [mailbox.is_to(mail, "taro@example.jp") for mail in reminded] == [True]


def test_whoever_signs_up_that_evening_has_just_been_told_everything(
    app: Flask, tickers: Tickers, sink: Sink, signed_up: list[int], date: Occurrence
) -> None:
    with at("2026-11-21 19:30"):
        taro = _own_page(app, "taro@example.jp").removeprefix("/me/")
        done(Program(app, taro).post(f"/participations/{signed_up[1]}/withdraw"))
        jiro = {"name": "鈴木 次郎", "kana": "すずき じろう", "email": "jiro@example.jp"}
        done(Program(app).post(f"/slots/{date.slots[0].id}/join", **jiro))
    tickers.run(tokyo("2026-11-21 20:00"))
    subjects = {mail["To"].addresses[0].addr_spec: mail["Subject"] for mail in sink.mails}
    assert "お知らせ" in subjects["hanako@example.jp"]
    assert "申し込み" in subjects["jiro@example.jp"]
    assert "お知らせ" not in subjects["taro@example.jp"]
