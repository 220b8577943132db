"""No feed, list or file that is open to everybody names anybody, or tells how to reach them."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Activity, Occurrence, Tag
from scheduler.participation.models import Companion
from scheduler.parties.models import Household, Organization, Person
from tests.conftest import NOW

pytestmark = pytest.mark.slow


def private(town: Session) -> set[str]:
    """Return every name, reading, mail address and telephone number of the demo's people."""
    people = town.scalars(select(Person)).all()
    words = {word for person in people for word in (person.name, person.kana, person.email, person.phone)}
    words |= {part for person in people for part in person.name.split() if len(part) > 1}
    words |= set(town.scalars(select(Companion.name))) | set(town.scalars(select(Household.name)))
    # A club may be called after a tree, and so may a family.
    bodies = " ".join(town.scalars(select(Organization.name)))
    return {word for word in words if word and word not in bodies}


def addresses(town: Session) -> Iterator[str]:
    """Go through every feed and list that needs no key."""
    for language in ("ja", "en"):
        yield f"/calendars/public.ics?lang={language}"
        yield f"/calendars/open.ics?lang={language}"
        for slug in town.scalars(select(Organization.slug)):
            yield f"/organizations/{slug}/calendar.ics?blocks=1&lang={language}"
    yield from (f"/calendars/tags/{slug}.ics" for slug in town.scalars(select(Tag.slug)))
    yield from ("/opendata/events.csv", "/opendata/events.json", "/calendars/changes.atom")
    yield from (f"/activities/{number}/calendar.ics" for number in town.scalars(select(Activity.id)))
    yield from (f"/dates/{number}/calendar.ics" for number in town.scalars(select(Occurrence.id).limit(40)))


def test_no_open_feed_names_anybody(demo_app: Flask, town: Session) -> None:
    words, told = private(town), {}
    assert len(words) > 500
    with time_machine.travel(NOW, tick=False):
        for path in addresses(town):
            answer = demo_app.test_client().get(path)
            text = answer.text.replace("\r\n ", "")
            assert answer.status_code in {200, 404}
            told[path] = {word for word in words if word in text}
    assert len(told) > 50
    assert {path: found for path, found in told.items() if found} == {}


def test_what_is_published_names_nobody(demo_app: Flask, town: Session) -> None:
    words = private(town)
    with time_machine.travel(NOW, tick=False), demo_app.app_context():
        assert jobs.publish(NOW) > 4
        files = sorted(demo_app.config["TSUDOI"].published_folder.rglob("*.ics"))
    texts = [file.read_text().replace("\r\n ", "") for file in files]
    assert len(texts) > 8
    assert {word for word in words for text in texts if word in text} == set()
