"""A letter as HTML says what its plain text says, fetches nothing, and shows what was typed as text."""

import re
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.parts import SlotFacts
from scheduler.decisions import actions as decisions
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW

BEN = "ben@example.jp"


class _Page(HTMLParser):
    """Collect tags, attributes and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.said += data


def _html(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def _joined(app: Flask, session: Session, cast: Cast, **changes: Any) -> EmailMessage:
    slot = make.slot(session, cast.midori, NOW, contact="事務局 0467-00-0000", bring="軍手", **changes)
    make.participation(session, slot, cast.ben, NOW)
    session.commit()
    return mailbox.new_mail(app, BEN)


def test_it_says_what_the_plain_text_says(app: Flask, session: Session, cast: Cast) -> None:
    mail = _joined(app, session, cast)
    page = _Page(_html(mail)).said
    for fact in (
        "別所 勉さん",
        "11月22日（日）",
        "午前8時〜10時",
        "みどり公園前",
        "積込み",
        "軍手",
        "6時30分",
    ):
        assert fact in page, fact
        assert fact in mailbox.text(mail), fact
    links = re.findall(r'href="(http[^"]+)"', _html(mail))
    assert links == re.findall(r"^http\S+$", mailbox.text(mail), re.MULTILINE)


def test_it_fetches_nothing_and_runs_nothing(app: Flask, session: Session, cast: Cast) -> None:
    page = _Page(_html(_joined(app, session, cast)))
    assert {"script", "img", "link", "style", "iframe", "form"}.isdisjoint(page.tags)
    names = {name for name, _ in page.attributes}
    assert {"src", "style", "background", "srcset"}.isdisjoint(names)
    assert not [name for name in names if name.startswith("on")]


@pytest.mark.parametrize("typed", ["<script>x()</script>", '"><img src=x>', "</h1><a href='//e.example'>"])
def test_what_was_typed_is_text(app: Flask, session: Session, cast: Cast, typed: str) -> None:
    page = _html(_joined(app, session, cast, title=typed, place=typed))
    assert typed not in page
    assert typed in _Page(page).said


def test_a_telephone_can_be_pressed_and_helps_who_cannot_open_links(
    app: Flask, session: Session, cast: Cast
) -> None:
    mail = _joined(app, session, cast)
    assert 'href="tel:0467-00-0000"' in _html(mail)
    assert "リンクを開けないときは" in mailbox.text(mail)


def test_the_news_stand_before_the_facts(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW)
    make.participation(session, slot, cast.ben, NOW)
    session.commit()
    mailbox.new_mail(app, BEN)
    decisions.postpone(session, slot.occurrence, decisions.Ruling(cast.aiko.id, 0, "大雨"), NOW)
    session.commit()
    said = _Page(_html(mailbox.new_mail(app, BEN))).said
    assert said.index("順延しました。大雨") < said.index("みどり公園前")


def test_it_speaks_the_readers_language(app: Flask, session: Session, cast: Cast) -> None:
    cast.ben.language = "en"
    page = _html(_joined(app, session, cast))
    assert '<html lang="en">' in page
    assert "Sunday 22 November" in page


def test_whom_to_ask_is_written_or_read_for_who_does_not_read_the_name(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, contact="会長 青木 0467-00-0000")
    for person, language in ((cast.ben, "en"), (cast.chie, "ja@easy")):
        person.language = language
        make.participation(session, slot, person, NOW)
    session.commit()
    english = mailbox.new_mail(app, BEN)
    easy = next(mail for mail in mailbox.mails(app) if mailbox.is_to(mail, "chie@example.jp"))
    assert "Chair Aoki 青木 0467-00-0000" in mailbox.text(english)
    assert "Aoki 青木" in _Page(_html(english)).said
    assert "青木（あおき）" in mailbox.text(easy)
    assert "<ruby>青木<rp>（</rp><rt>あおき</rt>" in _html(easy)


@pytest.mark.parametrize(("people", "told"), [(1, ()), (3, ("人数", "3人"))])
def test_a_part_called_as_its_activity_is_not_said_a_second_time(
    app: Flask, session: Session, cast: Cast, people: int, told: tuple[str, ...]
) -> None:
    slot = make.slot(
        session, cast.midori, NOW, title="公園の掃除", title_en="", slots=(SlotFacts("掃除", 5),)
    )
    make.participation(session, slot, cast.ben, NOW).people = people
    session.commit()
    mail = mailbox.new_mail(app, BEN)
    for said in (mailbox.text(mail), _Page(_html(mail)).said):
        assert "役割" not in said
        assert all(word in said for word in told)
