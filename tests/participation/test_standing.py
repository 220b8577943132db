"""The state of a sign-up follows from what is missing: proof, guardian, helpers, names (invariants 4, 5, 7, 13)."""

import os
import sys
from datetime import timedelta
from subprocess import check_output

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import Need, SlotFacts
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.participation.actions import consent, prove, withdraw
from scheduler.participation.giving import remove, take_back_in
from scheduler.participation.models import Participation
from scheduler.participation.standing import standing
from scheduler.participation.waiting import lapse
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.signing import children, people, states, told, yes

RIDING = (SlotFacts("乗馬", 3, needs=(Need(1), Need(2, 2))), SlotFacts("手綱", 3), SlotFacts("付き添い", 6))


@pytest.fixture
def riding(session: Session, cast: Cast) -> tuple[Slot, Slot, Slot]:
    """Three seats, each with one handler and two side walkers."""
    seats, handlers, walkers = make.occurrence(session, cast.midori, NOW, slots=RIDING).slots
    return seats, handlers, walkers


FACTS: list[tuple[dict[str, object], bool, str]] = [
    ({"unproven": True}, True, "unverified"),
    ({"holds": False, "queue_no": None}, True, "applied"),
    ({"holds": False, "queue_no": 0}, True, "waitlisted"),
    ({"is_offered": True}, True, "offered"),
    ({"contact_grade": "e3"}, True, "awaiting_guardian"),
    ({"contact_grade": "e3", "consent_id": 1}, True, "confirmed"),
    ({}, False, "awaiting_helpers"),
    ({"is_pledge": True, "people": 2}, True, "pledged"),
    ({"is_pledge": True, "people": 1}, True, "confirmed"),
    ({}, True, "confirmed"),
]


@pytest.mark.parametrize(("facts", "helped", "state"), FACTS)
def test_each_missing_thing_has_its_state(facts: dict[str, object], helped: bool, state: str) -> None:
    usual = {"holds": True, "contact_comes": True, "contact_grade": "", "people": 1, "named": 1}
    assert standing(Participation(**usual | facts), helped=helped) == state


def test_invariant_5_children_alone_wait_for_a_guardian_and_hold_their_place(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 4)
    row = yes(session, slot, cast.ben, **children("e3", "e5"))
    assert (states(session, row), slot.taken, row.hold_until) == (
        ["awaiting_guardian"],
        2,
        NOW + timedelta(hours=72),
    )
    for name in ("別所 勉", "ほかの名前"):
        consent(session, row, name, cast.ben.id, NOW)
    assert (states(session, row), row.guardian, row.hold_until) == (["confirmed"], "別所 勉", None)
    assert [one.verb for one in changes_of(session, "participation", row.id)] == ["join", "consent"]
    given = row.consent
    assert given is not None
    assert (given.person_id, given.for_name, given.how, given.given_at) == (
        cast.ben.id,
        "8歳、10歳",
        "page",
        NOW,
    )


def test_invariant_5_an_adult_in_the_same_slot_is_consent_enough(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 4)
    assert states(session, yes(session, slot, cast.ben, **children("e3", adults=1))) == ["confirmed"]


def test_invariant_5_consent_that_comes_early_is_recorded_and_counts_later(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 4)
    row = yes(session, slot, cast.ben, contact_grade="j2", proven=False)
    consent(session, row, "別所 一", cast.chie.id, NOW)
    assert states(session, row) == ["unverified"]
    # The record is never erased: the guardian's name stands with the yes alone.
    recorded = changes_of(session, "participation", row.id)[-1]
    assert (recorded.by_id, recorded.why) == (cast.chie.id, "")
    prove(session, row, NOW)
    assert (states(session, row), row.reason, row.guardian) == (["confirmed"], "", "別所 一")


def test_invariant_5_without_consent_in_time_the_places_are_free(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 2)
    row, waits = yes(session, slot, cast.ben, **children("e3", "e5")), yes(session, slot, cast.chie, 2)
    assert lapse(session, row, NOW + timedelta(hours=72))
    assert (states(session, row, waits), row.reason) == (["expired", "offered"], "awaiting_guardian")
    with pytest.raises(Conflict, match="hold_over"):
        consent(session, row, "別所 一", None, NOW)


def test_consent_needs_a_name(session: Session, cast: Cast) -> None:
    row = yes(session, make.slot(session, cast.midori, NOW), cast.ben, contact_grade="j2")
    with pytest.raises(Invalid, match="guardian_missing"):
        consent(session, row, "　", None, NOW)


