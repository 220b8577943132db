"""Journey 5: it rains; the organiser postpones to the reserve date on one screen, and everything follows."""

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from tests import mailbox
from tests.cast import Cast
from tests.journeys.conftest import sign_ups
from tests.moments import at, tokyo
from tests.program import Program, done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

BOTH = ("hanako@example.jp", "taro@example.jp")


def postpone(app: Flask, cast: Cast, date: Occurrence) -> None:
    """Let Aiko look out of the window at six and press the button."""
    with at("2026-11-22 06:00"):
        mailbox.new_mails(app, "nobody")
        browser = browser_of(app, cast.aiko)
        browser.submit(f"/dates/{date.id}/decision", early="1", outcome="postpone", reason="雨のため")


def test_one_screen_moves_the_date_which_keeps_its_identity_and_its_sign_ups(
    app: Flask, session: Session, cast: Cast, date: Occurrence, signed_up: list[int], visitor: Visitor
) -> None:
    uid = date.uid
    with at("2026-11-22 06:00"):
        browser = browser_of(app, cast.aiko)
        screen = browser.text(f"/dates/{date.id}/decision")
        assert "11月29日（日）</span>に順延する" in screen
        answer = browser.submit(
            f"/dates/{date.id}/decision", early="1", outcome="postpone", reason="雨のため"
        )
        assert answer.location == f"/dates/{date.id}/board"
        assert "山田 花子" in browser.text(answer.location)
    assert [row.id for row in sign_ups(session) if row.is_live] == signed_up
    assert (date.uid, date.starts_at) == (uid, tokyo("2026-11-29 08:00"))
    assert (date.state, date.revision, date.slots[0].taken) == ("postponed", 1, 2)


def test_everyone_is_told_once_with_a_file_that_moves_the_entry(
    app: Flask, cast: Cast, date: Occurrence, signed_up: list[int]
) -> None:
    postpone(app, cast, date)
    with at("2026-11-22 06:01"):
        mail = mailbox.new_mail(app, BOTH[0])
        assert "11月29日（日）" in mail["Subject"]
        assert "雨のため" in mailbox.text(mail)
        assert "SEQUENCE:1" in mailbox.calendar(mail)
        told = [mail for mail in mailbox.mails(app) if "順延" in mail["Subject"]]
        assert sorted(mail["To"].addresses[0].addr_spec for mail in told) == list(BOTH)
        assert mailbox.new_mails(app, BOTH[0]) == []


def test_the_page_and_the_feeds_event_show_the_move(
    app: Flask, cast: Cast, date: Occurrence, signed_up: list[int], visitor: Visitor
) -> None:
    before = visitor.text("/calendars/public.ics")
    postpone(app, cast, date)
    after = visitor.text("/calendars/public.ics")
    assert "DTSTART;TZID=Asia/Tokyo:20261122T080000" in before
    assert "DTSTART;TZID=Asia/Tokyo:20261129T080000" in after
    assert (before.count("BEGIN:VEVENT"), after.count("BEGIN:VEVENT")) == (1, 1)
    page = visitor.text(f"/dates/{date.id}")
    assert "11月29日（日）" in page
    assert "順延" in page


def test_the_reminder_follows_to_the_new_evening(
    app: Flask, cast: Cast, date: Occurrence, signed_up: list[int]
) -> None:
    with at("2026-11-21 19:00"):
        assert "11月22日" in mailbox.new_mails(app, BOTH[0])[-1]["Subject"]
    postpone(app, cast, date)
    with at("2026-11-28 18:59"):
        mailbox.new_mails(app, BOTH[0])
    with at("2026-11-28 19:00"):
        assert "11月29日" in mailbox.new_mail(app, BOTH[0])["Subject"]


def test_whoever_decides_on_an_old_screen_is_told_that_it_is_decided(
    app: Flask, session: Session, cast: Cast, date: Occurrence, signed_up: list[int]
) -> None:
    with at("2026-11-22 06:00"):
        first, second = browser_of(app, cast.aiko), browser_of(app, cast.aiko)
        screen = f"/dates/{date.id}/decision"
        first.submit(screen, outcome="postpone")
        late = second.submit(screen, page=f"/dates/{date.id}", outcome="cancel", revision="0")
        assert (late.status_code, "ほかの人が決めました" in late.text) == (409, True)
    session.rollback()
    assert (date.state, date.revision) == ("postponed", 1)


def test_a_program_postpones_the_same_way(
    app: Flask, cast: Cast, date: Occurrence, signed_up: list[int]
) -> None:
    with at("2026-11-22 06:00"):
        program = program_of(app, cast.aiko)
        moved = done(program.post(f"/dates/{date.id}/decision", outcome="postpone", revision=0))
        assert (moved["id"], moved["state"], moved["revision"]) == (date.id, "postponed", 1)
        assert (moved["first_starts_at"], moved["starts_at"]) == (
            "2026-11-21T23:00:00Z",
            "2026-11-28T23:00:00Z",
        )
        again = program.post(f"/dates/{date.id}/decision", early="1", outcome="cancel", revision=0)
        assert refusal(again) == (409, "already_decided")
        roster = program.read(f"/dates/{date.id}/roster")
    assert [row["id"] for row in roster["sign_ups"]] == [signed_up[1], signed_up[0]]


def test_nobody_else_can_move_it(app: Flask, cast: Cast, date: Occurrence, visitor: Visitor) -> None:
    path = f"/dates/{date.id}/decision"
    assert visitor.get(path).status_code == 404
    assert browser_of(app, cast.chie).get(path).status_code == 404
    assert refusal(Program(app).post(path, outcome="cancel", revision=0)) == (404, "not_found")
    assert refusal(program_of(app, cast.ben).post(path, outcome="cancel", revision=0)) == (404, "not_found")
