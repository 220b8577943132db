"""The decision on one screen."""

import re
from datetime import time
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    """The date to decide about; Ben and Chie come."""
    slot = make.slot(session, cast.midori, NOW)
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    session.commit()
    return slot.occurrence


@pytest.fixture
def aiko(app: Flask, cast: Cast, date: Occurrence) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def state(session: Session, date: Occurrence) -> tuple[str, int, str]:
    """Return how the date stands now."""
    session.rollback()
    return date.state, date.revision, date.reason


def test_a_common_reason_is_chosen_and_said_in_every_language(
    app: Flask, session: Session, cast: Cast, date: Occurrence, aiko: Visitor, visitor: Visitor
) -> None:
    cast.ben.language = "en"
    session.commit()
    typed = {
        "early": "1",
        "outcome": "cancel",
        "revision": str(date.revision),
        "cause": "rain",
        "reason": "また来月。",
    }
    assert aiko.submit(f"/dates/{date.id}/decision", **typed).status_code == 303
    said = {"ja": "雨のためです。また来月。", "en": "The reason: rain.", "ja@easy": "<rt>あめ</rt>"}
    shown = {language: visitor.text(f"/dates/{date.id}?lang={language}") for language in said}
    assert [language for language, words in said.items() if words not in shown[language]] == []
    # Nobody is entered for what is off, nor ticked as come.
    board = aiko.text(f"/dates/{date.id}/board")
    assert [path for path in ("/board/add", "/board/places", "/attendance") if path in board] == []
    told = [mailbox.text(mail) for mail in mailbox.new_mails(app, "ben@example.jp")]
    assert [mail for mail in told if "The reason: rain. また来月。" in mail] != []


def test_a_reason_that_cannot_be_chosen_is_refused(aiko: Visitor, session: Session, date: Occurrence) -> None:
    typed = {"early": "1", "outcome": "cancel", "revision": str(date.revision), "cause": "mood"}
    assert aiko.submit(f"/dates/{date.id}/decision", **typed).status_code == 422
    assert state(session, date)[0] == "open"


def test_the_screen_says_until_when_for_how_many_and_to_which_day(aiko: Visitor) -> None:
    page = aiko.text("/dates/1/decision")
    assert "午前\u20606時\u206030分</span>までに決めてください" in page
    assert "11月29日（日）</span>に順延する" in page
    # Where no mail leaves, that is said before the buttons.
    assert page.index("あとからも届きません") < page.index('class="decisions"')
    assert "メールで受け取る2人には、電話などで" in page


OUTCOMES = [
    ("confirm", "confirmed", "【実施】"),
    ("postpone", "postponed", "【順延】"),
    ("cancel", "cancelled", "【中止】"),
]


@pytest.mark.parametrize(("outcome", "becomes", "subject"), OUTCOMES)
def test_one_press_decides_and_tells(
    app: Flask, aiko: Visitor, session: Session, date: Occurrence, outcome: str, becomes: str, subject: str
) -> None:
    mailbox.new_mails(app, "ben@example.jp")
    answer = aiko.submit("/dates/1/decision", early="1", outcome=outcome, reason="  空を見て\r\n ")
    assert answer.location == "/dates/1/board"
    assert state(session, date) == (becomes, 1, "空を見て")
    mail = mailbox.new_mail(app, "ben@example.jp")
    assert mail["Subject"].startswith(subject)
    assert "空を見て" in mailbox.text(mail)


