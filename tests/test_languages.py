"""Easy Japanese beside Japanese and English: who gets it, how it is kept, and that its readings come and go."""

import re
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from scheduler import jobs, words
from scheduler.activities.forms import SlotRow
from scheduler.decisions import actions as decisions
from scheduler.parties.tokens import personal
from scheduler.text import without_readings
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

EASY = 'value="ja@easy" lang="ja" aria-current="true"'
MARKS = re.compile("[\ufff9-\ufffb]|\\{[^}]*\\|")
SPANS = [
    ("2026-11-22 08:00", "2026-11-22 10:00", "ごぜん8時から 10時まで"),
    ("2026-11-22 11:30", "2026-11-22 13:05", "ごぜん11時30分から ごご1時5分まで"),
    ("2026-11-22 08:00", "2026-11-23 10:00", "11月22日（日曜日） ごぜん8時から 11月23日（月曜日） ごぜん10時まで"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "said"), SPANS)
def test_easy_dates_are_said_in_full(app: Flask, start: str, end: str, said: str) -> None:
    with app.test_request_context(), force_locale("ja@easy"):
        text = words.span_text(datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert without_readings(text) == said


@pytest.mark.parametrize(
    ("day", "reading"),
    [("2027-01-01", "\ufff91日\ufffaついたち"), ("2027-01-20", "20日\ufffaはつか"), ("2027-01-21", "にち")],
)
def test_a_day_is_read_as_it_is_said(app: Flask, day: str, reading: str) -> None:
    with app.test_request_context(), force_locale("ja@easy"):
        assert reading in words.date_text(datetime.fromisoformat(day))


def test_easy_japanese_is_chosen_on_the_page_or_in_the_address(visitor: Visitor, app: Flask) -> None:
    visitor.submit("/language", page="/sign-in", language="ja@easy", next="/sign-in")
    assert EASY in (page := visitor.text("/sign-in"))
    assert '<html lang="ja"' in page
    other = Visitor(app)
    other.text("/sign-in?lang=ja@easy")
    assert EASY in other.text("/")
    assert EASY not in other.text("/?lang=ja")


def test_no_browsers_wish_means_easy_japanese(client: FlaskClient) -> None:
    assert EASY not in client.get("/", headers={"Accept-Language": "ja@easy, ja-JP"}).text


def test_a_person_is_spoken_to_as_chosen_on_another_device(
    app: Flask, cast: Cast, session: Session, visitor: Visitor
) -> None:
    browser_of(app, cast.ben).submit("/language", page="/me", language="ja@easy", next="/")
    session.refresh(cast.ben)
    assert cast.ben.language == "ja@easy"
    visitor.sign_in(session, cast.ben, app.config["TSUDOI"].secret_key, NOW)
    assert EASY in visitor.text("/me")


def test_a_personal_link_speaks_as_its_person_has_chosen(
    app: Flask, cast: Cast, session: Session, visitor: Visitor
) -> None:
    session.commit()
    page = f"/me/{personal(app.config['TSUDOI'].secret_key, cast.ben.id, cast.ben.link_salt)}"
    answer = visitor.submit("/language", page=page, language="ja@easy", next=page)
    assert (answer.status_code, answer.location) == (303, page)
    session.rollback()
    session.refresh(cast.ben)
    assert cast.ben.language == "ja@easy"
    assert EASY in Visitor(app).text(page)


def test_readings_come_and_go_with_a_press(visitor: Visitor, session: Session, cast: Cast) -> None:
    make.occurrence(session, cast.midori, NOW)
    session.commit()
    assert "<rt>" in visitor.text("/?lang=ja@easy")
    visitor.submit("/language", page="/", readings="off", next="/")
    assert "<rt>" not in (page := visitor.text("/"))
    assert MARKS.search(page) is None
    visitor.submit("/language", page="/", readings="on", next="/")
    assert "<rt>" in visitor.text("/")


def test_only_pages_and_letters_in_html_have_ruby(
    app: Flask, cast: Cast, session: Session, visitor: Visitor
) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    session.commit()
    visitor.text("/?lang=ja@easy")
    visitor.submit(f"/slots/{date.slots[0].id}/join", name="Ann", kana="アン", email="ann@example.org")
    # The mailbox looks for the words of a button.
    visitor.submit("/language", page="/", readings="off", next="/")
    mail = mailbox.confirm(app, visitor, "ann@example.org")
    html = mail.get_body(("html",))
    assert html is not None
    assert "<rt>" in html.get_content()
    assert '<html lang="ja">' in html.get_content()
    texts = [mail["Subject"], mailbox.text(mail), mailbox.calendar(mail), html.get_content()]
    texts += [
        visitor.get(path).text for path in ("/calendars/public.ics?lang=ja@easy", "/api/nowhere?lang=ja@easy")
    ]
    assert [text for text in texts if MARKS.search(text)] == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ja", "数字で入れてください。例：3"), ("en", "Please enter a number. For example: 3")],
)
def test_rows_of_a_form_speak_the_readers_language(app: Flask, language: str, sentence: str) -> None:
    with app.test_request_context(), force_locale(language):
        row = SlotRow(MultiDict({"name": "受付", "places": "two"}))
        assert not row.validate()
        assert row.errors["places"] == [sentence]


