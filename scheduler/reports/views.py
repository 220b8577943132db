"""A body's year: its dates on one sheet for everybody, and hours per person for its officers, as page and CSV."""

import csv
import io

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.parties.login import HOME_ZONE, current_actor
from scheduler.parties.queries import find_body, find_organised_body
from scheduler.reports.hours import HoursLine, fiscal_year, total
from scheduler.reports.queries import dates_of_year, hours_of_body, hours_of_person
from scheduler.text import csv_cell
from scheduler.web import db_session

pages = Blueprint("reports", __name__)


def _asked_year() -> int:
    year = request.args.get("year", 0, int)
    return year if 2000 <= year <= 2100 else this_year()


def this_year() -> int:
    """Return the present fiscal year."""
    return fiscal_year(clock.now().astimezone(HOME_ZONE).date())


@pages.get("/organizations/<slug>/year")
def year(slug: str) -> ResponseReturnValue:
    """Show the dates of a body in a fiscal year on one sheet, as the general meeting gets it."""
    body, asked = find_body(db_session(), slug), _asked_year()
    lines = dates_of_year(db_session(), body.id, asked)
    years = (this_year() - 1, this_year(), this_year() + 1)
    return render_template("reports/year.html", body=body, year=asked, years=years, lines=lines)


@pages.get("/organizations/<slug>/hours")
def hours(slug: str) -> ResponseReturnValue:
    """Show who did how many hours for a body in a fiscal year."""
    body = find_organised_body(db_session(), current_actor(), slug)
    year = _asked_year()
    lines = hours_of_body(db_session(), body.id, year)
    years = range(this_year(), this_year() - 4, -1)
    return render_template(
        "reports/hours.html", body=body, year=year, years=years, lines=lines, total=total(lines)
    )


@pages.get("/organizations/<slug>/hours.csv")
def hours_csv(slug: str) -> ResponseReturnValue:
    """Give the same table to a spreadsheet: UTF-8 with byte order mark, CRLF, no cell that could be a formula."""
    body = find_organised_body(db_session(), current_actor(), slug)
    year = _asked_year()
    answer = Response(_csv(hours_of_body(db_session(), body.id, year)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="hours-{year}.csv"'
    return answer


def _csv(lines: list[HoursLine]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    headings = (
        gettext("お名前"),
        gettext("ふりがな"),
        gettext("日数"),
        gettext("延べ人数"),
        gettext("分"),
        gettext("時間"),
    )
    writer.writerow(headings)
    for line in lines:
        row = (line.name, line.kana, line.dates, line.people, line.minutes, line.hours)
        writer.writerow([csv_cell(cell) for cell in row])
    return file.getvalue().encode("utf-8-sig")


@pages.app_template_global("hours_of")
def hours_of(person_id: int) -> tuple[int, HoursLine | None]:
    """Return this fiscal year and what a person did in it, for that person's own page."""
    lines = hours_of_person(db_session(), person_id, this_year())
    return this_year(), lines[0] if lines else None
