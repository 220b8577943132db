"""What is read for paper: whose sheets somebody may print and key in, and what each line of one has answered so far."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from scheduler.activities.models import Occurrence, Slot
from scheduler.board.homes import home_of, home_of_sign_up, is_of_body
from scheduler.board.queries import find_date_to_enter
from scheduler.errors import NotFound
from scheduler.history import UNDO_FOR, StateChange
from scheduler.paper.codes import DATE, SHEET, read
from scheduler.paper.models import PrintedRow, PrintedSheet
from scheduler.participation.models import GONE, Participation
from scheduler.participation.undoing import just_ended
from scheduler.parties.access import Actor, led_blocks, may_enter_for_all, may_organise
from scheduler.parties.models import Household, Membership, Organization, Person
from scheduler.parties.names import kana_key
from scheduler.parties.queries import enterable_households, enterable_people
from scheduler.text import text_in

# A body with more members has other lists than one that goes round.
MOST_PEOPLE = 60


def find_sheet(session: Session, actor: Actor, code: str) -> PrintedSheet:
    """Return a printed sheet, for who may enter what stands on it: officers, the counter, the leader of its block."""
    sheet = _sheet(session, code)
    if sheet is None or not _may_key_in(session, actor, sheet):
        raise NotFound
    return sheet


def _sheet(session: Session, code: str) -> PrintedSheet | None:
    kind, number = read(code) or ("", 0)
    return session.get(PrintedSheet, number) if kind == SHEET else None


def _may_key_in(session: Session, actor: Actor, sheet: PrintedSheet) -> bool:
    try:
        find_date_to_enter(session, actor, sheet.occurrence_id)
    except NotFound:
        return False
    leads = any(block.id == sheet.block_id for block in led_blocks(session, actor))
    return leads or may_enter_for_all(session, actor, sheet.occurrence.activity.organization)


def may_withdraw(session: Session, actor: Actor, sheet: PrintedSheet) -> bool:
    """Say whether the actor may withdraw a sheet: whoever has printed it, and who organises the date."""
    printed = sheet.printed_by_id == actor.person_id
    return printed or may_organise(session, actor, sheet.occurrence.activity.organization_id)


def is_withdrawn(session: Session, code: str) -> bool:
    """Say whether a code is that of a sheet that does not hold any more, for whoever has it in the hand."""
    sheet = _sheet(session, code)
    return sheet is not None and sheet.withdrawn_at is not None


def find_named_by(session: Session, actor: Actor, code: str) -> tuple[int, PrintedSheet | None]:
    """Return which date a code belongs to, and its sheet where the actor may key it in.

    A neighbour who has the paper in the hand gets to the date; who may not see that finds nothing there.
    """
    kind, number = read(code) or ("", 0)
    if kind == DATE:
        return number, None
    sheet = _sheet(session, code)
    if sheet is None:
        raise NotFound
    return sheet.occurrence_id, sheet if _may_key_in(session, actor, sheet) else None


def blocks_to_print(session: Session, actor: Actor, body: Organization) -> list[Organization]:
    """Return the blocks for whose households the actor may print a sheet for this body's dates, by name."""
    ids = {home.block_id for home in enterable_households(session, actor, body)}
    wanted = select(Organization).where(Organization.id.in_([one for one in ids if one is not None]))
    return list(session.scalars(wanted.order_by(Organization.name, Organization.id)))


def lines_of_block(session: Session, block: Organization) -> list[Household]:
    """Return the households of a block in walking order."""
    wanted = select(Household).where(Household.block_id == block.id)
    return list(session.scalars(wanted.order_by(Household.position, Household.id)))


def people_to_print(session: Session, actor: Actor, body: Organization) -> list[Person]:
    """Return the people of a body who are asked one by one, by reading: those who are of no household."""
    people = enterable_people(session, actor, body)
    return [one for one in people if one.household_id is None][:MOST_PEOPLE]


def sheets_of(session: Session, actor: Actor, occurrence: Occurrence) -> list[PrintedSheet]:
    """Return the sheets that were printed for a date and that the actor may key in, the latest first."""
    wanted = select(PrintedSheet).where(PrintedSheet.occurrence_id == occurrence.id)
    lines = selectinload(PrintedSheet.rows).selectinload(PrintedRow.household)
    found = session.scalars(
        wanted.options(lines, joinedload(PrintedSheet.block)).order_by(PrintedSheet.id.desc())
    )
    # Asked once for all of them: one press makes as many as there are blocks.
    every = may_enter_for_all(session, actor, occurrence.activity.organization)
    led = {block.id for block in led_blocks(session, actor)}
    return [sheet for sheet in found if every or sheet.block_id in led]


def sheets_at_once(session: Session, actor: Actor, occurrence: Occurrence) -> list[list[PrintedSheet]]:
    """Return the same sheets by the press that made them, the latest press first, each in the order of its blocks."""
    presses = groupby(
        sheets_of(session, actor, occurrence), lambda one: (one.kind, one.printed_at, one.printed_by_id)
    )
    return [list(made)[::-1] for _press, made in presses]


