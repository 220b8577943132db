"""Feeds published by the clock: finished bytes for whoever serves them, written once, and never taken for newer."""

import gzip
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Occurrence
from scheduler.calendars import actions, rendered
from scheduler.calendars.feeds import zipped
from scheduler.calendars.folder import Folder, published_name
from scheduler.calendars.models import PublishedFeed
from scheduler.cli import main
from scheduler.config import Settings
from scheduler.db import begin_writing, engine_options, prepare_engine
from scheduler.parties.models import Organization
from tests import make
from tests.calendars.hosts import publish_at_once
from tests.cast import Cast
from tests.conftest import NOW

PUBLIC = "/calendars/public.ics"
NAMES = [
    f"{name}{end}" for name in ("calendars/public", "organizations/midori/calendar") for end in ("", ".en")
]


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    made = make.occurrence(session, cast.midori, NOW)
    session.commit()
    return made


@pytest.fixture
def folder(instance: Path) -> Path:
    return instance / "published"


def publish(app: Flask) -> int:
    with app.app_context():
        return jobs.publish(NOW)


def change(session: Session, date: Occurrence) -> None:
    date.revision, date.reason = date.revision + 1, "雨のため"
    session.commit()


def test_a_tick_writes_what_the_web_gives_plain_and_compressed(
    app: Flask, client: FlaskClient, date: Occurrence, folder: Path
) -> None:
    jobs.tick(app)
    for name in NAMES:
        plain = (folder / f"{name}.ics").read_bytes()
        assert (
            plain
            == client.get(f"/{name.removesuffix('.en')}.ics?lang={'en' if '.en' in name else 'ja'}").data
        )
        assert gzip.decompress((folder / f"{name}.ics.gz").read_bytes()) == plain
        assert (folder / f"{name}.ics").stat().st_mtime == NOW.timestamp()


def test_what_lies_finished_is_served_without_rendering(
    app: Flask, client: FlaskClient, date: Occurrence
) -> None:
    publish(app)
    rendered.clear()
    with patch("scheduler.calendars.feeds.event_bytes", side_effect=AssertionError("rendered")):
        plain = client.get(PUBLIC)
        packed = client.get(PUBLIC, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert date.uid in plain.text


def test_asked_before_the_tick_it_shows_the_last_commit(
    app: Flask, client: FlaskClient, session: Session, date: Occurrence, folder: Path
) -> None:
    publish(app)
    change(session, date)
    assert "雨のため" in client.get(PUBLIC).text
    assert "雨のため" not in (folder / "calendars/public.ics").read_text()
    assert publish(app) == len(NAMES)
    assert "雨のため" in (folder / "calendars/public.ics").read_text()


def test_what_has_not_changed_is_not_written_again(
    app: Flask, session: Session, date: Occurrence, folder: Path
) -> None:
    assert [publish(app), publish(app)] == [len(NAMES), 0]
    for _ in range(3):
        change(session, date)
        publish(app)
    kept = sorted((folder / "versions/calendars").glob("public.*.ics"))
    # This version and the one before it, in two languages.
    assert len(kept) == 4


def test_a_lost_file_is_written_again(app: Flask, date: Occurrence, folder: Path) -> None:
    publish(app)
    for file in (folder / "versions/calendars").iterdir():
        file.unlink()
    assert publish(app) == 2


def test_whoever_died_while_publishing_is_waited_for_no_longer_than_the_lease(
    app: Flask, session: Session, date: Occurrence, folder: Path
) -> None:
    actions.claim_publication(session, Folder(folder).identity, "calendars/public", NOW)
    session.commit()
    assert publish(app) == len(NAMES) - 1
    with app.app_context():
        assert jobs.publish(NOW + actions.LEASE + timedelta(seconds=1)) == 1


def test_only_one_of_many_tickers_publishes_a_version(migrated_url: str) -> None:
    engine = prepare_engine(create_engine(migrated_url, **engine_options(migrated_url)))
    start = Barrier(6)

    def claim(number: int) -> bool:
        with Session(engine) as session:
            start.wait(20)
            begin_writing(session)
            mine = actions.claim_publication(session, "shared", "calendars/public", NOW)
            session.commit()
            return mine

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, range(6))) == 1
    engine.dispose()


def test_tickers_of_two_hosts_with_one_folder_write_each_feed_once(
    app: Flask, session: Session, date: Occurrence
) -> None:
    start = Barrier(2)

    def tick(number: int) -> int:
        start.wait(20)
        return publish(app)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(tick, range(2))) == len(NAMES)
    assert {row.version != "" for row in session.query(PublishedFeed)} == {True}


@pytest.mark.loopback
def test_of_several_hosts_one_publishes_each_feed(migrated_url: str, tmp_path: Path) -> None:
    shared = {"database_url": migrated_url, "published": str(tmp_path / "shared"), "secret": "of the tests"}
    hosts = [Settings(instance=str(tmp_path / name), **shared) for name in ("a", "b", "c")]
    engine = prepare_engine(create_engine(migrated_url, **engine_options(migrated_url)))
    with Session(engine) as session:
        bodies = [
            Organization(slug=f"body-{number}", name=f"{number}区", created_at=NOW) for number in range(4)
        ]
        session.add_all(bodies)
        session.flush()
        dates = [make.occurrence(session, body, NOW) for body in bodies]
        session.commit()
        assert sum(publish_at_once(hosts, NOW)) == 2 * (1 + len(bodies))
        change(session, dates[0])
        # Everything, and the one body, in two languages.
        assert sum(publish_at_once(hosts, NOW + timedelta(minutes=1))) == 4
        assert {row.claimed_until for row in session.query(PublishedFeed)} == {None}
    engine.dispose()


def test_the_command_publishes_by_hand(instance: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copyfile(instance / "empty.db", tmp_path / "in/tsudoi.db")
    environment = {"TSUDOI_INSTANCE": str(tmp_path / "in"), "TSUDOI_PUBLISHED": str(tmp_path / "out")}
    said = CliRunner().invoke(main, ["publish"], env=environment)
    assert (said.exit_code, said.stdout) == (0, "2 published\n")
    assert (tmp_path / "out/calendars/public.ics").read_text().startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    "name", ["../etc", "a/../b", "organizations//calendar", "organizations/日本/calendar", "a b", ".hidden"]
)
def test_an_address_that_is_no_file_name_is_not_published(name: str) -> None:
    assert published_name(name, "ja") == ""
    assert published_name("organizations/midori-2/calendar", "en") == "organizations/midori-2/calendar.en"


def test_however_it_is_cut_it_is_compressed_to_the_same_bytes() -> None:
    text = "".join(f"川の清掃 {number}\r\n" for number in range(20_000)).encode()
    pieces: Iterator[bytes] = (text[begin : begin + 777] for begin in range(0, len(text), 777))
    assert b"".join(zipped(pieces)) == b"".join(zipped([text]))
