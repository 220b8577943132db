"""What a published activity says is corrected at once, told where people have planned by it, and taken back."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity
from scheduler.changes.corrections import Correction, correct, look
from scheduler.changes.models import SeriesChange
from scheduler.changes.undo import undo
from scheduler.db import engine_options, prepare_engine
from scheduler.decisions.asking import ask, undecided
from scheduler.errors import Conflict, Refused
from scheduler.history import StateChange
from scheduler.notices.models import Notice
from tests import cast as casting
from tests import mailbox, make
from tests.cast import Cast, hold_office
from tests.changes.test_views import seen_in
from tests.changes.wanting import WEEKLY, dates_of, looked, make_change, one
from tests.conftest import NOW
from tests.moments import at
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

SOON = NOW + timedelta(minutes=10)
AS_IT_IS = {
    "title": "資源回収の日",
    "weather_rule": "postpone_if_rain",
    "reserve_days": "7",
    "decide_at": "06:30",
    "decide_days_before": "0",
}


@pytest.fixture
def aiko(app: Flask, cast: Cast, weekly: Activity) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def make_correction(session: Session, activity: Activity, **typed: Any) -> SeriesChange:
    """Look, and make the correction that was seen."""
    seen = look(session, activity, Correction(typed), NOW).seen
    made = correct(session, activity, Correction(typed, seen=seen), NOW)
    session.commit()
    return made


def test_words_are_corrected_in_one_step_and_taken_back(
    session: Session, aiko: Visitor, weekly: Activity
) -> None:
    path, date = f"/activities/{weekly.id}/correct", dates_of(session, weekly.id)[0]
    page = aiko.text(path)
    assert 'value="資源回収の日"' in page
    was = page.split('name="was"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    sequence = date.revision
    answer = aiko.submit(path, **AS_IT_IS | {"bring": "軍手", "was": was})
    assert answer.status_code == 303
    assert "軍手" in aiko.text(f"/dates/{date.id}")
    assert "なし → 軍手" in aiko.text(answer.location)
    assert dates_of(session, weekly.id)[0].revision == sequence + 1
    assert session.scalars(select(Notice).where(Notice.kind == "changed")).all() == []
    aiko.submit("/changes/1/undo", answer.location)
    assert "軍手" not in aiko.text(f"/dates/{date.id}")


def test_a_mended_telephone_number_is_told_unless_that_is_unticked(
    session: Session, aiko: Visitor, weekly: Activity
) -> None:
    path, typed = f"/activities/{weekly.id}/correct", AS_IT_IS | {"contact": "会長 0155-22-1111", "was": "1"}
    shown = looked(aiko, path, **typed).text
    assert "メールで受け取る1人には" in shown
    assert re.search(r"<input checked[^>]*name=.tell.", shown)
    assert session.query(SeriesChange).count() == 0
    assert aiko.submit(path, **typed, seen=seen_in(shown)).status_code == 303
    assert session.scalars(select(Notice).where(Notice.kind == "changed")).all() == []


def test_a_new_weather_rule_says_whom_it_touches_and_tells_them(
    app: Flask, session: Session, aiko: Visitor, weekly: Activity
) -> None:
    mailbox.new_mails(app, "ben@example.jp")
    path, typed = f"/activities/{weekly.id}/correct", AS_IT_IS | {"weather_rule": "cancel_if_rain"}
    typed |= {"decide_at": "06:00", "why": "予備日がとれないため。"}
    shown = looked(aiko, path, **typed)
    assert "6日に出ます。" in shown.text
    assert ("メールで受け取る1人には" in shown.text, "30分以内なら元にもどせます。" in shown.text) == (
        True,
        True,
    )
    assert session.query(SeriesChange).count() == 0
    answer = aiko.submit(path, **typed, step="save", seen=seen_in(shown.text))
    assert answer.status_code == 303
    date = dates_of(session, weekly.id)[0]
    assert "雨のときは中止します" in aiko.text(f"/dates/{date.id}")
    with at("2026-11-16 10:04"):
        mail = mailbox.new_mail(app, "ben@example.jp")
    assert "内容が変わりました：資源回収の日" in mail["Subject"]
    text = mailbox.text(mail)
    assert "雨のとき：雨のときは中止します\n決める時刻：午前6時\n" in text
    assert "予備日がとれないため。" in text
    assert f"/dates/{date.id}\n" in text


def test_that_something_is_done_in_the_rain_is_taken_out_with_what_stands_beside_it(
    session: Session, aiko: Visitor, weekly: Activity
) -> None:
    path, typed = f"/activities/{weekly.id}/correct", AS_IT_IS | {"weather_rule": "none"}
    shown = looked(aiko, path, **typed)
    assert aiko.submit(path, **typed, step="save", seen=seen_in(shown.text)).status_code == 303
    session.rollback()
    assert session.get_one(Activity, weekly.id).weather_rule == "none"


def test_who_comes_second_sees_what_the_first_has_written(aiko: Visitor, weekly: Activity) -> None:
    path = f"/activities/{weekly.id}/correct"
    assert aiko.submit(path, **AS_IT_IS | {"contact": "会長", "was": "1", "seen": "0"}).status_code == 303
    second = looked(aiko, path, **AS_IT_IS | {"contact": "", "bring": "軍手", "was": "1"})
    assert second.status_code == 200
    assert "問い\u2060合わせ先：会長 → なし" in second.text
    nothing = aiko.submit(path, **AS_IT_IS | {"contact": "会長", "was": "2"})
    assert "変えたところがありません。" in nothing.text


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": " "}, "title_missing"),
        ({"reserve_days": None}, "reserve_missing"),
        ({"decide_at": time(9)}, "decided_too_late"),
        ({"decider_id": 999}, "choice_unknown"),
        ({"website": "javascript:alert(1)"}, "address_unusable"),
    ],
)
def test_what_cannot_be_is_refused(
    session: Session, weekly: Activity, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        look(session, weekly, Correction(wrong), NOW)
    assert refused.value.code == code


def test_who_decides_stays_chosen_until_the_term_begins(
    session: Session, cast: Cast, aiko: Visitor, weekly: Activity
) -> None:
    hold_office(session, cast.ben, cast.midori, "secretary", NOW).starts_on = date(2027, 4, 1)
    weekly.decider_id = cast.ben.id
    session.commit()
    assert f'<option selected value="person:{cast.ben.id}">' in aiko.text(f"/activities/{weekly.id}/correct")
    typed = AS_IT_IS | {"decider": f"person:{cast.ben.id}", "bring": "軍手", "was": "1"}
    assert aiko.submit(f"/activities/{weekly.id}/correct", **typed).status_code == 303
    session.commit()
    assert (weekly.bring, weekly.decider_id) == ("軍手", cast.ben.id)


@pytest.mark.parametrize(
    "migrated_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_of_two_corrections_at_once_the_second_sees_the_first(migrated_url: str) -> None:
    engine = prepare_engine(create_engine(migrated_url, **engine_options(migrated_url)))
    with Session(engine) as one, Session(engine) as other:
        made = make.activity(one, casting.make(one, NOW).midori, NOW, rule=WEEKLY + ";COUNT=6")
        one.commit()
        theirs = other.get_one(Activity, made.id)
        seen = look(other, theirs, Correction({"bring": "帽子"}), NOW).seen
        correct(
            one,
            made,
            Correction({"bring": "軍手"}, seen=look(one, made, Correction({"bring": "軍手"}), NOW).seen),
            NOW,
        )
        other.execute(text("SET lock_timeout = '100ms'"))
        with pytest.raises(OperationalError):
            correct(other, theirs, Correction({"bring": "帽子"}, seen=seen), NOW)
        other.rollback()
        one.commit()
        with pytest.raises(Conflict, match="impact_changed"):
            correct(other, theirs, Correction({"bring": "帽子"}, seen=seen), NOW)
    engine.dispose()


def test_a_later_change_stands_in_the_way_of_taking_back(session: Session, weekly: Activity) -> None:
    made = make_correction(session, weekly, bring="軍手", reserve_days=14)
    weekly.bring = "軍手、帽子"
    with pytest.raises(Conflict) as refused:
        undo(session, made, None, SOON)
    assert refused.value.code == "changed_again"
    weekly.bring = "軍手"
    make_change(session, dates_of(session, weekly.id)[0], one(dates_of(session, weekly.id)[0], minutes=60))
    with pytest.raises(Conflict):
        undo(session, made, None, SOON)


def test_a_decision_that_is_due_later_is_waited_for_later_and_asked_anew(
    session: Session, weekly: Activity
) -> None:
    first = dates_of(session, weekly.id)[0]
    evening = first.starts_at - timedelta(hours=14)
    make_correction(session, weekly, decide_at=time(18, 0), decide_days_before=1)
    session.refresh(first)
    asked = ask(session, first.id, evening)
    assert (asked, first.state) == (1, "awaiting_decision")
    wanted = Correction({"decide_at": time(6, 30), "decide_days_before": 0})
    seen = look(session, weekly, wanted, evening).seen
    correct(session, weekly, Correction(wanted.typed, seen=seen), evening)
    assert first.state == "open"
    dawn = first.starts_at - timedelta(hours=2)
    assert undecided(session, dawn) == [first.id]
    assert ask(session, first.id, dawn) == 1


def test_decided_dates_keep_the_ticket_of_their_decision(session: Session, weekly: Activity) -> None:
    first, second = dates_of(session, weekly.id)[:2]
    first.state = "confirmed"
    before = first.revision, second.revision
    make_correction(session, weekly, weather_rule="cancel_if_rain")
    session.refresh(first)
    session.refresh(second)
    assert (first.revision, second.revision) == (before[0], before[1] + 1)


def test_a_program_looks_corrects_and_takes_back(
    app: Flask, session: Session, cast: Cast, weekly: Activity
) -> None:
    aiko, path = program_of(app, cast.aiko), f"/activities/{weekly.id}/corrections"
    looked = done(aiko.post(path, decide_at="06:00"))
    assert (looked["id"], looked["corrected"], looked["impact"]["told"]) == (None, ["decide_at"], 1)
    made = done(aiko.post(path, decide_at="06:00", seen=looked["seen"]))
    lines = aiko.read(f"/activities/{weekly.id}/changes")["changes"]
    assert (lines[0]["id"], lines[0]["scope"]) == (made["id"], "facts")
    assert refusal(aiko.post(path, decide_at="06:00", seen=looked["seen"])) == (422, "nothing_corrected")
    done(aiko.post(f"/changes/{made['id']}/undo"))
    session.commit()
    assert (weekly.decide_at, weekly.weather_rule) == (time(6, 30), "postpone_if_rain")
    record = select(StateChange.verb).where(StateChange.subject == "activity").order_by(StateChange.id)
    assert list(session.scalars(record))[-2:] == ["amend", "undo"]
