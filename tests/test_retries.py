"""An Idempotency-Key: a request sent twice is done once, and both times answered alike."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from scheduler import create_app, jobs
from scheduler.activities.models import Activity, Slot
from scheduler.config import Settings
from scheduler.db import engine_options, prepare_engine
from scheduler.errors import Conflict
from scheduler.notices.models import Delivery
from scheduler.participation.models import Participation
from scheduler.parties.models import SignIn
from scheduler.retries import KEPT, KeptAnswer, Sending, claim_key
from scheduler.web import db
from tests import cast as casting
from tests import make, postgres
from tests.cast import Cast
from tests.conftest import NOW
from tests.doors import SENT as DOOR_SENT
from tests.program import Program, refusal
from tests.signed_in import program_of

HANAKO: dict[str, Any] = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
SENT: dict[str, Any] = DOOR_SENT
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """A slot of two places."""
    made = make.slot(session, cast.midori, NOW, places=2)
    session.commit()
    return made


def count(session: Session, table: type[Any]) -> int:
    """Return how many rows there are now."""
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def same(one: TestResponse, other: TestResponse) -> bool:
    """Say whether two answers are the same to the last byte, the second of them said to be one given before."""
    return (one.status_code, one.data, other.headers.get("Idempotency-Replayed")) == (
        other.status_code,
        other.data,
        "true",
    )


def test_the_same_request_again_is_done_once_and_answered_alike(
    app: Flask, session: Session, cast: Cast
) -> None:
    aiko = program_of(app, cast.aiko)
    path = f"/organizations/{cast.midori.slug}/activities"
    first, second = (aiko.post(path, key=KEY, **SENT) for _ in range(2))
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers
    assert same(first, second)
    assert count(session, Activity) == 1


def test_without_a_key_the_same_request_is_another_one(app: Flask, session: Session, cast: Cast) -> None:
    aiko = program_of(app, cast.aiko)
    for _ in range(2):
        aiko.post(f"/organizations/{cast.midori.slug}/activities", **SENT)
    assert count(session, Activity) == 2


def test_what_is_shown_once_is_told_again_to_who_lost_the_answer(app: Flask, cast: Cast) -> None:
    ben = program_of(app, cast.ben)
    first, second, third = (ben.post("/me/feed", key=key) for key in (KEY, KEY, "another"))
    assert same(first, second)
    assert first.json != third.json


def test_a_stranger_signs_up_once_and_gets_one_letter(app: Flask, session: Session, slot: Slot) -> None:
    first, second = (Program(app).post(f"/slots/{slot.id}/join", key=KEY, **HANAKO) for _ in range(2))
    assert same(first, second)
    assert (count(session, Participation), count(session, Delivery)) == (1, 1)


OTHERS = [{"name": "別人"}, {"adults": [""]}]


@pytest.mark.parametrize("change", OTHERS, ids=str)
def test_a_key_that_went_with_another_request_is_refused(
    app: Flask, session: Session, slot: Slot, change: dict[str, Any]
) -> None:
    stranger = Program(app)
    stranger.post(f"/slots/{slot.id}/join", key=KEY, **HANAKO)
    answer = stranger.post(f"/slots/{slot.id}/join", key=KEY, **HANAKO | change)
    assert refusal(answer) == (422, "idempotency_key_reused")
    assert refusal(stranger.post("/sign-in", key=KEY, email="x")) == (422, "idempotency_key_reused")
    assert count(session, Participation) == 1


def test_a_key_is_the_askers_own(app: Flask, cast: Cast) -> None:
    answers = [program_of(app, person).post("/me/feed", key=KEY) for person in (cast.ben, cast.chie)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json != answers[1].json


def test_strangers_are_told_apart_by_where_they_are(app: Flask, session: Session, slot: Slot) -> None:
    for number, email in ((1, "a@example.jp"), (2, "b@example.jp")):
        stranger = Program(app)
        stranger.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert (
            stranger.post(f"/slots/{slot.id}/join", key=KEY, **HANAKO | {"email": email}).status_code == 201
        )
    assert count(session, Participation) == 2


def test_who_may_not_ask_any_more_is_told_nothing(app: Flask, session: Session, cast: Cast) -> None:
    ben = program_of(app, cast.ben)
    assert ben.post("/me/feed", key=KEY).status_code == 201
    ben.post("/sign-out")
    assert refusal(ben.post("/me/feed", key=KEY)) == (401, "sign_in_needed")


UNUSABLE = ["", " ", '""', "x" * 256, "鍵", "a\tb", "\x7f"]


@pytest.mark.parametrize("key", UNUSABLE, ids=repr)
def test_a_key_is_1_to_255_printable_signs(app: Flask, session: Session, slot: Slot, key: str) -> None:
    raw = key.encode().decode("latin-1")
    answer = Program(app).post(f"/slots/{slot.id}/join", key=raw, **HANAKO)
    assert refusal(answer) == (422, "idempotency_key_unusable")
    assert count(session, Participation) == 0


def test_a_key_in_quotation_marks_is_the_same_key(app: Flask, session: Session, slot: Slot) -> None:
    # The draft writes it as a structured field, most programs write it bare.
    sent = [Program(app).post(f"/slots/{slot.id}/join", key=key, **HANAKO) for key in (KEY, f'"{KEY}"')]
    assert same(*sent)


def test_reading_needs_no_key_and_keeps_nothing(app: Flask, session: Session, cast: Cast) -> None:
    ben = program_of(app, cast.ben)
    assert ben.get("/me", key=KEY).status_code == 200
    assert count(session, KeptAnswer) == 0


def test_a_refusal_is_not_kept_for_it_may_be_different_later(
    app: Flask, session: Session, slot: Slot
) -> None:
    rows = [make.participation(session, slot, make.person(session, number, NOW), NOW) for number in (1, 2)]
    session.commit()
    path = f"/slots/{slot.id}/join"
    assert refusal(Program(app).post(path, key=KEY, **HANAKO)) == (409, "full")
    session.delete(rows[0])
    slot.taken = 1
    session.commit()
    assert Program(app).post(path, key=KEY, **HANAKO).status_code == 201


def test_a_wrong_code_counts_once_however_often_it_is_sent(app: Flask, session: Session, cast: Cast) -> None:
    program, sent = Program(app), {"email": "ben@example.jp", "code": "0"}
    program.post("/sign-in", email="ben@example.jp")
    first, second = (program.post("/sign-in/code", key=KEY, **sent) for _ in range(2))
    assert refusal(first) == (422, "code_wrong")
    assert same(first, second)
    session.rollback()
    assert session.scalars(select(SignIn.tries)).all() == [1]


def test_an_answer_is_kept_for_a_day(app: Flask, session: Session, cast: Cast) -> None:
    ben = program_of(app, cast.ben)
    first = ben.post("/me/feed", key=KEY)
    with time_machine.travel(NOW + KEPT - timedelta(seconds=1), tick=False):
        assert same(first, ben.post("/me/feed", key=KEY))
    with time_machine.travel(NOW + KEPT, tick=False):
        assert ben.post("/me/feed", key=KEY).json != first.json
    assert count(session, KeptAnswer) == 1


def test_what_is_older_is_purged(app: Flask, session: Session, cast: Cast) -> None:
    ben = program_of(app, cast.ben)
    ben.post("/me/feed", key="old")
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        ben.post("/me/feed", key="new")
    with app.app_context():
        jobs.purge(NOW + KEPT)
    assert count(session, KeptAnswer) == 1


def test_the_database_alone_tells_no_answer(app: Flask, session: Session, cast: Cast) -> None:
    answer = program_of(app, cast.ben).post("/me/feed", key=KEY)
    kept = session.scalars(select(KeptAnswer)).one()
    told = f"{kept.key_hash} {kept.request_hash} {kept.sealed}"
    assert answer.get_json()["url"].rpartition("/")[2].removesuffix(".ics") not in told
    assert KEY not in told


def test_an_effect_whose_answer_cannot_be_kept_is_no_effect(
    app: Flask, session: Session, slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.retries.keep", lambda *facts: 1 // 0)
    assert Program(app).post(f"/slots/{slot.id}/join", key=KEY, **HANAKO).status_code == 500
    assert (count(session, Participation), count(session, KeptAnswer)) == (0, 0)


@pytest.fixture
def busy_app(migrated_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application of its own, once on each database, with the cast in it."""
    settings = Settings(
        instance=str(tmp_path), database_url=migrated_url, base_url="http://localhost", secret="s" * 40
    )
    app = create_app(settings)
    with time_machine.travel(NOW, tick=False):
        yield app
    with app.app_context():
        db.engine.dispose()


