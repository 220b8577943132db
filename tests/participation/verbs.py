"""One date with every kind of slot, and every verb that changes who has a place in it, drawn at random.

Each rule is what one request or one tick does: it is committed, or refused and taken back. What must be true after each
of them is in `truths`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import Need, ShareFacts, SlotFacts
from scheduler.attendance.actions import OPENS_BEFORE, Tick, record_attendance
from scheduler.errors import Refused
from scheduler.participation import actions, capacity, giving, places, waiting
from scheduler.participation.models import COMING, GONE, PENDING, WAITING, Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.actions import add_household
from scheduler.parties.models import Household, Person
from tests import cast, make
from tests.conftest import NOW
from tests.participation.truths import Truths

DAY = 24 * 60
PEOPLE = 7
FAMILY = Company(("",), others=(Named(grade="e2"),))
# What may be asked for, beside who asks; the party of a body or of a household comes with it.
SIGN_UPS: dict[str, dict[str, Any]] = {
    "alone": {},
    "pair": {"company": Company(("",))},
    "family": {"company": FAMILY},
    "teenager": {"contact_grade": "j2"},
    "children": {"contact_comes": False, "company": Company(others=(Named(grade="e4"),))},
    "stranger": {"proven": False},
    "stranger's children": {
        "proven": False,
        "contact_comes": False,
        "company": Company(children_months=(30,)),
    },
    "body": {"organization_id": 2, "pledged": 3},
    "small body": {"organization_id": 1, "pledged": 1},
    "household": {"household_id": 1, "company": FAMILY},
    "by proxy": {"by_organiser": True, "entered_by_id": 1},
}
numbers = st.integers(0, 59)
LIVE = (*COMING, *PENDING, *WAITING)


def parts(library: int) -> tuple[SlotFacts, ...]:
    """Return the slots: first come with places kept, approved, drawn, and seats with two kinds of helpers."""
    return (
        SlotFacts(
            "先着", 5, cancel_before=DAY // 2, first_timers=1, shares=(ShareFacts(library, 2, 2 * DAY),)
        ),
        SlotFacts("承認", 2, policy="approval"),
        SlotFacts("抽選", 3, policy="lottery", closes_before=3 * DAY, offer_hours=6),
        SlotFacts("乗馬", 2, needs=(Need(4), Need(5, 2)), cancel_before=60),
        SlotFacts("手綱", 2),
        SlotFacts("付き添い", 4),
    )


def _asks(least: int, most: int) -> st.SearchStrategy[list[tuple[int, int, str]]]:
    ask = st.tuples(numbers, numbers, st.sampled_from(sorted(SIGN_UPS)))
    return st.lists(ask, min_size=least, max_size=most)


class Verbs(RuleBasedStateMachine):
    """Everything that people, organisers and the clock can do to the sign-ups of one date."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.all = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint")

    @initialize(asks=_asks(10, 14))
    def begin(self, asks: list[tuple[int, int, str]]) -> None:
        """Register everybody, publish the date, and let the first sign up."""
        everybody = cast.make(self.session, NOW)
        people = [make.person(self.session, number, NOW) for number in range(PEOPLE)]
        people[-1].limits = {"max_minutes": 60}
        add_household(self.session, Household(name="別所", address="1-1", created_at=NOW), people[:2])
        date = make.occurrence(self.session, everybody.midori, NOW, slots=parts(everybody.library.id))
        self.session.commit()
        self.people, self.date, self.now = people, date, NOW
        self.aiko = everybody.aiko.id
        self.truths = Truths(self.session)
        self._join_all(asks)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.session.close()
        self.all.rollback()
        self.connection.close()

    def _do(self, act: Callable[[], object]) -> bool:
        """Do what one request does; say whether it was done."""
        try:
            act()
        except Refused:
            self.session.rollback()
            return False
        self.session.commit()
        return True

    def _pick(self, number: int, *states: str) -> Participation | None:
        wanted = select(Participation).order_by(Participation.id)
        # Now and then any: to come too late must do no harm.
        of_these = wanted.where(Participation.state.in_(states)) if number % 8 else wanted
        rows = self.session.scalars(of_these).all()
        return rows[number % len(rows)] if rows else None

    def _each(self, number: int, states: tuple[str, ...], act: Callable[[Participation], object]) -> None:
        row = self._pick(number, *states)
        if row is not None:
            self._do(lambda: act(row))

    def _slot(self, number: int) -> Slot:
        return self.date.slots[number % len(self.date.slots)]

    @rule(asks=_asks(2, 5))
    def join(self, asks: list[tuple[int, int, str]]) -> None:
        """Sign some parties up, one after the other."""
        self._join_all(asks)

    def _join_all(self, asks: list[tuple[int, int, str]]) -> None:
        for number, slot, what in asks:
            self._join(self.people[number % PEOPLE], self._slot(slot), what, or_wait=number % 4 > 0)
            self.truths.check(self.now)

    def _join(self, person: Person, slot: Slot, what: str, *, or_wait: bool) -> None:
        sign_up = replace(SignUp(person.id, or_wait=or_wait, clash_ok=True), **SIGN_UPS[what])
        before = self.truths.could_be_offered(slot, self.now)
        rows: list[Participation] = []
        if self._do(lambda: rows.append(actions.join(self.session, slot, sign_up, self.now))):
            # A second tap is the same answer, and nobody is overtaken who could have been asked.
            self._do(lambda: rows.append(actions.join(self.session, slot, sign_up, self.now)))
            row = rows[0]
            assert len({one.id for one in rows}) == 1
            assert before == [] or not row.holds or row.kept_places == row.places or sign_up.by_organiser

    @rule(number=numbers)
    def withdraw(self, number: int) -> None:
        """Cannot come, or say no to an offer."""
        self._each(number, LIVE, lambda row: self._leave(row, actions.withdraw, None))

    @rule(number=numbers)
    def remove(self, number: int) -> None:
        """Take a party out."""
        self._each(number, LIVE, lambda row: self._leave(row, giving.remove, "理由", self.aiko))

    @rule(number=numbers)
    def decline(self, number: int) -> None:
        """Say no."""
        states = ("applied", "waitlisted")
        self._each(number, states, lambda row: self._leave(row, giving.decline, "理由", self.aiko))

    def _leave(self, row: Participation, verb: Callable[..., object], *how: object) -> None:
        self.truths.leaving = row.contact_id
        verb(self.session, row, *how, self.now)

    @rule(number=numbers)
    def prove(self, number: int) -> None:
        """Confirm an address."""
        states = ("unverified",)
        self._each(number, states, lambda row: actions.prove(self.session, row, self.now))

    @rule(number=numbers)
    def consent(self, number: int) -> None:
        """Say yes as a guardian."""
        self._each(
            number,
            ("awaiting_guardian", "unverified"),
            lambda row: actions.consent(self.session, row, "保護者", row.contact_id, self.now),
        )

    @rule(number=numbers)
    def accept(self, number: int) -> None:
        """Say yes to an offered place."""
        self._each(number, ("offered",), lambda row: waiting.accept(self.session, row, self.now))

    @rule(number=numbers, waits=st.booleans())
    def approve(self, number: int, waits: bool) -> None:
        """Say yes as the organiser."""
        states = ("applied", "waitlisted", "offered")
        self._each(
            number,
            states,
            lambda row: giving.approve(self.session, row, self.aiko, self.now, or_wait=waits),
        )

    @rule(number=numbers)
    def take_back_in(self, number: int) -> None:
        """Undo."""
        self._each(number, GONE, lambda row: giving.take_back_in(self.session, row, self.aiko, self.now))

    @rule(number=numbers, slot=numbers)
    def move(self, number: int, slot: int) -> None:
        """Move a party to another slot."""
        to = self._slot(slot)
        self._each(number, LIVE, lambda row: self._move(row, to))

    def _move(self, row: Participation, to: Slot) -> None:
        self.truths.leaving = row.contact_id
        capacity.move(self.session, row, to, self.now, agreed="はい", by_id=self.aiko)

    @rule(slot=numbers, wanted=st.integers(1, 8), demote=st.booleans())
    def change_places(self, slot: int, wanted: int, demote: bool) -> None:
        """Make a slot larger or smaller."""
        chosen = self._slot(slot)
        self._do(
            lambda: capacity.change_places(self.session, chosen, wanted, self.aiko, self.now, demote=demote)
        )

    @rule(hours=st.sampled_from([0.6, 5, 11, 24, 40]))
    def later(self, hours: float) -> None:
        """Let time pass, and the clock do what is due."""
        self.now += timedelta(hours=hours)
        self._tick()

    @precondition(lambda self: self.date.state == "open")
    @rule()
    def postpone(self) -> None:
        """Move the date to the week after."""
        week = timedelta(days=7)
        self.date.starts_at, self.date.ends_at = self.date.starts_at + week, self.date.ends_at + week
        self.date.state = "postponed"
        self.session.commit()
        self._tick()

    @rule()
    def change_limits(self) -> None:
        """Let somebody be asked who could not be, or the other way round."""
        self.people[-1].limits = {} if self.people[-1].limits else {"max_minutes": 60}
        self.session.commit()
        self._tick()

    def _tick(self) -> None:
        session, now = self.session, self.now
        for row_id in waiting.held_too_long(session, now):
            row = session.get_one(Participation, row_id)
            self._do(lambda row=row: self._leave(row, waiting.lapse))  # type: ignore[misc]  # bound at once
        for slot_id in giving.lotteries_due(session, now):
            self._do(lambda one=slot_id: giving.draw_lots(session, session.get_one(Slot, one), now))  # type: ignore[misc]
        for slot_id in places.slots_to_release(session, now):
            self._do(lambda one=slot_id: waiting.release(session, session.get_one(Slot, one), now))  # type: ignore[misc]
        self.truths.leaving = None
        self.truths.passed_over.clear()
        for slot_id in waiting.slots_to_fill(session, now):
            self._do(lambda one=slot_id: waiting.fill(session, session.get_one(Slot, one), now))  # type: ignore[misc]

    @precondition(lambda self: self.date.starts_at - OPENS_BEFORE <= self.now)
    @rule(number=numbers, people=st.integers(0, 2))
    def attend(self, number: int, people: int) -> None:
        """Tick who came."""
        row = self._pick(number, *LIVE)
        if row is not None and row.is_live:
            self.truths.ticked = True
            ticks = [(row, Tick(people))]
            self._do(lambda: record_attendance(self.session, self.date, ticks, self.aiko, self.now))

    @invariant()
    def all_is_true(self) -> None:
        """Check everything that must be true after each step."""
        self.truths.check(self.now)
