"""One's own name: whoever is signed in corrects it, and it is right wherever it stands."""

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.parties import actions as parties
from scheduler.parties.actions import PersonFacts
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of


def test_the_corrected_name_stands_on_the_own_page(app: Flask, session: Session, cast: Cast) -> None:
    ben = browser_of(app, cast.ben)
    assert 'href="/me/name"' in ben.text("/me/data")
    assert 'value="べっしょ べん"' in ben.text("/me/name")
    assert ben.submit("/me/name", name="別所 勉子", kana="ベッショ べんこ").location == "/me/data"
    assert "別所 勉子さんの予定" in ben.text("/me")
    session.rollback()
    assert (cast.ben.kana, cast.ben.kana_key) == ("ベッショ べんこ", "べっしょべんこ")


def test_two_of_one_address_keep_different_readings(app: Flask, session: Session, cast: Cast) -> None:
    parties.person(session, PersonFacts("別所 文", "べっしょ ふみ", "ben@example.jp"), NOW)
    session.commit()
    ben = browser_of(app, cast.ben)
    refused = ben.submit("/me/name", name="別所 史", kana="ベッショ フミ")
    assert (refused.status_code, "同じふりがなの方がもういます" in refused.text) == (409, True)
    assert 'value="別所 史"' in refused.text
    session.rollback()
    assert (cast.ben.name, cast.ben.kana) == ("別所 勉", "べっしょ べん")
