"""Offices: appointing, ending, handing over; by form, by program, and what the next one is told."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.db import engine_options, prepare_engine
from scheduler.errors import Conflict, Invalid, Refused
from scheduler.notices.models import Delivery, Notice
from scheduler.offices.actions import By, Term, appoint, end, hand_over, take_back
from scheduler.parties.access import Actor, may_organise
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Membership, Person
from tests import cast as casting
from tests.board.people import block as make_block
from tests.cast import Cast
from tests.conftest import NOW
from tests.mailbox import new_mail, text
from tests.moments import at
from tests.paper.streets import street
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
        (GORO, replace(NEXT_YEAR, ends_on=date(2027, 3, 31)), "term_ends_first"),
        (GORO, replace(NEXT_YEAR, starts_on=date(1926, 12, 25)), "term_unusable"),
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
    take_back(session, held, replace(by(cast), now=NOW + timedelta(minutes=30)))
    assert held.ends_on == NEXT_YEAR.ends_on
    end(session, held, date(2027, 5, 1), by(cast))
    with pytest.raises(Conflict, match="undo_over"):
        take_back(session, held, replace(by(cast), now=NOW + timedelta(minutes=31)))


def test_an_end_before_the_beginning_is_refused(session: Session, cast: Cast) -> None:
    held = appoint(session, cast.midori, GORO, NEXT_YEAR, by(cast))
    with pytest.raises(Invalid, match="end_too_early"):
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
    with at("2026-11-16 10:03"):
        mail = new_mail(app, "goro@example.jp")
    assert mail["Subject"] == subject
    assert "/sign-in?next=/desk" in text(mail)


def test_who_takes_an_office_is_not_told_what_they_have_done(session: Session, cast: Cast) -> None:
    aiko = PersonFacts(cast.aiko.name, cast.aiko.kana, email="aiko@example.jp")
    appoint(session, cast.midori, aiko, NEXT_YEAR, by(cast))
    assert session.scalars(select(Delivery).join(Notice).where(Notice.kind == "appointed")).all() == []


def test_an_officer_hands_over_in_one_step_and_takes_it_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    chair = session.scalars(select(Membership.id).where(Membership.person_id == cast.aiko.id)).one()
    aiko = browser_of(app, cast.aiko)
    refused = aiko.submit(f"/offices/{chair}/end", last_on="2027-03-31")
    assert refused.status_code == 409
    assert "次の方に役をお願いしてください" in refused.text
    typed = {name: text for name, text in TYPED.items() if name not in {"body", "office"}}
    assert aiko.submit(f"/offices/{chair}/hand-over", **typed, starts_on="2027-04-01").location == PATH
    page = aiko.text(PATH)
    assert (
        "会長は、2027年4月1日（木）から後藤 五郎さんです。青木 愛子さんは2027年3月31日（水）までです。"
        in page
    )
    assert "これから" in page
    here = select(Membership).filter_by(organization_id=cast.midori.id).order_by(Membership.id)
    before, after = session.scalars(here)
    assert (before.ends_on, after.starts_on) == (date(2027, 3, 31), date(2027, 4, 1))
    assert aiko.submit(f"/offices/{after.id}/undo", page=PATH).status_code == 303
    session.commit()
    assert session.get_one(Membership, chair).ends_on is None
    assert "後藤 五郎" not in aiko.text(PATH).split('id="appoint"')[0]


def test_who_was_told_of_an_office_by_mistake_is_told(app: Flask, session: Session, cast: Cast) -> None:
    held = appoint(session, cast.midori, GORO, NEXT_YEAR, by(cast))
    session.commit()
    with at("2026-11-16 10:03"):
        new_mail(app, "goro@example.jp")
    take_back(session, held, replace(by(cast), now=NOW + timedelta(minutes=5)))
    session.commit()
    with at("2026-11-16 10:06"):
        assert "のお願いを取り消しました" in new_mail(app, "goro@example.jp")["Subject"]
    again = appoint(session, cast.midori, GORO, NEXT_YEAR, by(cast))
    take_back(session, again, by(cast))
    assert not may_organise(session, Actor(NEXT_YEAR.starts_on, again.person_id), cast.midori.id)


def test_what_was_done_since_stands_in_the_way_of_handing_back(session: Session, cast: Cast) -> None:
    chair = session.scalars(select(Membership).where(Membership.person_id == cast.aiko.id)).one()
    next_one = hand_over(session, chair, GORO, replace(NEXT_YEAR, office=""), by(cast))
    assert (next_one.office, chair.ends_on) == ("chair", date(2027, 3, 31))
    with pytest.raises(Conflict, match="office_held"):
        hand_over(session, chair, cast.aiko, NEXT_YEAR, by(cast))


def test_no_mail_is_needed_a_key_card_will_do(app: Flask, session: Session, cast: Cast) -> None:
    aiko = browser_of(app, cast.aiko)
    typed = TYPED | {"email": "", "phone": "090-1111-2222", "office": "treasurer"}
    assert aiko.submit(PATH, **typed, starts_on="2026-11-16").status_code == 303
    page = aiko.text(PATH)
    assert "鍵カードを印刷して渡してください" in page
    goro = session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert goro is not None
    card = f"/people/{goro.person_id}/card"
    assert f'<a href="{card}">鍵カードを印刷して渡してください</a>' in page
    assert aiko.submit(card).status_code == 303
    assert "鍵カードができました。印刷してください。" in aiko.text(card)
    assert browser_of(app, cast.chie).client.get(card).status_code == 404
    # With the same reading and telephone it is the same person, who has another office in another year.
    assert aiko.submit(PATH, **typed, starts_on="2026-11-17").status_code == 409


def test_a_leader_hands_the_block_over_to_somebody_of_it(app: Flask, session: Session, cast: Cast) -> None:
    block = make_block(session, cast)
    session.commit()
    leader, held = browser_of(app, block.leader), _post_of(session, block.leader.id)
    assert f"/offices/{held}/hand-over" in leader.text("/desk")
    path = f"/offices/{held}/hand-over"
    assert "田中 1（たなか 1）" in leader.text(path)
    answer = leader.submit(path, person=str(block.member.id), starts_on="2026-12-01")
    assert answer.location == "/desk"
    new = _post_of(session, block.member.id)
    shown = leader.text("/desk")
    assert "田中 1さんです。" in shown
    assert "役員に鍵カードを印刷してもらってください" in shown
    assert browser_of(app, cast.ben).client.get(path).status_code == 404
    # One leader makes one, not many.
    assert f"/offices/{held}/hand-over" not in leader.text("/desk")
    second = leader.submit(
        path, person="", name="山本 三郎", kana="やまもと さぶろう", starts_on="2026-12-02"
    )
    assert (second.status_code, "次の方が、もう決まっています。" in second.text) == (409, True)
    assert leader.submit(f"/offices/{new}/undo", page="/desk").location == "/desk"
    assert leader.submit(path, person=str(cast.ben.id), starts_on="2026-12-01").status_code == 422
    session.commit()
    assert session.get_one(Membership, held).ends_on is None


def _post_of(session: Session, person_id: int) -> int:
    session.commit()
    wanted = select(Membership.id).where(Membership.person_id == person_id, Membership.office.is_not(None))
    return session.scalars(wanted).one()


def test_only_a_name_in_kanji_needs_a_reading(app: Flask, session: Session, cast: Cast) -> None:
    aiko, typed = browser_of(app, cast.aiko), TYPED | {"kana": ""}
    assert aiko.submit(PATH, **typed, starts_on="2027-04-01").status_code == 422
    assert aiko.submit(PATH, **typed | {"name": "Jo Whitfield"}, starts_on="2027-04-01").status_code == 303
    session.commit()
    assert session.scalars(select(Person.kana).where(Person.name == "Jo Whitfield")).one() == "Jo Whitfield"


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
    page = aiko.text("/organizations/midori-1/offices")
    assert "班長" in page
    assert ('value="block_leader"' in page, 'value="chair"' in page) == (True, False)


def test_a_program_keeps_offices_too(app: Flask, session: Session, cast: Cast) -> None:
    aiko = program_of(app, cast.aiko)
    typed = {"office": "organiser", "name": "後藤 五郎", "kana": "ごとう ごろう", "email": "goro@example.jp"}
    made = done(aiko.post(PATH, **typed, starts_on="2026-11-16"))
    ended = done(aiko.post(f"/offices/{made['id']}/end", last_on="2026-11-20"))
    assert ended["ends_on"] == "2026-11-20"
    hers = next(one["id"] for one in aiko.read(PATH)["offices"] if one["office"] == "chair")
    next_one = done(aiko.post(f"/offices/{hers}/hand-over", **typed, starts_on="2027-04-01"))
    assert (next_one["office"], aiko.read(PATH)["offices"][0]["ends_on"]) == ("chair", "2027-03-31")
    done(aiko.post(f"/offices/{next_one['id']}/undo"))
    assert [one["office"] for one in aiko.read(PATH)["offices"]] == ["chair", "organiser"]


@pytest.mark.parametrize(
    "migrated_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_two_who_end_each_others_office_at_once_come_one_after_the_other(migrated_url: str) -> None:
    engine = prepare_engine(create_engine(migrated_url, **engine_options(migrated_url)))
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


def test_whoever_hands_over_at_once_gets_back_for_half_an_hour_and_locks_nobody_out(
    app: Flask, session: Session, cast: Cast
) -> None:
    aiko, held = browser_of(app, cast.aiko), _post_of(session, cast.aiko.id)
    path = f"/offices/{held}/hand-over"
    page = aiko.text(path)
    assert "鍵カードでサインインします" in page
    unwritten = {"name": "後藤 五郎", "kana": "ごとう ごろう", "phone": "090-0000-0005"}
    refused = aiko.submit(path, **unwritten, starts_on="2026-11-16")
    assert (refused.status_code, "まだサインインできません" in refused.text) == (409, True)
    typed = {"name": GORO.name, "kana": GORO.kana, "email": GORO.email}
    assert aiko.submit(path, **typed, starts_on="2026-11-16").location == "/desk"
    for _ in range(2):
        desk = aiko.text("/desk")
        assert ("いまは、役についていません" in desk, desk.count('class="undo-bar"')) == (True, 1)
    with at("2026-11-16 18:00"):
        assert 'class="undo-bar"' not in browser_of(app, cast.aiko).text("/desk")
    new = session.scalars(select(Membership.id).order_by(Membership.id.desc())).first()
    assert aiko.submit(f"/offices/{new}/undo", page="/desk").location == PATH
    assert "役についていません" not in aiko.text("/desk")


def test_who_is_next_begins_when_the_term_ends_or_else_tomorrow_as_is_said_beside_and_told_what_is_wrong(
    app: Flask, session: Session, cast: Cast
) -> None:
    make_block(session, cast)
    held = session.get_one(Membership, _post_of(session, cast.aiko.id))
    held.ends_on, began = date(2028, 3, 31), held.starts_on
    later = appoint(
        session, cast.midori, GORO, Term("secretary", date(2027, 4, 1), date(2029, 3, 31)), by(cast)
    )
    session.commit()
    aiko, path = browser_of(app, cast.aiko), f"/offices/{held.id}/hand-over"
    not_begun = aiko.text(f"/offices/{later.id}/hand-over")
    assert re.findall(r'name="starts_on"[^>]* value="([^"]+)"', not_begun) == ["2027-04-01"]
    page = aiko.text(path)
    offered = re.compile(r'name="(?:starts|ends)_on"[^>]* value="([^"]+)"')
    assert offered.findall(page)[0] == "2028-04-01"
    assert "役は2028年3月31日\u2060（金）までなので、その次の日を入れてあります。" in page
    held.ends_on = None
    session.commit()
    page = aiko.text(path)
    assert (
        offered.findall(page),
        "役は今日、11月\u206016日\u2060\u2060（月）\u2060で終わります。" in page,
    ) == (
        ["2026-11-17"],
        True,
    )
    nobody = aiko.submit(path, starts_on="2026-12-01").text
    assert re.findall('<li><a href="#([^"]+)">', nobody) == ["person"]
    assert "名簿から選ぶか、お名前を入れてください。" in nobody
    typed = {"name": GORO.name, "kana": GORO.kana, "email": GORO.email}
    early = aiko.submit(path, **typed, starts_on=str(began - timedelta(days=1)))
    assert (early.status_code, 'href="#starts_on">' in early.text) == (422, True)
    assert "いまの方の役は" in early.text


def test_the_chair_stands_first_and_the_whole_association_is_offered(
    app: Flask, session: Session, cast: Cast
) -> None:
    block = make_block(session, cast)
    for person, office in ((cast.chie, "counter"), (cast.ben, "vice_chair")):
        casting.hold_office(session, person, cast.midori, office, NOW)
    session.commit()
    aiko, held = browser_of(app, cast.aiko), _post_of(session, cast.aiko.id)
    page = aiko.text(PATH)
    names = [page.index(f">{name}<") for name in ("会長", "副会長", "窓口")]
    assert names == sorted(names)
    offered = re.findall(r'<option value="(\d+)"', aiko.text(f"/offices/{held}/hand-over"))
    assert str(block.member.id) in offered
    cast.chie.email = None
    session.commit()
    page = aiko.text(f"/offices/{held}/hand-over")
    assert re.search(f"{cast.chie.name}[^<]* メールなし<", page)


def test_a_long_list_is_searched_by_a_part_of_a_name_or_a_reading(
    app: Flask, session: Session, cast: Cast
) -> None:
    midori = street(session, cast, 13)
    session.commit()
    aiko = browser_of(app, cast.aiko)
    page = f"/offices/{_post_of(session, cast.aiko.id)}/hand-over"
    choice = r'<(?:option|input)( selected| checked)?(?: id="person-\d+" name="person" type="radio")? value="(\d+)"'
    found = {
        sought: re.findall(choice, aiko.text(f"{page}?who={sought}"))
        for sought in ("", "青山", "ヤマダ 1", "だれも")
    }
    assert {sought: len(people) for sought, people in found.items()} == {
        "": 14,
        "青山": 1,
        "ヤマダ 1": 5,
        "だれも": 0,
    }
    assert found["青山"] == [(" checked", str(midori.speakers[0].id))]
    assert "「だれも」では</span>見つかりません" in aiko.text(f"{page}?who=だれも")
    refused = aiko.submit(f"{page}?who=青山", person=str(midori.speakers[0].id), starts_on="")
    assert (refused.status_code, 'value="青山"' in refused.text) == (422, True)
    nobody = aiko.submit(page, person="", starts_on="2026-12-01").text
    # What is wrong stands on top; nothing is unfolded where nothing is wrong.
    assert nobody.index("error-summary") < nobody.index("search-line")
    assert "<details open" not in nobody
    assert f'class="back-link" href="{PATH}"' in nobody
    assert 'class="back-link" href="/desk"' in aiko.text(f"{page}?at=desk")
    assert (
        aiko.submit(f"{page}?who=青山", person=str(midori.speakers[0].id), starts_on="2026-12-01").status_code
        == 303
    )
