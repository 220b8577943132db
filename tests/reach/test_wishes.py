"""Everybody says which notices they want, and when one more."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.errors import Invalid
from scheduler.notices.actions import wish
from scheduler.reach.wishes import KINDS, Wishes, want, wishes
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of


def test_without_a_word_it_is_what_is_usual(session: Session, cast: Cast) -> None:
    assert wishes(session, cast.ben.id) == Wishes(KINDS, None)


def test_what_was_chosen_stays(session: Session, cast: Cast) -> None:
    for _ in range(2):
        want(session, cast.ben.id, ["reminder_evening"], 180, NOW)
    assert wishes(session, cast.ben.id) == Wishes(("reminder_evening",), 180)
    assert wishes(session, cast.chie.id) == Wishes(KINDS, None)


def test_the_one_press_of_a_mail_program_shows_and_can_be_taken_back(session: Session, cast: Cast) -> None:
    wish(session, cast.ben.id, "reminder", off_at=NOW)
    assert wishes(session, cast.ben.id) == Wishes(("still_coming",), None)
    want(session, cast.ben.id, KINDS, None, NOW)
    assert wishes(session, cast.ben.id) == Wishes(KINDS, None)


@pytest.mark.parametrize(("kinds", "minutes"), [(["decision"], None), ([], 59), ([], -1)])
def test_only_what_there_is_can_be_chosen(
    session: Session, cast: Cast, kinds: list[str], minutes: int | None
) -> None:
    with pytest.raises(Invalid):
        want(session, cast.ben.id, kinds, minutes, NOW)


def test_the_page_shows_what_was_chosen(app: Flask, cast: Cast) -> None:
    ben = browser_of(app, cast.ben)
    assert ben.text("/me/channels").count(" checked") == 3
    answer = ben.submit("/me/wishes", page="/me/channels", kinds=["reminder_week"], own_minutes="60")
    assert answer.status_code == 303
    page = ben.text("/me/channels")
    assert page.count(" checked") == 1
    assert '<option selected value="60">' in page


def test_what_cannot_be_chosen_is_a_sentence(app: Flask, cast: Cast) -> None:
    ben = browser_of(app, cast.ben)
    answer = ben.submit("/me/wishes", page="/me/channels", kinds=["decision"], own_minutes="7")
    assert answer.status_code == 422
    assert "お知らせの受け取り方" in answer.text


def test_programs_do_the_same(app: Flask, cast: Cast) -> None:
    program = program_of(app, cast.ben)
    said: dict[str, Any] = {"kinds": ["reminder_week"], "own_minutes": 60}
    assert program.put("/me/wishes", **said).get_json() == said
    assert program.read("/me/wishes") == said
