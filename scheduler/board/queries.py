"""What an organiser sees of a date: its parts in their order, who comes, who waits and why; read-only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from scheduler.activities.models import Activity, Occurrence, Slot, SlotShare
from scheduler.activities.queries import find_occurrence
from scheduler.board.risks import NO_WORRY, Risks, risks_at
from scheduler.errors import NotFound
from scheduler.history import UNDO_FOR, StateChange, changes_of
from scheduler.participation.models import COMING, PENDING, Participation
from scheduler.participation.queries import find_organised, roster
from scheduler.participation.undoing import CAN_BE_UNDONE, later_than, may_be_undone
from scheduler.parties.access import Actor, led_blocks, may_enter_for_all, may_organise
from scheduler.parties.models import Organization, Person

_TALK = ("ask", "reply")
# Who is told an organiser's words: whoever has a place, but not an address that nobody has confirmed.
_TOLD = Participation.state.in_((*COMING, "awaiting_guardian", "awaiting_helpers")) & (
    Participation.state != "absent"
)


@dataclass(frozen=True)
class Line:
    """One sign-up on the board.

    `waits` is the code of the reason why it waits, `risks` are codes too; `talk` is the last that was asked or replied.
    """

    row: Participation
    entered_by: str = ""
    waits: str = ""
    risks: tuple[str, ...] = ()
    talk: StateChange | None = None

    @property
    def has_replied(self) -> bool:
        """Whether the party has answered what it was asked."""
        return self.talk is not None and self.talk.verb == "reply"

    @property
    def is_asked(self) -> bool:
        """Whether the organiser waits for an answer of the party."""
        return self.talk is not None and self.talk.verb == "ask"


@dataclass(frozen=True)
class Part:
    """One slot on the board: who comes, for whom something is missing, who has applied, who waits; what is kept."""

    slot: Slot
    coming: list[Line]
    pending: list[Line]
    applied: list[Line]
    waiting: list[Line]
    kept: list[SlotShare]

    @property
    def lines(self) -> list[Line]:
        """Everybody of this slot."""
        return [*self.coming, *self.pending, *self.applied, *self.waiting]

    @property
    def at_risk(self) -> list[Line]:
        """Who holds a place that may turn out to be empty."""
        return [line for line in (*self.coming, *self.pending) if set(line.risks) - NO_WORRY]

    @property
    def people(self) -> int:
        """How many heads come, named or not."""
        return sum(line.row.people for line in self.coming)

    @property
    def short(self) -> int:
        """How many are missing to the minimum."""
        return max(self.slot.min_people - self.slot.taken, 0)


def find_on_board(session: Session, actor: Actor, occurrence_id: int, participation_id: int) -> Participation:
    """Return a sign-up, gone or not, of this date, which the actor organises."""
    found = find_organised(session, actor, participation_id)
    if found.slot.occurrence_id != occurrence_id:
        raise NotFound
    return found


def find_part(occurrence: Occurrence, slot_id: int) -> Slot:
    """Return one of the slots of a date that was found already."""
    slot = next((slot for slot in occurrence.slots if slot.id == slot_id), None)
    if slot is None:
        raise NotFound
    return slot


def find_date_to_enter(session: Session, actor: Actor, occurrence_id: int) -> Occurrence:
    """Return a date at which the actor may enter a yes for somebody else: officer, counter, or leader of a block."""
    occurrence = find_occurrence(session, actor, occurrence_id)
    if not may_enter(session, actor, occurrence):
        raise NotFound
    return occurrence


def may_enter(session: Session, actor: Actor, occurrence: Occurrence) -> bool:
    """Say whether the actor may enter a yes for at least somebody at this date."""
    body = occurrence.activity.organization
    return may_enter_for_all(session, actor, body) or bool(led_blocks(session, actor))


def parts_of(
    session: Session, occurrence: Occurrence, now: datetime, slot_id: int | None = None
) -> list[Part]:
    """Return the slots of a date in the order of its page; one of them alone where it is asked for."""
    slots = [find_part(occurrence, slot_id)] if slot_id is not None else occurrence.slots
    shown = {slot.id for slot in slots}
    rows = [row for row in roster(session, occurrence.id) if row.slot_id in shown]
    lines = _lines(session, rows, now)
    kept = _kept(session, shown)
    return [_part(slot, lines, kept) for slot in slots]


def _part(slot: Slot, lines: list[Line], kept: list[SlotShare]) -> Part:
    own = [line for line in lines if line.row.slot_id == slot.id]
    waiting = [line for line in own if line.row.state == "waitlisted"]
    return Part(
        slot,
        coming=[line for line in own if line.row.comes],
        pending=[line for line in own if line.row.state in PENDING],
        applied=[line for line in own if line.row.state == "applied"],
        waiting=sorted(waiting, key=lambda line: (line.row.queue_no or 0, line.row.id)),
        kept=[share for share in kept if share.slot_id == slot.id],
    )


def _lines(session: Session, rows: list[Participation], now: datetime) -> list[Line]:
    names = names_of(session, {row.entered_by_id for row in rows})
    talk = _last_talk(session, [row.id for row in rows if not row.holds])
    risks = risks_at(session, rows, now)
    return [_line(row, names, talk, risks, now) for row in rows]


def _line(
    row: Participation, names: dict[int, str], talk: dict[int, StateChange], risks: Risks, now: datetime
) -> Line:
    by = row.entered_by_id
    entered_by = names.get(by, "") if by is not None and by != row.contact_id else ""
    waits = why_waits(row, now) if row.state == "waitlisted" else ""
    return Line(row, entered_by, waits, risks.of(row), talk.get(row.id))


def why_waits(row: Participation, now: datetime) -> str:
    """Return the code of the reason why a party waits."""
    slot = row.slot
    if slot.left <= 0:
        return "full"
    if row.places > slot.left:
        return "too_few_left"
    return row.reason or ("cut_off" if now >= slot.cancel_until else "next")


def line_of(session: Session, row: Participation, now: datetime) -> Line:
    """Return one sign-up as the board shows it."""
    return _lines(session, [row], now)[0]


def names_of(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of people by their ids."""
    asked = {one for one in ids if one is not None}
    wanted = select(Person.id, Person.name).where(Person.id.in_(asked))
    return dict(session.execute(wanted).tuples().all()) if asked else {}


