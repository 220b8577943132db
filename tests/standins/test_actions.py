"""Looking for a stand-in: who stays responsible, who is freed when, and who is asked."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.actions import Stranger, join, prove, withdraw
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, SignUp
from scheduler.parties.actions import PersonFacts
from scheduler.standins import actions, queries
from scheduler.standins.models import StandIn
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at, tokyo

HANAKO = PersonFacts("山田 花子", "やまだ はなこ", "hanako@example.jp")


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """Loading, one place."""
    return make.slot(session, cast.midori, NOW, places=1)


@pytest.fixture
def bens(session: Session, cast: Cast, slot: Slot) -> Participation:
    """Ben has the only place."""
    return make.participation(session, slot, cast.ben, NOW)


def kinds(session: Session) -> list[str]:
    """Return what was told, in order."""
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def waiting(session: Session, slot: Slot, number: int) -> Participation:
    """Let one of any number of people wait for the slot."""
    person = make.person(session, number, NOW)
    return join(session, slot, SignUp(person.id, or_wait=True), NOW)


def test_whoever_looks_for_a_stand_in_stays_responsible(session: Session, bens: Participation) -> None:
    actions.seek(session, bens, "named", NOW)
    assert (bens.state, bens.slot.taken) == ("confirmed", 1)


def test_the_taker_frees_the_first_in_the_same_transaction_and_both_are_told(
    session: Session, cast: Cast, bens: Participation
) -> None:
    search = actions.seek(session, bens, "open", NOW)
    taken = actions.take(session, search, SignUp(cast.chie.id), NOW)
    assert (bens.state, taken.state, bens.slot.taken) == ("swapped", "confirmed", 1)
    assert sorted(kinds(session)) == ["joined", "joined", "swapped"]
    assert search.ended_at == NOW


def test_whoever_comes_second_is_told_that_it_is_taken(
    session: Session, cast: Cast, bens: Participation
) -> None:
    search = actions.seek(session, bens, "open", NOW)
    actions.take(session, search, SignUp(cast.chie.id), NOW)
    with pytest.raises(Conflict, match="stand_in_over"):
        actions.take(session, search, SignUp(cast.aiko.id), NOW)


def test_a_stranger_takes_over_once_the_address_is_confirmed(session: Session, bens: Participation) -> None:
    search = actions.seek(session, bens, "named", NOW)
    taker = actions.take_as_stranger(session, search, Stranger(HANAKO), SignUp(0), NOW)
    assert (bens.state, taker.state, taker.holds) == ("confirmed", "unverified", False)
    prove(session, taker, NOW)
    assert (bens.state, taker.state, bens.slot.taken) == ("swapped", "confirmed", 1)
    assert wrong_counters(session) == []


def test_whoever_comes_after_all_keeps_the_place(session: Session, bens: Participation) -> None:
    search = actions.seek(session, bens, "named", NOW)
    taker = actions.take_as_stranger(session, search, Stranger(HANAKO), SignUp(0), NOW)
    actions.stop(session, bens, NOW)
    assert (bens.state, taker.state, taker.reason) == ("confirmed", "expired", "came_after_all")
    with pytest.raises(Conflict):
        prove(session, taker, NOW)


def test_those_who_wait_are_asked_one_after_the_other(
    session: Session, slot: Slot, bens: Participation
) -> None:
    first, second = (waiting(session, slot, number) for number in (1, 2))
    search = actions.seek(session, bens, "waiting", NOW)
    assert search.asked_id == first.id
    actions.pass_on(session, search, first, NOW)
    assert search.asked_id == second.id
    actions.accept(session, search, second, NOW)
    assert [row.state for row in (bens, first, second)] == ["swapped", "waitlisted", "confirmed"]
    assert slot.taken == 1


def test_no_answer_in_time_asks_the_next(session: Session, slot: Slot, bens: Participation) -> None:
    first, second = (waiting(session, slot, number) for number in (1, 2))
    search = actions.seek(session, bens, "waiting", NOW)
    later = NOW + timedelta(hours=25)
    assert queries.unanswered(session, later) == [search.id]
    actions.ask_again(session, search.id, later)
    assert search.asked_id == second.id
    with pytest.raises(Conflict, match="offer_over"):
        actions.accept(session, search, first, later)


def test_where_nobody_waits_nobody_can_be_asked(session: Session, bens: Participation) -> None:
    with pytest.raises(Conflict, match="nobody_waits"):
        actions.seek(session, bens, "waiting", NOW)


def test_places_that_the_stand_in_does_not_need_go_to_those_who_wait(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, places=2)
    two = join(session, slot, SignUp(cast.ben.id, company=Company(("妹",))), NOW)
    waits = waiting(session, slot, 1)
    search = actions.seek(session, two, "open", NOW)
    actions.take(session, search, SignUp(cast.chie.id), NOW)
    assert (waits.state, slot.taken) == ("offered", 2)


def test_whoever_has_left_needs_no_stand_in(session: Session, cast: Cast, bens: Participation) -> None:
    search = actions.seek(session, bens, "open", NOW)
    withdraw(session, bens, cast.ben.id, NOW)
    with pytest.raises(Conflict, match="stand_in_over"):
        actions.take(session, search, SignUp(cast.chie.id), NOW)
    with pytest.raises(Conflict, match="already_answered"):
        actions.seek(session, bens, "open", NOW)


def test_after_the_cut_off_a_stand_in_may_still_come(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("係", 1, cancel_before=60 * 24 * 30),))
    row = make.participation(session, slot, cast.ben, NOW)
    with pytest.raises(Conflict, match="too_late"):
        withdraw(session, row, cast.ben.id, NOW)
    search = actions.seek(session, row, "named", NOW)
    assert actions.take(session, search, SignUp(cast.chie.id), NOW).state == "confirmed"


def test_only_the_link_itself_opens_the_search(app: Flask, session: Session, bens: Participation) -> None:
    search = actions.seek(session, bens, "named", NOW)
    token = queries.token_of(search, "s")
    assert queries.search_named_by(session, token, "s") is search
    made_up = [token[:-1] + "x", f"{search.id}.", "x", "9" * 12 + ".x", token.replace(".", ""), "²." + token]
    assert [queries.search_named_by(session, one, "s") for one in made_up] == [None] * 6
    assert session.query(StandIn).count() == 1


def test_who_is_asked_at_night_after_an_outage_is_asked_in_the_morning(
    app: Flask, session: Session, slot: Slot, bens: Participation
) -> None:
    waiting(session, slot, 1)
    actions.seek(session, bens, "waiting", tokyo("2026-11-16 20:00"))
    session.commit()
    with at("2026-11-16 23:30"):
        jobs.tick(app)
    session.rollback()
    due = select(Delivery.due_at).join(Delivery.notice).where(Notice.kind == "stand_in_asked")
    assert session.scalar(due) == tokyo("2026-11-17 07:00")
