"""Changes and an organiser's words, for those whom no message reaches: listed, told by neighbours, ticked off."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Activity, Occurrence
from scheduler.board.actions import send_message
from scheduler.changes import corrections
from scheduler.changes.impact import GRACE
from scheduler.changes.models import SeriesChange
from scheduler.changes.moves import Place
from scheduler.decisions import actions as decisions
from scheduler.notices.actions import switch_off
from scheduler.notices.delivery import deliver_due
from scheduler.notices.models import ContactPoint
from scheduler.parties import actions as parties
from scheduler.parties.models import Household, Organization
from scheduler.reach.ways import store_known
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.changes.wanting import SUNDAY, TEN, WEEKLY, dates_of, make_change, one, series
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

WORDS = "雨具をお持ちください。\n駐車場は使えません。"


@pytest.fixture
def block(session: Session, cast: Cast) -> Organization:
    return casting.block(session, cast.midori, "midori-1", NOW)


@pytest.fixture
def dates(session: Session, cast: Cast, block: Organization) -> list[Occurrence]:
    """Three Sundays. Ben has mail; two homes are on paper; Chie's mail is switched off for good, she has a telephone.

    All come to the first two, and only Chie to the third.
    """
    activity = make.activity(session, cast.midori, NOW, rule=WEEKLY + ";COUNT=3", weather_rule="none")
    people = [cast.ben, cast.chie]
    for position, name in ((2, "奥の家"), (1, "手前の家")):
        facts = parties.PersonFacts(name, name)
        people.append(parties.unreachable_person(session, facts, NOW))
        home = Household(
            block_id=block.id, name=name, address=f"緑1-{position}", position=position, created_at=NOW
        )
        parties.add_household(session, home, people[-1:])
    session.refresh(cast.chie)
    cast.chie.phone = "0467-22-3333"
    session.flush()
    store_known(session, [cast.chie.id], NOW)
    mailbox = select(ContactPoint.id).filter_by(person_id=cast.chie.id, channel="email")
    switch_off(session, session.scalars(mailbox).one(), "refused", NOW)
    found = dates_of(session, activity.id)
    for date in found:
        date.slots[0].places = 9
        for person in people if date is not found[2] else [cast.chie]:
            make.participation(session, date.slots[0], person, NOW)
    session.commit()
    return found


def _later(session: Session, date: Occurrence) -> SeriesChange:
    made = make_change(session, date, series(date, WEEKLY + ";COUNT=3", first_at=TEN), "all")
    session.commit()
    return made


def _deliver(app: Flask) -> None:
    """Let the dispatcher look once the time for second thoughts is over; what is to be read is there before."""
    with app.app_context():
        deliver_due(jobs.outlet(app), lambda: NOW + GRACE)


def _names(visitor: Visitor, path: str) -> list[str]:
    """Return who is on a list, in its order."""
    page = visitor.text(path).partition('<form class="form"')[2].partition("</form>")[0]
    return re.findall(r'tick-row-name">(?:<span class="kana">[^<]*</span> )?<span>([^<]*)', page)


def _tick(visitor: Visitor, path: str, name: str) -> None:
    page = visitor.text(path)
    number = re.findall(r'name="told" value="(\d+)"', page)[_names(visitor, path).index(name)]
    assert visitor.submit(path, told=number).status_code == 303


def test_a_change_of_several_dates_is_told_to_each_once(
    app: Flask, session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    made = _later(session, dates[0])
    aiko, path = browser_of(app, cast.aiko), f"/changes/{made.id}/list"
    assert path in aiko.text(f"/activities/{made.activity_id}/changes")
    assert _names(aiko, path) == ["千田 知恵", "手前の家", "奥の家"]
    page = aiko.text(path)
    assert ("緑1-1" in page, "tel:0467-22-3333" in page or "tel:+81467223333" in page) == (True, True)
    assert page.count('に変わりました。<span class="whole">午前10時</span>\u2060から、') == 3
    # Whoever comes to some of the dates alone is told of these.
    assert (page.count("全部の日"), page.count('<span class="tick-row-note">11月22日')) == (1, 2)
    _deliver(app)
    tasks = [task for task in program_of(app, cast.aiko).read("/desk")["tasks"] if task["change_id"]]
    # Where no mail leaves, that is said with those to go to, and leads to both.
    assert [(task["what"], task["change_id"], task["count"]) for task in tasks] == [("missed", made.id, 4)]
    reached = f"/changes/{made.id}/reached"
    assert (reached in aiko.text("/desk"), 'name="kept"' in aiko.text(reached)) == (True, True)
    _tick(aiko, path, "奥の家")
    # Told of one date is told of all.
    assert [_names(aiko, one) for one in (path, f"/dates/{dates[1].id}/list")] == [
        ["千田 知恵", "手前の家"]
    ] * 2


def test_who_was_ticked_by_mistake_is_put_back_without_script(
    app: Flask, session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    path = f"/changes/{_later(session, dates[0]).id}/list"
    aiko = browser_of(app, cast.aiko)
    _tick(aiko, path, "千田 知恵")
    number = re.findall(r'name="mistaken" value="(\d+)"', aiko.text(path))
    assert aiko.submit(path, mistaken=number).status_code == 303
    assert "千田 知恵" in _names(aiko, path)


def test_a_vanished_date_has_its_pages_and_its_leader_walks_for_it(
    app: Flask, session: Session, cast: Cast, dates: list[Occurrence], block: Organization
) -> None:
    casting.hold_office(session, cast.ben, block, "block_leader", NOW)
    made = make_change(
        session,
        dates[1],
        series(dates[1], WEEKLY + ";COUNT=1", first_on=SUNDAY),
        "all",
    )
    session.commit()
    assert [session.get_one(Occurrence, date.id).state for date in dates] == [
        "open",
        "cancelled",
        "cancelled",
    ]
    aiko, gone = browser_of(app, cast.aiko), f"/dates/{dates[1].id}"
    assert "日時や内容の変更" in aiko.text(f"{gone}/reached")
    assert "11月29日（日）</span>\u2060の資源回収の日は中止です。" in aiko.text(f"{gone}/list")
    assert f"/changes/{made.id}/reached" in aiko.text(f"/activities/{made.activity_id}/changes")
    _deliver(app)
    ben = browser_of(app, cast.ben)
    assert f"/changes/{made.id}/list" in ben.text("/desk")
    page = f"/changes/{made.id}/list"
    assert _names(ben, page) == ["手前の家", "奥の家"]
    _tick(ben, page, "手前の家")
    assert _names(aiko, f"{gone}/list") == ["千田 知恵", "奥の家"]
    assert browser_of(app, cast.chie).get(page).status_code == 404


def test_a_change_taken_back_is_told_to_those_who_had_heard_of_it_alone(
    app: Flask, session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    made = _later(session, dates[0])
    aiko, page = browser_of(app, cast.aiko), f"/changes/{made.id}/list"
    _deliver(app)
    _tick(aiko, page, "手前の家")
    assert (
        aiko.submit(f"/changes/{made.id}/undo", f"/activities/{made.activity_id}/changes").status_code == 303
    )
    assert [_names(aiko, path) for path in (page, f"/dates/{dates[0].id}/list")] == [["手前の家"]] * 2
    text = aiko.text(page)
    assert "前にお伝えした変更は、取り消しになりました。" in text
    assert '11月22日（日）</span><span class="whole">午前8時</span>\u2060から' in text
    listed = program_of(app, cast.aiko).read(f"/changes/{made.id}/reached")["people"]
    assert [(one["name"], one["group"]) for one in listed] == [
        ("手前の家", "by_hand"),
        ("別所 勉", "kept"),
    ]
    _tick(aiko, page, "手前の家")
    assert _names(aiko, page) == []
    assert page not in aiko.text("/desk")


def test_a_message_is_brought_too_and_a_decision_does_not_take_it_off(
    app: Flask, session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    send_message(session, dates[0], WORDS, cast.aiko.id, NOW, slot=dates[0].slots[0])
    session.commit()
    _deliver(app)
    aiko, path = browser_of(app, cast.aiko), f"/dates/{dates[0].id}/list"
    assert f"/dates/{dates[0].id}/reached" in aiko.text(f"/dates/{dates[0].id}/board")
    assert (_names(aiko, path), WORDS in aiko.text(path)) == (["千田 知恵", "手前の家", "奥の家"], True)
    date = session.get_one(Occurrence, dates[0].id)
    decisions.cancel(session, date, decisions.Ruling(cast.aiko.id, date.revision, "大雨のため"), NOW)
    session.commit()
    assert _names(aiko, path) == ["千田 知恵", "千田 知恵", "手前の家", "手前の家", "奥の家", "奥の家"]
    assert "6人に印" not in aiko.text(path)
    assert "3人" in aiko.text(path)


def _with_another_contact(session: Session, activity: Activity) -> SeriesChange:
    wanted = corrections.Correction({"contact": "0467-99-9999"}, tell=True)
    seen = corrections.look(session, activity, wanted, NOW).seen
    return corrections.correct(session, activity, replace(wanted, seen=seen), NOW)


def test_what_an_activity_says_otherwise_is_read_out(
    app: Flask, session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    made = _with_another_contact(session, dates[0].activity)
    session.commit()
    aiko = browser_of(app, cast.aiko)
    page = aiko.text(f"/changes/{made.id}/list")
    assert "資源回収の日の内容が、次のように変わりました。" in page
    assert "0467-99-9999" in page
    assert _names(aiko, f"/changes/{made.id}/list") == ["千田 知恵", "手前の家", "奥の家"]


def test_of_two_changes_the_newer_word_stands_for_both_where_it_is_about_the_date(
    app: Flask, session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    first = _later(session, dates[0])
    date = session.get_one(Occurrence, dates[0].id)
    second = make_change(session, date, one(date, place=Place("公民館")))
    session.commit()
    aiko = browser_of(app, cast.aiko)
    assert '、<span class="in-one">公民館</span>で行います。' in aiko.text(f"/changes/{second.id}/list")
    assert _names(aiko, f"/changes/{second.id}/list") == ["千田 知恵", "手前の家", "奥の家"]
    page = aiko.text(f"/changes/{first.id}/list")
    assert ("11月29日（日）</span>\u2060の" in page, "公民館" in page) == (True, False)


def test_the_list_of_a_change_whose_dates_were_all_called_off_since_is_empty(
    app: Flask, session: Session, cast: Cast, dates: list[Occurrence]
) -> None:
    made = _with_another_contact(session, dates[0].activity)
    for date in dates:
        decisions.cancel(session, date, decisions.Ruling(cast.aiko.id, date.revision, "大雨のため"), NOW)
    session.commit()
    aiko = browser_of(app, cast.aiko)
    assert "いまはいません" in aiko.text(f"/changes/{made.id}/list")
    assert "この変更を知らせる人は、いません。" in aiko.text(f"/changes/{made.id}/reached")
