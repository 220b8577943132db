"""The page on which a party withdraws: it speaks of as many as it withdraws, and of what they have."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.participation.actions import join
from scheduler.participation.signing import Company, SignUp
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    return make.slot(session, cast.midori, NOW, places=20)


@pytest.mark.parametrize(
    ("language", "alone", "several"),
    [
        (
            "ja",
            ["行けなくなりました", "行けないことを伝える"],
            ["全員行けなくなりました", "全員行けないことを伝える"],
        ),
        (
            "en",
            ["I cannot come", "Tell them I cannot come", "I am coming after all"],
            ["None of us can come", "Tell them none of us can come", "We are coming after all"],
        ),
        ("ja@easy", ["行けないことを伝える"], ["みんな行けなくなりました", "みんな行けないことを伝える"]),
    ],
)
def test_heading_and_button_speak_of_as_many_as_are_withdrawn(
    app: Flask,
    session: Session,
    slot: Slot,
    cast: Cast,
    language: str,
    alone: list[str],
    several: list[str],
) -> None:
    rows = [
        join(session, slot, SignUp(cast.ben.id), NOW),
        join(session, slot, SignUp(cast.chie.id, company=Company(("",), (36,))), NOW),
        join(session, slot, SignUp(cast.aiko.id, group_name="駅前商店会", pledged=4), NOW),
    ]
    session.commit()
    for row, who, words in zip(
        rows, (cast.ben, cast.chie, cast.aiko), (alone, several, several), strict=True
    ):
        browser = browser_of(app, who)
        browser.submit("/language", "/", language=language)
        shown = browser.text(f"/participations/{row.id}/withdraw")
        plain = re.sub(r"<rt>.*?</rt>|<rp>.*?</rp>|</?(ruby|span)[^>]*>", "", shown)
        squeezed = re.sub(r"[\s\u2060]+", "" if language != "en" else " ", plain)
        assert [one for one in words if f">{one}<" not in squeezed] == []


def test_whoever_only_waits_takes_the_sign_up_back_and_does_not_say_that_they_cannot_come(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    row = join(session, slot, SignUp(cast.ben.id), NOW)
    row.state = "waitlisted"
    session.commit()
    shown = browser_of(app, cast.ben).text(f"/participations/{row.id}/withdraw")
    assert (">申し込みを取りやめる<" in shown, ">取りやめないで、もどる<" in shown) == (True, True)
    assert "行けないことを伝える" not in shown
