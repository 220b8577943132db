"""Early warning: told once, asked once, nobody beyond their own measure, the longest not asked first."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import jobs
from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.board import calls
from scheduler.decisions import actions as decisions
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import Delivery, Notice
from scheduler.parties.actions import set_limits
from scheduler.parties.limits import Limits
from scheduler.parties.models import Person
from tests import mailbox, make
from tests.board.people import came
from tests.cast import Cast, be_trained, hold_office
from tests.conftest import NOW
from tests.moments import at, tokyo

PAST = NOW - timedelta(days=200)


@pytest.fixture
def helpers(session: Session, cast: Cast) -> list[Person]:
    """Three people who have come to Midori's dates before."""
    slot = make.slot(session, cast.midori, PAST, 5, first_on=PAST.date() + timedelta(days=2))
    people = [make.person(session, number, PAST) for number in range(3)]
    for person in people:
        came(session, slot, person, PAST)
    return people


def _short(session: Session, cast: Cast, **facts: object) -> Slot:
    part: dict[str, object] = {"name": "積込み", "places": 2, "min_people": 2}
    slots = (SlotFacts(**part | facts),)  # type: ignore[arg-type]  # facts of a part
    slot = make.slot(session, cast.midori, NOW, slots=slots, may_call=True)
    assert slot.starts_at == tokyo("2026-11-22 08:00")
    return slot


def _called(session: Session, kind: str = calls.CALL) -> list[int]:
    wanted = select(Delivery.person_id).join(Delivery.notice).where(Notice.kind == kind)
    return list(session.scalars(wanted.order_by(Delivery.id)))


def test_the_organisers_are_told_once_and_nobody_is_called_unless_that_is_wished(
    session: Session, cast: Cast, helpers: list[Person]
) -> None:
    slot = _short(session, cast)
    slot.occurrence.activity.may_call = False
    assert [calls.warn(session, slot, NOW) for _ in range(2)] == [1, 0]
    assert (_called(session, calls.SHORT), _called(session)) == ([cast.aiko.id], [])


def test_it_is_told_only_within_the_days_before(session: Session, cast: Cast) -> None:
    slot = _short(session, cast)
    slot.occurrence.activity.warn_days = 3
    moments = ["2026-11-19 07:59", "2026-11-19 08:00", "2026-11-22 07:59", "2026-11-22 08:00"]
    assert [bool(calls.slots_short(session, tokyo(moment))) for moment in moments] == [
        False,
        True,
        True,
        False,
    ]
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    assert calls.slots_short(session, tokyo("2026-11-20 12:00")) == []


def test_a_moved_date_is_warned_of_anew(session: Session, cast: Cast) -> None:
    slot = _short(session, cast)
    assert calls.warn(session, slot, NOW) == 1
    decisions.postpone(session, slot.occurrence, decisions.Ruling(cast.aiko.id, 0), NOW)
    assert calls.warn(session, slot, NOW + timedelta(days=7)) == 1
    assert _called(session, calls.SHORT) == [cast.aiko.id] * 2


def test_those_who_came_before_and_are_not_signed_up_are_called_once(
    session: Session, cast: Cast, helpers: list[Person]
) -> None:
    slot = _short(session, cast)
    make.participation(session, slot, helpers[0], NOW)
    for _ in range(2):
        calls.warn(session, slot, NOW)
    assert _called(session) == [helpers[1].id, helpers[2].id]
    assert cast.chie.id not in _called(session)


def test_at_most_three_are_called_for_each_free_place(session: Session, cast: Cast) -> None:
    past = make.slot(session, cast.midori, PAST, 50, first_on=PAST.date() + timedelta(days=2))
    for number in range(12):
        came(session, past, make.person(session, number, PAST), PAST)
    calls.warn(session, _short(session, cast), NOW)
    assert len(_called(session)) == 6


def test_whoever_was_asked_longest_ago_is_asked_first(
    session: Session, cast: Cast, helpers: list[Person]
) -> None:
    slot = _short(session, cast)
    for days, person in ((80, helpers[0]), (3, helpers[1])):
        earlier = Telling(calls.CALL, "slot", 900 + days, 0, NOW - timedelta(days=days))
        queue(session, earlier, [person.id], NOW)
    in_order = [one.id for one in calls.candidates(session, slot, NOW)]
    assert in_order == [helpers[2].id, helpers[0].id, helpers[1].id]


def test_twice_a_month_is_absent_from_the_third_call(
    session: Session, cast: Cast, helpers: list[Person]
) -> None:
    set_limits(helpers[0], Limits(times_a_month=2))
    for _ in range(3):
        calls.warn(session, _short(session, cast), NOW)
    asked = _called(session)
    assert (asked.count(helpers[0].id), asked.count(helpers[1].id)) == (2, 3)


BEYOND = [
    (Limits(no_heavy=True), {"burden": ("heavy",)}),
    (Limits(max_minutes=60), {"minutes": 90}),
]


@pytest.mark.parametrize(("limits", "part"), BEYOND, ids=["heavy", "long"])
def test_nobody_is_called_beyond_their_own_measure(
    session: Session, cast: Cast, helpers: list[Person], limits: Limits, part: dict[str, object]
) -> None:
    set_limits(helpers[0], limits)
    calls.warn(session, _short(session, cast, **part), NOW)
    assert _called(session) == [helpers[1].id, helpers[2].id]


