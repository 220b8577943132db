"""What was answered for somebody from the list and is taken back: all of it or nothing, and never half a truth."""

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.decisions import actions as decisions
from scheduler.history import changes_of
from scheduler.notices.models import Delivery
from scheduler.participation import reconfirming
from scheduler.participation.models import Participation
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts, unreachable_person
from scheduler.parties.models import Person
from scheduler.reach import reached
from tests import make
from tests.cast import Cast
from tests.changes.wanting import make_change, one
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor


@pytest.fixture
def her(session: Session, cast: Cast) -> Person:
    """A neighbour whom neighbours tell."""
    return unreachable_person(session, PersonFacts("となり", "となり"), NOW)


@pytest.fixture
def date(session: Session, cast: Cast, her: Person) -> Occurrence:
    """A postponed date to both parts of which she comes; Ben comes to the first. All are asked."""
    parts = (SlotFacts("受付", 3), SlotFacts("片付け", 3, offset_minutes=60, minutes=60))
    made = make.occurrence(session, cast.midori, NOW, slots=parts)
    for slot, person in zip(made.slots * 2, (her, her, cast.ben), strict=False):
        make.participation(session, slot, person, NOW)
    decisions.postpone(session, made, decisions.Ruling(cast.aiko.id, made.revision), NOW)
    session.commit()
    return made


def _parts(session: Session, her: Person) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.query(Participation).filter_by(contact_id=her.id).order_by(Participation.id)
    return [(row.state, row.asked_again) for row in rows]


def _answer(session: Session, cast: Cast, date: Occurrence, aiko: Visitor) -> int:
    session.rollback()
    row = reached.find_round(session, Actor(NOW.date(), cast.aiko.id), date.id).rows[0]
    session.rollback()
    aiko.submit(f"/dates/{date.id}/list", answered=str(row.delivery_id), answer="cannot", unsaid=[])
    session.rollback()
    return row.delivery_id


def _unsay(aiko: Visitor, date: Occurrence, person: Person) -> str:
    page, person_id = f"/dates/{date.id}/list", str(person.id)
    aiko.submit(page, unsaid=person_id, answered=[], mistaken=[])
    return aiko.text(page)


def test_where_the_date_has_changed_a_little_since_the_question_stands(
    app: Flask, session: Session, cast: Cast, date: Occurrence, her: Person
) -> None:
    aiko = browser_of(app, cast.aiko)
    _answer(session, cast, date, aiko)
    assert _parts(session, her) == [("cancelled", "")] * 2
    make_change(session, date, one(date, minutes=150))
    session.commit()
    assert "来られるか、もう一度たずねてください" in _unsay(aiko, date, her)
    assert _parts(session, her) == [("confirmed", "postponed")] * 2
    row = session.query(Participation).filter_by(contact_id=her.id).first()
    assert row is not None
    assert changes_of(session, "participation", row.id)[-1].facts["reason"] == "postponed"


def test_where_the_cause_was_taken_back_since_nobody_is_asked_and_nobody_says_so(
    app: Flask, session: Session, cast: Cast, date: Occurrence, her: Person
) -> None:
    aiko = browser_of(app, cast.aiko)
    _answer(session, cast, date, aiko)
    bens = session.query(Participation).filter_by(contact_id=cast.ben.id).one()
    reconfirming.answer(session, bens, "yes", cast.aiko.id, NOW)
    session.commit()
    unsay_ben = f'name="unsaid" value="{cast.ben.id}"'
    assert unsay_ben in aiko.text(f"/dates/{date.id}/list")
    session.rollback()
    decisions.take_back(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    shown = aiko.text(f"/dates/{date.id}/list")
    assert (unsay_ben in shown, f'name="unsaid" value="{her.id}"' in shown) == (False, True)
    assert "申し込みを、元にもどしました" in _unsay(aiko, date, her)
    assert _parts(session, her) == [("confirmed", "")] * 2
    row = session.query(Participation).filter_by(contact_id=her.id).first()
    assert row is not None
    assert changes_of(session, "participation", row.id)[-1].verb == "come_back"


def test_an_answer_that_is_refused_for_one_part_is_none_for_the_other(
    app: Flask, session: Session, cast: Cast, date: Occurrence, her: Person
) -> None:
    with time_machine.travel(date.slots[0].starts_at, tick=False):
        aiko = browser_of(app, cast.aiko)
        told = _answer(session, cast, date, aiko)
        assert "もう始まっています" in aiko.text(f"/dates/{date.id}/list")
    assert _parts(session, her) == [("confirmed", "postponed")] * 2
    assert session.get_one(Delivery, told).by_id is None


def test_who_has_signed_up_again_for_a_part_has_the_other_one_back(
    app: Flask, session: Session, cast: Cast, date: Occurrence, her: Person
) -> None:
    aiko = browser_of(app, cast.aiko)
    _answer(session, cast, date, aiko)
    make.participation(session, date.slots[0], her, NOW)
    session.commit()
    assert "来られるか、もう一度たずねてください" in _unsay(aiko, date, her)
    assert _parts(session, her) == [("cancelled", ""), ("confirmed", "postponed"), ("confirmed", "")]


def test_what_cannot_be_taken_back_for_one_part_is_not_for_the_other(
    app: Flask, session: Session, cast: Cast, date: Occurrence, her: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    aiko = browser_of(app, cast.aiko)
    told = _answer(session, cast, date, aiko)
    # As if somebody had signed her up for the first part between the look and the press.
    monkeypatch.setattr(reconfirming, "_may_be_taken_back", lambda *_: True)
    make.participation(session, date.slots[0], her, NOW)
    session.commit()
    assert "もう元にもどせません" in _unsay(aiko, date, her)
    assert _parts(session, her) == [("cancelled", "")] * 2 + [("confirmed", "")]
    assert session.get_one(Delivery, told).by_id == cast.aiko.id
