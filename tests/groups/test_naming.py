"""Naming the people of a pledge: never more than were pledged, once each, and minors with consent."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.errors import Conflict, Invalid
from scheduler.groups.actions import Speaker, add_name, add_names, change_number, join, remove_name
from scheduler.groups.queries import lacks_consent, minors_of, named_of
from scheduler.notices.models import Notice
from scheduler.participation.actions import consent, withdraw
from scheduler.participation.capacity import change_people
from scheduler.participation.models import Participation
from scheduler.participation.signing import Named, SignUp
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.groups.conftest import actor

PEOPLE = [Named(f"参加 {number}", f"さんか {number}") for number in "一二三四"]
MINOR = Named("若井 若", "わかい わか", grade="h1")


def _letters(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def test_a_pledge_is_sure_when_everybody_is_named_and_its_speaker_is_told_once(
    session: Session, pledge: Participation
) -> None:
    for one in PEOPLE:
        assert pledge.state == "pledged"
        assert add_name(session, pledge, one, None, NOW)
    assert (pledge.state, pledge.named) == ("confirmed", 5)
    assert _letters(session) == ["joined", "named"]


def test_more_people_than_were_pledged_are_refused(session: Session, pledge: Participation) -> None:
    add_names(session, pledge, PEOPLE, None, NOW)
    with pytest.raises(Conflict, match="all_named"):
        add_name(session, pledge, Named("余田 余", "よでん よ"), None, NOW)
    assert pledge.named == 5


def test_the_same_name_and_reading_is_the_same_person(
    session: Session, cast: Cast, pledge: Participation
) -> None:
    assert add_name(session, pledge, Named("佐藤 太郎", "さとう たろう"), None, NOW)
    assert not add_name(session, pledge, Named(" 佐藤 太郎", "サトウタロウ"), None, NOW)
    assert not add_name(session, pledge, Named(cast.ben.name, cast.ben.kana), None, NOW)
    assert (pledge.named, len(named_of(pledge))) == (2, 1)


def test_a_list_is_named_as_a_whole_or_not_at_all(session: Session, pledge: Participation) -> None:
    with pytest.raises(Conflict, match="all_named"):
        add_names(session, pledge, [*PEOPLE, Named("余田 余", "よでん よ")], None, NOW)
    session.rollback()
    assert (pledge.named, named_of(pledge)) == (1, [])


@pytest.mark.parametrize("one", [Named("", "さとう"), Named("佐藤", "\0"), Named(" ", " ")])
def test_a_name_needs_a_reading(session: Session, pledge: Participation, one: Named) -> None:
    with pytest.raises(Invalid, match="name_missing"):
        add_name(session, pledge, one, None, NOW)


def test_a_name_in_latin_letters_is_its_own_reading(session: Session, pledge: Participation) -> None:
    add_name(session, pledge, Named("Jo Whitfield"), None, NOW)
    assert [(one.name, one.kana) for one in named_of(pledge)] == [("Jo Whitfield", "Jo Whitfield")]


def test_a_name_that_is_removed_makes_the_pledge_open_again_and_tells_nobody(
    session: Session, cast: Cast, pledge: Participation
) -> None:
    add_names(session, pledge, PEOPLE, None, NOW)
    gone = named_of(pledge)[0].id
    for _ in range(2):
        remove_name(session, pledge, gone, cast.ben.id, NOW)
    assert (pledge.state, pledge.named, len(named_of(pledge))) == ("pledged", 4, 3)
    assert _letters(session) == ["joined", "named"]


def test_a_larger_number_opens_the_pledge_and_a_smaller_one_closes_it(
    session: Session, cast: Cast, pledge: Participation
) -> None:
    add_names(session, pledge, PEOPLE[:2], None, NOW)
    change_number(session, pledge, 3, NOW)
    assert pledge.state == "confirmed"
    change_number(session, pledge, 4, NOW)
    assert (pledge.state, pledge.named, pledge.people) == ("pledged", 3, 4)


def test_what_has_begun_or_was_withdrawn_takes_no_names(
    session: Session, cast: Cast, slot: Slot, pledge: Participation
) -> None:
    with pytest.raises(Conflict, match="already_begun"):
        add_name(session, pledge, PEOPLE[0], None, slot.starts_at)
    withdraw(session, pledge, cast.ben.id, NOW)
    with pytest.raises(Conflict, match="hold_over"):
        add_name(session, pledge, PEOPLE[0], None, NOW)


def _pledge(
    session: Session, cast: Cast, people: int, *, minors: str = "consent", **part: Any
) -> Participation:
    slot = make.slot(session, cast.midori, NOW, minors=minors, slots=(SlotFacts("沿道", 20, **part),))
    yes = SignUp(cast.ben.id, group_name="高校2年1組", pledged=people, contact_comes=False)
    return join(session, slot, yes, Speaker(actor(cast.ben)), NOW)


def test_people_under_age_alone_need_a_yes_before_it_is_sure_and_keep_their_places(
    session: Session, cast: Cast
) -> None:
    row = _pledge(session, cast, 2)
    add_name(session, row, MINOR, None, NOW)
    assert (row.state, lacks_consent(row), minors_of(row)) == ("pledged", True, 1)
    add_name(session, row, Named("若菜 菜", "わかな な", grade="h2"), None, NOW)
    assert (row.state, row.hold_until) == ("awaiting_guardian", None)
    consent(session, row, "別所 勉", cast.ben.id, NOW)
    assert (row.state, lacks_consent(row)) == ("confirmed", False)
    assert _letters(session) == ["joined", "awaiting_guardian", "named"]


def test_an_adult_who_comes_along_answers_for_them(session: Session, cast: Cast) -> None:
    row = _pledge(session, cast, 2)
    add_names(session, row, [MINOR, PEOPLE[0]], None, NOW)
    assert (row.state, lacks_consent(row)) == ("confirmed", False)


def test_a_yes_does_not_count_for_somebody_who_is_named_later(session: Session, cast: Cast) -> None:
    row = _pledge(session, cast, 2)
    add_name(session, row, MINOR, None, NOW)
    consent(session, row, "別所 勉", cast.ben.id, NOW)
    add_name(session, row, Named("若菜 菜", "わかな な", grade="h2"), None, NOW)
    assert (row.state, row.consent_id) == ("awaiting_guardian", None)


def test_who_is_too_young_is_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict, match="too_young"):
        add_name(session, _pledge(session, cast, 3, min_age=16), MINOR, None, NOW)
    with pytest.raises(Conflict, match="too_young"):
        add_name(session, _pledge(session, cast, 3, minors="no"), MINOR, None, NOW)


def test_where_a_guardian_must_come_the_adults_are_named_first(session: Session, cast: Cast) -> None:
    row = _pledge(session, cast, 3, minors="present")
    with pytest.raises(Conflict, match="guardian_must_come"):
        add_name(session, row, MINOR, None, NOW)
    add_names(session, row, [PEOPLE[0], MINOR], None, NOW)
    assert row.named == 2


def test_a_group_does_not_grow_past_who_waits_unless_the_organiser_says_so(
    session: Session, cast: Cast, slot: Slot, pledge: Participation
) -> None:
    crowd = SignUp(cast.chie.id, group_name="大学", pledged=20, or_wait=True)
    join(session, slot, crowd, Speaker(actor(cast.chie)), NOW)
    # After the cut-off nothing is offered by itself: who waits, waits for the organiser.
    slot.places, slot.cancel_before = 31, 60 * 24 * 7
    with pytest.raises(Conflict, match="full"):
        change_number(session, pledge, 6, NOW)
    change_people(session, pledge, 6, cast.aiko.id, NOW)
    assert slot.taken == 6


@pytest.mark.parametrize(("people", "code"), [(6, "sign_up_closed"), (4, "too_late_to_withdraw")])
def test_a_group_changes_its_number_only_in_time(
    session: Session, slot: Slot, pledge: Participation, people: int, code: str
) -> None:
    slot.closes_before = slot.cancel_before = 60
    with pytest.raises(Conflict, match=code):
        change_number(session, pledge, people, slot.closes_at)
    assert pledge.people == 5
