"""What was typed can be mended while its mail is waited for: by that browser alone, and for half an hour."""

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.jobs import purge
from scheduler.participation.actions import prove
from scheduler.participation.models import Participation
from scheduler.parties.models import KeptForm
from scheduler.parties.tokens import personal
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at, tokyo
from tests.visitor import Visitor

TYPED = {
    "name": "山田 花子",
    "kana": "やまだ はなこ",
    "email": "hanoko@example.jp",
    "grown_ups": "1",
    "children-0": "8",
}
RIGHT = "hanako@example.jp"


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """Room for one family."""
    made = make.slot(
        session, cast.midori, NOW, slots=(SlotFacts("親子", 1, unit="family"), SlotFacts("手伝い", 4))
    )
    session.commit()
    return made


def _mend(visitor: Visitor, checking: str) -> str:
    """Return the address that leads from the page to check the mail back to what was typed."""
    found = re.search(r'href="([^"]+mend=1)"', visitor.text(checking))
    assert found is not None
    return found[1]


def _states(session: Session) -> list[tuple[str, str | None]]:
    session.rollback()
    return [(row.state, row.contact.email) for row in session.query(Participation).order_by(Participation.id)]


def test_a_slip_is_mended_and_the_one_place_is_free_for_it(
    session: Session, slot: Slot, visitor: Visitor
) -> None:
    form = f"/slots/{slot.id}/join"
    checking = visitor.submit(form, **TYPED).location
    page = visitor.text(checking)
    # One sees who was signed up, and one way to mend it.
    assert ("山田 花子" in page, "お子さん（8歳）" in page, page.count("mend=1")) == (True, True, 1)
    mend = _mend(visitor, checking)
    # Whoever goes back finds the way there, and no name.
    back = visitor.text(form)
    assert (f'href="{mend}"' in back, "花子" in back) == (True, False)
    # Also who presses the button of the form that stands empty; a reading is asked for once there is a name.
    empty = visitor.submit(form, name="", kana="").text
    assert (f'href="{mend}"' in empty, "ふりがなを入れてください" in empty) == (True, False)
    shown = visitor.get(mend)
    assert shown.headers["Cache-Control"] == "no-store"
    for kept in ('value="山田 花子"', 'value="hanoko@example.jp"', 'value="8"'):
        assert kept in shown.text
    assert visitor.submit(mend, **TYPED | {"email": RIGHT}).status_code == 303
    assert _states(session) == [("expired", "hanoko@example.jp"), ("unverified", RIGHT)]
    assert (slot.taken, session.query(KeptForm).count()) == (1, 1)


def test_a_mended_form_that_is_refused_leaves_the_first_sign_up(
    session: Session, slot: Slot, visitor: Visitor
) -> None:
    mend = _mend(visitor, visitor.submit(f"/slots/{slot.id}/join", **TYPED).location)
    assert visitor.submit(mend, **TYPED | {"kana": ""}).status_code == 422
    assert _states(session) == [("unverified", "hanoko@example.jp")]


@pytest.mark.parametrize("how", ["confirmed", "late", "forgotten", "elsewhere"])
def test_what_was_typed_is_gone(app: Flask, session: Session, slot: Slot, visitor: Visitor, how: str) -> None:
    checking = visitor.submit(f"/slots/{slot.id}/join", **TYPED).location
    mend, reader = _mend(visitor, checking), visitor
    if how == "confirmed":
        session.rollback()
        prove(session, session.query(Participation).one(), NOW)
        session.commit()
    if how == "forgotten":
        assert visitor.submit(f"{checking}/forget", page=checking).status_code == 303
        assert visitor.get(checking).status_code == 404
    if how == "elsewhere":
        reader = Visitor(app)
    with at("2026-11-16 10:30" if how == "late" else "2026-11-16 10:01"):
        page = reader.text(mend)
    assert ("もう残っていません" in page, "花子" in page) == (True, False)
    with app.app_context():
        purge(tokyo("2026-11-16 10:30"))
    session.rollback()
    assert session.query(KeptForm).count() == 0


