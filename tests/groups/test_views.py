"""The pages of groups: signing one up, naming its people, and the shares of a date."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot, SlotShare
from scheduler.activities.parts import Question, SlotFacts
from scheduler.groups.links import names_token, share_token
from scheduler.participation.models import Participation
from scheduler.parties.actions import add_household
from scheduler.parties.models import Household
from tests import mailbox, make
from tests.cast import Cast, hold_office
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor

DAN = {"name": "団野 段", "kana": "だんの だん", "email": "dan@example.jp"}
EVA = "eva@example.jp"
IZUMI = {"name": "池田 泉", "kana": "いけだ いずみ"}


def _row(session: Session) -> Participation:
    session.rollback()
    return session.query(Participation).one()


def _share_link(app: Flask, session: Session) -> str:
    share = session.query(SlotShare).one()
    token = share_token(app.config["TSUDOI"].secret_key, share.id)
    return f"/slots/{share.slot_id}/join/group?share={token}"


def _names_link(app: Flask, row: Participation) -> str:
    return f"/names/{names_token(app.config['TSUDOI'].secret_key, row.id, row.names_salt)}"


def test_the_join_page_leads_to_the_page_for_groups(slot: Slot, visitor: Visitor) -> None:
    page = visitor.text(f"/slots/{slot.id}/join")
    assert ("団体・グループで申し込む" in page, f"/slots/{slot.id}/join/group" in page) == (True, True)


def test_a_stranger_signs_up_a_group_without_a_page(session: Session, slot: Slot, visitor: Visitor) -> None:
    typed = DAN | {"group_name": "駅前商店会", "people": "12", "comes": "y"}
    answer = visitor.submit(f"/slots/{slot.id}/join/group", **typed)
    assert "いまは、メールを送れません" in visitor.text(answer.location)
    row = _row(session)
    assert (row.party_name, row.people, row.named, row.state) == ("駅前商店会", 12, 1, "unverified")


def test_what_is_missing_is_said_and_the_rest_is_kept(session: Session, slot: Slot, visitor: Visitor) -> None:
    answer = visitor.submit(f"/slots/{slot.id}/join/group", **DAN | {"kana": ""}, people="61")
    assert answer.status_code == 422
    assert "団体・グループの名前を入れてください。" in answer.text
    assert "人数は1人から60人までにしてください。" in answer.text
    assert 'value="団野 段"' in answer.text
    summary = answer.text.split("error-summary")[1].split("</ul>")[0]
    assert re.findall('href="#([a-z_]+)"', summary) == ["group_name", "people", "kana"]


def test_an_officer_chooses_the_body_and_types_nothing_again(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    browser, path = browser_of(app, cast.chie), f"/slots/{slot.id}/join/group"
    page = browser.text(path)
    assert ("市立図書館" in page, "みどり町内会</label>" in page, 'name="email"' in page) == (
        True,
        False,
        False,
    )
    answer = browser.submit(path, party=f"body-{cast.library.id}", people="6")
    assert answer.status_code == 303
    assert (_row(session).organization_id, _row(session).kept_places) == (cast.library.id, 6)


def test_somebody_signs_the_own_household_up(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    home = add_household(session, Household(name="別所家", created_at=NOW), [cast.ben])
    browser, path = browser_of(app, cast.ben), f"/slots/{slot.id}/join/group"
    assert "別所家" in browser.text(path)
    assert browser.submit(path, party="home", people="3", comes="y").status_code == 303
    assert _row(session).household_id == home.id


@pytest.mark.parametrize("party", ["body-1", "body-x", "home", "x"])
def test_nobody_chooses_what_was_not_offered(
    app: Flask, session: Session, slot: Slot, cast: Cast, party: str
) -> None:
    answer = browser_of(app, cast.chie).submit(f"/slots/{slot.id}/join/group", party=party, people="3")
    assert answer.status_code == 422
    session.rollback()
    assert session.query(Participation).count() == 0


def test_the_link_of_a_share_names_the_body_and_takes_places_out_of_it(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    link = _share_link(app, session)
    page = visitor.get(link)
    assert ("市立図書館のための場所です" in page.text, 'name="group_name"' in page.text) == (True, False)
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert visitor.submit(link, **DAN, people="4", comes="y").status_code == 303
    assert (_row(session).party_name, _row(session).kept_places) == ("市立図書館", 4)


def test_who_sends_the_form_of_a_share_again_is_mailed_how_it_stands_and_the_page_says_the_same_to_anybody(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    link, told = _share_link(app, session), "入れたアドレスが代表の方のものなら"
    assert visitor.submit(link, **DAN, people="4").status_code == 303
    assert len(mailbox.new_mails(app, DAN["email"])) == 1
    with at("2026-11-16 10:20"), mailbox.server(app):
        own, other = (
            Visitor(app).submit(link, **DAN | IZUMI | {"email": to}, people="2") for to in (DAN["email"], EVA)
        )
        assert [(page.status_code, told in page.text) for page in (own, other)] == [(409, True)] * 2
    with at("2026-11-16 10:21"):
        arrived = mailbox.new_mails(app, DAN["email"])
        assert (len(arrived), mailbox.new_mails(app, EVA)) == (1, [])
    assert told not in visitor.submit(link, **DAN, people="2").text


def test_more_than_the_share_is_refused_in_words(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    answer = visitor.submit(_share_link(app, session), **DAN, people="7")
    assert (answer.status_code, "あと6人分" in answer.text) == (409, True)


def test_the_link_of_another_slot_opens_nothing(
    app: Flask, session: Session, slot: Slot, cast: Cast, visitor: Visitor
) -> None:
    other = make.slot(session, cast.midori, NOW, 5)
    link = _share_link(app, session)
    session.commit()
    assert visitor.get(link.replace(f"/slots/{slot.id}/", f"/slots/{other.id}/")).status_code == 404
    assert visitor.get(f"/slots/{slot.id}/join/group?share=").status_code == 404


def test_a_full_part_offers_the_waiting_list_to_a_group(
    session: Session, slot: Slot, visitor: Visitor
) -> None:
    path, typed = f"/slots/{slot.id}/join/group", DAN | {"group_name": "大学", "people": "25"}
    refused = visitor.submit(path, **typed)
    assert (refused.status_code, 'name="wait"' in refused.text) == (409, True)
    assert visitor.submit(path, **typed, wait="1").status_code == 303
    assert (_row(session).queue_no, _row(session).holds) == (1, False)


def test_a_second_part_at_the_same_time_asks_for_a_second_tap(
    app: Flask, session: Session, slot: Slot, pledge: Participation, cast: Cast
) -> None:
    other = make.slot(session, cast.midori, NOW, 9)
    browser, typed = browser_of(app, cast.ben), {"group_name": "商店会", "people": "3", "comes": "y"}
    path = f"/slots/{other.id}/join/group"
    refused = browser.submit(path, **typed)
    assert (refused.status_code, 'name="clash"' in refused.text) == (409, True)
    assert browser.submit(path, **typed, clash="1").status_code == 303


def test_the_questions_of_the_slot_are_asked(session: Session, cast: Cast, visitor: Visitor) -> None:
    lunch = Question("lunch", "お弁当の数", "number", required=True)
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("沿道", 9, questions=(lunch,)),))
    session.commit()
    path, typed = f"/slots/{slot.id}/join/group", DAN | {"group_name": "商店会", "people": "3"}
    assert visitor.submit(path, **typed).status_code == 422
    assert visitor.submit(path, **typed, **{"q-lunch": "3"}).status_code == 303
    assert [answer.value for answer in _row(session).answers] == ["3"]


def test_a_part_for_families_leads_back_to_the_page_for_families(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    families = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 8, unit="family"),))
    session.commit()
    page = visitor.text(f"/slots/{families.id}/join/group")
    assert ("家族ごとに申し込みます" in page, 'name="people"' in page) == (True, False)
    assert "join/group" not in visitor.text(f"/slots/{families.id}/join")


def test_the_own_page_shows_how_many_are_named_and_the_link_to_pass_on(
    app: Flask, pledge: Participation, cast: Cast
) -> None:
    page = browser_of(app, cast.ben).text(f"/participations/{pledge.id}")
    assert "5人のうち1人のお名前がそろいました" in page
    assert f"http://localhost{_names_link(app, pledge)}" in page


def test_whoever_has_the_link_adds_a_name_and_sees_no_other(
    app: Flask, session: Session, pledge: Participation, visitor: Visitor
) -> None:
    link = _names_link(app, pledge)
    assert visitor.submit(link, **IZUMI).location == link
    page = visitor.text(link)
    assert ("お名前を受け取りました" in page, "5人のうち2人" in page, "駅前商店会" in page) == (
        True,
        True,
        True,
    )
    assert re.findall("池田|いけだ|別所|べっしょ|ben@", page) == []
    assert _row(session).named == 2


def test_the_link_is_kept_out_of_referrers_caches_and_search_engines(
    app: Flask, pledge: Participation, visitor: Visitor
) -> None:
    link = _names_link(app, pledge)
    for answer in (visitor.get(link), visitor.submit(link, **IZUMI), visitor.submit(link, name="x")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_a_new_link_closes_the_old_one(
    app: Flask, session: Session, pledge: Participation, cast: Cast, visitor: Visitor
) -> None:
    old, names = _names_link(app, pledge), f"/participations/{pledge.id}/names"
    assert browser_of(app, cast.ben).submit(f"{names}/link", page=names).status_code == 303
    assert visitor.get(old).status_code == 404
    assert visitor.get(_names_link(app, _row(session))).status_code == 200


def test_the_link_of_a_group_that_is_not_confirmed_or_has_withdrawn_opens_nothing(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    visitor.submit(f"/slots/{slot.id}/join/group", **DAN, group_name="商店会", people="3")
    row = _row(session)
    assert visitor.get(_names_link(app, row)).status_code == 404
    row.unproven, row.state = False, "cancelled"
    session.commit()
    assert visitor.get(_names_link(app, row)).status_code == 404


def test_a_grade_is_asked_only_where_people_under_age_may_come(
    app: Flask, session: Session, cast: Cast, pledge: Participation, visitor: Visitor
) -> None:
    assert "小学1年" in visitor.text(_names_link(app, pledge))
    pledge.slot.min_age = 15
    session.commit()
    page = visitor.text(_names_link(app, pledge))
    assert ("高校1年" in page, "中学3年" in page) == (True, False)
    pledge.slot.min_age = 18
    session.commit()
    assert 'name="grade"' not in visitor.text(_names_link(app, pledge))


def test_when_all_are_named_or_it_has_begun_the_form_is_gone(
    app: Flask, session: Session, pledge: Participation, visitor: Visitor
) -> None:
    link = _names_link(app, pledge)
    with at("2026-11-22 08:00"):
        assert 'name="kana"' not in visitor.text(link)
        assert visitor.submit(link, **IZUMI).status_code == 409
    pledge.people = pledge.places = 1
    session.commit()
    assert "みなさんのお名前がそろいました" in visitor.text(link)
    refused = visitor.submit(link, **IZUMI)
    assert (refused.status_code, "代表の方に知らせてください" in refused.text) == (409, True)


def test_the_representative_pastes_a_list_and_removes_a_name(
    app: Flask, session: Session, pledge: Participation, cast: Cast
) -> None:
    browser, path = browser_of(app, cast.ben), f"/participations/{pledge.id}/names"
    browser.submit(path, pasted="池田 泉,いけだ いずみ\n上野 海\tうえの うみ\t高2")
    page = browser.text(path)
    assert ("2人のお名前を加えました" in page, "いけだ いずみ" in page, "高校2年" in page) == (
        True,
        True,
        True,
    )
    first = _row(session).companions[0].id
    assert browser.submit(f"{path}/{first}/remove", page=path).status_code == 303
    assert [one.name for one in _row(session).companions] == ["上野 海"]


def test_a_list_that_cannot_be_read_says_so_and_stays(
    app: Flask, session: Session, pledge: Participation, cast: Cast
) -> None:
    answer = browser_of(app, cast.ben).submit(f"/participations/{pledge.id}/names", pasted="池田 泉")
    assert (answer.status_code, "1行目を直してから" in answer.text, "池田 泉</textarea>" in answer.text) == (
        422,
        True,
        True,
    )
    assert _row(session).named == 1


def test_the_representative_changes_the_number(
    app: Flask, session: Session, pledge: Participation, cast: Cast
) -> None:
    browser, names = browser_of(app, cast.ben), f"/participations/{pledge.id}/names"
    path = names.replace("/names", "/people")
    assert browser.submit(path, page=names, people="7").status_code == 303
    assert (_row(session).people, _row(session).slot.taken) == (7, 7)
    refused = browser.submit(path, page=names, people="26")
    assert (refused.status_code, "ちょうど満員になりました" in refused.text) == (409, True)
    assert browser.submit(path, page=names, people="x").status_code == 422


def test_missing_consent_is_shown_and_recorded(
    app: Flask, session: Session, pledge: Participation, cast: Cast
) -> None:
    pledge.contact_comes, pledge.named = False, 0
    session.commit()
    browser, names = browser_of(app, cast.ben), f"/participations/{pledge.id}/names"
    browser.submit(names, pasted="上野 海,うえの うみ,高2")
    assert "1人が18歳未満です" in browser.text(f"/participations/{pledge.id}")
    assert browser.submit(f"{names}/consent", page=names).status_code == 303
    assert "別所 勉さんが確かめました" in browser.text(names)
    assert _row(session).guardian == "別所 勉"


def test_the_organiser_sees_the_shares_with_the_words_to_pass_on(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    browser, path = browser_of(app, cast.aiko), f"/dates/{slot.occurrence_id}/shares"
    assert path in browser.text(f"/dates/{slot.occurrence_id}/board")
    page = browser.text(path)
    assert "6人のお手伝いをお願いします" in page
    assert f"http://localhost{_share_link(app, session)}" in page
    browser_of(app, cast.chie).submit(
        f"/slots/{slot.id}/join/group", party=f"body-{cast.library.id}", people="6"
    )
    assert _share_link(app, session) not in browser.text(path)


def test_a_date_without_shares_says_so(app: Flask, session: Session, cast: Cast) -> None:
    other = make.slot(session, cast.midori, NOW, 5)
    page = browser_of(app, cast.aiko).text(f"/dates/{other.occurrence_id}/shares")
    assert "取ってある場所はありません" in page
    assert "shares" not in browser_of(app, cast.aiko).text(f"/dates/{other.occurrence_id}")


def test_a_former_officer_is_not_offered_the_body(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    term = hold_office(session, cast.ben, cast.library, "secretary", NOW)
    assert "市立図書館" in browser_of(app, cast.ben).text(f"/slots/{slot.id}/join/group")
    term.ends_on = term.starts_on
    assert "市立図書館" not in browser_of(app, cast.ben).text(f"/slots/{slot.id}/join/group")
