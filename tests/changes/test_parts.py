"""What a part asks for survives a change of its date; more places go to those who wait; people follow their part."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence, Slot, SlotShare
from scheduler.activities.parts import Need, Question, ShareFacts, SlotFacts, facts_of
from scheduler.activities.plans import latest_parts, sources_ahead
from scheduler.changes.actions import look
from scheduler.changes.models import SeriesChange
from scheduler.changes.moves import OneDate
from scheduler.changes.parts import PartChange
from scheduler.changes.undo import undo
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.models import Person
from scheduler.series import actions as many
from scheduler.series.queries import rows_of
from scheduler.terms.actions import set_part_terms
from tests import make
from tests.cast import Cast
from tests.changes.wanting import TEN, WEEKLY, dates_of, days, make_change, one, series
from tests.conftest import NOW

SOON = NOW + timedelta(minutes=10)
SEATS, HELPERS = "座席", "付き添い"


@pytest.fixture
def rich(session: Session, cast: Cast) -> Activity:
    """Four Sundays with seats that are drawn, kept, asked about and need helpers; and with helpers."""
    seats = SlotFacts(
        SEATS,
        8,
        target=6,
        policy="lottery",
        closes_before=24 * 60,
        needs=(Need(1, 1),),
        shares=(ShareFacts(cast.library.id, 3, 48 * 60),),
        questions=(Question("lunch", "昼食"),),
    )
    slots = (seats, SlotFacts(HELPERS, 4), SlotFacts("受付", 2))
    return make.activity(
        session, cast.midori, NOW, rule=WEEKLY + ";COUNT=4", slots=slots, weather_rule="none"
    )


@pytest.fixture
def full(session: Session, cast: Cast) -> Occurrence:
    """A date with two places, which Ben and Chie have; Emi waits."""
    date_ = make.occurrence(session, cast.midori, NOW)
    for person in (cast.ben, cast.chie, emi(session)):
        join(session, date_.slots[0], SignUp(person.id, or_wait=True), NOW)
    return date_


def emi(session: Session) -> Person:
    """Return somebody else."""
    return make.person(session, 5, NOW)


def kept(session: Session, table: type[Slot] | type[SlotShare], activity_id: int) -> list[dict[str, Any]]:
    """Return all that is stored of an activity's slots, or of what is kept of them."""
    session.flush()
    session.expire_all()
    slots = select(Slot.id).join(Slot.occurrence).where(Occurrence.activity_id == activity_id)
    mine = (Slot.id if table is Slot else SlotShare.slot_id).in_(slots)
    rows = session.scalars(select(table).where(mine).order_by(table.id)).all()
    return [{column.key: getattr(row, column.key) for column in table.__table__.c} for row in rows]


def widened(date_: Occurrence, places: int) -> OneDate:
    """Return a date with so many places for loading."""
    return one(date_, parts=(PartChange("積込み", "積込み", places),))


def state_of(session: Session, person_id: int) -> str:
    """Return how a person's only sign-up stands."""
    return session.scalars(select(Participation.state).where(Participation.contact_id == person_id)).one()


def test_more_places_are_offered_to_who_waits(session: Session, cast: Cast, full: Occurrence) -> None:
    slot = full.slots[0]
    make_change(session, full, widened(full, 3))
    assert state_of(session, emi(session).id) == "offered"
    assert (slot.places, slot.taken) == (3, 3)
    assert [change.verb for change in changes_of(session, "slot", slot.id)] == ["places"]
    assert wrong_counters(session) == []


def test_fewer_places_than_people_are_refused_with_their_names(
    session: Session, cast: Cast, full: Occurrence
) -> None:
    with pytest.raises(Conflict) as refused:
        look(session, full, "this", widened(full, 1), NOW)
    assert (refused.value.code, refused.value.facts) == ("places_taken", {"names": cast.chie.name})


def test_a_place_that_was_offered_meanwhile_is_not_taken_back(
    session: Session, cast: Cast, full: Occurrence
) -> None:
    made = make_change(session, full, widened(full, 3))
    with pytest.raises(Conflict) as refused:
        undo(session, made, cast.aiko.id, SOON)
    assert refused.value.code == "places_taken"


def test_what_is_kept_for_a_body_stays_kept(session: Session, rich: Activity) -> None:
    date_ = dates_of(session, rich.id)[0]
    parts = (PartChange(SEATS, SEATS, 2),)
    with pytest.raises(Conflict, match="places_kept"):
        look(session, date_, "this", one(date_, parts=parts), NOW)
    # When all dates are over, there are still those to come.
    later = NOW + timedelta(days=60)
    with pytest.raises(Invalid, match="kept_places_out_of_range"):
        look(session, date_, "all", series(date_, parts=parts), later)


@pytest.mark.parametrize("scope", ["following", "all"])
def test_what_a_part_asks_for_survives_another_time(session: Session, rich: Activity, scope: str) -> None:
    before = [kept(session, table, rich.id) for table in (Slot, SlotShare)]
    first = dates_of(session, rich.id)[0]
    wanted = series(first, "FREQ=WEEKLY;BYDAY=MO;COUNT=4", first_on=date(2026, 11, 23), first_at=TEN)
    make_change(session, first, wanted, scope)
    assert days(dates_of(session, rich.id))[0] == "11-23 10:00"
    assert [kept(session, table, rich.id) for table in (Slot, SlotShare)] == before