def test_what_is_postponed_tells_the_day_of_the_word_from_the_new_day_and_leads_from_the_old_one(
    aiko: Visitor, cast: Cast, app: Flask, visitor: Visitor, date: Occurrence
) -> None:
    assert "雨なら、11月\u206029日\u2060（日）に順延します" in visitor.text("/dates/1")
    aiko.submit("/dates/1/decision", early="1", outcome="postpone")
    page = visitor.text("/dates/1")
    assert "決めた日時：11月\u206016日\u2060（月）" in page
    asked = browser_of(app, cast.ben).text("/me")
    assert "11月22日（日）から順延になりました。" in asked.replace('<span class="whole">', "").replace(
        "</span>", ""
    )
    # The reserve date has no reserve date: that it may move again is told by whoever decides so.
    assert [rain in shown for rain in ("雨なら、", "予備日に順延") for shown in (page, asked)] == [False] * 4
    assert "に決めます" in page
    month = visitor.text("/month?m=2026-11")
    assert month.count('<span class="whole">11月29日（日）</span>に変わりました') == 2
    assert 'href="/subscribe"' in month.split("<main")[1].split("</main>")[0]
    english = visitor.text("/dates/1?lang=en")
    assert "Decided on Monday\u00a016\u00a0November" in english
    assert "If it rains, it moves" not in english


def test_who_is_told_by_hand_is_not_counted_as_told(
    app: Flask, session: Session, cast: Cast, aiko: Visitor
) -> None:
    for person in (cast.ben, cast.chie):
        person.email = None
    session.commit()
    page = aiko.text("/dates/1/decision")
    assert ("電話や紙で伝える方 2人" in page, "押すと、もう一度たずねます。" in page) == (True, True)
    with at("2026-11-21 06:00"):
        assert "押すとすぐに決まります。" in aiko.text("/dates/1/decision")
    aiko.submit("/dates/1/decision", early="1", outcome="cancel")
    board = aiko.text("/dates/1/board")
    assert ("<span>中止にしました。</span>" in board, "2人に、電話や紙で伝えてください。" in board) == (
        True,
        True,
    )


@pytest.mark.parametrize("outcome", ["", "explode", "confirm\n"])
def test_another_outcome_is_none(aiko: Visitor, session: Session, date: Occurrence, outcome: str) -> None:
    assert aiko.submit("/dates/1/decision", early="1", outcome=outcome).status_code == 422
    assert state(session, date) == ("open", 0, "")


@pytest.mark.parametrize("revision", ["", "-1", "x", "9999999999", "١"])
def test_a_press_without_a_screen_is_none(
    aiko: Visitor, session: Session, date: Occurrence, revision: str
) -> None:
    assert aiko.submit("/dates/1/decision", early="1", outcome="cancel", revision=revision).status_code in {
        409,
        422,
    }
    assert state(session, date) == ("open", 0, "")


def test_a_second_tap_is_told_that_it_is_decided(aiko: Visitor, session: Session, date: Occurrence) -> None:
    aiko.submit("/dates/1/decision", early="1", outcome="confirm")
    answer = aiko.submit("/dates/1/decision", early="1", outcome="confirm", revision="0")
    assert (answer.status_code, "ほかの人が決めました" in answer.text) == (409, True)
    assert state(session, date)[:2] == ("confirmed", 1)


def test_after_a_refusal_the_screen_shows_how_it_stands_and_can_be_pressed(
    aiko: Visitor, session: Session, date: Occurrence
) -> None:
    aiko.submit("/dates/1/decision", early="1", outcome="confirm")
    aiko.submit("/dates/1/decision", early="1", outcome="cancel", revision="0")
    assert aiko.submit("/dates/1/decision", early="1", outcome="cancel").status_code == 303
    assert state(session, date)[:2] == ("cancelled", 2)


def test_a_later_decision_takes_an_earlier_telling_back(app: Flask, aiko: Visitor, date: Occurrence) -> None:
    mailbox.new_mails(app, "ben@example.jp")
    aiko.submit("/dates/1/decision", early="1", outcome="confirm")
    aiko.submit("/dates/1/decision", early="1", outcome="cancel")
    assert mailbox.new_mail(app, "ben@example.jp")["Subject"].startswith("【中止】")


