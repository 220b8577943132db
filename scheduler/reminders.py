"""Who is due a reminder now. Nothing is scheduled per person: a moved date has a new start, hence a new reminder."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from scheduler.activities.models import ON, Activity, Occurrence, Slot
from scheduler.activities.recurrence import to_local, to_utc
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation.letters import comes, date_letter
from scheduler.participation.models import COMING, Participation
from scheduler.parties.letters import Sender

EVENING = time(19, 0)


@dataclass(frozen=True)
class Reminder:
    """One kind of reminder: so many days before the date at the evening hour, of use for so long."""

    kind: str
    days_before: int
    useful_for: timedelta


REMINDERS = (
    Reminder("reminder_week", 7, timedelta(days=2)),
    Reminder("reminder_evening", 1, timedelta(days=1)),
)
_FURTHEST = timedelta(days=9)


def due_at(occurrence: Occurrence, reminder: Reminder) -> datetime:
    """Return when this reminder of a date is due: the evening hour on the wall clock of the date's own zone."""
    zone = occurrence.activity.timezone
    day = to_local(occurrence.starts_at, zone).date() - timedelta(days=reminder.days_before)
    return to_utc(datetime.combine(day, EVENING), zone)


def time_version(occurrence: Occurrence) -> int:
    """Return the version of a date's time, in minutes since 1970: a reminder of an older one is not true any more."""
    return int(occurrence.starts_at.timestamp() // 60)


def queue_due(session: Session, now: datetime) -> int:
    """Queue every reminder that is due and not there yet; return how many are new. Any number of hosts may do it."""
    return sum(
        _queue(session, occurrence, reminder, now)
        for occurrence in _near(session, now)
        for reminder in REMINDERS
    )


def _near(session: Session, now: datetime) -> list[Occurrence]:
    wanted = (
        select(Occurrence)
        .join(Occurrence.activity)
        .where(
            Activity.state == "published",
            Occurrence.state.in_(ON),
            Occurrence.starts_at > now,
            Occurrence.starts_at < now + _FURTHEST,
        )
        .options(contains_eager(Occurrence.activity))
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at)))


def _queue(session: Session, occurrence: Occurrence, reminder: Reminder, now: datetime) -> int:
    due = due_at(occurrence, reminder)
    useful_until = min(due + reminder.useful_for, occurrence.starts_at)
    if not due <= now < useful_until:
        return 0
    telling = Telling(
        reminder.kind,
        "occurrence",
        occurrence.id,
        time_version(occurrence),
        due_at=due,
        deadline_at=useful_until,
    )
    return queue(session, telling, _signed_up_before(session, occurrence.id, due), now)


def _signed_up_before(session: Session, occurrence_id: int, due: datetime) -> list[int]:
    # Who signs up later than that has just been told everything in the mail about the sign-up.
    wanted = (
        select(Participation.contact_id)
        .join(Participation.slot)
        .where(
            Slot.occurrence_id == occurrence_id,
            Participation.state.in_(COMING),
            Participation.created_at < due,
        )
    )
    return list(session.scalars(wanted.distinct().order_by(Participation.contact_id)))


def reminder_kind(sender: Sender, template: str) -> Kind:
    """Return a kind of reminder: true while the date is on at that very time, and the person still comes."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        occurrence = session.get(Occurrence, notice.subject_id)
        if occurrence is None or not occurrence.takes_place:
            return "cancelled"
        if time_version(occurrence) != notice.version:
            return "superseded"
        return None if comes(session, delivery.person_id, occurrence.id) else "left"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        return date_letter(sender, template, session, notice, delivery)

    return Kind(still_true, compose)
