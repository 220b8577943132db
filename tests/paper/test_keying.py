"""Keying a sheet in: what paper says stands as if it had come by telephone; twice is once; no line spoils another."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.decisions.actions import Ruling, postpone
from scheduler.desk.homes import answers_at
from scheduler.errors import Conflict
from scheduler.history import changes_of
from scheduler.paper.actions import (
    By,
    Field,
    KeyedLine,
    key_in,
    leaving,
)
from scheduler.paper.models import PrintedSheet
from scheduler.paper.printing import Wanted, print_sheet
from scheduler.paper.queries import just_left
from scheduler.paper.undoing import bring_back, take_back
from scheduler.participation.actions import join, withdraw
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.participation.undoing import undo
from scheduler.parties.actions import PersonFacts
from tests.board.people import actor
from tests.cast import Cast
from tests.conftest import NOW
from tests.paper.streets import Street, date, line, sheet, street


@pytest.fixture
def midori(session: Session, cast: Cast) -> Street:
    return street(session, cast, 5)


@pytest.fixture
def printed(session: Session, cast: Cast, midori: Street) -> PrintedSheet:
    return sheet(session, cast, midori, date(session, cast, 4, 9))


@pytest.fixture
def by(cast: Cast) -> By:
    return By(actor(cast.aiko), NOW, "申込用紙 20014")


def _state(session: Session, printed: PrintedSheet) -> list[tuple[str, str, int, str]]:
    wanted = select(Participation).join(Participation.slot).order_by(Participation.slot_id, Participation.id)
    return [(row.slot.name, row.party_name, row.people, row.state) for row in session.scalars(wanted)]


def test_a_whole_sheet_is_entered_at_once_and_says_who_entered_it(
    session: Session, printed: PrintedSheet, by: By, cast: Cast
) -> None:
    outcomes = key_in(
        session,
        printed,
        [line(printed, 1, 2), line(printed, 2, 0), line(printed, 3, 2, 1), line(printed, 4, 1)],
        by,
    )
    assert [one.what for one in outcomes] == ["joined", "no", "joined", "joined", "joined"]
    assert _state(session, printed) == [
        ("積込み", "青山家", 2, "confirmed"),
        ("積込み", "上野家", 2, "confirmed"),
        ("積込み", "江口家", 1, "waitlisted"),
        ("受付", "上野家", 1, "confirmed"),
    ]
    row = outcomes[0].row
    assert row is not None
    (change,) = changes_of(session, "participation", row.id)
    assert (row.entered_by_id, row.note, change.by_id) == (cast.aiko.id, "申込用紙 20014", cast.aiko.id)
    assert change.on_behalf_of == f"person:{row.contact_id}"


def test_the_same_sheet_twice_is_one_sheet(session: Session, printed: PrintedSheet, by: By) -> None:
    lines = [line(printed, 1, 2), line(printed, 2, 3, 0)]
    key_in(session, printed, lines, by)
    before = _state(session, printed)
    assert [one.what for one in key_in(session, printed, lines, by)] == ["same"] * 3
    assert _state(session, printed) == before


def test_lines_are_corrected_and_taken_back(session: Session, printed: PrintedSheet, by: By) -> None:
    key_in(session, printed, [line(printed, 1, 2), line(printed, 2, 1)], by)
    corrected = [line(printed, 1, 3, was=2), line(printed, 2, None, was=1)]
    assert [one.what for one in key_in(session, printed, corrected, by)] == ["changed", "left"]
    assert _state(session, printed) == [
        ("積込み", "青山家", 3, "confirmed"),
        ("積込み", "池田家", 1, "cancelled"),
    ]
    assert [one.what for one in key_in(session, printed, [line(printed, 2, 2)], by)] == ["joined"]


def test_a_home_that_waits_and_now_fits_comes_without_being_asked(
    session: Session, printed: PrintedSheet, by: By
) -> None:
    key_in(session, printed, [line(printed, 1, 2), line(printed, 2, 3), line(printed, 3, 3)], by)
    (changed,) = key_in(session, printed, [line(printed, 3, 2, was=3)], by)
    row = changed.row
    assert row is not None
    assert (row.state, row.is_offered, row.queue_no, row.slot.taken) == ("confirmed", False, None, 4)
    change = changes_of(session, "participation", row.id)[-1]
    undo(session, change, by.actor.person_id or 0, NOW)
    assert (row.people, row.state, row.slot.taken) == (3, "waitlisted", 2)


def test_whoever_answered_by_telephone_meanwhile_is_not_overwritten_unseen(
    session: Session, printed: PrintedSheet, midori: Street, by: By
) -> None:
    join(
        session,
        printed.occurrence.slots[0],
        SignUp(midori.speakers[0].id, company=Company(others=(Named(),))),
        NOW,
    )
    (first,) = key_in(session, printed, [line(printed, 1, 1)], by)
    assert (first.refusal and first.refusal.code, first.what) == ("answered_meanwhile", "refused")
    assert key_in(session, printed, [line(printed, 1, None, was=0)], by) == []
    (second,) = key_in(session, printed, [line(printed, 1, 1, was=2)], by)
    assert (second.what, second.row and second.row.people) == ("changed", 1)


def test_a_family_that_signed_up_one_by_one_is_not_signed_up_twice(
    session: Session, printed: PrintedSheet, midori: Street, by: By, cast: Cast
) -> None:
    cast.ben.household_id = midori.homes[0].id
    for person in (midori.speakers[0], cast.ben):
        join(session, printed.occurrence.slots[0], SignUp(person.id), NOW)
    same, other = (key_in(session, printed, [line(printed, 1, many, was=2)], by)[0] for many in (2, 3))
    assert (same.what, other.refusal and other.refusal.code) == ("same", "several_sign_ups")
    nobody = [line(printed, 1, 0, was=2)]
    assert [row.party_name for _line, row in leaving(session, printed, nobody)] == ["青山 一", "別所 勉"]
    assert [one.what for one in key_in(session, printed, nobody, by)] == ["left"]
    assert {state for *_, state in _state(session, printed)} == {"cancelled"}
    for row in just_left(session, printed, by.actor, NOW):
        bring_back(session, printed, row.id, by)
    assert {state for *_, state in _state(session, printed)} == {"confirmed"}


def test_a_line_that_is_refused_leaves_the_others_as_they_are(
    session: Session, printed: PrintedSheet, by: By
) -> None:
    lines = [
        line(printed, 1, -1),
        line(printed, 2, 500),
        line(printed, 3, 1),
        KeyedLine(6, {printed.occurrence.slots[0].id: Field(1)}),
    ]
    outcomes = key_in(session, printed, lines, by)
    codes = [one.refusal.code if one.refusal else one.what for one in outcomes]
    assert codes == ["people_unreadable", "people_over_places", "joined", "written_in_nameless"]
    assert [row.answered_at is not None for row in printed.rows[:3]] == [False, False, True]
    assert printed.occurrence.slots[0].taken == 1


def test_who_is_written_in_is_a_line_of_its_own_from_then_on(
    session: Session, printed: PrintedSheet, by: By
) -> None:
    written = KeyedLine(
        6, {slot.id: Field(1) for slot in printed.occurrence.slots}, PersonFacts("野田 清", "のだ きよし")
    )
    assert [one.what for one in key_in(session, printed, [written], by)] == ["joined", "joined"]
    assert printed.rows[5].name == "野田 清"
    assert [one.what for one in key_in(session, printed, [written], by)] == ["same", "same"]
    assert len(_state(session, printed)) == 2


def test_whoever_was_written_in_by_mistake_is_written_in_anew(
    session: Session, printed: PrintedSheet, by: By
) -> None:
    def written(name: str, kana: str) -> KeyedLine:
        fields = {slot.id: Field(1) for slot in printed.occurrence.slots}
        return KeyedLine(6, fields, PersonFacts(name, kana))

    key_in(session, printed, [written("野口 清", "のぐち きよし")], by)
    take_back(session, printed, by)
    assert printed.rows[5].name == ""
    again = key_in(
        session, printed, [written("野田 清", "のだ きよし")], replace(by, now=NOW + timedelta(minutes=1))
    )
    rows = [one.row for one in again if one.row is not None]
    assert [(row.party_name, row.is_live) for row in rows] == [("野田 清", True)] * 2
    # The same reading is the same person, better written: no other one who looks alike.
    take_back(session, printed, replace(by, now=NOW + timedelta(minutes=2)))
    better = key_in(
        session, printed, [written("野田 潔", "ノダ キヨシ")], replace(by, now=NOW + timedelta(minutes=3))
    )
    contacts = {one.row.contact for one in better if one.row is not None}
    assert contacts == {rows[0].contact}
    assert (printed.rows[5].name, rows[0].contact.kana) == ("野田 潔", "ノダ キヨシ")


def test_a_sheet_without_a_block_names_the_members_of_no_household(session: Session, cast: Cast) -> None:
    made = print_sheet(session, date(session, cast), Wanted("sign_up"), actor(cast.aiko), NOW)
    assert [row.name for row in made.rows] == ["青木 愛子", "", "", ""]


def test_after_a_withdrawal_the_same_line_can_come_again(
    session: Session, printed: PrintedSheet, by: By
) -> None:
    (first,) = key_in(session, printed, [line(printed, 1, 2)], by)
    assert first.row is not None
    withdraw(session, first.row, None, NOW)
    (again,) = key_in(session, printed, [line(printed, 1, 2)], by)
    assert (again.what, printed.occurrence.slots[0].taken) == ("joined", 2)


def test_a_no_on_paper_is_for_the_time_at_which_it_was_asked(
    session: Session, printed: PrintedSheet, by: By, cast: Cast
) -> None:
    date, block, home = printed.occurrence, printed.block, printed.rows[0].household_id
    assert block is not None
    key_in(session, printed, [line(printed, 1, 0)], by)

    def said() -> tuple[bool, bool]:
        answers = answers_at(session, [date.id], block).get(date.id, {})
        return printed.rows[0].has_answered, home in answers

    assert said() == (True, True)
    postpone(session, date, Ruling(cast.aiko.id, date.revision), NOW)
    assert said() == (False, False)
    (again,) = key_in(session, printed, [line(printed, 1, 0)], by)
    assert (again.what, said()) == ("no", (True, True))


def test_what_one_press_has_keyed_in_is_taken_back_for_half_an_hour(
    session: Session, printed: PrintedSheet, by: By
) -> None:
    key_in(session, printed, [line(printed, 1, 2)], by)
    later = replace(by, now=NOW + timedelta(minutes=1))
    key_in(session, printed, [line(printed, 1, 3, was=2), line(printed, 2, 1), line(printed, 3, 0)], later)
    slot = printed.occurrence.slots[0]
    assert slot.taken == 4
    with pytest.raises(Conflict, match="undo_over"):
        take_back(session, printed, replace(by, now=NOW + timedelta(minutes=32)))
    take_back(session, printed, replace(by, now=NOW + timedelta(minutes=2)))
    assert slot.taken == 2
    assert [row.has_answered for row in printed.rows[:3]] == [True, False, False]
    # What was keyed in before that stands.
    with pytest.raises(Conflict, match="undo_over"):
        take_back(session, printed, replace(by, now=NOW + timedelta(minutes=3)))
    key_in(session, printed, [line(printed, 2, 1)], replace(by, now=NOW + timedelta(minutes=4)))
    assert slot.taken == 3


def test_a_leader_takes_back_the_own_home_too(
    session: Session, printed: PrintedSheet, by: By, midori: Street
) -> None:
    midori.leader.household_id = midori.homes[0].id
    midori.speakers[0].household_id = None
    session.flush()
    own = replace(by, actor=actor(midori.leader))
    key_in(session, printed, [line(printed, 1, 1), line(printed, 2, 1)], own)
    take_back(session, printed, own)
    assert (printed.occurrence.slots[0].taken, printed.rows[0].has_answered) == (0, False)


@pytest.mark.parametrize("order", [("press", "end"), ("end", "press")])
def test_the_mark_that_a_home_has_answered_goes_once_all_of_a_press_is_taken_back(
    session: Session, printed: PrintedSheet, midori: Street, by: By, order: tuple[str, str]
) -> None:
    first, second = printed.occurrence.slots
    came = join(session, first, SignUp(midori.speakers[0].id), NOW)
    keyed = KeyedLine(1, {first.id: Field(0, 1), second.id: Field(2)})
    key_in(session, printed, [keyed, line(printed, 2, 0)], by)
    marks = []
    for what in order:
        if what == "press":
            take_back(session, printed, by)
        else:
            bring_back(session, printed, came.id, by)
        marks.append([row.has_answered for row in printed.rows[:2]])
    # One of two is left of the first home's answer; the other home has said no and nothing else.
    assert marks == [[True, order[0] == "end"], [False, False]]
    assert (came.is_live, first.taken, second.taken) == (True, 1, 0)


def test_a_zero_that_is_taken_back_leaves_the_mark_of_an_earlier_time_as_it_was(
    session: Session, printed: PrintedSheet, midori: Street, by: By, cast: Cast
) -> None:
    key_in(session, printed, [line(printed, 1, 0)], by)
    postpone(session, printed.occurrence, Ruling(cast.aiko.id, printed.occurrence.revision), NOW)
    before = (printed.rows[0].answered_at, printed.rows[0].answered_version)
    later = replace(by, now=NOW + timedelta(minutes=1))
    came = join(session, printed.occurrence.slots[0], SignUp(midori.speakers[0].id), NOW)
    key_in(session, printed, [line(printed, 1, 0, was=1)], later)
    assert printed.rows[0].has_answered
    with pytest.raises(Conflict, match="undo_over"):
        take_back(session, printed, later)
    bring_back(session, printed, came.id, later)
    assert (printed.rows[0].answered_at, printed.rows[0].answered_version) == before
