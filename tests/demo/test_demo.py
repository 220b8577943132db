"""The demo neighbourhood, loaded once: what a newcomer finds must be right, full of life, and told to nobody."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import demo
from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.checking import wrong_counters
from scheduler.demo.entries import Closure, Party, SlotEntry
from scheduler.groups.queries import shares_at
from scheduler.history import changes_of
from scheduler.notices.models import Delivery
from scheduler.participation.models import Companion, Participation
from scheduler.parties.access import Actor, has_competence, organised_bodies
from scheduler.parties.models import Organization, Person
from scheduler.parties.queries import find_body, person_by_email
from scheduler.reports.hours import fiscal_year
from scheduler.reports.queries import hours_of_body
from tests.conftest import NOW

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 16)


def _dates(session: Session, slug: str) -> list[Occurrence]:
    wanted = select(Occurrence).join(Activity).join(Organization).where(Organization.slug == slug)
    return list(session.scalars(wanted.order_by(Occurrence.first_starts_at)))


def _marathon(session: Session) -> Occurrence:
    briefing, day = _dates(session, "marathon")
    assert briefing.ends_at < day.starts_at
    return day


def _first_starts(session: Session, slug: str) -> list[datetime]:
    return [to_local(date.first_starts_at, "Asia/Tokyo") for date in _dates(session, slug)]


def _person(session: Session, key: str) -> Person:
    found = person_by_email(session, f"{key}@example.jp")
    assert found is not None
    return found


def test_the_marathon_asks_for_743_people_at_40_stations_and_still_has_room(town: Session) -> None:
    day = _marathon(town)
    stations = {slot.name.removesuffix(" リーダー") for slot in day.slots}
    assert (len(stations), sum(slot.places for slot in day.slots)) == (40, 743)
    assert 560 < sum(slot.taken for slot in day.slots) < 680
    assert timedelta(days=34) < day.starts_at - NOW < timedelta(days=43)


def test_bodies_families_and_single_people_come_to_the_marathon(town: Session) -> None:
    day = _marathon(town)
    rows = town.scalars(select(Participation).join(Slot).where(Slot.occurrence_id == day.id)).all()
    pledged = [row.people for row in rows if row.organization_id is not None]
    assert (min(pledged), max(pledged)) == (2, 60)
    assert sum(row.household_id is not None for row in rows) >= 18
    assert sum(row.person_id is not None for row in rows) >= 80


def test_only_people_who_know_how_lead_a_water_station(town: Session) -> None:
    marathon = find_body(town, "marathon")
    leading = select(Participation).join(Slot).where(Slot.competence == "station_leader")
    leaders = [row.contact_id for row in town.scalars(leading)]
    assert len(leaders) == 11
    assert all(has_competence(town, leader, marathon.id, "station_leader", TODAY) for leader in leaders)


def test_leaders_have_been_asked_to_a_briefing_and_helpers_are_fifteen_or_older(town: Session) -> None:
    slots = _marathon(town).slots
    leading = [slot for slot in slots if slot.competence == "station_leader"]
    assert {town.get_one(Activity, slot.briefing_id).title for slot in leading} == {"給水所リーダー説明会"}
    assert {slot.min_age for slot in slots} == {15, 18}
    grades = select(Companion.age_months).join(Participation).join(Slot).where(Slot.min_age == 15)
    assert all(months is None or months >= 180 for months in town.scalars(grades))


def test_neighbourhood_associations_have_shares_that_are_taken_in_part_or_not_at_all(town: Session) -> None:
    lines = shares_at(town, _marathon(town))
    assert {(line.body.slug, line.asked, line.left) for line in lines} == {
        ("north", 14, 2),
        ("south", 15, 3),
        ("midori", 14, 2),
        ("north", 8, 8),
        ("seniors", 6, 0),
    }
    assert all(line.is_kept and line.until > NOW for line in lines)


def test_some_bodies_are_named_some_in_part_and_some_not_at_all(town: Session) -> None:
    bodies = select(Participation).where(Participation.is_pledge)
    named = {row.party_name: (row.named, row.people, row.state) for row in town.scalars(bodies)}
    assert named["南町内会"] == (12, 12, "confirmed")
    assert named["みどり町内会"] == (6, 12, "pledged")
    assert named["消防団 第2分団"] == (1, 12, "pledged")


def test_each_way_of_giving_places_is_seen_once(town: Session) -> None:
    ahead = (
        select(Participation.state, Slot.policy).join(Slot).join(Occurrence).where(Occurrence.starts_at > NOW)
    )
    seen = set(town.execute(ahead).tuples())
    assert {("waitlisted", "first_come"), ("applied", "approval"), ("confirmed", "approval")} <= seen
    lottery = select(func.count()).select_from(Participation).join(Slot).where(Slot.policy == "lottery")
    assert town.scalar(lottery) == 9


def test_every_counter_is_what_its_rows_say(town: Session) -> None:
    assert wrong_counters(town) == []
    taken = town.scalar(select(func.sum(Slot.taken)))
    assert taken == town.scalar(select(func.sum(Participation.places)).where(Participation.holds))


def test_the_recovery_day_is_the_second_sunday_at_eight(town: Session) -> None:
    starts = _first_starts(town, "midori")
    assert {(day.weekday(), (day.day - 1) // 7, day.hour, day.minute) for day in starts} == {(6, 1, 8, 0)}
    assert sum(day.date() < TODAY for day in starts) >= 12


def test_the_park_is_looked_after_on_third_saturdays_from_april_to_november(town: Session) -> None:
    starts = _first_starts(town, "midori-park")
    assert {(day.weekday(), (day.day - 1) // 7) for day in starts} == {(5, 2)}
    assert {day.month for day in starts} == set(range(4, 12))
    assert sum(day.date() < TODAY for day in starts) >= 8


def test_story_time_is_every_wednesday_for_eight_families_and_three_supporters(town: Session) -> None:
    starts = _first_starts(town, "library")
    assert {later - day for day, later in pairwise(starts)} == {timedelta(days=7)}
    asked = {tuple((slot.unit, slot.places) for slot in day.slots) for day in _dates(town, "library")}
    assert asked == {(("family", 8), ("person", 3))}
    held = [day for day in _dates(town, "library") if day.takes_place and day.ends_at < NOW]
    assert 40 <= len(held) <= 50


def test_a_child_of_four_has_a_certain_place_within_the_next_weeks(town: Session) -> None:
    soon = (Occurrence.starts_at > NOW, Occurrence.starts_at < NOW + timedelta(days=15))
    fits = (Slot.min_children > 0, Slot.min_age <= 4, Slot.max_age >= 4, Slot.policy == "first_come")
    found = town.scalars(select(Slot).join(Occurrence).where(*soon, *fits)).all()
    assert (len(found), min(slot.left for slot in found) > 0) == (2, True)


def test_children_come_by_age_in_months_and_nobody_before_birth(town: Session) -> None:
    library = select(Companion.age_months).join(Participation).join(Slot).where(Slot.unit == "family")
    ages = [age for age in town.scalars(library) if age is not None]
    assert min(ages) >= 0
    assert len(set(ages)) > 20


def test_a_date_to_come_is_full_and_another_is_not(town: Session) -> None:
    ahead = [day for slug in ("midori", "library") for day in _dates(town, slug) if day.starts_at > NOW]
    left = [sum(slot.left for slot in day.slots) for day in ahead if any(slot.taken for slot in day.slots)]
    assert min(left) == 0 < max(left)


def test_the_association_has_hours_in_both_fiscal_years(town: Session) -> None:
    midori, this_year = find_body(town, "midori"), fiscal_year(TODAY)
    for year in (this_year - 1, this_year):
        assert sum(line.hours for line in hours_of_body(town, midori.id, year)) > 50


def test_most_came_some_did_not_and_everybody_was_ticked(town: Session) -> None:
    over = select(Participation).join(Slot).join(Occurrence).where(Occurrence.ends_at < NOW)
    states = [row.state for row in town.scalars(over.where(Occurrence.state.in_(("open", "confirmed"))))]
    assert set(states) == {"done", "absent"}
    assert 0.85 < states.count("done") / len(states) < 0.98


def test_a_rainy_recovery_day_was_postponed_and_then_held(town: Session) -> None:
    [moved] = [day for day in _dates(town, "midori") if day.has_moved]
    assert moved.starts_at - moved.first_starts_at == timedelta(days=7)
    decided = [change.after for change in changes_of(town, "occurrence", moved.id) if change.verb == "decide"]
    assert decided == ["postponed", "confirmed"]


def test_nothing_of_it_waits_to_be_sent(town: Session) -> None:
    states = town.execute(select(Delivery.state, Delivery.reason).distinct()).tuples().all()
    assert [tuple(row) for row in states] == [("dropped", "demo")]


def test_nobody_has_signed_up_or_decided_in_the_future(town: Session) -> None:
    assert town.scalar(select(func.count()).where(Participation.created_at > NOW)) == 0
    assert town.scalar(select(func.count()).where(Occurrence.decided_at > NOW)) == 0


def test_the_whole_cast_can_be_tried_out(town: Session) -> None:
    cast = demo.cast(town)
    assert len(cast) == 7
    assert [email for role, email in cast if "班長" in role] == ["hanaoka.michiko@example.jp"]
    assert all(_person(town, email.removesuffix("@example.jp")).email == email for _, email in cast)
    assert _person(town, "james.whitfield").language == "en"


def test_officers_organise_their_bodies(town: Session) -> None:
    of = {
        key: {body.slug for body in organised_bodies(town, Actor(TODAY, _person(town, key).id))}
        for key in ("fujino.shoichi", "honjo.shiori", "hayasaka.sho", "hinata.aoi")
    }
    assert of["fujino.shoichi"] == {"midori", "midori-park"}
    assert (of["honjo.shiori"], of["hayasaka.sho"], of["hinata.aoi"]) == ({"library"}, {"marathon"}, set())


def test_somebody_without_an_address_was_signed_up_by_the_organiser(town: Session) -> None:
    by_phone = select(Participation).join(Person, Person.id == Participation.contact_id)
    rows = town.scalars(by_phone.where(Person.email.is_(None))).all()
    assert {row.entered_by_id for row in rows} == {_person(town, "fujino.shoichi").id}


def test_it_is_not_loaded_twice(town: Session) -> None:
    people = town.scalar(select(func.count()).select_from(Person))
    assert not demo.is_empty(town)
    with pytest.raises(ValueError, match="not empty"):
        demo.load_into(town, NOW)
    assert town.scalar(select(func.count()).select_from(Person)) == people


def test_an_empty_database_has_no_cast(session: Session) -> None:
    assert demo.is_empty(session)
    assert demo.cast(session) == []


def test_a_misspelt_name_in_a_file_is_refused() -> None:
    with pytest.raises(ValidationError, match="plcaes"):
        SlotEntry.model_validate({"part": {"name": "受付", "places": 2, "plcaes": 3}})
    assert Party.model_validate("fujino.shoichi").person == "fujino.shoichi"


def test_a_closure_runs_over_the_turn_of_the_year() -> None:
    closure = Closure(first="12-27", last="01-05", reason="休館日のため")
    days = [datetime(2026, 12, 26, tzinfo=UTC) + timedelta(days=number) for number in range(12)]
    assert [day.day for day in days if not closure.covers(day.date())] == [26, 6]
