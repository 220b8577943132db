"""A body's own calendar becomes activities and dates, and is taken over again by the UIDs of its entries."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.calendars import importing
from scheduler.calendars.importing import Step, Taking
from scheduler.calendars.reading import read
from scheduler.changes import drafts
from scheduler.closures.models import ClosedDay
from scheduler.errors import Conflict, Invalid
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import done
from tests.signed_in import browser_of, program_of

MEETING = (
    "UID:meeting@old\r\nSUMMARY:定例会\r\nLOCATION:集会所\r\n"
    "DTSTART;TZID=Asia/Tokyo:20261206T190000\r\nDURATION:PT90M"
)
WEEKLY = (
    "UID:weekly@old\r\nSUMMARY:見守り\r\nDTSTART;TZID=Asia/Tokyo:20261202T073000\r\nDTEND;TZID=Asia/Tokyo:20261202T083000\r\n"
    "RRULE:FREQ=WEEKLY;COUNT=5\r\nEXDATE;TZID=Asia/Tokyo:20261209T073000"
)
MOVED = (
    "UID:weekly@old\r\nRECURRENCE-ID;TZID=Asia/Tokyo:20261216T073000\r\nSUMMARY:見守り\r\n"
    "DTSTART;TZID=Asia/Tokyo:20261217T073000\r\nDTEND;TZID=Asia/Tokyo:20261217T083000"
)


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n".encode()


PART = SlotFacts("参加", 20)


def take(session: Session, cast: Cast, *events: str, part: SlotFacts = PART) -> list[Step]:
    taking = Taking(cast.midori.id, cast.aiko.id, NOW, part)
    steps = importing.take(session, taking, read(calendar(*events)))
    session.commit()
    return steps


def kinds(steps: list[Step]) -> list[str]:
    return [step.kind for step in steps]


def dates(session: Session, title: str) -> list[Occurrence]:
    wanted = select(Occurrence).join(Occurrence.activity).where(Activity.title == title)
    return list(session.scalars(wanted.order_by(Occurrence.first_starts_at)))


def test_entries_become_activities_with_their_dates_moved_and_called_off_ones_too(
    session: Session, cast: Cast
) -> None:
    assert kinds(take(session, cast, MEETING, WEEKLY, MOVED)) == ["new", "new"]
    (meeting,) = dates(session, "定例会")
    assert (meeting.starts_at, meeting.ends_at - meeting.starts_at) == (
        datetime(2026, 12, 6, 10, tzinfo=UTC),
        timedelta(minutes=90),
    )
    assert (meeting.activity.place, meeting.slots[0].places) == ("集会所", 20)
    weekly = dates(session, "見守り")
    assert [row.state for row in weekly] == ["open", "cancelled", "open", "open", "open"]
    assert [row.starts_at.day for row in weekly] == [1, 8, 16, 22, 29]


def test_what_the_calendar_says_holds_on_closed_days_and_when_others_are_moved(
    session: Session, cast: Cast
) -> None:
    session.add(
        ClosedDay(
            organization_id=cast.midori.id,
            name="冬休み",
            created_at=NOW,
            starts_on=date(2026, 12, 1),
            ends_on=date(2026, 12, 31),
        )
    )
    session.flush()
    assert kinds(take(session, cast, MEETING, WEEKLY, MOVED)) == ["new", "new"]
    assert len(dates(session, "定例会") + dates(session, "見守り")) == 6
    assert [row.by_hand for row in dates(session, "見守り")] == [[], [], ["time"], [], []]


def test_taken_again_nothing_happens_twice(session: Session, cast: Cast) -> None:
    take(session, cast, MEETING, WEEKLY, MOVED)
    assert kinds(take(session, cast, MEETING, WEEKLY, MOVED)) == ["same", "same"]
    assert len(dates(session, "定例会") + dates(session, "見守り")) == 6


def test_what_was_thrown_away_is_taken_over_anew_and_what_leaves_days_out_stays_published(
    session: Session, cast: Cast
) -> None:
    take(session, cast, MEETING, WEEKLY)
    meeting, weekly = (dates(session, title)[0].activity for title in ("定例会", "見守り"))
    with pytest.raises(Conflict, match="unpublish_touched"):
        drafts.unpublish(session, weekly, cast.aiko.id, NOW)
    drafts.unpublish(session, meeting, cast.aiko.id, NOW)
    assert kinds(take(session, cast, MEETING)) == ["same"]
    drafts.discard(session, meeting, cast.aiko.id, NOW)
    assert [kinds(take(session, cast, MEETING)) for _ in range(2)] == [["new"], ["same"]]
    # It would stand there twice, the second time unknown to its calendar.
    with pytest.raises(Conflict, match="draft_taken_anew"):
        drafts.restore(session, meeting, cast.aiko.id, NOW)
    assert [row.activity_id == meeting.id for row in dates(session, "定例会")] == [False]


def test_what_has_changed_is_changed_and_keeps_its_identity(session: Session, cast: Cast) -> None:
    take(session, cast, MEETING)
    (before,) = dates(session, "定例会")
    uid = before.uid
    later = MEETING.replace("T190000", "T200000").replace("定例会", "役員会")
    assert kinds(take(session, cast, later)) == ["changed"]
    session.expire_all()
    (after,) = dates(session, "役員会")
    assert (after.uid, after.starts_at.hour, after.revision) == (uid, 11, 1)


def test_a_date_that_somebody_has_signed_up_for_is_left_alone(session: Session, cast: Cast) -> None:
    take(session, cast, MEETING)
    (meeting,) = dates(session, "定例会")
    make.participation(session, meeting.slots[0], cast.ben, NOW)
    session.commit()
    assert kinds(take(session, cast, f"{MEETING}\r\nSTATUS:CANCELLED")) == ["changed"]
    session.expire_all()
    assert dates(session, "定例会")[0].state == "open"


def test_a_date_that_somebody_only_waits_for_is_left_alone_too(session: Session, cast: Cast) -> None:
    lots = SlotFacts("参加", 20, policy="lottery", closes_before=24 * 60)
    take(session, cast, MEETING, part=lots)
    (meeting,) = dates(session, "定例会")
    make.participation(session, meeting.slots[0], cast.ben, NOW)
    session.commit()
    assert meeting.slots[0].taken == 0
    take(session, cast, f"{MEETING}\r\nSTATUS:CANCELLED")
    session.expire_all()
    assert dates(session, "定例会")[0].state == "open"


def test_an_entry_that_was_called_off_calls_its_dates_off(session: Session, cast: Cast) -> None:
    take(session, cast, MEETING, WEEKLY)
    take(session, cast, f"{MEETING}\r\nSTATUS:CANCELLED")
    session.expire_all()
    assert [row.state for row in dates(session, "定例会")] == ["cancelled"]
    assert "open" in {row.state for row in dates(session, "見守り")}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (MEETING.replace("2026", "2025"), "past"),
        (f"{MEETING}\r\nSTATUS:CANCELLED", "off"),
        (f"{MEETING}\r\nRRULE:FREQ=HOURLY", "unreadable"),
        (f"{MEETING}\r\nRDATE:20261207T100000Z", "unreadable"),
        (MEETING.replace("PT90M", "-PT90M"), "unreadable"),
        (MEETING.replace("SUMMARY:定例会", "SUMMARY:"), "unreadable"),
        (MEETING.replace("UID:meeting@old\r\n", ""), "unreadable"),
    ],
)
def test_what_cannot_be_held_is_told_and_not_made(
    session: Session, cast: Cast, event: str, kind: str
) -> None:
    assert kinds(take(session, cast, event)) == [kind]
    assert session.scalars(select(Activity)).all() == []


def test_a_series_with_another_time_is_left_to_hands(session: Session, cast: Cast) -> None:
    take(session, cast, WEEKLY)
    assert kinds(take(session, cast, WEEKLY.replace("T073000", "T060000"))) == ["by_hand"]


@pytest.mark.parametrize(
    ("lines", "first", "zone"),
    [
        ("DTSTART;VALUE=DATE:20261206\r\nDTEND;VALUE=DATE:20261208", datetime(2026, 12, 6), "Asia/Tokyo"),
        ("DTSTART:20261206T100000Z", datetime(2026, 12, 6, 19), "Asia/Tokyo"),
        ("DTSTART:20261206T100000", datetime(2026, 12, 6, 10), "Asia/Tokyo"),
        ("DTSTART;TZID=Europe/Berlin:20261206T100000", datetime(2026, 12, 6, 10), "Europe/Berlin"),
    ],
)
def test_times_are_read_on_the_right_wall(lines: str, first: datetime, zone: str) -> None:
    (entry,) = read(calendar(f"UID:1\r\nSUMMARY:x\r\n{lines}"))
    assert (entry.first, entry.zone, entry.problem) == (first, zone, "")


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"BEGIN:VCALENDAR", b"\xff\xfe", calendar(), calendar(*[MEETING] * 501)]
)
def test_what_is_no_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read(data)


def test_the_page_says_that_a_file_or_an_address_is_needed(app: Flask, cast: Cast) -> None:
    browser, page = browser_of(app, cast.aiko), "/organizations/midori/import"
    shown, refused = browser.text(page), browser.submit(page)
    assert ("ファイルかアドレスの、どちらか1つが必要です。" in shown, "任意" in shown) == (True, False)
    assert (refused.status_code, "ファイルを選ぶか、アドレスを入れてください。" in refused.text) == (
        422,
        True,
    )


def test_an_organiser_hands_a_file_in_looks_and_takes_it_over(
    app: Flask, session: Session, cast: Cast
) -> None:
    browser = browser_of(app, cast.aiko)
    page = "/organizations/midori/import"
    shown = browser.submit(page, file=(BytesIO(calendar(MEETING, WEEKLY)), "old.ics")).location
    assert session.scalars(select(Activity)).all() == []
    preview = browser.text(shown)
    assert "新しくのせる（2件）" in preview
    assert "全5回" in preview
    session.rollback()
    assert browser.submit(shown, part="参加", places="12").location == "/organizations/midori"
    assert browser.get(shown).status_code == 404
    assert dates(session, "定例会")[0].slots[0].places == 12


def test_a_program_looks_first_and_takes_over_then(app: Flask, session: Session, cast: Cast) -> None:
    program, sent = program_of(app, cast.aiko), calendar(MEETING).decode()
    looked = done(program.post("/organizations/midori/import", calendar=sent))
    assert [step["kind"] for step in looked["steps"]] == ["new"]
    assert session.scalars(select(Activity)).all() == []
    session.rollback()
    done(program.post("/organizations/midori/import", calendar=sent, take=True))
    assert dates(session, "定例会")[0].activity.first_on == date(2026, 12, 6)


@pytest.mark.parametrize(("geo", "point"), [("35.658034;139.701636", "35.65803,139.70164"), ("95;195", "")])
def test_an_entry_says_where_it_is_on_the_map(geo: str, point: str, session: Session, cast: Cast) -> None:
    take(session, cast, f"{MEETING}\r\nGEO:{geo}")
    assert session.query(Activity).one().map_point == point
    (again,) = take(session, cast, f"{MEETING}\r\nGEO:{geo}")
    assert again.kind == "same"
