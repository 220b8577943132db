"""A morning in small: decision, deliveries and list are there together, or nothing is."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.decisions import actions
from scheduler.decisions.actions import Ruling
from scheduler.decisions.models import Decision
from scheduler.notices.models import Delivery, Notice
from scheduler.participation.models import Participation
from scheduler.parties import actions as parties
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household
from scheduler.reach.reached import find_round
from scheduler.reach.ways import reached_by
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

MAILS, HOMES = 12, 4


@pytest.fixture
def crowd(session: Session, cast: Cast) -> Slot:
    """A date with people of both kinds; the homes have a telephone, or nothing but a letter box."""
    slot = make.slot(session, cast.midori, NOW, MAILS + HOMES)
    block = casting.block(session, cast.midori, "midori-1", NOW)
    for number in range(MAILS):
        make.participation(session, slot, make.person(session, number, NOW), NOW)
    for number in range(HOMES):
        facts = PersonFacts(f"世帯 {number}", f"せたい {number}", phone=f"090-1234-000{number}")
        person = parties.person(session, facts, NOW)
        if number == 0:
            person.phone = ""
        home = Household(name=f"{number}番", block_id=block.id, position=-number, created_at=NOW)
        parties.add_household(session, home, [person])
        make.participation(session, slot, person, NOW)
    session.commit()
    return slot


def _of_decision(session: Session) -> list[str]:
    wanted = select(Delivery.channel).join(Delivery.notice).where(Notice.kind == "decision")
    return sorted(session.scalars(wanted))


def test_everybody_is_queued_and_the_list_is_ready_at_once(session: Session, cast: Cast, crowd: Slot) -> None:
    date = crowd.occurrence
    told = reached_by(session, [row.contact_id for row in _rows(session)])
    assert (told.channels, told.homes, told.people) == ({"email": MAILS}, HOMES, MAILS)
    actions.cancel(session, date, Ruling(cast.aiko.id, 0, "雨"), NOW)
    session.flush()
    channels = ["email"] * MAILS + ["paper"] + ["phone"] * (HOMES - 1)
    assert _of_decision(session) == channels
    rows = find_round(session, Actor(NOW.date(), cast.aiko.id), date.id).rows
    assert [row.person.name for row in sorted(rows, key=lambda row: row.walking_order)] == [
        f"世帯 {number}" for number in reversed(range(HOMES))
    ]


def _rows(session: Session) -> list[Participation]:
    return list(session.scalars(select(Participation)))


def test_a_fault_in_the_middle_leaves_nothing(session: Session, cast: Cast, crowd: Slot) -> None:
    half = "WHEN (SELECT count(*) FROM delivery WHERE priority = 1 AND notice_id = NEW.notice_id) >= 5"
    session.execute(
        text(f"CREATE TRIGGER fault BEFORE INSERT ON delivery {half} BEGIN SELECT RAISE(ABORT, 'fault'); END")
    )
    session.commit()
    try:
        with pytest.raises(IntegrityError):
            actions.cancel(session, crowd.occurrence, Ruling(cast.aiko.id, 0, "雨"), NOW)
        session.rollback()
        assert (crowd.occurrence.state, crowd.occurrence.revision) == ("open", 0)
        assert (_of_decision(session), list(session.scalars(select(Decision)))) == ([], [])
    finally:
        session.rollback()
        session.execute(text("DROP TRIGGER fault"))
        session.commit()