@pytest.mark.parametrize("scope", ["following", "all"])
def test_new_dates_ask_for_the_same(session: Session, rich: Activity, scope: str) -> None:
    first = dates_of(session, rich.id)[0]
    make_change(session, first, series(first, WEEKLY + ";COUNT=6"), scope)
    seats = [row.slots[0] for row in dates_of(session, rich.id)]
    assert len(seats) == len({slot.draw_seed for slot in seats}) == 6
    same = {(slot.policy, slot.target, slot.linked, slot.reserved, slot.left) for slot in seats}
    assert same == {("lottery", 6, True, 3, 5)}
    assert [slot.questions for slot in seats] == [seats[0].questions] * 6
    assert [slot.needs for slot in seats] == [[{"position": 1, "per_place": 1}]] * 6


def test_a_part_that_another_needs_is_not_taken_away(session: Session, rich: Activity) -> None:
    first = dates_of(session, rich.id)[0]
    parts = (PartChange(HELPERS, HELPERS, 4, remove=True),)
    for scope, wanted in (("this", one(first, parts=parts)), ("all", series(first, parts=parts))):
        with pytest.raises(Invalid, match="needs_unusable"):
            look(session, first, scope, wanted, NOW)


def _take_seats_away(session: Session, activity: Activity, scope: str) -> SeriesChange:
    first = dates_of(session, activity.id)[0]
    parts = (
        PartChange(SEATS, SEATS, 8, remove=True),
        PartChange("受付", "案内", 5),
        PartChange("", "撮影", 1),
    )
    wanted = one(first, parts=parts) if scope == "this" else series(first, WEEKLY + ";COUNT=4", parts=parts)
    return make_change(session, first, wanted, scope)


@pytest.mark.parametrize("scope", ["this", "following", "all"])
def test_a_part_taken_away_comes_back_with_all_it_asked_for(
    session: Session, rich: Activity, scope: str
) -> None:
    before = [kept(session, table, rich.id) for table in (Slot, SlotShare)]
    made = _take_seats_away(session, rich, scope)
    assert [slot.name for slot in dates_of(session, rich.id)[0].slots] == [HELPERS, "案内", "撮影"]
    undo(session, made, None, SOON)
    assert [kept(session, table, rich.id) for table in (Slot, SlotShare)] == before


def test_each_part_keeps_its_position_on_dates_to_come(session: Session, rich: Activity) -> None:
    _take_seats_away(session, rich, "all")
    first = dates_of(session, rich.id)[0]
    make_change(session, first, series(first, WEEKLY + ";COUNT=6"), "all", SOON)
    rows = dates_of(session, rich.id)
    assert len(rows) == 6
    assert {tuple((slot.position, slot.name) for slot in row.slots) for row in rows} == {
        ((1, HELPERS), (2, "案内"), (3, "撮影"))
    }


def test_an_undo_leaves_places_alone_that_were_changed_since(session: Session, full: Occurrence) -> None:
    made = make_change(session, full, one(full, minutes=60))
    full.slots[0].places = 7
    session.flush()
    undo(session, made, None, SOON)
    assert full.slots[0].places == 7


def test_a_sign_up_that_made_use_of_a_kept_place_survives_an_undo(
    session: Session, cast: Cast, rich: Activity
) -> None:
    second = dates_of(session, rich.id)[1]
    made = make_change(session, second, series(second, WEEKLY + ";COUNT=4", first_at=TEN), "all")
    share = session.scalars(select(SlotShare).where(SlotShare.slot_id == second.slots[0].id)).one()
    second.slots[0].reserved, share.remaining = 2, 2
    undo(session, made, None, SOON)
    assert (second.slots[0].reserved, share.remaining) == (2, 2)


def test_new_terms_are_for_all_versions_of_the_rule(session: Session, rich: Activity) -> None:
    rows = dates_of(session, rich.id)
    parts = (PartChange(HELPERS, HELPERS, 9),)
    wanted = series(rows[2], WEEKLY + ";COUNT=2", first_at=TEN, parts=parts)
    made = make_change(session, rows[2], wanted, "following")
    part = latest_parts(rich)[1]
    set_part_terms(session, part, replace(facts_of(part), min_age=15), None, SOON)
    helpers = [one for source in sources_ahead(rich, SOON) for one in source.templates if one.name == HELPERS]
    assert [(one.min_age, one.places) for one in helpers] == [(15, 4), (15, 9)]
    assert {row.slots[1].min_age for row in dates_of(session, rich.id)} == {15}
    with pytest.raises(Conflict, match="changed_again"):
        undo(session, made, None, SOON)


def test_who_follows_a_series_follows_the_changed_rule(session: Session, cast: Cast) -> None:
    weekly = make.activity(session, cast.midori, NOW, rule=WEEKLY + ";COUNT=4", weather_rule="none")
    mine = many.join(session, weekly, many.Wish(0, every=True), SignUp(cast.ben.id), NOW).series
    first = dates_of(session, weekly.id)[0]
    make_change(session, first, series(first, "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU;COUNT=4"), "all")
    assert many.follow(session, mine, SOON) == 2
    session.expire_all()
    rows = [(row.slot.occurrence.state, row.state) for row in rows_of(session, mine.id, NOW)]
    assert sorted(rows) == [("cancelled", "confirmed")] * 2 + [("open", "confirmed")] * 4
    assert many.follow(session, mine, SOON) == 0
    assert wrong_counters(session) == []


def test_whose_address_nobody_has_confirmed_is_not_told(
    session: Session, cast: Cast, full: Occurrence
) -> None:
    row = session.scalars(select(Participation).where(Participation.contact_id == cast.ben.id)).one()
    row.state, row.unproven = "unverified", True
    make_change(session, full, one(full, minutes=60))
    told = select(Delivery.person_id).join(Delivery.notice).where(Notice.kind == "changed")
    assert set(session.scalars(told)) == {cast.chie.id, emi(session).id}
