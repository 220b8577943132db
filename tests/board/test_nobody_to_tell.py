"""Before anybody has signed up nobody is to be told: the page says so at once, and what to do instead."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    made = make.occurrence(session, cast.midori, NOW, slots=(SlotFacts("受付", 2), SlotFacts("片付け", 2)))
    session.commit()
    return made


SAID = {"ja": "まだだれも申し込んでいません。", "en": "Nobody has signed up yet.", "ja@easy": "/poster.pdf"}


@pytest.mark.parametrize("language", SAID)
def test_it_says_at_once_that_nobody_is_there_and_how_to_spread_the_word(
    app: Flask, cast: Cast, date: Occurrence, language: str
) -> None:
    aiko = browser_of(app, cast.aiko)
    aiko.submit("/language", "/", language=language)
    page = aiko.text(f"/dates/{date.id}/board/message")
    assert (SAID[language] in page, "https://line.me/R/share?text=" in page) == (True, True)
    assert ("<textarea" in page, f"/dates/{date.id}/poster.pdf" in page) == (False, True)


def test_what_was_called_off_is_not_spread(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    date.state = "cancelled"
    session.commit()
    page = browser_of(app, cast.aiko).text(f"/dates/{date.id}/board/message")
    assert ("まだだれも申し込んでいません。" in page, "line.me" in page) == (True, False)


def test_of_which_part_nobody_has_a_place_stands_beside_it(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    make.participation(session, date.slots[0], cast.ben, NOW)
    session.commit()
    aiko = browser_of(app, cast.aiko)
    page = aiko.text(f"/dates/{date.id}/board/message")
    assert ("片付け（まだいません）" in page, "受付（" in page, "<textarea" in page) == (True, False, True)
    assert "来る方に知らせる" in aiko.text(f"/dates/{date.id}/board")


def test_who_waits_for_a_place_has_signed_up_all_the_same(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    make.participation(session, date.slots[0], cast.ben, NOW).state = "waitlisted"
    session.commit()
    page = browser_of(app, cast.aiko).text(f"/dates/{date.id}/board/message")
    assert ("まだだれも申し込んでいません。" in page, "場所の決まった方が、まだいません。" in page) == (
        False,
        True,
    )
