"""Which dates a public feed shows, and the version it is in; read-only.

How full a date is belongs to the feed, but sign-ups come by the hundred, and a feed that changes with each is fetched
anew by everybody each time. So it is told in three steps (open, few places, full), for the dates of the next weeks, and
the version counts the steps: most sign-ups leave the feed as it is, and none that changes a word goes unnoticed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased, contains_eager, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot, Tag
from scheduler.activities.recurrence import to_local
from scheduler.db import UtcDateTime
from scheduler.parties.models import Organization

# Past dates leave the feed after half a year: the day after would annoy, for ever would be slow.
KEPT = timedelta(days=183)
# What was called off leaves sooner: clients show it in five ways, and it piles up.
KEPT_CANCELLED = timedelta(days=30)
# So far ahead a feed says how full a date is, and from so few places on it says that they are few.
NEAR = timedelta(days=31)
FEW = 3


@dataclass(frozen=True)
class Scope:
    """What a public feed is asked for: everything, or the dates of a body, activity, programme, kind, place or weekday.

    `with_blocks` adds the bodies whose parent the body is; weekdays are 0 (Monday) to 6 on the date's own wall clock.
    """

    organization_id: int | None = None
    with_blocks: bool = False
    activity_id: int | None = None
    kind: str = ""
    place: str = ""
    weekdays: frozenset[int] = frozenset()
    tag: str = ""

    @property
    def whole(self) -> "Scope":
        """What this is a part of: the same without what anybody may type into an address."""
        return replace(self, kind="", place="", weekdays=frozenset())


@dataclass(frozen=True)
class Version:
    """What a feed's bytes depend on, as plain values."""

    lines: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Line:
    """One date as far as is needed to know whether it was rendered already; `version` is that of all it says."""

    id: int
    uid: str
    zone: str
    level: str
    version: tuple[Any, ...]


def day_start(now: datetime) -> datetime:
    """Return the beginning of the day in UTC: what a feed shows shifts then, and stays the same all day long."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def windows(now: datetime) -> dict[str, datetime]:
    """Return the instants between which a feed shows what, by the names of the statements' parameters."""
    day = day_start(now)
    return {"kept": day - KEPT, "kept_cancelled": day - KEPT_CANCELLED, "day": day, "near": day + NEAR}


def at(name: str) -> ColumnElement[datetime]:
    """Return one of the windows' instants as the parameter of a statement."""
    return bindparam(name, type_=UtcDateTime())


def kept() -> ColumnElement[bool]:
    """Return the condition for dates that are shown still."""
    return and_(
        Occurrence.ends_at >= at("kept"),
        or_(Occurrence.state.not_in(("cancelled", "merged")), Occurrence.ends_at >= at("kept_cancelled")),
    )


