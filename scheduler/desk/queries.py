"""What an officer or a block leader has before them; read-only, and only to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from scheduler.activities.models import ON, Occurrence, Slot
from scheduler.desk.homes import answers_at
from scheduler.desk.tasks import AHEAD, Task, dates_of, tasks_of, terms_of
from scheduler.errors import NotFound
from scheduler.offices.queries import blocks_to_pass_on
from scheduler.parties.access import Actor, led_blocks, organised_bodies
from scheduler.parties.models import Household, Membership, Organization
from scheduler.reach.troubles import troubles_of

# Dates shown under the list of what is to be done.
_SHOWN = 6


@dataclass(frozen=True)
class DateCount:
    """A coming date, how many places are taken, and how many are wanted."""

    occurrence: Occurrence
    have: int
    want: int


@dataclass(frozen=True)
class Round:
    """A coming date as a block leader sees it: homes of the block, how many have answered, how many to tell by hand.

    `change_id` names the change of which those are told. Where `asks` is false, it is about that alone: answers to a
    date that was called off, or beside a change of several dates, are of no use.
    """

    occurrence: Occurrence
    block: Organization
    homes: int
    answered: int
    by_hand: int
    change_id: int = 0
    asks: bool = True


@dataclass(frozen=True)
class Desk:
    """All that one officer or leader has before them."""

    bodies: list[Organization]
    blocks: list[Organization]
    tasks: list[Task]
    dates: list[DateCount]
    more_dates: int
    rounds: list[Round]
    coming: list[Membership]
    leads: list[Membership]

    @property
    def is_held(self) -> bool:
        """Whether it is anybody's who holds an office, or will."""
        return bool(self.bodies or self.blocks or self.coming)

    @property
    def waiting(self) -> int:
        """How many things wait: tasks, and at each date of a block telling its homes and asking the silent ones."""
        told = sum(one.by_hand > 0 for one in self.rounds)
        return len(self.tasks) + told + sum(one.asks and one.answered < one.homes for one in self.rounds)


def find_desk(session: Session, actor: Actor, now: datetime, *, has_mail_server: bool = True) -> Desk:
    """Return the desk of somebody who organises or leads a block, or will; raise NotFound for anybody else."""
    found = desk_of(session, actor, now, has_mail_server=has_mail_server)
    if not found.is_held:
        raise NotFound
    return found


def desk_of(session: Session, actor: Actor, now: datetime, *, has_mail_server: bool = True) -> Desk:
    """Return somebody's desk, an empty one where they hold no office."""
    offices, blocks = _offices(session, actor), led_blocks(session, actor)
    bodies = _own_first(organised_bodies(session, actor), offices)
    # Whoever was told of an office that begins later comes to look; a body's token holds none itself.
    coming = [one for one in offices if one.starts_on > actor.today and actor.body_id is None]
    tasks = tasks_of(session, bodies, now, has_mail_server=has_mail_server)
    rounds = [round_ for block in blocks for round_ in _rounds(session, block, now)]
    ahead = _ahead([body.id for body in bodies], now)
    dates = _counts(session, ahead)
    return Desk(
        bodies,
        blocks,
        [*tasks, *terms_of(offices, bodies, actor.today)],
        dates,
        _count_all(session, ahead) - len(dates) if len(dates) == _SHOWN else 0,
        _not_twice(rounds, tasks),
        coming,
        blocks_to_pass_on(session, actor),
    )


def _own_first(bodies: list[Organization], offices: Sequence[Membership]) -> list[Organization]:
    """Put first the bodies of which somebody is the head."""
    led = {one.organization_id for one in offices if one.office == "chair"}
    return sorted(bodies, key=lambda body: body.id not in led)


def _offices(session: Session, actor: Actor) -> list[Membership]:
    """Return the actor's offices that have not ended and that nobody else is to have next, also those to come."""
    after = aliased(Membership)
    same = (after.organization_id == Membership.organization_id) & (after.office == Membership.office)
    # Whoever begins while one is still there is a colleague.
    is_followed = select(after.id).where(same, after.starts_on > Membership.ends_on).exists()
    wanted = select(Membership).where(
        Membership.person_id == actor.person_id,
        Membership.office.is_not(None),
        or_(Membership.ends_on.is_(None), Membership.ends_on >= actor.today),
        or_(Membership.starts_on > actor.today, ~is_followed),
    )
    return list(session.scalars(wanted.order_by(Membership.starts_on, Membership.id)))


def _not_twice(rounds: list[Round], tasks: list[Task]) -> list[Round]:
    """Leave out whom to tell where a task of the body is about the same: a block's leader may hold an office, too."""
    told = [one for one in tasks if one.what in {"missed", "tell"}]
    listed = {(one.occurrence.id, one.change_id) for one in told if one.occurrence}
    own = [replace(one, by_hand=0) if (one.occurrence.id, one.change_id) in listed else one for one in rounds]
    return [one for one in own if one.asks or one.by_hand]


def _ahead(bodies: Sequence[int], now: datetime) -> Select[tuple[Occurrence]]:
    return dates_of(bodies).where(Occurrence.ends_at > now, Occurrence.state.in_((*ON, "awaiting_decision")))


def _count_all(session: Session, ahead: Select[tuple[Occurrence]]) -> int:
    return session.scalar(ahead.with_only_columns(func.count()).order_by(None)) or 0


def _counts(session: Session, ahead: Select[tuple[Occurrence]]) -> list[DateCount]:
    dates = list(session.scalars(ahead.limit(_SHOWN)))
    rows = {row.occurrence_id: row for row in session.execute(_taken(dates))}
    return [_count(one, rows.get(one.id)) for one in dates]


def _taken(dates: Sequence[Occurrence]) -> Select[tuple[int, int, int]]:
    wanted = func.coalesce(Slot.target, Slot.places)
    return (
        select(
            Slot.occurrence_id,
            func.sum(Slot.taken).label("have"),
            func.sum(wanted).label("want"),
        )
        .where(Slot.occurrence_id.in_([one.id for one in dates]))
        .group_by(Slot.occurrence_id)
    )


def _count(occurrence: Occurrence, row: Row[tuple[int, int, int]] | None) -> DateCount:
    return DateCount(occurrence, row.have if row else 0, row.want if row else 0)


def _rounds(session: Session, block: Organization, now: datetime) -> list[Round]:
    ahead = dates_of([block.id, block.parent_id or block.id]).where(
        Occurrence.ends_at > now, Occurrence.starts_at < now + AHEAD, Occurrence.state.in_(ON)
    )
    homes = (
        session.scalar(select(func.count()).select_from(Household).where(Household.block_id == block.id)) or 0
    )
    dates = list(session.scalars(ahead.limit(_SHOWN)))
    answered = _answered(session, dates, block)
    errands = troubles_of(session, [block.id, block.parent_id or block.id], now, block_id=block.id)
    of_date = {one.occurrence.id: one.homes for one in errands if not one.change_id}
    shown = {one.id for one in dates}
    return [
        *(
            Round(one.occurrence, block, homes, 0, one.homes, one.change_id, asks=False)
            for one in errands
            if one.change_id or one.occurrence.id not in shown
        ),
        *(Round(one, block, homes, answered.get(one.id, 0), of_date.get(one.id, 0)) for one in dates),
    ]


def _answered(session: Session, dates: Sequence[Occurrence], block: Organization) -> dict[int, int]:
    answers = answers_at(session, [one.id for one in dates], block) if dates else {}
    return {number: len(homes) for number, homes in answers.items()}
