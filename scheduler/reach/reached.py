"""Who has heard the newest word about a date, who waits for a neighbour, and whom somebody has to telephone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity, Occurrence, Slot
from scheduler.activities.queries import find_occurrence
from scheduler.db import claim
from scheduler.errors import Conflict, NotFound
from scheduler.notices.models import (
    BY_HAND,
    BY_NEIGHBOURS,
    CLAIMED,
    DEAD,
    DROPPED,
    PLANNED,
    SENT,
    Delivery,
    Notice,
)
from scheduler.participation.models import GONE, Participation
from scheduler.participation.undoing import UNDO_FOR
from scheduler.parties.access import Actor, led_blocks, may_organise
from scheduler.parties.models import Household, Organization, Person

# What was taken back says nothing about reaching somebody; what came too late does.
_SAYS_NOTHING = ("superseded", "left", "unsubscribed", "not_by_hand", "cancelled", "spent", "demo", "removed")
_GROUPS = {SENT: "reached", BY_HAND: "by_hand", PLANNED: "waiting", CLAIMED: "waiting"}
MISSED = "missed"


@dataclass(frozen=True)
class Told:
    """How far the newest word about a date has come for one person."""

    delivery_id: int
    person: Person
    household: Household | None
    block: Organization | None
    kind: str
    channel: str
    group: str
    reason: str
    at: datetime | None
    by_id: int | None

    @property
    def walking_order(self) -> tuple[str, int, str]:
        """Its place on the way from door to door."""
        if self.household is None:
            return "\uffff", 0, self.person.kana_key
        return self.block.name if self.block else "", self.household.position, self.person.kana_key


def told_about(session: Session, occurrence_id: int) -> list[Told]:
    """Return, for everybody who comes to a date and has been written to, how far the newest word has come."""
    own = select(Participation.id).join(Participation.slot).where(Slot.occurrence_id == occurrence_id)
    comes = (
        select(Participation.contact_id)
        .join(Participation.slot)
        .where(Slot.occurrence_id.in_(_with_next(occurrence_id)), Participation.state.not_in(GONE))
    )
    about = or_(
        and_(Notice.subject == "occurrence", Notice.subject_id == occurrence_id),
        and_(Notice.subject == "participation", Notice.subject_id.in_(own)),
    )
    wanted = (
        select(Delivery, Notice.kind, Person, Household, Organization)
        .join(Delivery.notice)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .outerjoin(Organization, Organization.id == Household.block_id)
        .where(about, Delivery.person_id.in_(comes), _says_something())
        .order_by(Delivery.notice_id, Delivery.hop)
    )
    newest = {delivery.person_id: _told(delivery, *rest) for delivery, *rest in session.execute(wanted)}
    return sorted(newest.values(), key=lambda told: told.walking_order)


def _with_next(occurrence_id: int) -> Select[tuple[int]]:
    # Whoever was to come to a date that was joined with another comes there now.
    own = Occurrence.id == occurrence_id
    joined = select(Occurrence.merged_into_id).where(own, Occurrence.merged_into_id.is_not(None))
    return select(Occurrence.id).where(or_(own, Occurrence.id.in_(joined)))


def _says_something() -> ColumnElement[bool]:
    return or_(Delivery.state != DROPPED, Delivery.reason.not_in(_SAYS_NOTHING))


def _told(
    delivery: Delivery, kind: str, person: Person, household: Household | None, block: Organization | None
) -> Told:
    return Told(
        delivery.id,
        person,
        household,
        block,
        kind.partition(":")[0],
        delivery.channel,
        _group(delivery),
        delivery.reason,
        delivery.sent_at,
        delivery.by_id,
    )


def _group(delivery: Delivery) -> str:
    # A dispatcher would only put it on the list: whoever walks or calls need not wait for that.
    if delivery.state == PLANNED and delivery.channel in BY_NEIGHBOURS:
        return "by_hand"
    return _GROUPS.get(delivery.state, MISSED)


@dataclass(frozen=True)
class Round:
    """The list that somebody takes along: whose it is to tick, for which date; `whole` is the organiser's."""

    occurrence: Occurrence
    rows: list[Told]
    whole: bool