Place = tuple[int, int]


@dataclass(frozen=True)
class Standing:
    """What stands in one field of a sheet: the live sign-ups of a line's party for a slot, however they came in."""

    rows: tuple[Participation, ...] = ()

    @property
    def people(self) -> int:
        """How many heads."""
        return sum(row.people for row in self.rows)

    @property
    def state(self) -> str:
        """The state of the sign-up; of the first where a family has several."""
        return self.rows[0].state if self.rows else ""


def standing_of(
    session: Session, lines: Collection[PrintedRow], slots: Iterable[Slot]
) -> dict[Place, Standing]:
    """Return what stands in each field of these lines, by the ids of line and slot.

    A family that has signed up by telephone, one by one, has answered for its household.
    """
    found: dict[Place, list[Participation]] = {}
    for row in _sign_ups(session, lines, [slot.id for slot in slots]):
        for line in lines:
            if _is_of(row, line):
                found.setdefault((line.id, row.slot_id), []).append(row)
    return {place: Standing(tuple(rows)) for place, rows in found.items()}


def just_left(session: Session, sheet: PrintedSheet, actor: Actor, now: datetime) -> list[Participation]:
    """Return the sign-ups of a sheet's lines that the actor has just ended, while that can be taken back."""
    slots = [slot.id for slot in sheet.occurrence.slots]
    ended = just_ended(session, slots, actor.person_id, now)
    return [row for row in ended if any(_is_of(row, line) for line in sheet.rows)]


def just_keyed(session: Session, sheet: PrintedSheet, actor: Actor, now: datetime) -> StateChange | None:
    """Return the actor's last keying of a sheet in the last half hour, where anything of it can be taken back."""
    last = presses_of(session, sheet, actor, now)[-1:]
    done = last[0].facts if last and last[0].verb == "key_in" else {}
    return last[0] if done.get("changes") or done.get("said") else None


def presses_of(session: Session, sheet: PrintedSheet, actor: Actor, now: datetime) -> list[StateChange]:
    """Return what the actor has keyed in from a sheet and taken back in the last half hour, press by press."""
    mine = StateChange.by_id == actor.person_id, StateChange.at > now - UNDO_FOR
    wanted = _done_to(sheet, "key_in", "key_back").where(*mine)
    return list(session.scalars(wanted.order_by(StateChange.id)))


def _done_to(sheet: PrintedSheet, *verbs: str) -> Select[tuple[StateChange]]:
    own = StateChange.subject == "sheet", StateChange.subject_id == sheet.id
    return select(StateChange).where(*own, StateChange.verb.in_(verbs))


def written_before(session: Session, line: PrintedRow, kana: str) -> Person | None:
    """Return whom a taken back press had written in on this line, where it is the same reading again."""
    backs = session.scalars(_done_to(line.sheet, "key_back").order_by(StateChange.id.desc()))
    ids = [one.facts.get("written", {}).get(str(line.id)) for one in backs]
    wanted = select(Person).where(Person.id.in_([one for one in ids if one]), Person.merged_into_id.is_(None))
    same = wanted.where(Person.kana_key == kana_key(text_in(kana)))
    return session.scalar(same.order_by(Person.id.desc()).limit(1))


def is_known(session: Session, person: Person) -> bool:
    """Say whether somebody has a sign-up that stands, or belongs anywhere."""
    stands = select(Participation.id).where(
        Participation.contact_id == person.id, Participation.state.not_in(GONE)
    )
    belongs = select(Membership.id).where(Membership.person_id == person.id)
    return any(session.scalar(wanted.limit(1)) is not None for wanted in (stands, belongs))


def _sign_ups(session: Session, lines: Collection[PrintedRow], slots: list[int]) -> list[Participation]:
    homes = {line.household_id for line in lines if line.household_id is not None}
    named = {line.person_id for line in lines if line.person_id is not None}
    wanted = (
        select(Participation)
        .join(Participation.contact)
        .where(
            Participation.slot_id.in_(slots),
            Participation.state.not_in(GONE),
            or_(home_of_sign_up().in_(homes), Participation.person_id.in_(named)),
        )
        .options(contains_eager(Participation.contact))
    )
    return list(session.scalars(wanted.order_by(Participation.id)))


def _is_of(row: Participation, line: PrintedRow) -> bool:
    if line.household_id is not None:
        return home_of(row) == line.household_id
    return row.person_id is not None and row.person_id == line.person_id and not is_of_body(row)


def printed_with(sheets: Sequence[PrintedSheet], code: str) -> set[str]:
    """Return the codes of those of these sheets that one press printed together with that of a code."""
    moments = {one.printed_at for one in sheets if one.code == code}
    return {one.code for one in sheets if one.printed_at in moments}
