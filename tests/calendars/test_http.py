"""A feed over HTTP: unchanged it is not sent again, changed it always is, and it is never anything but a calendar."""

import gc
import gzip
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.http import http_date
from werkzeug.test import TestResponse

from scheduler import migrating
from scheduler.activities.models import Occurrence
from scheduler.calendars import actions, answering, feeds, rendered
from scheduler.calendars.ics import Event, event_bytes
from scheduler.parties import actions as parties
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.served import served

Ask = Callable[..., TestResponse]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}
ADDRESSES = [
    "/calendars/public.ics",
    "/calendars/public.ics?weekday=sun&kind=neighbourhood",
    "/calendars/public.ics?body=midori&blocks=1",
    "/calendars/open.ics",
    "/organizations/midori/calendar.ics?lang=en",
    "/activities/1/calendar.ics",
    "/calendars/own.ics",
    "/calendars/open-to-me.ics",
    "/calendars/inside.ics",
]


@pytest.fixture
def ask(client: FlaskClient, session: Session, cast: Cast) -> Ask:
    """Ask for an address, in which the words for the secret ones are replaced by the keys."""
    date = make.occurrence(session, cast.midori, NOW - timedelta(hours=1))
    make.participation(session, date.slots[0], cast.aiko, NOW - timedelta(hours=1))
    keys = {
        "own": actions.renew(session, cast.aiko.id, "feed", NOW),
        "open-to-me": actions.renew(session, cast.aiko.id, "open", NOW),
        "inside": actions.renew(session, cast.aiko.id, f"body:{cast.midori.id}", NOW),
    }
    session.commit()

    def asked(path: str, method: str = "GET", **headers: str) -> TestResponse:
        for word, key in keys.items():
            path = path.replace(f"/{word}.ics", f"/{key}.ics")
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        return client.open(path, method=method, headers=sent)

    return asked


@pytest.mark.parametrize("path", ADDRESSES)
def test_whoever_has_it_is_told_so_in_every_form(path: str, ask: Ask) -> None:
    full = ask(path)
    tag, modified = full.headers["ETag"], full.headers["Last-Modified"]
    assert full.text.startswith("BEGIN:VCALENDAR\r\n")
    forms = [
        {"If_None_Match": tag},
        {"If_None_Match": f"W/{tag}"},
        {"If_None_Match": f'"other", {tag}'},
        {"If_None_Match": "*"},
        {"If_None_Match": tag, "If_Modified_Since": http_date(0)},
        {"If_Modified_Since": modified},
    ]
    for form in forms:
        for method in ("GET", "HEAD"):
            again = ask(path, method, **form)
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag), form
    assert ask(path, If_None_Match='"other"', If_Modified_Since=modified).status_code == 200


@pytest.mark.parametrize("path", ADDRESSES)
def test_compressed_it_is_the_same_calendar_under_a_tag_of_its_own(path: str, ask: Ask) -> None:
    plain, packed = ask(path), ask(path, **{"Accept_Encoding": GZIP["Accept-Encoding"]})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    again = {"If_None_Match": packed.headers["ETag"]}
    assert ask(path, **again, Accept_Encoding="gzip").status_code == 304
    assert ask(path, **again).status_code == 200


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip;q=0.1, identity"])
def test_who_does_not_want_it_compressed_gets_it_plain(accepted: str, ask: Ask) -> None:
    assert "Content-Encoding" not in ask(ADDRESSES[0], Accept_Encoding=accepted).headers


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_says_what_get_says(path: str, ask: Ask) -> None:
    full, head = ask(path), ask(path, "HEAD")
    assert head.data == b""
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Vary", "Cache-Control"):
        assert head.headers[name] == full.headers[name]
    assert full.content_type == "text/calendar; charset=utf-8"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PROPFIND", "MKCALENDAR"])
def test_nobody_takes_a_feed_for_a_calendar_to_write_into(method: str, ask: Ask) -> None:
    refused = ask(ADDRESSES[0], method, If_Match='"nothing"')
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_new_process_gives_the_same_bytes(path: str, ask: Ask) -> None:
    before = ask(path)
    rendered.clear()
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        after = ask(path)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])


def test_the_turn_of_the_year_changes_no_entry(ask: Ask) -> None:
    before = ask("/activities/1/calendar.ics").text
    rendered.clear()
    with time_machine.travel(NOW + timedelta(days=50), tick=False):
        after = ask("/activities/1/calendar.ics").text
    level = "申し込み：あと少しです\\n\\n"
    assert level in before.replace("\r\n ", "")
    assert after.replace("\r\n ", "") == before.replace("\r\n ", "").replace(level, "")


