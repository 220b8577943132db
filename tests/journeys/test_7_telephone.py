"""Journey 7: somebody telephones; the organiser enters it in three requests, and can take it back."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from tests.cast import Cast
from tests.journeys.conftest import sign_ups
from tests.signed_in import browser_of

CALLER = {"name": "佐藤 花子", "kana": "さとう はなこ", "phone": "０９０-1234-5678", "people": "2"}


def test_a_telephone_call_is_three_requests(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    aiko = browser_of(app, cast.aiko)
    board, add = f"/dates/{date.id}/board", f"/dates/{date.id}/board/add?slot={date.slots[0].id}"
    assert add in aiko.text(board)
    form = aiko.hidden(add) | CALLER | {"slot": str(date.slots[0].id)}
    done = aiko.client.post(add, data=form)
    (row,) = sign_ups(session)
    assert (done.status_code, done.location) == (303, f"{board}/{row.id}")
    assert (row.state, row.people, row.entered_by_id) == ("confirmed", 2, cast.aiko.id)
    assert "青木 愛子さんが代わりに入れました" in aiko.text(board)


def test_a_neighbour_who_is_known_is_found_by_a_part_of_the_name_and_chosen(
    app: Flask, session: Session, cast: Cast, date: Occurrence, signed_up: list[int]
) -> None:
    aiko, path = browser_of(app, cast.aiko), f"/dates/{date.id}/board/add"
    slot = str(date.slots[0].id)
    page = aiko.asked(path, slot=slot, name="山田", find="1").text
    known = re.search(r'value="(p\d+)"', page)
    assert known is not None
    answer = aiko.submit(path, slot=slot, known=known[1])
    assert answer.location == f"/dates/{date.id}/board/{signed_up[0]}"
    assert len(sign_ups(session)) == 2


def test_a_slip_of_the_hand_is_taken_back_and_the_caller_is_told(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    aiko, path = browser_of(app, cast.aiko), f"/dates/{date.id}/board/add"
    aiko.submit(path, slot=str(date.slots[0].id), **CALLER)
    undo = re.search(r"/board/undo/\d+", aiko.text(f"/dates/{date.id}/board"))
    assert undo is not None
    aiko.submit(undo[0], page=f"/dates/{date.id}/board")
    assert [row.state for row in sign_ups(session)] == ["cancelled"]
    assert date.slots[0].taken == 0
