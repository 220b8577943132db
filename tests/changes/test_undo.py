"""A change is taken back within half an hour: everything is what it was, but for revisions, which only rise."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.actions import make_dates
from scheduler.activities.models import Activity, Occurrence, RuleVersion, Slot, SlotTemplate
from scheduler.activities.parts import SlotFacts
from scheduler.changes.models import SeriesChange
from scheduler.changes.moves import Place
from scheduler.changes.parts import PartChange
from scheduler.changes.undo import undo
from scheduler.db import Base
from scheduler.errors import Conflict, Refused
from scheduler.notices.models import Delivery, Notice
from tests import make
from tests.cast import Cast
from tests.changes.wanting import TEN, WEEKLY, dates_of, days, make_change, one, series
from tests.conftest import NOW

SOON = NOW + timedelta(minutes=10)


@pytest.fixture
def unlike_others() -> dict[str, Any]:
    """Two parts each, and no weather can call them off."""
    return {"weather_rule": "none", "slots": (SlotFacts("積込み", 4), SlotFacts("受付", 2))}


@pytest.fixture
def bens_dates() -> tuple[int, ...]:
    """None: who comes, each test says itself."""
    return ()


def everything(session: Session) -> dict[str, Any]:
    """Return all that a change may touch, but for revisions and when it was touched."""
    session.flush()
    session.expire_all()
    return {
        table.__tablename__: _rows(session, table) for table in (Activity, SlotTemplate, RuleVersion, Slot)
    } | {"occurrence": _rows(session, Occurrence)}


def _rows(session: Session, table: type[Base]) -> list[list[str]]:
    keys = [column.key for column in table.__table__.c if column.key not in {"revision", "changed_at"}]
    rows = session.scalars(select(table).order_by(table.__table__.c.id))
    return [[str(getattr(row, key)) for key in keys] for row in rows]


PARTS = (
    PartChange("積込み", "運ぶ", 9),
    PartChange("受付", "受付", 2, remove=True),
    PartChange("", "案内", 3),
)
WANTED = [
    (
        "this",
        {"starts": datetime.fromisoformat("2026-11-28 13:00"), "place": Place("公民館"), "parts": PARTS},
    ),
    (
        "following",
        {"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "first_at": TEN, "place": Place("公民館"), "parts": PARTS},
    ),
    ("all", {"rule": "FREQ=MONTHLY;BYDAY=2SU;UNTIL=20261231", "place": Place("公民館"), "parts": PARTS}),
    ("all", {"rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=6", "first_on": date(2026, 11, 23)}),
]


@pytest.mark.parametrize(("scope", "changes"), WANTED)
def test_all_is_as_before(session: Session, weekly: Activity, scope: str, changes: dict[str, Any]) -> None:
    before = everything(session)
    date_ = dates_of(session, weekly.id)[1]
    wanted = one(date_, **changes) if scope == "this" else series(date_, **changes)
    made = make_change(session, date_, wanted, scope)
    assert everything(session) != before
    undo(session, made, None, SOON)
    assert everything(session) == before
    assert make_dates(session, weekly, NOW) == 0


def test_new_dates_are_called_off_again(session: Session, cast: Cast, weekly: Activity) -> None:
    date_ = dates_of(session, weekly.id)[1]
    made = make_change(session, date_, series(date_, "FREQ=WEEKLY;BYDAY=SU,WE;COUNT=12"), "all")
    new = [row for row in dates_of(session, weekly.id) if row.revision == 0 and row.starts_at.weekday() == 1]
    make.participation(session, new[0].slots[0], cast.ben, NOW)
    undo(session, made, None, SOON)
    assert len(dates_of(session, weekly.id)) == 6
    letters = session.scalars(
        select(Delivery.person_id).join(Delivery.notice).where(Notice.kind == "changed")
    )
    assert list(letters) == [cast.ben.id]


def test_sign_ups_of_meanwhile_survive(session: Session, cast: Cast, weekly: Activity) -> None:
    date_ = dates_of(session, weekly.id)[1]
    made = make_change(session, date_, series(date_, WEEKLY + ";COUNT=6", first_at=TEN), "all")
    row = make.participation(session, date_.slots[0], cast.ben, NOW)
    undo(session, made, None, SOON)
    assert days([row.slot.occurrence]) == ["11-29 08:00"]
    assert (row.state, row.slot.taken) == ("confirmed", 1)


def test_who_was_not_told_yet_is_not_told_and_who_was_is_told_again(
    session: Session, cast: Cast, weekly: Activity
) -> None:
    date_ = dates_of(session, weekly.id)[1]
    for person in (cast.ben, cast.chie):
        make.participation(session, date_.slots[0], person, NOW)
    made = make_change(session, date_, series(date_, WEEKLY + ";COUNT=6", first_at=TEN), "all")
    sent = session.scalars(select(Delivery).where(Delivery.person_id == cast.ben.id)).all()
    sent[-1].state = "sent"
    session.flush()
    undo(session, made, None, SOON)
    rows = session.execute(
        select(Delivery.person_id, Notice.version, Delivery.state)
        .join(Delivery.notice)
        .where(Notice.kind == "changed")
        .order_by(Notice.version, Delivery.person_id)
    )
    assert [tuple(row) for row in rows] == [
        (cast.ben.id, 0, "sent"),
        (cast.chie.id, 0, "dropped"),
        (cast.ben.id, 1, "planned"),
    ]


def _refused(session: Session, made: SeriesChange, now: datetime) -> str:
    with pytest.raises(Refused) as refused:
        undo(session, made, None, now)
    return refused.value.code


def test_half_an_hour_is_the_end(session: Session, weekly: Activity) -> None:
    date_ = dates_of(session, weekly.id)[1]
    made = make_change(session, date_, one(date_, minutes=60))
    assert _refused(session, made, NOW + timedelta(minutes=30)) == "too_late_to_undo"
    undo(session, made, None, NOW + timedelta(minutes=29))
    assert _refused(session, made, SOON) == "already_undone"


def test_only_the_latest_change_is_taken_back(session: Session, weekly: Activity) -> None:
    date_ = dates_of(session, weekly.id)[1]
    first = make_change(session, date_, one(date_, minutes=60))
    second = make_change(session, date_, series(date_, WEEKLY + ";COUNT=6", minutes=90), "all")
    assert _refused(session, first, SOON) == "changed_again"
    undo(session, second, None, SOON)
    assert _refused(session, first, SOON) == "changed_again"


def test_what_was_decided_since_is_not_undone(session: Session, weekly: Activity) -> None:
    date_ = dates_of(session, weekly.id)[1]
    made = make_change(session, date_, one(date_, minutes=60))
    date_.revision += 1
    session.flush()
    assert _refused(session, made, SOON) == "changed_again"


def test_more_places_are_not_taken_back_from_those_who_took_them(
    session: Session, cast: Cast, weekly: Activity
) -> None:
    date_ = dates_of(session, weekly.id)[1]
    made = make_change(session, date_, one(date_, parts=(PartChange("受付", "受付", 3),)))
    for number in range(3):
        make.participation(session, date_.slots[1], make.person(session, number, NOW), NOW)
    with pytest.raises(Conflict, match="places_taken"):
        undo(session, made, None, SOON)


def test_a_list_of_dates_is_put_back(session: Session, cast: Cast) -> None:
    listed = make.activity(session, cast.midori, NOW, dates=(date(2026, 12, 6), date(2026, 12, 20)))
    date_ = dates_of(session, listed.id)[0]
    made = make_change(
        session, date_, series(date_, None, dates=(date(2026, 12, 5), date(2026, 12, 19))), "all"
    )
    assert days(dates_of(session, listed.id)) == ["11-22 08:00", "12-05 08:00", "12-19 08:00"]
    undo(session, made, None, SOON)
    assert days(dates_of(session, listed.id)) == ["11-22 08:00", "12-06 08:00", "12-20 08:00"]
