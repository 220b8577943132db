"""Public dates as data for others: the municipal event list, what search engines read, and news of changes."""

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.calendars import opendata
from scheduler.decisions import actions as decisions
from scheduler.decisions.actions import Ruling
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "=HYPERLINK(1)</script><b>\"'&"


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    made = make.occurrence(
        session, cast.midori, NOW, title=HOSTILE, address="北町1-2", contact="青木 090-1234-5678"
    )
    session.commit()
    return made


def test_the_event_list_opens_in_a_spreadsheet_with_the_columns_of_the_standard(
    client: FlaskClient, date: Occurrence
) -> None:
    answer = client.get("/opendata/events.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert tuple(row) == opendata.COLUMNS
    assert (row["開始日"], row["開始時間"], row["終了日"], row["終了時間"]) == (
        "2026-11-22",
        "08:00",
        "2026-11-22",
        "10:00",
    )
    assert (row["イベント名"], row["住所"], row["定員"]) == (f"'{HOSTILE}", "北町1-2", "2")
    assert (row["主催者"], row["URL"]) == ("みどり町内会", f"http://localhost/dates/{date.id}")


def test_a_date_at_another_place_is_listed_and_asked_for_there(
    client: FlaskClient, session: Session, date: Occurrence
) -> None:
    date.own_place, date.own_place_en, date.own_address = "公民館", "", ""
    session.commit()
    (row,) = client.get("/opendata/events.json").get_json()
    assert (row["場所名称"], row["住所"]) == ("公民館", "")
    assert date.uid in client.get("/calendars/public.ics?place=公民館").text.replace("\r\n ", "")
    assert date.uid not in client.get(f"/calendars/public.ics?place={date.activity.place}").text.replace(
        "\r\n ", ""
    )


def test_the_same_list_as_json_names_no_telephone(client: FlaskClient, date: Occurrence) -> None:
    answer = client.get("/opendata/events.json")
    (row,) = answer.get_json()
    assert tuple(row) == opendata.COLUMNS
    assert row["イベント名"] == HOSTILE
    assert "090" not in answer.text
    assert (
        client.get("/opendata/events.json", headers={"If-None-Match": answer.headers["ETag"]}).status_code
        == 304
    )


def test_the_municipality_comes_from_the_settings(app: Flask, session: Session, date: Occurrence) -> None:
    session.refresh(date)
    with app.test_request_context():
        row = opendata.row(date, "http://localhost", "131130 東京都 渋谷区")
    assert [row[name] for name in opendata.COLUMNS[:4]] == ["131130", f"{date.id}", "東京都", "渋谷区"]


def test_search_engines_read_the_date_and_nothing_breaks_out_of_it(
    client: FlaskClient, session: Session, cast: Cast, date: Occurrence
) -> None:
    decisions.postpone(session, date, Ruling(cast.aiko.id, 0, "雨"), NOW)
    session.commit()
    page = client.get(f"/dates/{date.id}").text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    data = json.loads(block)
    assert (data["@type"], data["name"], data["startDate"]) == ("Event", HOSTILE, "2026-11-29T08:00:00+09:00")
    assert data["eventStatus"] == "https://schema.org/EventRescheduled"
    assert data["previousStartDate"] == "2026-11-22T08:00:00+09:00"


def test_news_tell_what_changed_last_first(
    client: FlaskClient, session: Session, cast: Cast, date: Occurrence
) -> None:
    later = make.occurrence(session, cast.library, NOW, title="おはなし会")
    decisions.cancel(session, date, Ruling(cast.aiko.id, 0, "雨\x0bです"), NOW)
    session.commit()
    answer = client.get("/calendars/changes.atom")
    entries = ElementTree.fromstring(answer.data).findall(f"{ATOM}entry")  # noqa: S314  # our own
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert titles == [
        "おはなし会 2026年11月22日（日） 午前8時〜午前10時",
        f"【中止】{HOSTILE} 2026年11月22日（日） 午前8時〜午前10時",
    ]
    assert entries[0].findtext(f"{ATOM}id") == f"http://localhost/dates/{later.id}"
    assert answer.content_type == "application/atom+xml; charset=utf-8"


def test_where_the_place_is_on_the_map_is_told_in_every_form(
    client: FlaskClient, session: Session, cast: Cast
) -> None:
    made = make.occurrence(session, cast.midori, NOW, map_point="geo:35.658034,139.701636")
    session.commit()
    (row,) = client.get("/opendata/events.json").get_json()
    assert (row["緯度"], row["経度"]) == ("35.65803", "139.70164")
    assert "\r\nGEO:35.65803;139.70164\r\n" in client.get("/calendars/public.ics").text
    (block,) = re.findall(r"ld\+json\">(.*?)</script>", client.get(f"/dates/{made.id}").text, re.S)
    assert json.loads(block)["location"]["geo"] == {
        "@type": "GeoCoordinates",
        "latitude": 35.65803,
        "longitude": 139.70164,
    }
