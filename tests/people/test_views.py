"""The page of people who are listed twice, the page that asks once more, and the same as JSON."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.parties import actions
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Person
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of

PAGE = "/organizations/midori/people/duplicates"


@pytest.fixture
def pair(session: Session, cast: Cast) -> tuple[Person, Person]:
    """One person who signed up twice, by telephone."""
    slot = make.slot(session, cast.midori, NOW)
    facts = PersonFacts("田中 実", "たなか みのる", phone="090-1234-5678")
    people = actions.person(session, facts, NOW), actions.person(session, facts, NOW)
    for person in people:
        make.participation(session, slot, person, NOW)
    session.commit()
    return people


def _merge(keep: Person, drop: Person) -> str:
    return f"/organizations/midori/people/{keep.id}/merge/{drop.id}"


def test_both_stand_side_by_side_and_either_can_be_kept(
    app: Flask, cast: Cast, pair: tuple[Person, Person]
) -> None:
    page = browser_of(app, cast.aiko).text(PAGE)
    assert (page.count("090-1234-5678"), page.count("たなか みのる")) == (2, 2)
    assert (f'href="{_merge(*pair)}"' in page, f'href="{_merge(*pair[::-1])}"' in page) == (True, True)


def test_it_is_asked_once_more_before_two_become_one(
    app: Flask, session: Session, cast: Cast, pair: tuple[Person, Person]
) -> None:
    keep, drop, officer = *pair, browser_of(app, cast.aiko)
    assert "まとめると、元にはもどせません。" in officer.text(_merge(keep, drop))
    assert f'href="{_merge(keep, drop)}"' in officer.text(PAGE)
    assert officer.submit(_merge(keep, drop)).location == PAGE
    session.rollback()
    assert drop.merged_into_id == keep.id
    page = officer.text(PAGE)
    assert ("田中 実さんを1人にまとめました。" in page, "見つかりませんでした。" in page) == (True, True)


def test_who_has_proved_an_address_is_not_offered_to_be_dropped(
    app: Flask, session: Session, cast: Cast, pair: tuple[Person, Person]
) -> None:
    proved, other = pair
    proved.email_verified_at = NOW
    session.commit()
    officer = browser_of(app, cast.aiko)
    page = officer.text(PAGE)
    assert (_merge(proved, other) in page, _merge(other, proved) in page) == (True, False)
    answer = officer.submit(_merge(other, proved))
    assert (answer.status_code, "メールを確かめた方を残してください。" in answer.text) == (409, True)


def test_once_merged_there_is_nothing_to_merge(app: Flask, cast: Cast, pair: tuple[Person, Person]) -> None:
    officer = browser_of(app, cast.aiko)
    assert officer.submit(_merge(*pair)).status_code == 303
    assert officer.submit(_merge(*pair), PAGE).status_code == 404


def test_the_body_page_leads_there_for_its_organisers(app: Flask, cast: Cast) -> None:
    assert PAGE in browser_of(app, cast.aiko).text("/organizations/midori")
    assert PAGE not in browser_of(app, cast.ben).text("/organizations/midori")


def test_a_program_does_the_same(app: Flask, cast: Cast, pair: tuple[Person, Person]) -> None:
    program, (keep, drop) = program_of(app, cast.aiko), pair
    (seen,) = program.get(PAGE).get_json()["pairs"]
    assert [one["sign_ups"] for one in seen["people"]] == [1, 1]
    done = program.post(_merge(keep, drop)).get_json()
    assert (done["kept"]["id"], done["kept"]["sign_ups"], done["merged_id"]) == (keep.id, 1, drop.id)
    assert program.get(PAGE).get_json() == {"pairs": []}
    assert program.post(_merge(keep, drop)).status_code == 404
