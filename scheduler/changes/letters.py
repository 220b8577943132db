"""The letter about a change: is it still true, and what does it say to this person about all their dates at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from scheduler.activities.contacts import contact_texts
from scheduler.activities.corrections import PLANS
from scheduler.activities.models import ON, Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.changes.models import FACTS, SeriesChange
from scheduler.changes.snapshots import Kept, kept_of
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation.models import Participation
from scheduler.participation.queries import UNTOLD, own_clash
from scheduler.parties.letters import Sender
from scheduler.parties.models import Person


@dataclass(frozen=True)
class ChangedDate:
    """One date of the person's: what it was and is, on its own wall clock; `clash` is what they do then, too.

    `asked` is why they are asked whether they come after all, `sign_up` the number of their sign-up; they may wait for
    a place there.
    """

    id: int
    was_from: datetime
    was_until: datetime
    starts: datetime
    ends: datetime
    place: str
    place_en: str
    place_easy: str
    other_place: bool
    gone: bool
    clash: str
    asked: str
    sign_up: int
    has_place: bool

    @property
    def other_time(self) -> bool:
        """Whether it begins or ends at another time."""
        return (self.was_from, self.was_until) != (self.starts, self.ends)


@dataclass(frozen=True)
class Changed:
    """What was changed, and whether that was taken back.

    `corrected` names what the activity says otherwise now, where no date moved; then these are its facts.
    """

    title: str
    title_en: str
    title_easy: str
    body: str
    body_en: str
    body_easy: str
    why: str
    contact: str
    contact_en: str
    contact_easy: str
    undone: bool
    dates: tuple[ChangedDate, ...]
    corrected: tuple[str, ...]
    facts: Kept
    bring: str
    bring_en: str
    bring_easy: str


def changed_kind(sender: Sender) -> Kind:
    """Return the kind of notice that tells a change, or (its second version) that it was taken back."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        change = session.get(SeriesChange, notice.subject_id)
        if change is None or (notice.version == 0 and change.undone_at is not None):
            return "superseded"
        return None if _rows(session, change, delivery.person_id) else "left"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        change = session.get_one(SeriesChange, notice.subject_id)
        person = session.get(Person, delivery.person_id)
        return sender.letter(person, "changed", changed=_changed(session, change, delivery.person_id))

    return Kind(still_true, compose, by_hand=True)


def _rows(session: Session, change: SeriesChange, person_id: int) -> list[Participation]:
    ids = {line["id"] for line in change.dates} | set(change.before.get("made", []))
    touched: ColumnElement[bool] = Occurrence.id.in_(ids)
    if change.scope == FACTS:
        ahead = (Occurrence.starts_at > change.at, Occurrence.state.in_(ON))
        touched = and_(Occurrence.activity_id == change.activity_id, *ahead)
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(Participation.contact_id == person_id, Participation.state.not_in(UNTOLD))
        .where(touched)
    )
    return list(session.scalars(wanted.order_by(Occurrence.starts_at, Slot.position)))


def _changed(session: Session, change: SeriesChange, person_id: int) -> Changed:
    activity = change.activity
    rows = {row.slot.occurrence_id: row for row in reversed(_rows(session, change, person_id))}
    dates = sorted(
        (_date(session, change, row) for row in rows.values()), key=lambda date: (date.was_from, date.id)
    )
    return Changed(
        title=activity.title,
        title_en=activity.title_en,
        title_easy=activity.title_easy,
        body=activity.organization.name,
        body_en=activity.organization.name_en,
        body_easy=activity.organization.name_easy,
        why=change.why,
        contact=activity.contact,
        **contact_texts(session, activity),
        undone=change.undone_at is not None,
        dates=tuple(dates),
        corrected=change.corrects,
        facts=kept_of(activity, PLANS),
        bring=activity.bring,
        bring_en=activity.bring_en,
        bring_easy=activity.bring_easy,
    )


def _date(session: Session, change: SeriesChange, row: Participation) -> ChangedDate:
    occurrence = row.slot.occurrence
    zone = occurrence.activity.timezone
    line = next((line for line in change.dates if line["id"] == occurrence.id), None)
    was = (
        (line["from"], line["until"])
        if line
        else (occurrence.starts_at.isoformat(), occurrence.ends_at.isoformat())
    )
    was_from, was_until = (to_local(datetime.fromisoformat(at), zone) for at in was)
    gone = occurrence.state == "cancelled"
    return ChangedDate(
        id=occurrence.id,
        was_from=was_from,
        was_until=was_until,
        starts=to_local(occurrence.starts_at, zone),
        ends=to_local(occurrence.ends_at, zone),
        place=occurrence.place,
        place_en=occurrence.place_en,
        place_easy=occurrence.place_easy,
        other_place=line is not None and line["was"] != occurrence.place,
        gone=gone,
        clash="" if gone else own_clash(session, row),
        asked=row.asked_again if row.is_asked_again else "",
        sign_up=row.id,
        has_place=row.has_place,
    )
