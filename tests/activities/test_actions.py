"""Posting, correcting, publishing, making dates."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.activities import actions
from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.parts import SlotFacts
from scheduler.activities.recurrence import to_local
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from tests import make
from tests.cast import Cast
from tests.conftest import NOW


def _dates(session: Session) -> list[Occurrence]:
    return list(session.scalars(select(Occurrence).order_by(Occurrence.starts_at)))


def test_publishing_makes_the_dates_of_thirteen_months(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY, first_on=date(2026, 12, 13))
    local = [to_local(one.starts_at, made.timezone) for one in _dates(session)]
    assert len(local) == 13
    assert all(day.weekday() == 6 and 8 <= day.day <= 14 and day.time() == time(8) for day in local)


def test_publishing_twice_is_the_same_as_once(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW)
    assert actions.publish(session, made, None, NOW) == 0
    assert len(_dates(session)) == 1


def test_making_dates_again_makes_none_twice_and_extends_the_horizon(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY)
    assert actions.make_dates(session, made, NOW) == 0
    assert actions.make_dates(session, made, NOW + timedelta(days=31)) == 1


def test_a_moved_date_is_not_made_anew(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW)
    moved = _dates(session)[0]
    moved.starts_at += timedelta(days=7)
    moved.ends_at += timedelta(days=7)
    assert actions.make_dates(session, made, NOW) == 0


def test_every_date_gets_its_own_slots(session: Session, cast: Cast) -> None:
    slots = (SlotFacts("受付", 2), SlotFacts("積込み", 6, offset_minutes=30, burden=("heavy",)))
    date_ = make.occurrence(session, cast.midori, NOW, slots=slots)
    assert [(slot.name, slot.places, slot.minutes) for slot in date_.slots] == [
        ("受付", 2, 120),
        ("積込み", 6, 90),
    ]
    assert date_.slots[1].starts_at == date_.starts_at + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " \u3000"}, "title_missing"),
        ({"slots": ()}, "slots_missing"),
        ({"minutes": 0}, "length_out_of_range"),
        ({"first_on": date(1999, 12, 31)}, "date_out_of_range"),
        ({"first_on": date(9999, 12, 31)}, "date_out_of_range"),
        ({"reserve_days": None}, "reserve_missing"),
        ({"reserve_days": 90}, "reserve_out_of_range"),
        ({"weather_rule": "snow"}, "choice_unknown"),
        ({"timezone": "../etc/passwd"}, "zone_unknown"),
        ({"rule": "FREQ=SECONDLY"}, "rule_too_frequent"),
        ({"rule": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "rule_never_happens"),
        ({"website": "javascript:alert(1)"}, "address_unusable"),
        ({"slots": (SlotFacts(" ", 2),)}, "slot_name_missing"),
        ({"slots": (SlotFacts("受付", 0),)}, "places_out_of_range"),
        ({"slots": (SlotFacts("受付", 2, min_people=3),)}, "places_out_of_range"),
        ({"slots": (SlotFacts("受付", 2, unit="horse"),)}, "choice_unknown"),
        ({"slots": (SlotFacts("受付", 2, burden=("flying",)),)}, "choice_unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    session: Session, cast: Cast, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.post(session, cast.midori.id, make.facts(**changes), None, NOW)
    assert refused.value.code == code


def test_an_activity_whose_dates_are_all_past_is_not_published(session: Session, cast: Cast) -> None:
    draft = actions.post(session, cast.midori.id, make.facts(first_on=date(2026, 1, 5)), None, NOW)
    with pytest.raises(Invalid):
        actions.publish(session, draft, None, NOW)


def test_a_draft_is_corrected_with_its_slots(session: Session, cast: Cast) -> None:
    draft = actions.post(session, cast.midori.id, make.facts(), None, NOW)
    actions.correct(session, draft, make.facts(title="花だん", slots=(SlotFacts("水やり", 3),)), None, NOW)
    assert draft.title == "花だん"
    assert [slot.name for slot in draft.templates] == ["水やり"]


def test_what_is_published_is_not_rewritten(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW)
    with pytest.raises(Conflict):
        actions.correct(session, made, make.facts(title="別の名前"), None, NOW)


def test_each_step_is_on_record(session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW)
    session.flush()
    verbs = [
        (change.verb, change.before, change.after) for change in changes_of(session, "activity", made.id)
    ]
    assert verbs == [("post", None, "draft"), ("publish", "draft", "published")]


def test_wall_clock_times_hold_over_summer_time(session: Session, cast: Cast) -> None:
    made = make.activity(
        session, cast.midori, NOW, rule="FREQ=WEEKLY", timezone="Europe/Berlin", first_on=date(2027, 3, 21)
    )
    local = {to_local(one.starts_at, made.timezone).time() for one in _dates(session)}
    assert local == {time(8)}
    assert session.scalar(select(func.count(Slot.id))) == len(_dates(session))
