"""Taking back for half an hour what was keyed in from a sheet: a press as a whole, or a sign-up that it has ended."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.errors import Conflict
from scheduler.history import StateChange
from scheduler.paper.actions import By, lock, note
from scheduler.paper.models import PrintedRow, PrintedSheet
from scheduler.paper.queries import just_keyed, just_left, presses_of
from scheduler.participation import giving
from scheduler.participation.models import GONE, Participation
from scheduler.participation.undoing import come_back, later_than, undo


def take_back(session: Session, sheet: PrintedSheet, by: By) -> None:
    """Take back for half an hour what the actor's last press has keyed in, but for what it has ended.

    Raise Conflict when it is too late for that, or something else has happened since to a sign-up from it.
    """
    lock(session, sheet)
    keyed = just_keyed(session, sheet, by.actor, by.now)
    if keyed is None or by.actor.person_id is None:
        raise Conflict("undo_over")
    done = [session.get_one(StateChange, number) for number in reversed(keyed.facts["changes"])]
    # All of it or nothing.
    with session.begin_nested():
        for change in done:
            _undo(session, change, by)
    written = _empty_again(session, sheet, [change.subject_id for change in done if change.verb == "join"])
    note(session, sheet, "key_back", by, {"undoes": keyed.id, "written": written})
    session.flush()
    _unmark(session, sheet, keyed, by)


def _undo(session: Session, change: StateChange, by: By) -> None:
    assert by.actor.person_id is not None
    # Whoever keys in a block has a home there, too; their own sign-up is none by proxy.
    if change.verb != "join" or change.on_behalf_of is not None:
        undo(session, change, by.actor.person_id, by.now)
        return
    if later_than(session, change):
        raise Conflict("undo_over")
    row = session.get_one(Participation, change.subject_id)
    giving.take_out(session, row, by.actor.person_id, by.now, {"undoes": change.id})


def _empty_again(session: Session, sheet: PrintedSheet, joined: Collection[int]) -> dict[str, int]:
    """Let whoever was written in by that press be written in anew; return whom, by the lines."""
    lines = {line.key_for(slot.id): line for line in sheet.rows for slot in sheet.occurrence.slots}
    written: dict[str, int] = {}
    for row in session.scalars(select(Participation).where(Participation.id.in_(joined))):
        line = lines.get(row.request_key or "")
        if line is not None:
            written[str(line.id)] = row.contact_id
            line.person_id = row.request_key = None
    return written


def bring_back(session: Session, sheet: PrintedSheet, sign_up_id: int, by: By) -> Participation:
    """Take back that somebody who keyed this sheet in ended a sign-up; raise Conflict when it is too late for that."""
    row = next((one for one in just_left(session, sheet, by.actor, by.now) if one.id == sign_up_id), None)
    if row is None:
        raise Conflict("undo_over")
    # As it is keyed in: a home that helps with two parts at one time is more people than one.
    come_back(session, row, by.actor.person_id, by.now, clash_ok=True)
    session.flush()
    for press in presses_of(session, sheet, by.actor, by.now):
        if any(row.id in ended for ended in press.facts.get("ended", {}).values()):
            _unmark(session, sheet, press, by)
    return row


def _unmark(session: Session, sheet: PrintedSheet, press: StateChange, by: By) -> None:
    """Put the marks that lines have answered back as they were, where nothing of a press is left on them."""
    later = presses_of(session, sheet, by.actor, by.now)
    is_over = any(one.facts.get("undoes") == press.id for one in later)
    stands = set() if is_over else set(press.facts.get("said", ()))
    for line in sheet.rows:
        before, ended = (press.facts.get(what, {}).get(str(line.id)) for what in ("marks", "ended"))
        is_of_it = before is not None and line.answered_at == press.at and line.id not in stands
        if is_of_it and not _are_gone(session, ended or ()):
            _put_back(line, before)


def _are_gone(session: Session, ended: Collection[int]) -> bool:
    gone = select(Participation.id).where(Participation.id.in_(ended), Participation.state.in_(GONE))
    return session.scalar(gone.limit(1)) is not None


def _put_back(line: PrintedRow, before: list[str | int | None]) -> None:
    at, version = before
    line.answered_at = datetime.fromisoformat(str(at)) if at else None
    line.answered_version = None if version is None else int(version)
