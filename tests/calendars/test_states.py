"""How a sign-up stands, and how places are given, as calendars tell it."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.activities.parts import SlotFacts
from scheduler.calendars import actions
from scheduler.participation.models import COMING, GONE, PENDING, WAITING
from scheduler.words import PARTICIPATION_STATES
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

DAY = 24 * 60
# Now it is the 16th, and the date is on the 22nd.
TERMS: dict[str, tuple[dict[str, Any], bool, str]] = {
    "as they come": ({}, True, "申し込み：募集しています"),
    "closes tomorrow": ({"closes_before": DAY}, True, ""),
    "closed last week": ({"closes_before": 9 * DAY}, False, ""),
    "opens on the day before": ({"opens_before": DAY // 2}, False, ""),
    "drawn": ({"policy": "lottery", "closes_before": DAY}, True, ""),
    "given by the organiser": ({"policy": "assigned"}, False, ""),
    "kept for first-timers": ({"first_timers": 6}, False, "申し込み：満員です"),
}


def test_what_does_not_hold_yet_is_tentative_and_what_is_over_is_gone(
    client: FlaskClient, session: Session, cast: Cast
) -> None:
    row = make.participation(session, make.slot(session, cast.midori, NOW), cast.ben, NOW)
    token, said = actions.renew(session, cast.ben.id, "feed", NOW), {}
    for state in PARTICIPATION_STATES:
        row.state = state
        session.commit()
        text = client.get(f"/calendars/{token}.ics").text
        said[state] = "TENTATIVE" if "STATUS:TENTATIVE" in text else "CONFIRMED" if "STATUS:" in text else ""
    assert {state for state, status in said.items() if status == "TENTATIVE"} == {*PENDING, *WAITING}
    assert {state for state, status in said.items() if status == "CONFIRMED"} == set(COMING)
    assert {state for state, status in said.items() if not status} == set(GONE)


@pytest.mark.parametrize("terms", TERMS)
def test_how_places_are_given_decides_what_is_said_of_them(
    terms: str, client: FlaskClient, session: Session, cast: Cast
) -> None:
    facts, is_open, level = TERMS[terms]
    make.slot(session, cast.midori, NOW, slots=(SlotFacts("積込み", 6, **facts),))
    session.commit()
    everything, open_ = (
        client.get(f"/calendars/{name}.ics").text.replace("\r\n ", "") for name in ("public", "open")
    )
    assert ("BEGIN:VEVENT" in open_) is is_open
    assert level in everything if level else "申し込み：" not in everything
