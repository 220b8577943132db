"""A database full of people, and a crowd that races in it; made once for all races on that database."""

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, func, insert, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.parts import SlotFacts
from scheduler.db import engine_options, prepare_engine
from scheduler.participation.models import Participation
from scheduler.parties.models import Organization, Person
from tests import cast, make, postgres
from tests.conftest import NOW
from tests.participation.race import Crowd

PEOPLE = 320


@dataclass
class Looks:
    """What somebody sees who looks at the slot all the while: how often, and what was wrong."""

    times: int = 0
    wrong: list[tuple[int, ...]] = field(default_factory=list)


@dataclass(frozen=True)
class Arena:
    """A database, and the crowd that races in it. People and bodies have the numbers from 1 to `PEOPLE`."""

    url: str
    engine: Engine
    crowd: Crowd

    def date(self, *slots: SlotFacts, now: datetime = NOW) -> list[int]:
        """Publish a new date in the week after and return its slots."""
        with Session(self.engine) as session:
            day = now.date() + timedelta(days=7)
            body = session.get_one(Organization, 1)
            made = make.occurrence(session, body, now, first_on=day, slots=slots)
            session.commit()
            return [slot.id for slot in made.slots]

    def slot(self, places: int, now: datetime = NOW) -> int:
        """Return a slot of a new date."""
        return self.date(SlotFacts("積込み", places), now=now)[0]

    def rows(self, slot_id: int, people: Sequence[int], state: str) -> list[int]:
        """Let people have signed up for a slot already, in this order; return their sign-ups."""
        first = {"confirmed": {"holds": True}, "waitlisted": {}, "applied": {}}[state]
        usual = {"slot_id": slot_id, "people": 1, "places": 1, "state": state, "revision": 1}
        stamps = {"created_at": NOW, "changed_at": NOW}
        values = [
            usual | first | stamps | {"person_id": person, "contact_id": person, "queue_no": number}
            for number, person in enumerate(people, start=1)
        ]
        for row in values:
            row["queue_no"] = row["queue_no"] if state == "waitlisted" else None
        with Session(self.engine) as session:
            session.execute(insert(Participation), values)
            if state == "confirmed":
                session.get_one(Slot, slot_id).taken += len(people)
            session.commit()
            wanted = select(Participation.id).where(
                Participation.slot_id == slot_id, Participation.state == state
            )
            return list(session.scalars(wanted.order_by(Participation.id)))

    def seen(self, slot_id: int) -> tuple[int, int, int]:
        """Return the counter, what the rows say, and the places, in one look."""
        rows = select(func.coalesce(func.sum(Participation.places), 0))
        held = rows.where(Participation.slot_id == slot_id, Participation.holds).scalar_subquery()
        with Session(self.engine) as session:
            taken, by_rows, places = session.execute(
                select(Slot.taken, held, Slot.places).where(Slot.id == slot_id)
            ).one()
            return taken, by_rows, places

    @contextmanager
    def watched(self, slot_id: int) -> Iterator[Looks]:
        """Look at the slot again and again as long as the block lasts."""
        looks, over = Looks(), threading.Event()

        def watch() -> None:
            while not over.is_set():
                taken, by_rows, places = self.seen(slot_id)
                looks.times += 1
                looks.wrong += [] if taken == by_rows <= places else [(taken, by_rows, places)]
                over.wait(0.02)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield looks
        finally:
            over.set()
            watcher.join()

    def forget_dates(self) -> None:
        """Take all dates off, so that nobody who looks through all rows finds those of races that are over."""
        with Session(self.engine) as session:
            for date in session.scalars(select(Occurrence)):
                date.state = "cancelled"
            session.commit()


def arena_on(database: str, request: pytest.FixtureRequest) -> Iterator[Arena]:
    """Fill a database on `sqlite` or `postgres` with people and bodies, and gather the crowd."""
    if database == "sqlite":
        folder = request.getfixturevalue("tmp_path_factory").mktemp("race")
        empty = request.getfixturevalue("instance") / "empty.db"
        url = f"sqlite:///{shutil.copyfile(empty, folder / 'race.db')}"
    else:
        like, server = request.getfixturevalue("migrated"), request.getfixturevalue("postgres_server")
        url = postgres.new_database(server, f"race_{os.getpid()}", like)
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    with Session(engine) as session:
        cast.make(session, NOW)
        there = session.scalar(select(func.max(Person.id))) or 0
        session.add_all(_person(number) for number in range(there + 1, PEOPLE + 1))
        session.add_all(
            Organization(slug=f"b{number}", name=f"団体 {number}", created_at=NOW)
            for number in range(3, PEOPLE + 1)
        )
        session.commit()
    with Crowd(url) as crowd:
        yield Arena(url, engine, crowd)
    engine.dispose()


def _person(number: int) -> Person:
    key, address = f"さんか{number}", f"p{number}@example.jp"
    return Person(
        name=f"参加 {number}",
        kana=key,
        kana_key=key,
        email=address,
        email_key=address,
        link_salt=f"{number}",
        created_at=NOW,
    )
