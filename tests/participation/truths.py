"""What must be true of the sign-ups of a date after every step, worked out anew from the rows."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot, SlotShare
from scheduler.history import StateChange
from scheduler.participation import measure
from scheduler.participation.models import Participation
from scheduler.participation.standing import fits, standing

SURE = ("pledged", "confirmed", "checked_in", "done")
AFTER_THE_DATE = ("checked_in", "done", "absent")


class Truths:
    """A look at a date, and what the looks before it have seen.

    `leaving` is the contact who leaves in this step, `passed_over` those who have left since the clock last looked for
    free places, `ticked` whether attendance is on record: then the seats are the leader's business.
    """

    def __init__(self, session: Session, date: Occurrence) -> None:
        self.session, self.date = session, date
        self.leaving: int | None = None
        self.passed_over: set[int] = set()
        self.ticked = False
        self.seen = 0

    def check(self, now: datetime) -> None:
        """Raise AssertionError at the first thing that is not true."""
        self.session.expire_all()
        wanted = select(Participation).join(Participation.slot).where(Slot.occurrence_id == self.date.id)
        rows = self.session.scalars(wanted.order_by(Participation.id)).all()
        for slot in self.date.slots:
            here = [row for row in rows if row.slot_id == slot.id]
            self._counters(slot, here)
            self._states(slot, here, now)
        self._parties(rows)
        self._records(rows)
        self._offers(now)

    def _counters(self, slot: Slot, rows: Sequence[Participation]) -> None:
        held = sum(row.places for row in rows if row.holds)
        shares = self.session.scalars(select(SlotShare).where(SlotShare.slot_id == slot.id)).all()
        assert slot.taken == held, f"{slot.name}: the counter says {slot.taken}, the rows say {held}"
        assert slot.reserved == sum(share.remaining for share in shares), slot.name
        assert 0 <= slot.taken + slot.reserved <= slot.places, slot.name
        for share in shares:
            used = sum(row.kept_places for row in rows if row.share_id == share.id)
            assert share.released_at is not None or share.remaining + used == share.places, slot.name
            assert share.released_at is None or share.remaining == 0

    def _states(self, slot: Slot, rows: Sequence[Participation], now: datetime) -> None:
        left = self._seats_with_helpers(slot)
        for row in rows:
            left -= row.places if row.holds else 0
            if row.is_live and row.state not in AFTER_THE_DATE and not (self.ticked and slot.linked):
                assert row.state == standing(row, helped=left >= 0), (row.id, row.state)
            assert row.is_live or not row.holds
            assert row.is_live or row.queue_no is None
            held = row.state in {"unverified", "offered", "awaiting_guardian"}
            assert (row.hold_until is not None and row.hold_until > now) or not held, (row.id, row.state)
            assert row.state not in {"confirmed", "pledged"} or row.hold_until is None
            assert row.state != "confirmed" or row.has_grown_up or not row.has_minors or row.consented_at

    def _seats_with_helpers(self, slot: Slot) -> int:
        if not slot.needs:
            return slot.places
        wanted = select(Slot.position, Participation.people).join(Participation.slot)
        sure = wanted.where(Slot.occurrence_id == slot.occurrence_id, Participation.state.in_(SURE))
        helpers: Counter[int] = Counter()
        for position, people in self.session.execute(sure):
            helpers[position] += people
        return min(helpers[need["position"]] // need["per_place"] for need in slot.needs)

    def _parties(self, rows: Sequence[Participation]) -> None:
        live = [row for row in rows if row.is_live]
        parties = Counter((row.slot_id, row.person_id, row.household_id, row.organization_id) for row in live)
        assert max(parties.values(), default=1) == 1

    def _records(self, rows: Sequence[Participation]) -> None:
        wanted = select(StateChange).where(StateChange.subject == "participation").order_by(StateChange.id)
        last: dict[int, str | None] = {}
        for change in self.session.scalars(wanted):
            assert change.before == last.get(change.subject_id), (change.subject_id, change.verb)
            last[change.subject_id] = change.after
        assert {row.id: row.state for row in rows} == last

    def _offers(self, now: datetime) -> None:
        if self.leaving is not None:
            self.passed_over.add(self.leaving)
        wanted = select(StateChange).where(StateChange.id > self.seen).order_by(StateChange.id)
        changes = self.session.scalars(wanted).all()
        self.seen = max((change.id for change in changes), default=self.seen)
        for change in changes:
            if change.verb == "offer":
                self._offered_in_order(self.session.get_one(Participation, change.subject_id), now)
        for slot in self.date.slots:
            assert self.could_be_offered(slot, now) == [], f"{slot.name}: a place is free, and somebody waits"
        self.leaving = None

    def _offered_in_order(self, row: Participation, now: datetime) -> None:
        assert row.contact_id != self.leaving
        before = [
            one
            for one in self._waiting(row.slot)
            if row.queue_no is not None and (one.queue_no, one.id) < (row.queue_no, row.id)
        ]
        passed = [one.id for one in before if one.places <= row.places and self._may_be_asked(one, now)]
        assert row.kept_places or passed == [], f"{row.id} was asked before {passed}"

    def could_be_offered(self, slot: Slot, now: datetime) -> list[int]:
        """Return who waits although a place is free and may be offered."""
        return [
            row.id for row in self._waiting(slot) if fits(self.session, row) and self._may_be_asked(row, now)
        ]

    def nobody_is_overtaken(self, row: Participation, before: list[int]) -> None:
        """Check that a newcomer has taken nothing that could have been offered to those who waited before."""
        assert before == [] or not row.holds or row.kept_places == row.places or row.entered_by_id

    def _may_be_asked(self, row: Participation, now: datetime) -> bool:
        slot = row.slot
        awake = measure.awake_at(row.contact, slot, now) < slot.cancel_until
        limits = measure.why_not(self.session, row.contact, slot, now)
        return awake and limits is None and row.contact_id not in self.passed_over

    def _waiting(self, slot: Slot) -> Sequence[Participation]:
        wanted = select(Participation).where(
            Participation.slot_id == slot.id, Participation.state == "waitlisted"
        )
        return self.session.scalars(wanted.order_by(Participation.queue_no, Participation.id)).all()
