"""The morning of a decision in large: a thousand readers of one page, and 743 volunteers and 60 paper homes to tell."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import clock, create_app, jobs, migrating
from scheduler.activities.models import Occurrence
from scheduler.activities.parts import SlotFacts
from scheduler.config import Settings
from scheduler.db import begin_writing
from scheduler.decisions.actions import Ruling, cancel
from scheduler.notices.delivery import deliver_due
from scheduler.notices.models import Delivery, Notice
from scheduler.parties import actions as parties
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Person
from scheduler.reach.reached import find_round
from scheduler.web import db
from tests import cast, make
from tests.notices.sink import Sink

READERS, SECONDS = 1000, 5.0
VOLUNTEERS, HOMES = 743, 60
PATIENCE_SECONDS = 600


@dataclass
class _Read:
    """What the readers of one address saw."""

    answers: int = 0
    failed: int = 0
    slowest: float = 0.0


async def _reader(port: int, path: str, until: float, read: _Read) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            begin = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            read.slowest = max(read.slowest, time.perf_counter() - begin)
            read.answers += head.startswith(b"HTTP/1.1 200")
            read.failed += not head.startswith(b"HTTP/1.1 200")
            if b"connection: close" in head.lower():
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
    except (OSError, asyncio.IncompleteReadError):
        read.failed += 1


async def _readers(port: int, path: str) -> _Read:
    read, until = _Read(), time.perf_counter() + SECONDS
    await asyncio.gather(*(_reader(port, path, until, read) for _ in range(READERS)))
    return read


def readers(port: int) -> list[str]:
    """Let a thousand connections read the page of a date, and a static file beside it; return lines for the table."""
    lines, rates = [], []
    for name, path in (("static file", "/static/css/decide.css"), ("date page", "/dates/100")):
        read = asyncio.run(_readers(port, path))
        rates.append(read.answers / SECONDS)
        ratio = rates[-1] / rates[0] if rates[0] else 0
        lines.append(
            f"{name:<14}{rates[-1]:>7.0f} req/s  {ratio:>5.2f} ÷ static, slowest {read.slowest:.1f} s, "
            f"{read.failed} failed"
        )
    return lines


def _filled(session: Session, now: datetime) -> tuple[Occurrence, Person]:
    """Let everybody sign up for one date tomorrow; the homes can be told by telephone or paper alone."""
    town = cast.make(session, now)
    block = cast.block(session, town.midori, "midori-1", now)
    part = SlotFacts("沿道", VOLUNTEERS + HOMES)
    when: dict[str, Any] = {"first_on": (now + timedelta(days=1)).date(), "slots": (part,)}
    slot = make.slot(session, town.midori, now, **when)
    for number in range(VOLUNTEERS):
        make.participation(session, slot, make.person(session, number, now), now)
    for number in range(HOMES):
        facts = PersonFacts(f"世帯 {number}", f"せたい {number}", phone=f"090-1234-{number:04d}")
        person = parties.person(session, facts, now)
        person.phone = person.phone if number % 2 else ""
        home = Household(name=f"{number}番", block_id=block.id, position=number, created_at=now)
        parties.add_household(session, home, [person])
        make.participation(session, slot, person, now)
    return slot.occurrence, town.aiko


def decision() -> list[str]:
    """Decide about that date, hand all over to a mail server of our own, and return what it took."""
    with tempfile.TemporaryDirectory() as folder, Sink() as sink:
        settings = Settings(instance=folder, smtp_url=f"smtp://127.0.0.1:{sink.port}")
        Path(folder).mkdir(exist_ok=True)
        migrating.upgrade(settings.database)
        app = create_app(settings)
        with app.app_context():
            return _decided(app, sink, db.session())


def _hand_over(app: Flask, session: Session) -> None:
    """Let the dispatcher work until nothing is open: a way that was closed for a moment is tried again."""
    waiting = select(func.count(Delivery.id)).where(Delivery.state.in_(("planned", "claimed")))
    until = time.monotonic() + PATIENCE_SECONDS
    while session.scalar(waiting) and time.monotonic() < until:
        session.rollback()
        if not deliver_due(jobs.outlet(app), clock.now):
            time.sleep(0.5)
    session.rollback()


def _decided(app: Flask, sink: Sink, session: Session) -> list[str]:
    begin_writing(session)
    occurrence, chair = _filled(session, clock.now())
    session.commit()
    _hand_over(app, session)
    before, begin = len(sink.taken), time.perf_counter()
    begin_writing(session)
    occurrence = session.get_one(Occurrence, occurrence.id)
    cancel(session, occurrence, Ruling(chair.id, occurrence.revision, "大雨のため"), clock.now())
    session.commit()
    queued = time.perf_counter() - begin
    of_decision = Delivery.notice.has(Notice.kind == "decision")
    rows = session.scalar(select(func.count(Delivery.id)).where(of_decision))
    listed = len(find_round(session, Actor(clock.now().date(), chair.id), occurrence.id).rows)
    ready = time.perf_counter() - begin
    session.rollback()
    _hand_over(app, session)
    out = time.perf_counter() - begin
    mails = len(sink.taken) - before
    db.engine.dispose()
    return [
        f"decided, moved and {rows} deliveries queued in one transaction: {queued:.1f} s (at most 10)",
        f"list of {listed} for paper and telephone ready after {ready:.1f} s",
        f"{mails} mails handed over {out:.1f} s after the press (at most 30)",
    ]
