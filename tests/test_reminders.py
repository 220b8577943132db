"""Who is due a reminder: once, at the right hour, and again when the date moves."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import reminders
from scheduler.activities.parts import SlotFacts
from scheduler.decisions import actions as decisions
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.actions import withdraw
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

# The date is Sunday 22 November, 8:00 in Tokyo; the evening before is 19:00 there.
EVENING = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


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
    assert reminders.due_at(one, reminders.REMINDERS[1]) == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
