"""Subscribing, and keeping one's secret calendars: made, changed, closed, ringing; gone with the office."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.calendars import actions
from scheduler.parties import actions as parties
from scheduler.parties.models import Membership, Organization
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import done
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    made = make.occurrence(session, cast.midori, NOW)
    session.commit()
    return made


def address_on(page: str) -> str:
    found = re.search(r'value="http://localhost(/calendars/\S+?\.ics)', page)
    assert found is not None
    return found[1]


def test_every_feed_opens_in_each_app_with_one_press(visitor: Visitor, date: Occurrence) -> None:
    page = visitor.text("/subscribe")
    assert 'href="webcal://localhost/calendars/public.ics"' in page
    assert (
        "https://www.google.com/calendar/render?cid=webcal%3A%2F%2Flocalhost%2Fcalendars%2Fpublic.ics" in page
    )
    outlook = unquote(page).replace("&amp;", "&")
    assert "addfromweb?url=http://localhost/organizations/midori/calendar.ics&name=みどり町内会" in outlook
    assert page.count('src="data:image/svg+xml') == 3


def test_in_lines_own_browser_the_way_out_comes_first(visitor: Visitor) -> None:
    line = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari Line/14.1.0"
    assert "openExternalBrowser=1" in visitor.get("/subscribe", headers={"User-Agent": line}).text
    assert "openExternalBrowser=1" not in visitor.text("/subscribe")


def test_in_english_the_feeds_are_english(client: FlaskClient) -> None:
    page = client.get("/subscribe", headers={"Accept-Language": "en"}).text
    assert "webcal://localhost/calendars/public.ics?lang=en" in page


def test_an_address_is_shown_once_and_a_new_one_closes_it(
    app: Flask, client: FlaskClient, cast: Cast, date: Occurrence
) -> None:
    browser = browser_of(app, cast.ben)
    old = address_on(browser.submit("/me/calendars", purpose="open", act="renew").text)
    assert old not in browser.text("/me/calendars")
    new = address_on(browser.submit("/me/calendars", purpose="open", act="renew").text)
    assert [client.get(path).status_code for path in (old, new)] == [410, 200]
    browser.submit("/me/calendars", purpose="open", act="close")
    assert client.get(new).status_code == 410


def test_an_own_feed_rings_as_chosen_also_under_a_new_address(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, date: Occurrence
) -> None:
    make.participation(session, date.slots[0], cast.ben, NOW)
    session.commit()
    program = program_of(app, cast.ben)
    feed = done(program.post("/me/calendars"))["url"].removeprefix("http://localhost")
    assert "VALARM" not in client.get(feed).text
    before = client.get(feed).headers["ETag"]
    done(program.post("/me/calendars/alarm", minutes=180))
    assert "TRIGGER:-PT3H\r\n" in client.get(feed, headers={"If-None-Match": before}).text
    again = done(program.post("/me/calendars"))["url"].removeprefix("http://localhost")
    assert "TRIGGER:-PT3H\r\n" in client.get(again).text


def test_the_inside_of_a_body_is_for_its_organisers_and_ends_with_their_office(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, date: Occurrence
) -> None:
    page = browser_of(app, cast.aiko).submit("/organizations/midori/calendars", act="renew").text
    feed = address_on(page)
    assert "資源回収の日（0/2）" in client.get(feed).text
    session.query(Membership).filter_by(person_id=cast.aiko.id).one().ends_on = NOW.date() - timedelta(days=1)
    session.commit()
    assert client.get(feed).status_code == 410


def test_a_feed_says_how_full_a_date_is_and_changes_only_when_that_word_does(
    client: FlaskClient, session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, places=6)
    session.commit()
    tags, words = [], []
    for number in range(7):
        answer = client.get("/calendars/public.ics")
        tags.append(answer.headers["ETag"])
        words += re.findall("募集しています|あと少しです|満員です", answer.text.replace("\r\n ", ""))
        if number < 6:
            make.participation(session, slot, make.person(session, number, NOW), NOW)
            session.commit()
    assert words == ["募集しています"] * 3 + ["あと少しです"] * 3 + ["満員です"]
    assert [len(set(tags[begin:end])) for begin, end in ((0, 3), (3, 6), (0, 7))] == [1, 1, 3]


def test_a_part_of_everything_can_be_asked_for(client: FlaskClient, session: Session, cast: Cast) -> None:
    block = parties.found_body(
        session,
        Organization(slug="block-1", name="1班", parent_id=cast.midori.id, kind="block", created_at=NOW),
    )
    sunday = make.occurrence(session, cast.midori, NOW, title="日曜")
    monday = make.occurrence(
        session, block, NOW, title="月曜", first_on=NOW.date() + timedelta(days=7), place="川"
    )
    session.commit()
    both, asked = {sunday.uid, monday.uid}, "/calendars/public.ics?"
    feeds = {
        "/organizations/midori/calendar.ics": {sunday.uid},
        "/organizations/midori/calendar.ics?blocks=1": both,
        f"{asked}body=block-1": {monday.uid},
        f"{asked}kind=block": {monday.uid},
        f"{asked}place=川": {monday.uid},
        f"{asked}weekday=sun": {sunday.uid},
        f"{asked}weekday=sun&weekday=mon": both,
        f"{asked}weekday=sat": set(),
    }
    found = {
        path: set(re.findall(r"UID:(\S+)", client.get(path).text.replace("\r\n ", ""))) for path in feeds
    }
    assert found == feeds


@pytest.mark.parametrize(
    "typed", [{"purpose": "body:1", "act": "renew"}, {"purpose": "feed", "act": "steal"}]
)
def test_nobody_makes_what_is_not_theirs(app: Flask, cast: Cast, typed: dict[str, str]) -> None:
    assert browser_of(app, cast.ben).submit("/me/calendars", **typed).status_code == 422


def test_an_alarm_needs_a_calendar_and_a_time_that_is_offered(
    app: Flask, session: Session, cast: Cast
) -> None:
    program = program_of(app, cast.ben)
    assert program.post("/me/calendars/alarm", purpose="open", minutes=60).status_code == 404
    actions.renew(session, cast.ben.id, "open", NOW)
    session.commit()
    assert program.post("/me/calendars/alarm", purpose="open", minutes=61).status_code == 422
