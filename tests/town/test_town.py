"""The town in numbers: who may read them, what they count, that no name is among them; and founding a body."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock, jobs
from scheduler.attendance.actions import Tick, record_attendance
from scheduler.errors import Conflict
from scheduler.notices.channels.email import EmailChannel, Sender
from scheduler.notices.channels.smtp import SmtpSettings
from scheduler.notices.delivery import deliver_due
from scheduler.notices.models import Attempt
from scheduler.offices.actions import By, Term, appoint
from scheduler.paper import cards
from scheduler.parties.access import Actor, may_organise
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Organization, Person, SignedIn
from scheduler.town.actions import found_with_officer, take_back
from scheduler.town.queries import counts_of
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.mailbox import new_mail, new_mails
from tests.moments import at
from tests.notices.sink import free_port
from tests.signed_in import browser_of

PAST = NOW + timedelta(days=10)
TYPED = {
    "name": "あおば自治会",
    "slug": "aoba",
    "kind": "neighbourhood",
    "officer": "後藤 五郎",
    "kana": "ごとう ごろう",
    "email": "goro@example.jp",
}


@pytest.fixture
def came(session: Session, cast: Cast) -> None:
    """Ben came to one date of the association with nobody else; another is to come."""
    slot = make.slot(session, cast.midori, NOW, places=4)
    row = make.participation(session, slot, cast.ben, NOW)
    record_attendance(session, slot.occurrence, [(row, Tick(1))], cast.aiko.id, PAST)
    make.slot(session, cast.midori, NOW, first_on=NOW.date() + timedelta(days=30))
    session.commit()


@pytest.fixture
def operator(session: Session, cast: Cast) -> Person:
    """Ben keeps the service running."""
    cast.ben.is_operator = True
    session.commit()
    return cast.ben


def test_each_body_has_its_numbers(session: Session, cast: Cast, came: None) -> None:
    block = casting.block(session, cast.midori, "midori-1", NOW)
    make.slot(session, block, NOW, first_on=NOW.date() + timedelta(days=31))
    found = counts_of(session, 2026, PAST)
    assert [one.body.slug for one in found] == ["midori", "library"]
    counts = {one.body.slug: one for one in found}
    midori = counts["midori"]
    assert (midori.activities, midori.held, midori.ahead, midori.came, midori.hours) == (3, 1, 2, 1, 2.0)
    assert counts["library"].held == 0
    assert [one.held for one in counts_of(session, 2025, PAST)] == [0, 0]


def test_the_citys_staff_read_numbers_and_no_names(
    app: Flask, session: Session, cast: Cast, came: None
) -> None:
    city = Organization(slug="city", name="つどい野市役所", kind="government", created_at=NOW)
    session.add(city)
    session.flush()
    casting.hold_office(session, cast.chie, city, "staff", NOW)
    session.commit()
    chie = browser_of(app, cast.chie)
    page, file = chie.text("/town"), chie.get("/town.csv").text
    assert all(("みどり町内会" in text, "別所" in text) == (True, False) for text in (page, file))
    assert chie.submit("/town", **TYPED).status_code == 404


def test_an_organiser_of_any_other_body_finds_nothing(app: Flask, cast: Cast) -> None:
    assert browser_of(app, cast.aiko).get("/town").status_code == 404


def test_an_operator_founds_a_body_whose_officer_is_told(
    app: Flask, session: Session, operator: Person
) -> None:
    ben = browser_of(app, operator)
    assert ben.submit("/town", **TYPED).status_code == 303
    assert "はじめの役員に、メールで知らせます。" in ben.text("/town")
    with at("2026-11-16 10:10"):
        assert "あおば自治会の会長をお願いします" in new_mail(app, "goro@example.jp")["Subject"]
    session.commit()
    goro = session.scalars(select(Person).where(Person.email == "goro@example.jp")).one()
    aoba = session.scalars(select(Organization).where(Organization.slug == "aoba")).one()
    assert may_organise(session, Actor(NOW.date(), goro.id), aoba.id)
    assert "11月16日（月）から" in browser_of(app, goro).text("/organizations/aoba/offices")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slug": "midori"}, "この名前のページはもうあります"),
        ({"slug": "あおば"}, "小文字の英字"),
        ({"email": "goro"}, "メールアドレス"),
        ({"name": ""}, "ここは必ず入れてください。"),
        ({"kana": ""}, "ふりがなを入れてください。"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    app: Flask, operator: Person, changed: dict[str, str], said: str
) -> None:
    answer = browser_of(app, operator).submit("/town", **TYPED | changed)
    assert answer.status_code in {409, 422}
    assert (said in answer.text, "後藤 五郎" in answer.text) == (True, True)
    assert '<form class="form" method="post" action="#found"' in answer.text


def test_a_body_founded_by_mistake_is_taken_back_while_nothing_hangs_on_it(
    app: Flask, session: Session, operator: Person
) -> None:
    ben = browser_of(app, operator)
    for _twice in range(2):
        assert ben.submit("/town", **TYPED).status_code == 303
        assert "作ったのを取り消す" in ben.text("/town")
        ben.submit("/town/aoba/undo", page="/town")
        assert "を、取り消しました" in ben.text("/town")
        session.rollback()
        assert session.scalars(select(Organization).where(Organization.slug == "aoba")).all() == []
    ben.submit(
        "/town", **TYPED | {"officer": "合田 六郎", "kana": "ごうだ ろくろう", "email": "roku@example.jp"}
    )
    with at("2026-11-16 10:10"):
        assert len(new_mails(app, "roku@example.jp")) == 1
        assert new_mails(app, "goro@example.jp") == []
        ben.submit("/town/aoba/undo", page="/town")
        assert "はじめの役員に知らせました" in ben.text("/town")


def test_who_was_made_an_officer_by_mistake_is_as_before(
    app: Flask, session: Session, cast: Cast, operator: Person
) -> None:
    chie = PersonFacts(cast.chie.name, cast.chie.kana, cast.chie.email or "")
    by, later = (By(operator.id, NOW.date(), NOW + timedelta(minutes=number)) for number in (1, 6))
    printed = cards.make(session, cast.chie, cast.aiko.id, "secret", NOW - timedelta(days=1))
    lasts = printed.expires_at
    spent = cards.make(session, cast.chie, cast.aiko.id, "secret", NOW - timedelta(days=2))
    spent.spent_at, printed.expires_at = NOW - timedelta(hours=1), lasts
    here = SignedIn(person_id=cast.chie.id, token_hash="a", created_at=spent.spent_at, seen_at=NOW)
    here.expires_at = NOW + timedelta(days=9)
    session.add(here)
    session.commit()

    def doors() -> tuple[bool, bool]:
        session.expire_all()
        return printed.expires_at == lasts, here.ended_at is None

    for officer in (chie, PersonFacts("後藤 五郎", "ごとう ごろう", "goro@example.jp")):
        made = found_with_officer(
            session, Organization(slug="aoba", name="あおば", created_at=NOW), officer, by
        )
        session.flush()
        assert doors() == ((False, False) if officer is chie else (True, True))
        take_back(session, made, later)
        assert doors() == (True, True)
    assert session.query(Person).filter_by(email="goro@example.jp").count() == 0


def test_whoever_is_known_elsewhere_by_then_stays_known(
    session: Session, cast: Cast, operator: Person
) -> None:
    by = By(operator.id, NOW.date(), NOW)
    officer = PersonFacts("後藤 五郎", "ごとう ごろう", "goro@example.jp")
    made = found_with_officer(session, Organization(slug="aoba", name="あおば", created_at=NOW), officer, by)
    appoint(session, cast.midori, officer, Term("treasurer", NOW.date()), by)
    take_back(session, made, by)
    session.commit()
    assert session.query(Person).filter_by(email="goro@example.jp").count() == 1


@pytest.mark.loopback
def test_a_founding_is_taken_back_also_once_its_letter_was_tried_in_vain(
    app: Flask, session: Session, operator: Person
) -> None:
    ben, nobody = browser_of(app, operator), SmtpSettings("127.0.0.1", free_port())
    ben.submit("/town", **TYPED)
    with at("2026-11-16 10:11"):
        with app.app_context():
            mail = EmailChannel(nobody, Sender("t@example.org", "つどい", "example.org"))
            outlet = jobs.outlet(app)
            deliver_due(replace(outlet, channels={**outlet.channels, "email": mail}), clock.now)
        assert session.query(Attempt).count() == 1
        session.rollback()
        assert ben.submit("/town/aoba/undo", page="/town").status_code == 303
        assert "を、取り消しました" in ben.text("/town")
    assert session.query(Attempt).count() == 0


def test_a_body_in_which_somebody_has_begun_stays(session: Session, operator: Person) -> None:
    by = By(operator.id, NOW.date(), NOW)
    officer = PersonFacts("後藤 五郎", "ごとう ごろう", "goro@example.jp")
    made = found_with_officer(session, Organization(slug="aoba", name="あおば", created_at=NOW), officer, by)
    make.activity(session, made, NOW)
    with pytest.raises(Conflict, match="body_in_use"):
        take_back(session, made, by)
    with pytest.raises(Conflict, match="undo_over"):
        take_back(session, made, By(operator.id, NOW.date(), NOW + timedelta(minutes=31)))
    assert session.get(Organization, made.id) is made
