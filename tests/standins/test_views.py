"""Stand-ins on pages: from one tap on "I cannot come" to both being told."""

import re
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of
from tests.visitor import Visitor

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}


@pytest.fixture
def bens(session: Session, cast: Cast) -> Participation:
    """Ben has the only place of a date."""
    row = make.participation(session, make.slot(session, cast.midori, NOW, places=1), cast.ben, NOW)
    session.commit()
    return row


def seek(app: Flask, cast: Cast, row: Participation, way: str) -> str:
    """Let Ben look for a stand-in and return the page that he sees then."""
    browser, path = browser_of(app, cast.ben), f"/participations/{row.id}/stand-in"
    assert path in browser.text(f"/participations/{row.id}/withdraw")
    return browser.submit(path, way=way).text


def test_the_link_can_be_passed_on_and_taken_without_an_account(
    app: Flask, session: Session, cast: Cast, bens: Participation, visitor: Visitor
) -> None:
    link = re.search(r"http://localhost(/stand-ins/\S+?)<", seek(app, cast, bens, "named"))
    assert link is not None
    assert "別所" not in visitor.text(link[1])
    page = browser_of(app, cast.ben).text(f"/participations/{bens.id}/stand-in")
    # Sent on by one tap; nobody waits who could be asked.
    assert ("https://line.me/R/share?text=" in page, "mailto:?subject=" in page) == (True, True)
    assert "補欠の人に頼む" not in page
    # What is sent on is plain text, whatever the page is read in: no readings, no marks around them.
    easy = browser_of(app, cast.ben).text(f"/participations/{bens.id}/stand-in?lang=ja@easy")
    sent_on = re.findall(r'href="(?:https://line.me/R/share|mailto:)\?([^"]+)"', easy)
    assert all("わたしの 代わりに" in unquote(one) for one in sent_on)
    assert "わたしの 代わりに" in easy
    answer = visitor.submit(link[1], **HANAKO)
    assert answer.status_code == 303, answer.text
    assert "いまは、メールを送れません" in visitor.text(answer.location)
    session.rollback()
    assert bens.state == "confirmed"


def test_everybody_can_answer_an_open_search_on_the_page_of_the_date(
    app: Flask, session: Session, cast: Cast, bens: Participation
) -> None:
    seek(app, cast, bens, "open")
    chie = browser_of(app, cast.chie)
    page = chie.text(f"/dates/{bens.slot.occurrence_id}")
    assert page.count('data-kind="primary"') == 1
    path = re.search(r'data-kind="primary" href="(/stand-ins/open/\d+)"', page)
    assert path is not None
    assert f"{cast.chie.name}さんとして引き受けます。" in chie.text(path[1])
    assert chie.submit(path[1]).status_code == 303
    session.rollback()
    assert (bens.state, bens.slot.taken) == ("swapped", 1)


def test_a_telephone_is_enough_to_take_over(
    app: Flask, session: Session, cast: Cast, bens: Participation, visitor: Visitor
) -> None:
    seek(app, cast, bens, "open")
    typed = {**HANAKO, "email": "", "phone": "０９０-0000-0000"}
    answer = visitor.submit("/stand-ins/open/1", **typed)
    assert answer.status_code == 303, answer.text
    assert "/me/" in visitor.text(answer.location)
    session.rollback()
    assert bens.state == "swapped"


def test_what_is_over_says_so_and_shows_no_form(
    app: Flask, cast: Cast, bens: Participation, visitor: Visitor
) -> None:
    seek(app, cast, bens, "open")
    browser_of(app, cast.ben).submit(f"/participations/{bens.id}/stand-in/stop", page="/me")
    page = visitor.text("/stand-ins/open/1")
    assert "本人が来られるようになりました" in page
    assert 'name="kana"' not in page


def test_whoever_waits_says_yes_on_the_own_page(
    app: Flask, session: Session, cast: Cast, bens: Participation
) -> None:
    chies = join(session, bens.slot, SignUp(cast.chie.id, or_wait=True), NOW)
    session.commit()
    seek(app, cast, bens, "waiting")
    chie = browser_of(app, cast.chie)
    assert "/stand-ins/asked/1" in chie.text(f"/participations/{chies.id}")
    assert chie.submit("/stand-ins/asked/1", answer="yes").location == f"/participations/{chies.id}"
    session.rollback()
    assert (bens.state, chies.state) == ("swapped", "confirmed")


def test_where_nobody_waits_the_page_says_what_to_do_instead(
    app: Flask, cast: Cast, bens: Participation
) -> None:
    assert "ほかの方法でさがしてください" in seek(app, cast, bens, "waiting")


def test_where_whoever_cannot_come_is_free_at_once_no_search_is_offered(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, stays_responsible=False)
    row = make.participation(session, slot, cast.ben, NOW)
    session.commit()
    assert "stand-in" not in browser_of(app, cast.ben).text(f"/participations/{row.id}/withdraw")


def test_a_stand_in_mends_what_was_typed_while_the_mail_is_waited_for(
    app: Flask, session: Session, cast: Cast, bens: Participation, visitor: Visitor
) -> None:
    seek(app, cast, bens, "open")
    path = "/stand-ins/open/1"
    checking = visitor.submit(path, **HANAKO | {"email": "hanoko@example.jp"}).location
    mend = f"{path}?mend=1"
    with mailbox.server(app):
        page = visitor.text(checking)
    mail = mailbox.new_mail(app, "hanoko@example.jp")
    # Nobody keeps the place for who is to confirm: somebody else may be quicker.
    for text in (page, mailbox.text(mail), visitor.text(mailbox.path(mail, "/me/"))):
        assert ("先に決まることもあります" in text, "場所を取ってあります" in text) == (True, False)
    assert f'href="{mend}"' in page
    shown = visitor.get(mend)
    assert ('value="hanoko@example.jp"' in shown.text, shown.headers["Cache-Control"]) == (True, "no-store")
    assert visitor.submit(mend, **HANAKO).status_code == 303
    session.rollback()
    rows = session.query(Participation).order_by(Participation.id).all()
    told = [(row.state, row.contact.email) for row in rows[1:]]
    assert told == [("expired", "hanoko@example.jp"), ("unverified", "hanako@example.jp")]
    assert (rows[2].replaces_id, bens.state) == (bens.id, "confirmed")
