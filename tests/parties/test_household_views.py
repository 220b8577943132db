"""The households of a block as pages and as JSON: what the leader and the officers see and write."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.parties import households
from scheduler.parties.actions import PersonFacts
from scheduler.parties.households import By, HomeFacts
from scheduler.parties.models import Household, Organization, Person
from scheduler.parties.tokens import personal
from tests import cast as casting
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

PHONE, DIALLED = "090-1234-5678", "tel:+819012345678"
ROUND = "/organizations/midori/households"
LIST = "佐藤 一郎\tさとう いちろう\tみどり町1-1\t\n佐藤 花子\tさとう はなこ\tみどり町1-1\t"


@dataclass(frozen=True)
class Street:
    """A block that Ben leads, the household in it, and Kiyo, who lives there."""

    block: Organization
    home: Household
    kiyo: Person


@pytest.fixture
def street(session: Session, cast: Cast) -> Street:
    block = casting.block(session, cast.midori, "midori-1", NOW)
    casting.hold_office(session, cast.ben, block, "block_leader", NOW)
    by = By(cast.aiko.id, NOW.date(), NOW)
    home = households.add(session, block, HomeFacts("小川家", "みどり町1-24"), by)
    kiyo = households.add_member(session, home, PersonFacts("小川 キヨ", "おがわ きよ", phone=PHONE), by)
    session.commit()
    return Street(block, home, kiyo)


def test_the_officer_sees_how_people_are_reached_and_the_leader_only_whom(
    app: Flask, cast: Cast, street: Street
) -> None:
    officer, leader = browser_of(app, cast.aiko), browser_of(app, cast.ben)
    for page in (ROUND, f"/households/{street.home.id}"):
        assert DIALLED in officer.text(page)
        assert ("小川 キヨ" in leader.text(page), DIALLED in leader.text(page)) == (True, False)
        assert "12345678" not in leader.text(page)


def test_what_the_household_has_released_the_leader_sees(
    app: Flask, session: Session, cast: Cast, street: Street
) -> None:
    own_page = f"/me/{personal(app.config['TSUDOI'].secret_key, street.kiyo.id, street.kiyo.link_salt)}"
    kiyo, leader = Visitor(app), browser_of(app, cast.ben)
    assert "小川家の連絡先は、班長に見せていません。" in kiyo.text(own_page)
    assert kiyo.submit(f"{own_page}/household/contact", own_page, releases="1").location == own_page
    assert DIALLED in leader.text(ROUND)
    kiyo.submit(f"{own_page}/household/contact", own_page, releases="")
    assert DIALLED not in leader.text(ROUND)


def test_the_leader_cannot_release_it_for_them(
    app: Flask, session: Session, cast: Cast, street: Street
) -> None:
    page, name = f"/households/{street.home.id}", {"name": "小川家"}
    browser_of(app, cast.ben).submit(page, **name, releases_contact="y")
    answer = program_of(app, cast.ben).post(page, **name, releases_contact=True)
    assert (answer.status_code, answer.get_json()["error"]) == (403, "release_is_the_households")
    session.rollback()
    assert street.home.releases_contact is False
    browser_of(app, cast.aiko).submit(page, **name, releases_contact="y")
    session.refresh(street.home)
    assert street.home.releases_contact is True


def test_the_leader_finds_the_round_on_the_own_page(app: Flask, cast: Cast, street: Street) -> None:
    assert 'href="/organizations/midori-1/households"' in browser_of(app, cast.ben).text("/me")
    assert "班長の仕事" not in browser_of(app, cast.aiko).text("/me")
    assert f'href="{ROUND}"' in browser_of(app, cast.aiko).text("/organizations/midori")


def test_a_household_is_added_and_one_goes_on_to_its_people(
    app: Flask, session: Session, cast: Cast, street: Street
) -> None:
    leader = browser_of(app, cast.ben)
    answer = leader.submit(f"{ROUND}/new", name="佐藤家", address="みどり町1-1", place="1")
    home = session.query(Household).filter_by(name="佐藤家").one()
    members = f"/households/{home.id}/members/new"
    assert (answer.location, home.block_id) == (members, street.block.id)
    assert "佐藤 household" in leader.text(f"{members}?lang=en")
    leader.get(f"{members}?lang=ja")
    assert leader.submit(members, name="佐藤", kana="さとう").location == f"/households/{home.id}"
    assert leader.text(ROUND).index("佐藤家") < leader.text(ROUND).index("小川家")


def test_where_there_are_several_blocks_the_officer_names_one(
    app: Flask, session: Session, cast: Cast, street: Street
) -> None:
    other = casting.block(session, cast.midori, "midori-2", NOW)
    casting.hold_office(session, cast.chie, other, "block_leader", NOW)
    officer = browser_of(app, cast.aiko)
    assert officer.submit(f"{ROUND}/new", name="佐藤家", block="library").status_code == 422
    assert officer.submit(f"{ROUND}/new", name="佐藤家", block="midori-2").status_code == 303
    assert session.query(Household).filter_by(name="佐藤家").one().block_id == other.id


def test_a_list_is_shown_before_it_is_written(
    app: Flask, session: Session, cast: Cast, street: Street
) -> None:
    leader = browser_of(app, cast.ben)
    page = leader.asked(f"{ROUND}/paste", pasted=LIST)
    assert (page.status_code, "2人を加えます。まだ書き込んでいません。" in page.text) == (200, True)
    assert session.query(Household).count() == 1
    assert leader.submit(f"{ROUND}/paste", pasted=LIST, sure="1").location == ROUND
    assert "2人を名簿に加えました。" in leader.text(ROUND)
    session.rollback()
    assert session.query(Household).count() == 2


def test_a_list_with_problems_says_where_and_is_kept(app: Flask, cast: Cast, street: Street) -> None:
    leader, long = browser_of(app, cast.ben), "あ" * 121
    broken = f"氏名,ふりがな\n{LIST.replace(chr(9), ',')}\n鈴木 太郎\n{long},あ"
    page = leader.asked(f"{ROUND}/paste", pasted=broken)
    assert "直すところが2行あります。" in page.text
    assert ("5行目：お名前は120字までです。" in page.text, page.text.count(long)) == (True, 2)
    assert ("お名前とふりがなを入れてください。" in page.text, 'value="1"' in page.text) == (True, False)
    answer = leader.submit(f"{ROUND}/paste", pasted=broken, sure="1")
    assert (answer.status_code, "4行目を直してから" in answer.text, "鈴木 太郎" in answer.text) == (
        422,
        True,
        True,
    )


REFUSED = [
    (f"{ROUND}/new", {"name": "　"}, "世帯の名前を入れてください。"),
    (f"{ROUND}/new", {"name": "佐藤家", "place": "0"}, "1からの数にしてください。"),
    (f"{ROUND}/paste", {"pasted": ",,,"}, "名簿を貼りつけてください。"),
    (
        "/households/1/members/new",
        {"name": "佐藤", "kana": "さ", "phone": "12"},
        "電話番号の数字が足りません。",
    ),
    ("/households/1/members/new", {"name": "佐藤", "kana": "さ", "email": "x"}, "メールアドレスの形"),
]


@pytest.mark.parametrize(("page", "typed", "sentence"), REFUSED)
def test_what_has_to_be_mended_is_said(
    app: Flask, cast: Cast, street: Street, page: str, typed: dict[str, str], sentence: str
) -> None:
    answer = browser_of(app, cast.ben).submit(page, **typed)
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_a_program_sees_what_its_person_may_see(app: Flask, cast: Cast, street: Street) -> None:
    leader, officer = program_of(app, cast.ben), program_of(app, cast.aiko)
    (seen,) = leader.get(ROUND).get_json()["households"]
    assert (seen["name"], seen["place"], seen["block"]) == ("小川家", 1, "midori-1")
    assert (seen["people"][0]["name"], seen["people"][0]["phone"]) == ("小川 キヨ", None)
    assert officer.get(ROUND).get_json()["households"][0]["people"][0]["phone"] == "+819012345678"


def test_a_program_writes_households_and_people(app: Flask, cast: Cast, street: Street) -> None:
    leader = program_of(app, cast.ben)
    made = leader.post(ROUND, name="佐藤家", place=1).get_json()
    member = leader.post(f"/households/{made['id']}/members", name="佐藤", kana="さとう", phone=PHONE)
    assert (member.status_code, member.get_json()["phone"]) == (201, None)
    changed = leader.post(f"/households/{made['id']}", name="さとう家", place=2).get_json()
    assert (changed["name"], changed["place"], len(changed["people"])) == ("さとう家", 2, 1)


def test_a_program_tries_a_list_before_it_writes_it(app: Flask, cast: Cast, street: Street) -> None:
    leader, path = program_of(app, cast.ben), f"{ROUND}/paste"
    tried = leader.post(path, text=LIST).get_json()
    assert (tried["added"], [line["is_known"] for line in tried["lines"]]) == (None, [False, False])
    assert leader.post(path, text=LIST, write=True).get_json()["added"] == 2
    assert leader.post(path, text=LIST, write=True).get_json()["added"] == 0
    assert leader.post(path, text="佐藤", write=True).get_json()["error"] == "list_has_problems"


def test_a_program_releases_the_own_contact(app: Flask, cast: Cast, street: Street) -> None:
    answer = program_of(app, street.kiyo).post("/me/household/contact", releases=True)
    assert answer.get_json() == {"household": "小川家", "releases": True}
    assert program_of(app, cast.aiko).post("/me/household/contact", releases=True).status_code == 404


def test_an_unknown_block_is_refused(app: Flask, cast: Cast, street: Street) -> None:
    assert program_of(app, cast.aiko).post(ROUND, name="佐藤家", block="library").status_code == 422


def test_who_has_neither_telephone_nor_mail_is_found_before_there_is_news(
    app: Flask, session: Session, cast: Cast, street: Street
) -> None:
    officer, leader = browser_of(app, cast.aiko), browser_of(app, cast.ben)
    assert "電話もメールもない方" not in officer.text(ROUND)
    assert "小川 キヨ" in officer.text(f"{ROUND}?paper=1")
    by = By(cast.aiko.id, NOW.date(), NOW)
    households.add_member(session, street.home, PersonFacts("小川 太郎", "おがわ たろう"), by)
    session.commit()
    assert f'<a href="{ROUND}?paper=1">電話もメールもない方：1人</a>' in officer.text(ROUND)
    found = officer.text(f"{ROUND}?paper=1")
    assert ("小川 太郎" in found, "小川 キヨ" in found, "すべての世帯を見る" in found) == (True, False, True)
    assert "電話もメールもない方" not in leader.text(ROUND), "who may not see how a home is reached"
