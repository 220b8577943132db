"""What templates call to say what can be done about somebody who has still to be told."""

from flask import Blueprint

from scheduler.activities.models import Occurrence
from scheduler.parties.access import BLOCK_LEADER
from scheduler.parties.login import current_actor
from scheduler.parties.models import Organization, Person
from scheduler.parties.queries import holders_of
from scheduler.reach.told import sign_ups_of
from scheduler.web import db_session


def fit(pages: Blueprint) -> None:
    """Let the templates of an app, once it has these pages, call all of this by name."""
    for function in (sign_ups_at, leaders_of):
        pages.add_app_template_global(function, function.__name__)


def sign_ups_at(occurrence: Occurrence) -> dict[int, int]:
    """Return the sign-ups of a date that stand, by who is told about them."""
    return sign_ups_of(db_session(), occurrence.id)


def leaders_of(block: Organization) -> list[Person]:
    """Return who leads a block today."""
    return holders_of(db_session(), block.id, (BLOCK_LEADER,), current_actor().today)
