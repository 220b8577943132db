"""Many people name themselves at once: as many as were pledged, on SQLite and on PostgreSQL."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.db import begin_writing, engine_options, prepare_engine
from scheduler.errors import Conflict
from scheduler.groups.actions import add_name, change_number
from scheduler.participation.actions import join
from scheduler.participation.models import Companion, Participation
from scheduler.participation.signing import Named, SignUp
from tests import cast, make
from tests.conftest import NOW

pytestmark = pytest.mark.slow
PLEDGED, PEOPLE = 8, 24


@pytest.fixture
def engine(migrated_url: str) -> Engine:
    return prepare_engine(create_engine(migrated_url, pool_size=8, **engine_options(migrated_url)))


def _pledge(engine: Engine) -> int:
    with Session(engine) as session:
        people = cast.make(session, NOW)
        slot = make.slot(session, people.midori, NOW, 60)
        yes = SignUp(people.ben.id, group_name="商店会", pledged=PLEDGED, contact_comes=False)
        row = join(session, slot, yes, NOW)
        session.commit()
        return row.id


def _name(engine: Engine, row_id: int, number: int) -> str:
    with Session(engine) as session:
        try:
            begin_writing(session)
            one = Named(f"参加 {number}", f"さんか {number}")
            add_name(session, session.get_one(Participation, row_id), one, None, NOW)
            session.commit()
        except Conflict as refused:
            return refused.code
        except OperationalError:
            return _name(engine, row_id, number)
        return "named"


def _grow(engine: Engine, row_id: int) -> None:
    with Session(engine) as session:
        begin_writing(session)
        row = session.get_one(Participation, row_id)
        change_number(session, row, PLEDGED + 4, NOW)
        session.commit()


def _seen(engine: Engine, row_id: int) -> tuple[int, int, str]:
    with Session(engine) as session:
        row = session.get_one(Participation, row_id)
        names = session.query(Companion).filter_by(participation_id=row_id).count()
        return row.named, names, row.state


def test_no_more_people_are_named_than_were_pledged(engine: Engine) -> None:
    row_id = _pledge(engine)
    with ThreadPoolExecutor(8) as pool:
        said = Counter(pool.map(lambda number: _name(engine, row_id, number), range(PEOPLE)))
    assert said == {"named": PLEDGED, "all_named": PEOPLE - PLEDGED}
    assert _seen(engine, row_id) == (PLEDGED, PLEDGED, "confirmed")
    engine.dispose()


def test_eight_taps_of_one_person_are_one_name(engine: Engine) -> None:
    row_id = _pledge(engine)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: _name(engine, row_id, 1), range(8))) == {"named"}
    assert _seen(engine, row_id) == (1, 1, "pledged")
    engine.dispose()


def test_a_number_that_grows_meanwhile_lets_exactly_so_many_more_in(engine: Engine) -> None:
    row_id = _pledge(engine)
    with ThreadPoolExecutor(8) as pool:
        growing = pool.submit(_grow, engine, row_id)
        list(pool.map(lambda number: _name(engine, row_id, number), range(PEOPLE)))
        growing.result()
        list(pool.map(lambda number: _name(engine, row_id, number + PEOPLE), range(PEOPLE)))
    assert _seen(engine, row_id) == (PLEDGED + 4, PLEDGED + 4, "confirmed")
    engine.dispose()