def test_what_is_called_off_can_only_be_corrected_and_what_is_over_not_at_all(
    aiko: Visitor, app: Flask, cast: Cast
) -> None:
    aiko.submit("/dates/1/decision", early="1", outcome="cancel")
    page = aiko.text("/dates/1/decision")
    assert ('value="take_back"' in page, 'value="confirm"' in page, 'value="cancel"' in page) == (
        True,
        True,
        False,
    )
    assert "行けなくなりました" not in aiko.text("/dates/1")
    with at("2026-11-22 10:00"):
        assert "もう決めることがありません" in browser_of(app, cast.aiko).text("/dates/1/decision")


def test_without_a_reserve_date_there_is_no_such_button(app: Flask, session: Session, cast: Cast) -> None:
    make.occurrence(session, cast.midori, NOW, weather_rule="cancel_if_rain", reserve_days=None)
    aiko = browser_of(app, cast.aiko)
    assert 'value="postpone"' not in aiko.text("/dates/1/decision")
    answer = aiko.submit("/dates/1/decision", early="1", outcome="postpone")
    assert (answer.status_code, "予備日がありません" in answer.text) == (422, True)


def test_a_reason_is_text_and_never_markup(aiko: Visitor, visitor: Visitor) -> None:
    aiko.submit("/dates/1/decision", early="1", outcome="cancel", reason="<script>alert(1)</script>")
    page = visitor.text("/dates/1")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_reason_that_is_too_long_is_asked_for_again(
    aiko: Visitor, session: Session, date: Occurrence
) -> None:
    assert aiko.submit("/dates/1/decision", early="1", outcome="cancel", reason="雨" * 401).status_code == 422
    assert state(session, date)[0] == "open"


def test_weeks_before_it_is_asked_once_more_and_what_was_typed_is_kept(
    aiko: Visitor, session: Session, date: Occurrence
) -> None:
    asked = aiko.submit("/dates/1/decision", outcome="cancel", reason="雨の見込み", cause="rain")
    assert (asked.status_code, state(session, date)[0]) == (303, "open")
    assert asked.location.startswith("/dates/1/decision/cancel?")
    assert "csrf_token" not in asked.location
    page = aiko.text(asked.location)
    # As a calendar counts, though the last of the days is not whole.
    assert "決める日まで、あと6日あります。いま、決めますか。" in page
    assert 'name="reason" value="雨の見込み"' in page
    back = unescape(re.search(r'class="back-link" href="([^"]*)"', page)[1])  # type: ignore[index]
    assert 'value="雨の見込み"' in aiko.text(back)
    with at("2026-11-21 06:00"):
        assert aiko.submit("/dates/1/decision", outcome="cancel").status_code == 303
        assert "<span>中止にしました。</span>" in aiko.text("/dates/1/board")


def test_going_back_to_the_question_once_it_is_decided_shows_how_it_stands(aiko: Visitor) -> None:
    asked = aiko.submit("/dates/1/decision", outcome="postpone", reason="雨のため")
    aiko.submit("/dates/1/decision", asked.location, early="1")
    again = aiko.client.get(asked.location)
    assert (again.status_code, again.location) == (303, "/dates/1/decision")
    assert "順延" in aiko.text("/dates/1/board")


@pytest.mark.parametrize("typed", ["", "?revision=7", "?revision=0&cause=mood", "?revision=x"])
def test_a_question_that_does_not_fit_the_date_leads_to_its_screen(aiko: Visitor, typed: str) -> None:
    assert aiko.client.get(f"/dates/1/decision/cancel{typed}").location == "/dates/1/decision"


def test_a_reason_too_long_for_an_address_is_asked_about_in_place(aiko: Visitor) -> None:
    asked = aiko.submit("/dates/1/decision", outcome="cancel", reason="🌧" * 400)
    assert asked.status_code == 200
    assert "いま、決めますか。" in asked.text


def test_nobody_in_reserve_is_no_word_about_who_decides(aiko: Visitor, session: Session, cast: Cast) -> None:
    made = make.activity(session, cast.midori, NOW, weather_rule="postpone_if_rain", decide_at=time(6, 30))
    session.commit()
    page = aiko.text(f"/activities/{made.id}")
    assert f"{cast.aiko.name}<span" in page
    assert "いまは、代わりの人がいません</span>" in page
