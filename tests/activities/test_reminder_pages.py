"""The organiser says when people are reminded: with the activity, and later on a page of its own."""

from datetime import time, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from scheduler import reminders
from scheduler.activities.actions import change_reminders
from scheduler.activities.models import Activity
from scheduler.activities.reminder_forms import reminder_words
from scheduler.activities.reminder_rules import ReminderRule
from scheduler.history import changes_of
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of, program_of
from tests.typed import POSTED

POST = POSTED | {"ends_at": "10:00", "slots-0-name": "係", "slots-0-places": "3"}
EVENING = "2026-11-21 19:00"


def _latest(session: Session) -> Activity:
    session.rollback()
    return session.query(Activity).order_by(Activity.id.desc()).first()  # type: ignore[return-value]


def test_the_form_offers_the_usual_and_keeps_what_is_chosen(app: Flask, session: Session, cast: Cast) -> None:
    aiko, new = browser_of(app, cast.aiko), f"/organizations/{cast.midori.slug}/activities/new"
    page = aiko.text(new)
    assert page.count('value="d7" selected') + page.count('selected value="d7"') == 1
    assert page.count('value="19:00"') == 4
    chosen = {"reminders-0-when": "d3", "reminders-0-at": "08:30", "reminders-1-when": "m120"}
    aiko.submit(new, **POST, **chosen)
    made = _latest(session)
    assert made.reminders == [{"days_before": 3, "at": "08:30"}, {"minutes_before": 120}]
    edit = f"/activities/{made.id}/edit"
    assert 'value="08:30"' in aiko.text(edit)
    # A form that does not ask leaves them as they are; one without any sends none.
    aiko.client.post(edit, data=POST | {"csrf_token": aiko.hidden(edit)["csrf_token"]})
    assert len(_latest(session).reminders or []) == 2
    aiko.submit(edit, **POST)
    assert _latest(session).reminders == []


def test_the_usual_stays_the_usual(app: Flask, session: Session, cast: Cast) -> None:
    aiko, new = browser_of(app, cast.aiko), f"/organizations/{cast.midori.slug}/activities/new"
    usual = {
        "reminders-0-when": "d1",
        "reminders-0-at": "",
        "reminders-1-when": "d7",
        "reminders-1-at": "19:00",
    }
    aiko.submit(new, **POST, **usual)
    assert _latest(session).reminders is None


def test_what_is_published_is_changed_on_its_own_page_and_on_record(
    app: Flask, session: Session, cast: Cast
) -> None:
    activity = make.activity(session, cast.midori, NOW, reminders=[{"minutes_before": 45}])
    session.commit()
    aiko, page = browser_of(app, cast.aiko), f"/activities/{activity.id}/reminders"
    assert "45分前" in aiko.text(page)
    wrong = aiko.submit(page, **{"reminders-0-when": "d99", "reminders-0-at": "06:00"})
    assert (wrong.status_code, 'value="06:00"' in wrong.text) == (422, True)
    assert aiko.submit(page, **{"reminders-0-when": "d0", "reminders-0-at": "06:00"}).status_code == 303
    assert "その日 午前6時" in aiko.text(f"/activities/{activity.id}")
    assert _latest(session).reminders == [{"days_before": 0, "at": "06:00"}]
    assert changes_of(session, "activity", activity.id)[-1].verb == "reminders"


def test_programs_change_them_too(app: Flask, session: Session, cast: Cast) -> None:
    activity = make.activity(session, cast.midori, NOW)
    session.commit()
    aiko, path = program_of(app, cast.aiko), f"/activities/{activity.id}/reminders"
    assert [one["at"] for one in aiko.get(path).get_json()["reminders"]] == ["19:00", "19:00"]
    wanted = [{"days_before": None, "at": None, "minutes_before": 90}]
    assert aiko.put(path, reminders=wanted).get_json() == {"reminders": wanted}
    assert aiko.put(path, reminders=[{"minutes_before": 1}]).status_code == 422


def test_nobody_is_reminded_again_because_the_hour_was_changed(session: Session, cast: Cast) -> None:
    day = make.occurrence(session, cast.midori, NOW)
    make.participation(session, day.slots[0], cast.ben, NOW - timedelta(days=3))
    evening = day.starts_at - timedelta(hours=13)
    assert reminders.queue_due(session, evening) == 1
    change_reminders(session, day.activity, [{"days_before": 1, "at": "18:00"}], None, evening)
    assert reminders.queue_due(session, evening + timedelta(minutes=5)) == 0
    change_reminders(session, day.activity, [{"minutes_before": 60}], None, evening)
    assert reminders.queue_due(session, day.starts_at - timedelta(minutes=59)) == 1


def test_rules_are_said_in_words(app: Flask) -> None:
    rules = (ReminderRule(7, time(19)), ReminderRule(1, time(6, 30)), ReminderRule(minutes_before=90))
    with app.test_request_context():
        assert reminder_words(rules) == "1週間前 午後7時、前の日 午前6時30分、90分前"
        assert reminder_words(()) == "送らない"
