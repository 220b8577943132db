"""What templates call to say who was told by whom, and what can be done about somebody who was not."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint
from flask_babel import force_locale

from scheduler import clock
from scheduler.activities.models import Occurrence
from scheduler.board.queries import names_of
from scheduler.board.risks import bounced_among
from scheduler.history import UNDO_FOR
from scheduler.notices.queries import people_addressed
from scheduler.participation.models import Participation
from scheduler.participation.reconfirming import entered_for_others
from scheduler.parties.login import current_actor
from scheduler.reach import queries
from scheduler.reach.ahead import would_be_told
from scheduler.reach.pending import Pending, pending_of
from scheduler.reach.reached import Round
from scheduler.reach.told import CHANGED, Told, leaders_of, sign_ups_of, told_about
from scheduler.reach.ways import Reached, reached_by
from scheduler.web import db_session


@dataclass(frozen=True)
class OtherWays:
    """What helps to tell whoever has no known telephone: their sign-ups by person, and who leads their blocks.

    From whom mail has come back, nobody writes to again.
    """

    sign_ups: dict[int, int]
    leaders: list[str]
    bounced: set[int]


@dataclass(frozen=True)
class Telling:
    """That somebody was told a piece of news by a person: which news, by whom and when."""

    row: Told
    by: str
    at: datetime
    may_be_taken_back: bool


def fit(pages: Blueprint) -> None:
    """Let the templates of an app, once it has these pages, call all of this by name."""
    for one in (
        told_ahead,
        ways_besides,
        tellings_of,
        tellings_to,
        said_in,
        may_unsay,
        ways_of_change,
        pending_news,
        unheard_of,
    ):
        pages.add_app_template_global(one)


def told_ahead(occurrence: Occurrence) -> Round | None:
    """Return whom somebody telephones or visits once there is news of a date; None for one that needs none any more."""
    if not occurrence.takes_place or occurrence.ends_at <= clock.now():
        return None
    return would_be_told(db_session(), current_actor(), occurrence)


def ways_besides(occurrence: Occurrence | None, rows: Sequence[Told]) -> OtherWays:
    """Return what helps to tell these people of a date; the database is asked once for all of them."""
    blocks = {row.block.id for row in rows if row.block is not None}
    sign_ups = sign_ups_of(db_session(), occurrence.id) if occurrence is not None else {}
    untold = {row.person.id for row in rows}
    led = leaders_of(db_session(), blocks, current_actor().today).values()
    # A leader who is on the list is told first.
    names = {one.id: one.name for leaders in led for one in leaders if one.id not in untold}
    return OtherWays(sign_ups, list(names.values()), bounced_among(db_session(), untold))


def tellings_of(rows: Sequence[Told]) -> dict[int, Telling]:
    """Return, by delivery, what of these was told by a person, and whether the reader may still take that back."""
    told = [row for row in rows if row.by_id is not None and row.at is not None]
    names = names_of(db_session(), {row.by_id for row in told})
    reader, since = current_actor().person_id, clock.now() - UNDO_FOR
    return {
        row.delivery_id: Telling(
            row, names.get(row.by_id or 0, ""), row.at, row.by_id == reader and row.at > since
        )
        for row in told
        if row.at is not None
    }


def tellings_to(row: Participation) -> list[Telling]:
    """Return who told somebody who has signed up the news of that date, and when."""
    about = told_about(db_session(), row.slot.occurrence_id, row.contact_id)
    return list(tellings_of(about).values())


def unheard_of(occurrence: Occurrence, revision: int) -> set[int]:
    """Return who has not been told a decision about a date, as far as is known; `revision` is what it gave the date."""
    return queries.unheard(db_session(), occurrence.id, revision)


def may_unsay(row: Participation) -> bool:
    """Say whether the reader has entered an answer for somebody who has signed up, and may still take it back."""
    by, now = current_actor().person_id, clock.now()
    entered = entered_for_others(db_session(), [row.slot.occurrence_id], by, now)
    return any(one.row.id == row.id for one in entered)


def ways_of_change(change_id: int, version: int) -> Reached:
    """Return by which ways people are told of a change or, as its second version, that it was taken back."""
    return reached_by(db_session(), people_addressed(db_session(), CHANGED, "change", change_id, version))


def pending_news(body_ids: Collection[int], change_id: int = 0) -> list[Pending]:
    """Return the changes of these bodies, or that one, of which the news has not gone out yet."""
    found = pending_of(db_session(), body_ids, clock.now())
    return [one for one in found if change_id in {0, one.change_id}]


def said_in(language: str, macro: Callable[..., str], *facts: object) -> str:
    """Return what a macro says in the language of whom it is for, whatever the reader's own."""
    with force_locale(language):
        return macro(*facts)
