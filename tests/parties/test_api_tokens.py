"""Tokens for programs: what they are good for, for whom, and when they stop."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, object_session

from scheduler.activities import actions as activities
from scheduler.activities.models import Occurrence
from scheduler.errors import Conflict, Invalid
from scheduler.history import changes_of
from scheduler.parties import api_tokens
from scheduler.parties.api_tokens import MOST, ApiToken, Owner, Wish
from scheduler.parties.models import Membership, Organization, Person
from scheduler.parties.tokens import hashed
from tests import make
from tests.cast import Cast, hold_office
from tests.conftest import NOW
from tests.doors import SENT
from tests.program import Program, done, refusal
from tests.signed_in import browser_of, program_of

POST: dict[str, Any] = SENT
Maker = Callable[..., Program]


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    """A date of Midori's, to which Ben comes."""
    made = make.occurrence(session, cast.midori, NOW)
    make.participation(session, made.slots[0], cast.ben, NOW)
    session.commit()
    return made


def token_of(person: Person, *scopes: str, body: Organization | None = None, days: int = 90) -> str:
    """Make a token and return it."""
    session = object_session(person)
    assert session is not None
    session.commit()
    owner = Owner(person.id, body.id if body else None)
    _row, token = api_tokens.make(session, owner, Wish("広報紙", scopes, days), NOW)
    session.commit()
    return token


def test_what_a_person_made_it_for_works(app: Flask, cast: Cast, date: Occurrence) -> None:
    program = Program(app, token_of(cast.ben, "read", "sign_up"))
    (own,) = program.read("/me")["sign_ups"]
    assert done(program.post(f"/participations/{own['id']}/withdraw"))["state"] == "cancelled"


LACKING = [
    ("read", "post", "/slots/{slot}/join", "sign_up"),
    ("read", "post", "/me/feed", "sign_up"),
    ("sign_up", "get", "/me", "read"),
    ("sign_up", "get", "/dates/{date}", "read"),
    ("read", "get", "/dates/{date}/roster", "organise"),
    ("read", "get", "/organizations/midori/hours/2026", "report"),
    ("read", "get", "/organizations/midori/households", "households"),
    ("sign_up", "post", "/me/household/contact", "households"),
    ("read", "post", "/me/tokens", "session"),
]


@pytest.mark.parametrize(("held", "method", "path", "missing"), LACKING)
def test_what_it_was_not_made_for_is_forbidden_by_name(
    app: Flask, cast: Cast, date: Occurrence, held: str, method: str, path: str, missing: str
) -> None:
    program = Program(app, token_of(cast.ben, held))
    answer = getattr(program, method)(path.format(slot=date.slots[0].id, date=date.id))
    assert refusal(answer) == (403, "scope_missing")
    assert f"「{missing}」" in answer.get_json()["message"]
    assert f'scope="{missing}"' in answer.headers["WWW-Authenticate"]


def test_what_everybody_may_see_needs_no_scope(app: Flask, cast: Cast, date: Occurrence) -> None:
    assert len(Program(app, token_of(cast.ben, "sign_up")).read("/dates")["dates"]) == 1


def test_a_body_token_organises(app: Flask, cast: Cast, date: Occurrence) -> None:
    program = Program(app, token_of(cast.aiko, "read", "organise", "report", body=cast.midori))
    (line,) = program.read(f"/dates/{date.id}/roster")["sign_ups"]
    done(program.post(f"/organizations/{cast.midori.slug}/activities", **POST))
    done(program.get(f"/organizations/{cast.midori.slug}/hours/2026"))
    decided = done(program.post(f"/dates/{date.id}/decision", outcome="confirm", revision=0))
    assert (line["name"], decided["state"]) == ("別所 勉", "confirmed")


