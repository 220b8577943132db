"""An organiser's yes, no or question, taking out and back in; and the draw as a verb."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.errors import Conflict, Invalid
from scheduler.history import StateChange, changes_of
from scheduler.notices.models import Notice
from scheduler.participation.actions import withdraw
from scheduler.participation.giving import (
    approve,
    ask_back,
    decline,
    draw_lots,
    lotteries_due,
    remove,
    reply,
    take_back_in,
)
from scheduler.participation.models import Participation
from scheduler.participation.queries import entries_of, question_to
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.signing import people, states, yes


@pytest.fixture
def asked(session: Session, cast: Cast) -> Slot:
    """A slot of two places that the organiser gives."""
    return make.slot(session, cast.midori, NOW, slots=(SlotFacts("屋台", 2, policy="approval"),))


@pytest.fixture
def drawn(session: Session, cast: Cast) -> Slot:
    """A slot of four places that are drawn an hour before."""
    parts = (SlotFacts("抽選の席", 4, policy="lottery", closes_before=60),)
    return make.slot(session, cast.midori, NOW, slots=parts)


def _last(session: Session, row: Participation) -> StateChange:
    session.flush()
    return changes_of(session, "participation", row.id)[-1]


def test_who_applies_holds_nothing_until_the_organiser_says_yes(
    session: Session, cast: Cast, asked: Slot
) -> None:
    row = yes(session, asked, cast.ben, 2)
    assert (states(session, row), asked.taken) == (["applied"], 0)
    for _ in range(2):
        approve(session, row, cast.aiko.id, NOW)
    assert (states(session, row), asked.taken) == (["confirmed"], 2)
    assert (_last(session, row).verb, _last(session, row).by_id) == ("approve", cast.aiko.id)
    assert len(changes_of(session, "participation", row.id)) == 2


def test_a_yes_beyond_the_places_is_refused_or_waits(session: Session, cast: Cast, asked: Slot) -> None:
    first, second = yes(session, asked, cast.ben, 2), yes(session, asked, cast.chie)
    approve(session, first, cast.aiko.id, NOW)
    with pytest.raises(Conflict, match="full"):
        approve(session, second, cast.aiko.id, NOW)
    approve(session, second, cast.aiko.id, NOW, or_wait=True)
    withdraw(session, first, None, NOW)
    assert states(session, first, second) == ["cancelled", "offered"]


def test_a_no_has_a_reason_and_is_said_once(session: Session, cast: Cast, asked: Slot) -> None:
    row = yes(session, asked, cast.ben)
    with pytest.raises(Invalid, match="reason_missing"):
        decline(session, row, " \n", cast.aiko.id, NOW)
    for _ in range(2):
        decline(session, row, "今回は定員のため", cast.aiko.id, NOW)
    assert (row.state, row.reason, _last(session, row).why) == ("declined", *["今回は定員のため"] * 2)
    with pytest.raises(Conflict, match="already_answered"):
        approve(session, row, cast.aiko.id, NOW)
    with pytest.raises(Conflict, match="already_answered"):
        ask_back(session, row, "質問", cast.aiko.id, NOW)


def test_a_question_stands_until_it_is_answered(session: Session, cast: Cast, asked: Slot) -> None:
    row = yes(session, asked, cast.ben)
    ask_back(session, row, "何を出しますか", cast.aiko.id, NOW)
    session.flush()
    assert question_to(session, row) == "何を出しますか"
    reply(session, row, "焼きそば", NOW)
    session.flush()
    assert (question_to(session, row), row.note, row.state) == ("", "焼きそば", "applied")
    # The reply stands in the note, which can be erased, and not in the record.
    said = [(one.verb, one.why) for one in changes_of(session, "participation", row.id)]
    assert said == [("join", ""), ("ask", "何を出しますか"), ("reply", "")]


def test_two_questions_are_two_letters(session: Session, cast: Cast, asked: Slot) -> None:
    row = yes(session, asked, cast.ben)
    for words in ("一つ目", "二つ目"):
        ask_back(session, row, words, cast.aiko.id, NOW)
    bodies = session.scalars(select(Notice.body).where(Notice.kind == "asked").order_by(Notice.id))
    assert list(bodies) == ["一つ目", "二つ目"]


def test_nobody_answers_for_a_sign_up_that_is_gone(session: Session, cast: Cast, asked: Slot) -> None:
    row = yes(session, asked, cast.ben)
    withdraw(session, row, None, NOW)
    with pytest.raises(Conflict, match="hold_over"):
        reply(session, row, "返事", NOW)


def test_who_is_taken_out_makes_room_and_comes_back_to_a_free_place(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 2)
    row = yes(session, slot, cast.ben)
    for _ in range(2):
        remove(session, row, "重複", cast.aiko.id, NOW)
    assert (row.state, slot.taken) == ("declined", 0)
    for _ in range(2):
        take_back_in(session, row, cast.aiko.id, NOW)
    assert (row.state, slot.taken) == ("confirmed", 1)
    session.flush()
    record = [(one.verb, one.before, one.after) for one in changes_of(session, "participation", row.id)]
    assert record[1:] == [("remove", "confirmed", "declined"), ("take_back_in", "declined", "confirmed")]


def test_who_comes_back_waits_when_the_place_has_gone_to_another(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    row, other = yes(session, slot, cast.ben), yes(session, slot, cast.chie)
    remove(session, row, "重複", cast.aiko.id, NOW)
    take_back_in(session, row, cast.aiko.id, NOW)
    assert states(session, row, other) == ["waitlisted", "offered"]


def test_a_no_taken_back_is_an_application_again(session: Session, cast: Cast, asked: Slot) -> None:
    row = yes(session, asked, cast.ben)
    decline(session, row, "まちがい", cast.aiko.id, NOW)
    take_back_in(session, row, cast.aiko.id, NOW)
    assert (states(session, row), asked.taken) == (["applied"], 0)
    assert _last(session, row).before == "declined"


def test_invariant_3_a_party_that_has_come_anew_is_not_taken_back_in(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 60)
    asked: dict[str, Any] = {"organization_id": cast.library.id, "pledged": 5}
    row = yes(session, slot, cast.chie, **asked)
    remove(session, row, "重複", cast.aiko.id, NOW)
    yes(session, slot, cast.ben, **asked)
    with pytest.raises(Conflict, match="already_signed_up"):
        take_back_in(session, row, cast.aiko.id, NOW)


def test_a_person_comes_back_in_beside_the_body_that_the_person_speaks_for(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, 60)
    row = yes(session, slot, cast.chie)
    remove(session, row, "重複", cast.aiko.id, NOW)
    yes(session, slot, cast.chie, organization_id=cast.library.id, pledged=5)
    take_back_in(session, row, cast.aiko.id, NOW)
    assert states(session, row) == ["confirmed"]


def test_a_lottery_is_drawn_once_at_its_deadline_and_everybody_is_told(
    session: Session, cast: Cast, drawn: Slot
) -> None:
    rows = [yes(session, drawn, one, 2) for one in people(session, 5)]
    session.flush()
    assert lotteries_due(session, drawn.closes_at - timedelta(seconds=1)) == []
    assert lotteries_due(session, drawn.closes_at) == [drawn.id]
    result = draw_lots(session, drawn, drawn.closes_at)
    assert draw_lots(session, drawn, drawn.closes_at) is None
    assert sorted(states(session, *rows)) == ["confirmed"] * 2 + ["waitlisted"] * 3
    assert result is not None
    won = {row.id for row in rows if row.holds}
    assert {entry.number for entry in result.drawn} == won
    assert [entry.number for entry in entries_of(session, drawn.id) if entry.drawn] == [
        entry.number for entry in result.drawn
    ]
    assert lotteries_due(session, drawn.closes_at) == []


def test_who_waits_after_the_draw_is_asked_in_the_drawn_order(
    session: Session, cast: Cast, drawn: Slot
) -> None:
    rows = {row.id: row for row in [yes(session, drawn, one, 2) for one in people(session, 5)]}
    result = draw_lots(session, drawn, drawn.closes_at)
    assert result is not None
    withdraw(session, rows[result.drawn[0].number], None, drawn.closes_at)
    waiting = [rows[entry.number] for entry in result.waiting]
    assert states(session, *waiting) == ["offered", "waitlisted", "waitlisted"]


def test_no_lottery_is_drawn_for_a_date_that_is_off_or_over(
    session: Session, cast: Cast, drawn: Slot
) -> None:
    yes(session, drawn, cast.ben)
    session.flush()
    assert lotteries_due(session, drawn.occurrence.ends_at) == []
    drawn.occurrence.state = "cancelled"
    session.flush()
    assert lotteries_due(session, drawn.closes_at) == []


def test_before_the_draw_the_organiser_may_say_yes_and_the_rest_is_drawn(
    session: Session, cast: Cast, drawn: Slot
) -> None:
    sure, *others = [yes(session, drawn, one, 2) for one in people(session, 3)]
    approve(session, sure, cast.aiko.id, NOW)
    draw_lots(session, drawn, drawn.closes_at)
    assert states(session, sure) == ["confirmed"]
    assert sorted(states(session, *others)) == ["confirmed", "waitlisted"]
