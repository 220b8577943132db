"""How far each word about a date has come for each person; read-only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select, true
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.board.actions import MESSAGE
from scheduler.notices.models import (
    BY_HAND,
    BY_NEIGHBOURS,
    CLAIMED,
    DROPPED,
    PLANNED,
    SENT,
    Delivery,
    Notice,
)
from scheduler.participation.models import GONE, Participation
from scheduler.parties.access import BLOCK_LEADER, live
from scheduler.parties.models import Household, Membership, Organization, Person
from scheduler.reach.touching import Touch, touches_of

# What was taken back says nothing about reaching somebody; what came too late does.
SAYS_NOTHING = (
    "superseded",
    "left",
    "unsubscribed",
    "not_by_hand",
    "cancelled",
    "spent",
    "demo",
    "removed",
    "undone",
    "sent_anew",
)
CHANGED = "changed"
_GROUPS = {SENT: "reached", BY_HAND: "by_hand", PLANNED: "waiting", CLAIMED: "waiting"}
MISSED = "missed"
# Mail is written to a folder where the service has no mail server: nobody has it.
KEPT = "kept"
# Of the others, some are not for neighbours to bring; a dispatcher knows.
LISTED_AT_ONCE = ("decision", CHANGED, MESSAGE)


@dataclass(frozen=True)
class Word:
    """What was told: by which notice, and the words that an organiser typed; `change_id` is 0 where it is no change.

    `corrects` is for a change of what the activity says.
    """

    notice_id: int
    kind: str
    version: int
    body: str = ""
    change_id: int = 0
    corrects: bool = False

    @property
    def strand(self) -> tuple[str, int]:
        """What a later word of the same strand stands for, too: how a date is now is said by its newest word alone."""
        if self.corrects:
            return "facts", self.change_id
        return ("message", self.notice_id) if self.kind == MESSAGE else ("date", 0)

    @property
    def takes_back(self) -> bool:
        """Whether it says that a change was taken back."""
        return self.kind == CHANGED and self.version > 0


@dataclass(frozen=True)
class Told:
    """How far one word about a date has come for one person; `dates` are those of theirs that it is about.

    `goes_at` is when what waits goes out.
    """

    delivery_id: int
    person: Person
    household: Household | None
    block: Organization | None
    word: Word
    channel: str
    group: str
    reason: str
    at: datetime | None
    by_id: int | None
    dates: tuple[int, ...] = ()
    goes_at: datetime | None = None

    @property
    def is_left(self) -> bool:
        """Whether somebody has still to walk there, or to call."""
        return self.group in {"by_hand", MISSED}

    @property
    def home(self) -> tuple[int, int]:
        """What those who live together have in common; whoever lives in no known home is alone."""
        return (self.household.id, 0) if self.household else (0, self.person.id)

    @property
    def walking_order(self) -> tuple[str, int, tuple[int, int], str, int]:
        """Its place on the way from door to door."""
        # Whoever lives in no block comes last: nobody's way leads past them.
        block = self.block.name if self.block else "\uffff"
        position = self.household.position if self.household else 0
        return (
            block,
            position,
            self.home if self.household else (0, 0),
            self.person.kana_key,
            self.word.notice_id,
        )


def told_about(session: Session, occurrence_id: int, person_id: int | None = None) -> list[Told]:
    """Return, for everybody who comes to a date and has been written to, how far the newest words have come.

    Of one person alone where that one is named.
    """
    return told_of(session, [occurrence_id], person_id).get(occurrence_id, [])


def told_of(
    session: Session, occurrence_ids: Collection[int], person_id: int | None = None
) -> dict[int, list[Told]]:
    """Return the same of several dates, each by its id, in the order in which one walks; by few queries.

    A change of several dates stands at each of them, with the same delivery.
    """
    to = true() if person_id is None else Delivery.person_id == person_id
    found = [*_of_dates(session, occurrence_ids, to), *_of_changes(session, occurrence_ids, to)]
    newest: dict[int, dict[tuple[int, str, int], Told]] = {}
    for _order, number, told in sorted(found, key=lambda row: row[0]):
        newest.setdefault(number, {})[told.person.id, *told.word.strand] = told
    return {
        number: sorted(one.values(), key=lambda told: told.walking_order) for number, one in newest.items()
    }


# The order of a word, the date that it is about, and how far it has come.
_Found = tuple[tuple[int, int], int, Told]


def _of_dates(session: Session, occurrence_ids: Collection[int], to: ColumnElement[bool]) -> Iterator[_Found]:
    slots = select(Slot.id).where(Slot.occurrence_id.in_(occurrence_ids))
    own = select(Participation.id).where(Participation.slot_id.in_(slots))
    of_part = and_(Notice.subject == "slot", Notice.kind == MESSAGE)
    about = or_(
        and_(Notice.subject == "occurrence", Notice.subject_id.in_(occurrence_ids)),
        and_(Notice.subject == "participation", Notice.subject_id.in_(own)),
        and_(of_part, Notice.subject_id.in_(slots)),
    )
    of_sign_up = and_(Notice.subject == "participation", Participation.id == Notice.subject_id)
    slot_id = case((of_part, Notice.subject_id), else_=Participation.slot_id)
    date_id = case((Notice.subject == "occurrence", Notice.subject_id), else_=Slot.occurrence_id)
    wanted = (
        deliveries(Slot.id, Occurrence.id)
        .outerjoin(Participation, of_sign_up)
        .outerjoin(Slot, Slot.id == slot_id)
        .join(Occurrence, Occurrence.id == date_id)
        .where(about, to, says_something())
    )
    rows = session.execute(wanted).all()
    there = comers(session, occurrence_ids) if rows else {}
    # Words to one part alone are rare.
    in_part = _comers_of_parts(session, slots) if any(row[3].subject == "slot" for row in rows) else {}
    for part_id, number, *row in rows:
        delivery, notice = row[:2]
        if delivery.person_id in (in_part[part_id] if notice.subject == "slot" else there[number]):
            yield (notice.id, delivery.hop), number, told_by(row)


def _of_changes(
    session: Session, occurrence_ids: Collection[int], to: ColumnElement[bool]
) -> Iterator[_Found]:
    touches = {touch.change_id: touch for touch in touches_of(session, occurrence_ids)}
    if not touches:
        return
    of_change = and_(Notice.subject == "change", Notice.subject_id.in_(touches))
    there = comers(session, {number for touch in touches.values() for number in touch.dates})
    for row in session.execute(deliveries().where(of_change, to, says_something())):
        delivery, notice = row[:2]
        touch = touches[notice.subject_id]
        for number in touch.dates if stands(touch, notice) else ():
            if delivery.person_id in there[number]:
                yield (notice.id, delivery.hop), number, told_by(row, touch)


def stands(touch: Touch, notice: Notice) -> bool:
    """Say whether a change is still told by this notice: once it was taken back, only by the one that says so."""
    return not touch.undone or notice.version > 0


def deliveries(*before: Any) -> Select[Any]:
    """Return how deliveries are asked for with all that `told_by` needs, after these columns."""
    return (
        select(*before, Delivery, Notice, Person, Household, Organization)
        .select_from(Delivery)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .outerjoin(Organization, Organization.id == Household.block_id)
    )


def comers(session: Session, occurrence_ids: Collection[int]) -> dict[int, set[int]]:
    """Return who comes to each of these dates; to one that was joined with another, who comes there now."""
    there = or_(Slot.occurrence_id == Occurrence.id, Slot.occurrence_id == Occurrence.merged_into_id)
    wanted = (
        select(Occurrence.id, Participation.contact_id)
        .select_from(Participation)
        .join(Slot, Slot.id == Participation.slot_id)
        .join(Occurrence, there)
        .where(Occurrence.id.in_(occurrence_ids), Participation.state.not_in(GONE))
    )
    return _sets(session, wanted)


def sign_ups_of(session: Session, occurrence_id: int) -> dict[int, int]:
    """Return the sign-ups of a date that stand, each by who is told about it."""
    wanted = select(Participation.contact_id, Participation.id).join(Slot, Slot.id == Participation.slot_id)
    there = wanted.where(Slot.occurrence_id == occurrence_id, Participation.state.not_in(GONE))
    return dict(session.execute(there).tuples().all())


def leaders_of(session: Session, block_ids: Collection[int], today: date) -> dict[int, list[Person]]:
    """Return who leads each of these blocks on a day, by reading."""
    wanted = (
        select(Membership.organization_id, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organization_id.in_(block_ids), Membership.office == BLOCK_LEADER, live(today))
        .where(Person.merged_into_id.is_(None))
        .order_by(Person.kana_key, Person.id)
    )
    found: dict[int, list[Person]] = {number: [] for number in block_ids}
    for number, person in session.execute(wanted):
        found[number].append(person)
    return found


def _comers_of_parts(session: Session, slots: Select[tuple[int]]) -> dict[int, set[int]]:
    wanted = select(Participation.slot_id, Participation.contact_id)
    return _sets(session, wanted.where(Participation.slot_id.in_(slots), Participation.state.not_in(GONE)))


def _sets(session: Session, wanted: Select[tuple[int, int]]) -> dict[int, set[int]]:
    found = defaultdict(set)
    for number, person_id in session.execute(wanted):
        found[number].add(person_id)
    return found


def says_something(*, but: Collection[str] = ()) -> ColumnElement[bool]:
    """Return the condition that a delivery tells whether somebody was reached; `but` are reasons that say so, too."""
    silent = [reason for reason in SAYS_NOTHING if reason not in but]
    return or_(Delivery.state != DROPPED, Delivery.reason.not_in(silent))


def told_by(row: Sequence[Any], touch: Touch | None = None) -> Told:
    """Return how far one delivery has come, of a row of `deliveries`; of a change with the dates that it touched."""
    delivery, notice, person, household, block = row
    change_id, corrects = (touch.change_id, touch.corrects) if touch is not None else (0, False)
    kind = notice.kind.partition(":")[0]
    word = Word(notice.id, kind, notice.version, notice.body, change_id, corrects)
    how = (delivery.channel, _group(delivery, kind), delivery.reason, delivery.sent_at, delivery.by_id)
    goes_at = delivery.due_at if delivery.state == PLANNED else None
    return Told(delivery.id, person, household, block, word, *how, goes_at=goes_at)


def as_kept(row: Told) -> Told:
    """Return how far a word has come where no mail leaves: what went by mail has reached nobody."""
    is_mail = row.channel == "email" and row.by_id is None and bool(row.person.email)
    return replace(row, group=KEPT) if is_mail and row.group in {"reached", "waiting"} else row


def left_of(rows: Iterable[Told], *, has_mail_server: bool) -> list[Told]:
    """Return of these words those that nobody has yet: to be brought by hand, not arrived, or kept here as mail."""
    news = [row if has_mail_server or row.word.kind not in LISTED_AT_ONCE else as_kept(row) for row in rows]
    return [row for row in news if row.is_left or row.group == KEPT]


def _group(delivery: Delivery, kind: str) -> str:
    # A dispatcher would only put it on the list: whoever walks or calls need not wait for that.
    if delivery.state == PLANNED and delivery.channel in BY_NEIGHBOURS and kind in LISTED_AT_ONCE:
        return "by_hand"
    return _GROUPS.get(delivery.state, MISSED)
