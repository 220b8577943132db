"""Months as a grid: which one is asked for, its weeks, and which ones lie beside it; pure. Weeks begin on Sunday."""

from calendar import Calendar, monthrange
from datetime import date, timedelta

from scheduler.activities.plans import HORIZON

_FROM_SUNDAY = Calendar(6)


def asked_month(text: str, today: date, otherwise: date) -> date:
    """Return the first day of the month that an address asks for; of another where it names none that can be seen."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return otherwise.replace(day=1)
    return asked if today.replace(day=1) <= asked <= today + HORIZON else otherwise.replace(day=1)


def last_of(first: date) -> date:
    """Return the last day of a month."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def weeks_of(first: date) -> list[list[date]]:
    """Return the weeks of a month, filled up with days of its neighbours."""
    return _FROM_SUNDAY.monthdatescalendar(first.year, first.month)


def before(first: date, today: date) -> date | None:
    """Return the month before, unless it is over."""
    earlier = (first - timedelta(days=1)).replace(day=1)
    return earlier if earlier >= today.replace(day=1) else None


def after(first: date, today: date) -> date | None:
    """Return the month after, as far as dates are made."""
    later = last_of(first) + timedelta(days=1)
    return later if later <= today + HORIZON else None
