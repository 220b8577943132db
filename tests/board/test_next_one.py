"""Entering one after the other: the part last chosen is offered again."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from tests import make
from tests.board.people import counter, two_slots
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of

BOARD = "/dates/1/board"


def test_the_next_one_is_entered_for_the_same_part_while_it_has_a_place(
    app: Flask, session: Session, cast: Cast
) -> None:
    slots, aiko = two_slots(session, cast), browser_of(app, cast.aiko)
    reception = slots[1]
    other = make.slot(session, cast.midori, NOW, places=5)
    other.occurrence_id, other.name, reception.places = reception.occurrence_id, "お手伝い", 1
    slots[0].places = 5
    session.commit()
    for browser, form in (
        (aiko, f"{BOARD}/add"),
        (browser_of(app, counter(session, cast)), "/dates/1/enter"),
    ):
        answer = browser.submit(form, name="森 一郎", kana="もり いちろう", slot=str(other.id), known="new")
        leads = answer.location if form.endswith("enter") else _leads_on(browser.text(answer.location))
        assert leads == f"{form}?slot={other.id}"
        assert f'<option selected value="{other.id}">' in browser.text(leads)
    answer = aiko.submit(f"{BOARD}/add", name="小川 キヨ", kana="おがわ きよ", slot=str(reception.id))
    assert _leads_on(aiko.text(answer.location)) == f"{BOARD}/add"
    assert f'<option selected value="{slots[0].id}">' in aiko.text(f"{BOARD}/add")


def _leads_on(page: str) -> str:
    found = re.search(r'href="([^"]+)"[^>]*>もう1人入れる', page)
    assert found is not None
    return found[1]
