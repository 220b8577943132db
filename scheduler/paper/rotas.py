"""A year of one activity: on which days each household and each person is down for it; computed from the rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from scheduler.activities.models import ON, Activity, Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.paper.queries import lines_of_block
from scheduler.participation.models import COMING, Participation
from scheduler.parties.models import Household, Organization, Person

_MARKED = ("cancelled", "postponed")


@dataclass
class Turns:
    """One line: whose it is, and the days with the part taken, by month."""

    name: str
    months: dict[int, list[tuple[date, Slot]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rota:
    """A fiscal year: its first day, its dates by month, its lines: households in walking order, then people.

    `states` are those of its days that do not take place as planned: cancelled, or postponed to that day.
    """

    begins: date
    days: dict[int, list[date]]
    slots: list[str]
    lines: list[Turns]
    states: dict[date, str]


def rota_of(session: Session, activity: Activity, year: int) -> Rota:
    """Return the rota of a fiscal year, from April to March."""
    dates = [one for one in _dates(session, activity) if fiscal_year(_day(one)) == year]
    days: dict[int, list[date]] = {}
    for one in dates:
        days.setdefault(_day(one).month, []).append(_day(one))
    homes = [
        home for block in _blocks(session, activity.organization) for home in lines_of_block(session, block)
    ]
    lines = {("home", home.id): Turns(home.name) for home in homes}
    for row, member in _taken(session, dates):
        key, name = _party(row, member, {home.id: home for home in homes})
        turn = lines.setdefault(key, Turns(name))
        day = _day(row.slot.occurrence)
        turn.months.setdefault(day.month, []).append((day, row.slot))
    names = list(dict.fromkeys(slot.name for one in dates for slot in one.slots))
    states = {_day(one): one.state for one in dates if one.state in _MARKED}
    return Rota(date(year, 4, 1), days, names, list(lines.values()), states)


def _day(occurrence: Occurrence) -> date:
    return to_local(occurrence.starts_at, occurrence.activity.timezone).date()


def fiscal_year(day: date) -> int:
    """Return the fiscal year of a day: it begins in April."""
    return day.year if day.month >= 4 else day.year - 1


def _dates(session: Session, activity: Activity) -> list[Occurrence]:
    # A date that the rule has no place for any more was never on anybody's list; one that was called off stands marked.
    called_off = and_(Occurrence.state == "cancelled", Occurrence.planned_at.is_not(None))
    shown = or_(Occurrence.state.in_(ON), called_off)
    wanted = select(Occurrence).where(Occurrence.activity_id == activity.id, shown)
    return list(session.scalars(wanted.order_by(Occurrence.starts_at)))


def _blocks(session: Session, body: Organization) -> list[Organization]:
    own = select(Organization).where((Organization.parent_id == body.id) | (Organization.id == body.id))
    return list(session.scalars(own.order_by(Organization.name, Organization.id)))


def _taken(session: Session, dates: Iterable[Occurrence]) -> list[tuple[Participation, Person | None]]:
    wanted = (
        select(Participation, Person)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .outerjoin(Person, Person.id == Participation.person_id)
        .where(Occurrence.id.in_([one.id for one in dates]), Participation.state.in_(COMING))
        .options(joinedload(Participation.slot).joinedload(Slot.occurrence))
        .order_by(Occurrence.starts_at, Participation.id)
    )
    return list(session.execute(wanted).tuples())


def _party(
    row: Participation, member: Person | None, homes: dict[int, Household]
) -> tuple[tuple[str, int], str]:
    home_id = row.household_id or (member.household_id if member is not None else None)
    if home_id in homes:
        return ("home", home_id), homes[home_id].name
    return ("row", row.person_id or -row.id), row.party_name