def test_who_types_a_known_address_mends_nothing_of_theirs(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    Visitor(app).submit(f"/slots/{slot.id}/join", **TYPED)
    session.rollback()
    prove(session, session.query(Participation).one(), NOW)
    session.commit()
    mend = _mend(visitor, visitor.submit(f"/slots/{slot.id}/join", **TYPED, wait="1").location)
    visitor.submit(mend, **TYPED | {"email": RIGHT, "wait": "1"})
    assert _states(session) == [("confirmed", "hanoko@example.jp"), ("unverified", RIGHT)]


def test_names_of_fields_that_no_page_has_are_not_kept(slot: Slot, visitor: Visitor) -> None:
    checking = visitor.submit(f"/slots/{slot.id}/join", **TYPED | {"children-²": "8"}).location
    assert visitor.get(_mend(visitor, checking)).status_code == 200


def test_another_sign_up_of_the_same_browser_is_not_mended_by_the_form_of_the_first(
    session: Session, slot: Slot, visitor: Visitor
) -> None:
    first = _mend(visitor, visitor.submit(f"/slots/{slot.id}/join", **TYPED).location)
    other = next(one for one in slot.occurrence.slots if one.id != slot.id)
    visitor.submit(f"/slots/{other.id}/join", **TYPED, clash="1")
    assert "花子" not in visitor.text(first)
    visitor.submit(first, **TYPED | {"email": RIGHT, "wait": "1"})
    session.rollback()
    states = [(row.slot_id, row.state) for row in session.query(Participation).order_by(Participation.id)]
    assert states[:2] == [(slot.id, "unverified"), (other.id, "unverified")]


def test_a_group_is_mended_too(session: Session, slot: Slot, visitor: Visitor) -> None:
    typed = {
        "name": "山田 花子",
        "kana": "やまだ はなこ",
        "email": RIGHT,
        "group_name": "商店会",
        "people": "3",
    }
    helping = slot.occurrence.slots[1]
    mend = _mend(visitor, visitor.submit(f"/slots/{helping.id}/join/group", **typed).location)
    assert 'value="商店会"' in visitor.text(mend)
    assert visitor.submit(mend, **typed | {"people": "2"}).status_code == 303
    session.rollback()
    assert helping.taken == 2


def test_the_database_alone_shows_nothing_of_it(session: Session, slot: Slot, visitor: Visitor) -> None:
    visitor.submit(f"/slots/{slot.id}/join", **TYPED)
    session.rollback()
    kept = session.query(KeptForm).one()
    assert re.fullmatch(r"[A-Za-z0-9_=-]+", kept.sealed)
    with visitor.client.session_transaction() as cookie:
        assert "花子" not in str(dict(cookie))


def test_a_name_is_mended_too_while_nobody_has_confirmed_it(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    wrong = TYPED | {"name": "山田 はなこ花"}
    mend = _mend(visitor, visitor.submit(f"/slots/{slot.id}/join", **wrong).location)
    assert visitor.submit(mend, **TYPED).status_code == 303
    session.rollback()
    first, second = session.query(Participation).order_by(Participation.id)
    assert (first.contact_id, second.contact.name) == (second.contact_id, "山田 花子")
    key = personal(app.config["TSUDOI"].secret_key, first.contact_id, first.contact.link_salt)
    assert "書き直したので" in visitor.text(f"/me/{key}/participations/{first.id}")


def test_a_name_that_stands_already_is_left_alone(
    app: Flask, session: Session, slot: Slot, visitor: Visitor
) -> None:
    Visitor(app).submit(f"/slots/{slot.occurrence.slots[1].id}/join", **TYPED)
    session.rollback()
    prove(session, session.query(Participation).one(), NOW)
    session.commit()
    form = f"/slots/{slot.id}/join"
    mend = _mend(visitor, visitor.submit(form, **TYPED | {"name": "山本 花子"}).location)
    assert visitor.submit(mend, **TYPED | {"name": "山木 花子"}).status_code == 303
    session.rollback()
    assert {row.contact.name for row in session.query(Participation)} == {"山田 花子"}
