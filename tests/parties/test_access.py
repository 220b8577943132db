"""Rights follow from offices, for as long as they are held."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from scheduler.parties.access import ORGANISING, Actor, has_competence, may_organise, organised_bodies
from scheduler.parties.models import Membership
from tests.cast import Cast, be_trained, hold_office
from tests.conftest import NOW

TODAY = NOW.date()


def actor(person_id: int | None, days: int = 0, *, by_link: bool = False) -> Actor:
    """Return somebody who asks so many days from today."""
    return Actor(TODAY + timedelta(days=days), person_id, by_link)


@pytest.mark.parametrize("office", ORGANISING)
def test_an_organising_office_lets_one_organise(session: Session, cast: Cast, office: str) -> None:
    hold_office(session, cast.ben, cast.midori, office, NOW)
    assert may_organise(session, actor(cast.ben.id), cast.midori.id)
    assert not may_organise(session, actor(cast.ben.id), cast.library.id)


def test_another_office_a_competence_and_plain_membership_do_not(session: Session, cast: Cast) -> None:
    hold_office(session, cast.ben, cast.midori, "auditor", NOW)
    be_trained(session, cast.ben, cast.midori, "mower", NOW)
    assert not may_organise(session, actor(cast.ben.id), cast.midori.id)


TERMS = [(-2, False), (-1, True), (0, True), (5, True), (6, False)]


@pytest.mark.parametrize(("days", "may"), TERMS)
def test_an_office_counts_from_its_first_day_to_its_last(
    session: Session, cast: Cast, days: int, may: bool
) -> None:
    held = hold_office(session, cast.ben, cast.midori, "chair", NOW)
    held.ends_on = TODAY + timedelta(days=5)
    session.flush()
    assert may_organise(session, actor(cast.ben.id, days), cast.midori.id) is may


def test_a_personal_link_and_a_stranger_have_no_office(session: Session, cast: Cast) -> None:
    assert organised_bodies(session, actor(cast.aiko.id, by_link=True)) == []
    assert organised_bodies(session, actor(None)) == []


def test_two_offices_in_one_body_name_it_once(session: Session, cast: Cast) -> None:
    hold_office(session, cast.aiko, cast.midori, "treasurer", NOW)
    assert organised_bodies(session, actor(cast.aiko.id)) == [cast.midori]


def test_a_competence_counts_for_the_body_that_gave_it_and_for_its_term(session: Session, cast: Cast) -> None:
    trained: Membership = be_trained(session, cast.ben, cast.midori, "mower", NOW)
    trained.ends_on = TODAY
    session.flush()
    who, where = cast.ben.id, cast.midori.id
    assert has_competence(session, who, where, "mower", TODAY)
    assert not has_competence(session, who, where, "mower", TODAY + timedelta(days=1))
    assert not has_competence(session, who, where, "reading_aloud", TODAY)
    assert not has_competence(session, who, cast.library.id, "mower", TODAY)
