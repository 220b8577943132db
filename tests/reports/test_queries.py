"""Hours come from the ticks, by party and by the local day on which they were served."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.attendance.actions import Tick, record_attendance
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.actions import add_household
from scheduler.parties.models import Household
from scheduler.reports.queries import hours_of_body, hours_of_person
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import tokyo


def served(
    session: Session, row: Participation, cast: Cast, people: int = 1, minutes: int | None = None
) -> None:
    """Write down that a party came."""
    occurrence = row.slot.occurrence
    record_attendance(session, occurrence, [(row, Tick(people, minutes))], cast.aiko.id, occurrence.ends_at)


def slot_on(session: Session, cast: Cast, day: date, **changes: object) -> Slot:
    """Return a slot of a date on this day, announced a month before."""
    announced = datetime(day.year, day.month, day.day, tzinfo=NOW.tzinfo) - timedelta(days=30)
    return make.slot(session, cast.midori, announced, places=40, first_on=day, **changes)


def join_at(session: Session, slot: Slot, sign_up: SignUp) -> Participation:
    """Sign a party up the day before."""
    return join(session, slot, sign_up, slot.starts_at - timedelta(days=1))


def test_minutes_are_the_slots_unless_others_were_written(session: Session, cast: Cast) -> None:
    for day, minutes in ((date(2026, 12, 6), None), (date(2026, 12, 13), 45)):
        slot = slot_on(session, cast, day)
        served(session, join_at(session, slot, SignUp(cast.ben.id)), cast, minutes=minutes)
    (line,) = hours_of_body(session, cast.midori.id, 2026)
    assert (line.name, line.dates, line.people, line.minutes) == ("別所 勉", 2, 2, 120 + 45)


def test_no_minutes_are_no_minutes(session: Session, cast: Cast) -> None:
    slot = slot_on(session, cast, date(2026, 12, 6))
    served(session, join_at(session, slot, SignUp(cast.ben.id)), cast, minutes=0)
    assert hours_of_body(session, cast.midori.id, 2026)[0].minutes == 0


def test_who_only_signed_up_or_did_not_come_has_no_line(session: Session, cast: Cast) -> None:
    slot = slot_on(session, cast, date(2026, 12, 6))
    join_at(session, slot, SignUp(cast.ben.id))
    served(session, join_at(session, slot, SignUp(cast.chie.id)), cast, people=0)
    assert hours_of_body(session, cast.midori.id, 2026) == []


def test_families_and_bodies_have_lines_of_their_own(session: Session, cast: Cast) -> None:
    home = add_household(session, Household(name="別所家", created_at=NOW), [cast.ben])
    slot = slot_on(session, cast, date(2026, 12, 6))
    parties = [
        SignUp(cast.ben.id),
        SignUp(cast.ben.id, household_id=home.id),
        SignUp(cast.chie.id, organization_id=cast.library.id, pledged=12),
    ]
    for sign_up in parties:
        row = join_at(session, slot, sign_up)
        served(session, row, cast, people=row.people)
    lines = {line.name: (line.people, line.hours) for line in hours_of_body(session, cast.midori.id, 2026)}
    assert lines == {"別所 勉": (1, 2.0), "別所家": (1, 2.0), "市立図書館": (12, 24.0)}


YEARS = [("2026-03-31", 2025), ("2026-04-01", 2026), ("2027-03-31", 2026), ("2027-04-01", 2027)]


@pytest.mark.parametrize(("day", "year"), YEARS)
@pytest.mark.parametrize("clock", ["00:00", "08:00", "23:00"])
def test_the_year_is_that_of_the_day_in_the_dates_own_zone(
    session: Session, cast: Cast, day: str, year: int, clock: str
) -> None:
    local = tokyo(f"{day} {clock}")
    slot = slot_on(session, cast, local.date(), first_at=local.time(), minutes=30, decide_at=None)
    served(session, join_at(session, slot, SignUp(cast.ben.id)), cast)
    found = [asked for asked in (2025, 2026, 2027) if hours_of_body(session, cast.midori.id, asked)]
    assert found == [year]


def test_a_person_sees_the_own_hours_of_all_bodies_and_of_nobody_else(session: Session, cast: Cast) -> None:
    for body in (cast.midori, cast.library):
        slot = make.slot(session, body, NOW, places=5, slots=(SlotFacts("受付", 5, minutes=60),))
        for person in (cast.ben, cast.chie):
            served(session, make.participation(session, slot, person, NOW), cast)
    (line,) = hours_of_person(session, cast.ben.id, 2026)
    assert (line.name, line.dates, line.minutes) == ("別所 勉", 1, 120)
    assert len(hours_of_body(session, cast.midori.id, 2026)) == 2


def test_a_postponed_date_counts_on_the_day_it_was_held(session: Session, cast: Cast) -> None:
    slot = slot_on(session, cast, date(2027, 3, 28))
    row = join_at(session, slot, SignUp(cast.ben.id))
    slot.occurrence.starts_at += timedelta(days=7)
    slot.occurrence.ends_at += timedelta(days=7)
    served(session, row, cast)
    assert hours_of_body(session, cast.midori.id, 2026) == []
    assert hours_of_body(session, cast.midori.id, 2027)[0].minutes == 120
