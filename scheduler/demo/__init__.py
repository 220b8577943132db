"""The demo neighbourhood: seven programmes with a year behind them. Nobody in it is real.

Everything is made by the actions that a person's request would call, each at its own moment, from the YAML
files beside this one; all dates are relative to the day of loading, all addresses end in example.jp.
"""

from contextlib import nullcontext
from datetime import datetime
from random import Random

from flask import Flask, has_app_context
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.recurrence import to_local
from scheduler.db import begin_writing
from scheduler.demo import entries, programmes
from scheduler.demo.stage import Stage
from scheduler.demo.town import ZONE, settle
from scheduler.parties.models import Organization, Person
from scheduler.parties.queries import person_by_email
from scheduler.reports.hours import fiscal_year
from scheduler.web import db

__all__ = ["cast", "is_empty", "load", "load_into"]

# In this order: the leaders of the marathon have signed up for its briefing before.
PROGRAMMES = ("recovery", "park", "library", "craft", "briefing", "marathon", "play")


def is_empty(session: Session) -> bool:
    """Say whether nobody uses this database yet."""
    return (
        session.scalar(select(Organization.id).limit(1)) is None
        and session.scalar(select(Person.id).limit(1)) is None
    )


def load(app: Flask, now: datetime) -> None:
    """Load the neighbourhood into an app's empty database; inside a context of the app, into its own session.

    Raise ValueError when somebody is there already.
    """
    with nullcontext() if has_app_context() else app.app_context():
        load_into(db.session(), now)


def load_into(session: Session, now: datetime) -> None:
    """Load the neighbourhood as one transaction and commit; raise ValueError when somebody is there already.

    Killed on the way, it leaves nothing. Nothing that it queued is left to be sent.
    """
    begin_writing(session)
    if not is_empty(session):
        session.rollback()
        raise ValueError("the database is not empty")
    year = fiscal_year(to_local(now, ZONE).date())
    town = settle(session, entries.town(), year - 2)
    posted: dict[str, int] = {}
    for name in PROGRAMMES:
        # Dice of its own for each, so that a change in one programme leaves the others as they were.
        stage = Stage(session, town, now, Random(name), posted)
        posted[name] = programmes.happen(stage, entries.programme(name)).id
    _let_operate(session, entries.cast()[0].email)
    session.commit()


def _let_operate(session: Session, email: str) -> None:
    # So that the operator's pages can be tried out too.
    person = person_by_email(session, email)
    if person is not None:
        person.is_operator = True


def cast(session: Session) -> list[tuple[str, str]]:
    """Return the people whom a newcomer may try out, as role and address: those of them who are there."""
    return [(entry.role, entry.email) for entry in entries.cast() if person_by_email(session, entry.email)]
