"""The decider is asked in time and the deputy after it, each once; the link opens one screen, and nothing else."""

from datetime import datetime, time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Occurrence
from scheduler.config import ROOT
from scheduler.decisions.asking import steps_due
from tests import mailbox, make
from tests.cast import Cast, hold_office
from tests.conftest import NOW
from tests.moments import at
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

AIKO, BEN = "aiko@example.jp", "ben@example.jp"
BY = datetime(2026, 11, 21, 21, 30).astimezone()
STEPS = [(-31, []), (-30, ["30"]), (-11, ["30"]), (-10, ["10"]), (4, ["10"]), (5, ["10", "deputy"])]


@pytest.mark.parametrize(("minutes", "names"), STEPS)
def test_only_the_latest_asking_of_the_decider_is_due(minutes: int, names: list[str]) -> None:
    assert [step.name for step in steps_due(BY, BY + timedelta(minutes=minutes))] == names


@pytest.fixture
def date_(session: Session, cast: Cast) -> Occurrence:
    """A date that the chair, Aiko, decides about by half past six, else the vice-chair, Ben; Chie comes."""
    hold_office(session, cast.ben, cast.midori, "vice_chair", NOW)
    slot = make.slot(session, cast.midori, NOW, decider_office="chair", deputy_office="vice_chair")
    make.participation(session, slot, cast.chie, NOW)
    session.commit()
    return slot.occurrence


def _asked(app: Flask, clock: str) -> list[tuple[str, str]]:
    with at(f"2026-11-22 {clock}"):
        before = {mail["Message-ID"] for mail in mailbox.mails(app)}
        jobs.tick(app)
        new = [mail for mail in mailbox.mails(app) if mail["Message-ID"] not in before]
    return [
        (mail["To"].addresses[0].addr_spec, mail["Subject"][:4]) for mail in new if "判断" in mail["Subject"]
    ]


def test_the_decider_is_asked_twice_and_the_deputy_once(
    app: Flask, session: Session, date_: Occurrence, visitor: Visitor
) -> None:
    assert [_asked(app, clock) for clock in ("05:59", "06:00", "06:01", "06:20", "06:34")] == [
        [],
        [(AIKO, "【判断の")],
        [],
        [(AIKO, "【判断の")],
        [],
    ]
    assert _asked(app, "06:35") == [(BEN, "【代わり")]
    assert _asked(app, "06:36") == []
    session.rollback()
    assert (date_.state, date_.revision) == ("awaiting_decision", 0)
    with at("2026-11-22 06:36"):
        assert "まだ決まっていません" in visitor.text("/dates/1")
        assert "【判断待ち】" in visitor.text("/calendars/public.ics")


def test_who_wakes_late_asks_everybody_at_once_and_nobody_twice(app: Flask, date_: Occurrence) -> None:
    assert sorted(_asked(app, "06:50")) == [(AIKO, "【判断の"), (BEN, "【代わり")]


def test_what_is_decided_before_is_not_asked(app: Flask, cast: Cast, date_: Occurrence) -> None:
    with at("2026-11-22 05:00"):
        browser_of(app, cast.aiko).submit("/dates/1/decision", early="1", outcome="confirm")
    assert _asked(app, "06:20") == []


def test_it_can_be_decided_the_day_before(app: Flask, session: Session, cast: Cast, visitor: Visitor) -> None:
    make.slot(session, cast.midori, NOW, decide_at=time(17), decide_days_before=1)
    session.commit()
    assert '11月21日（土）の<span class="whole">午後5時</span>に決めます' in visitor.text("/dates/1")
    with at("2026-11-21 16:30"):
        assert "午後5時まで" in mailbox.new_mail(app, AIKO)["Subject"]


@pytest.fixture
def mail(app: Flask, date_: Occurrence) -> EmailMessage:
    """What Aiko gets at six."""
    with at("2026-11-22 06:00"):
        return mailbox.new_mail(app, AIKO)


def test_one_tap_from_the_mail_decides_and_tells_without_signing_in(
    app: Flask, session: Session, mail: EmailMessage, date_: Occurrence, visitor: Visitor
) -> None:
    link = mailbox.path(mail, "/decide/")
    with at("2026-11-22 06:02"):
        page = visitor.text(link)
        assert "あなたのせいではありません。メールで受け取る1人には、電話などで伝えてください。" in page
        assert "いまは送れません" not in page
        assert "あと28分" in page
        # A mail server's scanner follows links, and asks for the head of them.
        visitor.client.head(link)
        assert visitor.client.post(link, data={"revision": "0", "outcome": "cancel"}).location == link
        told = mailbox.new_mail(app, "chie@example.jp")
    session.rollback()
    assert (date_.state, told["Subject"][:4]) == ("cancelled", "【中止】")
    with at("2026-11-22 06:03"):
        made = " ".join(visitor.text(link).split())
        assert "中止 11月22日（日） 午前\u20606時\u20602分 みどり町内会 会長" in made
        assert "つどいからメールを送れません。電話などで伝えてください。" in made
        shown = visitor.text("/dates/1")
        assert "午前\u20606時\u20602分</span><br>みどり町内会 会長" in " ".join(shown.split())
        assert shown.index("data-urgent") < shown.index("<h1>")