def test_an_address_is_said_in_the_readers_language(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    where: dict[str, Any] = {
        "address": "つどい野市みどり町1-5",
        "address_en": "1-5 Midoricho",
        "place_en": "Midori Park",
    }
    date = make.occurrence(session, cast.midori, NOW, **where)
    cast.ben.language = "en"
    make.participation(session, date.slots[0], cast.ben, NOW)
    session.commit()
    assert where["address"] in visitor.text(f"/dates/{date.id}")
    page = visitor.get(f"/dates/{date.id}", headers={"Accept-Language": "en"}).text
    assert (where["address_en"] in page, ">つどい野市" in page) == (True, False)
    jobs.tick(app)
    (mail,) = mailbox.mails(app)
    assert "Where: Midori Park (1-5 Midoricho)" in mailbox.text(mail)
    (calendar,) = (str(one.get_content()) for one in mail.iter_attachments())
    assert "LOCATION:Midori Park 1-5 Midoricho" in calendar


def test_a_field_that_an_organiser_named_is_marked_as_japanese(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    date = make.occurrence(session, cast.midori, NOW, tags=("囲碁",))
    session.commit()
    english = {"Accept-Language": "en"}
    assert re.search(r'<option value="t-\w+" lang="ja">囲碁<', visitor.get("/", headers=english).text)
    assert '<span lang="ja">囲碁</span>' in visitor.get(f"/dates/{date.id}", headers=english).text


@pytest.mark.parametrize(
    ("language", "rain"), [("ja", "順延"), ("ja@easy", "べつの 日"), ("en", "Postponed to")]
)
def test_letters_are_said_in_the_persons_language(
    app: Flask, session: Session, cast: Cast, language: str, rain: str
) -> None:
    date = make.occurrence(session, cast.midori, NOW, place_en="Midori Park", decide_at=None)
    cast.ben.language = language
    make.participation(session, date.slots[0], cast.ben, NOW)
    session.commit()
    jobs.tick(app)
    decisions.postpone(session, date, decisions.Ruling(cast.aiko.id, date.revision), NOW)
    session.commit()
    jobs.tick(app)
    joined, moved = mailbox.mails(app)[-2:]
    assert rain in moved["Subject"]
    for mail in (joined, moved):
        page = mail.get_body(("html",))
        assert page is not None
        assert ("<rt>" in page.get_content()) is (language == "ja@easy")
        assert MARKS.search(mail["Subject"] + mailbox.text(mail) + page.get_content()) is None
