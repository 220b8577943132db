"""The same on PostgreSQL, which checks keys at once and forgives nothing: change a series, and take it back."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from scheduler.activities.actions import make_dates, post, publish
from scheduler.activities.models import Activity, Slot
from scheduler.activities.parts import SlotFacts
from scheduler.activities.recurrence import to_local
from scheduler.activities.search import moved_away
from scheduler.activities.wishes import Wish
from scheduler.changes import drafts
from scheduler.changes.moves import Place
from scheduler.changes.parts import PartChange
from scheduler.changes.undo import undo
from scheduler.db import engine_options, prepare_engine
from scheduler.decisions import actions as decisions
from scheduler.errors import NotFound
from scheduler.participation.actions import join
from scheduler.participation.own_words import is_known_elsewhere
from scheduler.participation.signing import SignUp
from scheduler.reach.pending import pending_of
from tests import cast, make
from tests.changes.wanting import TEN, WEEKLY, dates_of, days, make_change, one, series
from tests.conftest import NOW

PARTS = (
    PartChange("積込み", "運ぶ", 9),
    PartChange("受付", "受付", 2, remove=True),
    PartChange("", "案内", 3),
)


@pytest.fixture
def theirs(migrated_url: str) -> Iterator[Session]:
    """A session on a database of its own."""
    engine = prepare_engine(create_engine(migrated_url, **engine_options(migrated_url)))
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.mark.parametrize(
    "migrated_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_series_is_changed_and_put_back(theirs: Session) -> None:
    people = cast.make(theirs, NOW)
    slots = (SlotFacts("積込み", 4), SlotFacts("受付", 2))
    weekly = make.activity(theirs, people.midori, NOW, rule=WEEKLY, slots=slots)
    rows = dates_of(theirs, weekly.id)
    make.participation(theirs, rows[1].slots[0], people.ben, NOW)
    before = [(row.id, *days([row])) for row in rows]
    # A week later each: every date takes the start that another one has left.
    wanted = series(
        rows[1],
        "FREQ=WEEKLY;INTERVAL=2",
        first_on=date(2026, 12, 6),
        first_at=TEN,
        place=Place("川原"),
        parts=PARTS,
    )
    made = make_change(theirs, rows[1], wanted, "all")
    assert days(dates_of(theirs, weekly.id))[0] == "12-06 10:00"
    undo(theirs, made, None, NOW + timedelta(minutes=5))
    after = dates_of(theirs, weekly.id)
    assert [(row.id, *days([row])) for row in after] == before
    assert [slot.name for slot in after[0].slots] == ["積込み", "受付"]
    assert make_dates(theirs, weekly, NOW) == 0


def test_every_day_on_which_a_date_was_to_be_leads_to_where_it_is_now(theirs: Session) -> None:
    people = cast.make(theirs, NOW)
    moved = make.occurrence(theirs, people.midori, NOW)

    def leading(month: int = 11) -> dict[int, list[int]]:
        theirs.flush()
        found = moved_away(theirs, Wish(), NOW, date(2026, month, 1), date(2026, 12, 31))
        return {day.day: [line.starts.day for line in lines] for day, lines in sorted(found.items())}

    def ruling() -> decisions.Ruling:
        return decisions.Ruling(people.aiko.id, moved.revision)

    for decide in (decisions.postpone, decisions.postpone, decisions.take_back):
        decide(theirs, moved, ruling(), NOW)
    assert leading() == {22: [29]}
    decisions.postpone(theirs, moved, ruling(), NOW)
    assert leading() == {22: [6], 29: [6]}
    made = make_change(theirs, moved, one(moved, starts=one(moved).starts.replace(day=8)))
    assert leading() == {6: [8], 22: [8], 29: [8]}
    undo(theirs, made, people.aiko.id, NOW)
    assert leading() == {22: [6], 29: [6]}
    # Also where it is now before the month in which one looks, by decisions and changes.
    decisions.postpone(theirs, moved, ruling(), NOW)
    for starts in (one(moved).starts.replace(day=20), one(moved).starts.replace(month=11, day=28)):
        make_change(theirs, moved, one(moved, starts=starts))
    assert leading(12) == {6: [28], 13: [28], 20: [28]}


@pytest.mark.parametrize(
    "migrated_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_who_comes_a_moment_late_finds_what_another_has_made_of_an_activity(theirs: Session) -> None:
    people = cast.make(theirs, NOW)
    slot = make.slot(theirs, people.midori, NOW)
    draft = post(theirs, people.midori.id, make.facts(), people.aiko.id, NOW)
    theirs.commit()
    ben = people.ben.id
    with Session(theirs.get_bind()) as other:
        late, seen = other.get_one(Slot, slot.id), other.get_one(Activity, draft.id)
        assert (late.occurrence.state, seen.state) == ("open", "draft")
        drafts.unpublish(theirs, slot.occurrence.activity, None, NOW)
        drafts.discard(theirs, draft, None, NOW)
        theirs.commit()
        with pytest.raises(NotFound):
            join(other, late, SignUp(ben), NOW)
        with pytest.raises(NotFound):
            publish(other, seen, None, NOW)


@pytest.mark.parametrize(
    "migrated_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_what_waits_is_found_and_an_earlier_question_comes_back(theirs: Session) -> None:
    people, later = cast.make(theirs, NOW), NOW + timedelta(minutes=1)
    weekly = make.activity(theirs, people.midori, NOW, rule=WEEKLY)
    date_ = dates_of(theirs, weekly.id)[0]
    ben = make.participation(theirs, date_.slots[0], people.ben, NOW)
    begins = to_local(date_.starts_at, weekly.timezone)
    make_change(theirs, date_, one(date_, starts=begins + timedelta(days=1)))
    second = make_change(theirs, date_, one(date_, starts=begins + timedelta(days=2)), now=later)
    assert [one_.change_id for one_ in pending_of(theirs, [people.midori.id], later)][-1] == second.id
    undo(theirs, second, people.aiko.id, later)
    theirs.commit()
    assert (ben.asked_again, ben.asked_again_at) == ("moved", NOW)
    assert not is_known_elsewhere(theirs, people.ben, {people.midori.id})
