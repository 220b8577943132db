"""Who is due a reminder now. Nothing is scheduled per person: a moved date has a new start, hence a new reminder.

Each person has a row of moments before a date: those of the activity's rules that they have not switched off, and one
of their own if they want that. Each moment lasts until the next: so nobody ever gets two at once, however late we are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.facts import time_version
from scheduler.activities.models import ON, Activity, Occurrence, Slot
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.activities.reminder_rules import EVENING, MOST_DAYS, WEEK, ReminderRule, parse
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import Delivery, Notice, Wish
from scheduler.notices.outlet import Kind, Letter
from scheduler.notices.quiet import Quiet, considerate
from scheduler.participation.letters import date_letter
from scheduler.participation.models import COMING, Participation
from scheduler.participation.queries import comes_to
from scheduler.parties.letters import Sender
from scheduler.parties.limits import limits_of
from scheduler.parties.models import Person

# The families of kinds: what people switch off, and what the outbox knows. A rule that is not the usual one has its
# code behind the family's name, so that two rules of one family are two things to tell.
EARLY, LAST, OWN = "reminder_week", "reminder_evening", "reminder_own"
GROUP = "reminder"
_USEFUL_FOR = {EARLY: timedelta(days=2), LAST: timedelta(days=3), OWN: timedelta(days=1)}
_NEAR = timedelta(days=9)
_FURTHEST = timedelta(days=MOST_DAYS + 2)
# Quiet hours may bring a moment forward by that much.
_SOONEST = timedelta(hours=14)
# Whoever has just signed up has just been told everything in the mail about it.
_JUST_TOLD = timedelta(hours=1)


@dataclass(frozen=True)
class Moment:
    """When one kind of reminder of a date is told to a person, and from when on it is of no use."""

    kind: str
    due_at: datetime
    until: datetime


@dataclass(frozen=True)
class Reader:
    """Somebody who comes: since when, and what they want of reminders."""

    person_id: int
    joined_at: datetime
    quiet: Quiet
    off: Collection[str] = ()
    own_minutes: int | None = None

    def rules(self, of_activity: Collection[ReminderRule]) -> Iterator[tuple[str, ReminderRule]]:
        """Go through the rules that hold for this person, each with the kind of notice that it makes."""
        if GROUP in self.off:
            return
        for rule in of_activity:
            family = EARLY if rule.is_early else LAST
            if family not in self.off:
                yield family if rule in {WEEK, EVENING} else f"{family}:{rule.code}", rule
        if self.own_minutes is not None:
            yield f"{OWN}:{self.own_minutes}m", ReminderRule(minutes_before=self.own_minutes)


def moments(reader: Reader, occurrence: Occurrence) -> list[Moment]:
    """Return all moments at which a person is reminded of a date, in order; no two of them overlap."""
    zone = occurrence.activity.timezone
    starts = to_local(occurrence.starts_at, zone)
    dues = []
    for kind, rule in reader.rules(parse(occurrence.activity.reminders)):
        due = to_utc(considerate(rule.due(starts), starts, reader.quiet), zone)
        if due < occurrence.starts_at:
            dues.append((due, kind))
    dues.sort()
    ends = [due for due, _ in dues[1:]] + [occurrence.starts_at]
    return [_moment(kind, due, end) for (due, kind), end in zip(dues, ends, strict=False)]


def _moment(kind: str, due: datetime, end: datetime) -> Moment:
    return Moment(kind, due, min(end, due + _USEFUL_FOR[kind.partition(":")[0]]))


def queue_due(session: Session, now: datetime) -> int:
    """Queue every reminder that is due and not there yet; return how many are new. Any number of hosts may do it."""
    own = _dates_with_own_wishes(session, now)
    near = [date for date in _near(session, now) if date.id in own or _may_be_due(date, now)]
    return sum(_queue(session, occurrence, now) for occurrence in near)


def _near(session: Session, now: datetime) -> list[Occurrence]:
    # Nearly all activities have the usual rules: only for the others need we look further ahead.
    near = or_(
        Occurrence.starts_at < now + _NEAR,
        and_(Activity.reminders.is_not(None), Occurrence.starts_at < now + _FURTHEST),
    )
    on = and_(Activity.state == "published", Occurrence.state.in_(ON), Occurrence.starts_at > now)
    wanted = select(Occurrence).join(Occurrence.activity).where(on, near)
    return list(
        session.scalars(
            wanted.options(contains_eager(Occurrence.activity)).order_by(Occurrence.starts_at, Occurrence.id)
        )
    )


def _may_be_due(occurrence: Occurrence, now: datetime) -> bool:
    starts = to_local(occurrence.starts_at, occurrence.activity.timezone)
    at = to_local(now, occurrence.activity.timezone)
    return any(
        due - _SOONEST <= at < due + _SOONEST + max(_USEFUL_FOR.values())
        for due in (rule.due(starts) for rule in parse(occurrence.activity.reminders))
    )


def _dates_with_own_wishes(session: Session, now: datetime) -> set[int]:
    wanted = (
        select(Slot.occurrence_id)
        .join(Participation, Participation.slot_id == Slot.id)
        .join(Wish, Wish.person_id == Participation.contact_id)
        .join(Occurrence, Occurrence.id == Slot.occurrence_id)
        .where(Wish.kind == OWN, Wish.minutes_before.is_not(None))
        .where(Occurrence.starts_at > now, Occurrence.starts_at < now + _NEAR)
    )
    return set(session.scalars(wanted.distinct()))


def _queue(session: Session, occurrence: Occurrence, now: datetime) -> int:
    told, groups = _told(session, occurrence), defaultdict(list)
    for reader in _readers(session, occurrence.id):
        moment = _current(moments(reader, occurrence), now)
        fresh = moment is not None and reader.joined_at >= moment.due_at - _JUST_TOLD
        if moment is not None and not fresh and not told.has(reader.person_id, moment):
            groups[moment].append(reader.person_id)
    return sum(
        queue(session, _telling(occurrence, moment), people, now) for moment, people in _in_order(groups)
    )


def _in_order(groups: Mapping[Moment, list[int]]) -> list[tuple[Moment, list[int]]]:
    return sorted(groups.items(), key=lambda item: (item[0].due_at, item[0].kind))


def _current(row: list[Moment], now: datetime) -> Moment | None:
    return next((moment for moment in row if moment.due_at <= now < moment.until), None)


def _telling(occurrence: Occurrence, moment: Moment) -> Telling:
    return Telling(
        moment.kind,
        "occurrence",
        occurrence.id,
        time_version(occurrence),
        due_at=moment.due_at,
        deadline_at=moment.until,
        bundle=GROUP,
    )


@dataclass(frozen=True)
class _Told:
    """Which kinds of reminder of a date each person has, and when the latest of them was due."""

    kinds: Collection[tuple[int, str]]
    latest: Mapping[int, datetime]

    def has(self, person_id: int, moment: Moment) -> bool:
        """Say whether a person was told this, or something later, for the rules may have changed since."""
        latest = self.latest.get(person_id)
        return (person_id, moment.kind) in self.kinds or (latest is not None and latest >= moment.due_at)


def _told(session: Session, occurrence: Occurrence) -> _Told:
    wanted = (
        select(Delivery.person_id, Notice.kind, Delivery.wanted_at)
        .join(Delivery.notice)
        .where(Notice.subject == "occurrence", Notice.subject_id == occurrence.id)
        .where(Notice.version == time_version(occurrence), Notice.kind.startswith(GROUP))
    )
    rows = session.execute(wanted).tuples().all()
    latest: dict[int, datetime] = {}
    for person_id, _kind, wanted_at in rows:
        latest[person_id] = max(wanted_at, latest.get(person_id, wanted_at))
    return _Told({(person_id, kind) for person_id, kind, _ in rows}, latest)


def _readers(session: Session, occurrence_id: int) -> list[Reader]:
    wanted = (
        select(Person, func.min(Participation.created_at))
        .join(Participation, Participation.contact_id == Person.id)
        .join(Participation.slot)
        .where(Slot.occurrence_id == occurrence_id, Participation.state.in_(COMING))
        .group_by(Person.id)
        .order_by(Person.id)
    )
    people = [(person, joined) for person, joined in session.execute(wanted)]
    wishes = _wishes(session, [person.id for person, _ in people])
    return [_reader(person, joined, wishes.get(person.id, [])) for person, joined in people]


def _wishes(session: Session, person_ids: list[int]) -> dict[int, list[Wish]]:
    found: dict[int, list[Wish]] = defaultdict(list)
    for wish in session.scalars(
        select(Wish).where(Wish.person_id.in_(person_ids), Wish.kind.startswith(GROUP))
    ):
        found[wish.person_id].append(wish)
    return found


def _reader(person: Person, joined_at: datetime, wishes: list[Wish]) -> Reader:
    own = [wish.minutes_before for wish in wishes if wish.kind == OWN]
    return Reader(
        person.id,
        joined_at,
        _quiet(person),
        frozenset(wish.kind for wish in wishes if wish.off_at is not None),
        own[0] if own else None,
    )


def _quiet(person: Person) -> Quiet:
    limits = limits_of(person.limits)
    return Quiet(limits.quiet_from, limits.quiet_until)


def reminder_kind(sender: Sender, template: str) -> Kind:
    """Return a kind of reminder: true while the date is on at that very time, and the person still comes."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        occurrence = session.get(Occurrence, notice.subject_id)
        if occurrence is None or not occurrence.takes_place:
            return "cancelled"
        if time_version(occurrence) != notice.version:
            return "superseded"
        return None if comes_to(session, delivery.person_id, occurrence.id) else "left"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        return date_letter(sender, template, session, notice, delivery, coming=True)

    return Kind(still_true, compose, group=GROUP, not_before=end_of_quiet, gather=together)


def together(session: Session, letters: Sequence[Letter]) -> Letter:
    """Return one letter that reminds of all the dates of several, in their order."""
    facts: list[Mapping[str, Any]] = [letter.facts for letter in letters]
    due = {one["date"].id: (one["date"], one["parts"]) for one in facts}
    common = {name: facts[0][name] for name in ("name", "personal_link", "address")}
    in_order = sorted(due.values(), key=lambda one: (one[0].starts, one[0].id))
    return replace(letters[0], template="reminders", facts=common | {"due": in_order})


def end_of_quiet(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> datetime:
    """Return when a person may be told about a date, from now on: now, or when their quiet hours end."""
    occurrence, person = (
        session.get_one(Occurrence, notice.subject_id),
        session.get_one(Person, delivery.person_id),
    )
    zone = occurrence.activity.timezone
    return to_utc(_quiet(person).end_after(to_local(now, zone)), zone)
