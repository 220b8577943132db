"""What becomes of sign-ups: kept and asked again, carried to the next date, counted until it stopped; and back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.attendance.actions import Tick, record_attendance
from scheduler.decisions import actions
from scheduler.decisions.actions import Ruling
from scheduler.decisions.again import asked_again
from scheduler.decisions.queries import decisions_of, possible
from scheduler.errors import Conflict, Invalid
from scheduler.notices.models import SENT, Delivery, Notice
from scheduler.participation.models import Participation
from scheduler.participation.queries import roster
from scheduler.participation.reconfirming import answer, ask_again
from scheduler.reports.queries import hours_of_body
from tests import make
from tests.cast import Cast, hold_office
from tests.conftest import NOW

LATER = NOW + timedelta(minutes=31)


def _ruling(cast: Cast, occurrence: Occurrence, reason: str = "雨のため") -> Ruling:
    return Ruling(cast.aiko.id, occurrence.revision, reason)


@pytest.fixture
def dates(session: Session, cast: Cast) -> list[Occurrence]:
    """Two dates of one activity, a week apart, with two places each; Ben and Chie come to the first."""
    made = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=2")
    wanted = select(Occurrence).where(Occurrence.activity_id == made.id).order_by(Occurrence.starts_at)
    both = list(session.scalars(wanted))
    for person in (cast.ben, cast.chie):
        make.participation(session, both[0].slots[0], person, NOW)
    return both


def _rows(session: Session, person_id: int) -> list[tuple[int, str, str]]:
    session.flush()
    wanted = select(Participation).where(Participation.contact_id == person_id).order_by(Participation.id)
    return [(row.slot_id, row.state, row.asked_again) for row in session.scalars(wanted)]


def test_joined_with_the_next_date_everybody_goes_there_and_is_asked_again(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first, second = dates
    actions.merge(session, first, _ruling(cast, first), NOW)
    assert (first.state, first.merged_into_id, second.state) == ("merged", second.id, "open")
    assert [(date.slots[0].taken, date.slots[0].places) for date in dates] == [(0, 2), (2, 2)]
    for person in (cast.ben, cast.chie):
        assert _rows(session, person.id) == [(second.slots[0].id, "confirmed", "merged")]


def test_whoever_joins_a_date_with_the_next_goes_along_and_is_not_asked(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first, second = dates
    for date in dates:
        date.slots[0].places = 3
    make.participation(session, first.slots[0], cast.aiko, NOW)
    actions.merge(session, first, _ruling(cast, first), NOW)
    there = second.slots[0].id
    asked = [_rows(session, person.id) for person in (cast.aiko, cast.ben)]
    assert asked == [[(there, "confirmed", "")], [(there, "confirmed", "merged")]]


def test_who_finds_no_place_at_the_next_date_waits_there_and_nobody_is_overbooked(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first, second = dates
    make.participation(session, second.slots[0], cast.aiko, NOW)
    actions.merge(session, first, _ruling(cast, first), NOW)
    assert second.slots[0].taken == 2
    assert _rows(session, cast.ben.id) == [(second.slots[0].id, "confirmed", "merged")]
    assert _rows(session, cast.chie.id) == [(second.slots[0].id, "waitlisted", "merged")]


def test_who_is_there_already_is_not_there_twice(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first, second = dates
    make.participation(session, second.slots[0], cast.ben, NOW)
    actions.merge(session, first, _ruling(cast, first), NOW)
    assert second.slots[0].taken == 2
    assert [slot for slot, *_ in _rows(session, cast.ben.id)] == [first.slots[0].id, second.slots[0].id]


@pytest.mark.parametrize("back_at", [NOW, LATER])
def test_a_joining_that_is_taken_back_puts_everybody_where_they_were(
    session: Session, cast: Cast, dates: list[Occurrence], back_at: datetime
) -> None:
    first = dates[0]
    actions.merge(session, first, _ruling(cast, first), NOW)
    actions.take_back(session, first, _ruling(cast, first, "晴れました"), back_at)
    assert (first.state, first.merged_into_id, first.revision) == ("open", None, 2)
    assert [date.slots[0].taken for date in dates] == [2, 0]
    assert _rows(session, cast.ben.id) == [(first.slots[0].id, "confirmed", "")]
    made = [(one.outcome, one.office, one.reason) for one in decisions_of(session, first.id)]
    name = "undo" if back_at == NOW else "retract"
    assert made == [("merge", "chair", "雨のため"), (name, "chair", "晴れました")]


def test_who_went_back_from_a_chain_of_joined_dates_is_not_fetched_again(
    session: Session, cast: Cast
) -> None:
    made = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=3")
    wanted = select(Occurrence).where(Occurrence.activity_id == made.id).order_by(Occurrence.starts_at)
    first, second, third = session.scalars(wanted)
    make.participation(session, first.slots[0], cast.ben, NOW)
    for date in (first, second):
        actions.merge(session, date, _ruling(cast, date), NOW)
    assert [slot for slot, *_ in _rows(session, cast.ben.id)] == [third.slots[0].id]
    for date in (first, second):
        actions.take_back(session, date, _ruling(cast, date), NOW)
    assert _rows(session, cast.ben.id) == [(first.slots[0].id, "confirmed", "")]
    assert [date.slots[0].taken for date in (first, second, third)] == [1, 0, 0]


def test_what_was_asked_about_the_other_date_is_over_for_whoever_comes_back(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first = dates[0]
    actions.merge(session, first, _ruling(cast, first), NOW)
    ask_again(session, roster(session, dates[1].id), "moved", None, LATER)
    actions.take_back(session, first, _ruling(cast, first), LATER)
    assert _rows(session, cast.ben.id) == [(first.slots[0].id, "confirmed", "")]


def test_nobody_is_carried_to_a_date_that_was_called_off_meanwhile(
    session: Session, cast: Cast, dates: list[Occurrence], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = dates
    actions.cancel(session, second, _ruling(cast, second), NOW)
    monkeypatch.setattr(actions, "next_date", lambda *_: second)
    with pytest.raises(Invalid, match="next_date_missing"):
        actions.merge(session, first, _ruling(cast, first), NOW)


def test_without_a_next_date_nothing_is_joined(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    with pytest.raises(Invalid):
        actions.merge(session, one, _ruling(cast, one), NOW)


def test_postponed_everybody_is_kept_and_the_organiser_sees_who_has_answered(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first = dates[0]
    first.slots[0].places = 3
    decider = make.participation(session, first.slots[0], cast.aiko, NOW)
    actions.postpone(session, first, _ruling(cast, first), NOW)
    assert (decider.is_asked_again, decider.is_live) == (False, True)
    rows = {row.contact_id: row for row in session.scalars(select(Participation))}
    answer(session, rows[cast.ben.id], "yes", cast.ben.id, NOW)
    answer(session, rows[cast.chie.id], "cannot", cast.chie.id, NOW)
    found = asked_again(session, first)
    assert found is not None
    assert [[row.contact_id for row in part] for part in (found.yes, found.cannot, found.silent)] == [
        [cast.ben.id],
        [cast.chie.id],
        [],
    ]


def test_taken_back_the_date_has_its_day_again_and_only_who_was_told_is_told(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first = dates[0]
    starts = first.starts_at
    actions.postpone(session, first, _ruling(cast, first), NOW)
    to_ben = session.scalars(select(Delivery).where(Delivery.person_id == cast.ben.id, _is_decision())).one()
    to_ben.state = SENT
    actions.take_back(session, first, _ruling(cast, first), NOW)
    assert (first.state, first.starts_at, first.revision) == ("open", starts, 2)
    told = select(Delivery.person_id).join(Delivery.notice).where(Notice.version == 2, _is_decision())
    assert list(session.scalars(told)) == [cast.ben.id]


def _is_decision() -> ColumnElement[bool]:
    return Delivery.notice.has(Notice.kind == "decision")


def test_a_correction_undoes_what_it_corrects(session: Session, cast: Cast, dates: list[Occurrence]) -> None:
    first = dates[0]
    actions.merge(session, first, _ruling(cast, first), NOW)
    actions.confirm(session, first, _ruling(cast, first), LATER)
    assert (first.state, first.merged_into_id) == ("confirmed", None)
    assert [date.slots[0].taken for date in dates] == [2, 0]
    merged, confirmed = decisions_of(session, first.id)
    assert confirmed.corrects_id == merged.id
    with pytest.raises(Conflict):
        actions.confirm(session, first, _ruling(cast, first), LATER)


def test_a_date_that_was_changed_since_is_not_put_back(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first = dates[0]
    actions.cancel(session, first, _ruling(cast, first), NOW)
    first.revision += 1
    session.flush()
    with pytest.raises(Conflict):
        actions.take_back(session, first, _ruling(cast, first), NOW)


def test_stopped_half_way_the_time_until_then_counts(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first = dates[0]
    with pytest.raises(Conflict):
        actions.stop(session, first, _ruling(cast, first), NOW)
    at = first.starts_at + timedelta(minutes=40)
    assert possible(session, first, at) == ("confirm", "stop")
    actions.stop(session, first, _ruling(cast, first, "雷のため"), at)
    rows = list(session.scalars(select(Participation).where(Participation.contact_id == cast.ben.id)))
    record_attendance(session, first, [(rows[0], Tick(1))], cast.aiko.id, at)
    session.flush()
    assert [line.minutes for line in hours_of_body(session, cast.midori.id, 2026)] == [40]


def test_a_date_that_waits_for_its_decision_is_not_ticked(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    dates[0].state = "awaiting_decision"
    with pytest.raises(Conflict, match="undecided"):
        record_attendance(session, dates[0], [], cast.aiko.id, dates[0].starts_at)


def test_what_a_colleague_decides_by_telephone_is_on_record(
    session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    hold_office(session, cast.ben, cast.midori, "vice_chair", NOW)
    ruling = Ruling(cast.ben.id, 0, "雨", entered_by_id=cast.aiko.id, how="telephone")
    actions.cancel(session, dates[0], ruling, NOW)
    (made,) = decisions_of(session, dates[0].id)
    assert (made.by_id, made.entered_by_id, made.office, made.how) == (
        cast.ben.id,
        cast.aiko.id,
        "vice_chair",
        "telephone",
    )