def test_eight_presses_at_once_are_one_effect_and_eight_equal_answers(busy_app: Flask) -> None:
    with busy_app.app_context(), Session(db.engine) as session:
        cast = casting.make(session, NOW)
        token, slug, tables = program_of(busy_app, cast.aiko).token, cast.midori.slug, (Activity, KeptAnswer)
        ready = threading.Barrier(8)

        def press(number: int) -> tuple[int, bytes, str | None]:
            program = Program(busy_app, token)
            ready.wait(10)
            answer = program.post(f"/organizations/{slug}/activities", key=KEY, **SENT)
            return answer.status_code, answer.data, answer.headers.get("Idempotency-Replayed")

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(press, range(8)))
        assert len({answer[:2] for answer in answers}) == 1
        assert sorted(answer[2] or "" for answer in answers) == [""] + ["true"] * 7
        assert [count(session, table) for table in tables] == [1, 1]


@pytest.mark.postgres
def test_a_first_request_that_does_not_end_is_not_waited_for_without_end(
    postgres_server: str, migrated: str
) -> None:
    url = postgres.new_database(postgres_server, f"patience_{os.getpid()}", migrated)
    sending = Sending("asker", KEY, b"")
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    with Session(engine) as first, Session(engine) as second:
        assert claim_key(first, sending, "secret", NOW) is None
        second.connection().exec_driver_sql("SET LOCAL lock_timeout = 50")
        with pytest.raises(Conflict, match="still_running"):
            claim_key(second, sending, "secret", NOW)
    engine.dispose()
