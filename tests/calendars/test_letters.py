"""The calendar file in a letter: added once it is the date, and later letters move it and call it off in place."""

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence
from scheduler.changes.actions import Order, change, look
from scheduler.changes.moves import OneDate, Place
from scheduler.decisions import actions as decisions
from scheduler.decisions.actions import Ruling
from scheduler.participation.signing import SignUp
from scheduler.series import actions as series
from scheduler.series.actions import Wish
from tests import mailbox, make
from tests.calendars.readers import READERS, Seen
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at


@pytest.fixture
def first(session: Session, cast: Cast) -> Occurrence:
    """The first of three Sundays, to which Ben comes."""
    activity = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=3")
    wanted = select(Occurrence).where(Occurrence.activity_id == activity.id).order_by(Occurrence.starts_at)
    found = session.scalars(wanted).first()
    assert found is not None
    make.participation(session, found.slots[0], cast.ben, NOW)
    session.commit()
    return found


def enclosed(app: Flask, address: str = "ben@example.jp") -> list[Seen]:
    """Return what all readers see in the file of the one letter that arrives there now."""
    mail = mailbox.new_mail(app, address)
    (file,) = mailbox.attached(mail)
    # A plain file: with METHOD and ATTENDEE its "yes" and "no" would be a second sign-up that nobody reads.
    assert "method" not in file["Content-Type"].params
    assert str(file.get_filename()).endswith(".ics")
    text = file.get_content()
    assert not {"METHOD", "ATTENDEE", "ORGANIZER"} & {line.partition(":")[0] for line in text.splitlines()}
    seen = [reader([text])[0] for reader in READERS]
    assert all(one == seen[0] for one in seen)
    return seen[0]


def test_after_the_sign_up_a_move_and_a_cancellation_it_is_one_and_the_same_date(
    app: Flask, session: Session, cast: Cast, first: Occurrence
) -> None:
    (joined,) = enclosed(app)
    decisions.postpone(session, first, Ruling(cast.aiko.id, 0, "雨"), NOW)
    session.commit()
    (moved,) = enclosed(app)
    decisions.cancel(session, first, Ruling(cast.aiko.id, first.revision, "台風"), NOW)
    session.commit()
    (off,) = enclosed(app)
    assert {joined.uid, moved.uid, off.uid} == {first.uid}
    assert joined.sequence < moved.sequence < off.sequence
    assert [one.status for one in (joined, moved, off)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert (joined.start, moved.start) == (
        datetime(2026, 11, 21, 23, tzinfo=UTC),
        datetime(2026, 11, 28, 23, tzinfo=UTC),
    )
    assert off.summary.startswith("【中止】")


def test_a_change_by_the_organiser_brings_the_date_as_it_is_now(
    app: Flask, session: Session, cast: Cast, first: Occurrence
) -> None:
    (joined,) = enclosed(app)
    wanted = OneDate(datetime.combine(date(2026, 11, 24), time(13)), 60, Place("公民館"))
    _, impact = look(session, first, "this", wanted, NOW)
    change(session, first, Order("this", wanted, impact.seen, cast.aiko.id), NOW)
    session.commit()
    with at("2026-11-16 10:30"):
        (moved,) = enclosed(app)
    assert (moved.uid, moved.start) == (joined.uid, datetime(2026, 11, 24, 4, tzinfo=UTC))
    assert moved.sequence > joined.sequence


def test_many_dates_signed_up_for_at_once_come_in_one_file(
    app: Flask, session: Session, cast: Cast, first: Occurrence
) -> None:
    wish = Wish(first.slots[0].position, every=True)
    series.join(session, session.get_one(Activity, first.activity_id), wish, SignUp(cast.chie.id), NOW)
    session.commit()
    wanted = select(Occurrence).where(Occurrence.activity_id == first.activity_id)
    seen = enclosed(app, "chie@example.jp")
    assert {one.uid for one in seen} == {one.uid for one in session.scalars(wanted)}
