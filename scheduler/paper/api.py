"""Paper for programs: printing a sheet, reading it, keying it in; with the same actions as the pages."""

from urllib.parse import urlencode

from scheduler import clock
from scheduler.board.queries import find_date_to_enter
from scheduler.json_api import Api
from scheduler.paper import actions, printing, queries, undoing
from scheduler.paper.models import PrintedSheet
from scheduler.paper.shapes import (
    KeyedOut,
    KeyIn,
    PrintForBlocksIn,
    PrintIn,
    SheetOut,
    SheetsOut,
    outcome_out,
    sheet_out,
)
from scheduler.parties.login import current_actor
from scheduler.web import db_session, settings

api = Api("paper_api", __name__)


def _out(sheet: PrintedSheet) -> SheetOut:
    standing = queries.standing_of(db_session(), sheet.rows, sheet.occurrence.slots)
    return sheet_out(sheet, standing, settings().address)


@api.operation("POST /dates/<int:occurrence_id>/sheets", SheetOut, body=PrintIn, status=201, scope="organise")
def print_sheet(occurrence_id: int, body: PrintIn) -> SheetOut:
    """Print a sheet to sign up on, or a circular: its lines stay as they are, whoever moves in."""
    actor = current_actor()
    occurrence = find_date_to_enter(db_session(), actor, occurrence_id)
    wanted = printing.Wanted(body.kind, body.block_id, body.text, body.useful_until)
    made = printing.print_sheet(db_session(), occurrence, wanted, actor, clock.now())
    db_session().commit()
    return _out(made)


@api.operation(
    "POST /dates/<int:occurrence_id>/sheets/blocks",
    SheetsOut,
    body=PrintForBlocksIn,
    status=201,
    scope="organise",
)
def print_for_blocks(occurrence_id: int, body: PrintForBlocksIn) -> SheetsOut:
    """Print a sheet for each block that one may print for, each with its own code, and all in one PDF."""
    actor = current_actor()
    occurrence = find_date_to_enter(db_session(), actor, occurrence_id)
    wanted = printing.Wanted(body.kind, None, body.text, body.useful_until)
    made = printing.print_for_blocks(db_session(), occurrence, wanted, actor, clock.now())
    db_session().commit()
    asked = urlencode([("code", one.code) for one in made])
    pdf = f"{settings().address}/dates/{occurrence_id}/sheets.pdf?{asked}"
    return SheetsOut(sheets=[_out(one) for one in made], pdf=pdf)


@api.operation("GET /sheets/<code>", SheetOut, scope="organise")
def sheet(code: str) -> SheetOut:
    """Show a printed sheet with what stands of each line, however it came in."""
    return _out(queries.find_sheet(db_session(), current_actor(), code))


@api.operation("POST /sheets/<code>/withdraw", SheetOut, scope="organise")
def withdraw(code: str) -> SheetOut:
    """Withdraw a sheet that was printed by mistake and from which nothing was keyed in."""
    found = queries.find_sheet(db_session(), current_actor(), code)
    actions.withdraw(db_session(), found, current_actor(), clock.now())
    db_session().commit()
    return _out(found)


@api.operation("POST /sheets/<code>/restore", SheetOut, scope="organise")
def restore(code: str) -> SheetOut:
    """Take back that a sheet was withdrawn."""
    found = queries.find_sheet(db_session(), current_actor(), code)
    actions.restore(db_session(), found, current_actor(), clock.now())
    db_session().commit()
    return _out(found)


@api.operation("POST /sheets/<code>", KeyedOut, body=KeyIn, scope="organise")
def key_in(code: str, body: KeyIn) -> KeyedOut:
    """Enter what stands on a sheet; a refused line leaves the others as they are, the same again changes nothing."""
    actor = current_actor()
    found = queries.find_sheet(db_session(), actor, code)
    by = actions.By(actor, clock.now(), actions.note_of(found), body.say_so)
    outcomes = actions.key_in(db_session(), found, [line.keyed() for line in body.lines], by)
    db_session().commit()
    return KeyedOut(outcomes=[outcome_out(one) for one in outcomes])


@api.operation("POST /sheets/<code>/undo", SheetOut, scope="organise")
def undo_keying(code: str) -> SheetOut:
    """Take back for half an hour what one has keyed in last from a sheet; what that has ended stays ended."""
    actor = current_actor()
    found = queries.find_sheet(db_session(), actor, code)
    undoing.take_back(db_session(), found, actions.By(actor, clock.now()))
    db_session().commit()
    return _out(found)
