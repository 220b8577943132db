"""What the homes of a block have answered for a date, in the order in which one walks; read-only."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from scheduler.activities.facts import time_version
from scheduler.activities.models import Occurrence, Slot
from scheduler.board.homes import home_of_sign_up, noes_at
from scheduler.board.queries import find_date_to_enter
from scheduler.history import StateChange
from scheduler.paper.models import PrintedRow, PrintedSheet
from scheduler.paper.queries import blocks_to_print
from scheduler.participation.models import GONE, Participation
from scheduler.parties.access import Actor, led_blocks, may_see_all
from scheduler.parties.models import Household, Organization, Person
from scheduler.parties.queries import Block, households_of


@dataclass
class Answer:
    """What one home has said: its sign-ups that stand; none where it said that nobody comes."""

    coming: list[Participation] = field(default_factory=list)


# By the id of the home; who has not answered is not in it.
Answers = dict[int, Answer]


@dataclass(frozen=True)
class Homes:
    """A block's homes with their people, and what each has said about a date.

    `is_own` is false beside a block that the actor leads, where this is another.
    """

    block: Block
    answers: Answers
    is_own: bool = True

    @property
    def left(self) -> int:
        """How many homes have not answered."""
        return len(self.block.households) - len(self.answers)


def find_homes(session: Session, actor: Actor, occurrence_id: int) -> tuple[Occurrence, list[Homes]]:
    """Return a date and the homes for which the actor may enter an answer; raise NotFound for who may for nobody."""
    occurrence = find_date_to_enter(session, actor, occurrence_id)
    body = occurrence.activity.organization
    blocks = blocks_to_print(session, actor, body)
    led = {one.id for one in led_blocks(session, actor)} & {one.id for one in blocks}
    found = [
        Homes(
            households_of(session, block, shows_contacts=may_see_all(session, actor, block)),
            answers_at(session, [occurrence_id], block).get(occurrence_id, {}),
            not led or block.id in led,
        )
        for block in blocks
    ]
    return occurrence, sorted(found, key=lambda one: not one.is_own)


def _was_a_slip() -> ColumnElement[bool]:
    """Return the condition that a sign-up was entered by mistake and taken back: its home has said nothing."""
    undone = select(StateChange.id).where(
        StateChange.subject == "participation",
        StateChange.subject_id == Participation.id,
        StateChange.verb == "take_out",
    )
    return undone.exists()


def answers_at(session: Session, date_ids: list[int], block: Organization) -> dict[int, Answers]:
    """Return what the homes of a block have said about these dates: signed up, withdrawn, or no without a sign-up.

    Who could not come to the day from which a date was postponed has not answered for the new one.
    """
    home = home_of_sign_up()
    for_this_day = or_(Occurrence.state != "postponed", Participation.changed_at >= Occurrence.decided_at)
    withdrawn = and_(Participation.state == "cancelled", for_this_day, ~_was_a_slip())
    signed = (
        select(Slot.occurrence_id, home, Participation)
        .select_from(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Person, Person.id == Participation.contact_id)
        .join(Household, Household.id == home)
        .where(Slot.occurrence_id.in_(date_ids), Household.block_id == block.id)
        .where(or_(withdrawn, Participation.state.not_in(GONE)))
        .options(joinedload(Participation.slot), joinedload(Participation.contact))
        .order_by(Slot.position, Participation.id)
    )
    found: dict[int, Answers] = {}
    for date_id, home_id, row in session.execute(signed):
        answer = found.setdefault(date_id, {}).setdefault(home_id, Answer())
        if row.state not in GONE:
            answer.coming.append(row)
    for date, home_id, version in session.execute(_on_paper(date_ids, block)):
        if version == time_version(date):
            found.setdefault(date.id, {}).setdefault(home_id, Answer())
    for date_id, homes in noes_at(session, date_ids, block.id).items():
        for home_id in homes:
            found.setdefault(date_id, {}).setdefault(home_id, Answer())
    return found


def _on_paper(date_ids: list[int], block: Organization) -> Select[tuple[Occurrence, int | None, int | None]]:
    return (
        select(Occurrence, PrintedRow.household_id, PrintedRow.answered_version)
        .join(PrintedRow.sheet)
        .join(PrintedSheet.occurrence)
        .join(PrintedRow.household)
        .where(
            PrintedSheet.occurrence_id.in_(date_ids),
            Household.block_id == block.id,
            PrintedRow.answered_at.is_not(None),
        )
    )
