"""The list on which the leader ticks who came."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.attendance.actions import Tick
from scheduler.attendance.forms import tick_of
from scheduler.errors import Invalid
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, SignUp
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor

LIST = "/dates/1/attendance"


@pytest.fixture
def ben(session: Session, cast: Cast) -> Participation:
    """Ben comes, and brings two."""
    slot = make.slot(session, cast.midori, NOW, places=5)
    row = join(session, slot, SignUp(cast.ben.id, company=Company(adults=("妹", "弟"))), NOW)
    session.commit()
    return row


@pytest.fixture
def leader(app: Flask, cast: Cast, ben: Participation) -> Iterator[Visitor]:
    """Aiko's browser on the morning of the day."""
    with at("2026-11-22 08:30"):
        yield browser_of(app, cast.aiko)


def ticked(session: Session, row: Participation) -> tuple[str, int | None, int | None]:
    """Return what is on record of a party."""
    session.rollback()
    return row.state, row.came_people, row.minutes_served


def test_a_mark_is_all_of_the_party(leader: Visitor, session: Session, ben: Participation) -> None:
    assert "3人で申し込み" in leader.text(LIST)
    assert leader.submit(LIST, **{f"came-{ben.id}": "1"}).location == LIST
    assert ticked(session, ben) == ("done", 3, None)


def test_a_number_says_how_many_of_them(leader: Visitor, session: Session, ben: Participation) -> None:
    leader.submit(LIST, **{f"came-{ben.id}": "1", f"people-{ben.id}": "２"})
    assert ticked(session, ben) == ("done", 2, None)


def test_without_a_mark_nobody_came(leader: Visitor, session: Session, ben: Participation) -> None:
    leader.submit(LIST, **{f"people-{ben.id}": "3"})
    assert ticked(session, ben) == ("absent", 0, None)


def test_a_mark_can_be_taken_back(leader: Visitor, session: Session, ben: Participation) -> None:
    leader.submit(LIST, **{f"came-{ben.id}": "1"})
    leader.submit(LIST)
    assert ticked(session, ben) == ("absent", 0, None)


def test_a_mark_that_is_sent_alone_says_nothing_of_others(
    leader: Visitor, session: Session, cast: Cast, ben: Participation
) -> None:
    chie = make.participation(session, ben.slot, cast.chie, NOW)
    session.commit()
    assert leader.submit(LIST, only=str(chie.id)).status_code == 204
    assert (ticked(session, chie)[0], ticked(session, ben)[0]) == ("absent", "confirmed")
    leader.submit(LIST, everybody="1")
    assert (ticked(session, chie)[0], ticked(session, ben)[:2]) == ("absent", ("done", 3))


def test_a_mark_for_nobody_on_the_list_is_refused(leader: Visitor, ben: Participation) -> None:
    answer = leader.submit(LIST, only=str(ben.id + 1), **{f"came-{ben.id + 1}": "1"})
    assert (answer.status_code, "もう一覧にいません" in answer.text) == (409, True)


def test_minutes_that_a_program_wrote_stay(leader: Visitor, session: Session, ben: Participation) -> None:
    ben.minutes_served, ben.came_people, ben.state = 45, 3, "done"
    session.commit()
    leader.submit(LIST, **{f"came-{ben.id}": "1"})
    assert ticked(session, ben) == ("done", 3, 45)


@pytest.mark.parametrize("people", ["-1", "x", "1.5", "5001", "999999999", "²"])
def test_an_odd_number_is_said_and_nothing_is_written(
    leader: Visitor, session: Session, ben: Participation, people: str
) -> None:
    answer = leader.submit(LIST, **{f"came-{ben.id}": "1", f"people-{ben.id}": people})
    assert (answer.status_code, "人数と分を確かめてください" in answer.text) == (422, True)
    assert ticked(session, ben) == ("confirmed", None, None)


def test_ticks_of_another_date_change_nothing(
    leader: Visitor, session: Session, cast: Cast, ben: Participation
) -> None:
    other = make.participation(session, make.slot(session, cast.library, NOW), cast.chie, NOW)
    session.commit()
    leader.submit(LIST, **{f"came-{ben.id}": "1", f"came-{other.id}": "1"})
    assert ticked(session, other)[0] == "confirmed"


OPENS = [("2026-11-22 05:59", False), ("2026-11-22 06:00", True), ("2027-03-31 12:00", True)]


@pytest.mark.parametrize(("moment", "opens"), OPENS)
def test_the_list_opens_two_hours_before(
    app: Flask, session: Session, cast: Cast, ben: Participation, moment: str, opens: bool
) -> None:
    with at(moment):
        aiko = browser_of(app, cast.aiko)
        assert (f"came-{ben.id}" in aiko.text(LIST)) is opens
        answer = aiko.submit(LIST, page="/", **{f"came-{ben.id}": "1"})
    assert answer.status_code == (303 if opens else 409)


def test_what_was_called_off_has_no_list(leader: Visitor, session: Session, ben: Participation) -> None:
    ben.slot.occurrence.state = "cancelled"
    session.commit()
    assert "行われなかった日には、出席をつけられません" in leader.text(LIST)
    assert leader.submit(LIST, page="/", **{f"came-{ben.id}": "1"}).status_code == 409


def test_a_date_to_which_nobody_came_says_so(app: Flask, session: Session, cast: Cast) -> None:
    make.occurrence(session, cast.midori, NOW)
    session.commit()
    with at("2026-11-22 09:00"):
        assert "申し込んだ方はいませんでした" in browser_of(app, cast.aiko).text(LIST)


TYPED = [
    ({}, Tick(0)),
    ({"came-1": "1"}, Tick(3, 60)),
    ({"came-1": "1", "people-1": " 2 "}, Tick(2, 60)),
    ({"came-1": "1", "people-1": "0"}, Tick(0)),
    ({"came-1": "1", "minutes-1": "90"}, Tick(3, 90)),
    ({"came-1": "1", "minutes-1": ""}, Tick(3, None)),
    ({"came-2": "1"}, Tick(0)),
]


@pytest.mark.parametrize(("typed", "tick"), TYPED)
def test_a_row_of_the_list_becomes_a_tick(typed: dict[str, str], tick: Tick) -> None:
    assert tick_of(Participation(id=1, people=3, minutes_served=60), typed) == tick


@pytest.mark.parametrize("minutes", ["-5", "long", "123456", "1e3"])
def test_minutes_are_a_number(minutes: str) -> None:
    with pytest.raises(Invalid):
        tick_of(Participation(id=1, people=3), {"came-1": "1", "minutes-1": minutes})
