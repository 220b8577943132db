"""What is shown of changes: an activity's history, and what may still be taken back; read-only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from scheduler.activities.models import ON, Activity, Occurrence
from scheduler.activities.queries import find_organised_activity
from scheduler.activities.recurrence import to_local
from scheduler.changes.models import SeriesChange
from scheduler.closures.queries import rest_days
from scheduler.errors import NotFound
from scheduler.history import StateChange
from scheduler.parties.access import Actor
from scheduler.parties.models import Person


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened to an activity: what, when, who, why; with the change itself where it was one."""

    at: datetime
    verb: str
    by: str
    why: str
    change: SeriesChange | None = None
    occurrence: Occurrence | None = None
    before: str = ""
    after: str = ""


def find_change(session: Session, actor: Actor, change_id: int) -> SeriesChange:
    """Return a change of an activity that the actor organises."""
    found = session.get(SeriesChange, change_id)
    if found is None:
        raise NotFound
    find_organised_activity(session, actor, found.activity_id)
    return found


def change_told(session: Session, change_id: int) -> SeriesChange:
    """Return a change to whoever has been found to bring it to people."""
    return session.get_one(SeriesChange, change_id)


def changes_of_activity(session: Session, activity_id: int) -> list[SeriesChange]:
    """Return the changes of an activity, the latest first."""
    wanted = select(SeriesChange).where(SeriesChange.activity_id == activity_id)
    whole = wanted.options(joinedload(SeriesChange.by), joinedload(SeriesChange.undone_by))
    return list(session.scalars(whole.order_by(SeriesChange.id.desc())))


def taken_back(session: Session, occurrence: Occurrence) -> SeriesChange | None:
    """Return the newest change of a date where it was taken back, and nothing has changed the date since."""
    about = (
        row
        for row in changes_of_activity(session, occurrence.activity_id)
        if str(occurrence.id) in row.before.get("revisions", {})
    )
    newest = next(about, None)
    if newest is None or newest.undone_at is None:
        return None
    # Giving a date back what it was raises its revision, once.
    return newest if newest.before["revisions"][str(occurrence.id)] + 1 == occurrence.revision else None


def history(session: Session, activity_id: int, limit: int = 100) -> list[HistoryLine]:
    """Return what happened to an activity and its dates, the latest first."""
    changes = {row.id: row for row in changes_of_activity(session, activity_id)}
    dates = {
        row.id: row
        for row in session.scalars(select(Occurrence).where(Occurrence.activity_id == activity_id))
    }
    of_activity = and_(StateChange.subject == "activity", StateChange.subject_id == activity_id)
    of_dates = and_(StateChange.subject == "occurrence", StateChange.subject_id.in_(dates))
    wanted = select(StateChange, Person.name).outerjoin(Person, Person.id == StateChange.by_id)
    rows = session.execute(
        wanted.where(or_(of_activity, of_dates))
        .order_by(StateChange.at.desc(), StateChange.id.desc())
        .limit(limit)
    )
    return [
        HistoryLine(
            at=row.at,
            verb=row.verb,
            by=name or "",
            why=row.why,
            change=changes.get(row.facts.get("change", 0)),
            occurrence=dates.get(row.subject_id) if row.subject == "occurrence" else None,
            before=row.before or "",
            after=row.after or "",
        )
        for row, name in rows.tuples()
    ]


def latest_undoable(session: Session, activity_id: int, now: datetime) -> SeriesChange | None:
    """Return the change of an activity that may be taken back: the latest that stands, for half an hour."""
    standing = [row for row in changes_of_activity(session, activity_id) if row.undone_at is None]
    return standing[0] if standing and standing[0].undoable(now) else None


@dataclass(frozen=True)
class OnRest:
    """Dates of one activity that fall on closed days, the next first; `scope` is how far mending them goes.

    A change of the following dates, or of all, puts one rule in the place of all that hold later.
    """

    activity: Activity
    dates: list[Occurrence]

    @property
    def scope(self) -> str:
        """How far a change goes that mends them: one date where nothing repeats, or where a later rule would go."""
        first, versions = self.dates[0], self.activity.versions
        repeats = self.activity.rule is not None or self.activity.dates or versions
        if not repeats or (versions and (first.planned_at or first.starts_at) < versions[-1].from_at):
            return "this"
        return "following" if versions else "all"


def dates_on_rest(session: Session, organization_id: int, now: datetime) -> list[OnRest]:
    """Return the dates to come that fall on closed days of their body, by activity: they were made before these."""
    closed = rest_days(session, organization_id, "")
    wanted = (
        select(Occurrence)
        .join(Occurrence.activity)
        .where(
            Activity.organization_id == organization_id, Occurrence.state.in_(ON), Occurrence.starts_at > now
        )
        .options(contains_eager(Occurrence.activity))
    )
    found: dict[int, OnRest] = {}
    for row in session.scalars(wanted.order_by(Occurrence.starts_at)):
        if closed.closed_on(to_local(row.starts_at, row.activity.timezone).date()):
            found.setdefault(row.activity_id, OnRest(row.activity, [])).dates.append(row)
    return list(found.values())
