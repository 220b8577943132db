"""What keeps machines from filling in the forms of strangers, and lets a school class through."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from scheduler import create_app, guarding
from scheduler.config import Settings
from scheduler.errors import TooMany
from scheduler.guarding import guard
from scheduler.participation.models import Participation
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import Program, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
# What is said alone to who was too fast, or filled in what nobody sees.
AGAIN = "すみません、もう一度押してください"


@pytest.fixture
def join(session: Session, cast: Cast) -> str:
    """The address of a form with room for everybody."""
    made = make.slot(session, cast.midori, NOW, places=500)
    session.commit()
    return f"/slots/{made.id}/join"


def later(seconds: float) -> time_machine.travel:
    """Go on so many seconds for the length of a block."""
    return time_machine.travel(NOW + timedelta(seconds=seconds), tick=False)


def press(visitor: Visitor, path: str, hidden: dict[str, str], **typed: str) -> TestResponse:
    """Send a form with exactly these hidden fields."""
    return visitor.client.post(path, data=hidden | HANAKO | typed)


def signed_up(session: Session) -> int:
    """Return how many have signed up."""
    session.rollback()
    return session.query(Participation).count()


def test_who_is_faster_than_hands_is_asked_to_press_again(
    session: Session, join: str, visitor: Visitor
) -> None:
    hidden = visitor.hidden(join)
    with later(1.9):
        hasty = press(visitor, join, hidden)
    assert (hasty.status_code, AGAIN in hasty.text) == (422, True)
    assert 'value="山田 花子"' in hasty.text
    assert hidden["opened"] in hasty.text
    assert signed_up(session) == 0
    with later(2):
        assert press(visitor, join, hidden).status_code == 303


def test_there_is_no_upper_limit_for_who_is_called_away(join: str, visitor: Visitor) -> None:
    hidden = visitor.hidden(join)
    with later(3600 * 24 * 100):
        answer = press(visitor, join, hidden)
    assert AGAIN not in answer.text


@pytest.mark.parametrize("opened", ["", "x", "1.abc", "\0", "MTc2.AAAA"])
def test_a_moment_that_we_did_not_sign_is_a_form_that_was_never_opened(
    session: Session, join: str, visitor: Visitor, opened: str
) -> None:
    hidden = visitor.hidden(join) | {"opened": opened}
    with later(60):
        assert press(visitor, join, hidden).status_code == 422
    assert signed_up(session) == 0


def test_a_moment_of_another_form_does_not_count(join: str, visitor: Visitor, session: Session) -> None:
    hidden = visitor.hidden(join) | {"opened": visitor.opened("/slots/999/join")}
    assert press(visitor, join, hidden).status_code == 422


def test_what_fills_in_the_field_that_nobody_sees_is_asked_again(
    session: Session, join: str, visitor: Visitor
) -> None:
    hidden = visitor.hidden(join)
    with later(10):
        baited = press(visitor, join, hidden, homepage="https://example.com")
        assert (baited.status_code, AGAIN in baited.text) == (422, True)
        assert "https://example.com" not in baited.text
        assert signed_up(session) == 0
        assert press(visitor, join, hidden, homepage="").status_code == 303


def test_the_field_that_nobody_sees_says_so_to_who_hears_it(join: str, visitor: Visitor) -> None:
    page = visitor.text(join)
    assert "ここには何も入れないでください" in page
    (field,) = re.findall(r'<input[^>]*name="homepage"[^>]*>', page)
    assert 'autocomplete="off"' in field
    assert 'tabindex="-1"' in field


def test_who_is_signed_in_is_not_kept_waiting(app: Flask, cast: Cast, join: str) -> None:
    ben = browser_of(app, cast.ben)
    hidden = ben.hidden(join) | {"homepage": "x"}
    assert ben.client.post(join, data=hidden).status_code == 303


WAITS = [("http://localhost", "", 0), ("https://tsudoi.example.jp", "", 2), ("http://localhost", "2", 2)]


@pytest.mark.parametrize(("address", "seconds", "wait"), WAITS)
def test_one_waits_where_the_public_comes(address: str, seconds: str, wait: int) -> None:
    assert Settings(base_url=address, form_seconds=seconds).form_wait == timedelta(seconds=wait)


def test_a_school_class_gets_through_and_a_flood_does_not(app: Flask, session: Session, join: str) -> None:
    for number in range(120):
        pupil = HANAKO | {"email": f"pupil{number}@example.jp"}
        # Forty sign up; what else is tried from there counts as well.
        if number % 3 == 0:
            assert Program(app).post(join, **pupil).status_code == 201
        else:
            assert guarded(app, "127.0.0.1", pupil["email"])
    answer = Program(app).post(join, **HANAKO)
    assert refusal(answer) == (429, "too_many_sign_ups")
    assert answer.headers["Retry-After"] == "3600"
    assert "午前11時を過ぎてから" in answer.get_json()["message"]
    with later(3601):
        assert Program(app).post(join, **HANAKO).status_code == 201


def test_the_page_says_when_and_keeps_what_was_typed(join: str, visitor: Visitor) -> None:
    for _ in range(10):
        assert visitor.submit(join, **HANAKO).status_code == 303
    answer = visitor.submit(join, **HANAKO)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "午前11時を過ぎてから" in answer.text
    assert 'value="山田 花子"' in answer.text


def test_one_mailbox_is_one_contact_however_it_is_written(app: Flask, join: str) -> None:
    written = ["hanako@example.jp", "HANAKO@example.jp", "ｈａｎａｋｏ@example.jp", "hanako+x@example.jp"]
    answers = [Program(app).post(join, **HANAKO | {"email": written[n % 4]}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]


def guarded(app: Flask, address: str, contact: str = "") -> bool:
    """Say whether one more is let through."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        try:
            guard("join", contact)
        except TooMany:
            return False
        return True


