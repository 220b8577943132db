"""What an organiser changes on the board beyond single sign-ups: the number of places, a message, a paper consent."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.board.queries import told_of
from scheduler.errors import Conflict, Invalid
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import Notice
from scheduler.participation import actions as participation
from scheduler.participation import capacity, measure, places
from scheduler.participation.models import Participation
from scheduler.parties.models import Person
from scheduler.text import fitting

MESSAGE = "message"
MAX_MESSAGE = 2000
CONSENT_WAYS = ("paper", "telephone")
# The same words again so soon are a second tap.
_SAME_MESSAGE = timedelta(minutes=10)
_USEFUL_AFTER = timedelta(days=3)


def change_places(
    session: Session, slot: Slot, wanted: int, by_id: int, now: datetime, *, waits: Collection[int] = ()
) -> list[Participation]:
    """Set how many places a slot has; `waits` are the parties of whom the organiser has read that they lose theirs.

    Raise Conflict with the names of those who would, whenever they are others than these.
    """
    places.lock(session, slot)
    surplus = capacity.surplus_of(session, slot, wanted)
    agreed = bool(surplus) and {row.id for row in surplus} <= set(waits)
    return capacity.change_places(session, slot, wanted, by_id, now, demote=agreed)


def record_consent(
    session: Session, row: Participation, guardian: str, by_id: int, now: datetime, *, how: str
) -> None:
    """Write down that a guardian has said yes on paper or by telephone, and who took it."""
    if how not in CONSENT_WAYS:
        raise Invalid("choice_unknown")
    participation.consent(session, row, guardian, by_id, now, how=how)


def send_message(
    session: Session,
    occurrence: Occurrence,
    words: str,
    by_id: int,
    now: datetime,
    *,
    slot: Slot | None = None,
) -> int:
    """Tell everybody who has a place at a date, or in one slot of it, an organiser's words; return how many.

    Once each; the same words again within minutes are the same message. In somebody's quiet hours it waits until the
    morning, unless the date begins before.
    """
    body = fitting(words, MAX_MESSAGE, lines=True)
    if not body:
        raise Invalid("message_missing")
    places.lock(session, *occurrence.slots)
    subject, subject_id = ("slot", slot.id) if slot is not None else ("occurrence", occurrence.id)
    people = told_of(session, occurrence, slot.id if slot is not None else None)
    if not people:
        raise Conflict("nobody_to_tell")
    version = _version_of(session, subject, subject_id, body, now)
    until = max(occurrence.ends_at, now + _USEFUL_AFTER)
    for at, ids in _by_moment(people, slot or occurrence.slots[0], now).items():
        telling = Telling(
            MESSAGE, subject, subject_id, version, at, until, priority=2, body=body, by_id=by_id
        )
        queue(session, telling, ids, now)
    return len(people)


def _by_moment(people: list[Person], slot: Slot, now: datetime) -> dict[datetime, list[int]]:
    found: dict[datetime, list[int]] = {}
    for person in people:
        awake = measure.awake_at(person, slot, now)
        found.setdefault(awake if awake < slot.starts_at else now, []).append(person.id)
    return found


def _version_of(session: Session, subject: str, subject_id: int, body: str, now: datetime) -> int:
    told = select(Notice).where(
        Notice.kind == MESSAGE, Notice.subject == subject, Notice.subject_id == subject_id
    )
    same = told.where(Notice.body == body, Notice.created_at > now - _SAME_MESSAGE)
    found = session.scalar(same.order_by(Notice.id.desc()).limit(1))
    if found is not None:
        return found.version
    newest = select(func.max(Notice.version)).where(
        Notice.kind == MESSAGE, Notice.subject == subject, Notice.subject_id == subject_id
    )
    return (session.scalar(newest) or 0) + 1
