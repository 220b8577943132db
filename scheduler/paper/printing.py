"""Printing sheets: what stands on a new one is written down, so that it can be keyed in when the block has changed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.activities.recurrence import to_local
from scheduler.errors import Invalid
from scheduler.paper.models import CIRCULAR, SIGN_UP, PrintedRow, PrintedSheet
from scheduler.paper.queries import blocks_to_print, lines_of_block, people_to_print
from scheduler.parties.access import Actor, may_enter_for_all
from scheduler.text import fitting

# Empty lines at the end of a list of names, and on a sheet without names.
WRITE_IN, EMPTY = 3, 15
MOST_TEXT = 1200
# A circular that goes round for longer is a year mistyped.
_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Wanted:
    """Which sheet is wanted: its kind, for which block (None: for the body's own people), and what a circular says."""

    kind: str
    block_id: int | None = None
    text: str = ""
    useful_until: date | None = None


def print_sheet(
    session: Session, occurrence: Occurrence, wanted: Wanted, actor: Actor, now: datetime
) -> PrintedSheet:
    """Print one sheet.

    Raise Invalid for a kind or a block that cannot be chosen.
    """
    if wanted.kind not in {SIGN_UP, CIRCULAR} or actor.person_id is None:
        raise Invalid("choice_unknown")
    if wanted.useful_until is not None:
        _check_day(wanted.useful_until, occurrence, actor)
    lines = _lines(session, occurrence, wanted, actor)
    sheet = PrintedSheet(kind=wanted.kind, occurrence_id=occurrence.id, block_id=wanted.block_id)
    sheet.printed_by_id, sheet.printed_at = actor.person_id, now
    if wanted.kind == CIRCULAR:
        sheet.text, sheet.useful_until = fitting(wanted.text, MOST_TEXT, lines=True), wanted.useful_until
    sheet.rows = [PrintedRow(number=number, **line) for number, line in enumerate(lines, 1)]
    session.add(sheet)
    session.flush()
    return sheet


def print_for_blocks(
    session: Session, occurrence: Occurrence, wanted: Wanted, actor: Actor, now: datetime
) -> list[PrintedSheet]:
    """Print one sheet for each block that the actor may print for, each with its own code; raise Invalid for none."""
    blocks = blocks_to_print(session, actor, occurrence.activity.organization)
    if not blocks:
        raise Invalid("choice_unknown")
    return [
        print_sheet(session, occurrence, replace(wanted, block_id=block.id), actor, now) for block in blocks
    ]


def _check_day(day: date, occurrence: Occurrence, actor: Actor) -> None:
    if not actor.today <= day <= actor.today + _AHEAD:
        raise Invalid("circular_day_wrong")
    # Who reads it after the date can neither come nor say so.
    if day > to_local(occurrence.starts_at, occurrence.activity.timezone).date():
        raise Invalid("circular_after_date")


def _lines(session: Session, occurrence: Occurrence, wanted: Wanted, actor: Actor) -> list[dict[str, int]]:
    body = occurrence.activity.organization
    if wanted.block_id is not None:
        block = next(
            (one for one in blocks_to_print(session, actor, body) if one.id == wanted.block_id), None
        )
        if block is None:
            raise Invalid("choice_unknown")
        known = [{"household_id": home.id} for home in lines_of_block(session, block)]
    elif not may_enter_for_all(session, actor, body):
        raise Invalid("choice_unknown")
    else:
        known = [{"person_id": one.id} for one in people_to_print(session, actor, body)]
    # Only who may enter anybody can enter somebody who is written in; a circular goes to the doors that it names.
    if not may_enter_for_all(session, actor, body) or (known and wanted.kind == CIRCULAR):
        return known
    return known + [{}] * (WRITE_IN if known else EMPTY)
