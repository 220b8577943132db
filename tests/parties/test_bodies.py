"""What a body says of itself: its name is read out in easy Japanese, and English pages know both names."""

from flask import Flask
from sqlalchemy.orm import Session

from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

PAGE = "/organizations/midori/about"


def test_the_name_has_its_reading_in_easy_japanese_and_stands_below_the_english_one(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    session.commit()
    typed = {"kana": "みどりちょうないかい", "name_en": "Midori Neighbours", "contact": "会長 090-0000-0001"}
    assert browser_of(app, cast.aiko).submit(PAGE, **typed).status_code == 303
    easy = visitor.text(f"/dates/{date.id}?lang=ja@easy")
    assert "みどり町内会<rp>（</rp><rt>みどりちょうないかい</rt>" in easy
    english = visitor.text("/organizations/midori?lang=en")
    assert ("<h1>Midori Neighbours</h1>" in english, '<p lang="ja">みどり町内会</p>' in english) == (
        True,
        True,
    )
    assert "tel:090-0000-0001" in english


def test_a_reading_with_brackets_is_refused_and_kept_on_the_form(app: Flask, cast: Cast) -> None:
    answer = browser_of(app, cast.aiko).submit(PAGE, kana="{みどり")
    assert (answer.status_code, 'value="{みどり"' in answer.text) == (422, True)


def test_a_name_that_cannot_bear_its_reading_is_shown_without(session: Session, cast: Cast) -> None:
    cast.midori.kana = "みどり"
    assert cast.midori.name_easy == "{みどり町内会|みどり}"
    cast.midori.name = "みどり｜あおば"
    assert cast.midori.name_easy == ""


def test_programs_read_it_and_organisers_write_it(app: Flask, cast: Cast) -> None:
    path = "/organizations/midori"
    made = done(program_of(app, cast.aiko).put(path, kana="みどり", about="3つの班です。"))
    assert made == program_of(app, cast.ben).read(path)
    assert (made["kana"], made["about"], made["name_en"]) == ("みどり", "3つの班です。", "")
    assert refusal(program_of(app, cast.chie).put(path, kana="x"))[0] == 404
