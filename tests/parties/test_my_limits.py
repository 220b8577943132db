"""Saying one's own measure: as a page, by personal link, and with a program."""

from datetime import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.errors import Invalid
from scheduler.parties import actions
from scheduler.parties.limits import Limits, limits_of
from scheduler.parties.tokens import personal
from tests.cast import Cast
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

QUIET = {"quiet_from": "21:00", "quiet_until": "07:00"}
CHIYO = {"times_a_month": "2", "no_heavy": "y", "not_before": "09:00"}

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"times_a_month": -1}, "limits_out_of_range"),
    ({"times_a_month": 32}, "limits_out_of_range"),
    ({"max_minutes": 14}, "limits_out_of_range"),
    ({"max_minutes": 1441}, "limits_out_of_range"),
    ({"quiet_from": time.fromisoformat("21:00+09:00")}, "limits_out_of_range"),
    ({"not_before": time(9, 0, 1)}, "limits_out_of_range"),
    ({"not_before": time(18), "not_after": time(9)}, "limits_leave_no_time"),
    ({"not_before": time(9), "not_after": time(9)}, "limits_leave_no_time"),
]


@pytest.mark.parametrize(("limits", "code"), REFUSED)
def test_limits_that_nobody_can_mean_are_refused(cast: Cast, limits: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.set_limits(cast.ben, Limits(**limits))
    assert (refused.value.code, cast.ben.limits) == (code, {})


def test_who_has_said_nothing_sees_what_holds(app: Flask, cast: Cast) -> None:
    page = browser_of(app, cast.ben).text("/me/limits")
    assert ('value="21:00"' in page, 'value="07:00"' in page) == (True, True)
    assert 'href="/me/limits"' in browser_of(app, cast.ben).text("/me")


def test_a_measure_is_kept_and_shown_again(app: Flask, session: Session, cast: Cast) -> None:
    browser = browser_of(app, cast.ben)
    assert browser.submit("/me/limits", **QUIET, **CHIYO).location == "/me"
    assert "手伝える回数や時間を書きとめました。" in browser.text("/me")
    session.rollback()
    assert limits_of(cast.ben.limits) == Limits(times_a_month=2, no_heavy=True, not_before=time(9))
    assert 'value="09:00"' in browser.text("/me/limits")


def test_the_personal_link_is_enough(app: Flask, session: Session, cast: Cast, visitor: Visitor) -> None:
    own_page = f"/me/{personal(app.config['TSUDOI'].secret_key, cast.ben.id, cast.ben.link_salt)}"
    assert f'href="{own_page}/limits"' in visitor.text(own_page)
    answer = visitor.submit(f"{own_page}/limits", **QUIET, max_minutes="90")
    assert (answer.location, answer.headers["Referrer-Policy"]) == (own_page, "same-origin")
    session.rollback()
    assert cast.ben.limits == {"max_minutes": 90}


MENDED = [
    ({"times_a_month": "40"}, "0から31までの数にしてください。", 'value="40"'),
    ({"quiet_from": ""}, '時刻を入れてください。<span class="example">例：21:00</span>', 'value="07:00"'),
    ({"quiet_until": ""}, '時刻を入れてください。<span class="example">例：7:00</span>', 'value="21:00"'),
    ({"not_before": "18:00", "not_after": "09:00"}, "より前の時刻にしてください。", 'value="18:00"'),
]


@pytest.mark.parametrize(("typed", "sentence", "kept"), MENDED)
def test_what_has_to_be_mended_is_said_and_kept(
    app: Flask, cast: Cast, typed: dict[str, str], sentence: str, kept: str
) -> None:
    answer = browser_of(app, cast.ben).submit("/me/limits", **QUIET | typed)
    assert answer.status_code == 422
    assert (sentence in answer.text, kept in answer.text) == (True, True)


def test_a_program_reads_and_replaces_the_measure(app: Flask, cast: Cast) -> None:
    program = program_of(app, cast.ben)
    assert program.get("/me/limits").get_json()["quiet_from"] == "21:00:00"
    answer = program.post("/me/limits", times_a_month=2, not_after="20:00")
    assert (answer.get_json()["times_a_month"], answer.get_json()["not_after"]) == (2, "20:00:00")
    assert program.post("/me/limits").get_json()["times_a_month"] is None


def test_a_program_gets_the_same_refusals(app: Flask, cast: Cast) -> None:
    program = program_of(app, cast.ben)
    assert program.post("/me/limits", times_a_month=99).get_json()["error"] == "limits_out_of_range"
    assert program.post("/me/limits", quiet_from="soon").get_json()["error"] == "json_unreadable"
