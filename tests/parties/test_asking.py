"""A question whose form holds names or a long text has an address of its own, in which none of that stands."""

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.parties.keeping import KEPT_FOR, purge
from scheduler.parties.models import KeptForm
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

CALLER = {"name": "別所", "phone": "03-9876-5432", "note": "足が悪い"}


@pytest.fixture
def board(session: Session, cast: Cast) -> str:
    """The board of a date to which Ben comes."""
    slot = make.slot(session, cast.midori, NOW, 5)
    make.participation(session, slot, cast.ben, NOW)
    session.commit()
    return f"/dates/{slot.occurrence_id}/board"


@pytest.fixture
def aiko(app: Flask, cast: Cast, board: str) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def test_who_is_looked_for_stands_on_the_page_and_in_no_address(aiko: Visitor, board: str) -> None:
    address = aiko.submit(f"{board}/add?slot=1", **CALLER, slot="1", find="1").location
    page = aiko.text(address.split("#")[0])
    # Also when it is loaded anew.
    assert page.count("足が悪い") == aiko.text(address.split("#")[0]).count("足が悪い") == 1
    assert ("別所 勉" in page, 'value="03-9876-5432"' in page) == (True, True)
    assert (address.startswith(f"{board}/add?slot=1&asked="), "9876" in address) == (True, False)


def test_what_was_typed_is_kept_sealed_and_opens_for_nobody_else_nor_on_another_page(
    app: Flask, session: Session, cast: Cast, aiko: Visitor, board: str
) -> None:
    address = aiko.submit(f"{board}/message", text="雨具をお持ちください", slot="").location.split("#")[0]
    (row,) = session.query(KeptForm)
    assert "雨具" not in row.sealed
    assert "雨具" in aiko.text(address)
    assert browser_of(app, cast.ben).get(address).status_code == 404
    assert "雨具" not in aiko.text(address.replace("/message", "/add"))
    assert "雨具" not in aiko.text(f"{address}x")


def test_what_is_answered_is_forgotten_and_what_is_not_after_half_an_hour(
    session: Session, aiko: Visitor, board: str
) -> None:
    addresses = [
        aiko.submit(f"{board}/message", text=text, slot="").location.split("#")[0] for text in ("一", "二")
    ]
    assert aiko.submit(addresses[0], sure="1", text="一", slot="").location == board
    assert session.query(KeptForm).count() == 1
    session.rollback()
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert "二" not in aiko.text(addresses[1]).split("<textarea", 1)[1].split("</textarea>", 1)[0]
        purge(session, NOW + timedelta(minutes=31))
    assert session.query(KeptForm).count() == 0


def test_looking_writes_nothing_however_the_address_is_made_up(
    session: Session, aiko: Visitor, board: str
) -> None:
    made_up = (
        "message?sure=1&text=x&slot=&asked=x",
        "places?places=1&step=look&waits=1&slot=1",
        "places?places=x&step=look",
        "add?find=1&name=x&asked=",
    )
    assert [aiko.get(f"{board}/{one}").status_code for one in made_up] == [200, 200, 422, 200]
    assert session.query(KeptForm).count() == 0


@pytest.mark.parametrize("typed", ["²", "\x00", "9" * 6000, "\ud83d", "{'a': 1}"])
def test_what_nobody_would_type_breaks_no_question(aiko: Visitor, board: str, typed: str) -> None:
    sent = dict.fromkeys(("name", "kana", "phone", "email", "people", "known", "children-0"), typed)
    text = {name: one.encode("utf-8", "replace").decode() for name, one in sent.items()}
    answer = aiko.submit(f"{board}/add", **text, slot="1", find="1")
    assert (answer.status_code, aiko.get(answer.location.split("#")[0]).status_code) == (303, 200)


def test_what_is_kept_no_more_is_said_so_and_opens_for_no_other_organiser(
    app: Flask, session: Session, cast: Cast, aiko: Visitor, board: str
) -> None:
    address = aiko.submit(f"{board}/message", text="雨具をお持ちください", slot="").location.split("#")[0]
    casting.hold_office(session, cast.chie, cast.midori, "vice_chair", NOW)
    session.commit()
    said = "ここに書いたことは、もう残っていません。"
    assert said not in aiko.text(address)
    page = browser_of(app, cast.chie).text(address)
    assert ("雨具" in page, said in page) == (False, True)
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert said in aiko.text(address)
        assert said not in aiko.text(f"{board}/message")


def test_the_clock_deletes_what_is_kept_no_longer_soon_after(
    app: Flask, session: Session, aiko: Visitor, board: str
) -> None:
    aiko.submit(f"{board}/message", text="一", slot="")
    with time_machine.travel(NOW + KEPT_FOR, tick=False):
        for job in jobs._clockwork(app, threading.Event()).get_jobs():
            if getattr(job.trigger, "interval", KEPT_FOR) < KEPT_FOR / 2:
                job.func()
    assert session.query(KeptForm).count() == 0
