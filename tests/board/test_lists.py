"""Lists on paper: the leader first, only the named are insured, every copy has a number and an end."""

import csv
import io

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.parts import SlotFacts
from scheduler.participation.actions import join
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.actions import PersonFacts
from scheduler.parties.actions import person as register
from tests import make
from tests.cast import Cast, be_trained
from tests.conftest import NOW
from tests.signed_in import browser_of

LIST = "/dates/1/board/list"


def test_a_station_names_its_leader_with_a_telephone_first(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 5)
    leader = register(session, PersonFacts("和田 直", "わだ なお", phone="090-1234-5678"), NOW)
    be_trained(session, leader, cast.midori, "station_leader", NOW)
    for person in (cast.ben, leader):
        make.participation(session, slot, person, NOW)
    page = browser_of(app, cast.aiko).text(LIST)
    assert "和田 直 090-1234-5678" in page
    table = page[page.index("<tbody>") :]
    assert table.index("わだ なお") < table.index("べっしょ べん")


def test_the_leader_may_stand_in_the_stations_own_leader_slot(
    app: Flask, session: Session, cast: Cast
) -> None:
    slots = (
        SlotFacts("第1給水所 リーダー", 1, competence="station_leader"),
        SlotFacts("第1給水所", 5),
        SlotFacts("第2給水所", 5),
    )
    first, second, third = make.occurrence(session, cast.midori, NOW, slots=slots, contact="事務局").slots
    be_trained(session, cast.ben, cast.library, "station_leader", NOW)
    be_trained(session, cast.ben, cast.midori, "station_leader", NOW)
    make.participation(session, first, cast.ben, NOW)
    browser = browser_of(app, cast.aiko)
    assert "<dd>別所 勉" in browser.text(f"{LIST}?slot={second.id}")
    assert "<dd>事務局" in browser.text(f"{LIST}?slot={third.id}")


def test_who_is_only_counted_is_on_no_insurance_list(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 9)
    company = Company(("別所 一郎", ""), others=(Named("別所 花", "べっしょ はな", grade="e3"),))
    join(session, slot, SignUp(cast.ben.id, company=company), NOW)
    pledge = SignUp(cast.chie.id, organization_id=cast.library.id, pledged=4, contact_comes=False)
    join(session, slot, pledge, NOW)
    page = browser_of(app, cast.aiko).text("/dates/1/board/insurance")
    assert "お名前のある方 3人。" in page
    assert "ほかにお名前のない方が5人" in page
    assert ("小学3年" in page, "千田 知恵" in page) == (True, False)


def test_the_spreadsheet_says_the_same_and_holds_no_formula(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 9)
    join(session, slot, SignUp(cast.ben.id, company=Company(("=1+1",))), NOW)
    answer = browser_of(app, cast.aiko).get(f"/dates/1/board/insurance.csv?slot={slot.id}")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["番号", "お名前", "ふりがな", "年齢・学年", "役割"]
    assert sorted(row[1] for row in rows[1:3]) == ["'=1+1", "別所 勉"]
    assert rows[-1] == ["返却または裁断", "2026-11-29"]


def test_every_printed_list_has_a_number_and_an_end(app: Flask, session: Session, cast: Cast) -> None:
    make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    browser = browser_of(app, cast.aiko)
    for path in (LIST, "/dates/1/board/insurance"):
        page = browser.text(path)
        assert "名簿番号 1-0-1116100000" in page
        assert "11月29日（日）</span>までに世話人に返すか、裁断してください" in page


def test_who_does_not_come_is_on_no_list(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, 1)
    make.participation(session, slot, cast.chie, NOW)
    join(session, slot, SignUp(cast.ben.id, or_wait=True), NOW)
    browser = browser_of(app, cast.aiko)
    assert [("別所 勉" in browser.text(path)) for path in (LIST, "/dates/1/board/insurance")] == [
        False,
        False,
    ]
