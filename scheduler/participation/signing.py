"""A yes as asked for: who says it, for which party, with whom, under which conditions; plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.participation.grades import years_of


@dataclass(frozen=True)
class Named:
    """Somebody who comes along: an adult, or a child by school grade or age in months."""

    name: str = ""
    kana: str = ""
    age_months: int | None = None
    grade: str = ""

    @property
    def years(self) -> int | None:
        """How old a child is at least; None for an adult."""
        return years_of(self.grade, self.age_months) if self.grade or self.age_months is not None else None


@dataclass(frozen=True)
class Company:
    """Who comes with the party: adults beside the first, children by age in months, and people in full."""

    adults: tuple[str, ...] = ()
    children_months: tuple[int, ...] = ()
    others: tuple[Named, ...] = ()

    @property
    def named(self) -> tuple[Named, ...]:
        """Return everybody, one by one."""
        adults = tuple(Named(name) for name in self.adults)
        return adults + tuple(Named(age_months=age) for age in self.children_months) + self.others

    @property
    def people(self) -> int:
        """How many they are, without the first."""
        return len(self.adults) + len(self.children_months) + len(self.others)

    @property
    def children(self) -> int:
        """How many of them are children."""
        return sum(one.years is not None for one in self.named)


@dataclass(frozen=True)
class SignUp:
    """A yes as asked for: who says it, for which party, with whom, and who entered it.

    The party is the contact alone, or the household or body that the contact speaks for; a body may pledge a number.
    `group_name` is a group that has no page here. `proven` is false for a stranger, whose address must be confirmed
    first. `by_organiser` leaves out what only binds those who help themselves: opening times and the way places are
    given. `or_wait` takes the waiting list where it is full, `clash_ok` is the second tap where another part overlaps.
    `guardian` is the name of the adult who has said yes for the children; `guardian_id` the one who is asked to.
    `replaces_id` is the sign-up that a stand-in takes over, `series_id` the one for many dates that this is part of;
    it `follows` where nobody is there to be asked what this part alone asks.
    """

    contact_id: int
    household_id: int | None = None
    organization_id: int | None = None
    group_name: str = ""
    pledged: int | None = None
    contact_comes: bool = True
    contact_grade: str = ""
    company: Company = field(default_factory=Company)
    guardian: str = ""
    guardian_id: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    entered_by_id: int | None = None
    by_organiser: bool = False
    proven: bool = True
    or_wait: bool = False
    clash_ok: bool = False
    note: str = ""
    request_key: str | None = None
    replaces_id: int | None = None
    series_id: int | None = None
    follows: bool = False

    @property
    def people(self) -> int:
        """How many heads: the pledged number, or the contact and the company."""
        return self.pledged if self.pledged is not None else int(self.contact_comes) + self.company.people

    @property
    def everybody(self) -> tuple[Named, ...]:
        """Return everybody who comes and is named, the contact first."""
        first = (Named(grade=self.contact_grade),) if self.contact_comes else ()
        return first + self.company.named

    @property
    def party_values(self) -> dict[str, int | None]:
        """The party columns of the row, exactly one of them filled."""
        if self.organization_id is not None:
            return {"person_id": None, "household_id": None, "organization_id": self.organization_id}
        if self.household_id is not None:
            return {"person_id": None, "household_id": self.household_id, "organization_id": None}
        return {"person_id": self.contact_id, "household_id": None, "organization_id": None}
