"""A date of which every part is full: whether one can wait, how many do, and where there is room."""

from datetime import date

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.signing import people, yes
from tests.visitor import Visitor

LOADING, DESK = SlotFacts("積込み", 1), SlotFacts("受付", 1)
MONTHLY = {"rule": make.SECOND_SUNDAY, "first_on": date(2026, 12, 13)}


def full_date(session: Session, cast: Cast, **changes: object) -> Occurrence:
    """Make the first date of an activity with two parts of one place each: both taken, and one waits for the first."""
    made = make.occurrence(session, cast.midori, NOW, slots=(LOADING, DESK), **changes)
    for one, slot in zip(people(session, 3), (*made.slots, made.slots[0]), strict=True):
        yes(session, slot, one)
    session.commit()
    return made


def test_the_list_says_whether_one_can_wait(session: Session, cast: Cast, visitor: Visitor) -> None:
    made = full_date(session, cast)
    page = visitor.text("/")
    assert ("満員" in page, "補欠で待てます" in page) == (True, True)
    for slot in made.slots:
        slot.closes_before = 60 * 24 * 30
    session.commit()
    assert "補欠で待てます" not in visitor.text("/")


def test_the_page_of_a_full_date_says_how_many_wait_and_where_there_is_room(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    made = full_date(session, cast, **MONTHLY)
    page = visitor.text(f"/dates/{made.id}")
    assert page.count("1組が補欠で待っています") == page.count("補欠で待っている方は、まだいません") == 1
    assert "1月10日（日）は空きがあります" in page
    assert "1組が補欠で待っています" in visitor.text(f"/slots/{made.slots[0].id}/join")


def test_who_waits_without_having_confirmed_yet_is_promised_no_place(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    path = f"/slots/{full_date(session, cast).slots[0].id}"
    hanako = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
    assert visitor.submit(f"{path}/join", **hanako, wait="1").status_code == 303
    with mailbox.server(app):
        page = visitor.text(f"{path}/joined")
    assert ("補欠で待ちます。" in page, "それで決まります" in page) == (True, False)


def test_where_no_date_has_room_none_is_named(session: Session, cast: Cast, visitor: Visitor) -> None:
    made = full_date(session, cast)
    assert "空きがあります" not in visitor.text(f"/dates/{made.id}")


def test_who_waits_is_asked_for_once_for_all_parts(session: Session, cast: Cast, visitor: Visitor) -> None:
    made = full_date(session, cast)
    asked: list[str] = []
    engine = session.connection().engine
    listen = lambda *call: asked.append(call[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listen)
    visitor.text(f"/dates/{made.id}/parts")
    event.remove(engine, "before_cursor_execute", listen)
    assert sum("'waitlisted'" in one or "GROUP BY participation.slot_id" in one for one in asked) == 1