def test_looking_decides_nothing(
    visitor: Visitor, session: Session, mail: EmailMessage, date_: Occurrence
) -> None:
    link = mailbox.path(mail, "/decide/")
    with at("2026-11-22 06:01"):
        for query in ("", "?outcome=cancel&revision=0"):
            assert visitor.get(f"{link}{query}").status_code == 200
            visitor.client.head(f"{link}{query}")
    session.rollback()
    assert (date_.state, date_.revision) == ("awaiting_decision", 0)


def test_the_page_is_small_and_needs_no_script(visitor: Visitor, mail: EmailMessage) -> None:
    with at("2026-11-22 06:01"):
        page = visitor.text(mailbox.path(mail, "/decide/"))
    sheet = (ROOT / "scheduler" / "static" / "css" / "decide.css").read_text()
    assert "<script" not in page
    assert len(page.encode()) + len(sheet.encode()) < 15_000


def test_a_link_ends_can_be_closed_and_opens_nothing_for_who_has_left(
    app: Flask, session: Session, cast: Cast, visitor: Visitor, mail: EmailMessage, date_: Occurrence
) -> None:
    link = mailbox.path(mail, "/decide/")
    with at("2026-11-22 10:00"):
        assert visitor.get(link).status_code == 410
    with at("2026-11-22 06:10"):
        assert visitor.get(link[:-1]).status_code == 404
        browser_of(app, cast.aiko).submit("/dates/1/decision/links/close", page="/dates/1/decision")
        assert visitor.get(link).status_code == 410


def test_undo_and_correction_are_told_as_such(
    app: Flask, session: Session, mail: EmailMessage, date_: Occurrence, visitor: Visitor
) -> None:
    link, chie = mailbox.path(mail, "/decide/"), "chie@example.jp"
    with at("2026-11-22 06:02"):
        visitor.client.post(link, data={"revision": "0", "outcome": "cancel"})
        mailbox.new_mail(app, chie)
    with at("2026-11-22 06:05"):
        visitor.client.post(link, data={"revision": "1", "outcome": "take_back", "reason": "雨がやみました"})
        undone = mailbox.new_mail(app, chie)
        assert undone["Subject"].startswith("「中止」は取り消しました。まだ決まっていません")
        assert "雨がやみました" in mailbox.text(undone)
        assert "SEQUENCE:2" in mailbox.calendar(undone)
        page = visitor.text("/dates/1")
        assert "予定どおり" not in page
        assert "「中止」は</span>取り消しました" in page
    with at("2026-11-22 06:06"):
        visitor.client.post(link, data={"revision": "2", "outcome": "confirm"})
        mailbox.new_mail(app, chie)
    with at("2026-11-22 06:50"):
        visitor.client.post(link, data={"revision": "3", "outcome": "cancel"})
        assert mailbox.new_mail(app, chie)["Subject"].startswith("訂正：【中止】")


def test_a_program_sees_who_would_be_told_decides_for_a_colleague_and_takes_it_back(
    app: Flask, cast: Cast, date_: Occurrence
) -> None:
    with at("2026-11-22 06:00"):
        aiko = program_of(app, cast.aiko)
        screen = aiko.read("/dates/1/decision")
        assert (screen["channels"], screen["by_hand"], screen["outcomes"]) == (
            {"email": 1},
            0,
            ["confirm", "postpone", "cancel"],
        )
        sent: dict[str, Any] = {"outcome": "postpone", "revision": 0, "decided_by": cast.ben.id}
        assert done(aiko.post("/dates/1/decision", **sent))["state"] == "postponed"
        (made,) = aiko.read("/dates/1/decision")["decisions"]
        assert (made["by"], made["entered_by"], made["how"]) == ("別所 勉", "青木 愛子", "telephone")
        assert done(aiko.post("/dates/1/decision/undo", revision=1))["state"] == "open"
        sent = {"outcome": "cancel", "revision": 2, "decided_by": cast.chie.id}
        assert refusal(aiko.post("/dates/1/decision", **sent)) == (422, "choice_unknown")