def test_an_early_slot_is_not_called_to_who_sleeps_then(
    session: Session, cast: Cast, helpers: list[Person]
) -> None:
    set_limits(helpers[0], Limits(not_before=tokyo("2026-11-16 09:00").time()))
    calls.warn(session, _short(session, cast), NOW)
    assert helpers[0].id not in _called(session)


def test_only_the_trained_are_called_where_training_is_needed(
    session: Session, cast: Cast, helpers: list[Person]
) -> None:
    be_trained(session, helpers[1], cast.midori, "mower", NOW)
    calls.warn(session, _short(session, cast, competence="mower"), NOW)
    assert _called(session) == [helpers[1].id]


@pytest.mark.parametrize("facts", [{"policy": "assigned"}, {"closes_before": 60 * 24 * 7}], ids=str)
def test_nobody_is_called_to_what_cannot_be_joined(
    session: Session, cast: Cast, helpers: list[Person], facts: dict[str, object]
) -> None:
    calls.warn(session, _short(session, cast, **facts), NOW)
    assert _called(session) == []


def test_nobody_is_asked_twice_for_one_date(session: Session, cast: Cast, helpers: list[Person]) -> None:
    parts = (SlotFacts("積込み", 1, min_people=1), SlotFacts("受付", 1, min_people=1))
    slots = make.occurrence(session, cast.midori, NOW, slots=parts, may_call=True).slots
    for slot in slots:
        calls.warn(session, slot, NOW)
    assert sorted(_called(session)) == sorted(one.id for one in helpers)


def test_in_the_night_it_waits_for_each_ones_morning(
    session: Session, cast: Cast, helpers: list[Person]
) -> None:
    set_limits(helpers[0], Limits(quiet_until=tokyo("2026-11-16 09:30").time()))
    calls.warn(session, _short(session, cast), tokyo("2026-11-16 23:30"))
    wanted = select(Delivery.person_id, Delivery.due_at).order_by(Delivery.id)
    due = dict(session.execute(wanted).tuples().all())
    assert due[helpers[0].id] == tokyo("2026-11-17 09:30")
    assert due[helpers[1].id] == due[cast.aiko.id] == tokyo("2026-11-17 07:00")


def test_the_letters_go_out_and_say_what_is_missing_and_how_to_be_left_alone(
    app: Flask, session: Session, cast: Cast, helpers: list[Person]
) -> None:
    _short(session, cast)
    session.commit()
    jobs.tick(app)
    (warning,) = [mail for mail in mailbox.mails(app) if mailbox.is_to(mail, "aiko@example.jp")]
    assert "あと2人" in warning["Subject"]
    assert "/board?slot=" in mailbox.text(warning)
    call = next(mail for mail in mailbox.mails(app) if "手伝って" in mail["Subject"])
    assert "/join" in mailbox.text(call)
    assert "/limits" in mailbox.text(call)


def test_a_call_is_not_sent_any_more_once_there_are_enough(
    app: Flask, session: Session, cast: Cast, helpers: list[Person]
) -> None:
    slot = _short(session, cast)
    calls.warn(session, slot, NOW)
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    session.commit()
    jobs.tick(app)
    reasons = select(Delivery.reason).join(Delivery.notice).where(Notice.kind.in_([calls.CALL, calls.SHORT]))
    assert set(session.scalars(reasons)) == {"not_needed", "superseded"}


def test_a_call_that_is_late_goes_out_in_the_morning(
    app: Flask, session: Session, cast: Cast, helpers: list[Person]
) -> None:
    calls.warn(session, _short(session, cast), NOW)
    session.commit()
    sent = select(Delivery.state).join(Delivery.notice).where(Notice.kind == calls.CALL)
    for moment, state in (("2026-11-16 23:00", "planned"), ("2026-11-17 07:00", "sent")):
        with at(moment):
            jobs.tick(app)
        session.rollback()
        assert set(session.scalars(sent)) == {state}


def test_several_short_slots_of_a_date_are_one_letter(app: Flask, session: Session, cast: Cast) -> None:
    parts = (SlotFacts("積込み", 2, min_people=2), SlotFacts("受付", 3, min_people=1), SlotFacts("見張り", 2))
    make.occurrence(session, cast.midori, NOW, slots=parts)
    session.commit()
    jobs.tick(app)
    (warning,) = [mail for mail in mailbox.mails(app) if mailbox.is_to(mail, "aiko@example.jp")]
    assert "2件の役割で人数が足りません" in warning["Subject"]
    text = mailbox.text(warning)
    assert [name in text for name in ("「積込み」", "「受付」", "「見張り」")] == [True, True, False]


def test_who_organises_no_more_is_not_told(app: Flask, session: Session, cast: Cast) -> None:
    office = hold_office(session, cast.ben, cast.midori, "organiser", NOW)
    calls.warn(session, _short(session, cast), NOW)
    office.ends_on = (NOW - timedelta(days=1)).date()
    session.commit()
    jobs.tick(app)
    assert [mail for mail in mailbox.mails(app) if mailbox.is_to(mail, "ben@example.jp")] == []