def test_a_guardian_has_until_the_start_at_the_latest(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    row = yes(session, slot, cast.ben, now=slot.starts_at - timedelta(hours=1), contact_grade="j2")
    assert row.hold_until == slot.starts_at


def test_whom_the_organiser_lets_in_after_the_start_has_until_the_end(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    row = yes(session, slot, cast.ben, contact_grade="j2")
    remove(session, row, "まちがい", cast.aiko.id, NOW)
    take_back_in(session, row, cast.aiko.id, slot.starts_at)
    assert (states(session, row), row.hold_until) == (["awaiting_guardian"], slot.ends_at)


def test_invariant_7_a_seat_is_sure_only_while_all_its_helpers_are(
    session: Session, riding: tuple[Slot, Slot, Slot]
) -> None:
    seats, handlers, walkers = riding
    rider, handler, one, other = people(session, 4)
    seat = yes(session, seats, rider)
    yes(session, handlers, handler)
    yes(session, walkers, one)
    assert states(session, seat) == ["awaiting_helpers"]
    last = yes(session, walkers, other)
    assert states(session, seat) == ["confirmed"]
    withdraw(session, last, None, NOW)
    assert states(session, seat) == ["awaiting_helpers"]


def test_invariant_7_the_first_riders_get_the_helpers_and_a_rider_who_leaves_passes_them_on(
    session: Session, riding: tuple[Slot, Slot, Slot]
) -> None:
    seats, handlers, walkers = riding
    ben, chie, dan, eve = people(session, 4)
    yes(session, handlers, ben)
    yes(session, walkers, chie, 2)
    first, second = yes(session, seats, dan), yes(session, seats, eve)
    assert states(session, first, second) == ["confirmed", "awaiting_helpers"]
    withdraw(session, first, None, NOW)
    assert states(session, second) == ["confirmed"]


def test_invariant_7_a_helper_who_is_not_sure_is_no_helper_yet(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("乗馬", 3, needs=(Need(1),)), SlotFacts("手綱", 3))
    seats, handlers = make.occurrence(session, cast.midori, NOW, slots=parts).slots
    rider, helper = people(session, 2)
    seat = yes(session, seats, rider)
    unproven = yes(session, handlers, helper, proven=False)
    assert states(session, seat) == ["awaiting_helpers"]
    prove(session, unproven, NOW)
    assert states(session, seat) == ["confirmed"]
    remove(session, unproven, "病気", cast.aiko.id, NOW)
    assert states(session, seat) == ["awaiting_helpers"]


def test_invariant_4_a_pledge_is_a_number_until_everybody_is_named(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 20)
    row = yes(session, slot, cast.chie, organization_id=cast.library.id, pledged=12)
    assert (states(session, row), slot.taken, row.named) == (["pledged"], 12, 1)
    assert row.names_salt != ""
    alone = yes(session, slot, cast.aiko, organization_id=cast.midori.id, pledged=1)
    assert states(session, alone) == ["confirmed"]


def test_an_address_that_nobody_confirms_holds_its_place_half_an_hour(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    row = yes(session, slot, cast.ben, proven=False)
    assert (states(session, row), slot.taken, row.hold_until) == (
        ["unverified"],
        1,
        NOW + timedelta(minutes=30),
    )
    with pytest.raises(Conflict, match="hold_over"):
        prove(session, row, NOW + timedelta(minutes=30))
    assert lapse(session, row, NOW + timedelta(minutes=30))
    assert (states(session, row), row.reason, slot.taken) == (["expired"], "unverified", 0)


def test_a_minute_before_the_end_is_in_time_and_twice_is_once(session: Session, cast: Cast) -> None:
    row = yes(session, make.slot(session, cast.midori, NOW), cast.ben, proven=False)
    for minute in (29, 45):
        prove(session, row, NOW + timedelta(minutes=minute))
    assert states(session, row) == ["confirmed"]
    assert not lapse(session, row, NOW + timedelta(minutes=60))


def test_who_waits_unproven_is_asked_once_the_address_is_proved(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, waits = yes(session, slot, cast.ben), yes(session, slot, cast.chie, proven=False)
    withdraw(session, has, None, NOW)
    assert (states(session, waits), slot.taken) == (["unverified"], 0)
    prove(session, waits, NOW)
    assert (states(session, waits), slot.taken) == (["offered"], 1)


def test_invariant_13_every_change_is_recorded_with_before_and_after(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    has, waits = yes(session, slot, cast.ben), yes(session, slot, cast.chie)
    withdraw(session, has, cast.ben.id, NOW)
    told(session)
    lapse(session, waits, NOW + timedelta(days=1))
    session.flush()
    record = [(one.verb, one.before, one.after) for one in changes_of(session, "participation", waits.id)]
    assert record == [
        ("join", None, "waitlisted"),
        ("offer", "waitlisted", "offered"),
        ("lapse", "offered", "expired"),
    ]


def test_how_long_an_address_holds_its_place_is_a_setting() -> None:
    shown = "from scheduler.participation.standing import UNPROVEN_HOLDS; print(UNPROVEN_HOLDS)"
    environment = os.environ | {"TSUDOI_HOLD_MINUTES": "45"}
    assert check_output([sys.executable, "-c", shown], env=environment, text=True) == "0:45:00\n"
