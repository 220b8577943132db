"""Who is due a reminder: once, at the right hour, and again when the date moves."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock, jobs, reminders
from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.decisions import actions as decisions
from scheduler.notices.actions import wish
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.queries import queue_state
from scheduler.notices.quiet import Quiet
from scheduler.participation.actions import withdraw
from scheduler.reminders import Reader
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at

# The date is Sunday 22 November, 8:00 in Tokyo; the evening before is 19:00 there.
EVENING = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def _dues(one: Occurrence, **reader: Any) -> list[datetime]:
    """When somebody is reminded of a date."""
    usual: dict[str, Any] = {"person_id": 1, "joined_at": NOW, "quiet": Quiet()}
    return [moment.due_at for moment in reminders.moments(Reader(**usual | reader), one)]


def _kinds(session: Session) -> list[str]:
    return sorted(
        session.scalars(select(Notice.kind).join(Delivery).where(Notice.kind.startswith("reminder")))
    )


def test_the_evening_before_a_reminder_is_due_and_not_a_minute_earlier(session: Session, cast: Cast) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    assert reminders.queue_due(session, EVENING - timedelta(minutes=1)) == 0
    assert reminders.queue_due(session, EVENING) == 1
    assert reminders.queue_due(session, EVENING + timedelta(minutes=1)) == 0


def test_a_week_before_too(session: Session, cast: Cast) -> None:
    early = NOW - timedelta(days=5)
    make.participation(session, make.slot(session, cast.midori, early), cast.ben, early)
    reminders.queue_due(session, EVENING - timedelta(days=6))
    assert _kinds(session) == ["reminder_week"]


def test_a_late_service_does_not_send_two_at_once(session: Session, cast: Cast) -> None:
    early = NOW - timedelta(days=5)
    make.participation(session, make.slot(session, cast.midori, early), cast.ben, early)
    reminders.queue_due(session, EVENING + timedelta(hours=2))
    assert _kinds(session) == ["reminder_evening"]


def test_a_person_with_two_parts_is_reminded_once(session: Session, cast: Cast) -> None:
    one = make.slot(session, cast.midori, NOW, slots=(SlotFacts("受付", 2), SlotFacts("積込み", 2)))
    for slot in one.occurrence.slots:
        make.participation(session, slot, cast.ben, NOW)
    assert reminders.queue_due(session, EVENING) == 1


@pytest.mark.parametrize("hours", [-1, 12, 14])
def test_nobody_is_reminded_of_what_was_called_off_or_has_begun(
    session: Session, cast: Cast, hours: int
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    make.participation(session, slot, cast.ben, NOW)
    if hours < 0:
        slot.occurrence.state = "cancelled"
    assert reminders.queue_due(session, EVENING + timedelta(hours=max(hours, 0) + 1)) == 0


def test_who_has_withdrawn_is_left_alone(session: Session, cast: Cast) -> None:
    row = make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    withdraw(session, row, cast.ben.id, NOW)
    assert reminders.queue_due(session, EVENING) == 0


def test_who_signs_up_later_that_evening_has_just_been_told_everything(session: Session, cast: Cast) -> None:
    late = EVENING + timedelta(hours=1)
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, late)
    assert reminders.queue_due(session, late) == 0


def test_a_moved_date_is_reminded_of_anew(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    make.participation(session, slot, cast.ben, NOW)
    assert reminders.queue_due(session, EVENING) == 1
    decisions.postpone(
        session, slot.occurrence, decisions.Ruling(cast.aiko.id, 0), EVENING + timedelta(hours=1)
    )
    assert reminders.queue_due(session, EVENING + timedelta(days=7)) == 1


def test_the_evening_is_that_of_the_dates_own_zone(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW, timezone="America/New_York")
    assert _dues(one)[1] == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


# Wishes, rules, quiet hours ------------------------------------------------------------------------------------------


def _told(session: Session, now: datetime) -> list[str]:
    """Let the reminders be queued at a moment and return the kinds that are new."""
    before = set(session.scalars(select(Delivery.id)))
    reminders.queue_due(session, now)
    rows = session.scalars(select(Delivery).order_by(Delivery.id))
    return [row.notice.kind for row in rows if row.id not in before]


def _coming(session: Session, cast: Cast, joined: datetime = NOW, **changes: Any) -> Occurrence:
    """A date for which Ben has signed up."""
    slot = make.slot(session, cast.midori, joined, **changes)
    make.participation(session, slot, cast.ben, joined)
    return slot.occurrence


def test_an_activity_has_its_own_rules(session: Session, cast: Cast) -> None:
    day = _coming(session, cast)
    day.activity.reminders = [{"minutes_before": 60}, {"days_before": 3, "at": "12:00"}]
    assert _told(session, EVENING - timedelta(days=2, hours=7)) == ["reminder_week:3d1200"]
    assert _told(session, EVENING) == []
    assert _told(session, day.starts_at - timedelta(hours=1)) == ["reminder_evening:60m"]


def test_a_month_before_is_not_too_early_for_a_rule(session: Session, cast: Cast) -> None:
    day = _coming(session, cast, first_on=date.fromisoformat("2026-12-20"))
    day.activity.reminders = [{"days_before": 30, "at": "12:00"}]
    assert _told(session, datetime(2026, 11, 20, 3, 0, tzinfo=UTC)) == ["reminder_week:30d1200"]


def test_an_activity_may_remind_nobody(session: Session, cast: Cast) -> None:
    day = _coming(session, cast, NOW - timedelta(days=5))
    day.activity.reminders = []
    assert _told(session, EVENING) == []


@pytest.mark.parametrize(
    ("off", "told"), [("reminder_week", 1), ("reminder_evening", 0), ("reminder", 0), ("still_coming", 1)]
)
def test_who_does_not_want_one_gets_the_other(session: Session, cast: Cast, off: str, told: int) -> None:
    _coming(session, cast)
    wish(session, cast.ben.id, off, off_at=NOW)
    assert len(_told(session, EVENING)) == told


def test_who_wants_one_more_gets_it_and_nobody_else(session: Session, cast: Cast) -> None:
    day = _coming(session, cast)
    make.participation(session, day.slots[0], cast.chie, NOW)
    wish(session, cast.ben.id, reminders.OWN, minutes_before=60)
    day.starts_at += timedelta(hours=4)
    day.ends_at += timedelta(hours=4)
    assert _told(session, EVENING) == ["reminder_evening"] * 2
    assert _told(session, day.starts_at - timedelta(minutes=50)) == ["reminder_own:60m"]


def test_nobody_gets_two_at_once_however_late_we_are(session: Session, cast: Cast) -> None:
    day = _coming(session, cast, NOW - timedelta(days=5))
    day.activity.reminders = [{"days_before": days, "at": "19:00"} for days in (1, 2, 3)]
    late = EVENING + timedelta(minutes=5)
    assert _told(session, late) == ["reminder_evening"]
    assert [_told(session, late + timedelta(minutes=minutes)) for minutes in (1, 60)] == [[], []]


def test_who_has_signed_up_within_the_hour_has_just_been_told(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    make.participation(session, slot, cast.ben, EVENING - timedelta(minutes=20))
    make.participation(session, slot, cast.chie, EVENING - timedelta(hours=2))
    assert len(_told(session, EVENING)) == 1


def test_the_night_is_quiet_and_the_morning_is_not_too_late(session: Session, cast: Cast) -> None:
    day = _coming(session, cast)
    day.activity.reminders = [{"days_before": 1, "at": "22:00"}]
    assert _dues(day) == [datetime(2026, 11, 22, 7, 0, tzinfo=UTC) - timedelta(hours=19, minutes=30)]
    assert _dues(day, quiet=Quiet(time(23, 0), time(6, 0))) == [EVENING + timedelta(hours=3)]


@pytest.mark.parametrize(
    ("day", "utc"), [("2026-03-29", "2026-03-28T18:00"), ("2026-10-25", "2026-10-24T17:00")]
)
def test_in_berlin_it_is_seven_in_the_evening_on_either_side_of_the_change(
    session: Session, cast: Cast, day: str, utc: str
) -> None:
    # Summer time begins, or ends, in the night between the reminder and the date.
    early = datetime(2026, 3, 1, tzinfo=UTC)
    berlin = make.occurrence(
        session, cast.midori, early, timezone="Europe/Berlin", first_on=date.fromisoformat(day)
    )
    assert _dues(berlin)[1] == datetime.fromisoformat(utc).replace(tzinfo=UTC)


# The host's clock ----------------------------------------------------------------------------------------------------


def test_a_clock_set_back_repeats_nothing(session: Session, cast: Cast) -> None:
    _coming(session, cast)
    assert len(_told(session, EVENING)) == 1
    assert _told(session, EVENING - timedelta(hours=1)) == []
    assert _told(session, EVENING + timedelta(minutes=1)) == []


def test_a_clock_set_forward_and_back_again_repeats_nothing(session: Session, cast: Cast) -> None:
    _coming(session, cast)
    assert len(_told(session, EVENING + timedelta(minutes=10))) == 1
    assert [_told(session, EVENING + timedelta(minutes=minutes)) for minutes in (-50, 0, 10)] == [[], [], []]


def test_a_host_that_slept_through_the_night_is_late_once_and_not_at_night(
    app: Flask, session: Session, cast: Cast
) -> None:
    _coming(session, cast)
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    with at("2026-11-22 05:00"):
        assert mailbox.new_mails(app, "ben@example.jp") == []
    with at("2026-11-22 07:00"):
        assert len(mailbox.new_mails(app, "ben@example.jp")) == 1
        assert mailbox.new_mails(app, "ben@example.jp") == []


def test_a_host_that_slept_until_it_had_begun_says_nothing(app: Flask, session: Session, cast: Cast) -> None:
    _coming(session, cast)
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    with at("2026-11-22 08:00"):
        assert mailbox.new_mails(app, "ben@example.jp") == []


def test_queued_before_the_sleep_it_is_dropped_after_the_beginning(
    app: Flask, session: Session, cast: Cast
) -> None:
    _coming(session, cast)
    reminders.queue_due(session, EVENING)
    session.commit()
    with at("2026-11-22 08:30"):
        jobs.tick(app)
    states = session.execute(
        select(Delivery.state, Delivery.reason).join(Notice).where(Notice.kind != "joined")
    )
    assert list(states) == [("dropped", "too_late")]


def test_who_waits_for_the_morning_does_not_make_the_queue_look_old(
    app: Flask, session: Session, cast: Cast
) -> None:
    _coming(session, cast)
    reminders.queue_due(session, EVENING)
    session.commit()
    with at("2026-11-22 03:00"):
        jobs.tick(app)
        now = clock.now()
    assert queue_state(session, now).oldest_due_seconds == 0
    assert queue_state(session, now).waiting == 1
