"""A draft is thrown away and taken back; what was just published is a draft again; a series ends on a day."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from scheduler.activities import actions
from scheduler.activities.models import Activity
from scheduler.activities.parts import SlotFacts
from scheduler.changes import drafts
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.capacity import change_places
from scheduler.participation.measure import CALL
from tests import mailbox, make
from tests.cast import Cast
from tests.changes.test_views import seen_in
from tests.changes.wanting import WEEKLY, dates_of, days, looked, make_change, one
from tests.conftest import NOW
from tests.moments import at
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


@pytest.fixture
def aiko(app: Flask, cast: Cast) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


@pytest.fixture
def draft(session: Session, cast: Cast) -> Activity:
    """A draft of Midori's."""
    made = actions.post(session, cast.midori.id, make.facts(), cast.aiko.id, NOW)
    session.commit()
    return made


def test_a_draft_is_thrown_away_and_taken_back_for_half_an_hour(
    session: Session, aiko: Visitor, draft: Activity
) -> None:
    page = f"/activities/{draft.id}"
    assert f'href="{page}/discard"' in aiko.text(f"{page}/edit")
    assert "を捨てますか" in aiko.text(f"{page}/discard")
    gone = aiko.submit(f"{page}/discard")
    assert f'action="{page}/restore"' in aiko.text(gone.location)
    assert "まだ公開していません" not in aiko.text("/desk")
    assert aiko.get(page).status_code == 404
    assert aiko.submit(f"{page}/restore", page="/desk").location == page
    assert "まだ公開していません" in aiko.text("/desk")
    aiko.submit(f"{page}/discard")
    with at("2026-11-16 11:00"):
        assert aiko.submit(f"{page}/restore", page="/desk").status_code == 409


def test_what_was_just_published_is_a_draft_again_without_its_dates(
    session: Session, aiko: Visitor, draft: Activity
) -> None:
    page = f"/activities/{draft.id}"
    aiko.submit(f"{page}/publish", page)
    assert f'action="{page}/unpublish"' in aiko.text(page)
    aiko.submit(f"{page}/unpublish", page)
    assert dates_of(session, draft.id, on=False) == []
    assert "書きにもどしました" in aiko.text(page)
    aiko.submit(f"{page}/publish", page)
    assert days(dates_of(session, draft.id)) == ["11-22 08:00"]


