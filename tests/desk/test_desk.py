"""The desk: what there is to do, the most pressing first; nothing once it is done."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities import actions as activities
from scheduler.activities.parts import SlotFacts
from scheduler.attendance.actions import Tick, record_attendance
from scheduler.board.homes import noes_at, say_no
from scheduler.decisions.actions import Ruling, confirm, postpone
from scheduler.desk.queries import Desk, find_desk
from scheduler.errors import NotFound
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import Delivery
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts, add_household, person
from scheduler.parties.models import Household, Person
from tests import cast as casting
from tests import make
from tests.board.people import actor
from tests.cast import Cast
from tests.conftest import NOW
from tests.paper.streets import date as street_date
from tests.paper.streets import sheet, street
from tests.program import done
from tests.signed_in import browser_of, program_of

# The evening before the date of 22 November, and the evening of that day.
EVE, AFTER = NOW + timedelta(days=5, hours=9), NOW + timedelta(days=6, hours=9)
CALM: dict[str, Any] = {"weather_rule": "none", "reserve_days": None, "decide_at": None}


def desk_of(session: Session, person: Person, now: datetime) -> Desk:
    return find_desk(session, Actor(now.date(), person.id), now)


def codes(session: Session, person: Person, now: datetime) -> list[str]:
    return [task.what for task in desk_of(session, person, now).tasks]


def test_nobody_without_an_office_has_a_desk(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        desk_of(session, cast.ben, NOW)


def test_a_date_is_to_be_decided_about_from_the_day_before_until_it_is(session: Session, cast: Cast) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    assert codes(session, cast.aiko, NOW) == []
    assert codes(session, cast.aiko, EVE) == ["decide"]
    confirm(session, date, Ruling(cast.aiko.id, date.revision), EVE)
    assert codes(session, cast.aiko, EVE) == []


def test_gaps_show_within_the_days_of_the_warning(session: Session, cast: Cast) -> None:
    slots = (SlotFacts("積込み", 4, min_people=2),)
    later = NOW.date() + timedelta(days=20)
    slot = make.slot(session, cast.midori, NOW, slots=slots, first_on=later, **CALM)
    assert codes(session, cast.aiko, slot.starts_at - timedelta(days=8)) == []
    (task,) = desk_of(session, cast.aiko, slot.starts_at - timedelta(days=6)).tasks
    assert (task.what, task.count, task.urgent) == ("short", 2, False)
    make.participation(session, slot, cast.ben, NOW)
    make.participation(session, slot, cast.chie, NOW)
    assert codes(session, cast.aiko, slot.starts_at - timedelta(days=6)) == []


def test_who_has_applied_waits_for_an_answer(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("積込み", 4),), **CALM)
    slot.policy = "approval"
    join(session, slot, SignUp(cast.ben.id), NOW)
    (task,) = desk_of(session, cast.aiko, NOW).tasks
    assert (task.what, task.count) == ("applied", 1)


def test_who_came_is_ticked_after_the_date(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, **CALM)
    row = make.participation(session, slot, cast.ben, NOW)
    assert codes(session, cast.aiko, AFTER) == ["tick", "no_dates"]
    record_attendance(session, slot.occurrence, [(row, Tick(1))], cast.aiko.id, AFTER)
    assert codes(session, cast.aiko, AFTER) == ["no_dates"]


def test_a_draft_and_the_end_of_ones_own_term_are_not_forgotten(session: Session, cast: Cast) -> None:
    activities.post(session, cast.midori.id, make.facts(), None, NOW)
    term = casting.hold_office(session, cast.aiko, cast.midori, "treasurer", NOW)
    term.ends_on = NOW.date() + timedelta(days=60)
    assert sorted(codes(session, cast.aiko, NOW)) == ["draft", "hand_over"]
    other = casting.hold_office(session, cast.ben, cast.midori, "treasurer", NOW)
    found = []
    # A colleague follows nobody; who begins the day after does.
    for begins in (term.ends_on, term.ends_on + timedelta(days=1)):
        other.starts_on = begins
        session.flush()
        found.append(sorted(codes(session, cast.aiko, NOW)))
    assert found == [["draft", "hand_over"], ["draft"]]


def test_the_most_pressing_comes_first(session: Session, cast: Cast) -> None:
    activities.post(session, cast.midori.id, make.facts(), None, NOW)
    slots = (SlotFacts("積込み", 4, min_people=2),)
    make.slot(session, cast.midori, NOW, slots=slots, first_on=EVE.date() + timedelta(days=4), **CALM)
    make.slot(session, cast.midori, NOW)
    assert codes(session, cast.aiko, EVE) == ["decide", "short", "draft"]


def test_others_bodies_stay_theirs(session: Session, cast: Cast) -> None:
    make.occurrence(session, cast.library, NOW)
    assert codes(session, cast.aiko, EVE) == []
    assert desk_of(session, cast.aiko, EVE).dates == []


def test_a_coming_date_shows_how_many_have_come_forward(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, places=5)
    make.participation(session, slot, cast.ben, NOW)
    (count,) = desk_of(session, cast.aiko, NOW).dates
    assert (count.have, count.want) == (1, 5)


def test_a_block_leader_sees_how_many_homes_have_answered(session: Session, cast: Cast) -> None:
    block = casting.block(session, cast.midori, "midori-1", NOW)
    casting.hold_office(session, cast.ben, block, "block_leader", NOW)
    slot = make.slot(session, cast.midori, NOW, places=5)
    homes = [Household(name=name, block_id=block.id, created_at=NOW) for name in ("千田家", "山田家")]
    for home, members in zip(homes, ([cast.chie], []), strict=True):
        add_household(session, home, members)
    make.participation(session, slot, cast.chie, NOW)
    make.participation(session, slot, make.person(session, 1, NOW), NOW)
    desk = desk_of(session, cast.ben, NOW)
    (round_,) = desk.rounds
    assert (round_.homes, round_.answered, round_.by_hand, desk.waiting) == (2, 1, 0, 1)


def test_the_page_leads_to_each_thing_and_says_when_nothing_is_left(
    app: Flask, session: Session, cast: Cast
) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    aiko = browser_of(app, cast.aiko)
    assert "いま、することはありません。" in (empty := aiko.text("/desk"))
    assert 'href="/desk"' in aiko.text("/")
    assert 'href="/desk"' not in browser_of(app, cast.ben).text("/")
    with time_machine.travel(EVE, tick=False):
        page = aiko.text("/desk")
    assert f"/dates/{date.id}/decision" in page
    assert "午前\u20606時\u206030分まで" in page
    assert ("あと1件" in empty, page.count("あと1件")) == (False, 2)


def test_dates_of_one_name_are_told_apart_and_none_falls_off_silently(
    app: Flask, session: Session, cast: Cast
) -> None:
    dates = [
        make.occurrence(
            session, cast.midori, NOW, first_on=NOW.date() + timedelta(days=day), first_at=time(hour)
        )
        for day, hour in ((6, 8), (6, 13), *((20 + day, 8) for day in range(5)))
    ]
    postpone(session, dates[0], Ruling(cast.aiko.id, dates[0].revision), NOW)
    session.commit()
    page = browser_of(app, cast.aiko).text("/desk")
    assert "午後1時</span>" in page
    assert '11月29日（日） <span class="whole">午前8時（順延）' in page
    assert "ほかに1件あります。" in page


def test_one_list_is_one_task_and_the_own_block_stands_first(
    app: Flask, session: Session, cast: Cast
) -> None:
    other = street(session, cast, 1, "midori-0")
    midori = street(session, cast, 1)
    casting.hold_office(session, midori.leader, cast.midori, "treasurer", NOW)
    slot = make.slot(session, cast.midori, NOW, places=4)
    kiyo = person(session, PersonFacts("小川 キヨ", "おがわ きよ", phone="090-0000-0012"), NOW)
    kiyo.household_id = midori.homes[0].id
    make.participation(session, slot, kiyo, NOW)
    confirm(session, slot.occurrence, Ruling(cast.aiko.id, slot.occurrence.revision), NOW)
    session.commit()
    jobs.tick(app)
    session.rollback()
    desk = desk_of(session, midori.leader, NOW)
    assert [task.what for task in desk.tasks if task.what == "tell"] == ["tell"]
    assert [one.by_hand for one in desk.rounds] == [0]
    page = browser_of(app, midori.leader).text(f"/dates/{slot.occurrence_id}/homes")
    order = [f'"home-{midori.homes[0].id}"', "ほかの班（1班）", f'"home-{other.homes[0].id}"']
    assert sorted(order, key=page.index) == order


def test_of_several_parts_none_is_chosen_for_a_home_and_an_entry_is_taken_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    midori = street(session, cast, 1)
    midori.homes[0].name = "花岡家"
    day = street_date(session, cast)
    session.commit()
    leader, homes = browser_of(app, midori.leader), f"/dates/{day.id}/homes"
    entry = f"/dates/{day.id}/enter?home={midori.homes[0].id}"
    assert "役割を選んでください。" in leader.submit(entry, people="2").text
    assert leader.submit(entry, people="2", slot=str(day.slots[1].id)).status_code == 303
    page = leader.text(homes)
    assert ("花岡さんの申し込みを入れました。" in page, "返事がまだの家 0軒" in page) == (True, True)
    undo = page.split('action="/board/undo/')[1].split('"')[0]
    answer = leader.submit(f"/board/undo/{undo}", page=homes, home=str(midori.homes[0].id))
    assert answer.headers["Location"] == f"{homes}#home-{midori.homes[0].id}"
    assert "返事がまだの家 1軒" in leader.text(homes)


def test_a_leaders_page_has_the_own_block_alone(app: Flask, session: Session, cast: Cast) -> None:
    block = casting.block(session, cast.midori, "midori-1", NOW)
    casting.hold_office(session, cast.ben, block, "block_leader", NOW)
    date = make.occurrence(session, cast.midori, NOW)
    page = browser_of(app, cast.ben).text("/desk")
    assert f"/dates/{date.id}/homes" in page
    assert f"/dates/{date.id}/board" not in page


def test_a_program_is_told_the_same(app: Flask, session: Session, cast: Cast) -> None:
    slots = (SlotFacts("積込み", 4, min_people=2),)
    slot = make.slot(session, cast.midori, NOW, slots=slots, **CALM)
    (task,) = program_of(app, cast.aiko).read("/desk")["tasks"]
    assert (task["what"], task["date_id"], task["count"]) == ("short", slot.occurrence_id, 2)


def test_who_is_to_be_telephoned_is_not_forgotten(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, places=4)
    kiyo = person(session, PersonFacts("小川 キヨ", "おがわ きよ", phone="090-0000-0012"), NOW)
    make.participation(session, slot, kiyo, NOW)
    confirm(session, slot.occurrence, Ruling(cast.aiko.id, slot.occurrence.revision), NOW)
    session.commit()
    jobs.tick(app)
    session.rollback()
    (task,) = desk_of(session, cast.aiko, NOW).tasks
    assert (task.what, task.count) == ("tell", 1)
    assert "1人に電話や紙で伝える" in browser_of(app, cast.aiko).text("/desk")


def test_where_no_mail_leaves_the_desk_says_from_the_beginning_whom_news_have_not_reached(
    app: Flask, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW)
    for one in (cast.ben, cast.chie):
        make.participation(session, slot, one, NOW)
    session.commit()
    jobs.tick(app)
    session.rollback()
    aiko = browser_of(app, cast.aiko)
    # That one has signed up is no news to telephone about.
    assert "届いていません" not in aiko.text("/desk")
    confirm(session, slot.occurrence, Ruling(cast.aiko.id, slot.occurrence.revision), NOW)
    session.commit()
    jobs.tick(app)
    session.rollback()
    # Where a mail server is set up, the same mail has reached them.
    assert desk_of(session, cast.aiko, NOW).tasks == []
    page = f"/dates/{slot.occurrence_id}/reached"
    desk_says, body_says = "まだ届いていない方が2人います", "2人にお知らせが届いていません"
    for path, said in (("/desk", desk_says), ("/organizations/midori", body_says)):
        assert (said in aiko.text(path), page in aiko.text(path)) == (True, True)
    # Whom no mail could reach is of the same piece of news: one task, and none beside it.
    of_ben = select(Delivery).where(Delivery.person_id == cast.ben.id).order_by(Delivery.id.desc())
    session.scalars(of_ben).first().state = "by_hand"  # type: ignore[union-attr]  # there are two
    session.commit()
    shown = aiko.text("/desk")
    assert (desk_says in shown, "電話や紙で伝える" in shown) == (True, False)
    aiko.submit(page, kept="1")
    shown = aiko.text("/desk")
    assert (desk_says in shown, "2人に電話や紙で伝える" in shown) == (False, True)


def _asked(session: Session, person: Person) -> int:
    """How many queries a desk takes."""
    asked: list[str] = []

    def listen(*call: Any) -> None:
        asked.append(call[2])

    session.rollback()
    event.listen(session.connection().engine, "before_cursor_execute", listen)
    desk_of(session, person, EVE)
    event.remove(session.connection().engine, "before_cursor_execute", listen)
    return len(asked)


def test_a_quiet_desk_asks_each_thing_once(session: Session, cast: Cast) -> None:
    make.slot(session, cast.midori, NOW)
    session.commit()
    assert _asked(session, cast.aiko) <= 14


def test_a_desk_asks_the_database_no_more_for_many_dates_than_for_one(session: Session, cast: Cast) -> None:
    block = casting.block(session, cast.midori, "midori-1", NOW)
    add_household(session, Household(name="1番", block_id=block.id, position=1, created_at=NOW), [cast.chie])
    casting.hold_office(session, cast.aiko, block, "block_leader", NOW)

    def trouble() -> None:
        slot = make.slot(session, cast.midori, NOW)
        make.participation(session, slot, cast.chie, NOW)
        queue(
            session, Telling("decision", "occurrence", slot.occurrence.id, 1, due_at=NOW), [cast.chie.id], NOW
        )
        for delivery in session.scalars(select(Delivery)):
            delivery.state = "dead" if slot.id % 2 else "by_hand"
        # One that has ended on a day, as was wished.
        ends = {"first_on": NOW.date() + timedelta(days=1), "rule": "FREQ=DAILY;UNTIL=20261117"}
        make.activity(session, cast.midori, NOW, **ends, weather_rule="none", reserve_days=None)
        session.commit()

    trouble()
    once = _asked(session, cast.aiko)
    for _ in range(3):
        trouble()
    assert _asked(session, cast.aiko) == once
    tasks = [task for task in desk_of(session, cast.aiko, EVE).tasks if task.what in {"missed", "tell"}]
    assert [task.count for task in tasks] == [1] * 4


def test_whoever_follows_finds_from_when_on(app: Flask, session: Session, cast: Cast) -> None:
    held = casting.hold_office(session, cast.ben, cast.midori, "chair", NOW)
    held.starts_on = NOW.date() + timedelta(days=30)
    session.commit()
    assert "12月16日（水）から、みどり町内会の会長です。" in browser_of(app, cast.ben).text("/desk")


def test_a_leader_sees_which_home_has_not_answered_and_enters_it_with_one_tap(
    app: Flask, session: Session, cast: Cast
) -> None:
    midori = street(session, cast, 3)
    other = street(session, cast, 1, "midori-2")
    slot = make.slot(session, cast.midori, NOW, places=5)
    make.participation(session, slot, midori.speakers[0], NOW)
    make.participation(session, slot, midori.speakers[2], NOW).state = "cancelled"
    midori.speakers[1].phone, midori.speakers[1].phone_key = "090-0000-0012", "+819000000012"
    session.commit()
    leader, page = browser_of(app, midori.leader), f"/dates/{slot.occurrence_id}/homes"
    assert "3軒のうち2軒から返事" in leader.text("/desk")
    shown = leader.text(page)
    assert ("返事がまだの家 1軒" in shown, shown.count("返事を入れる"), "来ません" in shown) == (
        True,
        1,
        True,
    )
    assert "090-0000-0012" not in shown
    entry = f"/dates/{slot.occurrence_id}/enter?home={midori.homes[1].id}"
    assert entry in shown
    answer = leader.submit(entry, people="2")
    assert answer.headers["Location"] == f"{page}#home-{midori.homes[1].id}"
    assert "返事がまだの家 0軒" in leader.text(page)
    session.rollback()
    midori.homes[1].releases_contact = True
    session.commit()
    assert "090-0000-0012" in leader.text(page)
    assert leader.get(f"/dates/{slot.occurrence_id}/enter?home={other.homes[0].id}").status_code == 404


def test_a_home_says_no_by_telephone_and_a_slip_is_taken_back(
    app: Flask, session: Session, cast: Cast
) -> None:
    midori = street(session, cast, 2)
    slot = make.slot(session, cast.midori, NOW, places=5)
    row = make.participation(session, slot, midori.speakers[1], NOW)
    printed = sheet(session, cast, midori, slot.occurrence)
    session.commit()
    leader, page = browser_of(app, midori.leader), f"/dates/{slot.occurrence_id}/homes"
    silent, coming = (f"{page}/{home.id}" for home in midori.homes)
    for path in (silent, silent, coming):
        assert leader.submit(path, page, back=[]).status_code == 303
    shown = leader.text(page)
    # Each of the two homes, and the word on top.
    assert ("返事がまだの家 0軒" in shown, shown.count("来ません"), row.slot.taken) == (True, 3, 1)
    session.rollback()
    assert (row.state, row.slot.taken, session.query(Participation).count()) == ("cancelled", 0, 1)
    assert "まだの家 0軒" in browser_of(app, cast.aiko).text(f"/sheets/{printed.code}")
    for path in (silent, coming):
        leader.submit(path, page, back="1")
    session.rollback()
    assert ("返事がまだの家 1軒" in leader.text(page), row.state) == (True, "confirmed")
    assert done(program_of(app, cast.aiko).post(silent))["stays_away"] is True
    session.rollback()
    nothing_lost = {"stays_away": False, "waiting": [], "clashes": []}
    assert program_of(app, cast.aiko).post(silent, back=True).json == nothing_lost
    leader.submit(silent, page, back=[])
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        leader.submit(silent, page, back="1")
        assert "もう元にもどせません" in leader.text(page)


def test_a_home_is_asked_anew_about_a_date_that_has_moved(session: Session, cast: Cast) -> None:
    midori, date = street(session, cast, 1), make.occurrence(session, cast.midori, NOW)
    say_no(session, date, midori.homes[0], actor(cast.aiko), NOW)
    assert noes_at(session, [date.id]) == {date.id: {midori.homes[0].id}}
    postpone(session, date, Ruling(cast.aiko.id, date.revision), NOW)
    assert noes_at(session, [date.id]) == {}
