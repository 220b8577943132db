"""Offices: appointing, ending, handing over; by form, by program, and what the next one is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler import migrating
from scheduler.db import engine_options, prepare_engine
from scheduler.errors import Conflict, Invalid, Refused
from scheduler.notices.models import Delivery, Notice
from scheduler.offices.actions import By, Term, appoint, end, take_end_back
from scheduler.parties.access import Actor, may_organise
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Membership
from tests import cast as casting
from tests.cast import Cast
from tests.conftest import NOW
from tests.mailbox import new_mail, text
from tests.program import done
from tests.signed_in import browser_of, program_of

TODAY = date(2026, 11, 16)
PATH = "/organizations/midori/offices"
GORO = PersonFacts("後藤 五郎", "ごとう ごろう", email="goro@example.jp")
NEXT_YEAR = Term("treasurer", date(2027, 4, 1), date(2028, 3, 31))
TYPED = {"body": "midori", "office": "chair", "name": GORO.name, "kana": GORO.kana, "email": GORO.email}


def by(cast: Cast) -> By:
    return By(cast.aiko.id, TODAY, NOW)


@pytest.mark.parametrize(
    ("facts", "term", "code"),
    [
        (GORO, replace(NEXT_YEAR, office="emperor"), "office_unknown"),
        (GORO, replace(NEXT_YEAR, office="block_leader"), "office_unknown"),
        (GORO, replace(NEXT_YEAR, ends_on=date(2027, 3, 31)), "term_unusable"),
        (GORO, replace(NEXT_YEAR, starts_on=date(1926, 12, 25)), "term_unusable"),
        (replace(GORO, email=""), NEXT_YEAR, "office_needs_email"),
        (replace(GORO, email="goro"), NEXT_YEAR, "email_unusable"),
        (replace(GORO, kana=""), NEXT_YEAR, "name_missing"),
    ],
)
def test_an_office_without_sense_is_refused(
    session: Session, cast: Cast, facts: PersonFacts, term: Term, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        appoint(session, cast.midori, facts, term, by(cast))
    assert refused.value.code == code


def test_an_office_counts_from_its_first_day_to_its_last(session: Session, cast: Cast) -> None:
    held = appoint(session, cast.midori, GORO, NEXT_YEAR, by(cast))
    days = [date(2027, 3, 31), date(2027, 4, 1), date(2028, 3, 31), date(2028, 4, 1)]
    asked = [may_organise(session, Actor(day, held.person_id), cast.midori.id) for day in days]
    assert asked == [False, True, True, False]


def test_nobody_holds_an_office_twice_at_once(session: Session, cast: Cast) -> None:
    appoint(session, cast.midori, GORO, NEXT_YEAR, by(cast))
    with pytest.raises(Conflict, match="office_held"):
        appoint(
            session,
            cast.midori,
            GORO,
            replace(NEXT_YEAR, starts_on=date(2028, 3, 31), ends_on=None),
            by(cast),
        )
    appoint(
        session, cast.midori, GORO, replace(NEXT_YEAR, starts_on=date(2028, 4, 1), ends_on=None), by(cast)
    )


def test_a_body_is_never_left_without_an_officer(session: Session, cast: Cast) -> None:
    chair = session.scalars(select(Membership).where(Membership.person_id == cast.aiko.id)).one()
    with pytest.raises(Conflict, match="last_officer"):
        end(session, chair, date(2027, 3, 31), by(cast))
    appoint(session, cast.midori, GORO, replace(NEXT_YEAR, office="chair"), by(cast))
    with pytest.raises(Conflict, match="last_officer"):
        end(session, chair, date(2027, 3, 30), by(cast))
    end(session, chair, date(2027, 3, 31), by(cast))
    assert chair.ends_on == date(2027, 3, 31)


def test_the_end_of_an_office_can_be_taken_back_for_half_an_hour(session: Session, cast: Cast) -> None:
    held = appoint(session, cast.midori, GORO, NEXT_YEAR, by(cast))
    end(session, held, date(2027, 5, 1), by(cast))
    take_end_back(session, held, replace(by(cast), now=NOW + timedelta(minutes=30)))
    assert held.ends_on == NEXT_YEAR.ends_on
    end(session, held, date(2027, 5, 1), by(cast))
    with pytest.raises(Conflict, match="undo_over"):
        take_end_back(session, held, replace(by(cast), now=NOW + timedelta(minutes=31)))


def test_an_end_before_the_beginning_is_refused(session: Session, cast: Cast) -> None:
    held = appoint(session, cast.midori, GORO, NEXT_YEAR, by(cast))
    with pytest.raises(Invalid, match="term_unusable"):
        end(session, held, date(2027, 3, 30), by(cast))


@pytest.mark.parametrize(
    ("language", "subject"),
    [("ja", "みどり町内会の会計をお願いします"), ("en", "You are to be treasurer of Midori Association")],
)
def test_whoever_is_given_an_office_is_told_where_to_begin(
    app: Flask, session: Session, cast: Cast, language: str, subject: str
) -> None:
    appoint(session, cast.midori, replace(GORO, language=language), NEXT_YEAR, by(cast))
    session.commit()
    mail = new_mail(app, "goro@example.jp")
    assert mail["Subject"] == subject
    assert "/sign-in?next=/desk" in text(mail)


def test_who_takes_an_office_is_not_told_what_they_have_done(session: Session, cast: Cast) -> None:
    aiko = PersonFacts(cast.aiko.name, cast.aiko.kana, email="aiko@example.jp")
    appoint(session, cast.midori, aiko, NEXT_YEAR, by(cast))
    assert session.scalars(select(Delivery).join(Notice).where(Notice.kind == "appointed")).all() == []


def test_an_officer_hands_over_on_one_page(app: Flask, session: Session, cast: Cast) -> None:
    chair = session.scalars(select(Membership.id).where(Membership.person_id == cast.aiko.id)).one()
    aiko = browser_of(app, cast.aiko)
    refused = aiko.submit(f"/offices/{chair}/end", last_on="2027-03-31")
    assert refused.status_code == 409
    assert "次の方に役をお願いしてください" in refused.text
    assert aiko.submit(PATH, **TYPED, starts_on="2027-04-01", ends_on="").status_code == 303
    page = aiko.text(PATH)
    assert "後藤 五郎" in page
    assert "これから" in page
    assert aiko.submit(f"/offices/{chair}/end", last_on="2027-03-31").status_code == 303
    assert "会長は、2027年3月31日（水）までです。" in aiko.text(PATH)
    assert aiko.submit(f"/offices/{chair}/undo", page=PATH).status_code == 303
    assert session.get_one(Membership, chair, populate_existing=True).ends_on is None


def test_what_was_typed_stays_when_it_is_refused(app: Flask, cast: Cast) -> None:
    answer = browser_of(app, cast.aiko).submit(PATH, **TYPED | {"email": "goro＠"}, starts_on="2027-04-01")
    assert answer.status_code == 422
    assert "後藤 五郎" in answer.text


def test_the_parents_officer_keeps_the_leaders_of_its_blocks(
    app: Flask, session: Session, cast: Cast
) -> None:
    casting.block(session, cast.midori, "midori-1", NOW)
    typed = TYPED | {"body": "midori-1", "office": "block_leader"}
    aiko = browser_of(app, cast.aiko)
    assert aiko.submit(PATH, **typed, starts_on="2026-11-16").status_code == 303
    assert "班長" in aiko.text("/organizations/midori-1/offices")


def test_a_program_keeps_offices_too(app: Flask, session: Session, cast: Cast) -> None:
    aiko = program_of(app, cast.aiko)
    typed = {"office": "organiser", "name": "後藤 五郎", "kana": "ごとう ごろう", "email": "goro@example.jp"}
    made = done(aiko.post(PATH, **typed, starts_on="2026-11-16"))
    ended = done(aiko.post(f"/offices/{made['id']}/end", last_on="2026-11-20"))
    assert ended["ends_on"] == "2026-11-20"
    assert [one["office"] for one in aiko.read(PATH)["offices"]] == ["chair", "organiser"]


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_two_who_end_each_others_office_at_once_come_one_after_the_other(database_url: str) -> None:
    migrating.upgrade(database_url)
    engine = prepare_engine(create_engine(database_url, **engine_options(database_url)))
    with Session(engine) as one, Session(engine) as other:
        people = casting.make(one, NOW)
        casting.hold_office(one, people.ben, people.midori, "secretary", NOW)
        one.commit()
        organisers = select(Membership).where(Membership.organization_id == people.midori.id)
        first, second = one.scalars(organisers.where(Membership.office.is_not(None)).order_by(Membership.id))
        end(one, first, TODAY, by(people))
        other.execute(sql("SET lock_timeout = '100ms'"))
        with pytest.raises(OperationalError):
            end(other, other.get_one(Membership, second.id), TODAY, By(people.ben.id, TODAY, NOW))
        other.rollback()
        one.commit()
        with pytest.raises(Conflict, match="last_officer"):
            end(other, other.get_one(Membership, second.id), TODAY, By(people.ben.id, TODAY, NOW))
    engine.dispose()
