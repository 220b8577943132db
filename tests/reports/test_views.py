"""Hours as a page and as CSV."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.participation.models import Participation
from scheduler.parties.actions import PersonFacts, person
from scheduler.parties.models import Membership
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.program import done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

HOURS = "/organizations/midori/hours"
# Each is a name that a spreadsheet would take for a formula, or a program for more than one cell.
HOSTILE = [
    '=HYPERLINK("https://evil.example","Click")',
    "+81 90 0000 0000",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "＝1+1",
    '"quoted", with a comma',
    "<script>alert(1)</script>",
]


@pytest.fixture
def came(session: Session, cast: Cast) -> list[Participation]:
    """Seven people with hostile names have come; their readings put them in this order."""
    slot = make.slot(session, cast.midori, NOW, places=10)
    people = [
        person(session, PersonFacts(name, f"かな {number}", f"h{number}@example.jp"), NOW)
        for number, name in enumerate(HOSTILE)
    ]
    rows = [make.participation(session, slot, one, NOW) for one in people]
    for row in rows:
        row.state, row.came_people = "done", 1
    session.commit()
    return rows


@pytest.fixture
def aiko(app: Flask, cast: Cast, came: list[Participation]) -> Visitor:
    """Aiko's browser."""
    return browser_of(app, cast.aiko)


def rows_of(content: bytes) -> list[list[str]]:
    """Read a CSV file as a spreadsheet does."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_no_cell_is_a_formula_and_no_name_breaks_its_row(aiko: Visitor) -> None:
    heading, *rows = rows_of(aiko.get(f"{HOURS}.csv?year=2026").data)
    assert heading == ["お名前", "ふりがな", "日数", "延べ人数", "分", "時間"]
    assert [row[0].removeprefix("'") for row in rows] == HOSTILE
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "＝"))]
    assert {tuple(row[2:]) for row in rows} == {("1", "1", "120", "2.0")}


def test_it_is_a_file_that_spreadsheets_open_as_it_is(aiko: Visitor) -> None:
    answer = aiko.get(f"{HOURS}.csv?year=2026")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.data.count(b"\r\n") == len(HOSTILE) + 1
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="hours-2026.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_heading_is_in_the_readers_language(aiko: Visitor) -> None:
    aiko.submit("/language", page="/", language="en")
    heading = rows_of(aiko.get(f"{HOURS}.csv?year=2026").data)[0]
    assert len(heading) == 6
    assert all(cell.isascii() for cell in heading)
    assert "hours" in aiko.text(f"{HOURS}?year=2026")


def test_the_page_has_a_line_for_each_and_the_sums(aiko: Visitor) -> None:
    page = aiko.text(f"{HOURS}?year=2026")
    assert "2026年度" in page
    assert "<script>alert" not in page
    assert page.count('<th scope="row">') == len(HOSTILE)
    assert "14" in page


ASKED = [("", 2026), ("?year=2025", 2025), ("?year=1999", 2026), ("?year=2101", 2026), ("?year=x", 2026)]


@pytest.mark.parametrize(("query", "year"), ASKED)
def test_a_wild_year_is_this_one(aiko: Visitor, query: str, year: int) -> None:
    assert f"hours-{year}.csv" in aiko.get(f"{HOURS}.csv{query}").headers["Content-Disposition"]


@pytest.mark.parametrize(("moment", "year"), [("2027-03-31 23:59", 2026), ("2027-04-01 00:00", 2027)])
def test_this_year_turns_at_midnight_in_japan(app: Flask, cast: Cast, moment: str, year: int) -> None:
    with at(moment):
        assert f"{year}年度の活動の時間" in browser_of(app, cast.aiko).text(HOURS)


def test_a_year_without_hours_says_so(aiko: Visitor) -> None:
    assert "この年度の記録はまだありません" in aiko.text(f"{HOURS}?year=2024")


def test_an_office_that_is_over_shows_nothing_any_more(app: Flask, session: Session, cast: Cast) -> None:
    browser = browser_of(app, cast.aiko)
    assert browser.get(HOURS).status_code == 200
    session.query(Membership).filter_by(person_id=cast.aiko.id).one().ends_on = NOW.date()
    session.commit()
    with at("2026-11-18 09:00"):
        assert browser.get(HOURS).status_code == 404


@pytest.mark.parametrize(("asked", "given"), [(2026, 2026), (1, 2000), (99999, 2100)])
def test_a_program_gets_the_year_it_asks_for_within_bounds(
    app: Flask, cast: Cast, came: list[Participation], asked: int, given: int
) -> None:
    hours = done(program_of(app, cast.aiko).get(f"{HOURS}/{asked}"))
    assert (hours["year"], len(hours["lines"])) == (given, 7 if given == 2026 else 0)


def test_a_program_without_the_office_gets_nothing(app: Flask, cast: Cast) -> None:
    assert refusal(program_of(app, cast.ben).get(f"{HOURS}/2026")) == (404, "not_found")
    assert refusal(program_of(app, cast.aiko).get("/organizations/library/hours/2026")) == (404, "not_found")
