"""A feed of 1,000 dates: unchanged, warm, with one date changed, and cold, beside its own bytes as a static file."""

import http.client
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Select, create_engine, func, select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.config import ROOT
from scheduler.db import engine_options, prepare_engine
from scheduler.parties.models import Organization
from tests import make
from tests.bench.load import Measured, get, measure

DATES = 1000
_WANTED = 0.5
FEED = "/organizations/feeds/calendar.ics"
_ALL = (
    select(Occurrence.id)
    .join(Occurrence.activity)
    .join(Activity.organization)
    .where(Organization.slug == "feeds")
)
_ONE = _ALL.order_by(Occurrence.id).limit(1)


def fill(session: Session, now: datetime, slug: str = "feeds", dates: int = DATES) -> None:
    """Post daily activities of one body until it has so many dates or more, of three parts each."""
    body = Organization(slug=slug, name="予定の多い会", created_at=now)
    session.add(body)
    session.flush()
    parts = tuple(SlotFacts(f"係{number}", 10) for number in range(3))
    while _dates(session, body.id) < dates:
        make.activity(session, body, now, rule="FREQ=DAILY", first_on=now.date(), slots=parts)


def _dates(session: Session, body_id: int) -> int:
    wanted = select(func.count()).select_from(Occurrence).join(Occurrence.activity)
    return session.scalar(wanted.where(Activity.organization_id == body_id)) or 0


def measured(port: int, url: str) -> list[Measured]:
    """Return what each way of asking costs; the first is an answer with nothing in it, the second the static file."""
    tag = _asked(port)[1]
    with _static(_asked(port)[0]) as path:
        for warm in (path, FEED):
            measure("warm", port, get(warm), seconds=2)
        rows = [
            measure("empty answer", port, get("/empty")),
            measure("static file, same bytes", port, get(path)),
            measure("feed unchanged, 304", port, get(FEED, {"If-None-Match": tag})),
            measure("feed warm, 200", port, get(FEED)),
            measure("feed warm, 200 gzip", port, get(FEED, {"Accept-Encoding": "gzip"})),
        ]
    return [
        *rows,
        _changing("one date changed, 200", port, url, _ONE),
        _changing("cold: all dates changed", port, url, _ALL),
    ]


def table(rows: list[Measured]) -> Iterator[str]:
    """Return the lines of the table, each beside the empty answer and beside the static file."""
    yield f"{'':<28}{'feeds/s':>9}{'÷ empty':>9}{'÷ static':>9}"
    for row in rows:
        ratios = (row.per_second / rows[number].per_second for number in (0, 1))
        yield f"{row.name:<28}{row.per_second:>9.1f}" + "".join(f"{ratio:>9.2f}" for ratio in ratios)


def verdict(rows: list[Measured]) -> str:
    """Say whether an unchanged feed is at least half as quick as nothing, a warm one as its bytes in a file."""
    empty, static, unchanged, warm = (row.per_second for row in rows[:4])
    told, sent = unchanged / empty, warm / static
    words = "as wanted" if told >= _WANTED and sent >= _WANTED else "TOO SLOW"
    return f"304 ÷ empty {told:.2f}, warm ÷ static {sent:.2f}: {words} (both at least {_WANTED})"


def _asked(port: int) -> tuple[bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", FEED)
    answer = connection.getresponse()
    body = answer.read()
    assert body.count(b"BEGIN:VEVENT") >= DATES
    return body, answer.getheader("ETag") or ""


@contextmanager
def _static(body: bytes) -> Iterator[str]:
    file = ROOT / "scheduler" / "static" / f"bench-{os.getpid()}.ics"
    file.write_bytes(body)
    try:
        yield f"/static/{file.name}"
    finally:
        file.unlink()


def _changing(name: str, port: int, url: str, dates: Select[tuple[int]]) -> Measured:
    """Change dates before each request, which alone is timed."""
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    change = update(Occurrence).where(Occurrence.id.in_(dates)).values(revision=Occurrence.revision + 1)
    seen = Measured(name, 0)
    for _ in range(8):
        with engine.begin() as connection:
            connection.execute(change)
        begin = time.perf_counter()
        _asked(port)
        seen.times.append(time.perf_counter() - begin)
    engine.dispose()
    seen.seconds = sum(seen.times)
    return seen