def test_what_somebody_signed_up_for_stays_published_and_the_page_says_why(
    session: Session, cast: Cast, aiko: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    make.participation(session, slot, cast.ben, NOW)
    session.commit()
    page = f"/activities/{slot.occurrence.activity_id}"
    assert "申し込んだ方がいるので、下\u2060書きにはもどせません。" in aiko.text(page)
    assert aiko.submit(f"{page}/unpublish", page).status_code == 409
    with at("2026-11-16 11:00"):
        assert "書きにはもどせません" not in aiko.text(page)


def test_what_was_done_to_a_part_or_said_about_it_keeps_it_published(
    session: Session, cast: Cast, aiko: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    page, telling = f"/activities/{slot.occurrence.activity_id}", Telling(CALL, "slot", slot.id, 1, NOW)
    queue(session, telling, [cast.ben.id], NOW)
    session.execute(update(Delivery).values(state="sent"))
    session.commit()
    assert "お知らせを送った人がいるので、下\u2060書きにはもどせません。" in aiko.text(page)
    session.execute(update(Delivery).values(state="planned"))
    session.commit()
    assert "だれも申し込んでいなければ、下\u2060書きにもどせます" in aiko.text(page)
    session.rollback()
    change_places(session, slot, 3, cast.aiko.id, NOW)
    session.commit()
    shown = aiko.text(page)
    assert "定員を変えたか" in shown
    # What takes place once has no series to end.
    assert ("この活動を終える" in shown, "中止にしてください。" in shown) == (False, True)


def test_what_was_to_be_said_about_a_part_is_forgotten_with_it(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    queue(session, Telling(CALL, "slot", slot.id, 1, NOW), [cast.ben.id], NOW)
    drafts.unpublish(session, slot.occurrence.activity, cast.aiko.id, NOW)
    assert session.query(Notice).filter_by(subject="slot").all() == []


def test_a_draft_by_which_people_are_to_be_briefed_stays(
    session: Session, cast: Cast, aiko: Visitor, draft: Activity
) -> None:
    make.slot(session, cast.midori, NOW, slots=(SlotFacts("積込み", 2, briefing_id=draft.id),))
    session.commit()
    refused = aiko.submit(f"/activities/{draft.id}/discard")
    assert (refused.status_code, "「先に参加してもらう説明会」に</span>選ばれています。" in refused.text) == (
        409,
        True,
    )


def test_an_activity_ends_on_a_day_with_notice_and_goes_on_when_that_is_undone(
    app: Flask, session: Session, aiko: Visitor, weekly: Activity, cast: Cast
) -> None:
    make.participation(session, dates_of(session, weekly.id)[4].slots[0], cast.chie, NOW)
    session.commit()
    mailbox.new_mails(app, "chie@example.jp")
    page = f"/activities/{weekly.id}/end"
    assert f'href="{page}"' in aiko.text(f"/activities/{weekly.id}")
    typed = {"last_on": "2026-12-06", "why": "人手がたりません。"}
    shown = looked(aiko, page, step="look", **typed).text
    assert "3日がなくなります。申し込んでいた1人にお知らせします。" in shown
    ended = aiko.submit(page, step="save", **typed, seen=seen_in(shown))
    assert days(dates_of(session, weekly.id)) == ["11-22 08:00", "11-29 08:00", "12-06 08:00"]
    told = aiko.text(f"/activities/{weekly.id}")
    assert ("12月6日（日）" in told, "12月6日（日）から" in told) == (True, False)
    actions.make_dates(session, weekly, NOW + timedelta(days=30))
    assert len(dates_of(session, weekly.id)) == 3
    with at("2026-11-16 10:04"):
        assert "人手がたりません。" in mailbox.text(mailbox.new_mail(app, "chie@example.jp"))
    aiko.submit("/changes/1/undo", ended.location)
    assert len(dates_of(session, weekly.id)) == 6


@pytest.mark.parametrize(
    ("last_on", "why"), [("2026-11-15", "last_day_past"), ("2027-01-01", "nothing_to_end")]
)
def test_a_last_day_without_sense_is_refused(
    app: Flask, cast: Cast, weekly: Activity, last_on: str, why: str
) -> None:
    aiko = program_of(app, cast.aiko)
    assert refusal(aiko.post(f"/activities/{weekly.id}/end", last_on=last_on)) == (422, why)


def test_a_date_counts_by_the_day_on_which_it_is_now(
    session: Session, app: Flask, cast: Cast, weekly: Activity
) -> None:
    rows = dates_of(session, weekly.id)
    # One that was planned after the last day takes place before it, one that was planned on it after it.
    for row, day in ((rows[3], 4), (rows[2], 9)):
        make_change(session, row, one(row, starts=one(row).starts.replace(day=day)))
    session.commit()
    aiko, path = program_of(app, cast.aiko), f"/activities/{weekly.id}/end"
    seen = done(aiko.post(path, last_on="2026-12-06"))["seen"]
    made = done(aiko.post(path, last_on="2026-12-06", seen=seen))
    assert days(dates_of(session, weekly.id)) == ["11-22 08:00", "11-29 08:00", "12-04 08:00"]
    actions.make_dates(session, weekly, NOW)
    assert len(dates_of(session, weekly.id)) == 3
    done(aiko.post(f"/changes/{made['id']}/undo"))
    assert days(dates_of(session, weekly.id))[2:] == [
        "12-04 08:00",
        "12-09 08:00",
        "12-20 08:00",
        "12-27 08:00",
    ]


@pytest.mark.parametrize("repeats", [{"rule": WEEKLY}, {"dates": (date(2026, 11, 29), date(2026, 12, 6))}])
def test_the_desk_asks_for_no_new_dates_of_what_was_ended(
    session: Session, app: Flask, cast: Cast, aiko: Visitor, repeats: dict[str, Any]
) -> None:
    made = make.activity(session, cast.midori, NOW, **repeats)
    session.commit()
    program, path = program_of(app, cast.aiko), f"/activities/{made.id}/end"
    seen = done(program.post(path, last_on="2026-11-29"))["seen"]
    done(program.post(path, last_on="2026-11-29", seen=seen))
    with at("2026-12-10 10:00"):
        shown = aiko.text("/desk")
        assert ("今日すること" in shown, "これからの日がありません" in shown) == (True, False)


def test_a_day_for_which_no_dates_are_made_yet_is_not_said_to_have_none(
    session: Session, app: Flask, cast: Cast
) -> None:
    endless = make.activity(session, cast.midori, NOW, rule=WEEKLY)
    session.commit()
    answer = program_of(app, cast.aiko).post(f"/activities/{endless.id}/end", last_on="2028-12-31")
    assert refusal(answer) == (422, "dates_not_made_yet")


def test_where_all_later_dates_are_off_nothing_is_said_to_come(
    session: Session, app: Flask, cast: Cast
) -> None:
    made = make.activity(session, cast.midori, NOW, dates=(date(2026, 11, 29), date(2026, 12, 6)))
    dates_of(session, made.id)[-1].state = "cancelled"
    session.commit()
    answer = program_of(app, cast.aiko).post(f"/activities/{made.id}/end", last_on="2026-11-30")
    assert refusal(answer) == (422, "nothing_to_end")


def test_a_series_that_has_not_begun_ends_before_its_first_date(
    session: Session, app: Flask, cast: Cast, weekly: Activity
) -> None:
    aiko, path = program_of(app, cast.aiko), f"/activities/{weekly.id}/end"
    seen = done(aiko.post(path, last_on="2026-11-16"))["seen"]
    assert done(aiko.post(path, last_on="2026-11-16", seen=seen))["impact"]["vanish_dates"] == 6
    assert dates_of(session, weekly.id) == []
    assert "これから先の日程はまだありません" in browser_of(app, cast.aiko).text(f"/activities/{weekly.id}")
