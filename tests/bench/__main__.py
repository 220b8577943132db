"""`make bench`: list, date, feed and sign-up through the service's own server, beside an empty answer of it.

Then a thousand readers of one page, a rush for the last places, beside bare conditional UPDATEs on the same database,
a decision for 743 volunteers, and reminders under kill -9.
"""

import http.client
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from scheduler import clock, create_app, demo, migrating
from scheduler.activities.parts import SlotFacts
from scheduler.config import Settings
from scheduler.db import begin_writing
from scheduler.parties.models import Organization
from scheduler.web import db
from tests import make, postgres
from tests.bench import dawn, feeds, kills, long, paint, rules
from tests.bench.load import Ask, Measured, get, measure, place_of
from tests.bench.race import PLACES, bare_updates, race
from tests.browser.conftest import free_port

_HIDDEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PLACES = 5000


def _filled(settings: Settings) -> list[int]:
    """Migrate, load the demo, and return two slots with room for all who will come, and the one to race for."""
    migrating.upgrade(settings.database)
    app = create_app(settings)
    now = clock.now()
    with app.app_context():
        demo.load(app, now)
        session = db.session()
        begin_writing(session)
        body = Organization(slug="bench", name="計測", created_at=now)
        session.add(body)
        session.flush()
        day = (now + timedelta(days=30)).date()
        sizes = (_PLACES, _PLACES, PLACES)
        parts = tuple(SlotFacts(f"受付 {number}", places) for number, places in enumerate(sizes))
        date = make.occurrence(session, body, now, first_on=day, slots=parts)
        feeds.fill(session, now)
        session.commit()
        slot_ids = [slot.id for slot in date.slots]
        db.session.remove()
        db.engine.dispose()
    return slot_ids


@contextmanager
def _served(folder: Path, url: str) -> Iterator[tuple[int, list[int]]]:
    port = free_port()
    environment = {
        "TSUDOI_INSTANCE": str(folder),
        "PORT": str(port),
        "TSUDOI_DATABASE_URL": url,
        "TSUDOI_PROXIES": "1",
    }
    settings = Settings.from_environment(environment)
    slot_ids = _filled(settings)
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.server"], env=os.environ | environment)
    try:
        _wait(port)
        yield port, slot_ids
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/empty")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return


def _etag(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    return connection.getresponse().getheader("ETag") or ""


def _join(slot_id: int) -> Ask:
    """Return a whole sign-up as a new person: the page with its session and token, then the form."""
    path = f"/slots/{slot_id}/join"

    def ask(connection: http.client.HTTPConnection, number: int) -> int:
        connection.request("GET", path)
        page = connection.getresponse()
        text = page.read().decode()
        cookie = (page.getheader("Set-Cookie") or "").partition(";")[0]
        token = _HIDDEN.search(text)
        assert token, text[:200]
        person = {"name": f"計測 {number}", "kana": f"けいそく {number}", "email": f"b{number}@example.jp"}
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        headers |= place_of(number)
        connection.request("POST", path, urlencode({"csrf_token": token[1], **person}), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return ask


def _run(port: int, slot_id: int) -> list[Measured]:
    feed = "/calendars/public.ics"
    asks: list[tuple[str, Ask]] = [
        ("empty answer", get("/empty")),
        ("list page", get("/")),
        ("date page", get("/dates/100")),
        ("feed, 200", get(feed)),
        ("feed, 304", get(feed, {"If-None-Match": _etag(port, feed)})),
        ("sign-up, GET and POST", _join(slot_id)),
    ]
    for _, ask in asks[:-1]:
        measure("warm", port, ask, seconds=0.5)
    return [measure(name, port, ask) for name, ask in asks]


def _report(title: str, folder: Path, url: str) -> None:
    with _served(folder, url) as (port, (roomy, bare, few)):
        measured = _run(port, roomy)
        rush = race(port, few)
        updates = bare_updates(url or f"sqlite:///{folder / 'tsudoi.db'}", bare)
        of_readers = dawn.readers(port)
        of_feeds = feeds.measured(port, Settings(instance=str(folder), database_url=url).database)
        seen = (
            []
            if url
            else list(paint.paints(port, Settings.from_environment({"TSUDOI_INSTANCE": str(folder)})))
        )
    print(f"\n{title}\n{'':<28}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'÷ empty':>9}   answers")
    for one in measured:
        print(one.line(measured[0]))
    print(f"{'':<28}{'each/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'÷ bare':>9}")
    for one in (updates, rush):
        print(one.line(updates))
    print(f"\n{dawn.READERS} connections read at once, {title}", *of_readers, sep="\n")
    print(f"\na feed of {feeds.DATES} dates, {title}", *feeds.table(of_feeds), sep="\n")
    print(feeds.verdict(of_feeds), *seen, sep="\n")


def _feeds_only() -> None:
    with tempfile.TemporaryDirectory() as name, _served(Path(name), "") as (port, _slots):
        rows = feeds.measured(port, Settings(instance=name).database)
    print(f"\na feed of {feeds.DATES} dates, SQLite, 1 worker × 8 threads", *feeds.table(rows), sep="\n")
    print(feeds.verdict(rows))


def _paint_only() -> None:
    with tempfile.TemporaryDirectory() as name, _served(Path(name), "") as (port, _slots):
        for line in paint.paints(port, Settings.from_environment({"TSUDOI_INSTANCE": name})):
            print(line, flush=True)


def main() -> None:
    """Print the figures of both databases; of feeds or first visits alone where that is asked for."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, 8 clients on the same machine")
    if sys.argv[1:] == ["feeds"]:
        _feeds_only()
        long.report()
        return
    if sys.argv[1:] == ["paint"]:
        _paint_only()
        return
    rules.report()
    with tempfile.TemporaryDirectory() as name:
        _report("SQLite, 1 worker × 8 threads", Path(name), "")
    with tempfile.TemporaryDirectory() as name, postgres.server() as server:
        _report("PostgreSQL, 2 workers × 8 threads", Path(name), postgres.new_database(server, "bench"))
    print(f"\na decision for {dawn.VOLUNTEERS} volunteers and {dawn.HOMES} homes", *dawn.decision(), sep="\n")
    long.report()
    kills.main()


if __name__ == "__main__":
    main()
