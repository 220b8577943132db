"""A body's year on one sheet: from April to March, what is over and what was called off too; no drafts."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from scheduler.activities import actions
from scheduler.decisions.actions import Ruling, cancel
from scheduler.reports.queries import dates_of_year
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import tokyo
from tests.visitor import Visitor


@pytest.mark.parametrize(
    ("day", "year"), [("2026-03-31", 2025), ("2026-04-01", 2026), ("2027-03-31", 2026), ("2027-04-01", 2027)]
)
def test_a_date_stands_in_the_year_of_its_day(session: Session, cast: Cast, day: str, year: int) -> None:
    make.occurrence(
        session, cast.midori, tokyo(f"{day} 08:00") - timedelta(days=30), first_on=date.fromisoformat(day)
    )
    found = [asked for asked in (2025, 2026, 2027) if dates_of_year(session, cast.midori.id, asked)]
    assert found == [year]


def test_what_was_called_off_says_so_and_drafts_are_not_shown(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    off = make.occurrence(session, cast.midori, NOW, title="秋の清掃")
    cancel(session, off, Ruling(cast.aiko.id, 0), NOW)
    actions.post(session, cast.midori.id, make.facts(title="来春の催し"), None, NOW)
    make.occurrence(session, cast.library, NOW, title="図書館の会")
    session.commit()
    page = visitor.text("/organizations/midori/year")
    assert ("秋の清掃" in page, "中止" in page) == (True, True)
    assert ("来春の催し" in page, "図書館の会" in page) == (False, False)


def test_an_empty_year_says_so(visitor: Visitor, cast: Cast) -> None:
    assert "この年度の日は、まだありません。" in visitor.text("/organizations/midori/year?year=2020")
