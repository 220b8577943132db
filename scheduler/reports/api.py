"""Hours, for programs."""

from scheduler.json_api import Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_organised_body
from scheduler.reports.hours import fiscal_year_days
from scheduler.reports.queries import hours_of_body
from scheduler.web import db_session

api = Api("reports_api", __name__)


class HoursLineOut(ApiModel):
    """What one party did."""

    name: str
    kana: str
    dates: int
    people: int
    minutes: int


class HoursOut(ApiModel):
    """Hours of a fiscal year, April to March."""

    year: int
    first_day: str
    last_day: str
    lines: list[HoursLineOut]


@api.operation("GET /organizations/<slug>/hours/<int:year>", HoursOut, scope="report")
def hours(slug: str, year: int) -> HoursOut:
    """Show who did how much for a body in a fiscal year."""
    body = find_organised_body(db_session(), current_actor(), slug)
    kept = min(max(year, 2000), 2100)
    first, last = fiscal_year_days(kept)
    lines = [
        HoursLineOut(
            name=line.name, kana=line.kana, dates=line.dates, people=line.people, minutes=line.minutes
        )
        for line in hours_of_body(db_session(), body.id, kept)
    ]
    return HoursOut(year=kept, first_day=first.isoformat(), last_day=last.isoformat(), lines=lines)
