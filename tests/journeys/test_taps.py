"""How many taps the daily work of an officer, a block leader and library staff takes from the page they begin on.

The counts are printed (`pytest -s tests/journeys/test_taps.py`) and may only get smaller.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.parties.actions import add_household
from scheduler.parties.models import Household, Person
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

_LINK = re.compile(r'<a\b[^>]*?href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
# The evening before the date of 22 November.
EVE = NOW + timedelta(days=5, hours=9)


@dataclass
class Walk:
    """Somebody's way through the pages, tap by tap."""

    visitor: Visitor
    path: str = "/desk"
    taps: int = 0

    def tap(self, words: str) -> "Walk":
        """Follow the first link with these words on it."""
        links = [(path, re.sub(r"<[^>]+>", "", text)) for path, text in _LINK.findall(self.page)]
        found = [unescape(path) for path, text in links if words in text]
        assert found, f"no link 「{words}」 on {self.path}"
        self.path, self.taps = found[0], self.taps + 1
        assert self.page
        return self

    def press(self, below: str = "", **typed: str) -> "Walk":
        """Fill in the form of this page, or of one below it, and press its button."""
        answer = self.visitor.submit(f"{self.path}/{below}" if below else self.path, page=self.path, **typed)
        assert answer.status_code == 303, answer.text
        self.path, self.taps = answer.location, self.taps + 1
        return self

    @property
    def page(self) -> str:
        """The page on which one stands."""
        return self.visitor.text(self.path)


@pytest.fixture
def date_id(session: Session, cast: Cast) -> int:
    """A date of the association that Ben comes to; Ben leads a block with one home, Chie works in the library."""
    date = make.occurrence(session, cast.midori, NOW)
    block = casting.block(session, cast.midori, "midori-1", NOW)
    casting.hold_office(session, cast.ben, block, "block_leader", NOW)
    add_household(session, Household(name="千田家", block_id=block.id, created_at=NOW), [cast.ben])
    make.occurrence(session, cast.library, NOW, title="おはなし会", weather_rule="none", decide_at=None)
    session.commit()
    return date.id


def walk(app: Flask, person: Person) -> Walk:
    return Walk(browser_of(app, person))


def test_an_officer(app: Flask, session: Session, cast: Cast, date_id: int) -> None:
    def begin() -> Walk:
        return walk(app, cast.aiko)

    next_one = {"name": "後藤 五郎", "kana": "ごとう ごろう", "starts_on": "2027-04-01"}
    like = {"title": "資源回収の日", "place": "みどり公園前", "first_on": "2027-11-28", "first_at": "08:00"}
    like |= {"ends_at": "10:00", "slots-0-name": "積込み", "slots-0-places": "6"}
    ways = {
        "print the year's dates": begin().tap("団体のページ").tap("1年の予定表"),
        "know who comes": begin().tap("資源回収の日"),
        "fill in the year's report": begin().tap("団体のページ").tap("活動の時間を見る"),
        "hand over": begin().tap("役と引きつぎ").tap("次の方に引きつぐ").press(**next_one),
        "post one like last year's": begin()
        .tap("活動をのせる")
        .tap("資源回収の日")
        .press(**like)
        .press("publish"),
    }
    with time_machine.travel(EVE, tick=False):
        ways["decide about tomorrow"] = (
            begin().tap("実施・順延・中止を決める").press(outcome="confirm", revision="0", reason="")
        )
    taps = _printed("officer", ways)
    assert taps == {
        "print the year's dates": 2,
        "know who comes": 1,
        "fill in the year's report": 2,
        "hand over": 3,
        "post one like last year's": 4,
        "decide about tomorrow": 2,
    }


def test_a_block_leader(app: Flask, session: Session, cast: Cast, date_id: int) -> None:
    ways = {
        "collect the homes' answers": walk(app, cast.ben).tap("軒から返事").tap("返事を入れる"),
        "see the homes": walk(app, cast.ben).tap("世帯の一覧"),
    }
    assert _printed("block leader", ways) == {"collect the homes' answers": 2, "see the homes": 1}


def test_library_staff(app: Flask, session: Session, cast: Cast, date_id: int) -> None:
    ways = {
        "take a sign-up at the counter": walk(app, cast.chie)
        .tap("おはなし会")
        .tap("電話・紙の申し込みを入れる"),
        "see which shifts are covered": walk(app, cast.chie).tap("おはなし会"),
        "count who came": walk(app, cast.chie).tap("団体のページ").tap("活動の時間を見る"),
    }
    taps = _printed("library staff", ways)
    assert taps == {
        "take a sign-up at the counter": 2,
        "see which shifts are covered": 1,
        "count who came": 2,
    }


def _printed(who: str, ways: dict[str, Walk]) -> dict[str, int]:
    for what, way in ways.items():
        print(f"{who:<14}{what:<32}{way.taps} taps")
    return {what: way.taps for what, way in ways.items()}
