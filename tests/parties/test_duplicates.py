"""Who may be one person written down twice, and who is surely not."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.parties import actions, duplicates
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Person
from tests.cast import Cast
from tests.conftest import NOW

PHONE = "090-1234-5678"
HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ"}

PAIRS: list[tuple[dict[str, str], dict[str, str], bool]] = [
    ({"phone": PHONE}, {"phone": "０９０１２３４５６７８"}, True),
    ({"phone": PHONE}, {"phone": "+81 90 1234 5678", "kana": "ヤマダ　ハナコ", "name": "花子"}, True),
    ({"phone": PHONE, "email": "hanako@example.jp"}, {"phone": PHONE}, True),
    ({"phone": PHONE, "email": "h@example.jp"}, {"phone": PHONE, "email": "other@example.jp"}, True),
    ({"phone": PHONE}, {"phone": PHONE, "kana": "やまだ たろう"}, False),
    ({"phone": PHONE}, {"phone": "090-8765-4321"}, False),
    ({"email": "hanako@example.jp"}, {"email": "other@example.jp"}, False),
    ({"email": "hanako@example.jp"}, {"phone": PHONE}, False),
]


def _register(session: Session, **facts: Any) -> Person:
    return actions.person(session, PersonFacts(**HANAKO | facts), NOW)


@pytest.mark.parametrize(("one", "other", "alike"), PAIRS)
def test_the_same_reading_and_one_way_to_reach_them(
    session: Session, one: dict[str, str], other: dict[str, str], alike: bool
) -> None:
    first, second = _register(session, **one), _register(session, **other)
    assert duplicates.look_alikes(session, first) == ([second] if alike else [])
    assert duplicates.look_alikes(session, second) == ([first] if alike else [])


def test_the_same_reading_in_one_household(session: Session) -> None:
    pair = [_register(session, email="hanako@example.jp"), _register(session, phone=PHONE)]
    actions.add_household(session, Household(name="山田家", created_at=NOW), pair)
    assert duplicates.look_alikes(session, pair[0]) == [pair[1]]


def test_who_is_merged_already_looks_like_nobody(session: Session) -> None:
    one, other, third = (_register(session, phone=PHONE) for _ in range(3))
    other.merged_into_id = one.id
    session.flush()
    assert duplicates.look_alikes(session, one) == [third]
    assert duplicates.look_alikes(session, other) == []


def test_pairs_are_sought_among_the_people_that_a_body_knows(session: Session, cast: Cast) -> None:
    one, other, third = (_register(session, phone=PHONE) for _ in range(3))
    known = select(Person.id).where(Person.id != third.id)
    assert duplicates.look_alikes_of_body(session, known) == [(one, other)]
