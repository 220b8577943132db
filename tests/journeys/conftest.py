"""Where most journeys begin: a resource-recovery day is announced for Sunday, 22 November 2026, eight o'clock."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.participation.models import Participation
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import Program, done

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
TARO = {"name": "佐藤 太郎", "kana": "さとう たろう", "email": "taro@example.jp"}


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    """The date; its one slot, loading, has two places."""
    made = make.occurrence(session, cast.midori, NOW)
    session.commit()
    return made


@pytest.fixture
def signed_up(app: Flask, date: Occurrence) -> list[int]:
    """Hanako and Taro have signed up for it and confirmed; the ids of their sign-ups."""
    return [_confirmed(app, date.slots[0].id, who) for who in (HANAKO, TARO)]


def _confirmed(app: Flask, slot_id: int, who: dict[str, str]) -> int:
    program = Program(app)
    done(program.post(f"/slots/{slot_id}/join", **who))
    link = mailbox.path(mailbox.new_mail(app, who["email"]), "/me/")
    program.token, _, sign_up = link.removeprefix("/me/").partition("/")
    sign_up_id = int(sign_up.rpartition("/")[2])
    assert done(program.post(f"/participations/{sign_up_id}/prove"))["state"] == "confirmed"
    return sign_up_id


def sign_ups(session: Session) -> list[Participation]:
    """Return all sign-ups as they are now."""
    session.rollback()
    return session.query(Participation).order_by(Participation.id).all()
