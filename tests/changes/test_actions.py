"""Dates change and people follow: sign-ups, names in calendars and changes by hand survive; everybody is told once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.actions import make_dates
from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.activities.parts import SlotFacts
from scheduler.changes.actions import Order, change, look
from scheduler.changes.moves import Place
from scheduler.changes.parts import PartChange
from scheduler.db import Base
from scheduler.errors import Conflict, Invalid, Refused
from scheduler.history import changes_of
from scheduler.notices.models import Delivery, Notice
from tests import make
from tests.cast import Cast
from tests.changes.wanting import TEN, WEEKLY, dates_of, days, make_change, one, series
from tests.conftest import NOW


@pytest.fixture
def unlike_others() -> dict[str, Any]:
    """No weather can call them off."""
    return {"weather_rule": "none"}


@pytest.fixture
def bens_dates() -> tuple[int, ...]:
    """None: who comes, each test says itself."""
    return ()


def told(session: Session) -> list[int]:
    """Return who is told of a change, once for each letter."""
    rows = session.scalars(select(Delivery.person_id).join(Delivery.notice).where(Notice.kind == "changed"))
    return sorted(rows)


# This date


def test_one_date_moves_and_keeps_its_sign_ups_and_its_name(
    session: Session, cast: Cast, weekly: Activity
) -> None:
    date_ = dates_of(session, weekly.id)[1]
    make.participation(session, date_.slots[0], cast.ben, NOW)
    uid, row_id = date_.uid, date_.id
    make_change(
        session,
        date_,
        one(date_, starts=datetime.fromisoformat("2026-11-28 13:00"), why="体育館の都合です。"),
    )
    moved = session.get_one(Occurrence, row_id)
    assert days([moved]) == ["11-28 13:00"]
    assert (moved.uid, moved.revision, moved.by_hand, moved.slots[0].taken) == (uid, 1, ["time"], 1)
    assert told(session) == [cast.ben.id]
    assert make_dates(session, weekly, NOW) == 0


def test_one_date_has_another_place(session: Session, weekly: Activity) -> None:
    first, second, *_ = dates_of(session, weekly.id)
    make_change(session, first, one(first, place=Place("公民館", address="みどり町1-1")))
    session.expire_all()
    assert (first.place, first.address, first.by_hand) == ("公民館", "みどり町1-1", ["place"])
    assert second.place == "みどり公園前"


def test_parts_are_renamed_widened_added_and_taken_away(session: Session, cast: Cast) -> None:
    slots = (SlotFacts("積込み", 2), SlotFacts("受付", 3))
    date_ = make.occurrence(session, cast.midori, NOW, slots=slots)
    parts = (
        PartChange("積込み", "運ぶ", 5),
        PartChange("受付", "受付", 3, remove=True),
        PartChange("", "案内", 4, 1),
    )
    make_change(session, date_, one(date_, parts=parts))
    session.expire_all()
    assert [(slot.name, slot.places, slot.minutes) for slot in date_.slots] == [
        ("運ぶ", 5, 120),
        ("案内", 4, 120),
    ]
    assert (date_.by_hand, date_.revision) == (["slots"], 1)


def test_a_longer_date_takes_its_parts_along(session: Session, cast: Cast) -> None:
    slots = (SlotFacts("準備", 2, minutes=30), SlotFacts("全部", 2))
    date_ = make.occurrence(session, cast.midori, NOW, slots=slots)
    make_change(session, date_, one(date_, minutes=180))
    session.expire_all()
    assert [slot.minutes for slot in date_.slots] == [30, 180]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (PartChange("積込み", "積込み", 1), "places_taken"),
        (PartChange("積込み", "積込み", 2, remove=True), "slots_missing"),
        (PartChange("積込み", " ", 2), "slot_name_missing"),
        (PartChange("積込み", "積込み", 5001), "places_out_of_range"),
        (PartChange("積込み", "積込み", 3, 4), "places_out_of_range"),
    ],
)
def test_nobody_loses_a_place_that_is_taken(
    session: Session, cast: Cast, part: PartChange, code: str
) -> None:
    date_ = make.occurrence(session, cast.midori, NOW)
    for person in (cast.ben, cast.chie):
        make.participation(session, date_.slots[0], person, NOW)
    session.expire_all()
    with pytest.raises(Refused) as refused:
        look(session, date_, "this", one(date_, parts=(part,)), NOW)
    assert refused.value.code == code


def test_a_part_that_somebody_has_taken_stays(session: Session, cast: Cast) -> None:
    date_ = make.occurrence(session, cast.midori, NOW, slots=(SlotFacts("積込み", 2), SlotFacts("受付", 2)))
    make.participation(session, date_.slots[1], cast.ben, NOW)
    session.expire_all()
    with pytest.raises(Conflict, match="slot_has_people"):
        look(session, date_, "this", one(date_, parts=(PartChange("受付", "受付", 2, remove=True),)), NOW)


def test_what_is_over_called_off_or_in_the_past_is_refused(session: Session, weekly: Activity) -> None:
    date_ = dates_of(session, weekly.id)[0]
    for wanted, now, code in (
        (one(date_), NOW + timedelta(days=7), "already_over"),
        (one(date_, starts=datetime.fromisoformat("2026-11-16 09:00")), NOW, "new_time_is_over"),
        (one(date_, minutes=0), NOW, "length_out_of_range"),
        (one(date_, starts=datetime.fromisoformat("1999-11-16 09:00")), NOW, "date_out_of_range"),
    ):
        with pytest.raises(Refused) as refused:
            look(session, date_, "this", wanted, now)
        assert refused.value.code == code
    date_.state = "cancelled"
    with pytest.raises(Conflict, match="date_is_off"):
        look(session, date_, "this", one(date_), NOW)


def test_what_was_not_seen_is_not_done(session: Session, cast: Cast, weekly: Activity) -> None:
    date_ = dates_of(session, weekly.id)[0]
    wanted = one(date_, minutes=90)
    _, impact = look(session, date_, "this", wanted, NOW)
    make.participation(session, date_.slots[0], cast.ben, NOW)
    with pytest.raises(Conflict, match="impact_changed"):
        change(session, date_, Order("this", wanted, impact.seen, None), NOW)


# This and the following, and all


def test_this_and_the_following_move_with_their_people(
    session: Session, cast: Cast, weekly: Activity
) -> None:
    rows = dates_of(session, weekly.id)
    make.participation(session, rows[0].slots[0], cast.ben, NOW)
    make.participation(session, rows[3].slots[0], cast.ben, NOW)
    uids = [row.uid for row in rows]
    monday = series(rows[2], "FREQ=WEEKLY;BYDAY=MO;COUNT=4", first_at=TEN, first_on=date(2026, 12, 7))
    make_change(session, rows[2], monday, "following")
    after = dates_of(session, weekly.id)
    assert days(after) == [
        *("11-22 08:00", "11-29 08:00"),
        *("12-07 10:00", "12-14 10:00", "12-21 10:00", "12-28 10:00"),
    ]
    assert [row.uid for row in after] == uids
    assert [row.revision for row in after] == [0, 0, 1, 1, 1, 1]
    assert told(session) == [cast.ben.id]
    assert make_dates(session, weekly, NOW + timedelta(days=1)) == 0


def test_dates_without_a_place_in_the_rule_are_called_off_and_their_people_told(
    session: Session, cast: Cast, weekly: Activity
) -> None:
    rows = dates_of(session, weekly.id)
    for row in rows[1:3]:
        make.participation(session, row.slots[0], cast.ben, NOW)
    make.participation(session, rows[3].slots[0], cast.chie, NOW)
    monthly = series(rows[0], "FREQ=MONTHLY;BYDAY=2SU;UNTIL=20261231")
    _, impact = look(session, rows[0], "all", monthly, NOW)
    # Chie's date, 13 December, is the one that stays as it is.
    assert (impact.vanish_dates, impact.vanish_people, impact.keep, impact.told) == (5, 1, 0, 1)
    make_change(session, rows[0], monthly, "all")
    assert days(dates_of(session, weekly.id)) == ["12-13 08:00"]
    gone = [row for row in dates_of(session, weekly.id, on=False) if row.state == "cancelled"]
    assert len(gone) == 5
    assert {row.planned_at for row in gone} == {None}


def test_a_date_that_comes_back_is_the_same_date(session: Session, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    uids = [row.uid for row in rows]
    make_change(session, rows[0], series(rows[0], "FREQ=MONTHLY;BYDAY=2SU;UNTIL=20261231"), "all")
    second_sunday = dates_of(session, weekly.id)[0]
    back = series(second_sunday, WEEKLY + ";COUNT=6", first_on=date(2026, 11, 22))
    make_change(session, second_sunday, back, "all", NOW + timedelta(minutes=1))
    after = dates_of(session, weekly.id)
    assert [row.uid for row in after] == uids
    assert days(after)[0] == "11-22 08:00"


def test_a_date_changed_by_hand_keeps_its_own(session: Session, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    make_change(session, rows[2], one(rows[2], starts=datetime.fromisoformat("2026-12-05 14:00")))
    make_change(session, rows[3], one(rows[3], place=Place("公民館")))
    later = series(rows[0], WEEKLY + ";COUNT=6", first_at=TEN, place=Place("川原"))
    plan, _ = look(session, rows[0], "all", later, NOW)
    assert plan.left_alone == 1
    make_change(session, rows[0], later, "all")
    after = dates_of(session, weekly.id)
    assert days(after)[1:4] == ["11-29 10:00", "12-05 14:00", "12-13 10:00"]
    assert [row.place for row in after[1:4]] == ["川原", "川原", "公民館"]
    assert make_dates(session, weekly, NOW) == 0


def test_a_date_changed_by_hand_goes_along_when_asked(session: Session, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    make_change(session, rows[2], one(rows[2], starts=datetime.fromisoformat("2026-12-05 14:00")))
    later = series(rows[0], WEEKLY + ";COUNT=6", first_at=TEN, also_by_hand=True)
    make_change(session, rows[0], later, "all")
    assert days(dates_of(session, weekly.id))[2] == "12-06 10:00"
    assert session.get_one(Occurrence, rows[2].id).by_hand == []


def test_where_people_met_before_stays_on_record(session: Session, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    later = NOW + timedelta(days=8)
    wanted = series(rows[2], WEEKLY + ";COUNT=4", place=Place("川原"))
    make_change(session, rows[2], wanted, "all", later)
    after = dates_of(session, weekly.id)
    assert [row.place for row in after[:3]] == ["みどり公園前", "川原", "川原"]


def test_new_dates_get_the_new_parts_and_the_new_place(session: Session, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    parts = (PartChange("積込み", "積込み", 9), PartChange("", "受付", 3))
    wanted = series(rows[3], WEEKLY + ";COUNT=8", place=Place("川原"), parts=parts)
    make_change(session, rows[3], wanted, "following")
    after = dates_of(session, weekly.id)
    assert len(after) == 3 + 8
    assert [(slot.name, slot.places) for slot in after[-1].slots] == [("積込み", 9), ("受付", 3)]
    assert [(slot.name, slot.places) for slot in after[3].slots] == [("積込み", 9), ("受付", 3)]
    assert [(slot.name, slot.places) for slot in after[2].slots] == [("積込み", 2)]
    assert [row.place for row in after[2:4]] == ["みどり公園前", "川原"]
    assert after[-1].place == "川原"


def test_the_following_may_end_here_but_all_may_not_have_no_dates(session: Session, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    over = series(rows[2], WEEKLY + ";UNTIL=20261130")
    make_change(session, rows[2], over, "following")
    assert days(dates_of(session, weekly.id)) == ["11-22 08:00", "11-29 08:00"]
    with pytest.raises(Invalid, match="no_dates_ahead"):
        look(session, rows[0], "all", series(rows[0], WEEKLY + ";UNTIL=20261115"), NOW)


def test_who_has_something_else_then_is_asked_again(session: Session, cast: Cast, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    for person in (cast.ben, cast.chie):
        make.participation(session, rows[1].slots[0], person, NOW)
    other = make.occurrence(
        session, cast.library, NOW, first_on=date(2026, 11, 29), first_at=TEN, weather_rule="none"
    )
    make.participation(session, other.slots[0], cast.ben, NOW)
    _, impact = look(session, rows[0], "all", series(rows[0], WEEKLY + ";COUNT=6", first_at=TEN), NOW)
    assert [row.contact_id for row in impact.asked] == [cast.ben.id]
    assert (impact.keep, impact.clash, impact.told) == (1, 1, 2)
    nothing = series(rows[0], WEEKLY + ";COUNT=6")
    assert look(session, rows[0], "all", nothing, NOW)[1].told == 0


def test_a_cancelled_date_stays_called_off_and_no_other_comes_in_its_place(
    session: Session, weekly: Activity
) -> None:
    rows = dates_of(session, weekly.id)
    rows[1].state = "cancelled"
    make_change(session, rows[0], series(rows[0], WEEKLY + ";COUNT=6", first_at=TEN), "all")
    assert days(dates_of(session, weekly.id))[:2] == ["11-22 10:00", "12-06 10:00"]
    assert make_dates(session, weekly, NOW) == 0


def test_a_start_that_a_moved_date_has_left_may_be_another_dates(session: Session, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    # The Sundays become Mondays; then Sundays come in again beside them.
    make_change(session, rows[0], series(rows[0], "FREQ=WEEKLY;BYDAY=MO;COUNT=6"), "all")
    first = dates_of(session, weekly.id)[0]
    make_change(
        session, first, series(first, "FREQ=WEEKLY;BYDAY=MO,SU;COUNT=10"), "all", NOW + timedelta(minutes=1)
    )
    after = dates_of(session, weekly.id)
    assert days(after)[:4] == ["11-23 08:00", "11-29 08:00", "11-30 08:00", "12-06 08:00"]
    assert len({row.uid for row in after}) == len(after) == 10
    assert not [row for row in after if row.revision == 0 and row.has_moved]


def test_a_change_is_on_record_with_who_and_why(session: Session, cast: Cast, weekly: Activity) -> None:
    rows = dates_of(session, weekly.id)
    wanted = one(rows[0], minutes=60, why="雪のため\u202e")
    _, impact = look(session, rows[0], "this", wanted, NOW)
    made = change(session, rows[0], Order("this", wanted, impact.seen, cast.aiko.id), NOW)
    session.flush()
    assert (made.by_id, made.why, made.impact["moved_dates"]) == (cast.aiko.id, "雪のため", 1)
    assert changes_of(session, "activity", weekly.id)[-1].verb == "change"


def _rows(session: Session, table: type[Base], *left_out: str) -> list[tuple[object, ...]]:
    session.expire_all()
    keys = [column.key for column in table.__table__.c if column.key not in left_out]
    found = session.scalars(select(table).order_by(table.__table__.c.id))
    return [tuple(str(getattr(row, key)) for key in keys) for row in found]


def test_looking_writes_nothing(session: Session, cast: Cast, weekly: Activity) -> None:
    before = [_rows(session, table) for table in (Activity, Occurrence, Slot)]
    date_ = dates_of(session, weekly.id)[0]
    look(session, date_, "all", series(date_, "FREQ=DAILY;COUNT=20", parts=(PartChange("", "受付", 3),)), NOW)
    session.flush()
    assert [_rows(session, table) for table in (Activity, Occurrence, Slot)] == before