def test_a_body_token_is_for_that_body_only(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    hold_office(session, cast.aiko, cast.library, "staff", NOW)
    program = Program(app, token_of(cast.aiko, "organise", body=cast.library))
    assert refusal(program.get(f"/dates/{date.id}/roster")) == (404, "not_found")
    assert program.post(f"/organizations/{cast.library.slug}/activities", **POST).status_code == 201


def test_a_body_token_opens_nothing_of_the_person_who_made_it(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    program = Program(app, token_of(cast.aiko, "read", "organise", "report", body=cast.midori))
    own = make.participation(session, date.slots[0], cast.aiko, NOW)
    session.commit()
    assert refusal(program.get("/me")) == (403, "token_of_body")
    assert refusal(program.get(f"/participations/{own.id}")) == (404, "not_found")
    assert refusal(program.post(f"/slots/{date.slots[0].id}/join")) == (403, "scope_missing")


def test_a_token_for_reports_shows_hours_and_no_drafts_are_made(
    app: Flask, cast: Cast, date: Occurrence
) -> None:
    program = Program(app, token_of(cast.aiko, "report", body=cast.midori))
    done(program.get(f"/organizations/{cast.midori.slug}/hours/2026"))
    answer = program.post(f"/organizations/{cast.midori.slug}/activities", **POST)
    assert refusal(answer) == (403, "scope_missing")


def test_a_body_token_gives_nobody_an_office(app: Flask, cast: Cast) -> None:
    program = Program(app, token_of(cast.aiko, "read", "organise", body=cast.midori))
    path = f"/organizations/{cast.midori.slug}/offices"
    who = {"name": "後藤 五郎", "kana": "ごとう ごろう", "email": "goro@example.jp"}
    answer = program.post(path, office="chair", starts_on="2026-11-16", **who)
    assert refusal(answer) == (403, "scope_missing")
    held = program.read(path)["offices"][0]["id"]
    assert refusal(program.post(f"/offices/{held}/end", last_on="2026-11-16")) == (403, "scope_missing")


def test_an_own_token_has_no_office(app: Flask, session: Session, cast: Cast, date: Occurrence) -> None:
    draft = activities.post(session, cast.midori.id, make.facts(), None, NOW)
    program = Program(app, token_of(cast.aiko, "read", "sign_up"))
    assert refusal(program.get(f"/activities/{draft.id}")) == (404, "not_found")
    assert done(program_of(app, cast.aiko).get(f"/activities/{draft.id}"))["state"] == "draft"


def _close(session: Session, cast: Cast) -> None:
    (row,) = session.query(ApiToken)
    api_tokens.revoke(session, row, cast.chie.id, NOW)


def _retire(session: Session, cast: Cast) -> None:
    (held,) = session.query(Membership).filter_by(person_id=cast.aiko.id)
    held.ends_on = (NOW - timedelta(days=1)).date()


def _grow_old(session: Session, cast: Cast) -> None:
    (row,) = session.query(ApiToken)
    row.expires_at = NOW


@pytest.mark.parametrize("end", [_close, _retire, _grow_old])
def test_a_token_that_has_stopped_looks_like_one_that_never_was(
    app: Flask, session: Session, cast: Cast, end: Callable[[Session, Cast], None]
) -> None:
    program = Program(app, token_of(cast.aiko, "report", body=cast.midori))
    path = f"/organizations/{cast.midori.slug}/hours/2026"
    assert program.get(path).status_code == 200
    session.rollback()
    end(session, cast)
    session.commit()
    stopped = program.get(path)
    others = [Program(app, token).get(path) for token in ("tsudoi_" + "A" * 43, "tsudoi_", "A" * 43, "é")]
    assert refusal(stopped) == (401, "sign_in_needed")
    assert {(answer.status_code, answer.data) for answer in others} == {(401, stopped.data)}


def test_only_a_hash_is_kept(app: Flask, session: Session, cast: Cast) -> None:
    token = token_of(cast.ben, "read")
    assert token.startswith("tsudoi_")
    assert len(token) > 43
    assert session.query(ApiToken).one().token_hash == hashed(token)


def test_the_day_of_its_last_use_is_noted_and_not_the_hour(app: Flask, session: Session, cast: Cast) -> None:
    program = Program(app, token_of(cast.ben, "read"))
    days = []
    for hours in (0, 12, 14):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            program.read("/me")
        session.rollback()
        days.append(str(session.query(ApiToken).one().last_used_on))
    # Midnight in Tokyo is fourteen hours after ten in the morning.
    assert days == ["2026-11-16", "2026-11-16", "2026-11-17"]


def test_making_and_closing_are_on_record(session: Session, cast: Cast) -> None:
    owner = Owner(cast.ben.id)
    row, _token = api_tokens.make(session, owner, Wish("x", ("read",), 1), NOW)
    for _ in range(2):
        api_tokens.revoke(session, row, cast.ben.id, NOW)
    changes = changes_of(session, "api_token", row.id)
    assert [(change.verb, change.by_id) for change in changes] == [
        ("make", cast.ben.id),
        ("revoke", cast.ben.id),
    ]


WRONG = [
    (Wish("", ("read",), 1), "token_name_missing"),
    (Wish("\0", ("read",), 1), "token_name_missing"),
    (Wish("x", (), 1), "token_scopes_missing"),
    (Wish("x", ("organise",), 1), "choice_unknown"),
    (Wish("x", ("session",), 1), "choice_unknown"),
    (Wish("x", ("read",), 0), "token_lifetime_out_of_range"),
    (Wish("x", ("read",), 366), "token_lifetime_out_of_range"),
]


@pytest.mark.parametrize(("wish", "code"), WRONG)
def test_a_wish_that_cannot_be_fulfilled_is_refused(
    session: Session, cast: Cast, wish: Wish, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        api_tokens.make(session, Owner(cast.ben.id), wish, NOW)


def test_there_are_no_more_than_one_can_keep_in_view(session: Session, cast: Cast) -> None:
    wish = Wish("x", ("read",), 1)
    row, _token = api_tokens.make(session, Owner(cast.ben.id), wish, NOW)
    for _ in range(MOST - 1):
        api_tokens.make(session, Owner(cast.ben.id), wish, NOW)
    with pytest.raises(Conflict, match="too_many_tokens"):
        api_tokens.make(session, Owner(cast.ben.id), wish, NOW)
    api_tokens.revoke(session, row, cast.ben.id, NOW)
    api_tokens.make(session, Owner(cast.ben.id), wish, NOW)


TYPED: dict[str, Any] = {"name": "広報紙の自動作成", "scopes": ["read", "organise"], "days": "30"}


def test_a_page_makes_a_token_shows_it_once_and_closes_it(app: Flask, session: Session, cast: Cast) -> None:
    aiko, page = browser_of(app, cast.aiko), f"/organizations/{cast.midori.slug}/tokens"
    made = aiko.submit(page, **TYPED)
    token = made.text.partition("<code>")[2].partition("</code>")[0]
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    listed = aiko.text(page)
    assert "広報紙の自動作成" in listed
    assert token not in listed
    assert (
        Program(app, token).post(f"/organizations/{cast.midori.slug}/activities", **POST).status_code == 201
    )
    session.rollback()
    row = session.query(ApiToken).one()
    assert aiko.submit(f"{page}/{row.id}/revoke", page=page).location == page
    assert "広報紙の自動作成</th>" not in aiko.text(page)
    assert Program(app, token).get(f"/activities/{1}").status_code == 401


@pytest.mark.parametrize("missing", ["name", "scopes"])
def test_what_is_missing_is_said_and_the_rest_is_kept(app: Flask, cast: Cast, missing: str) -> None:
    ben = browser_of(app, cast.ben)
    answer = ben.submit("/me/tokens", **TYPED | {"scopes": "sign_up", missing: ""})
    assert answer.status_code == 422
    (chosen,) = re.findall(r'<input[^>]*value="30"[^>]*>', answer.text)
    assert "checked" in chosen


def test_others_of_the_body_see_and_close_a_token(app: Flask, session: Session, cast: Cast) -> None:
    hold_office(session, cast.ben, cast.midori, "secretary", NOW)
    token = token_of(cast.aiko, "report", body=cast.midori)
    ben, page = program_of(app, cast.ben), f"/organizations/{cast.midori.slug}/tokens"
    (line,) = ben.read(page)["tokens"]
    assert (line["made_by"], line["scopes"]) == ("青木 愛子", ["report"])
    assert done(ben.post(f"{page}/{line['id']}/revoke"))["revoked_at"] is not None
    assert Program(app, token).get("/dates/1").status_code == 401


def test_a_program_that_is_signed_in_makes_a_token(app: Flask, cast: Cast) -> None:
    made = done(program_of(app, cast.ben).post("/me/tokens", name="腕時計", scopes=["read"], days=7))
    assert Program(app, made["token"]).read("/me")["name"] == "別所 勉"
    assert made["expires_at"].startswith("2026-11-23")


def test_a_token_is_masked_wherever_it_is_logged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    token = "tsudoi_" + "Ab1-" * 11
    with caplog.at_level(logging.WARNING):
        app.logger.warning("sent %s", f"Authorization: Bearer {token}")
        try:
            raise ValueError(token)
        except ValueError:
            app.logger.exception("failed with %s", token)
    shown = caplog.text + "".join(caplog.handler.format(record) for record in caplog.records)
    assert token not in shown
    assert "tsudoi_…" in shown