def find_round(session: Session, actor: Actor, occurrence_id: int) -> Round:
    """Return what is left to be brought by hand: all of it to organisers, the own block's homes to its leader.

    Raise NotFound for anybody else.
    """
    occurrence = find_occurrence(session, actor, occurrence_id)
    open_rows = [row for row in told_about(session, occurrence.id) if row.group in {"by_hand", MISSED}]
    if may_organise(session, actor, occurrence.activity.organization_id):
        return Round(occurrence, open_rows, whole=True)
    blocks = {block.id for block in led_blocks(session, actor)}
    if not blocks:
        raise NotFound
    homes = [row for row in open_rows if row.block is not None and row.block.id in blocks]
    return Round(occurrence, homes, whole=False)


def tick_off(
    session: Session, round_: Round, delivery_ids: Collection[int], by_id: int, now: datetime
) -> int:
    """Write down that somebody has told these people themselves; return how many. What is not on the list stays."""
    on_list = {row.delivery_id for row in round_.rows} & set(delivery_ids)
    not_out = (BY_HAND, DEAD, DROPPED, PLANNED)
    told = update(Delivery).where(
        Delivery.id.in_(on_list), Delivery.state.in_(not_out), Delivery.by_id.is_(None)
    )
    values = {"state": SENT, "sent_at": now, "by_id": by_id}
    session.execute(told.values(values).execution_options(synchronize_session=False))
    return len(on_list)


def tick_one(
    session: Session, round_: Round, delivery_id: int, by_id: int, now: datetime, *, told: bool
) -> None:
    """Tick one off as soon as they are told, or take that back for half an hour; the same again changes nothing.

    Raise Conflict where it is too late for that, or they are not on the list any more.
    """
    own = {row.delivery_id for row in told_about(session, round_.occurrence.id) if row.by_id == by_id}
    if delivery_id not in own | {row.delivery_id for row in round_.rows}:
        raise Conflict("not_on_list")
    if told:
        tick_off(session, round_, [delivery_id], by_id, now)
    elif delivery_id in own:
        _take_back(session, delivery_id, by_id, now)


def _take_back(session: Session, delivery_id: int, by_id: int, now: datetime) -> None:
    mistaken = update(Delivery).where(
        Delivery.id == delivery_id, Delivery.by_id == by_id, Delivery.sent_at > now - UNDO_FOR
    )
    if not claim(session, mistaken.values(state=BY_HAND, sent_at=None, by_id=None)):
        raise Conflict("undo_over")


@dataclass(frozen=True)
class Trouble:
    """A date of a body at which somebody could not be reached."""

    occurrence: Occurrence
    missed: int


def troubles_of(session: Session, organization_id: int, now: datetime, limit: int = 5) -> list[Trouble]:
    """Return the dates of a body, not yet over, at which the newest word has not reached everybody."""
    wanted = (
        select(Occurrence)
        .join(Occurrence.activity)
        .where(Activity.organization_id == organization_id, Occurrence.ends_at > now, _has_missed())
        .order_by(Occurrence.starts_at)
        .limit(limit)
    )
    counted = [
        Trouble(occurrence, sum(row.group == MISSED for row in told_about(session, occurrence.id)))
        for occurrence in session.scalars(wanted)
    ]
    return [trouble for trouble in counted if trouble.missed]


def left_by_hand(session: Session, organization_id: int, now: datetime) -> list[Trouble]:
    """Return the dates of a body, not yet over, of which somebody is still to be told by telephone or on paper."""
    wanted = (
        select(Occurrence, func.count(Delivery.id))
        .join(Occurrence.activity)
        .join(Notice, and_(Notice.subject == "occurrence", Notice.subject_id == Occurrence.id))
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(
            Activity.organization_id == organization_id,
            Occurrence.ends_at > now,
            Delivery.state == BY_HAND,
            Delivery.by_id.is_(None),
        )
        .group_by(Occurrence.id)
        .order_by(Occurrence.starts_at)
    )
    found = [one for one, _count in session.execute(wanted)]
    counted = [
        Trouble(one, sum(row.group == "by_hand" for row in told_about(session, one.id))) for one in found
    ]
    return [one for one in counted if one.missed]


def _has_missed() -> ColumnElement[bool]:
    # From the few dead ones, by their own index, to what they are about.
    own = select(Participation.id).join(Participation.slot).where(Slot.occurrence_id == Occurrence.id)
    about = or_(
        and_(Notice.subject == "occurrence", Notice.subject_id == Occurrence.id),
        and_(Notice.subject == "participation", Notice.subject_id.in_(own)),
    )
    lost = or_(Delivery.state == DEAD, and_(Delivery.state == DROPPED, Delivery.reason == "too_late"))
    return select(func.count(Delivery.id)).join(Delivery.notice).where(lost, about).scalar_subquery() > 0
