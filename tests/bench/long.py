"""A feed of 10,000 dates in a process of its own: how long it takes, and how much memory it needs at the most.

`python -m tests.bench.long FOLDER` fills a database there, asks for the feed cold and warm, and prints a line for each.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from flask import Flask

from scheduler import clock, create_app, migrating
from scheduler.calendars import rendered
from scheduler.config import Settings
from scheduler.db import begin_writing
from scheduler.web import db
from tests.bench import feeds

DATES = 10_000
FEED = "/organizations/long/calendar.ics"


def report() -> None:
    """Print the figures."""
    print(f"\na feed of {DATES:,} dates, streamed (SQLite, one process)")
    with tempfile.TemporaryDirectory() as name:
        for part in ("fill", "measure", "trace"):
            subprocess.run([sys.executable, "-m", "tests.bench.long", name, part], check=True)


def _app(folder: Path) -> Flask:
    settings = Settings.from_environment(os.environ | {"TSUDOI_INSTANCE": str(folder)})
    migrating.upgrade(settings.database)
    return create_app(settings)


def _fill(app: Flask) -> None:
    with app.app_context():
        session = db.session()
        begin_writing(session)
        feeds.fill(session, clock.now(), "long", DATES)
        session.commit()


def _ask(app: Flask) -> tuple[int, float, float]:
    """Read the feed as a server sends it, piece by piece, keeping none; return its size, and the two times."""
    begin, size, first = time.perf_counter(), 0, 0.0
    answer = app.test_client().get(FEED)
    for piece in answer.iter_encoded():
        first = first or time.perf_counter() - begin
        size += len(piece)
    answer.close()
    return size, first, time.perf_counter() - begin


def _most_memory() -> float:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _measure(app: Flask) -> None:
    # What the first request of a process costs is none of the feed's.
    app.test_client().get("/calendars/open.ics")
    for name in ("cold", "warm"):
        before = _most_memory()
        size, first, whole = _ask(app)
        grown = _most_memory() - before
        print(
            f"{name}: {size / 1e6:.1f} MB in {whole:.1f} s, the first byte after {first:.2f} s; "
            f"the process grew by {grown:.1f} MB at the most"
        )


def _trace(app: Flask) -> None:
    app.test_client().get("/calendars/open.ics")
    tracemalloc.start()
    _ask(app)
    most = tracemalloc.get_traced_memory()[1] / 1e6
    kept = rendered.dates.weight / 1e6
    print(f"Python objects: {most:.1f} MB at the most, of which {kept:.1f} MB are rendered dates that stay")


if __name__ == "__main__":
    {"fill": _fill, "measure": _measure, "trace": _trace}[sys.argv[2]](_app(Path(sys.argv[1])))