def test_a_contact_has_thirty_a_day(app: Flask) -> None:
    through = 0
    for hour in range(5):
        with later(3601 * hour):
            through += sum(guarded(app, f"192.0.2.{n}", "a@example.jp") for n in range(11))
    assert through == 30
    with later(3600 * 24 + 1):
        assert guarded(app, "192.0.2.1", "a@example.jp")


def test_no_contact_is_not_one_contact(app: Flask) -> None:
    assert all(guarded(app, f"192.0.2.{n}", contact) for n in range(11) for contact in ("", "@"))


def test_a_phone_with_many_addresses_is_one_address(app: Flask) -> None:
    assert all(guarded(app, f"2001:db8:0:1::{n:x}") for n in range(120))
    assert not guarded(app, "2001:db8:0:1:ffff::1")
    assert guarded(app, "2001:db8:0:2::1")


def test_what_is_sent_for_who_is_signed_in_is_not_counted(app: Flask, cast: Cast, join: str) -> None:
    ben = program_of(app, cast.ben)
    assert {ben.post(join).status_code for _ in range(12)} == {201}


def test_a_guardian_is_a_contact_too(app: Flask, join: str) -> None:
    guardian: dict[str, Any] = {"name": "千田 知恵", "kana": "ちだ ちえ", "email": "chie@example.jp"}
    child: dict[str, Any] = {"contact_grade": "elementary_4", "guardian": guardian}
    answers = [
        Program(app).post(join, **HANAKO | child | {"email": f"pupil{n}@example.jp"}) for n in range(11)
    ]
    assert [answer.status_code == 429 for answer in answers] == [False] * 10 + [True]


@pytest.mark.parametrize(("proxies", "through"), [("0", 120), ("1", 121)])
def test_only_a_proxy_of_ours_is_believed(app: Flask, instance: object, proxies: str, through: int) -> None:
    settings = Settings(instance=str(instance), base_url="http://localhost", secret="s", proxies=proxies)
    public = create_app(settings)

    @public.get("/guarded")
    def one_more() -> str:
        guard("join", "")
        return "through"

    client = public.test_client()
    answers = [
        client.get("/guarded", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(121)
    ]
    assert answers.count(200) == through


def test_counts_do_not_grow_without_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "_MOST_KEPT", 20)
    assert all(guarded(app, f"192.0.2.{n}") for n in range(50))
    assert len(guarding._counts().events) <= 20
