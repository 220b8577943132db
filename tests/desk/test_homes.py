"""What a home's "nobody comes" ends, what taking it back brings again, and what it leaves alone."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.parts import SlotFacts
from scheduler.board.entering import Entry, enter
from scheduler.board.homes import may_take_back, noes_at, say_no, take_back
from scheduler.decisions.actions import Ruling, postpone
from scheduler.desk.homes import answers_at
from scheduler.errors import Conflict
from scheduler.history import changes_of
from scheduler.paper.actions import By, Field, KeyedLine, key_in
from scheduler.paper.printing import Wanted, print_sheet
from scheduler.paper.queries import standing_of
from scheduler.participation.actions import join, withdraw
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.access import is_called_by_own
from scheduler.parties.actions import PersonFacts
from tests import make
from tests.board.people import actor
from tests.cast import Cast
from tests.conftest import NOW
from tests.paper.streets import Street, date, sheet, street
from tests.program import done
from tests.signed_in import browser_of, program_of


@pytest.fixture
def midori(session: Session, cast: Cast) -> Street:
    return street(session, cast, 2)


def states(*rows: Participation) -> list[str]:
    return [row.state for row in rows]


def test_what_a_club_or_a_group_has_pledged_is_of_no_home(
    session: Session, cast: Cast, midori: Street
) -> None:
    day, one = date(session, cast), midori.speakers[0].id
    first, second = day.slots
    club = SignUp(one, organization_id=cast.library.id, pledged=10, contact_comes=False)
    group = SignUp(one, group_name="少年野球", pledged=8, contact_comes=False)
    pledges = [join(session, first, club, NOW), join(session, second, group, NOW)]
    home = join(session, first, SignUp(one, household_id=midori.homes[0].id, clash_ok=True), NOW)
    answers = answers_at(session, [day.id], midori.block)[day.id]
    assert answers[midori.homes[0].id].coming == [home]
    printed = sheet(session, cast, midori, day)
    assert list(standing_of(session, printed.rows, day.slots)) == [(printed.rows[0].id, first.id)]
    say_no(session, day, midori.homes[0], actor(midori.leader), NOW)
    assert (states(*pledges), home.state) == (["pledged", "pledged"], "cancelled")


def test_taking_a_no_back_brings_again_what_it_ended_and_nothing_else(
    session: Session, cast: Cast, midori: Street
) -> None:
    day, home, leader = date(session, cast), midori.homes[0], actor(midori.leader)
    real, mistaken = (make.participation(session, slot, midori.speakers[0], NOW) for slot in day.slots)
    withdraw(session, real, leader.person_id, NOW)
    assert may_take_back(session, day, leader.person_id, NOW) == set()
    say_no(session, day, home, leader, NOW)
    assert states(real, mistaken) == ["cancelled", "cancelled"]
    for _ in range(2):
        take_back(session, day, home, leader, NOW)
        assert states(real, mistaken) == ["cancelled", "confirmed"]
        assert (noes_at(session, [day.id]), may_take_back(session, day, leader.person_id, NOW)) == ({}, set())


def test_a_home_that_could_not_come_is_asked_anew_about_the_day_to_which_a_date_is_postponed(
    session: Session, cast: Cast, midori: Street
) -> None:
    day, home, leader = date(session, cast), midori.homes[0], actor(midori.leader)
    make.participation(session, day.slots[0], midori.speakers[0], NOW)
    say_no(session, day, home, leader, NOW)

    def has_answered() -> bool:
        session.flush()
        return home.id in answers_at(session, [day.id], midori.block).get(day.id, {})

    assert has_answered()
    later = NOW + timedelta(minutes=5)
    postpone(session, day, Ruling(cast.aiko.id, day.revision), later)
    assert not has_answered()
    say_no(session, day, home, leader, later + timedelta(minutes=5))
    assert has_answered()


def test_a_second_no_is_taken_back_too_and_by_whom_it_was_said(
    session: Session, cast: Cast, midori: Street
) -> None:
    day, home, (leader, officer) = (
        date(session, cast),
        midori.homes[0],
        (actor(midori.leader), actor(cast.aiko)),
    )
    say_no(session, day, home, leader, NOW)
    row = make.participation(session, day.slots[0], midori.speakers[0], NOW)
    say_no(session, day, home, officer, NOW)
    assert row.state == "cancelled"
    # It did not end this one.
    take_back(session, day, home, leader, NOW)
    assert row.state == "cancelled"
    take_back(session, day, home, officer, NOW)
    assert row.state == "confirmed"
    with pytest.raises(Conflict, match="undo_over"):
        take_back(session, day, midori.homes[1], officer, NOW)


def test_saving_a_sheet_does_not_turn_a_word_into_writing(
    app: Flask, session: Session, cast: Cast, midori: Street
) -> None:
    day = date(session, cast)
    printed = sheet(session, cast, midori, day)
    say_no(session, day, midori.homes[0], actor(midori.leader), NOW)
    session.commit()
    officer, path = browser_of(app, cast.aiko), f"/sheets/{printed.code}"
    shown = officer.text(path)
    assert ("まだの家 1軒" in shown, "青山家 <" in shown, shown.count("来ません")) == (True, True, 1)
    officer.submit(path)
    session.rollback()
    assert [row.answered_at for row in printed.rows] == [None] * len(printed.rows)
    take_back(session, day, midori.homes[0], actor(midori.leader), NOW)
    session.commit()
    assert "まだの家 2軒" in officer.text(path)


def test_who_finds_the_place_gone_or_has_something_else_by_then_is_named_however_often_one_taps(
    app: Flask, session: Session, cast: Cast, midori: Street
) -> None:
    full, other = make.slot(session, cast.midori, NOW, places=1), date(session, cast)
    one = midori.speakers[0]
    row = make.participation(session, full, one, NOW)
    say_no(session, full.occurrence, midori.homes[0], actor(midori.leader), NOW)
    make.participation(session, full, cast.ben, NOW)
    make.participation(session, other.slots[0], one, NOW)
    session.commit()
    leader, page = browser_of(app, midori.leader), f"/dates/{full.occurrence_id}/homes"
    for _ in range(2):
        leader.submit(f"{page}/{midori.homes[0].id}", page, back="1")
        shown = leader.text(page)
        assert "場所はもう埋まっていました。青山 一さんは補欠です。" in shown
        both = '同じ時間に<span class="piece">「資源回収の日・積込み」にも</span>申し込んでいます。'
        assert f"青山 一さんは、{both}" in shown
    program = program_of(app, midori.leader)
    told = done(program.post(f"/dates/{full.occurrence_id}/homes/{midori.homes[0].id}", back=True))
    clash = {"sign_up_id": row.id, "what": "資源回収の日・積込み"}
    assert told == {"stays_away": False, "waiting": [row.id], "clashes": [clash]}
    session.rollback()
    assert row.state == "waitlisted"


def test_a_no_is_entered_until_the_last_part_begins_and_leaves_what_has_begun(
    session: Session, cast: Cast, midori: Street
) -> None:
    slots = (SlotFacts("準備", 4, minutes=60), SlotFacts("本番", 4, offset_minutes=60, minutes=60))
    day, leader = make.occurrence(session, cast.midori, NOW, slots=slots), actor(midori.leader)
    rows = [make.participation(session, slot, midori.speakers[0], NOW) for slot in day.slots]
    say_no(session, day, midori.homes[0], leader, day.starts_at + timedelta(minutes=30))
    assert states(*rows) == ["confirmed", "cancelled"]
    with pytest.raises(Conflict, match="already_begun"):
        say_no(session, day, midori.homes[1], leader, day.starts_at + timedelta(minutes=60))


def test_after_the_cut_off_a_leader_is_sent_to_the_organiser_who_enters_it(
    app: Flask, session: Session, cast: Cast, midori: Street
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("積込み", 4, cancel_before=24 * 60),))
    row = make.participation(session, slot, midori.speakers[0], NOW)
    session.commit()
    page, found = f"/dates/{slot.occurrence_id}/homes", []
    with time_machine.travel(slot.cancel_until, tick=False):
        for person in (midori.leader, cast.aiko):
            browser = browser_of(app, person)
            browser.submit(f"{page}/{midori.homes[0].id}", page, back=[])
            session.rollback()
            found.append(("いま取りやめにできるのは世話人だけです" in browser.text(page), row.state))
    assert found == [(True, "confirmed"), (False, "cancelled")]


def test_a_sign_up_names_who_comes_and_a_name_is_not_its_own_reading(
    app: Flask, session: Session, cast: Cast, midori: Street
) -> None:
    day, speaker = date(session, cast), midori.speakers[0]
    speaker.kana = speaker.name
    make.participation(session, day.slots[0], speaker, NOW)
    session.commit()
    page = browser_of(app, midori.leader).text(f"/dates/{day.id}/homes")
    assert f"1人・{speaker.name}</span>" in page
    assert f"（{speaker.name}）" not in page


def test_a_block_leader_ends_for_another_bodys_date_only_what_the_home_has_said(
    app: Flask, session: Session, cast: Cast, midori: Street
) -> None:
    day, leader, home = make.occurrence(session, cast.library, NOW), actor(midori.leader), midori.homes[0]
    own = make.participation(session, day.slots[0], midori.speakers[0], NOW)
    printed = print_sheet(session, day, Wanted("sign_up", midori.block.id), leader, NOW)
    with pytest.raises(Conflict, match="say_so_missing"):
        say_no(session, day, home, leader, NOW)
    # On paper, too: the second look says so.
    ended = [KeyedLine(1, {day.slots[0].id: Field(0, was=1)})]
    (refused,) = key_in(session, printed, ended, By(leader, NOW))
    assert (refused.refusal and refused.refusal.code, own.state) == ("say_so_missing", "confirmed")
    session.commit()
    browser, path = browser_of(app, midori.leader), f"/dates/{day.id}/homes"
    assert "この家から来られないと聞いたときだけ" in browser.text(path)
    browser.submit(f"{path}/{home.id}", page=path, say_so="1")
    session.rollback()
    verbs = [one.verb for one in changes_of(session, "participation", own.id)]
    assert (own.state, verbs[-2:]) == ("cancelled", ["say_so", "withdraw"])


def test_what_a_block_leader_has_entered_and_whatever_the_own_body_calls_needs_no_such_word(
    session: Session, cast: Cast, midori: Street
) -> None:
    leader, home = actor(midori.leader), midori.homes[0]
    foreign, own = make.occurrence(session, cast.library, NOW), date(session, cast)
    entered = Entry(PersonFacts("", ""), household_id=home.id)
    rows = [
        enter(session, foreign.slots[0], entered, leader, NOW),
        make.participation(session, own.slots[0], midori.speakers[0], NOW),
    ]
    for day in (foreign, own):
        say_no(session, day, home, leader, NOW)
    assert states(*rows) == ["cancelled", "cancelled"]
    assert is_called_by_own(session, actor(cast.chie), cast.library)
    assert not is_called_by_own(session, actor(cast.ben), cast.midori)
