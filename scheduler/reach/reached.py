"""Who has heard the newest word about a date, who waits for a neighbour, and whom somebody has to telephone."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.orm import Session, aliased, contains_eager

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
SAYS_NOTHING = ("superseded", "left", "unsubscribed", "not_by_hand", "cancelled", "spent", "demo", "removed")
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
    def is_left(self) -> bool:
        """Whether somebody has still to walk there, or to call."""
        return self.group in {"by_hand", MISSED}

    @property
    def walking_order(self) -> tuple[str, int, str]:
        """Its place on the way from door to door."""
        if self.household is None:
            return "\uffff", 0, self.person.kana_key
        return self.block.name if self.block else "", self.household.position, self.person.kana_key


def told_about(session: Session, occurrence_id: int) -> list[Told]:
    """Return, for everybody who comes to a date and has been written to, how far the newest word has come."""
    return told_of(session, [occurrence_id]).get(occurrence_id, [])


def told_of(session: Session, occurrence_ids: Collection[int]) -> dict[int, list[Told]]:
    """Return the same of several dates, each by its id, in the order in which one walks; by one query."""
    own = select(Participation.id).join(Participation.slot).where(Slot.occurrence_id.in_(occurrence_ids))
    about = or_(
        and_(Notice.subject == "occurrence", Notice.subject_id.in_(occurrence_ids)),
        and_(Notice.subject == "participation", Notice.subject_id.in_(own)),
    )
    of_sign_up = and_(Notice.subject == "participation", Participation.id == Notice.subject_id)
    date_id = case((Notice.subject == "occurrence", Notice.subject_id), else_=Slot.occurrence_id)
    wanted = (
        select(Occurrence.id, Delivery, Notice.kind, Person, Household, Organization)
        .select_from(Delivery)
        .join(Delivery.notice)
        .outerjoin(Participation, of_sign_up)
        .outerjoin(Slot, Slot.id == Participation.slot_id)
        .join(Occurrence, Occurrence.id == date_id)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .outerjoin(Organization, Organization.id == Household.block_id)
        .where(about, comes_there(), _says_something())
        .order_by(Delivery.notice_id, Delivery.hop)
    )
    newest: dict[int, dict[int, Told]] = {}
    for number, delivery, *rest in session.execute(wanted):
        newest.setdefault(number, {})[delivery.person_id] = told_by(delivery, *rest)
    return {
        number: sorted(one.values(), key=lambda told: told.walking_order) for number, one in newest.items()
    }


def comes_there() -> ColumnElement[bool]:
    """Return the condition that somebody who is told has a live sign-up for the date."""
    # Whoever was to come to a date that was joined with another comes there now.
    row, slot = aliased(Participation), aliased(Slot)
    there = or_(slot.occurrence_id == Occurrence.id, slot.occurrence_id == Occurrence.merged_into_id)
    found = select(row.id).join(slot, slot.id == row.slot_id)
    return found.where(row.contact_id == Delivery.person_id, row.state.not_in(GONE), there).exists()


def _says_something() -> ColumnElement[bool]:
    return or_(Delivery.state != DROPPED, Delivery.reason.not_in(SAYS_NOTHING))


def told_by(
    delivery: Delivery, kind: str, person: Person, household: Household | None, block: Organization | None
) -> Told:
    """Return how far one delivery has come."""
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
    open_rows = [row for row in told_about(session, occurrence.id) if row.is_left]
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
    """A date at which somebody could not be reached, or is still to be told by telephone or on paper."""

    occurrence: Occurrence
    missed: int
    by_hand: int


def troubles_of(session: Session, bodies: Collection[int], now: datetime) -> list[Trouble]:
    """Return the dates of these bodies, not yet over, of which the newest word has not reached everybody."""
    wanted = (
        select(Occurrence)
        .join(Occurrence.activity)
        .where(Activity.organization_id.in_(bodies), Occurrence.ends_at > now, _is_left_over())
        .options(contains_eager(Occurrence.activity))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    dates = session.scalars(wanted).all()
    told = told_of(session, [one.id for one in dates]) if dates else {}
    counts = [(one, Counter(row.group for row in told.get(one.id, ()))) for one in dates]
    troubles = [Trouble(one, count[MISSED], count["by_hand"]) for one, count in counts]
    return [trouble for trouble in troubles if trouble.missed or trouble.by_hand]


def _is_left_over() -> ColumnElement[bool]:
    # From the few that are dead, by their own index, to what they are about.
    own = select(Participation.id).join(Participation.slot).where(Slot.occurrence_id == Occurrence.id)
    own = own.correlate(Occurrence)
    about = or_(
        and_(Notice.subject == "occurrence", Notice.subject_id == Occurrence.id),
        and_(Notice.subject == "participation", Notice.subject_id.in_(own)),
    )
    lost = or_(Delivery.state == DEAD, and_(Delivery.state == DROPPED, Delivery.reason == "too_late"))
    listed = and_(Delivery.state == BY_HAND, Delivery.by_id.is_(None))
    found = select(Delivery.id).join(Delivery.notice)
    return or_(found.where(lost, about).exists(), found.where(listed, about).exists())
