"""Letters that hundreds get: put into words once, and each reads as if it had been written for its reader alone."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from scheduler import jobs, rendering
from scheduler.activities.parts import SlotFacts
from scheduler.copies import Memory
from scheduler.db import begin_writing
from scheduler.decisions import actions as decisions
from scheduler.notices.claims import take
from scheduler.notices.models import Delivery
from scheduler.notices.outlet import Content, Letter
from tests import make
from tests.cast import Cast
from tests.conftest import NOW


def _letters(app: Flask, session: Session, cast: Cast, people: int) -> tuple[list[Letter], int]:
    """Postpone a date of so many people; return their letters, claimed together, and what that asked the database."""
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("沿道", people),))
    for number in range(people):
        person = make.person(session, number, NOW)
        person.language = "en" if number % 2 else "ja"
        make.participation(session, slot, person, NOW)
    for early in session.scalars(select(Delivery)):
        early.state = "sent"
    decisions.postpone(session, slot.occurrence, decisions.Ruling(cast.aiko.id, 0, "大雨"), NOW)
    session.commit()
    begin_writing(session)
    asked: list[str] = []
    engine = session.connection().engine
    with_asked = lambda *call: asked.append(call[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", with_asked)
    takings = take(session, jobs.outlet(app), people, NOW)
    event.remove(engine, "before_cursor_execute", with_asked)
    session.rollback()
    return [letter for _, letter in takings.letters], sum(one.startswith("SELECT") for one in asked)


def test_a_claim_asks_the_database_no_more_for_many_than_for_few(
    app: Flask, session: Session, cast: Cast
) -> None:
    few, asked_for_few = _letters(app, session, cast, 3)
    many, asked_for_many = _letters(app, session, cast, 12)
    assert (len(few), len(many)) == (3, 12)
    assert asked_for_many <= asked_for_few


@pytest.mark.parametrize("way", [{}, {"plain": True}], ids=["usual", "plain"])
@pytest.mark.parametrize("channel", ["email", "push", "line"])
def test_each_reads_what_was_written_for_them_alone(
    app: Flask, session: Session, cast: Cast, channel: str, way: dict[str, bool]
) -> None:
    letters, _ = _letters(app, session, cast, 4)
    drawn: list[str] = []

    def draw(letter: Letter) -> Content:
        drawn.append(letter.language)
        return rendering.in_words(app, letter)

    memory = Memory(draw)
    for letter in letters:
        one = replace(letter, channel=channel, way=way, unsubscribe="http://localhost/unsubscribe/x?a&b")
        assert memory.content(one) == rendering.in_words(app, one)
    assert sorted(drawn) == ["en", "ja"]


def test_a_name_is_no_markup_and_nobody_reads_another_ones() -> None:
    memory = Memory(lambda letter: Content(f"{letter.name}さん", letter.name, f"<b>{letter.name}</b>"))
    first, second = (
        memory.content(Letter("", name, "ja", "x", {"name": name})) for name in ("<i>青木", "別所 & 子")
    )
    assert (first.subject, first.html) == ("<i>青木さん", "<b>&lt;i&gt;青木</b>")
    assert (second.subject, second.html) == ("別所 & 子さん", "<b>別所 &amp; 子</b>")


def test_no_name_brings_a_link_into_a_letter_without_any() -> None:
    memory = Memory(lambda letter: Content(rendering.without_links(letter.name), ""))
    name, way = "青木 https://example.jp", {"plain": True}
    assert memory.content(Letter("", name, "ja", "x", {"name": name}, way=way)).subject == "青木 "