def _last_talk(session: Session, ids: Collection[int]) -> dict[int, StateChange]:
    if not ids:
        return {}
    wanted = select(StateChange).where(
        StateChange.subject == "participation", StateChange.subject_id.in_(ids), StateChange.verb.in_(_TALK)
    )
    return {one.subject_id: one for one in session.scalars(wanted.order_by(StateChange.id))}


def _kept(session: Session, slot_ids: Collection[int]) -> list[SlotShare]:
    wanted = select(SlotShare).where(
        SlotShare.slot_id.in_(slot_ids), SlotShare.remaining > 0, SlotShare.released_at.is_(None)
    )
    return list(session.scalars(wanted.options(joinedload(SlotShare.organization)).order_by(SlotShare.id)))


@dataclass(frozen=True)
class Todo:
    """One thing that waits for the organiser: a code, the slot, and the sign-up if it is about one."""

    what: str
    slot: Slot
    line: Line | None = None
    count: int = 0


def todos_of(parts: list[Part], now: datetime) -> list[Todo]:
    """Return what needs an answer or a hand, the gaps last."""
    found = [Todo(what, part.slot, line) for part in parts for what, line in _open_lines(part, now)]
    short = [Todo("short", part.slot, count=part.short) for part in parts if part.short]
    return found + [todo for todo in short if todo.slot.starts_at > now]


def _open_lines(part: Part, now: datetime) -> list[tuple[str, Line]]:
    found = [("replied", line) for line in (*part.applied, *part.waiting) if line.has_replied]
    if part.slot.policy != "lottery":
        found += [("applied", line) for line in part.applied if line.talk is None]
    if part.slot.cancel_until <= now < part.slot.starts_at:
        found += [("free", line) for line in part.waiting if line.row.places <= part.slot.left]
    return found + [("guardian", line) for line in part.pending if line.row.state == "awaiting_guardian"]


@dataclass(frozen=True)
class Step:
    """One line of a sign-up's history: what happened, and who did it."""

    change: StateChange
    by: str
    may_be_undone: bool

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.change.at


def history_of(session: Session, row: Participation, now: datetime) -> list[Step]:
    """Return what happened to a sign-up, the latest first; the last change of it may be one to take back."""
    changes = changes_of(session, "participation", row.id)
    names = names_of(session, {change.by_id for change in changes})
    steps = [
        Step(change, names.get(change.by_id or 0, ""), _still_undoable(session, change, now))
        for change in changes
    ]
    return steps[::-1]


def _still_undoable(session: Session, change: StateChange, now: datetime) -> bool:
    return may_be_undone(change, now) and not later_than(session, change)


@dataclass(frozen=True)
class Undoable:
    """What somebody has just done and may take back: the change, and the part or the sign-up it was about."""

    change: StateChange
    about: Slot | Participation


