"""The age of a child as people type it, and the form that asks for it."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.parts import SlotFacts
from scheduler.participation.models import Companion
from scheduler.participation.signing import Named
from scheduler.participation.typed_ages import child_in
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.visitor import Visitor

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
TYPED = [
    ("4", Named(age_months=48)),
    (" ４歳 ", Named(age_months=48)),
    ("0", Named(age_months=0)),
    ("17", Named(age_months=204)),
    ("16か月", Named(age_months=16)),
    ("1歳 6ヶ月", Named(age_months=18)),
    ("小3", Named(grade="e3")),
    ("中学１年生", Named(grade="j1")),
    ("高校2年", Named(grade="h2")),
    ("18", None),
    ("-1", None),
    ("四", None),
    ("小7", None),
    ("٣", None),
    ("9" * 5000, None),
]


@pytest.mark.parametrize(("typed", "child"), TYPED)
def test_an_age_is_read_as_people_write_it(typed: str, child: Named | None) -> None:
    assert child_in(typed) == child


def test_a_parent_types_one_figure_and_opens_a_row_for_the_next_child(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 2, unit="family", min_children=1),))
    session.commit()
    path = f"/slots/{slot.id}/join"
    page = visitor.text(path)
    shown = page.partition("お子さんをもう1人加える")[0]
    assert (shown.count('name="children-'), 'inputmode="numeric"' in shown, "<select" in shown) == (
        1,
        True,
        False,
    )
    refused = visitor.submit(path, **HANAKO, **{"children-0": "40"})
    assert (refused.status_code, "18歳からは大人です" in refused.text) == (422, True)
    assert 'value="40"' in refused.text
    assert visitor.submit(path, **HANAKO, **{"children-0": "4", "children-1": "1"}).status_code == 303
    session.rollback()
    assert sorted(one.age_months or 0 for one in session.query(Companion)) == [12, 48]


@pytest.mark.parametrize("unit", ["person", "guest", "family"])
def test_every_part_asks_for_the_number_of_adults_and_takes_their_names_as_well(
    session: Session, cast: Cast, visitor: Visitor, unit: str
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("手伝い", 9, unit=unit),))
    session.commit()
    path = f"/slots/{slot.id}/join"
    assert visitor.text(path).count("いっしょに来る大人") == 1
    assert visitor.submit(path, **HANAKO, grown_ups="2", adults="山田 一郎").status_code == 303
    session.rollback()
    assert [one.name for one in session.query(Companion).order_by(Companion.id)] == ["山田 一郎", ""]


def test_the_mails_say_which_children_come_and_name_the_adults_once_the_address_is_proved(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 2, unit="family"),))
    session.commit()
    visitor.submit(f"/slots/{slot.id}/join", **HANAKO, **{"children-0": "4"}, adults="山田 一郎")
    asked = mailbox.new_mail(app, HANAKO["email"])
    page = mailbox.path(asked, "/me/")
    assert ("お子さん（4歳）" in mailbox.text(asked), "一郎" in asked.as_string()) == (True, False)
    assert "書いたお名前は、ここには出ません。" in mailbox.text(asked)
    visitor.submit(f"{page}/prove", page=page)
    joined = mailbox.new_mail(app, HANAKO["email"])
    as_page = joined.get_body(("html",))
    assert as_page is not None
    assert "山田 一郎、お子さん（4歳）" in as_page.get_content()
    assert "いっしょの方：山田 一郎、お子さん（4歳）" in mailbox.text(joined)
