"""A body's own words: below the facts, in each language, with blanks; what is no blank is refused, text stays text."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.wordings.kinds import filled, unknown_blanks
from scheduler.wordings.models import OwnWords
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of

PATH = "/organizations/midori/wordings"
HOSTILE = "<b>［活動］</b> {{ 7*7 }} [day] ［ 場所 ］"


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    """Ben comes to the date of the 22nd."""
    found = make.occurrence(session, cast.midori, NOW)
    make.participation(session, found.slots[0], cast.ben, NOW)
    session.commit()
    return found


@pytest.mark.parametrize(
    ("text", "unknown", "said"),
    [
        ("［日にち］に", [], "22日に"),
        ("[day] [ begin ]", [], "22日 8時"),
        ("［日にち］［電話］", ["電話"], "22日［電話］"),
        ("［［日にち］］ [ ]", [""], "［22日］ [ ]"),
        ("%(day)s {day} ${day}", [], "%(day)s {day} ${day}"),
    ],
)
def test_blanks(text: str, unknown: list[str], said: str) -> None:
    values = {"day": "22日", "starts": "8時"}
    assert (unknown_blanks(text), filled(text, values)) == (unknown, said)


def test_what_a_value_says_is_no_blank() -> None:
    assert filled("［活動］", {"title": "［日にち］", "day": "22日"}) == "［日にち］"


def test_own_words_stand_below_the_facts_of_a_reminder_and_stay_text(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    mailbox.new_mails(app, "ben@example.jp")
    aiko = browser_of(app, cast.aiko)
    shown = aiko.submit(f"{PATH}/reminder", text=HOSTILE, step="look").text
    assert "&lt;b&gt;資源回収の日&lt;/b&gt; {{ 7*7 }} 11月22日（日） みどり公園前" in shown
    assert session.query(OwnWords).count() == 0
    assert aiko.submit(f"{PATH}/reminder", text=HOSTILE, step="save").location == PATH
    assert "自分たちの文面です" in aiko.text(PATH)
    with at("2026-11-21 19:00"):
        mail = mailbox.new_mail(app, "ben@example.jp")
    text = mailbox.text(mail)
    own = "<b>資源回収の日</b> {{ 7*7 }} 11月22日（日） みどり公園前"
    assert text.index("どこ：みどり公園前") < text.index(own) < text.index(f"/dates/{date.id}")
    page = mail.get_body(("html",))
    assert page is not None
    assert "<p>&lt;b&gt;資源回収の日&lt;/b&gt; {{ 7*7 }}" in page.get_content()
    assert aiko.submit(f"{PATH}/reminder", text=HOSTILE, step="reset").location == PATH
    session.commit()
    assert session.query(OwnWords).count() == 0


def test_the_form_says_which_ways_carry_the_words(app: Flask, cast: Cast, date: Occurrence) -> None:
    aiko, long = browser_of(app, cast.aiko), "長" * 130 + "。"
    page = aiko.text(f"{PATH}/reminder")
    assert "SMSには入りません。" in page
    assert "通知では" not in page
    assert (
        "<h3>画面に出る通知では</h3>"
        in aiko.submit(f"{PATH}/reminder", text=f"門の前です。{long}", step="look").text
    )
    assert "はじめの文が長すぎます。" in aiko.submit(f"{PATH}/reminder", text=long, step="look").text
    assert "SMS" not in aiko.text(f"{PATH}/message_place")


def test_each_reader_reads_the_own_language(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    cast.ben.language = "en"
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    aiko = program_of(app, cast.aiko)
    texts = {"text": "お待ちしています", "text_en": "See you at [place] on [day]!"}
    assert done(aiko.put(f"{PATH}/decision", **texts))["adapted"]
    done(aiko.post(f"/dates/{date.id}/decision", outcome="confirm", revision=date.revision))
    text = mailbox.text(mailbox.new_mail(app, "ben@example.jp"))
    assert "See you at みどり公園前 on" in text
    assert "お待ちしています" not in text


def test_an_unknown_blank_is_refused_with_a_sentence_and_kept_as_typed(
    app: Flask, cast: Cast, date: Occurrence
) -> None:
    answer = browser_of(app, cast.aiko).submit(f"{PATH}/call", text="［電話］へ", step="save")
    assert answer.status_code == 422
    assert "「［電話］」に</span>入れるものがありません。" in answer.text
    assert "［電話］へ</textarea>" in answer.text
    assert refusal(program_of(app, cast.aiko).put(f"{PATH}/call", text="[phone]"))[1] == "blank_unknown"
    assert browser_of(app, cast.aiko).client.get(f"{PATH}/sign_in").status_code == 404


def test_a_message_by_hand_begins_with_a_bodys_words(app: Flask, cast: Cast, date: Occurrence) -> None:
    aiko = browser_of(app, cast.aiko)
    path = f"/dates/{date.id}/board/message?words=message_place"
    assert "11月22日（日）の「資源回収の日」は、みどり公園前に集まってください。" in aiko.text(path)
    aiko.submit(f"{PATH}/message_place", text="［日にち］は、門の前です。", step="save")
    assert "11月22日（日）は、門の前です。</textarea>" in aiko.text(path)
