"""The activity that most changes here are made to."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity
from tests import make
from tests.cast import Cast
from tests.changes.wanting import WEEKLY, dates_of
from tests.conftest import NOW


@pytest.fixture
def unlike_others() -> dict[str, Any]:
    """What is not as in other activities: nothing."""
    return {}


@pytest.fixture
def bens_dates() -> Sequence[int]:
    """The Sundays that Ben comes to: the first."""
    return (0,)


@pytest.fixture
def weekly(
    session: Session, cast: Cast, unlike_others: dict[str, Any], bens_dates: Sequence[int]
) -> Activity:
    """Six Sundays from 22 November 2026 on, eight to ten; Ben comes to some of them."""
    made = make.activity(session, cast.midori, NOW, rule=f"{WEEKLY};COUNT=6", **unlike_others)
    rows = dates_of(session, made.id)
    for number in bens_dates:
        make.participation(session, rows[number].slots[0], cast.ben, NOW)
    session.commit()
    return made