@pytest.mark.parametrize("path", ["/calendars/own.ics", "/calendars/open-to-me.ics", "/calendars/inside.ics"])
def test_a_secret_feed_stays_out_of_caches_and_search_engines(path: str, ask: Ask) -> None:
    headers = ask(path).headers
    assert headers["Cache-Control"].startswith("private")
    assert (headers["X-Robots-Tag"], headers["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert ask(path, If_None_Match=headers["ETag"]).headers["Cache-Control"].startswith("private")


def test_public_feeds_are_kept_by_caches_that_ask_each_time(ask: Ask) -> None:
    assert ask("/calendars/public.ics").headers["Cache-Control"] == "public, no-cache"


def test_unknown_and_malformed_addresses_look_the_same_and_a_closed_one_is_gone(
    client: FlaskClient, session: Session, cast: Cast
) -> None:
    token = actions.renew(session, cast.ben.id, "open", NOW)
    actions.close(session, cast.ben.id, "open", NOW)
    session.commit()
    unknown, malformed = (client.get(f"/calendars/{key}.ics") for key in ("A" * 43, "ä%00b"))
    assert (unknown.status_code, malformed.status_code) == (404, 404)
    assert unknown.text.partition("<main")[2] == malformed.text.partition("<main")[2]
    assert client.get(f"/calendars/{token}.ics").status_code == 410


def test_the_personal_link_opens_no_feed(client: FlaskClient, session: Session, cast: Cast) -> None:
    token = parties.new_sign_in(session, cast.ben, "a secret of the tests", NOW).salt
    session.commit()
    assert client.get(f"/calendars/{token}.ics").status_code == 404


@pytest.mark.parametrize("query", ["body=nobody", "weekday=8", "kind=%00", "place=" + "x" * 300])
def test_a_filter_that_means_nothing_is_no_calendar(query: str, client: FlaskClient, cast: Cast) -> None:
    answer = client.get(f"/calendars/public.ics?{query}")
    assert (answer.status_code, "BEGIN:VCALENDAR" in answer.text) == (404, False)


def test_a_change_just_now_is_not_hidden_by_the_second_it_was_made_in(
    app: Flask, client: FlaskClient, session: Session, cast: Cast
) -> None:
    date = make.occurrence(session, cast.midori, NOW)
    session.commit()
    modified = client.get("/calendars/public.ics").headers["Last-Modified"]
    _raise(session, date)
    again = client.get("/calendars/public.ics", headers={"If-Modified-Since": modified})
    assert again.status_code == 200


def _raise(session: Session, date: Occurrence) -> None:
    date.revision, date.reason = date.revision + 1, "雨のため"
    session.commit()


def test_a_long_feed_comes_as_a_stream_of_the_same_bytes(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY")
    session.commit()
    whole = client.get("/calendars/public.ics")
    monkeypatch.setattr(answering, "_IN_ONE_PIECE", 5)
    rendered.clear()
    head = client.head("/calendars/public.ics", buffered=True)
    streamed = client.get("/calendars/public.ics", buffered=True)
    assert "Content-Length" not in streamed.headers
    assert (streamed.data, streamed.headers["ETag"]) == (whole.data, whole.headers["ETag"])
    packed = client.get("/calendars/public.ics", headers=GZIP, buffered=True)
    assert (gzip.decompress(packed.data), head.headers["ETag"]) == (whole.data, whole.headers["ETag"])


@pytest.mark.loopback
def test_the_servers_log_does_not_hold_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    url, token = f"sqlite:///{tmp_path / 'own.db'}", "A1_-" * 11
    migrating.upgrade(url)
    monkeypatch.setenv("TSUDOI_ACCESS_LOG", "1")
    with served(tmp_path, url) as port:
        line = HTTPConnection("127.0.0.1", port, 30)
        line.request("GET", f"/calendars/{token}.ics", headers={"Referer": f"http://a/me/1.{token}"})
        assert line.getresponse().status == 404
        line.close()
    log = "".join(capfd.readouterr())
    assert '"GET /calendars/….ics HTTP/1.1" 404' in log
    assert token not in log


@pytest.fixture
def collector() -> Iterator[None]:
    """Let the collector look again at what a test has told it to leave aside."""
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("collector")
def test_a_long_feed_is_loaded_and_rendered_as_it_is_sent_and_each_date_once(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY", title=f"見守り{number}")
    session.commit()
    rendered_so_far: list[str] = []

    def counted(event: Event) -> bytes:
        rendered_so_far.append(event.uid)
        return event_bytes(event)

    monkeypatch.setattr(answering, "_IN_ONE_PIECE", 20)
    monkeypatch.setattr(feeds, "_BATCH", 20)
    monkeypatch.setattr(feeds, "event_bytes", counted)
    rendered.clear()
    # What is there by now stays: it need not be looked through after each piece.
    gc.collect()
    gc.freeze()
    answer = client.get("/calendars/public.ics")
    seen, ahead, largest = 0, [], 0
    for piece in answer.iter_encoded():
        seen, largest = seen + piece.count(b"BEGIN:VEVENT"), max(largest, piece.count(b"BEGIN:VEVENT"))
        ahead.append(len(rendered_so_far) - seen)
        # Rows that were sent are let go of: never more of them than two batches.
        gc.collect()
        assert len([row for row in gc.get_objects() if type(row) is Occurrence]) <= 2 * 20 + 1
    answer.close()
    assert seen == len(rendered_so_far) == len(set(rendered_so_far)) > 200
    assert (max(ahead), largest) == (0, 20)
