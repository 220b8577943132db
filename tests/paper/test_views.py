"""Printing and keying in as people see it, and who may not."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.paper.codes import DATE, code_of, spoken
from scheduler.paper.forms import people_in
from scheduler.participation.actions import join
from scheduler.participation.signing import SignUp
from tests.cast import Cast
from tests.conftest import NOW
from tests.mailbox import new_mail, text
from tests.paper.pdf import read
from tests.paper.streets import date, sheet, street
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


@pytest.mark.parametrize(
    ("typed", "people"),
    [("2", 2), ("２人", 2), ("○", 1), ("×", 0), ("０", 0), ("", None), ("２.5", -1), ("-2", -1), ("9" * 9, -1)],
)  # fmt: skip
def test_a_field_is_read_as_people_write(typed: str, people: int | None) -> None:
    assert people_in(typed) == people


def test_a_sheet_is_keyed_in_with_one_press_and_shows_what_did_not_go_in(
    app: Flask, session: Session, cast: Cast
) -> None:
    printed = sheet(session, cast, street(session, cast, 3), date(session, cast, 9, 9))
    slot, second = printed.occurrence.slots
    session.commit()
    path, browser = f"/sheets/{printed.code}", browser_of(app, cast.aiko)
    mixed = browser.submit(
        path, **{f"n-1-{slot.id}": "２", f"n-2-{slot.id}": "たくさん", f"n-3-{slot.id}": "0"}
    )
    assert (mixed.status_code, "1件が入りませんでした" in mixed.text) == (409, True)
    assert 'value="たくさん"' in mixed.text
    assert "人数が読み取れません" in mixed.text
    twice = {f"n-1-{slot.id}": "2", f"n-1-{second.id}": "1"}
    answer = browser.submit(path, **twice, **{f"n-2-{slot.id}": "1", f"n-3-{slot.id}": "0"})
    session.rollback()
    assert (answer.headers["Location"], slot.taken) == (path, 3)
    page = browser.text(path)
    assert ("2軒を入れました" in page, "まだの家 0軒" in page) == (True, True)


def test_who_waits_after_keying_in_is_named_with_the_way_there_and_a_slip_is_refused(
    app: Flask, session: Session, cast: Cast
) -> None:
    printed = sheet(session, cast, street(session, cast, 3), date(session, cast, 4, 9))
    slot = printed.occurrence.slots[0]
    session.commit()
    path, browser = f"/sheets/{printed.code}", browser_of(app, cast.aiko)
    slip = browser.submit(path, **{f"n-1-{slot.id}": "9"})
    assert (slip.status_code, "9人は、この役割の定員（4人）より多い数です" in slip.text) == (409, True)
    assert 'value="9"' in slip.text
    browser.submit(path, **{f"n-1-{slot.id}": "3", f"n-2-{slot.id}": "2", f"n-3-{slot.id}": "0"})
    page = browser.text(path)
    # A home that says no has one look, whether it was keyed in or told otherwise.
    assert (page.count("来ません"), 'value="0" inputmode' in page) == (1, False)
    assert "補欠です（池田家 2人）" in page
    assert f'<a href="/dates/{printed.occurrence_id}/board">来る人の一覧</a>' in page
    again = read(browser.get(f"{path}/paper.pdf").data)
    browser.submit(f"{path}/undo", page=path)
    undone = browser.text(path)
    assert ("元にもどしました。" in undone, "いま打ち込んだ分" in undone, "まだの家 3軒" in undone) == (
        True,
        False,
        True,
    )
    # A program does the same.
    program = program_of(app, cast.aiko)
    done(program.post(path, lines=[{"number": 1, "fields": [{"slot_id": slot.id, "people": 1}]}]))
    assert [line["has_answered"] for line in done(program.post(f"{path}/undo"))["lines"]][:1] == [False]
    assert refusal(program.post(f"{path}/undo")) == (409, "undo_over")
    assert ("済3人" in again.tight, again.tight.count("来ません")) == (True, 1)
    assert again.smallest >= 12


def test_a_block_leader_keys_in_the_own_block_and_no_other(app: Flask, session: Session, cast: Cast) -> None:
    own, other = (street(session, cast, 2, slug) for slug in ("midori-1", "midori-2"))
    day = date(session, cast)
    sheets = [sheet(session, cast, one, day) for one in (own, other)]
    session.commit()
    browser = browser_of(app, own.leader)
    assert browser.get(f"/sheets/{sheets[0].code}").status_code == 200
    assert browser.get(f"/sheets/{sheets[1].code}").headers["Location"] == f"/dates/{day.id}"
    page = browser.text(f"/dates/{day.id}/paper")
    assert (sheets[0].code in page, sheets[1].code in page) == (True, False)
    foreign = {"kind": "sign_up", "block": str(other.block.id)}
    assert (
        browser.submit(f"/dates/{day.id}/sheets", page=f"/dates/{day.id}/paper", **foreign).status_code == 422
    )


def test_a_number_leads_to_the_sheet_or_its_date(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    printed = sheet(session, cast, street(session, cast, 2), date(session, cast))
    session.commit()
    day = f"/dates/{printed.occurrence_id}"
    for code, goal in ((code_of(DATE, printed.occurrence_id), day), (printed.code, day)):
        assert visitor.submit("/sheets", code=code).headers["Location"] == goal
    assert (
        browser_of(app, cast.aiko).submit("/sheets", code=printed.code).headers["Location"]
        == f"/sheets/{printed.code}"
    )
    wrong = visitor.submit("/sheets", code="20 0999")
    assert (wrong.status_code, "その番号の紙は見つかりません" in wrong.text) == (422, True)


def test_whoever_had_signed_up_is_withdrawn_after_a_second_look_told_who_did_it_and_brought_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    midori = street(session, cast, 3)
    printed = sheet(session, cast, midori, date(session, cast, 9, 9))
    slot, second = printed.occurrence.slots
    row = join(session, slot, SignUp(midori.speakers[0].id), NOW)
    session.commit()
    path, browser = f"/sheets/{printed.code}", browser_of(app, cast.aiko)
    assert "まだの家 2軒" in browser.text(path)
    keyed = {f"n-1-{slot.id}": "0", f"n-2-{slot.id}": "1", f"n-2-{second.id}": ""}
    asked = browser.submit(path, **keyed)
    session.rollback()
    assert (asked.status_code, row.state, "取りやめも入れる" in asked.text) == (409, "confirmed", True)
    browser.submit(path, **keyed, sure="1")
    page = browser.text(path)
    session.rollback()
    assert (row.state, "2軒を入れました" in page, "まだの家 1軒" in page) == ("cancelled", True, True)
    # An empty field beside an answer stays empty.
    assert f'name="n-2-{second.id}" value=""' in page
    told = text(new_mail(app, "midori-1-1@example.jp"))
    assert "世話人か班長が、次の申し込みを取りやめにしました" in told
    assert "連絡をありがとう" not in told
    assert browser.submit(path, back=str(row.id)).status_code == 303
    session.rollback()
    assert row.state == "confirmed"


def test_a_sheet_printed_by_mistake_is_withdrawn_says_so_and_is_taken_back(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    midori = street(session, cast, 2)
    printed = sheet(session, cast, midori, date(session, cast))
    slot = printed.occurrence.slots[0]
    session.commit()
    path, aiko = f"/sheets/{printed.code}", browser_of(app, cast.aiko)
    keyed = {f"n-1-{slot.id}": "1"}
    leader = browser_of(app, midori.leader)
    assert "取り消す" not in leader.text(path)
    assert leader.submit(f"{path}/withdraw", page=path).status_code == 403
    page = aiko.hidden(path)
    assert aiko.submit(f"{path}/withdraw", page=path).status_code == 303
    shown = aiko.text(path)
    assert ("この紙は取り消してあります" in shown, "まとめて入れる" in shown) == (True, False)
    assert aiko.client.post(path, data=page | keyed).status_code == 409
    assert aiko.get(f"{path}/paper.pdf").headers["Location"] == path
    assert "その紙は取り消されました" in visitor.text(path)
    assert f"{spoken(printed.code)}（取り消した用紙）".replace(" ", "\u00a0") in aiko.text(
        f"/dates/{printed.occurrence_id}/paper"
    )
    assert aiko.submit(f"{path}/restore", page=path).status_code == 303
    assert aiko.submit(path, **keyed).status_code == 303
    refused = aiko.submit(f"{path}/withdraw", page=path)
    assert (refused.status_code, "もう打ち込んでいるので" in refused.text) == (409, True)
