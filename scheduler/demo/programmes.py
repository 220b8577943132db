"""Let a programme happen: post it, publish it, sign people up, decide in the morning, tick who came.

Each step is the action that a person's request would call, with the moment at which it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scheduler.activities.actions import make_dates, post, publish
from scheduler.activities.facts import decision_time
from scheduler.activities.models import Activity, Occurrence
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.attendance.actions import Tick, record_attendance
from scheduler.decisions.actions import Ruling, cancel, confirm, postpone
from scheduler.demo.crowd import gather
from scheduler.demo.drawing import drawn
from scheduler.demo.entries import Party, ProgrammeEntry
from scheduler.demo.stage import Stage
from scheduler.participation.models import Participation
from scheduler.participation.queries import roster
from scheduler.parties.models import Person

_DAY = timedelta(days=1)
# A closure is announced two months ahead; who came is ticked while the tea is still warm.
_ANNOUNCED = timedelta(days=60)
_TICKED_AFTER = timedelta(minutes=20)
# Dates are made as time goes by: some weeks ago those for which people have signed up since, and the newest now.
_TICKS = (timedelta(days=60), timedelta(0))
_LEFT_EARLY = 0.05
_ANSWERED = timedelta(hours=3)

_Decide = Callable[[Session, Occurrence, Ruling, datetime], None]
_DECISIONS: dict[str, _Decide] = {"postpone": postpone, "cancel": cancel}


@dataclass(frozen=True)
class _Run:
    """A programme under way: how it goes, what it became, and who looks after it."""

    stage: Stage
    entry: ProgrammeEntry
    activity: Activity
    organiser: Person


def happen(stage: Stage, entry: ProgrammeEntry) -> Activity:
    """Let a programme happen from its posting up to now, with the sign-ups for the dates to come."""
    run = _posted(stage, entry)
    dates = _dates(run)
    for occurrence in dates:
        _close(run, occurrence)
    past = [date for date in dates if date.starts_at <= stage.now]
    _fill(run, past, (entry.past,) * len(past))
    ahead = [date for date in dates if date.starts_at > stage.now and date.takes_place]
    _fill(run, ahead, entry.coming)
    for back, occurrence in enumerate(reversed(past), start=1):
        _decide(run, occurrence, back)
        _tick(run, occurrence)
    return run.activity


def _posted(stage: Stage, entry: ProgrammeEntry) -> _Run:
    at = stage.now - timedelta(days=entry.posted_days_ago)
    organiser = stage.town.people[entry.organiser]
    body = stage.town.bodies[entry.body]
    bodies = {slug: body.id for slug, body in stage.town.bodies.items()}
    facts = entry.facts(stage.now, bodies, stage.posted)
    activity = post(stage.session, body.id, facts, organiser.id, at)
    publish(stage.session, activity, organiser.id, at)
    for before in _TICKS:
        make_dates(stage.session, activity, stage.now - before)
    return _Run(stage, entry, activity, organiser)


def _dates(run: _Run) -> list[Occurrence]:
    wanted = select(Occurrence).where(Occurrence.activity_id == run.activity.id)
    wanted = wanted.order_by(Occurrence.starts_at).options(selectinload(Occurrence.slots))
    return list(run.stage.session.scalars(wanted))


def _close(run: _Run, occurrence: Occurrence) -> None:
    day = to_local(occurrence.starts_at, run.activity.timezone).date()
    at = max(occurrence.created_at, occurrence.starts_at - _ANNOUNCED)
    closure = next((closure for closure in run.entry.closed if closure.covers(day)), None)
    if closure is not None and at <= run.stage.now:
        _rule(run, occurrence, cancel, closure.reason, at)


def _rule(run: _Run, occurrence: Occurrence, decide: _Decide, reason: str, at: datetime) -> None:
    decide(run.stage.session, occurrence, Ruling(run.organiser.id, occurrence.revision, reason), at)
    run.stage.hush("occurrence", occurrence.id, {"decision"})


def _fill(run: _Run, dates: list[Occurrence], shares: tuple[float, ...]) -> None:
    for occurrence, share in zip(dates, shares, strict=False):
        if occurrence.takes_place:
            _sign_up(run, occurrence, share)
            if run.entry.crowd is not None:
                gather(run.stage, occurrence, run.entry.crowd)


def _sign_up(run: _Run, occurrence: Occurrence, share: float) -> None:
    stage, busy = run.stage, set[str]()
    for slot, entry in zip(occurrence.slots, run.entry.slots, strict=True):
        for yes in drawn(stage, entry, share, occurrence.starts_at, busy):
            sign_up = replace(yes.sign_up, entered_by_id=_entered_by(run, yes.sign_up.contact_id))
            at = stage.sign_up_moment(occurrence)
            _follow_up(run, stage.join(slot, sign_up, at), yes.party, at)


def _follow_up(run: _Run, joined: Participation, party: Party, at: datetime) -> None:
    # For a date to come only those who always come have their answer already.
    if joined.slot.policy == "approval" and (party.regular or joined.slot.starts_at <= run.stage.now):
        run.stage.approve(joined, run.organiser.id, min(at + _ANSWERED, run.stage.now))
    if party.named:
        run.stage.name(joined, party.named, party.grade, at)


def _entered_by(run: _Run, contact_id: int) -> int | None:
    # Somebody without an address has called the organiser.
    contact = run.stage.session.get_one(Person, contact_id)
    return None if contact.email else run.organiser.id


def _decide(run: _Run, occurrence: Occurrence, back: int) -> None:
    odd = run.entry.odd_one(back)
    if odd is not None and occurrence.takes_place:
        _rule(run, occurrence, _DECISIONS[odd.decision], odd.reason, _decided_at(occurrence))
    on = occurrence.takes_place and run.activity.needs_decision
    if on and _decided_at(occurrence) <= run.stage.now:
        _rule(run, occurrence, confirm, "", _decided_at(occurrence))


def _decided_at(occurrence: Occurrence) -> datetime:
    local = decision_time(occurrence)
    return occurrence.starts_at - _DAY if local is None else to_utc(local, occurrence.activity.timezone)


def _tick(run: _Run, occurrence: Occurrence) -> None:
    at = occurrence.ends_at + _TICKED_AFTER
    if occurrence.takes_place and at <= run.stage.now:
        ticks = [(row, _seen(run, row)) for row in roster(run.stage.session, occurrence.id)]
        record_attendance(run.stage.session, occurrence, ticks, run.organiser.id, at)


def _seen(run: _Run, row: Participation) -> Tick:
    dice = run.stage.dice
    if dice.random() > run.entry.came:
        return Tick(0)
    left_early = row.slot.minutes > 60 and dice.random() < _LEFT_EARLY
    return Tick(row.people, row.slot.minutes - 30 if left_early else None)
