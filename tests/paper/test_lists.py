"""Lists of names, the rota and the key card: numbered copies, one's own line at once, a key that opens once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.offices.actions import By as Appointing
from scheduler.offices.actions import Term, appoint
from scheduler.paper import cards
from scheduler.paper.actions import By, key_in
from scheduler.parties import actions as parties
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Person
from scheduler.parties.tokens import derived
from tests.board.people import actor
from tests.cast import Cast, hold_office
from tests.conftest import NOW
from tests.paper.pdf import read
from tests.paper.streets import Street, date, line, sheet, street
from tests.signed_in import browser_of
from tests.visitor import Visitor

SECRET = "a secret of the tests"


@pytest.fixture
def midori(session: Session, cast: Cast) -> Street:
    return street(session, cast, 5)


def test_every_copy_of_a_roster_has_a_number_and_an_end(
    app: Flask, session: Session, cast: Cast, midori: Street
) -> None:
    printed = sheet(session, cast, midori, date(session, cast))
    key_in(session, printed, [line(printed, 1, 2), line(printed, 3, 1)], By(actor(cast.aiko), NOW))
    session.commit()
    browser = browser_of(app, cast.aiko)
    paper = read(browser.get(f"/dates/{printed.occurrence_id}/roster.pdf?copies=2").data)
    assert ["（2枚目／2枚）" in page for page in paper.pages] == [False, True]
    assert ("青山家" in paper.tight, "11月29日（日）までに世話人に返すか" in paper.tight) == (True, True)
    stations = read(browser.get(f"/dates/{printed.occurrence_id}/station-list.pdf").data)
    assert ["上野家" in page for page in stations.pages] == [True, False]


def test_a_household_finds_its_year_in_its_own_line(
    app: Flask, session: Session, cast: Cast, midori: Street
) -> None:
    printed = sheet(session, cast, midori, date(session, cast))
    key_in(session, printed, [line(printed, 2, 1), line(printed, 4, 0, 1)], By(actor(cast.aiko), NOW))
    session.commit()
    path = f"/activities/{printed.occurrence.activity_id}/rota.pdf"
    paper = read(browser_of(app, cast.aiko).get(f"{path}?era=1").data)
    assert ("令和8年度" in paper.tight, len(paper.pages), paper.smallest >= 12) == (True, 1, True)
    assert ("池田家22A" in paper.tight, "江口家22B" in paper.tight, "青山家22" in paper.tight) == (
        True,
        True,
        False,
    )
    assert "22A" not in read(browser_of(app, cast.aiko).get(f"{path}?year=2027").data).tight
    printed.occurrence.state = "cancelled"
    session.commit()
    called_off = read(browser_of(app, cast.aiko).get(path).data).tight
    assert ("池田家22×A" in called_off, "×中止" in called_off) == (True, True)


@pytest.fixture
def kiyoshi(session: Session, midori: Street) -> Person:
    """Somebody of the street who has no mail."""
    person = parties.unreachable_person(session, PersonFacts("野田 清", "のだ きよし"), NOW)
    person.household_id = midori.homes[0].id
    session.flush()
    return person


def test_a_key_card_signs_in_once_and_not_after_it_was_stopped(
    app: Flask, session: Session, cast: Cast, kiyoshi: Person
) -> None:
    session.commit()
    officer, path = browser_of(app, cast.aiko), f"/people/{kiyoshi.id}/card"
    assert officer.get(f"{path}.pdf").status_code == 404
    officer.submit(path)
    assert "野田 清さん" in read(officer.get(f"{path}.pdf").data).text
    links = [f"/sign-in/{derived(SECRET, 'sign-in', _card(session, kiyoshi))}"]
    assert [Visitor(app).submit(links[0]).status_code for _ in range(2)] == [303, 422]
    officer.submit(path)
    stopped = f"/sign-in/{derived(SECRET, 'sign-in', _card(session, kiyoshi))}"
    officer.submit(f"{path}/stop", page=path)
    assert Visitor(app).submit(stopped).status_code == 422


def _card(session: Session, person: Person) -> str:
    session.rollback()
    card = cards.live_card(session, person, NOW)
    assert card is not None
    return card.salt


def test_nobody_prints_a_key_of_who_can_be_written_to_or_holds_an_office(
    session: Session, cast: Cast, midori: Street, kiyoshi: Person
) -> None:
    officer = actor(cast.aiko)
    assert cards.may_print_for(session, officer, kiyoshi)
    assert not cards.may_print_for(session, actor(midori.leader), kiyoshi)
    assert not cards.may_print_for(session, actor(cast.chie), kiyoshi)
    assert not cards.may_print_for(session, officer, midori.speakers[0])
    assert cards.may_print_for(session, actor(midori.speakers[0]), midori.speakers[0])
    hold_office(session, kiyoshi, cast.library, "counter", NOW)
    assert not cards.may_print_for(session, officer, kiyoshi)
    # Nor do those of the library, where he holds the office: it would open his home's list, too.
    assert not cards.may_print_for(session, actor(cast.chie), kiyoshi)


def test_a_card_that_somebody_printed_opens_nothing_once_its_holder_has_an_office(
    session: Session, cast: Cast, kiyoshi: Person
) -> None:
    long_ago = NOW - timedelta(days=60)
    forgotten = cards.make(session, kiyoshi, cast.aiko.id, SECRET, long_ago)
    long_signed_in = parties.sign_in_by_link(session, derived(SECRET, "sign-in", forgotten.salt), long_ago)
    session.delete(forgotten)
    cards.make(session, kiyoshi, cast.aiko.id, SECRET, NOW)
    card = cards.live_card(session, kiyoshi, NOW)
    assert card is not None
    spent = parties.sign_in_by_link(session, derived(SECRET, "sign-in", card.salt), NOW)
    cards.make(session, kiyoshi, cast.aiko.id, SECRET, NOW)
    kiyoshi.email = kiyoshi.email_key = "kiyoshi@example.jp"
    session.flush()
    by = Appointing(cast.aiko.id, NOW.date(), NOW)
    facts = PersonFacts("野田 清", "のだ きよし", email="kiyoshi@example.jp")
    held = appoint(session, cast.midori, facts, Term("chair", NOW.date()), by)
    assert held.person_id == kiyoshi.id
    assert cards.live_card(session, kiyoshi, NOW) is None
    assert parties.signed_in_person(session, spent, NOW) is None
    assert parties.signed_in_person(session, long_signed_in, NOW) is None
