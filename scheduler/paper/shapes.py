"""Sheets as programs read and write them."""

from datetime import date

from pydantic import Field

from scheduler import words
from scheduler.json_api import ApiModel
from scheduler.paper import actions, printing, queries
from scheduler.paper.models import PrintedSheet
from scheduler.participation.signing import Company, Named
from scheduler.parties.actions import PersonFacts


class PrintForBlocksIn(ApiModel):
    """Which sheet is printed for each block: `sign_up` or `circular`, and what a circular says."""

    kind: str = "sign_up"
    text: str = Field(default="", max_length=printing.MOST_TEXT)
    useful_until: date | None = None


class PrintIn(PrintForBlocksIn):
    """Which sheet is printed: `sign_up` or `circular`, for which block (null: the body's own people)."""

    block_id: int | None = None


class SheetFieldOut(ApiModel):
    """What stands for one part: how many come, in which state."""

    slot_id: int
    people: int
    state: str


class SheetLineOut(ApiModel):
    """A line in the order of the paper; whether it has answered, and what stands of it."""

    number: int
    name: str
    has_answered: bool
    fields: list[SheetFieldOut]


class SheetOut(ApiModel):
    """A printed sheet: its code, the address of its PDF, its lines; one that was withdrawn is not keyed in."""

    code: str
    kind: str
    date_id: int
    block_id: int | None
    pdf: str
    withdrawn: bool
    lines: list[SheetLineOut]


class SheetsOut(ApiModel):
    """Sheets that were printed with one press, and the address of one PDF of them all."""

    sheets: list[SheetOut]
    pdf: str


class SheetFieldIn(ApiModel):
    """How many come for one part, which children among them; `was` is how many stood there when it was read.

    Children are told with a new sign-up alone: a line that stands takes another number, and is refused with children.
    """

    slot_id: int
    people: int | None = Field(default=None, ge=0)
    was: int = Field(default=0, ge=0)
    children_months: list[int] = Field(default_factory=list, max_length=60)
    children_grades: list[str] = Field(default_factory=list, max_length=60)

    def keyed(self) -> actions.Field:
        """Return it as it is keyed in."""
        company = Company(
            (), tuple(self.children_months), tuple(Named(grade=one) for one in self.children_grades)
        )
        return actions.Field(self.people, self.was, company.named)


class SheetLineIn(ApiModel):
    """A line as it stands on the paper; name and reading only where somebody was written in."""

    number: int
    fields: list[SheetFieldIn] = Field(default_factory=list, max_length=100)
    name: str = ""
    kana: str = ""
    phone: str = ""

    def keyed(self) -> actions.KeyedLine:
        """Return it as it is keyed in."""
        fields = {one.slot_id: one.keyed() for one in self.fields}
        return actions.KeyedLine(self.number, fields, PersonFacts(self.name, self.kana, phone=self.phone))


class KeyIn(ApiModel):
    """A whole sheet, or the lines of it that say something.

    `say_so` says that the homes have written so: a block leader needs it where a 0 ends what somebody else has signed
    up for another body's date.
    """

    say_so: bool = False
    lines: list[SheetLineIn] = Field(max_length=200)


class SheetOutcomeOut(ApiModel):
    """What became of one field: joined, changed, left, same, no, or refused, then with code and sentence."""

    number: int
    slot_id: int
    what: str
    state: str
    error: str = ""
    message: str = ""


class KeyedOut(ApiModel):
    """What became of a sheet."""

    outcomes: list[SheetOutcomeOut]


def sheet_out(sheet: PrintedSheet, standing: dict[queries.Place, queries.Standing], base: str) -> SheetOut:
    """Return a sheet with what stands of it."""
    lines = [
        SheetLineOut(
            number=row.number,
            name=row.name,
            has_answered=row.has_answered,
            fields=[
                SheetFieldOut(slot_id=slot_id, people=there.people, state=there.state)
                for (line_id, slot_id), there in standing.items()
                if line_id == row.id
            ],
        )
        for row in sheet.rows
    ]
    address = f"{base}/sheets/{sheet.code}/paper.pdf"
    own = {"code": sheet.code, "kind": sheet.kind, "date_id": sheet.occurrence_id, "block_id": sheet.block_id}
    shown = {"pdf": address, "withdrawn": sheet.withdrawn_at is not None, "lines": lines}
    return SheetOut.model_validate(own | shown)


def outcome_out(one: actions.Outcome) -> SheetOutcomeOut:
    """Return what became of a field."""
    state = one.row.state if one.row is not None else ""
    refusal = one.refusal
    return SheetOutcomeOut(
        number=one.line.number,
        slot_id=one.slot.id,
        what=one.what,
        state=state,
        error=refusal.code if refusal else "",
        message=words.sentence(refusal) if refusal else "",
    )
