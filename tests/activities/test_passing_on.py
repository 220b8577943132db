"""What is on is passed on to others from its own pages, as long as it is ahead: by LINE, by mail, as a poster."""

import re
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.signed_in import browser_of
from tests.visitor import Visitor


@pytest.fixture
def date(session: Session, cast: Cast) -> Occurrence:
    made = make.occurrence(session, cast.midori, NOW)
    session.commit()
    return made


def _sent(page: str) -> list[str]:
    return [unquote(one) for one in re.findall(r'href="https://line\.me/R/share\?text=([^"]+)"', page)]


@pytest.mark.parametrize("language", ["ja", "en", "ja@easy"])
def test_everybody_can_send_a_date_on_and_no_readings_go_along(
    visitor: Visitor, date: Occurrence, language: str
) -> None:
    visitor.submit("/language", "/", language=language)
    page = visitor.text(f"/dates/{date.id}")
    (sent,) = _sent(page)
    lines = sent.split("\n")
    assert (lines[2:], "\ufff9" in sent) == (["みどり公園前", f"http://localhost/dates/{date.id}"], False)
    assert (f'<p class="pass-on">{lines[0]}' in page, "mailto:?subject=" in page) == (True, True)
    assert "/poster.pdf" not in page


def test_its_organiser_finds_sending_and_the_poster_on_the_date_and_the_activity(
    app: Flask, cast: Cast, date: Occurrence
) -> None:
    aiko = browser_of(app, cast.aiko)
    for path in (f"/dates/{date.id}", f"/activities/{date.activity_id}"):
        page = aiko.text(path)
        assert (len(_sent(page)), 'href="#share"' in page) == (1, True)
        assert f"/dates/{date.id}/poster.pdf" in page
        assert _sent(page)[0].endswith(f"http://localhost{path}")
    assert f'href="/dates/{date.id}#share"' in aiko.text(f"/dates/{date.id}/board")


def test_what_is_over_or_a_draft_is_not_passed_on(
    app: Flask, session: Session, cast: Cast, date: Occurrence
) -> None:
    date.state = "cancelled"
    session.commit()
    aiko = browser_of(app, cast.aiko)
    page = aiko.text(f"/dates/{date.id}")
    assert (_sent(page), "#share" in page) == ([], False)
    assert "#share" not in aiko.text(f"/dates/{date.id}/board")
    date.state = "held"
    session.commit()
    assert "#share" not in aiko.text(f"/dates/{date.id}/board")
    date.state = "open"
    session.commit()
    with at("2026-11-22 12:00"):
        assert not _sent(aiko.text(f"/dates/{date.id}"))
    date.activity.state = "draft"
    session.commit()
    assert not _sent(aiko.text(f"/activities/{date.activity_id}"))
