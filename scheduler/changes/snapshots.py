"""Rows as they were before a change, as plain JSON, and back into rows when it is taken back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Date, Select, Time, delete, insert, select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence, RuleVersion, Slot, SlotShare, SlotTemplate
from scheduler.db import Base, UtcDateTime

Kept = dict[str, Any]
_PLACE = ("place", "place_en", "place_easy", "address", "address_en", "address_easy", "map_point")
_OF_ACTIVITY = ("rule", "first_on", "first_at", "minutes", "dates", "on_holiday", "on_closed", *_PLACE)
# What a date is for life, or what only ever rises, is not put back.
_OWN_PLACE = tuple(f"own_{name}" for name in _PLACE)
_OF_DATE = (
    "planned_at",
    "starts_at",
    "ends_at",
    "state",
    "cause",
    "reason",
    "by_hand",
    "decided_at",
    "decided_by_id",
    "first_place",
    *_OWN_PLACE,
)
# What else a part has is not touched by a change, but by those who sign up meanwhile.
_OF_SLOT = ("name", "name_en", "name_easy", "minutes", "min_people", "target")


def snapshot(session: Session, activity: Activity, occurrences: Sequence[Occurrence]) -> Kept:
    """Keep an activity, its versions and templates, and these dates with their parts."""
    every_template = (
        select(SlotTemplate).where(SlotTemplate.activity_id == activity.id).order_by(SlotTemplate.id)
    )
    return {
        "activity": kept_of(activity, _OF_ACTIVITY),
        "versions": [kept_of(row) for row in activity.versions],
        "templates": [kept_of(row) for row in session.scalars(every_template)],
        "occurrences": [kept_of(row, ("id", *_OF_DATE)) for row in occurrences],
        "slots": [kept_of(slot) for row in occurrences for slot in row.slots],
        "shares": [kept_of(share) for share in session.scalars(_shares_of(occurrences))],
    }


def _shares_of(occurrences: Sequence[Occurrence]) -> Select[tuple[SlotShare]]:
    with_shares = [slot.id for row in occurrences for slot in row.slots if slot.reserved]
    return select(SlotShare).where(SlotShare.slot_id.in_(with_shares)).order_by(SlotShare.id)


def kept_of(row: Base, names: Collection[str] | None = None) -> Kept:
    """Return a row as plain JSON: all of its columns, or these."""
    keys = [column.key for column in row.__table__.c if names is None or column.key in names]
    return {key: _plain(getattr(row, key)) for key in keys}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time) else value


def values_in(table: type[Base], kept: Mapping[str, Any]) -> Kept:
    """Return what was kept of a row as its table takes it."""
    return {key: _typed(table, key, value) for key, value in kept.items() if key in table.__table__.c}


def _typed(table: type[Base], key: str, value: Any) -> Any:
    kind = table.__table__.c[key].type
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return time.fromisoformat(value) if isinstance(kind, Time) else value


def put_rule_back(session: Session, activity: Activity, kept: Kept) -> None:
    """Give an activity back its rule, place, versions and templates."""
    for name, value in values_in(Activity, kept["activity"]).items():
        setattr(activity, name, value)
    drop_versions(session, activity.id)
    session.execute(
        delete(SlotTemplate)
        .where(SlotTemplate.activity_id == activity.id)
        .execution_options(synchronize_session=False)
    )
    _insert(session, RuleVersion, kept["versions"])
    _insert(session, SlotTemplate, kept["templates"])


def drop_versions(session: Session, activity_id: int, from_at: datetime | None = None) -> None:
    """Delete an activity's versions, with their templates: all, or those from a moment on."""
    versions = select(RuleVersion.id).where(RuleVersion.activity_id == activity_id)
    if from_at is not None:
        versions = versions.where(RuleVersion.from_at >= from_at)
    for table, column in ((SlotTemplate, SlotTemplate.version_id), (RuleVersion, RuleVersion.id)):
        session.execute(
            delete(table).where(column.in_(versions)).execution_options(synchronize_session=False)
        )


def _insert(session: Session, table: type[Base], rows: Sequence[Kept]) -> None:
    if rows:
        session.execute(insert(table), [values_in(table, row) for row in rows])


def put_dates_back(session: Session, kept: Kept, now: datetime) -> None:
    """Give dates back what they were; their revisions rise all the same, so that calendars follow."""
    ids = [row["id"] for row in kept["occurrences"]]
    free_planned(session, ids)
    for row in kept["occurrences"]:
        values = values_in(Occurrence, row)
        values |= {"revision": Occurrence.revision + 1, "changed_at": now}
        statement = update(Occurrence).where(Occurrence.id == values.pop("id")).values(**values)
        session.execute(statement.execution_options(synchronize_session=False))


def lock_dates(session: Session, occurrence_ids: Collection[int]) -> None:
    """Let nobody change who comes to these dates until the end; in the order in which whoever signs up meets them."""
    wanted = select(Occurrence.id).where(Occurrence.id.in_(occurrence_ids)).order_by(Occurrence.id)
    session.execute(wanted.with_for_update()).all()


def free_planned(session: Session, occurrence_ids: Collection[int]) -> None:
    """Take dates out of the rule for a moment: while they are moved, two of them could stand for one start."""
    statement = update(Occurrence).where(Occurrence.id.in_(occurrence_ids)).values(planned_at=None)
    session.execute(statement.execution_options(synchronize_session=False))


def put_slots_back(session: Session, kept: Kept) -> None:
    """Give parts back their names, times and least numbers, and those that were taken away their rows."""
    standing = set(session.scalars(select(Slot.id).where(Slot.id.in_([row["id"] for row in kept["slots"]]))))
    _insert(session, Slot, [row | {"taken": 0} for row in kept["slots"] if row["id"] not in standing])
    _insert(session, SlotShare, [row for row in kept["shares"] if row["slot_id"] not in standing])
    for row in kept["slots"]:
        values = {name: row[name] for name in _OF_SLOT if name in row}
        statement = update(Slot).where(Slot.id == row["id"]).values(**values)
        session.execute(statement.execution_options(synchronize_session=False))
