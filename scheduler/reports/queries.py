"""Who did how much, computed from the ticks; read-only."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.activities.queries import DateLine, ahead, lines_of
from scheduler.activities.recurrence import to_local
from scheduler.participation.models import Participation
from scheduler.reports.hours import HoursLine, Service, fiscal_year_days, summed


def _done_in(year: int) -> Select[tuple[Participation]]:
    first, last = fiscal_year_days(year)
    # A day more on both sides: which local day it was is decided in the activity's own zone.
    begin, end = _midnight(first - timedelta(days=1)), _midnight(last + timedelta(days=2))
    path = (
        contains_eager(Participation.slot).contains_eager(Slot.occurrence).contains_eager(Occurrence.activity)
    )
    return (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        # Guests and families take part: what they spend is no service.
        .where(
            Participation.state == "done",
            Slot.unit == "person",
            Occurrence.starts_at >= begin,
            Occurrence.starts_at < end,
        )
        .options(
            path,
            joinedload(Participation.contact),
            joinedload(Participation.person),
            joinedload(Participation.household),
            joinedload(Participation.organization),
        )
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), UTC)


def _service(row: Participation) -> Service:
    occurrence = row.slot.occurrence
    kind = "organization" if row.organization_id else "household" if row.household_id else "person"
    return Service(
        party=(kind, row.organization_id or row.household_id or row.contact_id),
        name=row.party_name,
        kana=row.contact.kana if kind == "person" else row.party_name,
        day=to_local(occurrence.starts_at, occurrence.activity.timezone).date(),
        people=row.came_people or 0,
        minutes=row.minutes_served if row.minutes_served is not None else row.slot.minutes_held,
    )


def _lines(session: Session, wanted: Select[tuple[Participation]], year: int) -> list[HoursLine]:
    first, last = fiscal_year_days(year)
    services = [_service(row) for row in session.scalars(wanted.order_by(Participation.id))]
    return summed(service for service in services if first <= service.day <= last)


def hours_of_body(session: Session, organization_id: int, year: int) -> list[HoursLine]:
    """Return what each party did for a body in a fiscal year: for the body's officers only."""
    return _lines(session, _done_in(year).where(Activity.organization_id == organization_id), year)


def dates_of_year(session: Session, organization_id: int, year: int) -> list[DateLine]:
    """Return the public dates of a body in a fiscal year, those that are over too: for everybody, and for the wall."""
    first, last = fiscal_year_days(year)
    begin, end = _midnight(first - timedelta(days=1)), _midnight(last + timedelta(days=2))
    wanted = ahead(begin).where(Activity.organization_id == organization_id, Occurrence.starts_at < end)
    return [line for line in lines_of(session, wanted) if first <= line.starts.date() <= last]


def hours_of_person(session: Session, person_id: int, year: int) -> list[HoursLine]:
    """Return what a person did in a fiscal year, all bodies together: for that person only."""
    own = Participation.person_id == person_id
    return _lines(session, _done_in(year).where(own), year)
