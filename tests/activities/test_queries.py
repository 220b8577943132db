"""What is on, and who finds what."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from scheduler.activities import actions, queries, search
from scheduler.activities.parts import SlotFacts
from scheduler.activities.wishes import Wish
from scheduler.errors import NotFound
from scheduler.parties.access import Actor
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.visitor import Visitor

TODAY = date(2026, 11, 16)


def test_a_draft_is_found_by_its_organiser_alone(session: Session, cast: Cast) -> None:
    draft = actions.post(session, cast.midori.id, make.facts(), None, NOW)
    assert queries.find_activity(session, Actor(TODAY, cast.aiko.id), draft.id) is draft
    for other in (None, cast.ben.id, cast.chie.id):
        with pytest.raises(NotFound):
            queries.find_activity(session, Actor(TODAY, other), draft.id)


def test_dates_come_in_order_and_in_pages(session: Session, cast: Cast) -> None:
    make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY, first_on=date(2026, 12, 13))
    first, more = search.dates_for(session, Wish(), NOW, 1, 10)
    rest, no_more = search.dates_for(session, Wish(), NOW, 2, 10)
    assert (len(first), more, len(rest), no_more) == (10, True, 3, False)
    assert first[-1].occurrence.starts_at < rest[0].occurrence.starts_at


def test_a_date_stays_on_the_list_until_it_is_over(session: Session, cast: Cast) -> None:
    one = make.occurrence(session, cast.midori, NOW)
    during, after = one.ends_at - timedelta(minutes=1), one.ends_at + timedelta(seconds=1)
    assert len(search.dates_for(session, Wish(), during, 1, 10)[0]) == 1
    assert search.dates_for(session, Wish(), after, 1, 10)[0] == []


def test_places_left_are_counted_over_all_slots(session: Session, cast: Cast) -> None:
    slots = (SlotFacts("親子", 8, unit="family"), SlotFacts("サポーター", 3))
    slot = make.slot(session, cast.midori, NOW, slots=slots)
    make.participation(session, slot, cast.ben, NOW)
    (line,) = queries.dates_of_body(session, cast.midori.id, NOW)
    assert [(one.unit, one.places) for one in line.left] == [("family", 7), ("person", 3)]


def test_places_for_people_and_for_families_are_not_added_up(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    both = (SlotFacts("親子", 3, unit="family"), SlotFacts("手伝い", 2))
    date = make.occurrence(session, cast.midori, NOW, slots=both)
    session.commit()
    page = visitor.text("/")
    assert (
        '親子 <span class="whole">あと3組・</span>' in page,
        '手伝い <span class="whole">あと2人' in page,
    ) == (True, True)
    page = visitor.text(f"/dates/{date.id}")
    words = ('href="#parts">どれに申し込むかを選ぶ', "親子で申し込む", "この役割で申し込む", "定員 3組")
    assert [one for one in words if one not in page] == []
    assert "手伝う役割を選ぶ" not in page


WORDS = [
    ("person", "手伝う役割を選ぶ", ["この役割で申し込む"] * 2),
    ("guest", "どれに申し込むかを選ぶ", ["申し込む", "参加を申し込む"]),
]


@pytest.mark.parametrize(("unit", "way", "button"), WORDS)
@pytest.mark.parametrize("parts", [1, 2])
def test_who_takes_part_is_not_asked_to_help_and_is_led_straight_to_the_only_form(
    session: Session, cast: Cast, visitor: Visitor, unit: str, way: str, button: list[str], parts: int
) -> None:
    slots = (SlotFacts("出席", 30, unit=unit, min_age=15), SlotFacts("受付", 30, unit=unit))[:parts]
    slot = make.slot(session, cast.midori, NOW, slots=slots)
    session.commit()
    assert f"あと{30 * parts}人" in visitor.text("/")
    page = visitor.text(f"/dates/{slot.occurrence_id}")
    assert (f'href="#parts">{way}<' in page) == (parts == 2)
    assert page.count(f'href="/slots/{slot.id}/join">{button[parts - 1]}<') == 3 - parts
    assert "15歳以上<" in visitor.text(f"/slots/{slot.id}/join")
