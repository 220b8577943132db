"""The horizon: what the tick makes, what it must not make twice, and what it has left out."""

from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from scheduler.activities.actions import make_dates
from scheduler.activities.models import Occurrence, RuleVersion, SlotTemplate
from scheduler.activities.plans import next_starts
from scheduler.activities.queries import horizon_gaps
from scheduler.activities.recurrence import to_utc
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import tokyo

WEEKLY = "FREQ=WEEKLY;BYDAY=SU"


def test_thirteen_months_are_made_and_the_tick_adds_what_comes_in(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW, rule=WEEKLY)
    rows = session.query(Occurrence).filter_by(activity_id=made.id)
    assert rows.count() == 56
    assert make_dates(session, made, NOW) == 0
    assert make_dates(session, made, NOW + timedelta(days=7)) == 1
    assert make_dates(session, made, NOW + timedelta(days=7)) == 0


def test_a_moved_date_is_not_made_a_second_time(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW, rule=WEEKLY)
    row = session.query(Occurrence).order_by(Occurrence.starts_at).first()
    assert row is not None
    row.starts_at += timedelta(days=1)
    row.ends_at += timedelta(days=1)
    session.flush()
    assert make_dates(session, made, NOW) == 0


def test_an_activity_that_lacks_dates_is_found(session: Session, cast: Cast) -> None:
    whole = make.activity(session, cast.midori, NOW, rule=WEEKLY)
    assert horizon_gaps(session, NOW) == []
    for row in session.query(Occurrence).filter_by(activity_id=whole.id):
        row.planned_at = None
    session.flush()
    (gap,) = horizon_gaps(session, NOW)
    assert (gap.activity.id, gap.missing, gap.has_none) == (whole.id, 56, True)
    assert gap.next_at == tokyo("2026-11-22 08:00")


def test_what_has_come_into_the_horizon_in_this_hour_is_no_gap(session: Session, cast: Cast) -> None:
    make.activity(session, cast.midori, NOW, rule="FREQ=DAILY")
    assert horizon_gaps(session, NOW + timedelta(hours=20)) == []
    gap = horizon_gaps(session, NOW + timedelta(days=3))[0]
    assert (gap.missing, gap.has_none) == (2, False)


def test_a_finished_activity_and_a_draft_have_no_gap(session: Session, cast: Cast) -> None:
    make.activity(session, cast.midori, NOW)
    assert horizon_gaps(session, NOW + timedelta(days=30)) == []


def test_a_version_holds_from_its_moment_on(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW, rule=WEEKLY)
    version = RuleVersion(
        activity_id=made.id,
        from_at=to_utc(tokyo("2027-12-20 00:00").replace(tzinfo=None), "Asia/Tokyo"),
        rule="FREQ=WEEKLY;BYDAY=SA",
        first_on=date(2027, 12, 20),
        first_at=time(9, 0),
        minutes=60,
    )
    session.add(version)
    session.flush()
    session.add(
        SlotTemplate(activity_id=made.id, version_id=version.id, position=0, name="朝", places=7, minutes=60)
    )
    session.flush()
    session.expire_all()
    later = NOW + timedelta(days=10)
    assert next_starts(made, tokyo("2027-12-13 00:00"), tokyo("2027-12-27 00:00")) == [
        tokyo("2027-12-19 08:00"),
        tokyo("2027-12-25 09:00"),
    ]
    assert make_dates(session, made, later) == 2
    last = session.query(Occurrence).order_by(Occurrence.starts_at.desc()).first()
    assert last is not None
    assert [(slot.name, slot.places) for slot in last.slots] == [("朝", 7)]
    assert [template.name for template in made.templates] == ["積込み"]
