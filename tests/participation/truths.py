"""What must be true of the sign-ups of a date after every step, worked out anew from the rows."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from scheduler.activities.models import Occurrence, Slot, SlotShare
from scheduler.history import StateChange
from scheduler.participation import measure
from scheduler.participation.models import Participation
from scheduler.participation.standing import fits, standing

SURE = ("pledged", "confirmed", "checked_in", "done")
AFTER_THE_DATE = ("checked_in", "done", "absent")
_MOMENT = timedelta(microseconds=1)
HELD = ("unverified", "offered", "awaiting_guardian")


class Truths:
    """A look at the one date, and what the looks before it have seen.

    `leaving` is the contact who leaves in this step, `passed_over` those who have left since the clock last looked for
    free places, `ticked` whether attendance is on record: then the seats are the leader's business.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.leaving: int | None = None
        self.passed_over: set[int] = set()
        self.ticked = False
        self.verbs: Counter[str] = Counter()
        self._slots: Sequence[Slot] = ()
        self._rows: dict[int, list[Participation]] = {}
        self._seen = 0
        self._last: dict[int, str | None] = {}

    def check(self, now: datetime) -> None:
        """Raise AssertionError at the first thing that is not true."""
        self.session.expire_all()
        rows, shares = self._look()
        changes = self._new_changes()
        for slot in self._slots:
            _counters_agree(
                slot, self._rows[slot.id], [share for share in shares if share.slot_id == slot.id]
            )
            _times_agree(self._rows[slot.id], now)
            self._states_follow(slot)
        _one_live_for_each_party(rows)
        self._record_is_whole(rows, changes)
        self._offers_in_order(changes, now)

    def _look(self) -> tuple[Sequence[Participation], Sequence[SlotShare]]:
        path = contains_eager(Slot.occurrence).contains_eager(Occurrence.activity)
        slots = select(Slot).join(Slot.occurrence).join(Occurrence.activity).options(path)
        self._slots = self.session.scalars(slots.order_by(Slot.position)).all()
        wanted = select(Participation).where(Participation.slot_id.in_([slot.id for slot in self._slots]))
        whole = wanted.options(joinedload(Participation.contact), selectinload(Participation.companions))
        rows = self.session.scalars(whole.order_by(Participation.id)).all()
        by_slot: defaultdict[int, list[Participation]] = defaultdict(list)
        for row in rows:
            by_slot[row.slot_id].append(row)
        self._rows = by_slot
        return rows, self.session.scalars(select(SlotShare)).all()

    def _new_changes(self) -> Sequence[StateChange]:
        wanted = select(StateChange).where(
            StateChange.id > self._seen, StateChange.subject == "participation"
        )
        changes = self.session.scalars(wanted.order_by(StateChange.id)).all()
        self._seen = max((change.id for change in changes), default=self._seen)
        self.verbs.update(change.verb for change in changes)
        return changes

    def _states_follow(self, slot: Slot) -> None:
        left = self._seats_with_helpers(slot)
        for row in self._rows[slot.id]:
            left -= row.places if row.holds else 0
            if row.is_live and row.state not in AFTER_THE_DATE and not (self.ticked and slot.linked):
                assert row.state == standing(row, helped=left >= 0), (row.id, row.state)

    def _seats_with_helpers(self, slot: Slot) -> int:
        if not slot.needs:
            return slot.places
        ids = {other.position: other.id for other in self._slots}
        there = {
            position: sum(row.people for row in self._rows[slot_id] if row.state in SURE)
            for position, slot_id in ids.items()
        }
        return min(there[need["position"]] // int(need["per_place"]) for need in slot.needs)

    def _record_is_whole(self, rows: Sequence[Participation], changes: Sequence[StateChange]) -> None:
        for change in changes:
            assert change.before == self._last.get(change.subject_id), (change.subject_id, change.verb)
            self._last[change.subject_id] = change.after
        assert {row.id: row.state for row in rows} == self._last

    def _offers_in_order(self, changes: Sequence[StateChange], now: datetime) -> None:
        if self.leaving is not None:
            self.passed_over.add(self.leaving)
        for change in changes:
            if change.verb == "offer":
                self._offered_in_order(self.session.get_one(Participation, change.subject_id), now)
        for slot in self._slots:
            assert self.could_be_offered(slot, now) == [], f"{slot.name}: a place is free, and somebody waits"
        self.leaving = None

    def _offered_in_order(self, row: Participation, now: datetime) -> None:
        assert row.contact_id != self.leaving
        before = [one for one in self._waiting(row.slot) if _place_in_line(one) < _place_in_line(row)]
        passed = [one.id for one in before if one.places <= row.places and self._may_be_asked(one, now)]
        assert row.kept_places or passed == [], f"{row.id} was asked before {passed}"

    def could_be_offered(self, slot: Slot, now: datetime) -> list[int]:
        """Return who waits although a place is free and may be offered."""
        return [
            row.id for row in self._waiting(slot) if fits(self.session, row) and self._may_be_asked(row, now)
        ]

    def _may_be_asked(self, row: Participation, now: datetime) -> bool:
        slot = row.slot
        awake = measure.awake_at(row.contact, slot, now) < slot.cancel_until
        limits = measure.why_not(self.session, row.contact, slot, now)
        return awake and limits is None and row.contact_id not in self.passed_over

    def _waiting(self, slot: Slot) -> list[Participation]:
        waiting = [row for row in self._rows.get(slot.id, ()) if row.state == "waitlisted"]
        return sorted(waiting, key=_place_in_line)


def _place_in_line(row: Participation) -> tuple[int, int]:
    assert row.queue_no is not None
    return row.queue_no, row.id


def _counters_agree(slot: Slot, rows: Sequence[Participation], shares: Sequence[SlotShare]) -> None:
    held = sum(row.places for row in rows if row.holds)
    assert slot.taken == held, f"{slot.name}: the counter says {slot.taken}, the rows say {held}"
    assert slot.reserved == sum(share.remaining for share in shares), slot.name
    assert 0 <= slot.taken + slot.reserved <= slot.places, slot.name
    for share in shares:
        used = sum(row.kept_places for row in rows if row.share_id == share.id)
        kept = share.remaining + used == share.places
        assert kept if share.released_at is None else share.remaining == 0, slot.name


def _times_agree(rows: Sequence[Participation], now: datetime) -> None:
    for row in rows:
        assert row.is_live or not (row.holds or row.is_offered or row.queue_no is not None), row.id
        in_time = row.hold_until is not None and row.hold_until > min(now, row.slot.ends_at - _MOMENT)
        assert row.state not in HELD or in_time, row.id
        assert row.state not in {"confirmed", "pledged"} or row.hold_until is None, row.id
        minors_are_safe = not row.has_minors or row.has_grown_up or row.consent_id is not None
        assert row.state != "confirmed" or minors_are_safe, row.id


def _one_live_for_each_party(rows: Sequence[Participation]) -> None:
    live = [row for row in rows if row.is_live]
    parties = Counter((row.slot_id, row.person_id, row.household_id, row.organization_id) for row in live)
    assert max(parties.values(), default=1) == 1