def _asked(scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.organization_id is not None:
        own = Activity.organization_id == scope.organization_id
        yield or_(own, Organization.parent_id == scope.organization_id) if scope.with_blocks else own
    if scope.activity_id is not None:
        yield Activity.id == scope.activity_id
    if scope.tag:
        yield Activity.tags.any(Tag.slug == scope.tag)
    if scope.kind:
        yield Organization.kind == scope.kind
    if scope.place:
        yield func.coalesce(Occurrence.own_place, Activity.place) == scope.place


def _shown(wanted: Select[Any], scope: Scope) -> Select[Any]:
    return (
        wanted.select_from(Occurrence)
        .join(Occurrence.activity)
        .join(Activity.organization)
        .where(Activity.state == "published", kept(), *_asked(scope))
    )


def _near(wanted: Select[Any], scope: Scope) -> Select[Any]:
    """Narrow a choice to the dates of which a feed says how full they are."""
    near = Occurrence.starts_at.between(at("day"), at("near"))
    slots = _shown(wanted, scope).join(Slot, Slot.occurrence_id == Occurrence.id)
    return slots.where(near, Occurrence.state.in_(TAKES_SIGN_UPS))


def _levels(scope: Scope) -> Select[Any]:
    left = func.sum(Slot.places - Slot.taken - Slot.reserved)
    # Places that are drawn, given or closed earlier are not simply open while they are free: of them nothing is said.
    has_terms = or_(Slot.policy != "first_come", Slot.opens_before.is_not(None), Slot.closes_before > 0)
    terms = func.sum(case((has_terms, 1), else_=0))
    level = case((left <= 0, "full"), (terms > 0, ""), (left <= FEW, "few"), else_="open")
    wanted = _near(select(Occurrence.id.label("id"), level.label("level")), scope)
    return wanted.group_by(Occurrence.id).order_by(Occurrence.id)


@lru_cache(maxsize=256)
def _version_statement(scope: Scope) -> Select[Any]:
    levels = _levels(scope).subquery()
    told = select(func.aggregate_strings(cast(levels.c.id, String) + levels.c.level, ","))
    body = aliased(Organization)
    bodies = select((body.name + "/" + body.name_en).label("names")).order_by(body.id).subquery()
    names = select(func.aggregate_strings(bodies.c.names, ","))
    columns = (
        func.count(),
        func.sum(Occurrence.id),
        func.sum(Occurrence.revision),
        func.sum(Activity.revision),
        func.max(Occurrence.changed_at),
        func.max(Activity.changed_at),
        told.scalar_subquery(),
        names.scalar_subquery(),
    )
    return _shown(select(*columns), scope)


def version(session: Session, scope: Scope, now: datetime) -> Version:
    """Return the version of a public feed, by one query that gives one row.

    Revisions only ever rise, so that no two states of the dates shown have the same sums and latest changes.
    """
    row = session.execute(_version_statement(scope), windows(now)).one()
    return Version((tuple(row), tuple(sorted(scope.weekdays))))


def _raw(instant: Any) -> ColumnElement[str]:
    # Compared, never read: making instants of what is stored took a third of the time of a feed that is warm.
    return type_coerce(instant, String).label(None)


@lru_cache(maxsize=256)
def _line_statement(scope: Scope) -> Select[Any]:
    columns = (
        Occurrence.id,
        _raw(Occurrence.first_starts_at),
        Occurrence.starts_at if scope.weekdays else null(),
        Occurrence.revision,
        _raw(Occurrence.changed_at),
        Activity.uid,
        Activity.revision,
        _raw(Activity.changed_at),
        Activity.timezone,
        Organization.name,
        Organization.name_en,
    )
    return _shown(select(*columns), scope).order_by(Occurrence.starts_at, Occurrence.id)


def lines(session: Session, scope: Scope, now: datetime) -> list[Line]:
    """Return the dates of a public feed in their order, each with the version of all that is said of it."""
    levels = dict(session.execute(_levels(scope), windows(now)).tuples().all())
    rows = session.execute(_line_statement(scope), windows(now)).all()
    wanted = scope.weekdays
    return [
        _line(row, levels.get(row[0], ""))
        for row in rows
        if not wanted or to_local(row[2], row[8]).weekday() in wanted
    ]


def _line(row: Any, level: str) -> Line:
    # An activity's random name and a date's first start make the date's own, see Occurrence.uid.
    return Line(row[0], f"{row[1]}{row[5]}", row[8], level, (*row[3:5], *row[6:8], *row[9:], level))


def latest(session: Session, scope: Scope, now: datetime, limit: int = 50) -> list[Occurrence]:
    """Return the public dates that were changed last, the newest change first."""
    wanted = _whole(_shown(select(Occurrence), scope)).order_by(
        Occurrence.changed_at.desc(), Occurrence.id.desc()
    )
    return list(session.scalars(wanted.limit(limit), windows(now)))


def all_dates(session: Session, scope: Scope, now: datetime) -> list[Occurrence]:
    """Return the public dates that have not ended, the next first."""
    wanted = _whole(_shown(select(Occurrence), scope)).where(Occurrence.ends_at >= at("day"))
    return list(session.scalars(wanted.order_by(Occurrence.starts_at, Occurrence.id), windows(now)))


def _whole(wanted: Select[Any]) -> Select[Any]:
    return wanted.options(
        contains_eager(Occurrence.activity).contains_eager(Activity.organization),
        contains_eager(Occurrence.activity).selectinload(Activity.tags),
        selectinload(Occurrence.slots),
    )


def dates(session: Session, ids: Sequence[int]) -> list[Occurrence]:
    """Return these dates, in any order, with everything that is rendered."""
    wanted = select(Occurrence).join(Occurrence.activity).join(Activity.organization)
    found = list(session.scalars(_whole(wanted.where(Occurrence.id.in_(ids)))))
    for date in found:
        for slot in date.slots:
            # Else each part looks its own date up again.
            set_committed_value(slot, "occurrence", date)
    return found
