"""Journey 6: the leader ticks who came; hours per person and fiscal year come out as a page and as CSV."""

import csv
import io
from typing import Any

from flask import Flask

from scheduler.activities.models import Occurrence
from tests.cast import Cast
from tests.moments import at
from tests.program import Program, done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor


def tick(browser: Visitor, date: Occurrence, **ticks: str) -> str:
    """Tick on the list and return the page that is shown then."""
    list_of_names = f"/dates/{date.id}/attendance"
    return browser.text(browser.submit(list_of_names, **ticks).location)


def table(answer: Any) -> list[list[str]]:
    """Read a CSV file as a spreadsheet does."""
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_leader_ticks_who_came_and_the_hours_are_on_the_page(
    app: Flask, cast: Cast, date: Occurrence, signed_up: list[int]
) -> None:
    with at("2026-11-22 10:00"):
        leader = browser_of(app, cast.aiko)
        assert "出席を記録しました" in tick(leader, date, **{f"came-{signed_up[0]}": "1"})
        page = leader.text("/organizations/midori/hours?year=2026")
    assert "山田 花子" in page
    assert "佐藤 太郎" not in page


def test_the_same_comes_out_as_csv(app: Flask, cast: Cast, date: Occurrence, signed_up: list[int]) -> None:
    with at("2026-11-22 10:00"):
        leader = browser_of(app, cast.aiko)
        tick(leader, date, **{f"came-{id_}": "1" for id_ in signed_up})
        answer = leader.get("/organizations/midori/hours.csv?year=2026")
    assert answer.mimetype == "text/csv"
    assert table(answer)[1:] == [
        ["佐藤 太郎", "さとう たろう", "1", "1", "120", "2.0"],
        ["山田 花子", "やまだ はなこ", "1", "1", "120", "2.0"],
    ]


def test_a_year_begins_in_april(app: Flask, cast: Cast, date: Occurrence, signed_up: list[int]) -> None:
    with at("2026-11-22 10:00"):
        tick(browser_of(app, cast.aiko), date, **{f"came-{signed_up[0]}": "1"})
    with at("2027-04-01 00:00"):
        leader = browser_of(app, cast.aiko)
        assert "山田 花子" not in leader.text("/organizations/midori/hours")
        assert "山田 花子" in leader.text("/organizations/midori/hours?year=2026")


def test_a_program_ticks_and_reads_the_hours(
    app: Flask, cast: Cast, date: Occurrence, signed_up: list[int]
) -> None:
    with at("2026-11-22 10:00"):
        program = program_of(app, cast.aiko)
        ticks = [
            {"participation_id": signed_up[0], "people": 1, "minutes": 90},
            {"participation_id": signed_up[1], "people": 0},
        ]
        assert done(program.put(f"/dates/{date.id}/attendance", ticks=ticks)) == {"changed": 2, "came": 1}
        assert done(program.put(f"/dates/{date.id}/attendance", ticks=ticks)) == {"changed": 0, "came": 1}
        hours = program.read("/organizations/midori/hours/2026")
    assert (hours["first_day"], hours["last_day"]) == ("2026-04-01", "2027-03-31")
    assert hours["lines"] == [
        {"name": "山田 花子", "kana": "やまだ はなこ", "dates": 1, "people": 1, "minutes": 90}
    ]


def test_only_the_officers_see_who_did_how_much(
    app: Flask, cast: Cast, date: Occurrence, visitor: Visitor
) -> None:
    paths = ["/organizations/midori/hours", "/organizations/midori/hours.csv", f"/dates/{date.id}/attendance"]
    for browser in (visitor, browser_of(app, cast.ben), browser_of(app, cast.chie)):
        assert [browser.get(path).status_code for path in paths] == [404, 404, 404]
    assert refusal(Program(app).get("/organizations/midori/hours/2026")) == (404, "not_found")


def test_everybody_sees_the_own_hours_on_the_own_page(app: Flask, cast: Cast, date: Occurrence) -> None:
    joined = done(program_of(app, cast.ben).post(f"/slots/{date.slots[0].id}/join"))
    with at("2026-11-22 10:00"):
        tick(browser_of(app, cast.aiko), date, **{f"came-{joined['id']}": "1"})
        page = browser_of(app, cast.ben).text("/me")
    assert "2026年度" in page
