"""The board as programs read and write it."""

from datetime import datetime

from pydantic import Field

from scheduler.activities.shapes import DateOut
from scheduler.board import entering, queries
from scheduler.board.withdrawals import Withdrawal
from scheduler.json_api import ApiModel
from scheduler.participation.grades import GRADES
from scheduler.participation.signing import Named
from scheduler.parties.actions import PersonFacts


class CompanionOut(ApiModel):
    """Somebody who comes along: by name, or a child by grade or age in months."""

    id: int
    name: str
    kana: str
    grade: str
    age_months: int | None


class BoardSignUpOut(ApiModel):
    """A sign-up as the organiser sees it; `undo` is the last change while it may be taken back."""

    id: int
    slot_id: int
    name: str
    contact: str
    kana: str
    email: str | None
    phone: str
    state: str
    people: int
    companions: list[CompanionOut]
    answers: dict[str, str]
    note: str
    entered_by: str
    waits_because: str
    risks: list[str]
    undo: int | None = None


class PartOut(ApiModel):
    """A slot of the board: `left` are places for everybody, `kept` those of bodies (null: for first-timers)."""

    id: int
    name: str
    min_people: int
    target: int | None
    places: int
    taken: int
    left: int
    short: int
    people: int
    kept: dict[str, int]
    sign_ups: list[BoardSignUpOut]


class TodoOut(ApiModel):
    """Something that waits for the organiser."""

    what: str
    slot_id: int
    participation_id: int | None


class WithdrawnOut(ApiModel):
    """A party that comes no more; `by` is empty where it said so itself, `undo` the change to take back, or null."""

    id: int
    slot_id: int
    name: str
    people: int
    at: datetime
    by: str
    why: str
    comes_again: bool
    undo: int | None


class BoardOut(ApiModel):
    """A date with its slots in order, what needs an answer, and who has withdrawn, the latest first."""

    date: DateOut
    slots: list[PartOut]
    todos: list[TodoOut]
    withdrawn: list[WithdrawnOut]


class ApproveIn(ApiModel):
    """A yes; `or_wait` puts the party on the waiting list where it is full."""

    or_wait: bool = False


class ReasonIn(ApiModel):
    """Why not: the party is told."""

    reason: str


class QuestionIn(ApiModel):
    """What a party is asked before it gets its answer."""

    question: str


class MoveIn(ApiModel):
    """Another slot of the same date, and how the party agreed."""

    slot_id: int
    agreed: str


class PeopleIn(ApiModel):
    """The right number of people; `without` are the ids of companions who do not come, 0 is the contact."""

    people: int
    without: list[int] = []


class ContactIn(ApiModel):
    """How somebody is reached: a telephone number, a mail address, or both."""

    phone: str = ""
    email: str = ""


class PaperConsentIn(ApiModel):
    """A guardian's yes, and whether it came on `paper` or by `telephone`."""

    guardian: str
    how: str = "paper"


class UndoneOut(ApiModel):
    """What has become of it: the state of the sign-up, or the places of the slot."""

    state: str | None
    places: int | None


class FindIn(ApiModel):
    """What is known of somebody who telephones; a part of a name or reading is enough."""

    name: str = ""
    kana: str = ""
    email: str = ""
    phone: str = ""

    @property
    def facts(self) -> PersonFacts:
        """What the action takes."""
        return PersonFacts(self.name, self.kana, self.email, self.phone)


class KnownOut(ApiModel):
    """A known person; the telephone only for organisers."""

    id: int
    name: str
    kana: str
    household_id: int | None
    phone: str | None


class KnownHomeOut(ApiModel):
    """A known household."""

    id: int
    name: str
    address: str


class FoundOut(ApiModel):
    """Who may be meant."""

    people: list[KnownOut]
    households: list[KnownHomeOut]


class ChildIn(ApiModel):
    """A child by school grade or by age in months."""

    grade: str = ""
    age_months: int | None = Field(default=None, ge=0, le=999)

    @property
    def named(self) -> Named | None:
        """The child as the action takes it; None for what is no child."""
        known = self.grade in GRADES or (not self.grade and self.age_months is not None)
        return Named(grade=self.grade, age_months=self.age_months) if known else None


class EntryIn(FindIn):
    """A sign-up by telephone or paper: a known person or household, or somebody new whom nobody known looks like.

    `is_new` says that it is none of the known ones with the same reading or contact.
    """

    slot_id: int
    person_id: int | None = None
    household_id: int | None = None
    is_new: bool = False
    people: int = Field(default=1, ge=1, le=60)
    children: list[ChildIn] = Field(default=[], max_length=60)
    contact_grade: str = ""
    note: str = ""
    or_wait: bool = False
    clash_ok: bool = False

    @property
    def entry(self) -> entering.Entry:
        """What the action takes."""
        names = (
            "person_id",
            "household_id",
            "is_new",
            "people",
            "contact_grade",
            "note",
            "or_wait",
            "clash_ok",
        )
        children = tuple(child.named for child in self.children if child.named is not None)
        return entering.Entry(self.facts, children=children, **{name: getattr(self, name) for name in names})


class PlacesIn(ApiModel):
    """How many places a slot shall have; `waits` are the ids of the parties that may lose theirs by it."""

    slot_id: int
    places: int = Field(ge=1, le=999_999)
    waits: list[int] = []


class PlacesOut(ApiModel):
    """The slot as it is now, and who waits by it; `undo` is the change to take back."""

    slot_id: int
    places: int
    taken: int
    left: int
    waits: list[int]
    undo: int | None


class AffectedOut(ApiModel):
    """Who would lose their place, the earliest first."""

    waits: list[int]
    names: list[str]


class MessageIn(ApiModel):
    """An organiser's words to one slot, or to the whole date; nothing is sent unless `send` is true."""

    text: str
    slot_id: int | None = None
    send: bool = False


class MessageOut(ApiModel):
    """How many are told; by mail, by telephone, or by hand."""

    sent: bool
    people: int
    by_mail: int
    by_phone: int
    by_hand: int


def sign_up_out(line: queries.Line, undo: int | None = None) -> BoardSignUpOut:
    """Return a sign-up as the organiser sees it."""
    row = line.row
    return BoardSignUpOut(
        id=row.id,
        slot_id=row.slot_id,
        name=row.party_name,
        contact=row.contact.name,
        kana=row.contact.kana,
        email=row.contact.email,
        phone=row.contact.phone,
        state=row.state,
        people=row.people,
        companions=[CompanionOut.model_validate(one, from_attributes=True) for one in row.companions],
        answers={answer.key: answer.value for answer in row.answers},
        note=row.note,
        entered_by=line.entered_by,
        waits_because=line.waits,
        risks=list(line.risks),
        undo=undo,
    )


def withdrawn_out(one: Withdrawal) -> WithdrawnOut:
    """Return a withdrawal as the organiser sees it."""
    row, change = one.row, one.change
    return WithdrawnOut(
        id=row.id,
        slot_id=row.slot_id,
        name=row.party_name,
        people=row.people,
        at=change.at,
        by=one.by,
        why=change.why,
        comes_again=one.comes_again,
        undo=change.id if one.may_be_undone else None,
    )


def part_out(part: queries.Part) -> PartOut:
    """Return a slot of the board."""
    slot = part.slot
    kept = {share.organization.slug if share.organization else "": share.remaining for share in part.kept}
    names = ("id", "name", "min_people", "target", "places", "taken", "left")
    return PartOut(
        **{name: getattr(slot, name) for name in names},
        short=part.short,
        people=part.people,
        kept=kept,
        sign_ups=[sign_up_out(line) for line in part.lines],
    )
