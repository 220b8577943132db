"""Two rows that are one person become one row: sign-ups, offices and consents follow, counters stay right.

It cannot be undone, so it is done by an organiser who has seen both, never by a likeness alone.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, union, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.db import claim
from scheduler.errors import Conflict, NotFound
from scheduler.history import StateChange, record
from scheduler.notices.models import BY_HAND, DROPPED, PLANNED, ContactPoint, Delivery, Wish
from scheduler.paper.models import PrintedRow
from scheduler.participation import places
from scheduler.participation.models import GONE, Participation
from scheduler.participation.standing import Change
from scheduler.participation.waiting import leave
from scheduler.parties.access import Actor, organised_bodies
from scheduler.parties.api_tokens import ApiToken
from scheduler.parties.duplicates import look_alikes_of_body
from scheduler.parties.models import (
    AccessToken,
    Consent,
    LineCode,
    Membership,
    Organization,
    Person,
    SignedIn,
    SignIn,
)
from scheduler.parties.queries import find_organised_body, live_offices
from scheduler.parties.tokens import new_token
from scheduler.reach.models import ComingAnswer
from scheduler.series.actions import end
from scheduler.series.models import Series
from scheduler.series.queries import series_of

# What follows a person. Who entered, posted or decided something stays as it was written down.
FOLLOWS: tuple[InstrumentedAttribute[Any], ...] = (
    Participation.person_id,
    Participation.contact_id,
    Participation.guardian_id,
    Membership.person_id,
    Consent.person_id,
    Consent.for_person_id,
    Series.contact_id,
    PrintedRow.person_id,
    Activity.decider_id,
    Activity.deputy_id,
)
# What follows too where the other has none that is the same by these columns; else that of the one who is kept counts.
FOLLOWS_ONCE: dict[InstrumentedAttribute[Any], tuple[InstrumentedAttribute[Any], ...]] = {
    ContactPoint.person_id: (ContactPoint.channel, ContactPoint.address),
    Wish.person_id: (Wish.kind,),
    ComingAnswer.person_id: (ComingAnswer.occurrence_id, ComingAnswer.version),
    Delivery.person_id: (Delivery.notice_id, Delivery.hop),
}
Pair = tuple[Person, Person]


def people_at(organization_id: int) -> Select[tuple[int]]:
    """Select the ids of all who have signed up for dates of a body, whatever became of it."""
    path = (
        select(Participation.contact_id)
        .join(Slot, Slot.id == Participation.slot_id)
        .join(Occurrence, Occurrence.id == Slot.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(Activity.organization_id == organization_id)
    )
    parties = path.with_only_columns(Participation.person_id).where(Participation.person_id.is_not(None))
    both = union(path, parties).subquery()
    return select(both.c[0])


def find_pairs(session: Session, actor: Actor, slug: str) -> tuple[Organization, list[Pair]]:
    """Return a body that the actor organises, and the pairs among its people that the actor may merge.

    Whoever holds an office in another body is not among them: its rights would move with the row.
    """
    body = find_organised_body(session, actor, slug)
    own = [one.id for one in organised_bodies(session, actor)]
    pairs = look_alikes_of_body(session, people_at(body.id))
    elsewhere = live_offices(session, [one.id for pair in pairs for one in pair], actor.today, but_not_in=own)
    return body, [pair for pair in pairs if not elsewhere & {one.id for one in pair}]


def find_pair(
    session: Session, actor: Actor, slug: str, *, keep_id: int, drop_id: int
) -> tuple[Organization, Person, Person]:
    """Return the body, the one to keep and the one to drop, when the actor may merge them."""
    body, pairs = find_pairs(session, actor, slug)
    for one, other in pairs:
        if {one.id, other.id} == {keep_id, drop_id}:
            return (body, one, other) if one.id == keep_id else (body, other, one)
    raise NotFound


def sign_ups_at(session: Session, organization_id: int, people: Collection[int]) -> dict[int, int]:
    """Count how often each of these people has signed up for dates of a body and not withdrawn."""
    wanted = (
        select(Participation.contact_id, func.count(Participation.id))
        .join(Slot, Slot.id == Participation.slot_id)
        .join(Occurrence, Occurrence.id == Slot.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(Activity.organization_id == organization_id, Participation.state.not_in(GONE))
        .where(Participation.contact_id.in_(people))
        .group_by(Participation.contact_id)
    )
    return dict(session.execute(wanted).tuples().all())


def merge(session: Session, keep: Person, drop: Person, by_id: int | None, now: datetime) -> None:
    """Make two rows one: what `drop` has goes to `keep`, and of `drop` nothing personal is left.

    Raise Conflict when one of them is merged already, or when `drop` has proved an address: whoever can sign in is
    kept, so that nobody loses the way to their own things.
    """
    _lock(session, keep, drop)
    if drop.email_verified_at is not None:
        raise Conflict("proved_is_kept")
    gone = update(Person).where(Person.id == drop.id, Person.merged_into_id.is_(None))
    if keep.merged_into_id is not None or not claim(session, gone.values(merged_into_id=keep.id)):
        raise Conflict("already_merged")
    _free_second_places(session, keep, drop, by_id, now)
    _end_second_series(session, keep, drop, by_id, now)
    for column in FOLLOWS:
        moved = update(column.class_).where(column == drop.id).values({column.key: keep.id})
        session.execute(moved.execution_options(synchronize_session=False))
    for column, same in FOLLOWS_ONCE.items():
        _move_once(session, column, same, keep, drop)
    _leave_behind(session, drop)
    _close_doors(session, drop, now)
    session.expire_all()
    _hand_over(session, keep, drop)
    _record(session, keep, drop, by_id, now)


def _lock(session: Session, keep: Person, drop: Person) -> None:
    # The slots first, as everybody who signs up does, then the people in one order: nobody waits in a circle.
    slots = {row.slot for row in _live_of(session, keep, drop)}
    if slots:
        places.lock(session, *slots)
    for person_id in sorted((keep.id, drop.id)):
        session.get_one(Person, person_id, with_for_update=True)


def _live_of(session: Session, *people: Person) -> list[Participation]:
    ids = [person.id for person in people]
    live = select(Participation).where(Participation.person_id.in_(ids), Participation.state.not_in(GONE))
    fresh = live.order_by(Participation.id).execution_options(populate_existing=True)
    return list(session.scalars(fresh))


def _free_second_places(
    session: Session, keep: Person, drop: Person, by_id: int | None, now: datetime
) -> None:
    at_slot: dict[int, list[Participation]] = {}
    for row in _live_of(session, keep, drop):
        at_slot.setdefault(row.slot_id, []).append(row)
    for rows in at_slot.values():
        for second in sorted(rows, key=_weight)[:-1]:
            # Without the letter that says so: they still come.
            leave(session, second, "cancelled", Change("merge", by_id, quiet=True), now)


def _weight(row: Participation) -> tuple[int, bool, bool, int, int]:
    # Of two sign-ups for one part, the one that came stays; else the one with a place, the larger, the older.
    return (row.came_people or 0, row.comes, row.holds, row.people, -row.id)


def _end_second_series(
    session: Session, keep: Person, drop: Person, by_id: int | None, now: datetime
) -> None:
    kept = {(one.activity_id, one.position) for one in series_of(session, keep.id)}
    for one in series_of(session, drop.id):
        if (one.activity_id, one.position) in kept:
            end(session, one, by_id, now, quiet=True)


def _move_once(
    session: Session,
    column: InstrumentedAttribute[Any],
    same: tuple[InstrumentedAttribute[Any], ...],
    keep: Person,
    drop: Person,
) -> None:
    twin = aliased(column.class_)
    kept = select(twin.id).where(twin.person_id == keep.id, *(getattr(twin, one.key) == one for one in same))
    moved = update(column.class_).where(column == drop.id, ~kept.exists()).values({column.key: keep.id})
    session.execute(moved.execution_options(synchronize_session=False))


def _leave_behind(session: Session, drop: Person) -> None:
    open_ones = Delivery.state.in_((PLANNED, BY_HAND))
    twice = update(Delivery).where(Delivery.person_id == drop.id, open_ones)
    rest = [delete(model).where(model.person_id == drop.id) for model in (ContactPoint, Wish, ComingAnswer)]
    for statement in (twice.values(state=DROPPED, reason="superseded"), *rest):
        session.execute(statement.execution_options(synchronize_session=False))


def _close_doors(session: Session, drop: Person, now: datetime) -> None:
    doors = (
        update(AccessToken)
        .where(AccessToken.person_id == drop.id, AccessToken.revoked_at.is_(None))
        .values(revoked_at=now),
        update(SignedIn)
        .where(SignedIn.person_id == drop.id, SignedIn.ended_at.is_(None))
        .values(ended_at=now),
        update(ApiToken)
        .where(ApiToken.person_id == drop.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now),
        update(LineCode).where(LineCode.person_id == drop.id).values(expires_at=now),
        update(SignIn).where(SignIn.person_id == drop.id, SignIn.spent_at.is_(None)).values(expires_at=now),
    )
    for statement in doors:
        session.execute(statement.execution_options(synchronize_session=False))


def _hand_over(session: Session, keep: Person, drop: Person) -> None:
    had = {name: getattr(drop, name) for name in ("email", "email_key", "phone", "phone_key")}
    home_id, limits = drop.household_id, drop.limits
    drop.name = drop.kana = drop.kana_key = drop.phone = ""
    drop.email = drop.email_key = drop.phone_key = drop.household_id = None
    drop.limits, drop.link_salt = {}, new_token()
    # First the row that lets go: an address and a reading stand in one row only.
    session.flush()
    if keep.email is None:
        keep.email, keep.email_key = had["email"], had["email_key"]
    if not keep.phone:
        keep.phone, keep.phone_key = had["phone"], had["phone_key"]
    keep.household_id = keep.household_id or home_id
    keep.limits = keep.limits or limits
    session.flush()


def _record(session: Session, keep: Person, drop: Person, by_id: int | None, now: datetime) -> None:
    ids = {"kept": keep.id, "merged": drop.id}
    for person, verb in ((keep, "merge"), (drop, "be_merged")):
        record(
            session,
            StateChange(at=now, subject="person", subject_id=person.id, verb=verb, by_id=by_id, facts=ids),
        )
