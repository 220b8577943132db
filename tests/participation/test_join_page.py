"""What the pages of a sign-up say: who comes along, which parts have room, and what a draw is."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.participation.models import Participation
from scheduler.parties.models import Person
from scheduler.parties.tokens import personal
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.visitor import Visitor

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
FAMILY = {"children-0": "", "children-1": "", "children-2": "", "grown_ups": "2"}
LANGUAGES = [
    ("ja", "大人2人、お子さん（8か月）", "大人1人"),
    ("en", "2 adults, a child (8\u00a0months)", "1 adult"),
]


def _own_page(app: Flask, person: Person) -> str:
    return f"/me/{personal(app.config['TSUDOI'].secret_key, person.id, person.link_salt)}"


def _sign_up(session: Session) -> Participation:
    session.rollback()
    return session.query(Participation).one()


def _page_of(app: Flask, row: Participation) -> str:
    return f"{_own_page(app, row.contact)}/participations/{row.id}"


@pytest.fixture
def parts(session: Session, cast: Cast) -> list[Slot]:
    """A date with one place at the table, three on the cart, and two that not everybody can choose."""
    briefing = make.slot(session, cast.midori, NOW, title="説明会").occurrence.activity_id
    slots = (
        SlotFacts("受付", 1),
        SlotFacts("積込み", 3),
        SlotFacts("運転", 5, policy="assigned"),
        SlotFacts("給水", 9, briefing_id=briefing),
    )
    made = make.slot(session, cast.midori, NOW, slots=slots)
    session.commit()
    return made.occurrence.slots


@pytest.mark.parametrize(("language", "company", "one"), LANGUAGES)
def test_adults_without_a_name_are_among_those_who_come_along(
    app: Flask, session: Session, cast: Cast, visitor: Visitor, language: str, company: str, one: str
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 2, unit="family"),))
    session.commit()
    typed = HANAKO | FAMILY | {"children-0": "8か月"}
    visitor.submit("/language", page="/", language=language)
    visitor.submit(f"/slots/{slot.id}/join", **typed)
    row = _sign_up(session)
    assert company in visitor.text(_own_page(app, row.contact))
    page = _page_of(app, row)
    visitor.submit(f"{page}/prove", page)
    assert visitor.text(f"{page}/company").count(one) == 2


def test_an_adult_of_a_family_may_be_named(session: Session, cast: Cast, visitor: Visitor) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 2, unit="family"),))
    session.commit()
    visitor.submit(f"/slots/{slot.id}/join", **HANAKO, **FAMILY, adults="山田 一郎")
    row = _sign_up(session)
    assert [one.name for one in row.companions] == ["山田 一郎", ""]


def test_a_full_part_offers_the_others_with_what_was_typed(
    session: Session, parts: list[Slot], visitor: Visitor
) -> None:
    table, cart, driving, water = parts
    page = visitor.submit(f"/slots/{table.id}/join", **HANAKO, adults="山田 一郎").text
    assert f'name="part" value="{cart.id}"' in page
    assert not any(f'name="part" value="{one.id}"' in page for one in (driving, water))
    assert "人数を減らして申し込む" in page
    answer = visitor.submit(f"/slots/{table.id}/join", **HANAKO, adults="山田 一郎", part=str(cart.id))
    assert answer.location == f"/slots/{cart.id}/joined"
    session.rollback()
    assert (table.taken, cart.taken) == (0, 2)


def test_what_is_wrong_in_another_part_is_mended_there(parts: list[Slot], visitor: Visitor) -> None:
    table, cart, *_others = parts
    page = visitor.submit(f"/slots/{table.id}/join", **HANAKO | {"kana": ""}, part=str(cart.id)).text
    assert f'<input type="hidden" name="part" value="{cart.id}">' in page
    assert '<h1><span class="whole">「積込み」\u2060に</span>申し込む' in page


def test_a_part_too_small_for_all_is_not_offered(parts: list[Slot], visitor: Visitor) -> None:
    page = visitor.submit(f"/slots/{parts[0].id}/join", **HANAKO, adults="一\n二\n三").text
    assert "ほかの役割なら" not in page


def test_a_draw_never_reads_as_a_place(app: Flask, session: Session, cast: Cast, visitor: Visitor) -> None:
    slot = make.slot(
        session, cast.midori, NOW, slots=(SlotFacts("親子", 2, policy="lottery", closes_before=60),)
    )
    session.commit()
    with mailbox.server(app):
        thanks = visitor.text(visitor.submit(f"/slots/{slot.id}/join", **HANAKO).location)
    row = _sign_up(session)
    asked = mailbox.text(mailbox.new_mail(app, "hanako@example.jp"))
    for text in (thanks, visitor.text(_page_of(app, row)), asked):
        assert "場所が決まるのは、抽選のあとです。" in text
        assert "場所を取ってあります" not in text
        assert "押すと決まります" not in text
    proven = visitor.submit(f"{_page_of(app, row)}/prove", page=_page_of(app, row))
    assert "抽選の申し込みを受け付けました" in visitor.text(proven.location)
    own = _own_page(app, row.contact)
    own_page = visitor.text(own)
    assert ("まだ決まっていない予定" in own_page, "次の予定" in own_page) == (True, False)
    assert "抽選待ち" in own_page
    assert f'href="{own}/participations/{row.id}/withdraw">取りやめる' in own_page


def test_only_a_name_in_kanji_needs_its_reading(session: Session, cast: Cast, visitor: Visitor) -> None:
    slot = make.slot(session, cast.midori, NOW)
    session.commit()
    john = HANAKO | {"name": "John Smith", "kana": ""}
    refused = visitor.submit(f"/slots/{slot.id}/join", **HANAKO | {"kana": ""})
    assert (refused.status_code, "ふりがなを入れてください。" in refused.text) == (422, True)
    assert visitor.submit(f"/slots/{slot.id}/join", **john).location == f"/slots/{slot.id}/joined"
    assert _sign_up(session).contact.kana == "John Smith"


def test_where_every_part_is_full_the_page_of_the_date_says_first_that_one_can_wait(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    slots = (SlotFacts("受付", 1), SlotFacts("積込み", 1))
    table, cart = make.occurrence(session, cast.midori, NOW, slots=slots).slots
    make.participation(session, table, cast.ben, NOW)
    session.commit()
    pages = [visitor.text("/dates/1")]
    make.participation(session, cart, cast.chie, NOW)
    session.commit()
    pages.append(visitor.text("/dates/1"))
    assert ['href="#parts">補欠で待つ<' in page for page in pages] == [False, True]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, []),
        ({"contact": "phone"}, []),
        ({"contact": "email", "email": "hanako@example.jp", "phone": "12"}, ["phone"]),
        ({"contact": "phone", "email": "hanako"}, ["email"]),
    ],
)
def test_only_a_fault_outside_of_the_chosen_way_keeps_its_field_in_sight(
    app: Flask, parts: list[Slot], typed: dict[str, str], wrong: list[str]
) -> None:
    page = Visitor(app).submit(f"/slots/{parts[0].id}/join", **{"contact": "email"} | typed).text
    assert re.findall(r'data-way="(\w+)" data-wrong', page) == wrong
