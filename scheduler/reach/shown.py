"""What templates call to say what can be done about somebody who has still to be told."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint

from scheduler.activities.models import Occurrence
from scheduler.parties.login import current_actor
from scheduler.parties.models import Person
from scheduler.reach.told import Told, leaders_of, sign_ups_of
from scheduler.web import db_session


@dataclass(frozen=True)
class OtherWays:
    """What helps to tell whoever has no known telephone: their sign-ups by person, who leads their blocks by block."""

    sign_ups: dict[int, int]
    leaders: dict[int, list[Person]]


def fit(pages: Blueprint) -> None:
    """Let the templates of an app, once it has these pages, call all of this by name."""
    pages.add_app_template_global(ways_besides)


def ways_besides(occurrence: Occurrence | None, rows: Sequence[Told]) -> OtherWays:
    """Return what helps to tell these people of a date; the database is asked once for all of them."""
    blocks = {row.block.id for row in rows if row.block is not None}
    sign_ups = sign_ups_of(db_session(), occurrence.id) if occurrence is not None else {}
    return OtherWays(sign_ups, leaders_of(db_session(), blocks, current_actor().today))
