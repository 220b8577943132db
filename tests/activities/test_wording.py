"""What an organiser writes in easy Japanese and English: shown to who reads that, in Japanese to all others."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Activity, Occurrence
from scheduler.changes.moves import Place
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

TEXTS = {
    "title_easy": "いらない ものを あつめる 日",
    "title_en": "Collecting things",
    "place_easy": "みどり こうえんの まえ",
    "bring_easy": "てぶくろ、｛水｜みず｝",
    "summary_easy": "いっしょに\nあつめます。",
}


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    """A date in Japanese alone."""
    made = make.occurrence(session, cast.midori, NOW, title_en="", bring="軍手", decide_at=None)
    session.commit()
    return made


def _write(app: Flask, cast: Cast, date: Occurrence) -> None:
    part = {
        "parts-0-part": date.slots[0].name,
        "parts-0-name_easy": "はこぶ ひと",
        "parts-0-name_en": "Carrying",
    }
    path = f"/activities/{date.activity_id}/words"
    assert browser_of(app, cast.aiko).submit(path, **TEXTS, **part).status_code == 303


def test_pages_and_feeds_say_it_in_the_language_that_it_is_written_in(
    app: Flask, cast: Cast, date: Occurrence, visitor: Visitor
) -> None:
    feed = "/calendars/public.ics?lang=ja@easy"
    assert "いらない" not in visitor.get(feed).text
    _write(app, cast, date)
    easy, english = (visitor.text(f"/dates/{date.id}?lang={language}") for language in ("ja@easy", "en"))
    assert all(
        text in easy for text in ("いらない ものを", "みどり こうえんの まえ", "てぶくろ", "はこぶ ひと")
    )
    assert "Collecting things" in english
    assert "Carrying" in english
    assert date.activity.title in visitor.text(f"/dates/{date.id}?lang=ja")
    assert "<rt>みず</rt>" in easy
    assert "いらない" in visitor.get(feed).text


def test_what_is_not_written_is_marked_as_japanese(
    app: Flask, session: Session, cast: Cast, date: Occurrence, visitor: Visitor
) -> None:
    session.get_one(Activity, date.activity_id).address = "みどり町1-1"
    session.commit()
    _write(app, cast, date)
    english = visitor.text(f"/dates/{date.id}?lang=en")
    assert 'lang="ja">みどり町1-1</span>' in english
    assert f'<span lang="ja">{date.activity.place}</span>' in english
    assert '<span lang="ja">' not in visitor.text(f"/dates/{date.id}?lang=ja@easy")


def test_the_name_to_ask_for_is_read_where_it_is_known(
    session: Session, cast: Cast, date: Occurrence, visitor: Visitor
) -> None:
    # Aiko organises there; Ben does not.
    session.get_one(Activity, date.activity_id).contact = "会長 青木 090-0000-0000、別所"
    session.commit()
    page = visitor.text(f"/dates/{date.id}?lang=ja@easy")
    assert [f"<rt>{reading}</rt>" in page for reading in ("かいちょう", "あおき", "べっしょ")] == [
        True,
        True,
        False,
    ]
    assert "青木 <a href" in visitor.text(f"/dates/{date.id}?lang=ja")


def test_letters_say_it_in_the_readers_language(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    _write(app, cast, date)
    cast.ben.language = "ja@easy"
    session.refresh(date)
    make.participation(session, date.slots[0], cast.ben, NOW)
    session.commit()
    jobs.tick(app)
    mail = mailbox.mails(app)[-1]
    assert "いらない ものを あつめる 日" in mailbox.text(mail)
    assert "みどり こうえんの まえ" in mailbox.text(mail)


def test_a_reading_that_is_not_closed_is_refused_with_the_right_form(
    app: Flask, cast: Cast, date: Occurrence
) -> None:
    path, broken = f"/activities/{date.activity_id}/words", "｛公園｜こうえん で"
    answer = browser_of(app, cast.aiko).submit(path, place_easy=broken)
    assert (answer.status_code, "｛公園｜こうえん｝のように" in answer.text) == (422, True)
    assert f'value="{broken}"' in answer.text
    assert refusal(program_of(app, cast.aiko).post(path, place_easy=broken)) == (422, "reading_broken")


def test_only_organisers_write_it(app: Flask, cast: Cast, date: Occurrence) -> None:
    path = f"/activities/{date.activity_id}/words"
    assert browser_of(app, cast.ben).get(path).status_code == 404
    assert refusal(program_of(app, cast.ben).post(path, title_easy="x"))[0] == 404


def test_programs_write_what_they_send_and_leave_the_rest(app: Flask, cast: Cast, date: Occurrence) -> None:
    aiko, path, name = program_of(app, cast.aiko), f"/activities/{date.activity_id}/words", date.slots[0].name
    done(aiko.post(path, title_easy="あつめる 日", parts={name: {"name_en": "Carrying"}, "nothing": {}}))
    kept = done(aiko.post(path, title_en="Collecting"))
    assert (kept["title_easy"], kept["title_en"]) == ("あつめる 日", "Collecting")
    assert kept["parts"][name]["name_en"] == "Carrying"
    assert aiko.read(f"/dates/{date.id}")["title_easy"] == "あつめる 日"
    assert aiko.read(f"/dates/{date.id}")["slots"][0]["name_en"] == "Carrying"


def test_hostile_words_are_text_and_bring_no_readings_of_their_own(
    app: Flask, cast: Cast, date: Occurrence, visitor: Visitor
) -> None:
    hostile = "\ufff9<b>\ufffaひ\ufffb{<i>|</i>}<script>"
    path = f"/activities/{date.activity_id}/words"
    assert browser_of(app, cast.aiko).submit(path, title_easy=hostile).status_code == 303
    page = visitor.text(f"/dates/{date.id}?lang=ja@easy")
    assert "&lt;b&gt;<ruby>&lt;i&gt;<rp>（</rp><rt>&lt;/i&gt;</rt><rp>）</rp></ruby>&lt;script&gt;" in page
    assert "<script>" not in page


def test_another_place_is_not_called_what_the_first_was(cast: Cast, date: Occurrence) -> None:
    date.activity.place_easy, date.own_place = "みどり こうえん", "学校"
    assert (date.place, date.place_easy) == ("学校", "")
    assert Place("学校").place_easy == ""
