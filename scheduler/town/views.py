"""The page of the whole town, the same as CSV, and founding a body."""

import csv
import io

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from scheduler import clock
from scheduler.errors import NotFound
from scheduler.offices.actions import By
from scheduler.parties.access import Actor
from scheduler.parties.login import current_actor
from scheduler.parties.models import Organization
from scheduler.reports.hours import fiscal_year
from scheduler.text import csv_cell
from scheduler.town import actions, queries
from scheduler.town.forms import BodyForm
from scheduler.web import Form, db_session, go

pages = Blueprint("town", __name__)


def _year(actor: Actor) -> int:
    asked = request.args.get("year", 0, int)
    return asked if 2000 <= asked <= 2100 else fiscal_year(actor.today)


@pages.route("/town", methods=["GET", "POST"])
def town() -> ResponseReturnValue:
    """Show what each body did in a fiscal year, in numbers; let the operator found a body."""
    actor, session = current_actor(), db_session()
    reader, form = queries.find_reader(session, actor), BodyForm()
    if request.method == "POST" and not reader.founds:
        raise NotFound
    if form.validate_on_submit() and form.attempt(lambda: _found(form, actor)):
        session.commit()
        flash(
            gettext("%(name)sを作りました。はじめの役員に、メールで知らせます。", name=form.name.data),
            "success",
        )
        return go("/town")
    year = _year(actor)
    counts = queries.counts_of(session, year, clock.now())
    founded = queries.just_founded(session, actor, clock.now()) if reader.founds else None
    facts = {"counts": counts, "total": queries.total(counts), "year": year}
    years = range(fiscal_year(actor.today), fiscal_year(actor.today) - 4, -1)
    return form.page("town/town.html", reader=reader, founded=founded, years=years, **facts)


@pages.post("/town/<slug>/undo")
def undo(slug: str) -> ResponseReturnValue:
    """Take back that a body was founded."""
    actor, form = current_actor(), Form()
    body = queries.find_founded(db_session(), actor, slug)
    by, name = By(actor.person_id, actor.today, clock.now()), body.name
    if form.validate_on_submit() and form.attempt(lambda: actions.take_back(db_session(), body, by)):
        db_session().commit()
        flash(gettext("%(name)sを作ったのを、取り消しました。", name=name), "success")
    else:
        flash(form.refusal, "error")
    return go("/town")


def _found(form: BodyForm, actor: Actor) -> Organization:
    now = clock.now()
    body = Organization(slug=form.slug.data, name=form.name.data, kind=form.kind.data, created_at=now)
    return actions.found_with_officer(
        db_session(), body, form.officer_facts(), By(actor.person_id, actor.today, now)
    )


@pages.get("/town.csv")
def town_csv() -> ResponseReturnValue:
    """Give the same table to a spreadsheet: UTF-8 with byte order mark, CRLF, no cell that could be a formula."""
    actor, file = current_actor(), io.StringIO()
    queries.find_reader(db_session(), actor)
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    headings = ("団体", "活動", "実施した日", "これからの日", "延べ人数", "時間")
    writer.writerow([gettext(heading) for heading in headings])
    for one in queries.counts_of(db_session(), _year(actor), clock.now()):
        numbers = (one.activities, one.held, one.ahead, one.came, one.hours)
        writer.writerow([csv_cell(one.body.name), *numbers])
    answer = Response(file.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="town-{_year(actor)}.csv"'
    return answer
