"""Places kept for a body until a set time, and for people who come for the first time (割当)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot, SlotShare
from scheduler.activities.parts import ShareFacts, SlotFacts
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict
from scheduler.participation.actions import Stranger, join_as_stranger, prove, withdraw
from scheduler.participation.models import Participation
from scheduler.participation.places import slots_to_release
from scheduler.participation.signing import SignUp
from scheduler.participation.waiting import release
from scheduler.parties.actions import PersonFacts
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.signing import people, states, yes

DAY = 24 * 60


@pytest.fixture
def shared(session: Session, cast: Cast) -> Slot:
    """Six places: two kept for the library until two days before, one for the association until one day before."""
    shares = (ShareFacts(cast.library.id, 2, 2 * DAY), ShareFacts(cast.midori.id, 1, DAY))
    return make.slot(session, cast.midori, NOW, slots=(SlotFacts("積込み", 6, shares=shares),))


@pytest.fixture
def newcomers(session: Session, cast: Cast) -> Slot:
    """Three places, two of them kept for people who come for the first time."""
    return make.slot(session, cast.midori, NOW, slots=(SlotFacts("受付", 3, first_timers=2),))


def _body(session: Session, slot: Slot, cast: Cast, people: int) -> Participation:
    return yes(session, slot, cast.chie, organization_id=cast.library.id, pledged=people)


def _kept(session: Session, slot: Slot) -> list[int]:
    session.flush()
    wanted = select(SlotShare.remaining).where(SlotShare.slot_id == slot.id).order_by(SlotShare.id)
    kept = list(session.scalars(wanted))
    session.refresh(slot)
    assert slot.reserved == sum(kept)
    return kept


def _came_before(session: Session, cast: Cast, *who: int) -> None:
    past = make.slot(session, cast.midori, NOW - timedelta(days=30), 9)
    for person_id in who:
        row = make.participation(session, past, session.get_one(type(cast.ben), person_id), NOW)
        row.state = "done"
    session.flush()


def test_places_of_a_body_are_not_for_others(session: Session, cast: Cast, shared: Slot) -> None:
    assert (shared.left, _kept(session, shared)) == (3, [2, 1])
    yes(session, shared, cast.ben, 3)
    with pytest.raises(Conflict, match="full"):
        yes(session, shared, cast.aiko, or_wait=False)
    assert states(session, _body(session, shared, cast, 2)) == ["pledged"]
    assert (shared.taken, shared.left, _kept(session, shared)) == (5, 0, [0, 1])


def test_a_body_takes_its_own_first_and_then_of_the_others(
    session: Session, cast: Cast, shared: Slot
) -> None:
    row = _body(session, shared, cast, 4)
    assert (row.kept_places, shared.taken, shared.left, _kept(session, shared)) == (2, 4, 1, [0, 1])


def test_what_a_body_gives_back_before_the_time_is_kept_for_it_again(
    session: Session, cast: Cast, shared: Slot
) -> None:
    withdraw(session, _body(session, shared, cast, 4), None, NOW)
    assert (shared.taken, shared.left, _kept(session, shared)) == (0, 3, [2, 1])


def test_what_a_body_gives_back_after_the_time_is_for_everybody(
    session: Session, cast: Cast, shared: Slot
) -> None:
    row = _body(session, shared, cast, 2)
    later = shared.starts_at - timedelta(days=2)
    release(session, shared, later)
    withdraw(session, row, None, later)
    assert (shared.taken, shared.left, _kept(session, shared)) == (0, 5, [0, 1])


def test_each_share_is_opened_at_its_own_time_once_and_to_those_who_wait_first(
    session: Session, cast: Cast, shared: Slot
) -> None:
    ben, chie, dan, eve = people(session, 4)
    yes(session, shared, ben, 3)
    waiting = [yes(session, shared, one) for one in (chie, dan, eve)]
    two_days, one_day = shared.starts_at - timedelta(days=2), shared.starts_at - timedelta(days=1)
    assert slots_to_release(session, two_days - timedelta(seconds=1)) == []
    assert slots_to_release(session, two_days) == [shared.id]
    assert [release(session, shared, two_days) for _ in range(2)] == [2, 0]
    assert states(session, *waiting) == ["offered", "offered", "waitlisted"]
    assert release(session, shared, one_day) == 1
    assert states(session, waiting[2]) == ["offered"]
    assert (shared.taken, slots_to_release(session, one_day)) == (6, [])


def test_a_body_that_waits_is_asked_when_its_own_places_make_it_fit(
    session: Session, cast: Cast, shared: Slot
) -> None:
    first = yes(session, shared, cast.ben, 3)
    body = _body(session, shared, cast, 3)
    assert states(session, body) == ["waitlisted"]
    withdraw(session, first, None, NOW)
    assert (states(session, body), _kept(session, shared)) == (["offered"], [0, 1])


def test_kept_places_are_the_bodys_though_others_wait_for_what_is_free(
    session: Session, cast: Cast, shared: Slot
) -> None:
    ben, dan = people(session, 2)
    ben.limits = {"max_minutes": 5}
    yes(session, shared, dan, 2)
    yes(session, shared, ben, 2)
    assert states(session, _body(session, shared, cast, 2)) == ["pledged"]


def test_first_timers_take_their_places_and_others_do_not(
    session: Session, cast: Cast, newcomers: Slot
) -> None:
    ben, chie, dan = people(session, 3)
    _came_before(session, cast, ben.id, chie.id)
    old = yes(session, newcomers, ben)
    waits = yes(session, newcomers, chie)
    assert states(session, old, waits, yes(session, newcomers, dan)) == [
        "confirmed",
        "waitlisted",
        "confirmed",
    ]
    assert (_kept(session, newcomers), newcomers.left) == ([1], 0)


def test_places_for_first_timers_open_a_day_before_to_those_who_wait(
    session: Session, cast: Cast, newcomers: Slot
) -> None:
    ben, chie = people(session, 2)
    _came_before(session, cast, ben.id, chie.id)
    yes(session, newcomers, ben)
    waits = yes(session, newcomers, chie)
    a_day_before = newcomers.starts_at - timedelta(days=1)
    assert slots_to_release(session, a_day_before - timedelta(seconds=1)) == []
    assert release(session, newcomers, a_day_before) == 2
    assert (states(session, waits), _kept(session, newcomers)) == (["offered"], [0])


def test_invariant_2_a_first_timers_place_that_is_freed_goes_to_the_first_timer_who_waits(
    session: Session, cast: Cast, newcomers: Slot
) -> None:
    rows = [yes(session, newcomers, one) for one in people(session, 5)]
    assert states(session, *rows) == ["confirmed"] * 3 + ["waitlisted"] * 2
    kept = next(row for row in rows if row.kept_places)
    withdraw(session, kept, None, NOW)
    assert states(session, *rows[3:]) == ["offered", "waitlisted"]
    assert (_kept(session, newcomers), wrong_counters(session)) == ([0], [])


def _typed(session: Session, slot: Slot, email: str) -> Participation:
    """Let somebody who is not signed in type an address, under the name of Ben."""
    stranger = Stranger(PersonFacts("別所 勉", "べっしょ べん", email))
    return join_as_stranger(session, slot, stranger, SignUp(0), NOW)


def test_whether_an_address_has_come_before_shows_only_to_its_mailbox(
    session: Session, cast: Cast, newcomers: Slot
) -> None:
    _came_before(session, cast, cast.ben.id)
    # One is free for everybody, then two for first-timers; nothing that the public reads differs.
    shown = []
    for email in ("ben@example.jp", "new@example.jp"):
        for taken in (0, 1):
            with session.begin_nested() as attempt:
                for one in people(session, taken):
                    _came_before(session, cast, one.id)
                    yes(session, newcomers, one)
                row = _typed(session, newcomers, email)
                shown.append((row.state, newcomers.left, _kept(session, newcomers)))
                attempt.rollback()
    assert shown == [("unverified", 0, [2]), ("unverified", 0, [1])] * 2


def test_places_for_first_timers_that_somebody_else_held_are_theirs_again_once_that_one_confirms(
    session: Session, cast: Cast, newcomers: Slot
) -> None:
    (chie,) = people(session, 1)
    _came_before(session, cast, cast.ben.id, chie.id)
    first = _typed(session, newcomers, "new@example.jp")
    waits = yes(session, newcomers, chie)
    ben = _typed(session, newcomers, "ben@example.jp")
    # Who comes for the first time leaves the free place to who waits.
    prove(session, first, NOW)
    prove(session, ben, NOW, clash_ok=True)
    assert states(session, first, waits, ben) == ["confirmed", "offered", "waitlisted"]
    assert (_kept(session, newcomers), first.kept_places, wrong_counters(session)) == ([1], 1, [])
    withdraw(session, waits, None, NOW)
    assert states(session, ben) == ["offered"]
