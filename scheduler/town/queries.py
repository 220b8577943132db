"""What each body did in a fiscal year, in numbers alone: no list of members leaves a body."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from scheduler.activities.models import ON, Activity, Occurrence, Slot
from scheduler.activities.search import HOME_ZONE
from scheduler.errors import NotFound
from scheduler.history import UNDO_FOR, StateChange, changes_of
from scheduler.notices.queries import people_told
from scheduler.participation.models import Participation
from scheduler.parties.access import Actor, organised_bodies
from scheduler.parties.models import Organization
from scheduler.parties.queries import find_body, operator
from scheduler.reports.hours import fiscal_year_days

# The kind of body whose staff may see the numbers of all.
CITY = "government"


@dataclass(frozen=True)
class Reader:
    """Who may read the numbers; an operator may found bodies, too."""

    founds: bool


@dataclass(frozen=True)
class BodyCount:
    """One body's year: its activities, dates held and to come, heads that came, and their minutes."""

    body: Organization
    activities: int = 0
    held: int = 0
    ahead: int = 0
    came: int = 0
    minutes: int = 0

    @property
    def is_active(self) -> bool:
        """Whether there is anything to count."""
        return bool(self.activities or self.held or self.ahead or self.came)

    @property
    def hours(self) -> float:
        """Minutes as hours, to one decimal."""
        return round(self.minutes / 60, 1)


def founding_of(session: Session, body: Organization) -> StateChange | None:
    """Return how a body was founded on its page, as long as that stands."""
    changes = [
        one for one in changes_of(session, "organization", body.id) if one.verb in {"found", "unfound"}
    ]
    return changes[-1] if changes and changes[-1].verb == "found" else None


def just_founded(session: Session, actor: Actor, now: datetime) -> Organization | None:
    """Return the body that somebody has founded last, as long as that may be taken back."""
    wanted = (
        select(Organization)
        .join(StateChange, StateChange.subject_id == Organization.id)
        .where(StateChange.subject == "organization", StateChange.verb == "found")
        .where(StateChange.by_id == actor.person_id, StateChange.at > now - UNDO_FOR)
    )
    body = session.scalar(wanted.order_by(StateChange.id.desc()).limit(1))
    founded = founding_of(session, body) if body is not None else None
    if founded is None or people_told(session, "membership", founded.facts["office"], ("appointed",)):
        return None
    return body


def find_founded(session: Session, actor: Actor, slug: str) -> Organization:
    """Return a body to the operator, who founds them."""
    if not find_reader(session, actor).founds:
        raise NotFound
    return find_body(session, slug)


def find_reader(session: Session, actor: Actor) -> Reader:
    """Return what the operator or somebody of the city's staff may do; for anybody else there is nothing."""
    if operator(session, actor) is not None:
        return Reader(founds=True)
    if any(body.kind == CITY for body in organised_bodies(session, actor)):
        return Reader(founds=False)
    raise NotFound


def counts_of(session: Session, year: int, now: datetime) -> list[BodyCount]:
    """Return the numbers of every body with those of its blocks: the active ones first, by name."""
    bodies = session.scalars(select(Organization).order_by(Organization.name, Organization.id)).all()
    counts = _counts(session, bodies, year, now)
    blocks: dict[int | None, list[BodyCount]] = {}
    for one in counts:
        blocks.setdefault(one.body.parent_id, []).append(one)
    found = [_with(one, blocks.get(one.body.id, [])) for one in blocks.get(None, [])]
    return sorted(found, key=lambda one: not one.is_active)


def _with(own: BodyCount, blocks: Sequence[BodyCount]) -> BodyCount:
    names = ("activities", "held", "ahead", "came", "minutes")
    return BodyCount(own.body, *(sum(getattr(one, name) for one in (own, *blocks)) for name in names))


def _counts(session: Session, bodies: Sequence[Organization], year: int, now: datetime) -> list[BodyCount]:
    posted = dict(session.execute(_posted()).tuples().all())
    held, ahead = (
        dict(session.execute(_dates(year, now, over=over)).tuples().all()) for over in (True, False)
    )
    served = {row[0]: (row[1] or 0, row[2] or 0) for row in session.execute(_served(year))}
    return [
        BodyCount(
            body,
            posted.get(body.id, 0),
            held.get(body.id, 0),
            ahead.get(body.id, 0),
            *served.get(body.id, (0, 0)),
        )
        for body in bodies
    ]


def _posted() -> Select[tuple[int, int]]:
    published = select(Activity.organization_id, func.count()).where(Activity.state == "published")
    return published.group_by(Activity.organization_id)


def _span(year: int) -> tuple[datetime, datetime]:
    first, last = fiscal_year_days(year)
    return datetime.combine(first, time(), HOME_ZONE), datetime.combine(
        last + timedelta(days=1), time(), HOME_ZONE
    )


def _dates(year: int, now: datetime, *, over: bool) -> Select[tuple[int, int]]:
    begin, end = _span(year)
    wanted = (
        select(Activity.organization_id, func.count())
        .select_from(Occurrence)
        .join(Occurrence.activity)
        .where(
            Occurrence.starts_at >= begin, Occurrence.starts_at < end, Occurrence.state.in_((*ON, "stopped"))
        )
        .where(Occurrence.ends_at <= now if over else Occurrence.ends_at > now)
    )
    return wanted.group_by(Activity.organization_id)


def _served(year: int) -> Select[tuple[int, int | None, int | None]]:
    begin, end = _span(year)
    minutes = func.coalesce(Participation.minutes_served, Slot.minutes)
    wanted = (
        select(
            Activity.organization_id,
            func.sum(Participation.came_people),
            func.sum(Participation.came_people * minutes),
        )
        .select_from(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .where(Participation.state == "done", Occurrence.starts_at >= begin, Occurrence.starts_at < end)
    )
    return wanted.group_by(Activity.organization_id)


def total(counts: Sequence[BodyCount]) -> dict[str, int]:
    """Return the sums over all bodies."""
    return {name: sum(getattr(one, name) for one in counts) for name in ("held", "ahead", "came", "minutes")}
