"""The letters of the board: an organiser's words, a slot that is short, and the call for help; are they still true?"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from scheduler.activities.facts import date_facts
from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.board.actions import MESSAGE
from scheduler.board.calls import (
    CALL,
    SHORT,
    is_short,
    may_be_joined,
    organisers_of,
    time_version,
    told_with_another,
)
from scheduler.board.queries import has_place, slot_with_date
from scheduler.board.withdrawals import GAP, is_near, missing_at, told_of, warned_anyway
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation import measure
from scheduler.participation.letters import PartFacts, comes, part_facts
from scheduler.participation.queries import own_at
from scheduler.parties.letters import Sender
from scheduler.parties.models import Person


def board_kinds(sender: Sender) -> dict[str, Kind]:
    """Return all kinds of notice of the board."""
    own = {MESSAGE: _message_kind(sender), SHORT: _short_kind(sender), CALL: _call_kind(sender)}
    return own | {GAP: _gap_kind(sender)}


def _message_kind(sender: Sender) -> Kind:
    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        occurrence, slot = _told_about(session, notice)
        slot_id = slot.id if slot is not None else None
        if occurrence is None:
            return "superseded"
        return None if has_place(session, delivery.person_id, occurrence.id, slot_id) else "left"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        occurrence, slot = _told_about(session, notice)
        assert occurrence is not None
        rows = own_at(session, delivery.person_id, occurrence.id)
        parts = [part_facts(row) for row in rows if slot is None or row.slot_id == slot.id]
        person = session.get(Person, delivery.person_id)
        return sender.letter(person, MESSAGE, date=date_facts(occurrence), parts=parts, body=notice.body)

    return Kind(still_true, compose, by_hand=True)


def _told_about(session: Session, notice: Notice) -> tuple[Occurrence | None, Slot | None]:
    if notice.subject == "occurrence":
        return session.get(Occurrence, notice.subject_id), None
    slot = slot_with_date(session, notice.subject_id)
    return (slot.occurrence, slot) if slot is not None else (None, None)


def _short_kind(sender: Sender) -> Kind:
    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        slot = slot_with_date(session, notice.subject_id)
        if slot is None or notice.version != time_version(slot.occurrence) or not is_short(slot, now):
            return "superseded"
        organises = any(one.id == delivery.person_id for one in organisers_of(session, slot, now))
        if not organises:
            return "left"
        return "told_together" if told_with_another(session, notice, delivery, slot) else None

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        slot = slot_with_date(session, notice.subject_id)
        assert slot is not None
        short = [one for one in slot.occurrence.slots if is_short(one, delivery.due_at)] or [slot]
        gaps = [(_open_part(one), one.taken, one.min_people) for one in short]
        return _slots_letter(sender, SHORT, session, delivery, short, gaps=gaps)

    return Kind(still_true, compose, not_before=_awake)


def _awake(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> datetime:
    slot = slot_with_date(session, notice.subject_id)
    return measure.awake_to_be_told(session, delivery.person_id, slot, now) if slot is not None else now


def _gap_kind(sender: Sender) -> Kind:
    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        occurrence = session.get(Occurrence, notice.subject_id)
        if occurrence is None or not is_near(occurrence, now):
            return "superseded"
        gap = told_of(session, notice, occurrence)
        if gap is None:
            return "not_needed"
        if all(one.id != delivery.person_id for one in organisers_of(session, gap.slots[0], now)):
            return "left"
        return "told_together" if warned_anyway(session, gap, now) else None

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        gap = told_of(session, notice, session.get_one(Occurrence, notice.subject_id))
        assert gap is not None
        gaps = [(_open_part(slot), missing_at(slot)) for slot in gap.slots]
        facts = {"gaps": gaps, "withdrawn": len(gap.changes)}
        return _slots_letter(sender, GAP, session, delivery, list(gap.slots), **facts)

    return Kind(still_true, compose)


def _call_kind(sender: Sender) -> Kind:
    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        slot = slot_with_date(session, notice.subject_id)
        if slot is None or notice.version != time_version(slot.occurrence):
            return "superseded"
        if not is_short(slot, now) or not may_be_joined(slot, now):
            return "not_needed"
        if comes(session, delivery.person_id, slot.occurrence_id):
            return "signed_up"
        return _beyond(session, delivery, slot, now)

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        slot = slot_with_date(session, notice.subject_id)
        assert slot is not None
        facts = {"taken": slot.taken, "min_people": slot.min_people, "burden": list(slot.burden)}
        return _slots_letter(sender, CALL, session, delivery, [slot], **facts)

    return Kind(still_true, compose, not_before=_awake)


def _beyond(session: Session, delivery: Delivery, slot: Slot, now: datetime) -> str | None:
    """Say what of a person's own measure is against being called; quiet hours only put it off."""
    person = session.get(Person, delivery.person_id)
    if person is None:
        return "erased"
    # The call itself has been counted by now, so the month's number is not looked at again.
    reason = measure.why_not(session, person, slot, now)
    return None if reason == "times_a_month" else reason


def _slots_letter(
    sender: Sender, kind: str, session: Session, delivery: Delivery, slots: list[Slot], **facts: Any
) -> Letter | None:
    return sender.letter(
        session.get(Person, delivery.person_id),
        kind,
        date=date_facts(slots[0].occurrence),
        parts=[_open_part(slot) for slot in slots],
        slot_id=slots[0].id,
        **facts,
    )


def _open_part(slot: Slot) -> PartFacts:
    zone = slot.occurrence.activity.timezone
    starts, ends = to_local(slot.starts_at, zone), to_local(slot.ends_at, zone)
    return PartFacts(slot.name, slot.name_en, starts, ends, people=1, state="open", name_easy=slot.name_easy)
