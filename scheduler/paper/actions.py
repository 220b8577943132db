"""What changes with paper: what people wrote on a sheet is keyed in, each line by itself; not its printing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.facts import time_version
from scheduler.activities.models import Slot
from scheduler.board.entering import Entry, enter
from scheduler.board.homes import end_for
from scheduler.errors import Conflict, Forbidden, Invalid, Refused
from scheduler.history import StateChange, record
from scheduler.paper.codes import spoken
from scheduler.paper.models import CIRCULAR, PrintedRow, PrintedSheet
from scheduler.paper.queries import (
    Standing,
    is_known,
    may_withdraw,
    standing_of,
    written_before,
)
from scheduler.participation import capacity, places
from scheduler.participation.models import Participation
from scheduler.participation.signing import Named
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Person
from scheduler.parties.names import names_in, phones_in
from scheduler.parties.queries import people_of
from scheduler.text import text_in

# When a line was marked as answered, and for which time of the date.
Mark = tuple[str | None, int | None]


@dataclass(frozen=True)
class Field:
    """One field as it was keyed in: how many come, and how many stood there when the page was opened.

    `people` is None where the field was left empty, and -1 where it could not be read. `children` of them are told by
    age, where the part asks for children; None where that could not be read.
    """

    people: int | None
    was: int = 0
    children: tuple[Named, ...] | None = ()

    @property
    def is_answer(self) -> bool:
        """Whether it says anything that did not stand there before."""
        return self.people is not None or self.was > 0 or self.children != ()


@dataclass(frozen=True)
class KeyedLine:
    """One line as it was keyed in: its fields by the id of the slot, and who was written in."""

    number: int
    fields: Mapping[int, Field] = field(default_factory=dict)
    facts: PersonFacts = field(default_factory=lambda: PersonFacts("", ""))


@dataclass(frozen=True)
class Outcome:
    """What became of one field; `what` is joined, changed, left (with what `ended`), same, no, or refused."""

    line: PrintedRow
    slot: Slot
    what: str
    row: Participation | None = None
    refusal: Refused | None = None
    ended: tuple[int, ...] = ()


@dataclass(frozen=True)
class By:
    """Who keys a sheet in, when, and the remark that every sign-up from it gets; `say_so`: what ends was looked at."""

    actor: Actor
    now: datetime
    note: str = ""
    say_so: bool = False


def note_of(sheet: PrintedSheet) -> str:
    """Return the remark that every sign-up from a sheet gets; in Japanese, for it is stored."""
    return f"{'回覧' if sheet.kind == CIRCULAR else '申込用紙'} {spoken(sheet.code)}"


def key_in(session: Session, sheet: PrintedSheet, keyed: Iterable[KeyedLine], by: By) -> list[Outcome]:
    """Enter a whole sheet; a line that a rule refuses leaves the others as they are.

    The same sheet again changes nothing: each field says how many shall come in the end. Raise Conflict for a sheet
    that was withdrawn.
    """
    slots = {slot.id: slot for slot in sheet.occurrence.slots}
    lock(session, sheet)
    if sheet.withdrawn_at is not None:
        raise Conflict("sheet_withdrawn")
    lines = {line.number: line for line in sheet.rows}
    known = [(lines[one.number], one) for one in keyed if one.number in lines]
    marks = {line.id: mark_of(line) for line in sheet.rows}
    outcomes = list(chain.from_iterable(_key_line(session, line, one, slots, by) for line, one in known))
    marked = {str(line.id): marks[line.id] for line in sheet.rows if mark_of(line) != marks[line.id]}
    _remember(session, sheet, outcomes, marked, by)
    return outcomes


def mark_of(line: PrintedRow) -> Mark:
    """Return the mark that a line has answered, as it is kept to be put back."""
    return line.answered_at.isoformat() if line.answered_at else None, line.answered_version


def _remember(
    session: Session, sheet: PrintedSheet, outcomes: Sequence[Outcome], marks: Mapping[str, Mark], by: By
) -> None:
    """Write down what one press has done, so that it can be taken back; what it has ended is taken back by itself.

    `marks` are those of the lines before that it has marked as answered, `said` the lines of which it has entered
    anything else than an end, and `ended` what it has ended, by line.
    """
    session.flush()
    rows = [one.row.id for one in outcomes if one.what in {"joined", "changed"} and one.row is not None]
    done = select(StateChange.id).where(
        StateChange.subject == "participation",
        StateChange.subject_id.in_(rows),
        StateChange.verb.in_(("join", "people")),
        StateChange.by_id == by.actor.person_id,
        StateChange.at == by.now,
    )
    changes = list(session.scalars(done.order_by(StateChange.id)))
    said = sorted({one.line.id for one in outcomes if one.refusal is None and one.what != "left"})
    ended = {str(one.line.id): list(one.ended) for one in outcomes if one.ended}
    if changes or marks:
        note(session, sheet, "key_in", by, {"changes": changes, "marks": marks, "said": said, "ended": ended})


def lock(session: Session, sheet: PrintedSheet) -> None:
    """Let one after the other change what stands on a sheet."""
    # All at once and first, in one order, so that two who key in the same date wait for each other.
    places.lock(session, *sheet.occurrence.slots)
    session.refresh(sheet, ["withdrawn_at", "rows"])


def withdraw(session: Session, sheet: PrintedSheet, actor: Actor, now: datetime) -> None:
    """Withdraw a sheet that was printed by mistake; twice is the same as once.

    Raise Forbidden for who has neither printed it nor organises the date, Conflict where it was keyed in already.
    """
    _check_own(session, sheet, actor)
    lock(session, sheet)
    if sheet.is_keyed:
        raise Conflict("sheet_keyed")
    if sheet.withdrawn_at is None:
        sheet.withdrawn_at = now
        note(session, sheet, "withdraw", By(actor, now))


def restore(session: Session, sheet: PrintedSheet, actor: Actor, now: datetime) -> None:
    """Take back that a sheet was withdrawn, whenever that was: it is keyed in as before. Twice is the same as once."""
    _check_own(session, sheet, actor)
    lock(session, sheet)
    if sheet.withdrawn_at is not None:
        sheet.withdrawn_at = None
        note(session, sheet, "restore", By(actor, now))


def _check_own(session: Session, sheet: PrintedSheet, actor: Actor) -> None:
    if not may_withdraw(session, actor, sheet):
        raise Forbidden("sheet_of_others")


def note(
    session: Session, sheet: PrintedSheet, verb: str, by: By, facts: dict[str, Any] | None = None
) -> None:
    """Append to the record what was done to a sheet, with what is needed to take it back."""
    change = StateChange(at=by.now, subject="sheet", subject_id=sheet.id, verb=verb)
    change.by_id, change.facts = by.actor.person_id, facts or {}
    record(session, change)


def _key_line(
    session: Session, line: PrintedRow, keyed: KeyedLine, slots: Mapping[int, Slot], by: By
) -> list[Outcome]:
    answers = [
        (slots[slot_id], one) for slot_id, one in keyed.fields.items() if slot_id in slots and one.is_answer
    ]
    outcomes = [_key_field(session, line, slot, one, (keyed, by)) for slot, one in answers]
    if not line.has_answered and any(one.refusal is None for one in outcomes):
        line.answered_at, line.answered_version = by.now, time_version(line.sheet.occurrence)
    return outcomes


def _key_field(
    session: Session, line: PrintedRow, slot: Slot, typed: Field, how: tuple[KeyedLine, By]
) -> Outcome:
    try:
        # What one field wrote before a rule refused it goes, and nothing else.
        with session.begin_nested():
            return _apply(session, line, slot, typed, how)
    except Refused as refused:
        return Outcome(line, slot, "refused", refusal=refused)


def _apply(
    session: Session, line: PrintedRow, slot: Slot, typed: Field, how: tuple[KeyedLine, By]
) -> Outcome:
    keyed, by = how
    people = typed.people or 0
    if people < 0:
        raise Invalid("people_unreadable")
    children = _children(typed)
    there = standing_of(session, [line], [slot]).get((line.id, slot.id), Standing())
    if there.people == people:
        return Outcome(
            line, slot, "no" if _is_new_no(line, people) else "same", there.rows[0] if there.rows else None
        )
    # They would wait for ever; and it is a key pressed wrongly far more often than a home that comes.
    if slot.unit != "family" and people > slot.places:
        raise Invalid("people_over_places", people=people, places=slot.places)
    if there.people != typed.was:
        raise Conflict("answered_meanwhile", people=there.people)
    if len(there.rows) > 1 and people > 0:
        raise Conflict("several_sign_ups", people=there.people)
    if line.household is not None and not people_of(session, line.household):
        raise Conflict("household_empty")
    if there.rows:
        if children:
            raise Conflict("ages_stand_already")
        return _correct(session, line, there.rows, people, by)
    entry = replace(_entry(session, line, slot, (keyed, by), people), children=children)
    row = enter(session, slot, entry, by.actor, by.now)
    if line.household_id is None and line.person_id is None:
        line.person_id = row.contact_id
    return Outcome(line, slot, "joined", row)


def _children(typed: Field) -> tuple[Named, ...]:
    if typed.children is None:
        raise Invalid("ages_unreadable")
    if typed.children and len(typed.children) >= (typed.people or 0):
        raise Invalid("children_over_people", children=len(typed.children))
    return typed.children


def _is_new_no(line: PrintedRow, people: int) -> bool:
    return people == 0 and not line.has_answered


def leaving(
    session: Session, sheet: PrintedSheet, keyed: Iterable[KeyedLine]
) -> list[tuple[PrintedRow, Participation]]:
    """Return the sign-ups that a sheet would end, each with its line, so that somebody looks before that happens."""
    standing = standing_of(session, sheet.rows, sheet.occurrence.slots)
    typed = {one.number: one.fields for one in keyed}
    return [
        (line, row)
        for line in sheet.rows
        for slot in sheet.occurrence.slots
        if (line.id, slot.id) in standing and _ends(typed.get(line.number, {}).get(slot.id))
        for row in standing[line.id, slot.id].rows
    ]


def _ends(typed: Field | None) -> bool:
    return typed is not None and typed.is_answer and not typed.people and typed.was > 0


def _correct(
    session: Session, line: PrintedRow, rows: Sequence[Participation], people: int, by: By
) -> Outcome:
    assert by.actor.person_id is not None
    row = rows[0]
    if people == 0:
        # Nobody of a home comes: that is everybody who signed up, however they did.
        for one in rows:
            end_for(session, one, by.actor, by.now, say_so=by.say_so)
        return Outcome(line, row.slot, "left", row, ended=tuple(one.id for one in rows))
    capacity.change_people(session, row, people, by.actor.person_id, by.now)
    return Outcome(line, row.slot, "changed", row)


def _entry(session: Session, line: PrintedRow, slot: Slot, how: tuple[KeyedLine, By], people: int) -> Entry:
    keyed, by = how
    # What a household ticks twice on one sheet it has thought of: it is more people than one.
    entry = Entry(keyed.facts, people=people, note=by.note, or_wait=True, clash_ok=True)
    if line.household_id is not None or line.person_id is not None:
        return replace(entry, household_id=line.household_id, person_id=line.person_id)
    if not text_in(keyed.facts.name) or not text_in(keyed.facts.kana):
        raise Invalid("written_in_nameless")
    before = written_before(session, line, keyed.facts.kana)
    if before is not None:
        _write_anew(session, before, keyed.facts)
    return replace(entry, person_id=before.id if before else None, request_key=line.key_for(slot.id))


def _write_anew(session: Session, person: Person, facts: PersonFacts) -> None:
    # The line was taken back and is keyed in better. Who is known from elsewhere has own words.
    if person.email is None and person.household_id is None and not is_known(session, person):
        person.name, person.kana = names_in(facts.name, facts.kana)
        person.phone, person.phone_key = phones_in(facts.phone)
