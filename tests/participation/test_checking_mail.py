"""The page to check the mail: the same for an address that is known and a new one, and true where no mail can leave."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.jobs import tick
from scheduler.participation import actions
from scheduler.participation.actions import Stranger, join_as_stranger
from scheduler.participation.signing import SignUp
from scheduler.parties.actions import PersonFacts
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.visitor import Visitor

HANAKO = PersonFacts("山田 花子", "やまだ はなこ", "hanako@example.jp")


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """A slot at which the address of HANAKO has signed up, and has confirmed that."""
    made = make.slot(session, cast.midori, NOW, 5)
    actions.prove(session, join_as_stranger(session, made, Stranger(HANAKO), SignUp(0), NOW), NOW)
    session.commit()
    return made


def main_of(page: str) -> str:
    """Return what a page says, without the marks of this one sending."""
    main = re.findall("<main.*</main>", page.replace("<wbr>", ""), re.DOTALL)[0]
    return re.sub(r'<input type="hidden"[^>]*>', "", main)


@pytest.mark.parametrize("contact", ["会長 090-0000-0000", ""])
def test_where_no_mail_can_leave_nobody_is_told_to_look_for_one_whether_or_not_the_address_is_known(
    app: Flask, session: Session, slot: Slot, contact: str
) -> None:
    slot.occurrence.activity.contact = contact
    session.commit()
    shown = []
    for address in (HANAKO.email, "umi@example.jp"):
        browser, typed = Visitor(app), {"name": HANAKO.name, "kana": HANAKO.kana, "email": address}
        page = browser.text(browser.submit(f"/slots/{slot.id}/join", **typed).location)
        shown.append(main_of(page).replace(address, "?"))
    assert shown[0] == shown[1]
    assert "メールを送りました" not in shown[0]
    assert "電話番号で申し込み直す" in shown[0]
    assert "カレンダーに入れる" not in shown[0]
    assert ("合わせ先に電話して" in shown[0], 'href="tel:' in shown[0]) == (bool(contact), bool(contact))
    assert "世話人に直接伝えて" in shown[0] or contact
    signing_in = Visitor(app)
    code = signing_in.text(signing_in.submit("/sign-in", email=HANAKO.email).location)
    assert ("いまは、メールを送れません" in code, "メールが届きます" in code) == (True, False)


def test_where_no_mail_can_leave_the_telephone_is_chosen_also_for_who_comes_back_to_the_form(
    app: Flask, slot: Slot, visitor: Visitor
) -> None:
    path, by_phone = f"/slots/{slot.id}/join", r'<input[^>]*checked[^>]*value="phone"'
    assert re.search(by_phone, visitor.text(path))
    with mailbox.server(app):
        assert not re.search(by_phone, visitor.text(path))
    joined = visitor.submit(path, name=HANAKO.name, kana=HANAKO.kana, email="umi@example.jp").location
    again = re.search(r'href="(/slots/[^"]+mend=1)"', visitor.text(joined))
    assert again is not None
    mended = visitor.text(again[1])
    assert (re.search(by_phone, mended) is not None, HANAKO.name in mended) == (True, True)


def test_opened_again_the_page_to_check_the_mail_says_the_same_of_a_known_address_and_a_new_one(
    app: Flask, session: Session, slot: Slot
) -> None:
    shown = []
    for address in (HANAKO.email, "umi@example.jp"):
        typed = {"name": "山田 花子", "kana": "やまだ はなこ", "email": address}
        with at("2026-11-16 10:00"):
            browser = Visitor(app)
            joined = browser.submit(f"/slots/{slot.id}/join", **typed).location
        for moment in ("2026-11-16 10:10", "2026-11-16 10:31"):
            with at(moment):
                tick(app)
            with at(moment), mailbox.server(app):
                shown.append(main_of(browser.text(joined)).replace(address, "?"))
        with browser.client.session_transaction() as cookie:
            assert cookie["joined"][:2] == [slot.id, 0]
    assert shown[:2] == shown[2:]
    assert "午前\u206010時\u206030分</span>まで" in shown[0]
    assert "確かめる時間が過ぎました" in shown[1]
