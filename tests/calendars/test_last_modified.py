"""Who asks by time alone misses nothing: whatever changes the bytes of a feed raises its Last-Modified."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.calendars import actions, rendered
from scheduler.participation.capacity import change_places
from scheduler.parties.models import Membership, Person
from scheduler.people.merging import merge
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at

PUBLIC, OWN, INSIDE = "/calendars/public.ics", "own", "inside"


@dataclass(frozen=True)
class Scene:
    """Who and what there is."""

    session: Session
    cast: Cast
    date: Occurrence
    twin: Person


def _rename(scene: Scene) -> None:
    scene.cast.midori.name = "みどり自治会"


def _ring(scene: Scene) -> None:
    actions.choose_alarm(scene.session, scene.cast.aiko.id, "feed", 60)


def _leave_office(scene: Scene) -> None:
    office = scene.session.query(Membership).filter_by(person_id=scene.cast.aiko.id).one()
    office.ends_on = NOW.date() - timedelta(days=1)


def _enter_office(scene: Scene) -> None:
    office = Membership(
        organization_id=scene.cast.library.id, person_id=scene.cast.aiko.id, office="organiser"
    )
    office.starts_on, office.created_at = NOW.date() - timedelta(days=9), NOW - timedelta(days=9)
    scene.session.add(office)


def _merge(scene: Scene) -> None:
    merge(scene.session, scene.cast.aiko, scene.twin, None, NOW)


def _more_places(scene: Scene) -> None:
    change_places(scene.session, scene.date.slots[0], 9, None, NOW)


def _speak_english(scene: Scene) -> None:
    scene.cast.aiko.language = "en"


def _call_off(scene: Scene) -> None:
    scene.date.state, scene.date.revision = "cancelled", scene.date.revision + 1


CHANGES: list[tuple[str, Callable[[Scene], None]]] = [
    (PUBLIC, _rename),
    (f"{PUBLIC}?place=みどり公園前", _rename),
    ("/organizations/midori/calendar.ics", _rename),
    ("/calendars/open.ics", _rename),
    (INSIDE, _rename),
    (OWN, _rename),
    (OWN, _ring),
    (OWN, _leave_office),
    (OWN, _enter_office),
    (OWN, _merge),
    (OWN, _speak_english),
    (INSIDE, _more_places),
    (PUBLIC, _more_places),
    (f"{PUBLIC}?weekday=sun", _call_off),
    ("/activities/1/calendar.ics", _call_off),
]


@pytest.fixture
def scene(session: Session, cast: Cast) -> Scene:
    """Aiko comes, organises and decides; a second row of hers comes to another body's date; all of it long ago."""
    before = NOW - timedelta(days=2)
    date = make.occurrence(session, cast.midori, before)
    make.participation(session, date.slots[0], cast.aiko, before)
    there = make.occurrence(
        session, cast.library, before, title="おはなし会", decide_at=date.activity.decide_at
    )
    twin = make.person(session, 1, before)
    make.participation(session, there.slots[0], twin, before)
    session.commit()
    return Scene(session, cast, date, twin)


def _addresses(scene: Scene) -> dict[str, str]:
    purposes = {OWN: "feed", INSIDE: f"body:{scene.cast.midori.id}"}
    keys = {
        name: actions.renew(scene.session, scene.cast.aiko.id, purpose, NOW)
        for name, purpose in purposes.items()
    }
    scene.session.commit()
    return {name: f"/calendars/{key}.ics" for name, key in keys.items()}


@pytest.mark.parametrize(("path", "change"), CHANGES, ids=lambda one: getattr(one, "__name__", one))
def test_who_asks_by_time_alone_is_told_of_every_change(
    path: str, change: Callable[[Scene], None], client: FlaskClient, scene: Scene
) -> None:
    path = _addresses(scene).get(path, path)
    before = client.get(path)
    since = before.headers["Last-Modified"]
    assert client.get(path, headers={"If-Modified-Since": since}).status_code == 304
    change(scene)
    scene.session.commit()
    # In the same second: the clock stands still.
    after = client.get(path, headers={"If-Modified-Since": since})
    assert (after.status_code, after.headers["ETag"] != before.headers["ETag"]) == (200, True)
    times = [parsedate_to_datetime(answer.headers["Last-Modified"]) for answer in (before, after)]
    assert times[0] < times[1]
    again = client.get(path, headers={"If-Modified-Since": after.headers["Last-Modified"]})
    assert again.status_code == 304


def test_a_date_that_leaves_the_feed_by_the_calendar_is_a_change(client: FlaskClient, scene: Scene) -> None:
    _call_off(scene)
    scene.session.commit()
    with at("2026-12-20 09:00"):
        since = client.get(PUBLIC).headers["Last-Modified"]
    with at("2027-01-20 09:00"):
        later = client.get(PUBLIC, headers={"If-Modified-Since": since})
    assert (later.status_code, "【中止】" in later.text) == (200, False)


def test_the_time_outlives_the_process_and_says_nothing_of_other_feeds(
    app: Flask, client: FlaskClient, scene: Scene
) -> None:
    midori, library = (f"/organizations/{slug}/calendar.ics" for slug in ("midori", "library"))
    since = {path: client.get(path).headers["Last-Modified"] for path in (midori, library)}
    _call_off(scene)
    scene.session.commit()
    rendered.clear()
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        answers = {
            path: client.get(path, headers={"If-Modified-Since": time}) for path, time in since.items()
        }
    assert {path: answer.status_code for path, answer in answers.items()} == {midori: 200, library: 304}