def just_done(session: Session, occurrence: Occurrence, by_id: int | None, now: datetime) -> Undoable | None:
    """Return the last thing that this person did at a date, while it may be taken back.

    Whoever has decided about the date or changed it since is past it; what happened to a sign-up still takes it back.
    """
    slots = {slot.id: slot for slot in occurrence.slots}
    own = select(Participation.id).where(Participation.slot_id.in_(slots))
    about_row = (StateChange.subject == "participation") & StateChange.subject_id.in_(own)
    about_slot = (StateChange.subject == "slot") & StateChange.subject_id.in_(slots)
    about_date = (StateChange.subject == "occurrence") & (StateChange.subject_id == occurrence.id)
    later = select(func.max(StateChange.id)).where(about_date, StateChange.by_id == by_id).scalar_subquery()
    wanted = select(StateChange).where(
        or_(about_row, about_slot),
        StateChange.id > func.coalesce(later, 0),
        StateChange.by_id == by_id,
        StateChange.at > now - UNDO_FOR,
        StateChange.verb.in_(CAN_BE_UNDONE),
    )
    latest = session.scalars(wanted.order_by(StateChange.id.desc()).limit(20))
    change = next((one for one in latest if _still_undoable(session, one, now)), None)
    return None if change is None else Undoable(change, _about(session, change, slots))


def _about(session: Session, change: StateChange, slots: dict[int, Slot]) -> Slot | Participation:
    if change.subject == "slot":
        return slots[change.subject_id]
    return session.get_one(Participation, change.subject_id)


def find_change(session: Session, actor: Actor, change_id: int) -> tuple[StateChange, Occurrence]:
    """Return a change and its date, for who organises it; and for who entered somebody, that entry."""
    change = session.get(StateChange, change_id)
    occurrence = session.scalar(_date_of(change)) if change is not None else None
    if change is None or occurrence is None:
        raise NotFound
    own = change.verb == "join" and change.by_id == actor.person_id and actor.is_signed_in
    if not own and not may_organise(session, actor, occurrence.activity.organization_id):
        raise NotFound
    return change, occurrence


def _date_of(change: StateChange) -> Select[tuple[Occurrence]]:
    dated = select(Occurrence).join(Slot, Slot.occurrence_id == Occurrence.id)
    if change.subject == "slot":
        return dated.where(Slot.id == change.subject_id)
    of_row = dated.join(Participation, Participation.slot_id == Slot.id)
    return of_row.where(Participation.id == (change.subject_id if change.subject == "participation" else 0))


def came_before(body: Organization) -> Select[tuple[int]]:
    """Return the ids of the people who have signed up for a date of this body: it knows them."""
    return (
        select(Participation.contact_id)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .join(Occurrence.activity)
        .where(Activity.organization_id == body.id)
    )


def coming_to(session: Session, occurrence_id: int, slot_id: int | None = None) -> list[Participation]:
    """Return who comes to a date or to one slot of it, whole parties, by slot and reading."""
    rows = roster(session, occurrence_id)
    return [row for row in rows if row.comes and row.state != "absent" and slot_id in {None, row.slot_id}]


def told_of(session: Session, occurrence: Occurrence, slot_id: int | None) -> list[Person]:
    """Return who is told an organiser's words: the contacts of all who have a place, each once, by reading."""
    wanted = select(Participation.contact_id).join(Participation.slot)
    in_it = wanted.where(Slot.occurrence_id == occurrence.id, _TOLD)
    if slot_id is not None:
        in_it = in_it.where(Slot.id == slot_id)
    people = select(Person).where(Person.id.in_(in_it))
    return list(session.scalars(people.order_by(Person.kana_key, Person.id)))


def has_place(session: Session, person_id: int, occurrence_id: int, slot_id: int | None) -> bool:
    """Say whether a person is among those who are told an organiser's words."""
    wanted = select(Participation.id).join(Participation.slot)
    own = wanted.where(Participation.contact_id == person_id, Slot.occurrence_id == occurrence_id, _TOLD)
    return session.scalar((own if slot_id is None else own.where(Slot.id == slot_id)).limit(1)) is not None


def way_to(person: Person) -> str:
    """Return the way in which a person is told: by mail, by telephone, or by hand."""
    if person.email is not None:
        return "email"
    return "phone" if person.phone else "hand"


def slot_with_date(session: Session, slot_id: int) -> Slot | None:
    """Return a slot with its date, for the clock and for letters."""
    wanted = select(Slot).where(Slot.id == slot_id).join(Slot.occurrence).join(Occurrence.activity)
    path = contains_eager(Slot.occurrence).contains_eager(Occurrence.activity)
    return session.scalar(wanted.options(path.joinedload(Activity.organization)))
