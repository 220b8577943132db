"""What there is to do for organisers: dates to decide about, to answer for and to tick, activities to go on with."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from scheduler.activities.facts import decision_time
from scheduler.activities.models import ON, TAKES_SIGN_UPS, Activity, Occurrence, Slot
from scheduler.activities.plans import only_ends, spans_of
from scheduler.activities.recurrence import to_utc
from scheduler.board.withdrawals import withdrawn_lately
from scheduler.participation.models import Participation
from scheduler.parties.models import Membership, Organization
from scheduler.reach.troubles import Trouble, troubles_of

# How far ahead answers are asked for, and how long back a date may still be ticked.
AHEAD, BACK = timedelta(days=30), timedelta(days=14)
# Whoever hands over wants two months for it.
_TERM_ENDS = timedelta(days=60)
_UNDECIDED = ("open", "closed", "awaiting_decision")
_LATE_GAP = timedelta(days=2)


@dataclass(frozen=True)
class Task:
    """One thing to do: a code, whose it is, until when, what it is about, and how many people or parts it concerns.

    `missing` is how many places are open by it; `change_id` names the change of which people have to be told.
    """

    what: str
    body: Organization
    due_at: datetime | None = None
    occurrence: Occurrence | None = None
    activity: Activity | None = None
    count: int = 0
    urgent: bool = False
    missing: int = 0
    change_id: int = 0

    @property
    def order(self) -> tuple[bool, bool, float]:
        """What sorts the most pressing first."""
        return not self.urgent, self.due_at is None, self.due_at.timestamp() if self.due_at else 0.0


def dates_of(bodies: Sequence[int]) -> Select[tuple[Occurrence]]:
    """Return the query of all public dates of these bodies with all that a line about one says, the next first."""
    return (
        select(Occurrence)
        .join(Occurrence.activity)
        .join(Activity.organization)
        .where(Activity.organization_id.in_(bodies), Activity.state == "published")
        .options(contains_eager(Occurrence.activity).contains_eager(Activity.organization))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )


def tasks_of(
    session: Session, bodies: Sequence[Organization], now: datetime, *, has_mail_server: bool
) -> list[Task]:
    """Return what there is to do for these bodies, the most pressing first."""
    ids = [body.id for body in bodies]
    troubles = troubles_of(session, ids, now, has_mail_server=has_mail_server)
    found = [
        *_date_tasks(session, ids, now),
        *_tellings(troubles, bodies),
        *_body_tasks(session, bodies, now),
    ]
    return sorted(found, key=lambda task: task.order)


def _date_tasks(session: Session, bodies: Sequence[int], now: datetime) -> Iterator[Task]:
    near = dates_of(bodies).where(Occurrence.ends_at > now - BACK, Occurrence.starts_at < now + AHEAD)
    dates = list(session.scalars(near))
    states = _states_at(session, dates)
    short = _short_at(session, dates)
    for one in dates:
        yield from _tasks_at(one, states, short, now)
    yield from _withdrawn(session, [one for one in dates if one.state in TAKES_SIGN_UPS], now)


def _withdrawn(session: Session, dates: Sequence[Occurrence], now: datetime) -> Iterator[Task]:
    ahead = {one.id: one for one in dates if one.starts_at > now}
    for number, (parties, missing) in withdrawn_lately(session, ahead, now).items():
        one = ahead[number]
        urgent = one.starts_at - now < _LATE_GAP
        body = one.activity.organization
        yield Task("withdrawn", body, one.starts_at, one, count=parties, missing=missing, urgent=urgent)


def _tasks_at(
    one: Occurrence, states: Counter[tuple[int, str]], short: dict[int, int], now: datetime
) -> Iterator[Task]:
    body, at = one.activity.organization, one.starts_at
    if one.ends_at <= now:
        unticked = sum(states[one.id, state] for state in ("pledged", "confirmed"))
        if one.state in ON and unticked:
            yield Task("tick", body, one.ends_at, one, count=unticked)
        return
    due = decision_time(one)
    if due is not None and one.state in _UNDECIDED and at - now < timedelta(hours=24):
        yield Task("decide", body, to_utc(due, one.activity.timezone), one, urgent=True)
    if states[one.id, "applied"]:
        yield Task("applied", body, at, one, count=states[one.id, "applied"])
    if states[one.id, "awaiting_guardian"]:
        yield Task("guardian", body, at, one, count=states[one.id, "awaiting_guardian"])
    if (
        one.state in TAKES_SIGN_UPS
        and short.get(one.id)
        and at - now < timedelta(days=one.activity.warn_days)
    ):
        yield Task("short", body, at, one, count=short[one.id], urgent=at - now < _LATE_GAP)


def _states_at(session: Session, dates: Sequence[Occurrence]) -> Counter[tuple[int, str]]:
    wanted = (
        select(Slot.occurrence_id, Participation.state, func.count())
        .join(Participation.slot)
        .where(Slot.occurrence_id.in_([one.id for one in dates]), Slot.policy != "lottery")
        .group_by(Slot.occurrence_id, Participation.state)
    )
    return Counter({(date_id, state): count for date_id, state, count in session.execute(wanted)})


def _short_at(session: Session, dates: Sequence[Occurrence]) -> dict[int, int]:
    wanted = (
        select(Slot.occurrence_id, func.sum(Slot.min_people - Slot.taken))
        .where(Slot.occurrence_id.in_([one.id for one in dates]), Slot.taken < Slot.min_people)
        .group_by(Slot.occurrence_id)
    )
    return dict(session.execute(wanted).tuples().all())


def _tellings(troubles: Sequence[Trouble], bodies: Sequence[Organization]) -> Iterator[Task]:
    by_id = {body.id: body for body in bodies}
    for trouble in troubles:
        one = trouble.occurrence
        body = by_id[one.activity.organization_id]
        # One task for one piece of news, whichever way it did not go.
        what = "missed" if trouble.is_unsent else "tell"
        at, count = one.starts_at, trouble.people
        yield Task(what, body, at, one, count=count, urgent=True, change_id=trouble.change_id)


def _body_tasks(session: Session, bodies: Sequence[Organization], now: datetime) -> Iterator[Task]:
    by_id = {body.id: body for body in bodies}
    stuck = or_(Activity.state == "draft", and_(Activity.state == "published", ~_goes_on(now)))
    own = select(Activity).where(Activity.organization_id.in_(by_id), stuck)
    own = own.options(selectinload(Activity.versions))
    for activity in session.scalars(own.order_by(Activity.state, Activity.title, Activity.id)):
        what = "draft" if activity.state == "draft" else "no_dates"
        if what == "no_dates" and _was_ended(activity):
            continue
        yield Task(what, by_id[activity.organization_id], activity=activity)


def _was_ended(activity: Activity) -> bool:
    """Say whether somebody has set an end, and knows that nothing comes after it."""
    last = spans_of(activity)[-1]
    return "UNTIL=" in (last.source.rule or "") or only_ends(activity, last)


def _goes_on(now: datetime) -> ColumnElement[bool]:
    return (
        select(Occurrence.id).where(Occurrence.activity_id == Activity.id, Occurrence.ends_at > now).exists()
    )


def terms_of(offices: Iterable[Membership], bodies: Iterable[Organization], today: date) -> list[Task]:
    """Return the offices of somebody that end soon, the next first: what is done last, it is prepared in two months."""
    by_id = {body.id: body for body in bodies}
    left = [
        (one.ends_on - today, one.organization_id)
        for one in offices
        if one.ends_on is not None and one.organization_id in by_id
    ]
    return [
        Task("hand_over", by_id[number], count=rest.days)
        for rest, number in sorted(left)
        if rest <= _TERM_ENDS
    ]
