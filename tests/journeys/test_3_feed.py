"""Journey 3: a calendar app reads the public feed, the body's feed, and a person's own feed."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.parties.models import AccessToken
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import Program, done
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


def entries(feed: str, name: str) -> list[str]:
    """Return the values of one property of all events of a feed."""
    return re.findall(rf"^{name}:(.*)$", feed.replace("\r\n ", "").replace("\r\n", "\n"), re.MULTILINE)


def decide(app: Flask, cast: Cast, date: Occurrence, outcome: str) -> None:
    """Let Aiko decide about the date."""
    done(program_of(app, cast.aiko).post(f"/dates/{date.id}/decision", outcome=outcome, revision=0))


def own_feed(browser: Visitor) -> str:
    """Make an address for the own feed, as it is shown this once."""
    page = browser.submit("/me/feed", page="/me").text
    found = re.search(r"http://localhost(/calendars/\S+?\.ics)", page)
    assert found is not None
    assert all(way in page for way in ("google.com/calendar", "outlook.live.com", "data:image/svg+xml"))
    return found[1]


def test_the_public_feed_has_every_date_under_a_name_of_its_own(
    client: FlaskClient, session: Session, cast: Cast, date: Occurrence
) -> None:
    other = make.occurrence(session, cast.library, NOW, title="おはなし会")
    session.commit()
    answer = client.get("/calendars/public.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert sorted(entries(answer.text, "UID")) == sorted([date.uid, other.uid])
    assert sorted(entries(answer.text, "SUMMARY")) == ["おはなし会", "資源回収の日"]


def test_the_feed_of_a_body_has_its_own_dates_only(
    client: FlaskClient, session: Session, cast: Cast, date: Occurrence
) -> None:
    make.occurrence(session, cast.library, NOW, title="おはなし会")
    session.commit()
    assert entries(client.get("/organizations/midori/calendar.ics").text, "UID") == [date.uid]


def test_an_unchanged_feed_is_not_sent_again(client: FlaskClient, date: Occurrence) -> None:
    tag = client.get("/calendars/public.ics").headers["ETag"]
    again = client.get("/calendars/public.ics", headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_a_changed_date_keeps_its_name_and_counts_its_changes(
    app: Flask, client: FlaskClient, cast: Cast, date: Occurrence
) -> None:
    before = client.get("/calendars/public.ics")
    decide(app, cast, date, "cancel")
    after = client.get("/calendars/public.ics", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert [entries(feed.text, "UID") for feed in (before, after)] == [[date.uid], [date.uid]]
    assert [entries(feed.text, "SEQUENCE") for feed in (before, after)] == [["0"], ["1"]]
    assert entries(after.text, "STATUS") == ["CANCELLED"]


def test_the_own_feed_has_the_own_part_only_and_its_address_is_kept_as_a_hash(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, date: Occurrence
) -> None:
    make.participation(session, date.slots[0], cast.ben, NOW)
    session.commit()
    address = own_feed(browser_of(app, cast.ben))
    assert entries(client.get(address).text, "SUMMARY") == ["資源回収の日・積込み"]
    session.rollback()
    (kept,) = session.query(AccessToken)
    assert kept.token_hash not in address
    assert address.removeprefix("/calendars/").removesuffix(".ics") not in kept.token_hash


def test_a_new_address_closes_the_old_one_and_closing_closes_it_for_good(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    browser = browser_of(app, cast.ben)
    old, new = own_feed(browser), own_feed(browser)
    assert [client.get(address).status_code for address in (old, new)] == [410, 200]
    browser.submit("/me/feed/close", page="/me")
    assert client.get(new).status_code == 410


def test_a_program_makes_the_address_and_reads_the_feed(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, date: Occurrence
) -> None:
    make.participation(session, date.slots[0], cast.ben, NOW)
    session.commit()
    address = done(program_of(app, cast.ben).post("/me/feed"))["url"].removeprefix("http://localhost")
    feed = client.get(address)
    assert len(entries(feed.text, "UID")) == 1
    assert client.get(address, headers={"If-None-Match": feed.headers["ETag"]}).status_code == 304
    assert Program(app).read(f"/dates/{date.id}")["uid"] in entries(feed.text, "UID")[0]


def test_the_public_feed_speaks_english_where_that_is_asked_for(
    client: FlaskClient, date: Occurrence
) -> None:
    feed = client.get("/calendars/public.ics?lang=en", headers={"Accept-Language": "ja"}).text
    assert entries(feed, "SUMMARY") == ["Resource recovery day"]
    assert entries(client.get("/calendars/public.ics").text, "SUMMARY") == ["資源回収の日"]


def test_the_file_of_ones_own_part_is_at_its_own_time(
    session: Session, cast: Cast, client: FlaskClient
) -> None:
    slots = (SlotFacts("受付", 1), SlotFacts("後片付け", 2, offset_minutes=90, minutes=30))
    date = make.occurrence(session, cast.midori, NOW, slots=slots)
    session.commit()
    part = date.slots[1]
    text = client.get(f"/dates/{date.id}/calendar.ics?part={part.id}").text
    assert (entries(text, "UID"), "T093000" in text, "後片付け" in text) == (
        [f"part-1-{date.uid}"],
        True,
        True,
    )
    # What is no part of it is the whole date.
    assert entries(client.get(f"/dates/{date.id}/calendar.ics?part=x").text, "UID") == [date.uid]
