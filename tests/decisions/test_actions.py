"""Confirm, postpone, cancel: the row keeps its identity, and one decision is one telling."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.decisions import actions
from scheduler.decisions.actions import Ruling
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.notices.models import Delivery, Notice
from tests import make
from tests.cast import Cast
from tests.conftest import NOW


def _ruling(cast: Cast, occurrence: Occurrence, reason: str = "雨のため") -> Ruling:
    return Ruling(cast.aiko.id, occurrence.revision, reason)


def _told(session: Session, kind: str) -> int:
    wanted = select(Delivery.id).join(Delivery.notice).where(Notice.kind == kind)
    return len(session.scalars(wanted).all())


def test_postponing_moves_the_row_and_keeps_its_identity(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    uid, starts, ends = one.uid, one.starts_at, one.ends_at
    actions.postpone(session, one, _ruling(cast, one), NOW)
    assert (one.uid, one.state, one.revision) == (uid, "postponed", 1)
    assert (one.starts_at - starts, one.ends_at - ends) == (timedelta(days=7), timedelta(days=7))


def test_everybody_who_comes_is_told_once(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    for number in range(3):
        make.participation(session, slot, make.person(session, number, NOW), NOW)
    actions.cancel(session, slot.occurrence, _ruling(cast, slot.occurrence), NOW)
    assert _told(session, "decision") == 3
    assert slot.occurrence.reason == "雨のため"


def test_a_second_tap_decides_nothing_twice(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    ruling = _ruling(cast, one)
    actions.postpone(session, one, ruling, NOW)
    with pytest.raises(Conflict):
        actions.postpone(session, one, ruling, NOW)
    assert one.revision == 1


def test_a_second_rain_moves_it_again(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    first = one.starts_at
    for _ in range(2):
        actions.postpone(session, one, _ruling(cast, one), NOW)
    assert one.starts_at - first == timedelta(days=14)
    assert one.first_starts_at == first


def test_what_a_change_of_the_rule_has_called_off_stays_called_off(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    one.state = "cancelled"
    for act in (actions.confirm, actions.postpone, actions.cancel, actions.take_back):
        with pytest.raises(Conflict):
            act(session, one, _ruling(cast, one), NOW)


def test_what_is_over_cannot_be_decided(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    with pytest.raises(Conflict):
        actions.confirm(session, one, _ruling(cast, one), one.ends_at)


def test_without_a_reserve_date_nothing_is_postponed(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW, weather_rule="cancel_if_rain", reserve_days=None)
    with pytest.raises(Invalid):
        actions.postpone(session, one, _ruling(cast, one), NOW)


def test_the_record_says_from_when_to_when_and_why(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    actions.postpone(session, one, _ruling(cast, one), NOW)
    session.flush()
    (change,) = changes_of(session, "occurrence", one.id)
    assert (change.by_id, change.before, change.after, change.why) == (
        cast.aiko.id,
        "open",
        "postponed",
        "雨のため",
    )
    assert change.facts["from"].startswith("2026-11-21T23:00")


def test_the_reserve_date_has_the_same_time_on_the_wall(session: Session, cast: Cast) -> None:
    changes = {"timezone": "America/New_York", "first_on": date(2027, 3, 7)}
    one = make.occurrence(session, cast.midori, NOW, **changes)
    actions.postpone(session, one, _ruling(cast, one), NOW)
    assert to_local(one.starts_at, "America/New_York").time() == time(8)
    assert one.starts_at - one.first_starts_at == timedelta(days=7) - timedelta(hours=1)
